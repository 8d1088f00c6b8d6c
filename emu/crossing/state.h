/*
 * state.h - the tracker's inside: compact records and the state between them.
 * Not for other folders.
 *
 * What was seen is kept small and in lists that only grow (list.h); the struct
 * crossing of crossing.h is put together from it when asked for (assemble.c).
 * struct tracker_state is all that the next event depends on: plain data,
 * indices instead of pointers, so that history can save and rewind it. The
 * rest of struct tracker is wiring and caches.
 *
 * Who has the hart:
 *
 *            trap from U                 switch probe, or sret to another root
 *   user P ---------------> crossing of P ------------------> crossing of Q
 *      ^                         | sret to U, root of P             |
 *      +-------------------------+         user Q <-----------------+
 *
 * `owner` is the process that time is charged to, `current` its crossing that
 * has the hart, `line` the crossing that the reader of a trace is following.
 */
#ifndef SALLYPORT_CROSSING_STATE_H
#define SALLYPORT_CROSSING_STATE_H

#include "crossing.h"
#include "list.h"

/* Records hang together by index + 1; 0 ends a chain. */
struct chain {
    uint32_t first, last;
};

enum chain_kind {
    CHAIN_TRANSFER,
    CHAIN_MAPPING,
    CHAIN_RING,
    CHAIN_LINK,
    CHAIN_NESTED,
    CHAIN_STRING,
    CHAINS
};

/* One crossing, compact. */
struct record {
    uint64_t clock_in, clock_out, traps_in;
    uint64_t root, user_pc, tval, result, return_pc, trapframe_va;
    uint64_t own_insns, bytes_in, bytes_out, woken_by, slept_at;
    uint64_t frame, resumes, resumed_by, restarts, restarted_by;
    struct chain chain[CHAINS];
    uint32_t args; /* index of the first saved register, a7; then a0... */
    uint32_t process, name, blocked_on; /* process index; texts */
    uint32_t satp_writes, fences, traps, returns;
    uint32_t pages_mapped, pages_unmapped, block_count, nesteds;
    uint32_t ring_ops;
    int32_t pid, fork_child, wait_status, gave_to;
    uint16_t cause;
    uint8_t saved_args;
    uint8_t kind, outcome, signal, handler, why;
    bool interrupt, executed, suspended;
    uint32_t stamp; /* in the journal since then */
};

struct transfer_record {
    uint64_t clock, user_va, kernel_va, length, done, user_pa, data;
    int32_t error;
    uint32_t ring_op, next;
    uint8_t kind, why, shown;
};

struct mapping_record {
    struct mapping m;
    uint32_t next;
};

struct ring_record {
    struct ring_op op;
    uint32_t next;
};

struct link_record {
    struct link l;
    uint32_t next;
};

struct nested_record {
    struct nested_trap n;
    uint32_t next;
};

struct string_record {
    uint64_t text; /* in bytes */
    uint32_t next;
    uint8_t arg;
};

/* Open crossings of one process. More than one only where processes are told
 * apart by root alone and threads share it; the oldest gives way. */
#define OPEN_MAX     4

/* A handler that has not returned: what it interrupted, where its frame is,
 * and whether that call is to be made again. */
#define HANDLERS_MAX 16
struct handler_frame {
    uint64_t crossing, va;
    bool again;
};

struct proc {
    struct process pub;
    uint32_t index; /* in procs */
    uint64_t open[OPEN_MAX];
    unsigned opens;
    uint64_t fork_crossing; /* which call made it, until its first return */
    struct handler_frame handler[HANDLERS_MAX]; /* the innermost last */
    unsigned handlers;
    uint64_t restart; /* the crossing that its next call makes again, or 0 */
    uint32_t image;   /* index + 1; 0: unknown */
    enum { IMAGE_UNCHECKED, IMAGE_RIGHT, IMAGE_WRONG } checked;
    bool live;
    bool ring_busy;         /* the kernel is at this operation of its ring: */
    struct ring_op ring_op; /* recorded when its outcome is known */
    uint32_t stamp;         /* in the journal since then */
};

/* Bytes put into a channel and not taken out yet. */
struct put {
    uint64_t channel, offset, bytes, crossing;
    uint64_t port; /* of a Mach message, whose number is the channel's */
    int32_t id;    /* or of a passed descriptor: what it was */
};
#define MESSAGE_CHANNEL    (UINT64_C(1) << 62) /* with a message's number */
#define DESCRIPTOR_CHANNEL (UINT64_C(1) << 61) /* with a descriptor's */
#define PUTS_MAX           16384u

/* What a probe said of ports; what the members mean depends on the kind. */
struct port_event {
    uint64_t clock, port;
    uint64_t message; /* or, MEMBER, the set; or 0 */
    uint32_t crossing;
    int32_t pid;   /* RIGHT; SEND: the message's id */
    uint32_t name; /* RIGHT */
    uint32_t size; /* SEND; RIGHT: references */
    uint8_t kind, rights;
};
enum {
    PORT_EVENT_RIGHT,
    PORT_EVENT_SEND,
    PORT_EVENT_LEFT,
    PORT_EVENT_MEMBER,
    PORT_EVENT_DEAD
};

/* journal.c: what items were, or will be, at another moment. Only these change
 * after they were added to their list. */
enum journal_kind { JOURNAL_RECORDS, JOURNAL_PROCS, JOURNAL_KINDS };
struct journal {
    struct journal_items {
        uint8_t *entry; /* of equal size: an index, and the item */
        size_t count, room;
    } of[JOURNAL_KINDS];
};

struct tracker_state {
    uint64_t satp;
    uint64_t mark;         /* executed instructions that are charged */
    uint64_t kernel_insns; /* to nobody */
    struct tally tally[TALLY_PARTS];
    int last_pid;   /* who had the hart last */
    uint32_t owner; /* process index + 1, 0: the kernel */
    bool in_user;
    uint64_t current, line; /* crossing numbers, 0: none */
    uint64_t ending;        /* closed by exit, its kernel work not over */
    bool panicked;
    uint32_t panic_text;
    struct list records, transfers, mappings, rings, links, nesteds, strings;
    struct list port_events;
    struct list args;  /* uint64_t */
    struct list procs; /* struct proc */
    struct list texts; /* uint64_t: offset in bytes; interned */
    struct bytes bytes;
    uint32_t *live; /* process indices, newest last */
    size_t lives, live_room;
    struct put *put; /* oldest first */
    size_t puts, put_room;
};

/* A program of the initrd. */
struct image {
    char path[256];
    const uint8_t *bytes;
    size_t n;
    struct symbols *symbols;
    bool tried;
};

struct probe_hook {
    struct tracker *t;
    const struct probe *probe;
    void (*handle)(struct tracker *t, const uint64_t *arg);
    int watch;
};

struct views;        /* assemble.c */
struct port_moments; /* ports.c */

#define CALLS_FAST 256

struct tracker {
    struct machine *machine;
    struct cpu *cpu;
    struct symbols *kernel;
    const struct abi *abi;
    struct abi *own_abi;
    const uint8_t *initrd;
    size_t initrd_bytes;
    struct cost_model cost;
    const struct abi_call *call[CALLS_FAST]; /* by number */
    struct listener {
        tracker_listener *fn;
        void *ctx;
    } listener[TRACKER_LISTENERS];
    size_t listeners;
    bool has_switch; /* the kernel says when it switches */
    bool failed;     /* out of memory: nothing more is recorded */
    char warning[200];
    struct probe_hook *hook;
    size_t hooks;
    struct image *image;
    size_t images;
    struct views *views;
    struct port_moments *moments;
    struct tracker_state s;
    /* past.c: changes since the last kept moment, if any is kept. */
    struct journal scratch;
    bool keeps;
    bool quiet;                  /* the listeners have heard all this before */
    uint32_t stamp;              /* of that moment */
    uint32_t old[JOURNAL_KINDS]; /* how many there were then */
};

/* ---- tracker.c: time, and what is said ---- */
/* Charges what ran until the hart had executed `executed` instructions. */
void tracker_charge(struct tracker *t, uint64_t executed);
/* Where what happens under this crossing (NULL: none) is added. */
struct tally *tracker_part(struct tracker *t, const struct record *r);
/* To change it, or only to look; NULL: there is none. */
struct record *tracker_record(struct tracker *t, uint64_t number);
const struct record *tracker_look(const struct tracker *t, uint64_t number);
/* Gives the hart to p (NULL: the kernel), telling the reader of the trace. */
void tracker_give_hart(struct tracker *t, struct proc *p);
void tracker_close(struct tracker *t, uint64_t number,
                   enum crossing_outcome outcome, uint64_t clock);
/* Fills in who and when, and calls the listeners. */
void tracker_say(struct tracker *t, struct event *e, uint64_t number,
                 const struct proc *p);
/* Memory ran out: stop recording, and say so. */
void *tracker_failed(struct tracker *t);
uint32_t tracker_intern(struct tracker *t, const char *text);
const char *tracker_text(const struct tracker *t, uint32_t text);
/* Appends a new item of list to number's chain; its index + 1, or 0. */
uint32_t tracker_chain(struct tracker *t, uint64_t number, enum chain_kind kind,
                       struct list *list, size_t next_offset);

/* All lists of a state: what they hold only grows while the run goes on. */
#define TRACKER_LISTS 11
void tracker_lists(struct tracker_state *s, struct list *list[TRACKER_LISTS]);

/* ---- journal.c ---- */
size_t journal_item_bytes(enum journal_kind kind);
struct list *journal_list(struct tracker_state *s, enum journal_kind kind);
/* Adds an item. False: no memory. */
bool journal_add(struct journal *j, enum journal_kind kind, uint32_t index,
                 const void *item);
uint32_t journal_index(const struct journal *j, enum journal_kind kind,
                       size_t i);
void *journal_item(const struct journal *j, enum journal_kind kind, size_t i);
/* By rising index; and then, among the first n, the item of an index or NULL.
 */
void journal_sort(struct journal *j, enum journal_kind kind);
void *journal_find(const struct journal *j, enum journal_kind kind, size_t n,
                   uint32_t index);
/* Leaves only entries whose index is less. */
void journal_keep_below(struct journal *j, enum journal_kind kind,
                        uint32_t index);
/* What is in the lists goes into the journal, and the other way round. */
void journal_swap(struct journal *j, struct tracker_state *s);
size_t journal_bytes(const struct journal *j);
void journal_free(struct journal *j);

/* ---- past.c ---- */
/* Before an old item is changed: keeps what it was. */
void past_note(struct tracker *t, enum journal_kind kind, uint32_t index);
/* list_add: zeroed in any case. */
void *past_add(struct tracker *t, enum journal_kind kind);
void past_free(struct tracker *t);
void views_forget(struct views *v); /* assemble.c */

/* ---- hardware.c ---- */
void hardware_observe(struct tracker *t);

/* ---- probes.c ---- */
int probes_hook(struct tracker *t, char *why, size_t n);
void probes_unhook(struct tracker *t);
/* Where the hart is now: the value that a probe's note names. */
uint64_t probe_argument(const struct tracker *t, const struct probe_arg *a);

/* ---- processes.c ---- */
/* To change it, or only to look. */
struct proc *process_at(struct tracker *t, uint32_t index);
const struct proc *process_look(const struct tracker *t, uint32_t index);
/* NULL: none that lives. */
const struct proc *process_look_root(const struct tracker *t, uint64_t root);
struct proc *process_of_pid(struct tracker *t, int pid);
struct proc *process_of_root(struct tracker *t, uint64_t root);
/* As above, making one that is not known yet. NULL: out of memory. */
struct proc *process_need_pid(struct tracker *t, int pid);
struct proc *process_need_root(struct tracker *t, uint64_t root);
void process_set_root(struct tracker *t, struct proc *p, uint64_t root);
void process_set_name(struct proc *p, const char *name);
void process_gone(struct tracker *t, struct proc *p);
void process_open(struct proc *p, uint64_t number);
bool process_close(struct proc *p, uint64_t number);

/* ---- images.c ---- */
void image_executed(struct tracker *t, struct proc *p, const char *path);
struct symbols *image_symbols(struct tracker *t, struct proc *p, uint64_t va);
void images_free(struct tracker *t);

/* ---- handlers.c ---- */
void handler_starts(struct tracker *t, struct proc *p, int signal, uint64_t va,
                    bool again);
void handler_ends(struct tracker *t, struct proc *p, uint64_t va);
/* Crossing `number` of p is a call: is it an interrupted one, made again? */
void handler_call(struct tracker *t, struct proc *p, uint64_t number);
void handlers_fork(struct proc *child, const struct proc *parent);
void handlers_forget(struct proc *p); /* exec */

/* ---- links.c ---- */
void links_put(struct tracker *t, uint64_t channel, uint64_t offset,
               uint64_t bytes);
void links_get(struct tracker *t, uint64_t channel, uint64_t offset,
               uint64_t bytes);
void links_send(struct tracker *t, uint64_t message, uint64_t port, int32_t id,
                uint64_t bytes);
void links_fd_send(struct tracker *t, uint64_t number, int32_t fd);
void links_fd_receive(struct tracker *t, uint64_t number, int32_t fd);
void links_receive(struct tracker *t, uint64_t message, uint64_t bytes);
/* The message was destroyed. False: it was not under way. */
bool links_forget(struct tracker *t, uint64_t message);

/* ---- ports.c ---- */
struct port_moments *ports_create(void);
void ports_free(struct port_moments *m);
/* Only the first so many events have been: what follows will be others. */
void ports_forget(struct port_moments *m, uint32_t events);
/* Adds clock and crossing. */
void ports_event(struct tracker *t, struct port_event e);

/* ---- rights.c ---- */
/* Tells listeners of a RIGHT event, before ports_event has it. */
void rights_say(struct tracker *t, const struct port_event *e,
                const struct proc *running);

/* ---- usermem.c ---- */
/* As the user may; returns how many bytes came. */
size_t user_read(const struct tracker *t, uint64_t root, uint64_t va, void *buf,
                 size_t n);
/* The path in quotes, or the family; false: it cannot be read. */
bool user_sockaddr(const struct tracker *t, uint64_t root, uint64_t va,
                   uint64_t length, char *text, size_t n);
/* "0x3fffffef40 {1 piece, address "/tmp/s", fds [3]}" */
bool user_msghdr(const struct tracker *t, uint64_t root, uint64_t va,
                 bool sends, char *text, size_t n);

/* ---- pointed.c ---- */
#define POINTED_TEXT  256
#define POINTED_SHOWN 80 /* of a string */
/* What argument i points to, as its user may read it now: a string in quotes,
 * "[3, 4]", "0x3fffffef40 {rows=24 columns=80}". False: nothing that is known,
 * or it cannot be read. */
bool pointed_text(const struct tracker *t, uint64_t root,
                  const struct abi_call *call, const uint64_t *arg, unsigned i,
                  char *text, size_t n);

/* ---- arguments.c ---- */
const struct abi_call *tracker_call(const struct tracker *t, uint64_t number);
void arguments_index_calls(struct tracker *t);
/* Saves the argument registers of a call and the strings they point to. */
void arguments_save(struct tracker *t, uint64_t number);
/* A copyinstr brought the string at va: it is an argument's, perhaps. */
void arguments_string(struct tracker *t, uint64_t number, uint64_t va,
                      const uint8_t *text, size_t n);
/* A copyin brought what lies at va: what could not be read at the trap can be
 * now. */
void arguments_arrived(struct tracker *t, uint64_t number, uint64_t va);
/* The kernel's walk along a sysctl's numbers came to a node of that name. */
void arguments_node(struct tracker *t, uint64_t number, const char *name);
/* "kern.hostname (A), to be \"tern\"": the variable that the walk came to. */
void arguments_variable(struct tracker *t, uint64_t number, const char *format,
                        uint64_t new_va, uint64_t n, char *text, size_t size);
/* The text of argument i, formatted by its type. */
void argument_format(const struct tracker *t, const struct crossing *c,
                     unsigned i, char *text, size_t n);
/* False: the call does not look at it (permissions of a file that is not to be
 * made), and what stands in the register means nothing. */
bool argument_counts(const struct tracker *t, const struct crossing *c,
                     unsigned i);
bool is_error(uint64_t result); /* -4095..-1 */

struct writer;
/* ---- requests.c, messages.c, outcomes.c: pieces of sentences ---- */
/* "asked to ...", behind who; false: nothing is known of such a call, and
 * request_put_help says what the table does. */
bool request_put(struct writer *w, const struct tracker *t,
                 const struct crossing *c);
void request_put_help(struct writer *w, const struct tracker *t,
                      const struct crossing *c);
void message_put_request(struct writer *w, const struct tracker *t,
                         const struct crossing *c);
void message_put_carried(struct writer *w, const struct crossing *c);
void message_put_received(struct writer *w, const struct crossing *c);
const char *message_result_help(const char *result); /* or NULL */
void outcome_put_result(struct writer *w, const struct tracker *t,
                        const struct crossing *c);
/* That a handler took over, if one did, and what came of it. */
void handler_put(struct writer *w, const struct tracker *t,
                 const struct crossing *c);
void outcome_put_gains(struct writer *w, const struct crossing *c);
void outcome_put_pages(struct writer *w, const struct crossing *c);

/* ---- costs.c ---- */
uint64_t cost_cycles(const struct cost_model *m, const struct crossing *c);

/* ---- assemble.c ---- */
struct views *views_create(void);
void views_free(struct views *v);
struct transfer transfer_of(const struct tracker *t,
                            const struct transfer_record *r);

/* ---- words.c ---- */
struct writer { /* text of bounded length, never overrun, always ended */
    char *text;
    size_t n, used;
};
struct writer writer_on(char *text, size_t n);
void put_text(struct writer *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void pad_to(struct writer *w, size_t column); /* at least two spaces */
/* "timer"; "store"; "page" */
const char *interrupt_word(uint64_t code);
const char *fault_access_word(uint64_t cause);
const char *fault_kind_word(uint64_t cause);
bool fault_has_address(uint64_t cause);
const char *error_name(const struct tracker *t, int error, char *text,
                       size_t n);
const char *signal_name(const struct tracker *t, int signal, char *text,
                        size_t n);
/* "pid 3 hello", "root 0x8041f", "pid 0 kernel" */
void who_text(int pid, const char *name, char *text, size_t n);

#endif
