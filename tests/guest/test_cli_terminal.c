/*
 * test_cli_terminal.c - `run` on a terminal: keys go to the guest, and the
 * terminal is as before after every way out.
 */
#include "cli.h"

#include <poll.h>
#include <pty.h>
#include <termios.h>
#include <time.h>

/* What a test can wait for at most before it is taken for a hang. */
#define PATIENCE_MS 60000

struct terminal {
    int master, slave;
    struct termios before;
    pid_t pid;
    char seen[1 << 16];
    size_t seen_bytes, searched;
};

static void start(struct terminal *t, const char *const args[])
{
    memset(t, 0, sizeof *t);
    assert_int_equal(openpty(&t->master, &t->slave, NULL, NULL, NULL), 0);
    assert_int_equal(tcgetattr(t->slave, &t->before), 0);
    t->pid = fork();
    assert_true(t->pid >= 0);
    if (t->pid == 0) {
        setsid();
        cli_exec(t->slave, t->slave, t->slave, args);
    }
}

/* Waits until this text stands behind what was found last. */
static void expect(struct terminal *t, const char *text)
{
    struct pollfd fd = {.fd = t->master, .events = POLLIN};
    for (;;) {
        char *found = strstr(t->seen + t->searched, text);
        if (found != NULL) {
            t->searched = (size_t)(found - t->seen) + strlen(text);
            return;
        }
        if (poll(&fd, 1, PATIENCE_MS) <= 0)
            fail_msg("no \"%s\" in:\n%s", text, t->seen + t->searched);
        ssize_t n = read(t->master, t->seen + t->seen_bytes,
                         sizeof t->seen - 1 - t->seen_bytes);
        assert_true(n > 0);
        t->seen_bytes += (size_t)n;
    }
}

static void type(struct terminal *t, const char *keys)
{
    assert_int_equal(write(t->master, keys, strlen(keys)), strlen(keys));
}

static bool is_raw(const struct terminal *t)
{
    struct termios now;
    assert_int_equal(tcgetattr(t->slave, &now), 0);
    return (now.c_lflag & (ICANON | ECHO | ISIG)) == 0;
}

/* The process ends with this status, and the terminal is as it was. */
static void ends(struct terminal *t, int status)
{
    struct termios now;
    int wait_status;
    memset(&now, 0, sizeof now); /* its padding too is compared */
    assert_int_equal(waitpid(t->pid, &wait_status, 0), t->pid);
    assert_int_equal(cli_status(wait_status), status);
    assert_int_equal(tcgetattr(t->slave, &now), 0);
    assert_memory_equal(&now, &t->before, sizeof now);
    close(t->master);
    close(t->slave);
}

static void keys_go_to_the_guest_and_its_status_comes_back(void **state)
{
    struct terminal t;
    (void)state;
    start(&t, ARGS("run"));
    expect(&t, "sallyport: Ctrl-A x leaves");
    expect(&t, "$ ");
    assert_true(is_raw(&t));
    type(&t, "echo key$((1\x7f\x7f\x7f\x7fs\r");
    expect(&t, "keys\r\n");
    expect(&t, "$ ");
    type(&t, "exit 9\r");
    ends(&t, 9);
}

static void ctrl_c_goes_to_the_guest(void **state)
{
    struct terminal t;
    (void)state;
    start(&t, ARGS("run"));
    expect(&t, "$ ");
    type(&t, "sleep 1000\r");
    expect(&t, "sleep 1000\r\n");
    type(&t, "\003");
    expect(&t, "$ ");
    type(&t, "exit 2\r");
    ends(&t, 2);
}

static void ctrl_a_x_leaves(void **state)
{
    struct terminal t;
    (void)state;
    start(&t, ARGS("run", "--quiet"));
    expect(&t, "$ ");
    assert_null(strstr(t.seen, "Ctrl-A"));
    type(&t, "\001x");
    ends(&t, 0);
}

static void ctrl_a_x_leaves_a_guest_that_spins(void **state)
{
    struct terminal t;
    (void)state;
    start(&t, ARGS("run", "sh", "-c", "echo go; while true; do :; done"));
    expect(&t, "go\r\n");
    type(&t, "\001");
    type(&t, "x");
    ends(&t, 0);
}

static void ctrl_a_twice_is_one_ctrl_a(void **state)
{
    struct terminal t;
    (void)state;
    start(&t, ARGS("run", "--json", "cat"));
    expect(&t, "separate spaces");
    type(&t, "\001\001\r\004");
    expect(&t, "\"cause\":\"exit\"");
    assert_non_null(strstr(t.seen, "\\u0001"));
    assert_null(strstr(t.seen, "\\u0001\\u0001"));
    ends(&t, 0);
}

static void signal_leaves_the_terminal_as_it_was(int number)
{
    struct terminal t;
    start(&t, ARGS("run"));
    expect(&t, "$ ");
    assert_true(is_raw(&t));
    kill(t.pid, number);
    ends(&t, 1000 + number);
}

static void a_termination_leaves_the_terminal_as_it_was(void **state)
{
    (void)state;
    signal_leaves_the_terminal_as_it_was(SIGTERM);
    signal_leaves_the_terminal_as_it_was(SIGHUP);
    signal_leaves_the_terminal_as_it_was(SIGINT);
}

static void a_crash_leaves_the_terminal_as_it_was(void **state)
{
    (void)state;
    signal_leaves_the_terminal_as_it_was(SIGABRT);
}

static void a_limit_leaves_the_terminal_as_it_was(void **state)
{
    struct terminal t;
    (void)state;
    start(&t, ARGS("run", "--max-insns", "3000000", "sh", "-c",
                   "while true; do :; done"));
    expect(&t, "--max-insns 3000000: reached");
    ends(&t, 122);
}

static void a_sleep_on_a_terminal_takes_real_time(void **state)
{
    struct terminal t;
    struct timespec before, after;
    (void)state;
    clock_gettime(CLOCK_MONOTONIC, &before);
    start(&t, ARGS("run", "sleep", "1"));
    ends(&t, 0);
    clock_gettime(CLOCK_MONOTONIC, &after);
    /* Only a lower bound: a busy machine may take longer. */
    assert_true((after.tv_sec - before.tv_sec) * 1000 +
                    (after.tv_nsec - before.tv_nsec) / 1000000 >=
                1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_go_to_the_guest_and_its_status_comes_back),
        cmocka_unit_test(ctrl_c_goes_to_the_guest),
        cmocka_unit_test(ctrl_a_x_leaves),
        cmocka_unit_test(ctrl_a_x_leaves_a_guest_that_spins),
        cmocka_unit_test(ctrl_a_twice_is_one_ctrl_a),
        cmocka_unit_test(a_termination_leaves_the_terminal_as_it_was),
        cmocka_unit_test(a_crash_leaves_the_terminal_as_it_was),
        cmocka_unit_test(a_limit_leaves_the_terminal_as_it_was),
        cmocka_unit_test(a_sleep_on_a_terminal_takes_real_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
