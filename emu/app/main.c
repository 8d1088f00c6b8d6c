/*
 * main.c - the command table and the way out: reads the command line, runs
 * one subcommand, prints its complaint as the one line of the contract and
 * returns its status. What a subcommand does stands in its cmd_NAME.c.
 */
#include "options.h"
#include "rawtty.h"
#include "report.h"

#include "../cpu/cpu.h"

#include <fcntl.h>

#ifndef SALLYPORT_WINDOW
int cmd_gui(const struct options *options, struct complaint *why)
{
    (void)options;
    return complain(why, APP_USAGE,
                    "gui: this build has no window (SALLYPORT_WINDOW=OFF); "
                    "run, trace and shot work");
}
#endif

const struct subcommand subcommands[] = {
    {"gui", ON_GUI, "[PROGRAM [ARGS...]]", "The window (the default command).",
     cmd_gui},
    {"run", ON_RUN, "[PROGRAM [ARGS...]]",
     "Headless: the guest's console on stdin and stdout, the guest's exit "
     "status.",
     cmd_run},
    {"trace", ON_TRACE, "[PROGRAM [ARGS...]]",
     "As run, and every crossing as text on stderr, or all of it into a "
     "recording (-o FILE.db).",
     cmd_trace},
    {"shot", ON_SHOT, "-o FILE.{png,svg,pdf,txt} [PROGRAM [ARGS...]]",
     "A picture of the window, drawn without one.", cmd_shot},
    {"debug", ON_DEBUG, "[PROGRAM [ARGS...]]",
     "The debugger on a terminal, forwards and backwards, into the kernel and "
     "out.",
     cmd_debug},
    {"gdb", ON_GDB, "[PROGRAM [ARGS...]]",
     "Stopped before its first instruction, for GDB to connect to.", cmd_gdb},
    {"replay", ON_REPLAY, "FILE.db [--trace | --goto N | --gui | --verify]",
     "A recorded run again, from the file alone; its exit status.", cmd_replay},
    {"export", ON_EXPORT, "FILE.db --perfetto OUT.json | --report OUT.html",
     "A recording for other programs, or as a page.", cmd_export},
    {"diff", ON_DIFF, "A.db B.db",
     "Two recordings compared by their calls; status 1 if they differ.",
     cmd_diff},
    {"build", ON_BUILD, "[-o OUT] [OPTIONS] [FILE.c...|DIR]",
     "Compile a program for the guest; options go to the compiler.", cmd_build},
    {0},
};

static int run_command(const struct options *options, struct complaint *why)
{
    if (options->help) {
        options_print_help(stdout, options->command);
        return 0;
    }
    if (options->version) {
        printf("sallyport %s (%s)\n", SALLYPORT_VERSION, cpu_engine_version());
        return 0;
    }
    return options->command->run(options, why);
}

/* Whoever reads objects gets the last one even if nothing was run. */
static void refuse_in_json(int status, const struct complaint *why)
{
    struct report report = {.json = true};
    struct verdict verdict = {.cause = VERDICT_ERROR, .status = status};
    report_end(&report, &verdict, NULL, why);
}

/* Started with a standard stream closed, the next file opened would take its
 * place, and be read as the console or written over. */
static void hold_standard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY | O_PATH);
}

int main(int argc, char *argv[])
{
    struct options options;
    hold_standard_streams();
    struct complaint why = {.text = ""};
    int status = options_parse(&options, argc, argv, &why);
    if (status == 0)
        status = run_command(&options, &why);
    else if (options.json)
        refuse_in_json(status, &why);
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == 0)
        status = complain(&why, APP_UNUSABLE, "stdout: cannot be written");
    if (why.text[0] != '\0')
        fprintf(stderr, "sallyport: %s\n", why.text);
    options_free(&options);
    interrupts_die();
    return status;
}
