/*
 * crossing.h - the heart: one record for each passage of the user-kernel
 * boundary. The tracker listens to the machine (traps, returns, satp writes,
 * fences: source hw) and to the kernel's probes (source probe), and keeps
 * crossings, processes, transfers, mappings, links and costs. Everything a
 * person sees is a view of what stands here.
 *
 *     struct tracker_desc d = { .machine = m, .kernel = symbols, ... };
 *     struct tracker *t = tracker_create(&d, why, sizeof why);
 *     machine_run(...);
 *     const struct crossing *c = tracker_crossing(t, 7);
 *
 * A crossing opens at every trap out of U-mode and closes at the sret that
 * brings the same process back to U (architecture.md, "The crossing record").
 * The tracker never changes the machine.
 */
#ifndef SALLYPORT_CROSSING_H
#define SALLYPORT_CROSSING_H

#include "../inspect/sv39.h"
#include "../inspect/symbols.h"

struct tracker;

enum crossing_kind { CROSSING_CALL, CROSSING_FAULT, CROSSING_INTERRUPT };

enum crossing_outcome {
    OUTCOME_OPEN,          /* still in the kernel: running or unfinished */
    OUTCOME_RETURNED,      /* back in U behind (or at) the trap */
    OUTCOME_NEVER_RETURNS, /* exit, death */
    OUTCOME_TO_HANDLER,    /* a signal handler got control */
    OUTCOME_RESUMES,       /* sigreturn: back where a signal had struck */
};

/* Where a fact comes from: the hardware (traps, registers, page tables,
 * memory), or the kernel's word in a probe. A grader believes the first. */
enum event_source { SOURCE_HW, SOURCE_PROBE };

enum transfer_kind {
    TRANSFER_COPYIN,
    TRANSFER_COPYOUT,
    TRANSFER_COPYINSTR,
    TRANSFER_COPYOUTSTR
};
/* "copyin", ... */
const char *transfer_name(enum transfer_kind kind);
static inline bool transfer_is_out(enum transfer_kind kind)
{
    return kind == TRANSFER_COPYOUT || kind == TRANSFER_COPYOUTSTR;
}
static inline bool transfer_is_string(enum transfer_kind kind)
{
    return kind >= TRANSFER_COPYINSTR;
}

#define TRANSFER_SHOWN 64 /* bytes of data kept for display */
struct transfer {
    enum transfer_kind kind;
    uint64_t clock;
    uint64_t user_va, kernel_va;
    uint64_t length;  /* asked for */
    uint64_t done;    /* moved */
    int error;        /* errno, 0 = all */
    uint64_t user_pa; /* frame of the first user byte, 0 if unmapped */
    size_t ring_op;   /* for operation n of the ring (from 1), else 0 */
    /* If error: the first byte that did not move, and why the walk stopped. */
    uint64_t stopped_va;
    enum sv39_why why;
    unsigned shown; /* bytes in data */
    uint8_t data[TRANSFER_SHOWN];
};

/* The last three are about ranges, not pages: wired for a transfer, shown in
 * the kernel's window, let go. */
enum mapping_kind {
    MAPPING_MAP,
    MAPPING_UNMAP,
    MAPPING_COW,
    MAPPING_WIRE,
    MAPPING_WINDOW,
    MAPPING_UNWIRE
};
struct mapping {
    enum mapping_kind kind;
    uint64_t clock;
    uint64_t root, va, pa, old_pa; /* old_pa: COW */
    uint64_t flags;                /* WIRE: R or W */
    uint64_t bytes, window; /* of a range; WINDOW: where, in the kernel */
};

/* An operation of a submission ring that the kernel tried in this crossing:
 * nobody called for it, but this is who paid. */
struct ring_op {
    uint64_t clock; /* of its beginning */
    uint64_t op;
    int fd;
    uint64_t buffer, length, user_data;
    bool done;      /* else it has to wait, and will be tried again */
    int64_t result; /* done: bytes, or -errno */
};

/* These bytes of that crossing came out of (went into) this one. */
struct link {
    uint64_t from; /* crossing number of the put */
    uint64_t to;   /* crossing number of the get */
    uint64_t channel, offset, bytes;
    uint64_t port;          /* a Mach message: the port's number; else 0 */
    int32_t id;             /* ... and what the message is */
    uint64_t descriptor;    /* one that was passed: which of all; else 0 */
    int32_t fd_from, fd_to; /* ... and its numbers on both sides */
};

/* Traps taken in S-mode while a crossing is open: #12.1, #12.2 ... */
struct nested_trap {
    uint64_t clock, cause, tval, pc;
};

/* Source hw, but for what is marked (probe). */
struct crossing {
    uint64_t number;  /* 1, 2, 3 ... in order of opening */
    int pid;          /* (probe) 0: not known: see root */
    uint64_t root;    /* page-table root at the trap */
    char process[32]; /* (probe) the process's name at the trap */
    enum crossing_kind kind;
    uint64_t cause, tval, user_pc;
    enum sv39_why why; /* FAULT on a page: what stopped it, by the tables
                          at the trap; else SV39_OK */
    uint64_t clock_in, clock_out; /* out valid unless OPEN */
    uint64_t traps_in; /* the hart's count of traps before this one */
    uint64_t arg[8];   /* CALL: a0..a7 at the trap; of a call that the table
                          knows, its arguments and a7, the rest 0 */
    const char *arg_text[6];     /* strings and vectors, quoted, as far as the
                                    user's memory could be read; else NULL */
    const struct abi_call *call; /* CALL decoded by the table, or NULL */
    uint64_t result;             /* a0 at the return (CALL) */
    enum crossing_outcome outcome;
    int wait_status;    /* (probe) NEVER_RETURNS: as waitpid reports it */
    int signal;         /* (probe) death by signal: which, else 0 */
    uint64_t return_pc; /* where U-mode went on, if it did */
    /* (probe) Signals. frame: the user va of the frame that was pushed for the
     * handler, or that this sigreturn took back. */
    int handler; /* TO_HANDLER: the signal (the last, of several) */
    uint64_t frame;
    uint64_t resumes;      /* sigreturn: what the handler had interrupted */
    uint64_t resumed_by;   /* the other end: that sigreturn */
    uint64_t restarts;     /* this call is that one, made again */
    uint64_t restarted_by; /* the other end */
    bool executed;         /* (probe) exec gave it a new program */
    uint64_t trapframe_va; /* sscratch (mscratch) at the trap */
    /* Cost. own: S-mode instructions between the switches that give and take
     * the hart; elapsed: clock_out - clock_in. */
    uint64_t own_insns, satp_writes, fences, traps, returns;
    /* All that follows: (probe), but for cycles, nested and, of a transfer or
     * a link, the bytes and what the page tables say. */
    uint64_t bytes_in, bytes_out; /* copied from / to the user */
    uint64_t pages_mapped, pages_unmapped;
    uint64_t cycles;      /* the model's; see struct cost_model */
    uint64_t block_count; /* how often it slept */
    char blocked_on[32];  /* the last reason */
    uint64_t slept_at;    /* clock of that; 0: never */
    int gave_to;          /* pid that got the hart from it last, or 0 */
    uint64_t woken_by;    /* the crossing that woke it last, or 0 */
    const struct transfer *transfer;
    size_t transfers;
    const struct mapping *mapping;
    size_t mappings;
    const struct ring_op *ring_op;
    size_t ring_ops;
    const struct link *link;
    size_t links;
    const struct nested_trap *nested;
    size_t nesteds;
    uint64_t fork_child; /* pid of the child this call made, or 0 */
};

/* Sums over all that was seen, in two parts: what the timer's interrupts did
 * (with the switches back to those whom they interrupted), and the rest. Two
 * of them, subtracted, say what a stretch cost. */
enum tally_part { TALLY_REST, TALLY_TIMER, TALLY_PARTS };
struct tally {
    /* hw: crossings opened, by kind; changes between U and S, both ways. */
    uint64_t calls, faults, interrupts, mode_changes;
    uint64_t traps, returns, satp_writes, fences; /* hw: nested ones included */
    uint64_t user_insns, kernel_insns;            /* hw */
    /* (probe) The hart went to another process than before. */
    uint64_t switches;
    uint64_t copies, bytes_copied; /* (probe) copyin, copyout, copyinstr */
    /* (probe) In programs' tables, and those shown in the kernel's window. */
    uint64_t pages_mapped, pages_unmapped, pages_shown;
};

/* Model cycles = instructions + trap*traps + ret*returns + satp*writes +
 * fence*fences + miss*translations missed since the last fence. The last are
 * not seen while recording, only by a replay with memory hooks, so `cycles`
 * holds none; docs/reference/costs.md has the sources. */
struct cost_model {
    uint64_t trap, ret, satp, fence, miss;
};
extern const struct cost_model cost_model_default;
uint64_t cost_of_tally(const struct cost_model *model, const struct tally *t);
/* "trap=50\nsatp=20\n..."; 0, or -1 with one line in why. */
int cost_model_parse(const char *text, const char *name, struct cost_model *out,
                     char *why, size_t n);

struct process {
    int pid, parent;
    uint64_t root;
    char name[32];
    char path[256];          /* of its image, "" if unknown */
    struct symbols *symbols; /* of its image, or NULL */
    enum {
        PROCESS_RUNNING,
        PROCESS_BLOCKED,
        PROCESS_ZOMBIE,
        PROCESS_GONE
    } state;
    char blocked_on[32];
    int wait_status;
    uint64_t born, died; /* clocks */
    uint64_t crossings, own_insns, user_insns;
    uint64_t open; /* number of its open crossing, or 0 */
};

/* One line of a trace, as it happens. The pointers live during the call. */
enum event_kind {
    EVENT_ENTER,      /* "> ecall", "> fault", "> interrupt" */
    EVENT_LEAVE,      /* "< = N", "< to handler" */
    EVENT_NEVER,      /* "< never returns" */
    EVENT_FORKED,     /* "< in pid 4 = 0 (fork #12)" */
    EVENT_UNFINISHED, /* "~ unfinished": the hart goes to another process */
    EVENT_RESUMED,    /* "~ resumed" */
    EVENT_TRANSFER,
    EVENT_MAP,
    EVENT_RING, /* an operation of a ring is done, or has to wait */
    EVENT_LINK,
    EVENT_NESTED,
    EVENT_VARIABLE, /* sysctl: which one, and what it is to be */
    EVENT_RIGHT,    /* a port name of a task now stands for something else */
    EVENT_DEATH,    /* the kernel kills the process, with its reason */
    EVENT_PANIC,
    EVENT_CONSOLE, /* one byte written to the console */
};
struct event {
    enum event_kind kind;
    uint64_t clock;
    int pid;
    const struct crossing *crossing; /* NULL: none open */
    const struct transfer *transfer;
    const struct mapping *mapping;
    const struct ring_op *ring_op;
    const struct link *link;
    const struct nested_trap *nested;
    uint64_t nested_number; /* NESTED: the k of #12.k */
    const char *process;    /* its name now; "" for the kernel */
    uint64_t target;        /* LEAVE, FORKED: pc in U-mode */
    uint8_t byte;           /* CONSOLE */
    const char *text; /* VARIABLE, RIGHT, DEATH, PANIC; UNFINISHED: or "" */
};
typedef void tracker_listener(void *ctx, const struct event *event);

struct tracker_desc {
    struct machine *machine;
    struct symbols *kernel; /* probes, tables, lines; may be NULL */
    const struct abi *abi;  /* NULL: the kernel's own note, else raw */
    const uint8_t *initrd;  /* where programs' images are found by path */
    size_t initrd_bytes;
    const struct cost_model *cost; /* NULL: the default */
};
/* NULL: why says what is wrong. Probes that cannot be used are left out and
 * said in tracker_warning. */
struct tracker *tracker_create(const struct tracker_desc *desc, char *why,
                               size_t why_bytes);
const char *tracker_warning(const struct tracker *t); /* "" if there is none */
void tracker_destroy(struct tracker *t);
/* Called in order of attachment; at most TRACKER_LISTENERS of them (false: no
 * place is left). Not to be changed from within a call. */
#define TRACKER_LISTENERS 8
bool tracker_listen(struct tracker *t, tracker_listener *fn, void *ctx);
void tracker_unlisten(struct tracker *t, void *ctx);

/* ---- What was seen ----
 * A struct crossing is put together when asked for. It stays good while 64
 * others are asked for and the machine stands still. */
uint64_t tracker_count(const struct tracker *t); /* newest crossing's number */
const struct crossing *tracker_crossing(const struct tracker *t,
                                        uint64_t number);
/* The crossing that is open and has the hart now, or NULL (in user code). */
const struct crossing *tracker_current(const struct tracker *t);
int tracker_current_pid(const struct tracker *t); /* 0: the kernel / boot */
/* Instructions that belong to no process: boot, the scheduler, the idle loop.
 * With every process's own and user instructions they add up to what the hart
 * has executed. */
uint64_t tracker_kernel_insns(const struct tracker *t);
/* Up to this instruction. */
struct tally tracker_tally(struct tracker *t, enum tally_part part);
const struct cost_model *tracker_cost(const struct tracker *t);
size_t tracker_processes(const struct tracker *t);
const struct process *tracker_process_at(const struct tracker *t, size_t i);
const struct process *tracker_process(const struct tracker *t, int pid);
const struct process *tracker_process_by_root(const struct tracker *t,
                                              uint64_t root);
bool tracker_panicked(const struct tracker *t, char *text, size_t n);
const struct abi *tracker_abi(const struct tracker *t);
struct symbols *tracker_kernel_symbols(const struct tracker *t);
/* Symbols for an address, by privilege and root; va is translated to the
 * image's own addresses (the trampoline page runs at another address than it
 * was linked at): *image_va. NULL if none. */
struct symbols *tracker_symbols(const struct tracker *t, enum cpu_priv priv,
                                uint64_t root, uint64_t va, uint64_t *image_va);

/* ---- Other moments (past.c) ----
 * For history, which keeps moments in order of time, takes the machine from one
 * to another, and says here where it stands. Listeners hear of a stretch that
 * runs again unless the tracker is quiet. */
struct tracker_kept;
/* Keeps the present moment; before: the moment at or behind which the tracker
 * stands, NULL for the first. NULL: out of memory, nothing changed. */
struct tracker_kept *tracker_keep(struct tracker *t,
                                  struct tracker_kept *before);
/* From behind kept[from] to kept[to]; kept holds all moments in order. */
void tracker_go(struct tracker *t, struct tracker_kept *const *kept,
                size_t from, size_t to);
/* Forgets a moment between others, `before` being the one before it. later:
 * the tracker stands behind it, else at or before `before`. False: not now (the
 * tracker does not stand exactly at a moment), or out of memory; nothing is
 * lost. */
bool tracker_forget(struct tracker *t, struct tracker_kept *before,
                    struct tracker_kept *kept, bool later);
/* There is no future any more: all later moments were freed, and the run goes
 * another way from here. `at`: the moment behind which the tracker stands. */
void tracker_cut(struct tracker *t, struct tracker_kept *at);
void tracker_kept_free(struct tracker_kept *k);
size_t tracker_kept_bytes(const struct tracker_kept *k); /* about */
void tracker_quiet(struct tracker *t, bool quiet);
/* How many crossings the whole run has, those to come included. */
uint64_t tracker_known(const struct tracker *t);
/* A crossing of the future, as far as it is known (at the first moment that was
 * kept after its trap). False: not one of those. What it points to stays good
 * as tracker_crossing's does. */
bool tracker_to_come(const struct tracker *t, uint64_t number,
                     struct crossing *out);
/* Where a known crossing trapped, and of which process. False: not known. */
bool tracker_when(const struct tracker *t, uint64_t number, uint64_t *clock,
                  uint64_t *traps, int *pid);

/* ---- Words (crossing_text.c) ---- */
/* "write(fd=1, buf=0x101e8, n=13)", "store page fault at 0x2000", "timer" */
void crossing_describe(const struct tracker *t, const struct crossing *c,
                       char *text, size_t n);
/* "13", "-1 EFAULT", "never returns", "" while open */
void crossing_result(const struct tracker *t, const struct crossing *c,
                     char *text, size_t n);
/* What was copied, if an argument of its crossing c points there and the tables
 * know what that is: "{rows=24 columns=80}", "addr=\"/tmp/s\"", "msg={lab_add
 * at 0x203, reply 0x303}"; else NULL. */
const char *transfer_fields(const struct tracker *t, const struct crossing *c,
                            const struct transfer *x, char *text, size_t n);
/* "RING_WRITE(fd=3, buf=0x12000, n=8) user_data 7 = 8" */
void ring_op_text(const struct abi *abi, const struct ring_op *op, char *text,
                  size_t n);
/* One or two plain sentences for the card: who asked for what, what came of
 * it, and if refused why and at which byte. */
void crossing_sentence(const struct tracker *t, const struct crossing *c,
                       char *text, size_t n);
/* Did the kernel refuse something in it: did a copy stop, or the process die?
 */
bool crossing_refused(const struct crossing *c);
/* Does a crossing, written out as `all`, pass this filter? It does when every
 * word is found in it, letters' case aside; a word that begins with '-' must
 * not be found. */
bool crossing_words_match(const char *filter, const char *all);
/* The trace line(s) of cli.md for an event, newline-ended. */
void event_text(const struct tracker *t, const struct event *e, char *text,
                size_t n);
enum event_source event_source_of(const struct tracker *t,
                                  const struct event *e);
/* One JSON object, newline-ended, malloc'ed (console bytes gathered by the
 * caller). */
char *event_json(const struct tracker *t, const struct event *e);
/* A byte string as C text in quotes: "hello, world\n", at most max chars,
 * "..." behind what was cut. */
void bytes_text(const uint8_t *bytes, size_t n, char *text, size_t max);

#endif
