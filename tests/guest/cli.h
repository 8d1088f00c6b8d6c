/*
 * cli.h - runs the built `sallyport` as a user would, and looks at its exit
 * status, stdout and stderr. Shared by the test_cli_*.c files.
 */
#ifndef SALLYPORT_TESTS_CLI_H
#define SALLYPORT_TESTS_CLI_H

#include "../unit/machine_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLI_ARGS_MAX 40

struct cli_result {
    int status;      /* exit status; 1000 + N: killed by signal N */
    char *out, *err; /* NUL-ended */
    size_t out_bytes, err_bytes;
};

static inline char *cli_slurp(int fd, size_t *n)
{
    off_t size = lseek(fd, 0, SEEK_END);
    assert_true(size >= 0);
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(pread(fd, text, (size_t)size, 0), size);
    text[size] = '\0';
    *n = (size_t)size;
    close(fd);
    return text;
}

/* In the child: the streams in place, then the program. */
_Noreturn static inline void cli_exec(int in, int out, int err,
                                      const char *const args[])
{
    const char *argv[CLI_ARGS_MAX] = {"sallyport"};
    for (int i = 0; args[i] != NULL && i < CLI_ARGS_MAX - 2; i++)
        argv[i + 1] = args[i];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    for (int fd = 3; fd < 64; fd++)
        close(fd);
    execv(SALLYPORT_BINARY, (char **)(uintptr_t)argv);
    _exit(99);
}

static inline int cli_status(int wait_status)
{
    return WIFSIGNALED(wait_status) ? 1000 + WTERMSIG(wait_status)
                                    : WEXITSTATUS(wait_status);
}

/* Runs with these bytes (at most a pipe's worth) on stdin, from a pipe. */
static inline struct cli_result cli_run_bytes(const void *input, size_t n,
                                              const char *const args[])
{
    struct cli_result r;
    int in[2], out = memfd_create("out", 0), err = memfd_create("err", 0);
    assert_int_equal(pipe(in), 0);
    assert_true(out >= 0 && err >= 0);
    if (n > 0)
        assert_int_equal(write(in[1], input, n), n);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        cli_exec(in[0], out, err, args);
    close(in[0]);
    close(in[1]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    r.status = cli_status(status);
    r.out = cli_slurp(out, &r.out_bytes);
    r.err = cli_slurp(err, &r.err_bytes);
    return r;
}

static inline void cli_free(struct cli_result *r)
{
    free(r->out);
    free(r->err);
}

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The command must end with this status and this one line on stderr. */
static inline void refuses(int status, const char *line,
                           const char *const args[])
{
    struct cli_result r = cli_run_bytes("", 0, args);
    char expected[1024];
    snprintf(expected, sizeof expected, "sallyport: %s\n", line);
    assert_string_equal(r.err, expected);
    assert_int_equal(r.status, status);
    cli_free(&r);
}

/* As refuses, where the line only has to begin like this. */
static inline void refuses_like(int status, const char *begin,
                                const char *const args[])
{
    struct cli_result r = cli_run_bytes("", 0, args);
    char expected[1024];
    snprintf(expected, sizeof expected, "sallyport: %s", begin);
    if (strncmp(r.err, expected, strlen(expected)) != 0)
        fail_msg("stderr is\n%s, not %s...", r.err, expected);
    assert_ptr_equal(strchr(r.err, '\n'), r.err + r.err_bytes - 1);
    assert_int_equal(r.status, status);
    cli_free(&r);
}

/* ---- Files made for a test, in a directory of its own ---- */

/* cmocka group set-up: a fresh directory becomes the current one. */
static inline int cli_enter_directory(void **state)
{
    static char name[] = "/tmp/sallyport-test-XXXXXX";
    *state = mkdtemp(name);
    return *state != NULL && chdir(name) == 0 ? 0 : -1;
}

static inline int cli_leave_directory(void **state)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

/* Not inlined: gcc 12 at -O3 takes an image's bytes for the ELF header's first
 * array and warns of reading beyond it. */
__attribute__((noinline, unused)) static void
make_file(const char *name, const void *bytes, size_t n)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n), n);
    close(fd);
}

static inline void make_text(const char *name, const char *text)
{
    make_file(name, text, strlen(text));
}

/* ---- Small M-mode images ---- */

#define RV_LUI(rd, imm) ((uint32_t)(imm) << 12 | (rd) << 7 | 0x37u)
#define RV_ADDI(rd, rs, imm)                                                   \
    ((uint32_t)(imm) << 20 | (rs) << 15 | (rd) << 7 | 0x13u)
#define RV_SB(rs2, rs1) ((rs2) << 20 | (rs1) << 15 | 0x23u)
#define RV_SW(rs2, rs1) ((rs2) << 20 | (rs1) << 15 | 2u << 12 | 0x23u)
#define RV_ECALL        0x00000073u
#define A0              10u
#define A1              11u

static inline void make_bare(const char *name, const uint32_t *code,
                             size_t words)
{
    struct elf_image *e = malloc(sizeof *e);
    assert_non_null(e);
    elf_make(e, PLAT_RAM_BASE, code, words);
    make_file(name, e->bytes, e->n);
    free(e);
}

/* Prints "hi\n" on the UART and ends with the status by the finisher. */
static inline void make_bare_hi(const char *name, unsigned status)
{
    const uint32_t code[] = {
        RV_LUI(A0, PLAT_UART_BASE >> 12),
        RV_ADDI(A1, 0u, 'h'),
        RV_SB(A1, A0),
        RV_ADDI(A1, 0u, 'i'),
        RV_SB(A1, A0),
        RV_ADDI(A1, 0u, '\n'),
        RV_SB(A1, A0),
        RV_LUI(A0, PLAT_FINISHER_BASE >> 12),
        RV_LUI(A1, status << 4 | PLAT_FINISHER_FAIL >> 12),
        RV_ADDI(A1, A1, PLAT_FINISHER_FAIL & 0xfff),
        RV_SW(A1, A0),
        RV_LOOP,
    };
    make_bare(name, code, sizeof code / sizeof code[0]);
}

#endif
