/*
 * interrupt.c - Ctrl-C for the shell itself, at a console: at the prompt it
 * gives up the line, between commands the loop or list that is running. What a
 * command does with its own Ctrl-C is that command's business.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>
#include "sh.h"

static volatile sig_atomic_t interrupted, reading;
static sigjmp_buf prompt;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
    if (reading)
        siglongjmp(prompt, 1);
}

/* SA_NODEFER: the jump above leaves nothing blocked, and there is no mask to
 * be saved at every prompt. */
void interrupt_handle(void)
{
    struct sigaction action = {.sa_handler = on_interrupt,
                               .sa_flags = SA_NODEFER};
    sigaction(SIGINT, &action, NULL);
}

bool interrupt_taken(void)
{
    bool taken = interrupted;
    interrupted = 0;
    return taken;
}

/* Without the jump a Ctrl-C right before the read would not end it. */
ssize_t interrupt_read(int fd, char *bytes, size_t n)
{
    volatile ssize_t got = -1;
    if (sigsetjmp(prompt, 0) == 0) {
        reading = 1;
        if (!interrupted)
            got = read(fd, bytes, n);
    }
    reading = 0;
    if (!interrupt_taken())
        return got;
    errno = EINTR;
    return -1;
}
