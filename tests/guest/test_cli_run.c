/*
 * test_cli_run.c - `run` and `trace` on the real guest: statuses, input from a
 * pipe and from a script, files in and out, JSON, signals.
 */
#include "cli.h"

#include <cjson/cJSON.h>
#include <sys/file.h>

static struct cli_result run(const char *input, const char *const args[])
{
    return cli_run_bytes(input, strlen(input), args);
}

/* Runs, expects this status and nothing on stderr, and that the console ends
 * like this. */
static void prints(int status, const char *end, const char *input,
                   const char *const args[])
{
    struct cli_result r = run(input, args);
    size_t length = strlen(end);
    assert_string_equal(r.err, "");
    if (r.out_bytes < length || strcmp(r.out + r.out_bytes - length, end) != 0)
        fail_msg("the console ends with\n%s\nnot with\n%s", r.out, end);
    assert_int_equal(r.status, status);
    cli_free(&r);
}

static void the_programs_status_is_the_exit_status(void **state)
{
    (void)state;
    prints(0, "hello, world\n", "", ARGS("run", "hello"));
    prints(5, "five\n", "", ARGS("run", "sh", "-c", "echo five; exit 5"));
    prints(1, "", "", ARGS("run", "/bin/false"));
}

static void
a_signal_that_kills_the_program_gives_128_and_its_number(void **state)
{
    (void)state;
    struct cli_result r = run("", ARGS("run", "--json", "crash", "null-load"));
    assert_int_equal(r.status, 139);
    assert_non_null(
        strstr(r.out, "\"cause\":\"signal\",\"status\":139,\"signal\":11,"));
    cli_free(&r);
}

static void an_exit_status_like_a_signals_is_still_an_exit(void **state)
{
    (void)state;
    struct cli_result r =
        run("", ARGS("run", "--json", "sh", "-c", "exit 139"));
    assert_non_null(strstr(r.out, "\"cause\":\"exit\",\"status\":139,"));
    cli_free(&r);
}

static void what_stands_behind_the_program_is_the_programs(void **state)
{
    (void)state;
    prints(0, "--json -x\n", "", ARGS("run", "echo", "--json", "-x"));
    prints(0, "hi\n", "", ARGS("run", "--", "echo", "hi"));
    prints(0, "\n", "", ARGS("run", "echo", ""));
}

static void an_unknown_program_is_refused(void **state)
{
    (void)state;
    refuses(123, "nosuch: no program of the initrd and no file of the host",
            ARGS("run", "nosuch"));
    refuses(123,
            "/bin/nosuch: no program of the initrd and no file of the host",
            ARGS("run", "/bin/nosuch"));
    refuses(120, "PROGRAM: the name is empty", ARGS("run", ""));
}

static void a_program_of_the_host_is_found_under_host(void **state)
{
    char command[512];
    (void)state;
    snprintf(command, sizeof command, "cp '%s/guest/apps/bin/echo' mine",
             SALLYPORT_BINARY_DIR);
    assert_int_equal(system(command), 0);
    prints(0, "abc\n", "", ARGS("run", "./mine", "abc"));
    prints(0, "mine\n", "", ARGS("run", "--file", "mine", "ls", "/host"));
}

static void a_program_that_build_made_runs(void **state)
{
    (void)state;
    make_text("mine.c", "#include <stdio.h>\nint main(int argc, char **argv)\n"
                        "{ printf(\"%d %s\\n\", argc, argv[1]); return 6; }\n");
    prints(0, "", "", ARGS("build", "-Wall", "mine.c"));
    prints(6, "2 x\n", "", ARGS("run", "./mine", "x"));
    assert_int_equal(system("mkdir two && cp mine.c two/a.c"), 0);
    prints(0, "", "", ARGS("build", "-o", "other", "two"));
    prints(6, "2 y\n", "", ARGS("run", "./other", "y"));
    refuses(123, "/proc/self/fd: no .c file in it",
            ARGS("build", "/proc/self/fd"));
}

static void a_hostile_program_is_the_guests_to_refuse(void **state)
{
    static struct elf_image e;
    static const uint32_t code[] = {RV_LOOP};
    (void)state;
    elf_make(&e, UINT64_C(0xffffffffffffe000), code, 1);
    make_file("hostile", e.bytes, e.n);
    struct cli_result r = run("", ARGS("run", "./hostile"));
    assert_int_equal(r.status, 126);
    assert_non_null(strstr(r.out, "/host/hostile"));
    cli_free(&r);
}

static void a_trace_that_cannot_be_written_is_no_success(void **state)
{
    (void)state;
    int full = open("/dev/full", O_WRONLY), out = memfd_create("out", 0);
    assert_true(full >= 0 && out >= 0);
    pid_t pid = fork();
    if (pid == 0)
        cli_exec(open("/dev/null", O_RDONLY), out, full,
                 ARGS("trace", "hello"));
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(cli_status(status), 123);
    close(out);
    close(full);
}

static void files_go_in_and_come_out(void **state)
{
    char bytes[16] = "";
    (void)state;
    make_text("in.txt", "first\n");
    prints(0, "first\nfirst\n", "",
           ARGS("run", "--file", "in.txt", "--file", "in.txt=/a/b/c", "--get",
                "/tmp/out=out.txt", "sh", "-c",
                "cat /host/in.txt /a/b/c; echo made > /tmp/out"));
    int fd = open("out.txt", O_RDONLY);
    assert_int_equal(read(fd, bytes, sizeof bytes), 5);
    assert_string_equal(bytes, "made\n");
    close(fd);
}

static void a_large_file_comes_out_whole(void **state)
{
    static char in[300000], out[300001];
    (void)state;
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (char)(i * 7 + i / 4096);
    make_file("large", in, sizeof in);
    prints(0, "", "",
           ARGS("run", "--file", "large", "--get", "/tmp/copy=copy", "cp",
                "/host/large", "/tmp/copy"));
    int fd = open("copy", O_RDONLY);
    assert_int_equal(read(fd, out, sizeof out), sizeof in);
    assert_memory_equal(in, out, sizeof in);
    close(fd);
}

static void a_file_that_is_not_there_cannot_come_out(void **state)
{
    (void)state;
    refuses(123, "--get /tmp/no: no such file in the guest",
            ARGS("run", "--get", "tmp/no=no.txt", "true"));
    assert_int_equal(access("no.txt", F_OK), -1);
}

/* ---- Input ---- */

static void piped_input_is_typed_at_the_shell(void **state)
{
    (void)state;
    prints(0, "$ echo one\none\n$ \n", "echo one\n", ARGS("run"));
    prints(7, "$ exit 7\n", "exit 7\n", ARGS("run"));
}

/* Traces the shell while somebody types in chunks with pauses between. */
static struct cli_result trace_slow_typist(useconds_t pause)
{
    static const char *const chunk[] = {"echo a", "\nca", "t\nfoo\n", "bar\n"};
    struct cli_result r;
    int in[2], out = memfd_create("out", 0), err = memfd_create("err", 0);
    assert_int_equal(pipe(in), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(in[1]);
        cli_exec(in[0], out, err, ARGS("trace"));
    }
    close(in[0]);
    for (size_t i = 0; i < 4; i++) {
        usleep(pause);
        assert_true(write(in[1], chunk[i], strlen(chunk[i])) > 0);
    }
    close(in[1]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    r.status = cli_status(status);
    r.out = cli_slurp(out, &r.out_bytes);
    r.err = cli_slurp(err, &r.err_bytes);
    return r;
}

static void when_piped_input_comes_makes_no_difference(void **state)
{
    (void)state;
    struct cli_result fast = trace_slow_typist(0);
    struct cli_result slow = trace_slow_typist(120000);
    assert_int_equal(fast.status, 0);
    assert_non_null(strstr(fast.out, "foo\nfoo\nbar\nbar\n"));
    assert_string_equal(fast.out, slow.out);
    assert_string_equal(fast.err, slow.err);
    cli_free(&fast);
    cli_free(&slow);
}

static void a_sleeping_program_does_not_wait_for_stdin(void **state)
{
    int in[2], null = open("/dev/null", O_WRONLY), status;
    (void)state;
    assert_int_equal(pipe(in), 0); /* never written, never closed */
    pid_t pid = fork();
    if (pid == 0)
        cli_exec(in[0], null, null, ARGS("run", "sleep", "2"));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(cli_status(status), 0);
    close(in[0]);
    close(in[1]);
    close(null);
}

static void a_script_types_and_waits(void **state)
{
    (void)state;
    make_text("s", "expect \"$ \"\nsend \"echo \\x68i\\n\"\n"
                   "expect \"hi\\nhi\\n$ \"    # echo, output, prompt\n"
                   "send \"sleep 1000\\n\"\nwait +5000000\n"
                   "send \"\\003\"\nexpect \"$ \"\nsend \"exit 3\\n\"\n");
    prints(3, "^C\n$ exit 3\n", "", ARGS("run", "--script", "s"));
}

static void ctrl_c_of_a_script_reaches_a_program_that_spins(void **state)
{
    (void)state;
    make_text("s", "expect \"$ \"\nsend \"sh -c "
                   "'while true; do true; done'\\n\"\n"
                   "wait +3000000\nsend \"\\003\"\nexpect \"$ \"\neof\n");
    prints(130, "^C\n$ \n", "",
           ARGS("run", "--script", "s", "--max-insns", "100000000"));
}

static void a_script_left_waiting_gives_its_line(void **state)
{
    (void)state;
    make_text("s", "expect \"$ \"\n\nexpect \"never\"\n");
    refuses(122, "s:3: left waiting, the guest idles: expect \"never\"",
            ARGS("run", "--script", "s"));
}

static void
a_script_that_ends_without_eof_leaves_the_shell_waiting(void **state)
{
    (void)state;
    make_text("s", "expect \"$ \"\n");
    refuses_like(122, "s: the script has ended and the guest waits: ",
                 ARGS("run", "--script", "s"));
}

/* ---- Traces ---- */

static void a_trace_shows_the_write_with_its_bytes_and_cost(void **state)
{
    (void)state;
    struct cli_result r = run("", ARGS("trace", "hello"));
    assert_non_null(strstr(r.err, "> ecall write(fd=1, buf=0x"));
    assert_non_null(strstr(r.err, "13 bytes  \"hello, world\\n\"\n"));
    assert_non_null(strstr(r.err, "hello   < = 13"));
    assert_non_null(strstr(r.out, "hello, world\n"));
    assert_int_equal(r.status, 0);
    cli_free(&r);
}

static void two_traces_are_the_same_bytes(void **state)
{
    (void)state;
    struct cli_result a = run("", ARGS("trace", "pingpong"));
    struct cli_result b = run("", ARGS("trace", "pingpong"));
    assert_true(a.err_bytes > 1000);
    assert_string_equal(a.err, b.err);
    assert_string_equal(a.out, b.out);
    cli_free(&a);
    cli_free(&b);
}

static void
every_line_of_json_is_an_object_and_the_last_is_the_end(void **state)
{
    (void)state;
    struct cli_result r = run("", ARGS("trace", "--json", "pingpong"));
    char *last = NULL;
    size_t crossings = 0;
    assert_string_equal(r.err, "");
    for (char *line = strtok(r.out, "\n"); line; line = strtok(NULL, "\n")) {
        cJSON *object = cJSON_Parse(line);
        if (!cJSON_IsString(cJSON_GetObjectItem(object, "type")))
            fail_msg("no object with a type: %s", line);
        crossings += cJSON_GetObjectItem(object, "crossing") != NULL;
        cJSON_Delete(object);
        last = line;
    }
    assert_true(crossings > 20);
    assert_ptr_equal(strstr(last, "{\"type\":\"end\",\"cause\":\"exit\","),
                     last);
    cli_free(&r);
}

static void both_layouts_boot(void **state)
{
    (void)state;
    struct cli_result r =
        run("", ARGS("run", "--kernel-arg", "layout=shared", "hello"));
    assert_non_null(strstr(r.out, "shared"));
    assert_non_null(strstr(r.out, "hello, world\n"));
    cli_free(&r);
}

/* ---- Ends from outside ---- */

static void a_spinning_shell_ends_at_the_limit(void **state)
{
    (void)state;
    refuses_like(122, "--max-insns 3000000: reached at pc 0x",
                 ARGS("run", "--max-insns", "3000000", "sh", "-c",
                      "while true; do :; done"));
}

static void a_closed_stdout_is_told(void **state)
{
    int in = open("/dev/null", O_RDONLY), out[2], status;
    int err = memfd_create("err", 0);
    size_t n;
    (void)state;
    assert_int_equal(pipe(out), 0);
    close(out[0]);
    pid_t pid = fork();
    if (pid == 0)
        cli_exec(in, out[1], err, ARGS("run", "hello"));
    close(out[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    char *text = cli_slurp(err, &n);
    assert_string_equal(text, "sallyport: stdout: Broken pipe\n");
    assert_int_equal(cli_status(status), 123);
    free(text);
    close(in);
}

static void a_signal_ends_json_with_its_object(void **state)
{
    int in[2], out = memfd_create("out", 0), status;
    char seen[1 << 16];
    size_t n;
    (void)state;
    assert_int_equal(pipe(in), 0);
    pid_t pid = fork();
    if (pid == 0)
        cli_exec(in[0], out, STDERR_FILENO, ARGS("run", "--json"));
    do { /* until the prompt stands there */
        usleep(20000);
        ssize_t got = pread(out, seen, sizeof seen - 1, 0);
        seen[got > 0 ? got : 0] = '\0';
    } while (strstr(seen, "$ ") == NULL);
    kill(pid, SIGTERM);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(cli_status(status), 1000 + SIGTERM);
    char *text = cli_slurp(out, &n);
    assert_non_null(strstr(
        text, "{\"type\":\"end\",\"cause\":\"interrupted\",\"status\":143,"
              "\"signal\":15,"));
    free(text);
    close(in[0]);
    close(in[1]);
}

/* ---- Disk and saved boot ---- */

static void without_stdin_and_stdout_nothing_takes_their_place(void **state)
{
    static char sectors[512] = "untouched";
    char after[512];
    int status;
    (void)state;
    make_file("d.img", sectors, sizeof sectors);
    pid_t pid = fork();
    if (pid == 0) {
        close(STDIN_FILENO);
        close(STDOUT_FILENO);
        freopen("/dev/null", "w", stderr);
        execl(SALLYPORT_BINARY, "sallyport", "run", "--disk", "d.img", "cat",
              NULL);
        _exit(99);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(cli_status(status), 123); /* stdout cannot be written */
    int fd = open("d.img", O_RDONLY);
    assert_int_equal(read(fd, after, sizeof after), sizeof after);
    assert_memory_equal(sectors, after, sizeof after);
    close(fd);
}

static void a_panic_has_its_own_status(void **state)
{
    (void)state;
    assert_int_equal(system("mkdir -p etc && echo x >etc/motd && tar "
                            "--format=ustar -cf noinit.tar etc/motd"),
                     0);
    struct cli_result r =
        run("", ARGS("run", "--json", "--initrd", "noinit.tar"));
    assert_int_equal(r.status, 121);
    assert_non_null(strstr(r.out, "\"cause\":\"panic\",\"status\":121,"));
    assert_non_null(strstr(r.out, "kernel panic: "));
    cli_free(&r);
}

static void a_disk_in_use_is_refused(void **state)
{
    static char sectors[1024];
    (void)state;
    make_file("disk.img", sectors, sizeof sectors);
    int fd = open("disk.img", O_RDONLY);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    refuses(123, "disk.img: in use by another running Sallyport",
            ARGS("run", "--disk", "disk.img", "true"));
    close(fd);
    prints(0, "", "", ARGS("run", "--disk", "disk.img", "true"));
}

static void a_saved_boot_prints_the_same_on_qemu(void **state)
{
    static char text[1 << 16];
    (void)state;
    struct cli_result r = run("", ARGS("run", "--save-boot", "saved", "sh",
                                       "-c", "echo one two | wc; exit 4"));
    assert_int_equal(r.status, 4);
    FILE *qemu =
        popen("timeout -k 1 120 saved/qemu.sh </dev/null 2>/dev/null", "r");
    assert_non_null(qemu);
    text[fread(text, 1, sizeof text - 1, qemu)] = '\0';
    assert_int_equal(WEXITSTATUS(pclose(qemu)), 4);
    char *kernel = strstr(text, "sallyport kernel: ");
    assert_non_null(kernel);
    assert_string_equal(kernel, r.out);
    cli_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_programs_status_is_the_exit_status),
        cmocka_unit_test(
            a_signal_that_kills_the_program_gives_128_and_its_number),
        cmocka_unit_test(an_exit_status_like_a_signals_is_still_an_exit),
        cmocka_unit_test(what_stands_behind_the_program_is_the_programs),
        cmocka_unit_test(an_unknown_program_is_refused),
        cmocka_unit_test(a_program_of_the_host_is_found_under_host),
        cmocka_unit_test(a_program_that_build_made_runs),
        cmocka_unit_test(a_hostile_program_is_the_guests_to_refuse),
        cmocka_unit_test(a_trace_that_cannot_be_written_is_no_success),
        cmocka_unit_test(files_go_in_and_come_out),
        cmocka_unit_test(a_large_file_comes_out_whole),
        cmocka_unit_test(a_file_that_is_not_there_cannot_come_out),
        cmocka_unit_test(piped_input_is_typed_at_the_shell),
        cmocka_unit_test(when_piped_input_comes_makes_no_difference),
        cmocka_unit_test(a_sleeping_program_does_not_wait_for_stdin),
        cmocka_unit_test(a_script_types_and_waits),
        cmocka_unit_test(ctrl_c_of_a_script_reaches_a_program_that_spins),
        cmocka_unit_test(a_script_left_waiting_gives_its_line),
        cmocka_unit_test(
            a_script_that_ends_without_eof_leaves_the_shell_waiting),
        cmocka_unit_test(a_trace_shows_the_write_with_its_bytes_and_cost),
        cmocka_unit_test(two_traces_are_the_same_bytes),
        cmocka_unit_test(
            every_line_of_json_is_an_object_and_the_last_is_the_end),
        cmocka_unit_test(both_layouts_boot),
        cmocka_unit_test(a_spinning_shell_ends_at_the_limit),
        cmocka_unit_test(a_closed_stdout_is_told),
        cmocka_unit_test(a_signal_ends_json_with_its_object),
        cmocka_unit_test(without_stdin_and_stdout_nothing_takes_their_place),
        cmocka_unit_test(a_panic_has_its_own_status),
        cmocka_unit_test(a_disk_in_use_is_refused),
        cmocka_unit_test(a_saved_boot_prints_the_same_on_qemu),
    };
    return cmocka_run_group_tests(tests, cli_enter_directory,
                                  cli_leave_directory);
}
