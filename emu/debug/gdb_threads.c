/*
 * gdb_threads.c - processes as threads: a thread's number is the process's pid,
 * in the program as well as in the kernel on its behalf. The kernel where it
 * works for nobody (boot, scheduler, idle) is a thread as well. There is one
 * hart, so one thread runs and the others stand where they entered the kernel.
 */
#include "gdb_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int gdb_thread_now(const struct gdb *g)
{
    int pid = tracker_current_pid(g->target->tracker);
    return pid > 0 ? pid : GDB_KERNEL_THREAD;
}

int gdb_thread_chosen(const struct gdb *g)
{
    return g->thread != 0 ? g->thread : gdb_thread_now(g);
}

static bool is_alive(const struct gdb *g, int thread)
{
    const struct process *p =
        thread > 0 ? tracker_process(g->target->tracker, thread) : NULL;
    return thread == GDB_KERNEL_THREAD || thread == gdb_thread_now(g) ||
           (p != NULL && p->state != PROCESS_ZOMBIE &&
            p->state != PROCESS_GONE);
}

/* The kernel, then the processes as the tracker has them: the i-th thread, or
 * 0 behind the last. */
static int thread_at(const struct gdb *g, size_t i)
{
    const struct tracker *t = g->target->tracker;
    if (i == 0)
        return GDB_KERNEL_THREAD;
    for (size_t at = 0; at < tracker_processes(t); at++) {
        int pid = tracker_process_at(t, at)->pid;
        if (is_alive(g, pid) && --i == 0)
            return pid;
    }
    return 0;
}

static void describe(const struct gdb *g, int thread, char *text, size_t n)
{
    const struct process *p = tracker_process(g->target->tracker, thread);
    if (p == NULL)
        snprintf(text, n, "kernel, for no process");
    else if (thread == gdb_thread_now(g))
        snprintf(text, n, "%s, running", p->name);
    else if (p->state == PROCESS_BLOCKED)
        snprintf(text, n, "%s, waits for %s", p->name, p->blocked_on);
    else
        snprintf(text, n, "%s, ready", p->name);
}

/* A process's name may hold anything. */
static void plain(char *text)
{
    for (; *text != '\0'; text++)
        if (*text < ' ' || *text > '~' || strchr("<>&\"'", *text) != NULL)
            *text = '?';
}

bool gdb_thread_id(const char **at, int *thread)
{
    uint64_t value;
    if (**at == 'p') { /* of the one process that there is */
        const char *dot = strchr(*at, '.');
        if (dot == NULL)
            return false;
        *at = dot + 1;
    }
    if (strncmp(*at, "-1", 2) == 0) {
        *at += 2;
        *thread = -1;
        return true;
    }
    if (!gdb_hex_number(at, &value) || value > INT32_MAX)
        return false;
    *thread = (int)value;
    return true;
}

/* ---- Packets ---- */

void gdb_threads_first(struct gdb *g, const char *args, size_t n)
{
    g->next_thread = 0;
    gdb_threads_next(g, args, n);
}

#define THREADS_AT_ONCE 64

void gdb_threads_next(struct gdb *g, const char *args, size_t n)
{
    (void)args, (void)n;
    int thread = thread_at(g, g->next_thread);
    if (thread == 0) {
        gdb_say(g, "l");
        return;
    }
    gdb_say(g, "m%x", (unsigned)thread);
    g->next_thread++;
    for (unsigned i = 1; i < THREADS_AT_ONCE; i++) {
        thread = thread_at(g, g->next_thread);
        if (thread == 0)
            return;
        gdb_say(g, ",%x", (unsigned)thread);
        g->next_thread++;
    }
}

void gdb_threads_name(struct gdb *g, const char *args, size_t n)
{
    char text[128];
    int thread;
    (void)n;
    if (!gdb_thread_id(&args, &thread) || !is_alive(g, thread)) {
        gdb_say(g, "E03");
        return;
    }
    describe(g, thread, text, sizeof text);
    plain(text);
    gdb_say_hex(g, text, strlen(text));
}

void gdb_threads_document(struct gdb *g, const char *args, size_t n)
{
    static const char begin[] = "<?xml version=\"1.0\"?>\n<threads>\n";
    static const char end[] = "</threads>\n";
    char text[GDB_PACKET_MAX] = "";
    size_t used = 0;
    (void)n;
    used += (size_t)snprintf(text, sizeof text, "%s", begin);
    for (size_t i = 0; used + 256 < sizeof text; i++) {
        int thread = thread_at(g, i);
        const struct process *p = tracker_process(g->target->tracker, thread);
        char what[128], name[40];
        if (thread == 0)
            break;
        describe(g, thread, what, sizeof what);
        snprintf(name, sizeof name, "%s", p != NULL ? p->name : "kernel");
        plain(what);
        plain(name);
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "<thread id=\"%x\" core=\"0\" name=\"%s\">%s"
                                 "</thread>\n",
                                 (unsigned)thread, name, what);
    }
    used += (size_t)snprintf(text + used, sizeof text - used, "%s", end);
    gdb_say_piece(g, text, used, args);
}

void gdb_threads_current(struct gdb *g, const char *args, size_t n)
{
    (void)args, (void)n;
    gdb_say(g, "QC%x", (unsigned)gdb_thread_now(g));
}

/* Hg: whose registers and memory; Hc: who is to run, which the hart decides. */
void gdb_threads_select(struct gdb *g, const char *args, size_t n)
{
    int thread;
    char what = *args;
    if (n < 2 || (what != 'g' && what != 'c')) {
        gdb_say(g, "E16");
        return;
    }
    args++;
    if (!gdb_thread_id(&args, &thread) ||
        (thread > 0 && !is_alive(g, thread))) {
        gdb_say(g, "E03");
        return;
    }
    if (what == 'g')
        g->thread = thread > 0 && thread != gdb_thread_now(g) ? thread : 0;
    gdb_say(g, "OK");
}

void gdb_threads_alive(struct gdb *g, const char *args, size_t n)
{
    int thread;
    (void)n;
    gdb_say(g, gdb_thread_id(&args, &thread) && is_alive(g, thread) ? "OK"
                                                                    : "E03");
}
