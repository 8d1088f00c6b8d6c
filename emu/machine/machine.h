/*
 * machine.h - the computer: one hart, RAM and devices at QEMU virt addresses,
 * the firmware, loaders. Deterministic: time is instructions, and whatever
 * comes from outside enters at a known clock.
 *
 *     struct machine_desc desc = { .ram_mib = 64, .kernel = bytes, ... };
 *     struct machine *m;
 *     if (machine_create(&desc, &m, why, sizeof why)) ...
 *     struct machine_stop stop;
 *     do machine_run(m, &limit, &stop); while (stop.reason == ...);
 *     machine_destroy(m);
 */
#ifndef SALLYPORT_MACHINE_H
#define SALLYPORT_MACHINE_H

#include "../cpu/cpu.h"

struct machine;

struct machine_desc {
    unsigned ram_mib;      /* 0: the default */
    bool bare;             /* M-mode start at the ELF's entry */
    const uint8_t *kernel; /* an ELF image; copied, the caller keeps it */
    size_t kernel_bytes;
    const char *kernel_name; /* for messages */
    const uint8_t *initrd;   /* a ustar archive, or NULL */
    size_t initrd_bytes;
    const char *initrd_name; /* for messages; NULL: "initrd" */
    const char *bootpage;    /* text after the magic, e.g. "ram=64\narg=sh\n";
                                NULL: a page of zeroes */
    uint8_t *disk;           /* a raw image, used in place, or NULL: no disk */
    size_t disk_bytes;       /* a multiple of 512 */
    bool disk_readonly;
    /* The guest wrote these bytes to its console. May be NULL. */
    void (*console_out)(void *ctx, const uint8_t *bytes, size_t n);
    void *console_ctx;
};

/* Why machine_run came back. */
enum machine_reason {
    MACHINE_LIMIT,       /* the clock bound given to machine_run */
    MACHINE_STOPPED,     /* machine_request_stop (a watch, a breakpoint) */
    MACHINE_ENDED,       /* the guest ended the run: status says how */
    MACHINE_WANTS_INPUT, /* idle: only console input could wake it earlier than
                            its next deadline (deadline == UINT64_MAX: nothing
                            else ever). Feed it, or let time pass with
                            machine_idle, or end. */
    MACHINE_DEAD,        /* nothing can wake it, or a trap storm: text says */
};

struct machine_stop {
    enum machine_reason reason;
    int status;        /* ENDED: 0..255 */
    char text[160];    /* one clear line for ENDED by firmware, DEAD */
    uint64_t deadline; /* WANTS_INPUT: clock of the next timer event */
};

/* The listeners. Up to 16 may be attached; called in order of attachment. All
 * are called with the state *before* the thing happens and an exact clock.
 * Attach and detach between runs, not from a callback. */
struct machine_observer {
    void *ctx;
    void (*trap)(void *ctx, const struct cpu_trap *trap);
    void (*special)(void *ctx, const struct cpu_special_event *event);
    unsigned specials; /* set of enum cpu_special that it wants */
    void (*console_out)(void *ctx, uint8_t byte);
    void (*console_in)(void *ctx, uint8_t byte);
    void (*ended)(void *ctx, int status);
    /* What is given from outside, at the moment it is: machine_input and
     * machine_input_end. */
    void (*input)(void *ctx, const uint8_t *bytes, size_t n, bool piped);
    void (*input_end)(void *ctx);
};

int machine_create(const struct machine_desc *desc, struct machine **out,
                   char *why, size_t why_bytes);
void machine_destroy(struct machine *m);
struct cpu *machine_cpu(struct machine *m);

/* Runs until clock == until or another reason. Idle time with a timer deadline
 * and no hope of earlier input is skipped at once (the clock jumps), unless
 * pace_idle is on: then it comes back with MACHINE_WANTS_INPUT. Queued console
 * bytes are delivered one at a time, only when the guest would otherwise wait
 * (deterministic input); see machine_input. */
void machine_run(struct machine *m, uint64_t until, struct machine_stop *stop);
/* One instruction, or one trap taken in its place; a hart that waits in wfi
 * first waits to the end, as machine_run does. Reason MACHINE_LIMIT: done. */
void machine_step(struct machine *m, struct machine_stop *stop);
/* From a callback, or before the next run, which comes back at once. */
void machine_request_stop(struct machine *m);
void machine_observe(struct machine *m, const struct machine_observer *o);
void machine_unobserve(struct machine *m, void *ctx);

/* ---- Watching memory ---- */
enum machine_access { MACHINE_LOADS = 1, MACHINE_STORES = 2 }; /* a set */
/* The access in full: bytes [pa, pa + size), of which some are watched; what:
 * an AMO is both. */
typedef void machine_memory_fn(void *ctx, uint64_t pa, unsigned size,
                               enum machine_access what);
/*
 * Calls fn before any of the n bytes at physical address pa are loaded from or
 * stored to (accesses: a set), by the hart or by a device's DMA; the state is
 * the one before the instruction that does or causes it, pc and clock are
 * exact, and machine_request_stop stops there. cpu_watch_memory says what is no
 * access. Returns an id >= 0, or -1. Running is slow while any is set; the
 * guest goes the same way. Restoring a state keeps them.
 */
int machine_watch_memory(struct machine *m, uint64_t pa, size_t n,
                         unsigned accesses, machine_memory_fn *fn, void *ctx);
void machine_unwatch_memory(struct machine *m, int id);

uint64_t machine_clock(const struct machine *m);
uint64_t machine_mtime(const struct machine *m);

/* ---- Console ---- */
/* Queues bytes. piped: each waits until the guest does. Otherwise they arrive
 * at the next instruction boundary at which the guest listens and the UART has
 * room (a person typing). What waiting and listening are: console.c. */
void machine_input(struct machine *m, const uint8_t *bytes, size_t n,
                   bool piped);
/* No more input will come: a guest that waits reads end-of-file as Ctrl-D (a
 * 0x04 byte), and one that goes on waiting with no deadline is DEAD. */
void machine_input_end(struct machine *m);
size_t machine_input_pending(const struct machine *m);
void machine_pace_idle(struct machine *m, bool on);
/* For a caller that queues piped bytes only when asked: a guest that waits by
 * polling, or that spins and has been quiet for long, brings machine_run back
 * with MACHINE_WANTS_INPUT as well. It goes on by itself, so deadline is the
 * present clock: do not wait for input, look whether there is some. */
void machine_ask_input(struct machine *m, bool on);
/* Does the hart stand behind a wfi that goes on? */
bool machine_waits(const struct machine *m);
/* As machine_run, but only while the hart waits: no instruction is run. */
void machine_wait(struct machine *m, uint64_t until, struct machine_stop *stop);
/* Lets time pass for a hart that waits: to this clock or its deadline. */
void machine_idle(struct machine *m, uint64_t until_clock);

/* ---- Physical memory ---- */
/* RAM, or NULL if [pa, pa+n) is not all RAM. Reading through it never has a
 * side effect. Writing needs machine_wrote afterwards. */
uint8_t *machine_ram(struct machine *m, uint64_t pa, size_t n);
void machine_wrote(struct machine *m, uint64_t pa, size_t n);
uint64_t machine_ram_bytes(const struct machine *m);
/* What the devices hold, without side effects, for display:
 * a device register as the guest would read it. False: nothing there. */
bool machine_peek_device(struct machine *m, uint64_t pa, unsigned size,
                         uint64_t *value);

/* ---- Whole state ---- */
uint64_t machine_hash(const struct machine *m); /* cpu, devices, RAM, queues */
/* The same kind of number for any bytes. */
uint64_t machine_hash_bytes(const void *bytes, size_t n);
struct machine_snapshot; /* taken and gone back to between runs */
struct machine_snapshot *machine_snapshot(struct machine *m);
void machine_restore(struct machine *m, const struct machine_snapshot *s);
void machine_snapshot_free(struct machine_snapshot *s);

/* ---- Boot files, for the same guest elsewhere (--save-boot) ---- */
/* Makes the boot page's 4096 bytes from its text. Returns 0 or -1 + why. */
int machine_bootpage(const char *text, uint8_t page[4096], char *why,
                     size_t why_bytes);

/* ---- Checks the caller may want before a machine exists ---- */
/* Is this a ustar archive of files and directories that the kernel can use in
 * place? Returns 0, or -1 with one line that names archive, member and offset.
 * machine_create asks it as well. */
int machine_check_initrd(const char *name, const uint8_t *bytes, size_t n,
                         char *why, size_t why_bytes);

#endif
