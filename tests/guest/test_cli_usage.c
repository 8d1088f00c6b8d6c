/*
 * test_cli_usage.c - the command line as such: what is refused, in which
 * words, with which status; --help and --version. Boots next to nothing.
 */
#include "cli.h"

static void an_unknown_option_is_wrong_usage(void **state)
{
    (void)state;
    refuses(120, "--frobnicate: unknown option (see --help)",
            ARGS("run", "--frobnicate"));
    refuses(120, "-z: unknown option (see --help)", ARGS("-z"));
}

static void options_of_later_issues_are_unknown(void **state)
{
    (void)state;
    refuses(120, "--audit: unknown option (see --help)",
            ARGS("run", "--audit", "hello"));
    refuses(120, "--detect: unknown option (see --help)",
            ARGS("trace", "--detect", "x"));
    refuses(120, "--interfere: unknown option (see --help)",
            ARGS("run", "--interfere", "x"));
}

static void an_option_without_its_value_is_wrong_usage(void **state)
{
    (void)state;
    refuses(120, "--ram: MIB is missing", ARGS("run", "--ram"));
    refuses(120, "--kernel: ELF is missing", ARGS("run", "--kernel"));
    refuses(120, "--kernel: ELF is empty", ARGS("run", "--kernel="));
}

static void a_flag_with_a_value_is_wrong_usage(void **state)
{
    (void)state;
    refuses(120, "--json: takes no value", ARGS("run", "--json=yes"));
}

static void an_option_of_another_command_is_wrong_usage(void **state)
{
    (void)state;
    refuses(120, "--at: no option of the command run",
            ARGS("run", "--at", "3", "hello"));
    refuses(120, "-o: no option of the command run",
            ARGS("run", "-o", "x.db", "hello"));
}

/* Whoever reads objects is told in one. */
static void json_ends_even_where_nothing_was_run(void **state)
{
    static const char end[] =
        "{\"type\":\"end\",\"cause\":\"error\",\"status\":"
        "120,\"message\":\"--bogus: unknown option";
    (void)state;
    const char *const *lines[] = {ARGS("run", "--json", "--bogus", "hello"),
                                  ARGS("--bogus", "trace", "--json")};
    for (size_t i = 0; i < 2; i++) {
        struct cli_result r = cli_run_bytes("", 0, lines[i]);
        assert_int_equal(r.status, 120);
        assert_non_null(strstr(r.err, "sallyport: --bogus: unknown option"));
        assert_memory_equal(r.out, end, strlen(end));
        assert_int_equal(r.out[r.out_bytes - 1], '\n');
        free(r.out);
        free(r.err);
    }
    /* hello's own, and a command that has no objects */
    refuses(120, "--bogus: unknown option (see --help)",
            ARGS("run", "--bogus", "hello", "--json"));
    refuses(120, "--json: no option of the command gui", ARGS("gui", "--json"));
}

static void a_crossing_is_told_by_number_or_call(void **state)
{
    (void)state;
    const char *const out = "/tmp/sallyport-at.txt";
    refuses(123, "--at 0: not the number of a crossing",
            ARGS("shot", "--at", "0", "-o", out, "hello"));
    refuses(123, "--at 16x: not the number of a crossing",
            ARGS("shot", "--at", "16x", "-o", out, "hello"));
    refuses(123, "--at write:0: a number, a call's name, or NAME:N",
            ARGS("shot", "--at", "write:0", "-o", out, "hello"));
    refuses(123, "--at wirte: the kernel has no call of that name",
            ARGS("shot", "--at", "wirte", "-o", out, "hello"));
    char text[20000] = "";
    struct cli_result r = cli_run_bytes(
        "", 0, ARGS("shot", "--at", "write:1", "-o", out, "hello"));
    assert_int_equal(r.status, 0);
    free(r.out);
    free(r.err);
    int fd = open(out, O_RDONLY);
    assert_true(read(fd, text, sizeof text - 1) > 0);
    close(fd);
    unlink(out);
    assert_non_null(strstr(text, "asked to write 13 bytes at "));
    refuses(123, "/nonexistent/x.png: No such file or directory",
            ARGS("shot", "-o", "/nonexistent/x.png", "hello"));
}

static void ram_is_bounded(void **state)
{
    (void)state;
    refuses(123, "--ram 47: out of range 48..2048", ARGS("run", "--ram", "47"));
    refuses(123, "--ram 2049: out of range 48..2048",
            ARGS("run", "--ram=2049"));
    refuses(123, "--ram 99999999999999999999: out of range 48..2048",
            ARGS("run", "--ram", "99999999999999999999"));
    refuses(123, "--ram 64M: not a whole number", ARGS("run", "--ram", "64M"));
    refuses(123, "--ram -64: not a whole number", ARGS("run", "--ram", "-64"));
    refuses(123, "--ram  64: not a whole number", ARGS("run", "--ram", " 64"));
}

static void a_limit_of_no_instructions_is_refused(void **state)
{
    (void)state;
    refuses(123, "--max-insns 0: out of range 1..18446744073709551614",
            ARGS("run", "--max-insns", "0"));
}

static void pairs_need_both_sides(void **state)
{
    (void)state;
    refuses(123, "--kernel-arg layout: expected K=V",
            ARGS("run", "--kernel-arg", "layout"));
    refuses(123, "--kernel-arg =x: expected K=V",
            ARGS("run", "--kernel-arg", "=x"));
    refuses(123, "--get /etc/x: expected GUEST=HOST",
            ARGS("run", "--get", "/etc/x"));
    refuses(123, "--get /etc/x=: expected GUEST=HOST",
            ARGS("run", "--get", "/etc/x="));
}

static void control_bytes_never_reach_the_terminal(void **state)
{
    (void)state;
    refuses(120, "--a?[2Jb: unknown option (see --help)",
            ARGS("run", "--a\033[2Jb"));
}

static void bare_wants_an_image(void **state)
{
    (void)state;
    refuses(120, "--bare: no image: name one with --kernel ELF",
            ARGS("run", "--bare"));
    refuses(120,
            "hello: --bare starts the image alone, without a program or "
            "arguments",
            ARGS("run", "--bare", "--kernel", "k.elf", "hello"));
    refuses(120, "--bare: there is no boot page for --kernel-arg or --get",
            ARGS("run", "--bare", "--kernel", "k", "--kernel-arg", "a=b"));
}

/* Runs --help and compares the two streams and the status. */
static char *help_of(const char *const args[])
{
    struct cli_result r = cli_run_bytes("", 0, args);
    assert_int_equal(r.status, 0);
    assert_int_equal(r.err_bytes, 0);
    free(r.err);
    return r.out;
}

static void help_lists_the_commands_that_exist_and_no_others(void **state)
{
    static const char *const later[] = {"new", "lab"};
    (void)state;
    char *text = help_of(ARGS("--help"));
    assert_non_null(strstr(text, "\n  gui "));
    assert_non_null(strstr(text, "\n  run "));
    assert_non_null(strstr(text, "\n  trace "));
    assert_non_null(strstr(text, "\n  shot "));
    assert_non_null(strstr(text, "\n  debug "));
    assert_non_null(strstr(text, "\n  gdb "));
    assert_non_null(strstr(text, "\n  replay "));
    assert_non_null(strstr(text, "\n  export "));
    assert_non_null(strstr(text, "\n  diff "));
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
        char row[32];
        snprintf(row, sizeof row, "\n  %s ", later[i]);
        assert_null(strstr(text, row));
    }
    free(text);
}

static void help_of_a_command_shows_its_options_alone(void **state)
{
    (void)state;
    char *run = help_of(ARGS("run", "--help"));
    char *shot = help_of(ARGS("shot", "--help"));
    assert_non_null(strstr(run, "Usage: sallyport run "));
    assert_non_null(strstr(run, "--json"));
    assert_null(strstr(run, "--panel"));
    assert_non_null(strstr(shot, "--panel NAME"));
    assert_null(strstr(shot, "--json"));
    free(run);
    free(shot);
}

static void help_fits_eighty_columns(void **state)
{
    (void)state;
    char *text = help_of(ARGS("--help"));
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        if (strlen(line) >= 80)
            fail_msg("%zu columns: %s", strlen(line), line);
    free(text);
}

/* Every word of --help stands in the reference page, so that it cannot fall
 * behind the tables. */
static void the_reference_page_holds_every_help_text(void **state)
{
    static char page[1 << 16];
    (void)state;
    int fd = open(SALLYPORT_SOURCE_DIR "/docs/reference/cli.md", O_RDONLY);
    assert_true(fd >= 0);
    assert_true(read(fd, page, sizeof page - 1) > 0);
    close(fd);
    char *all = help_of(ARGS("--help"));
    char *run = help_of(ARGS("run", "--help"));
    char *shot = help_of(ARGS("shot", "--help"));
    char *build = help_of(ARGS("build", "--help"));
    char *debug = help_of(ARGS("debug", "--help"));
    char *texts[] = {all, run, shot, build, debug};
    for (size_t i = 0; i < 5; i++)
        for (char *line = strtok(texts[i], "\n"); line != NULL;
             line = strtok(NULL, "\n"))
            if (strstr(page, line) == NULL)
                fail_msg("docs/reference/cli.md lacks: %s", line);
    free(all);
    free(run);
    free(shot);
    free(build);
    free(debug);
}

static void version_names_the_engine(void **state)
{
    (void)state;
    struct cli_result r = cli_run_bytes("", 0, ARGS("--version"));
    assert_int_equal(r.status, 0);
    assert_ptr_equal(strstr(r.out, "sallyport 0."), r.out);
    assert_non_null(strstr(r.out, "nicorn"));
    cli_free(&r);
}

static void a_full_disk_under_stdout_is_told(void **state)
{
    (void)state;
    int full = open("/dev/full", O_WRONLY);
    int err = memfd_create("err", 0);
    assert_true(full >= 0 && err >= 0);
    pid_t pid = fork();
    if (pid == 0)
        cli_exec(open("/dev/null", O_RDONLY), full, err, ARGS("--help"));
    int status;
    size_t n;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    char *text = cli_slurp(err, &n);
    assert_string_equal(text, "sallyport: stdout: cannot be written\n");
    assert_int_equal(cli_status(status), 123);
    free(text);
    close(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_option_is_wrong_usage),
        cmocka_unit_test(options_of_later_issues_are_unknown),
        cmocka_unit_test(an_option_without_its_value_is_wrong_usage),
        cmocka_unit_test(a_flag_with_a_value_is_wrong_usage),
        cmocka_unit_test(an_option_of_another_command_is_wrong_usage),
        cmocka_unit_test(json_ends_even_where_nothing_was_run),
        cmocka_unit_test(a_crossing_is_told_by_number_or_call),
        cmocka_unit_test(ram_is_bounded),
        cmocka_unit_test(a_limit_of_no_instructions_is_refused),
        cmocka_unit_test(pairs_need_both_sides),
        cmocka_unit_test(control_bytes_never_reach_the_terminal),
        cmocka_unit_test(bare_wants_an_image),
        cmocka_unit_test(help_lists_the_commands_that_exist_and_no_others),
        cmocka_unit_test(help_of_a_command_shows_its_options_alone),
        cmocka_unit_test(help_fits_eighty_columns),
        cmocka_unit_test(the_reference_page_holds_every_help_text),
        cmocka_unit_test(version_names_the_engine),
        cmocka_unit_test(a_full_disk_under_stdout_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
