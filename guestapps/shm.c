/*
 * shm.c - two processes, one page: what one stores the other reads, and no
 * system call carries it. shm [ROUNDS], by default 5.
 *
 * The page has a slot and a word that says whose turn it is. Who has to wait
 * sleeps on that word (futex) instead of asking again and again; who changes
 * it wakes the other.
 *
 * Watch: the data itself never crosses: there is no copyin and no copyout for
 * it. The crossings are the futex calls, and page faults at first touch. Both
 * processes map the object at addresses of their own choice; the frame behind
 * them is one.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <sallyport/calls.h>
#include "program.h"

struct page {
    uint32_t turn;
    long value;
};
enum { PARENT, CHILD };

static void await(volatile struct page *p, uint32_t whose)
{
    uint32_t now;
    while ((now = p->turn) != whose)
        futex(&p->turn, FUTEX_WAIT, now, NULL);
}

static void pass(volatile struct page *p, uint32_t to)
{
    p->turn = to;
    futex(&p->turn, FUTEX_WAKE, 1, NULL);
}

/* Adds one to whatever it is given. */
static void child(volatile struct page *p, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        await(p, CHILD);
        p->value++;
        pass(p, PARENT);
    }
}

static volatile struct page *open_page(void)
{
    int fd = shm_open("/shm-demo", O_RDWR | O_CREAT, 0600);
    if (fd < 0 || ftruncate(fd, sizeof(struct page)) != 0)
        return NULL;
    void *p = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE,
                   MAP_SHARED, fd, 0);
    close(fd);
    return p == MAP_FAILED ? NULL : p;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 5;
    volatile struct page *p = open_page();
    if (p == NULL)
        return complain("shm", "/shm-demo");
    fflush(stdout);
    pid_t pid = fork();
    if (pid < 0)
        return complain("shm", "fork");
    if (pid == 0) {
        volatile struct page *own = open_page(); /* by name, elsewhere */
        if (own == NULL)
            _exit(complain("shm", "/shm-demo"));
        child(own, rounds);
        _exit(0);
    }
    for (int i = 0; i < rounds; i++) {
        long sent = 10 * i;
        p->value = sent;
        pass(p, CHILD);
        await(p, PARENT);
        printf("sent %ld, got %ld\n", sent, p->value);
    }
    waitpid(pid, NULL, 0);
    return shm_unlink("/shm-demo") == 0 ? 0 : complain("shm", "shm_unlink");
}
