/*
 * gdb.h - GDB's remote serial protocol for a target: what stands between the
 * bytes of a connection and emu/debug/target.h. Knows no sockets: whoever owns
 * the connection hands over what came and sends what it is given.
 *
 *     struct gdb *g = gdb_create(&target, &env);
 *     gdb_connected(g);                           for each connection
 *     gdb_receive(g, bytes, n);                   runs the machine if asked to
 *     if (gdb_state(g) != GDB_SERVING) ...
 *     gdb_destroy(g);
 *
 * While the machine runs, target->poll has to look at the connection and hand
 * over what came, so that Ctrl-C is heard, and to return false when
 * gdb_interrupted says so. docs/reference/gdb.md lists every packet.
 */
#ifndef SALLYPORT_GDB_H
#define SALLYPORT_GDB_H

#include "target.h"

struct gdb;

/* The thread that stands for the kernel where it works for no process. */
#define GDB_KERNEL_THREAD 999999

struct gdb_env {
    void *ctx;
    bool bare; /* M-mode is the guest's: its CSRs are shown */
    /* Sends all of it; false: the connection is gone. */
    bool (*send)(void *ctx, const void *bytes, size_t n);
    /* The guest waits for its console: gives it something (target_input) and
     * returns true, or returns false: stop here. */
    bool (*wait_input)(void *ctx);
    /* A line for whoever sits at Sallyport's own terminal. */
    void (*say)(void *ctx, const char *line);
    /* `monitor TEXT`: carries it out and gives what it prints to out. NULL:
     * there are no commands. */
    void (*monitor)(void *ctx, const char *text,
                    void (*out)(void *to, const char *text, size_t n),
                    void *to);
};

enum gdb_state {
    GDB_SERVING,
    GDB_DETACHED, /* the client went; the machine stands still */
    GDB_KILLED    /* the client wants the run to end */
};

/* NULL: out of memory. The target is the caller's. */
struct gdb *gdb_create(struct target *target, const struct gdb_env *env);
void gdb_destroy(struct gdb *g);
/* A client has come: nothing of an earlier one is left, its breakpoints
 * neither. */
void gdb_connected(struct gdb *g);
void gdb_receive(struct gdb *g, const void *bytes, size_t n);
enum gdb_state gdb_state(const struct gdb *g);
/* Is a run to be stopped, because Ctrl-C came or the connection is gone? */
bool gdb_interrupted(const struct gdb *g);
/* The connection is gone: stops a run. */
void gdb_hangup(struct gdb *g);

#endif
