/*
 * process.c - eight processes, taken in turn.
 *
 * The kernel runs with interrupts off but for the scheduler's idle moment, so
 * nothing here needs a lock.
 */
#include "tern.h"

#define PROCESSES 8

static struct process processes[PROCESSES];
static struct context scheduler;
static int last_pid;
struct process *current;
u64 ticks, forced;

static struct process *process_new(void)
{
    for (int i = 0; i < PROCESSES; i++) {
        struct process *p = &processes[i];
        if (p->state != FREE)
            continue;
        p->pid = ++last_pid;
        p->table = table_new();
        p->frame = page_get();
        p->stack = (u64)page_get();
        table_map(p->table, FRAME, (u64)p->frame, 2 | 4);
        p->frame->kernel_satp = csr_get(satp);
        p->frame->kernel_stack = p->stack + PAGE;
        p->frame->kernel_trap = (u64)user_trap;
        p->context =
            (struct context){.ra = (u64)user_return, .sp = p->stack + PAGE};
        return p;
    }
    return 0;
}

static void process_free(struct process *p)
{
    table_free(p->table, p->pages);
    page_put(p->frame);
    page_put((void *)p->stack);
    p->state = FREE;
}

void process_first(const u8 *image, u64 bytes)
{
    struct process *p = process_new();
    for (u64 at = 0; at < bytes; at += PAGE) {
        u8 *page = page_get();
        u64 part = bytes - at < PAGE ? bytes - at : PAGE;
        copy_bytes(page, image + at, part);
        table_map(p->table, at, (u64)page, 2 | 4 | 8 | 16);
        p->pages++;
    }
    table_map(p->table, USER_STACK - PAGE, (u64)page_get(), 2 | 4 | 16);
    p->frame->reg[1] = USER_STACK;
    p->state = READY;
}

int process_fork(void)
{
    struct process *child = process_new();
    if (child == 0)
        return -1;
    for (u64 i = 0; i <= current->pages; i++) {
        u64 va = i < current->pages ? i * PAGE : USER_STACK - PAGE;
        u64 entry = *table_entry(current->table, va, 0);
        void *copy = copy_bytes(page_get(), (void *)(entry >> 10 << 12), PAGE);
        table_map(child->table, va, (u64)copy, entry & 0x1e);
    }
    child->pages = current->pages;
    for (int i = 0; i < 31; i++)
        child->frame->reg[i] = current->frame->reg[i];
    child->frame->pc = current->frame->pc;
    child->frame->reg[9] = 0;
    child->parent = current;
    child->state = READY;
    return child->pid;
}

void schedule(void)
{
    for (;;) {
        int ran = 0;
        for (int i = 0; i < PROCESSES; i++) {
            struct process *p = &processes[i];
            if (p->state != READY)
                continue;
            p->state = RUNNING;
            current = p;
            ran = 1;
            context_switch(&scheduler, &p->context);
            current = 0;
        }
        if (!ran) {
            __asm__ volatile("wfi");
            csr_on(sstatus, 2);
            csr_off(sstatus, 2);
        }
    }
}

static void leave(enum state state)
{
    struct process *p = current;
    p->state = state;
    context_switch(&p->context, &scheduler);
}

void yield(void)
{
    leave(READY);
}

void sleep_on(const void *what)
{
    current->waits_for = what;
    leave(ASLEEP);
}

void wake(const void *what)
{
    for (int i = 0; i < PROCESSES; i++)
        if (processes[i].state == ASLEEP && processes[i].waits_for == what)
            processes[i].state = READY;
}

void process_exit(int status)
{
    current->status = status;
    wake(current->parent);
    leave(DEAD);
}

int process_wait(int *status)
{
    for (;;) {
        int children = 0;
        for (int i = 0; i < PROCESSES; i++) {
            struct process *p = &processes[i];
            if (p->state == FREE || p->parent != current)
                continue;
            children++;
            if (p->state == DEAD) {
                *status = p->status;
                process_free(p);
                return p->pid;
            }
        }
        if (children == 0)
            return -1;
        sleep_on(current);
    }
}
