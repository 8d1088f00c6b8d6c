/*
 * gdb_internal.h - what gdb*.c share. Not for others.
 *
 *   gdb.c            packets in and out, which one goes where
 *   gdb_run.c        running and stepping, both ways
 *   gdb_stop.c       why it stopped
 *   gdb_points.c     break- and watchpoints
 *   gdb_threads.c    processes as threads
 *   gdb_registers.c  registers, and the target description
 *   gdb_memory.c     memory
 *   gdb_wire.c       frames
 */
#ifndef SALLYPORT_GDB_INTERNAL_H
#define SALLYPORT_GDB_INTERNAL_H

#include "breaks.h"
#include "gdb.h"
#include "gdb_wire.h"

#define GDB_POINTS_MAX 64
#define GDB_QUEUE_MAX  8 /* packets that came while the machine ran */

/* A break- or watchpoint of the client. */
struct gdb_point {
    char type; /* '0' '1' breakpoints, '2' write '3' read '4' access; 0: free */
    uint64_t address, bytes;
    int pid;         /* whose addresses; 0: the kernel's. Watchpoints */
    unsigned number; /* in target->breaks */
};

struct gdb_queued {
    size_t n;
    char *packet;
};

struct gdb {
    struct target *target;
    struct gdb_env env;
    enum gdb_state state;
    struct gdb_wire wire;
    bool no_ack, hung_up;
    /* The answer under way, and the last one as it was sent. */
    char reply[GDB_PACKET_MAX + 1];
    size_t reply_bytes;
    uint8_t frame[GDB_FRAME_BYTES(GDB_PACKET_MAX)];
    size_t frame_bytes;
    /* While the machine runs. */
    bool running, interrupted;
    struct gdb_queued queue[GDB_QUEUE_MAX];
    size_t queued;
    /* What the client said of itself, or chose. */
    bool tells_swbreak, tells_hwbreak;
    int thread; /* registers and memory are of this one; 0: the current */
    size_t next_thread;
    char stop[160];
    struct gdb_point point[GDB_POINTS_MAX];
    /* Watchpoints that there were, for whose they are: the client takes them
     * away at each stop and brings them back. */
    struct gdb_point known[GDB_POINTS_MAX];
    size_t next_known;
    bool write_told; /* that nothing is written */
    /* Registers of a process that does not have the hart. */
    struct {
        struct moment at;
        int pid;
        bool known;
        struct target_registers registers;
    } away;
};

/* ---- gdb.c: the answer under way ---- */
void gdb_say(struct gdb *g, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void gdb_say_hex(struct gdb *g, const void *bytes, size_t n);
void gdb_say_bytes(struct gdb *g, const void *bytes, size_t n);
/* Sends it: a packet of its own. Empty: "not known here". */
void gdb_send_reply(struct gdb *g);
/* One line on the client's console, while it waits for a stop or a monitor
 * command. */
void gdb_console(struct gdb *g, const char *text, size_t n);
/* The piece offset,length of a document that the client reads in pieces. */
void gdb_say_piece(struct gdb *g, const char *text, size_t n,
                   const char *arguments);

/* ---- Packets: what stands behind their names in args ---- */
typedef void gdb_packet_fn(struct gdb *g, const char *args, size_t n);
gdb_packet_fn gdb_run_query, gdb_run_actions, gdb_run_continue, gdb_run_step,
    gdb_run_backward, gdb_run_why;
gdb_packet_fn gdb_points_insert, gdb_points_remove;
gdb_packet_fn gdb_threads_first, gdb_threads_next, gdb_threads_name,
    gdb_threads_current, gdb_threads_select, gdb_threads_alive,
    gdb_threads_document;
gdb_packet_fn gdb_registers_read, gdb_registers_write, gdb_register_read,
    gdb_register_write, gdb_registers_document;
gdb_packet_fn gdb_memory_read, gdb_memory_write, gdb_memory_write_binary;

/* ---- gdb_stop.c: why it stopped, noted, then said ---- */
enum { GDB_SIGNAL_INT = 2, GDB_SIGNAL_TRAP = 5 };
void gdb_note_stop(struct gdb *g, unsigned signal, const char *reason);
void gdb_note_watch(struct gdb *g, const struct gdb_point *p);
void gdb_note_breakpoint(struct gdb *g, const struct gdb_point *p);
void gdb_note_end(struct gdb *g, const struct machine_stop *stop);
void gdb_note_target_stop(struct gdb *g, const struct target_stop *stop,
                          bool forward);
void gdb_say_stop(struct gdb *g);
/* "sallyport: TEXT" on the client's console. */
void gdb_console_line(struct gdb *g, const char *text);
/* The state at the beginning of a connection, as a stop. */
void gdb_run_stand(struct gdb *g);

/* ---- gdb_points.c ---- */
void gdb_points_clear(struct gdb *g);
struct gdb_point *gdb_point_of(struct gdb *g, unsigned number);
bool gdb_points_watch(const struct gdb *g);
bool gdb_point_is_watch(const struct gdb_point *p);
struct gdb_point *gdb_breakpoint_at(struct gdb *g, uint64_t pc);
/* Makes one step and returns NULL; if its instruction would touch what is
 * watched, makes none and says which watchpoint that is. */
struct gdb_point *gdb_points_step(struct gdb *g, struct machine_stop *stop);

/* ---- gdb_threads.c ---- */
/* Who has the hart: a pid or GDB_KERNEL_THREAD. */
int gdb_thread_now(const struct gdb *g);
/* Whose registers and memory are shown. */
int gdb_thread_chosen(const struct gdb *g);
/* "1f", "-1" (all), "0" (any), "p1.1f". False: none of these. */
bool gdb_thread_id(const char **at, int *thread);

/* ---- gdb_registers.c ---- */
/* Registers of a process that does not have the hart, as they were when it
 * entered the kernel. NULL: not known. */
const struct target_registers *gdb_away(struct gdb *g, int pid);

/* ---- gdb_memory.c ---- */
/* Page tables in which an address is looked for, the best first. 0: physical.
 */
struct gdb_spaces {
    size_t count;
    uint64_t root[4];
};
struct gdb_spaces gdb_spaces(const struct gdb *g);
/* False: not mapped in any of them. */
bool gdb_find_address(const struct gdb *g, uint64_t va, struct sv39_walk *walk);
/* Tells, once a connection, that the guest is not written to. */
void gdb_refuse_write(struct gdb *g, const char *what);

#endif
