/*
 * test_machine_qemu.c - our UART, PLIC and CLINT against QEMU's, register by
 * register: the same random accesses go to both (to QEMU through its qtest
 * protocol, its processor stopped) and every value read must be the same.
 *
 * Left out, because the two differ there on purpose (plic.c, uart16550.c): a
 * line that stays high over a completion, and receive trigger levels above one
 * byte, whose timeout QEMU counts in its own time.
 */
#include "machine_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define UART PLAT_UART_BASE
#define PLIC PLAT_PLIC_BASE

struct qemu {
    pid_t pid;
    FILE *to, *from;
};

struct both {
    struct board *b;
    struct qemu q;
    uint64_t seed;
    unsigned accesses;
};

static void exec_qemu(int in, int out)
{
    dup2(in, 0);
    dup2(out, 1);
    execlp("qemu-system-riscv64", "qemu-system-riscv64", "-M", "virt", "-m",
           "64", "-S", "-display", "none", "-monitor", "none", "-serial",
           "null", "-bios", "none", "-qtest", "stdio", "-qtest-log",
           "/dev/null", (char *)NULL);
    _exit(127);
}

static void qemu_start(struct qemu *q)
{
    int to[2], from[2];
    assert_int_equal(pipe(to), 0);
    assert_int_equal(pipe(from), 0);
    q->pid = fork();
    assert_true(q->pid >= 0);
    if (q->pid == 0)
        exec_qemu(to[0], from[1]);
    close(to[0]);
    close(from[1]);
    q->to = fdopen(to[1], "w");
    q->from = fdopen(from[0], "r");
}

static void qemu_end(struct qemu *q)
{
    fclose(q->to);
    fclose(q->from);
    kill(q->pid, SIGTERM);
    waitpid(q->pid, NULL, 0);
}

/* One command; its answer is "OK" or "OK 0x...". */
static uint64_t qemu_ask(struct qemu *q, const char *command)
{
    char line[200];
    unsigned long value = 0;
    fprintf(q->to, "%s\n", command);
    fflush(q->to);
    do {
        if (fgets(line, sizeof line, q->from) == NULL)
            fail_msg("qemu-system-riscv64 does not answer");
    } while (strncmp(line, "OK", 2) != 0);
    sscanf(line, "OK %lx", &value);
    return value;
}

static char letter(unsigned size)
{
    return size == 1 ? 'b' : size == 4 ? 'l' : 'q';
}

static uint64_t both_read(struct both *t, unsigned size, uint64_t pa)
{
    char command[80];
    snprintf(command, sizeof command, "read%c 0x%lx", letter(size),
             (unsigned long)pa);
    uint64_t theirs = qemu_ask(&t->q, command);
    uint64_t ours = rd(t->b, size, pa);
    t->accesses++;
    if (ours != theirs)
        fail_msg("read of %u at 0x%lx after %u accesses: QEMU 0x%lx, here "
                 "0x%lx",
                 size, (unsigned long)pa, t->accesses, (unsigned long)theirs,
                 (unsigned long)ours);
    return ours;
}

static void both_write(struct both *t, unsigned size, uint64_t pa, uint64_t v)
{
    char command[80];
    snprintf(command, sizeof command, "write%c 0x%lx 0x%lx", letter(size),
             (unsigned long)pa, (unsigned long)v);
    qemu_ask(&t->q, command);
    wr(t->b, size, pa, v);
    t->accesses++;
}

static uint64_t next_random(struct both *t, uint64_t below)
{
    t->seed ^= t->seed << 13;
    t->seed ^= t->seed >> 7;
    t->seed ^= t->seed << 17;
    return (t->seed >> 16) % below;
}

static int both_setup(void **state)
{
    struct both *t = calloc(1, sizeof *t);
    void *board = NULL;
    board_setup(&board);
    t->b = board;
    t->seed = 0x1234567;
    qemu_start(&t->q);
    *state = t;
    return 0;
}

static int both_teardown(void **state)
{
    struct both *t = *state;
    void *board = t->b;
    qemu_end(&t->q);
    board_teardown(&board);
    free(t);
    return 0;
}

static void uart_access(struct both *t)
{
    static const uint8_t telling[] = {0, 1, 2, 3, 5, 7, 0x10, 0x18, 0x80, 0x83};
    uint64_t reg = next_random(t, UART_REGISTERS);
    uint8_t value = (uint8_t)next_random(t, 256);
    if (next_random(t, 2) == 0) {
        both_read(t, 1, UART + reg);
        return;
    }
    if (next_random(t, 2) == 0)
        value = telling[next_random(t, sizeof telling)];
    if (reg == UART_MCR && next_random(t, 3) != 0)
        value |= UART_MCR_LOOP; /* so that something is received */
    if (reg == UART_FCR)
        value &= 0x3f; /* trigger level 1 */
    both_write(t, 1, UART + reg, value);
}

static void the_uart_answers_as_qemus(void **state)
{
    struct both *t = *state;
    for (unsigned i = 0; i < 20000; i++)
        uart_access(t);
}

/* Random set-up, a request by "transmitter empty", served and completed. */
static void plic_round(struct both *t)
{
    uint64_t claim = PLIC + PLIC_CONTEXT + PLIC_CLAIM +
                     next_random(t, 2) * PLIC_CONTEXT_STRIDE;
    both_write(t, 4, PLIC + 4 * (1 + next_random(t, 95)), t->seed >> 32);
    both_write(t, 4, PLIC + 4 * PLAT_IRQ_UART, next_random(t, 16));
    for (unsigned context = 0; context < 2; context++) {
        uint64_t enable = PLIC + PLIC_ENABLE + context * PLIC_ENABLE_STRIDE;
        uint64_t word = enable + 4 * next_random(t, 4);
        both_write(t, 4, word, next_random(t, 2) ? 0xffffffff : t->seed >> 20);
        both_read(t, 4, word);
        both_write(t, 4, PLIC + PLIC_CONTEXT + context * PLIC_CONTEXT_STRIDE,
                   next_random(t, 12));
    }
    both_write(t, 1, UART + UART_IER, UART_IER_THRI);
    both_read(t, 4, PLIC + PLIC_PENDING);
    uint64_t source = both_read(t, 4, claim);
    both_read(t, 4, PLIC + PLIC_PENDING);
    both_write(t, 1, UART + UART_IER, 0);
    both_write(t, 4, claim, source);
    both_read(t, 4, PLIC + 4 * next_random(t, 96));
}

static void the_plic_answers_as_qemus(void **state)
{
    struct both *t = *state;
    for (unsigned i = 0; i < 1500; i++)
        plic_round(t);
}

static void the_clint_answers_as_qemus(void **state)
{
    static const uint32_t words[] = {
        CLINT_MSIP,          4,           CLINT_MTIMECMP, CLINT_MTIMECMP + 4,
        CLINT_MTIMECMP_NEXT, CLINT_MTIME, CLINT_MTIME + 4};
    static const uint32_t doublewords[] = {CLINT_MTIMECMP, CLINT_MTIME,
                                           CLINT_MTIMECMP_NEXT};
    struct both *t = *state;
    for (unsigned i = 0; i < 3000; i++) {
        bool wide = next_random(t, 2);
        uint64_t pa = PLAT_CLINT_BASE + (wide ? doublewords[next_random(t, 3)]
                                              : words[next_random(t, 7)]);
        if (next_random(t, 2))
            both_write(t, wide ? 8 : 4, pa, wide ? t->seed : t->seed >> 32);
        both_read(t, wide ? 8 : 4, pa);
    }
}

#define ON_BOTH(test)                                                          \
    cmocka_unit_test_setup_teardown(test, both_setup, both_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(the_uart_answers_as_qemus),
        ON_BOTH(the_plic_answers_as_qemus),
        ON_BOTH(the_clint_answers_as_qemus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
