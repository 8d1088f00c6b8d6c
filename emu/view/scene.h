/*
 * scene.h - what the window shows at one moment, as plain data. stage.c fills
 * it from a machine and its tracker; the panels draw it and ask nothing else,
 * so that a picture can be drawn, and tested, from any scene.
 *
 * Pointers in a scene belong to whoever filled it and live until the next fill.
 */
#ifndef SALLYPORT_SCENE_H
#define SALLYPORT_SCENE_H

#include "../crossing/measure.h"
#include "../crossing/ports.h"
#include "../debug/space.h"

enum scene_space { SPACE_USER, SPACE_KERNEL };

/* ---- One side of the wall ---- */

struct scene_insn {
    uint64_t va;
    char text[96];
    bool current;
};
#define SCENE_INSNS 48

struct scene_register {
    char name[12];
    uint64_t value;
    bool changed;
    char note[40]; /* what the value means: "U", "store page fault" or "" */
};
#define SCENE_REGISTERS 48

struct scene_range {
    uint64_t va, bytes, flags; /* PTE bits; 0 for a hole */
    char name[24];
    enum space_look look;
    bool pc, pointer, refused; /* pc, the address spoken of, where it stopped */
};
#define SCENE_RANGES 24

/* A breakpoint in the code that is shown: at a line, or at an instruction. */
struct scene_mark {
    unsigned number;
    unsigned line; /* 0: at va */
    uint64_t va;
    bool disabled;
};
#define SCENE_MARKS 32

struct scene_side {
    bool present;   /* there is a process / a kernel to show */
    bool running;   /* the hart is on this side */
    char who[48];   /* "pid 4 reader"; the kernel: the function it is in */
    char state[96]; /* "running", "waiting in #118", "enters at stvec" */
    uint64_t root;  /* of its page table; 0: no translation */
    uint64_t pc;
    char where[96];   /* "main+0x5c" */
    char chain[160];  /* who called: "write+0x4 < main < _start", or "" */
    char in_call[48]; /* line is a caller's: what it called; else "" */
    /* Source: all lines of the file, the current one is line (from 1). */
    const char *file;
    const char *const *text;
    size_t lines;
    unsigned line;
    char no_source[96]; /* why there is none */
    struct scene_insn insn[SCENE_INSNS];
    size_t insns;
    struct scene_mark mark[SCENE_MARKS];
    size_t marks;
    struct scene_register reg[SCENE_REGISTERS + 1]; /* a spare one */
    size_t regs;
    const char *reg_note; /* what the values are: "at the trap", NULL: live */
    struct scene_range range[SCENE_RANGES];
    size_t ranges;
};

/* ---- A page walk and one address in several spaces ---- */

struct scene_walk {
    bool present;
    bool then; /* as the tables stood when it was refused */
    uint64_t va, root;
    char owner[48];
    struct sv39_level level[3];
    unsigned levels;
    bool reached; /* a leaf was found */
    uint64_t pa, flags;
    char sentence[128]; /* why it was refused, or what it grants */
    bool refused;
    unsigned deciding; /* PTE bit that decided, 0: none */
};

struct scene_view_of { /* one space's answer */
    char who[40];
    char answer[64]; /* "frame 0x80a31 rw-u", "nothing" */
    bool mapped;
};
#define SCENE_SAME 6
struct scene_same {
    bool present;
    uint64_t va;
    struct scene_view_of space[SCENE_SAME];
    size_t spaces, more; /* more: processes beyond the shown ones */
};

/* ---- A crossing, told in steps ---- */

enum scene_step_kind { STEP_PLAIN, STEP_BYTES, STEP_RESULT };
enum scene_motion { /* how the step is animated */
                    MOTION_NONE,
                    MOTION_TRAP,
                    MOTION_REGISTERS,
                    MOTION_GATE,
                    MOTION_BYTES,
                    MOTION_GATE_BACK,
                    MOTION_RESULT,
};
struct scene_step {
    enum scene_step_kind kind;
    enum scene_motion motion;
    char title[120], detail[160];
    bool now; /* the hart is in this step */
    bool refused;
    /* BYTES: the first of the bytes, how many moved, how many were asked. */
    uint8_t byte[TRANSFER_SHOWN];
    unsigned shown;
    uint64_t done, length;
    uint64_t va; /* of the first user byte */
    bool inward; /* user to kernel */
};
#define SCENE_STEPS 14

struct scene_fact {
    char label[20], value[200];
    bool has_va;
    uint64_t va;
    uint64_t crossing; /* that it speaks of and a click selects, or 0 */
};
#define SCENE_FACTS 16

/* Another crossing that this one is joined to: bytes or a message that went
 * over, or a sleeper that was woken. */
struct scene_link {
    uint64_t from, to;
    bool wakes;
    char text[96]; /* "message lab_add, 40 bytes" */
};
#define SCENE_LINKS 6

struct scene_card {
    bool present;
    uint64_t number;
    enum crossing_kind kind;
    bool open, failed, died;
    bool later; /* the present moment is before its trap */
    char who[48];
    char what[160]; /* "read(3, 0x40000ff9, 13)" */
    char result[64];
    char sentence[512];
    char cost[120]; /* "611 insns, 1,240 cycles, 7 bytes" */
    struct scene_step step[SCENE_STEPS + 1]; /* the last is never shown */
    size_t steps, steps_left_out;
    bool refused;
    char refusal_head[64]; /* "EFAULT at byte 7" */
    char refusal[512];     /* one plain sentence */
    struct scene_fact fact[SCENE_FACTS + 1];
    size_t facts;
    struct scene_link link[SCENE_LINKS];
    size_t links;
    const struct crossing *record; /* transfers and mappings, or NULL */
    const struct abi *abi;         /* to name what is in it, or NULL */
};

/* ---- Lists ---- */

/* One row of the crossing table; asked for by number, so that a million of
 * them cost nothing until they are looked at. */
struct scene_row {
    uint64_t number;
    int pid;
    char who[40];
    enum crossing_kind kind;
    bool open, failed, died;
    bool later; /* the present moment is before its trap */
    char what[160], result[64];
    uint64_t insns, cycles;
};
struct scene_rows {
    void *ctx;
    uint64_t count;   /* numbers 1..count, those to come included */
    uint64_t present; /* so many have trapped by now */
    bool (*row)(void *ctx, uint64_t number, struct scene_row *out);
};

struct scene_process {
    int pid, parent;
    char name[32], state[64];
    uint64_t root, crossings, own_insns, user_insns;
    bool current, gone;
};
#define SCENE_PROCESSES 64

struct scene_bytes { /* for the memory tab */
    bool present;
    uint64_t va, root;
    char owner[48];
    size_t n;
    uint8_t byte[1024];
    bool have[1024]; /* mapped to RAM */
};

/* ---- Ports and rights, at the moment of the selected crossing ---- */

struct scene_name { /* a name that a task has for rights to a port */
    uint32_t name;
    unsigned rights; /* PORT_SEND ... of crossing/ports.h */
    uint32_t refs;
    size_t task; /* index */
    size_t port; /* index; SCENE_NO_PORT: a dead name */
    uint64_t crossing;
    bool fresh; /* changed in the crossing looked at */
};
#define SCENE_NO_PORT SIZE_MAX
struct scene_task {
    int pid;
    char who[48];
    size_t first, names; /* its names stand together */
};
struct scene_waiting { /* a message in a queue */
    char what[64], from[64];
    uint32_t size;
    uint64_t crossing;
    bool fresh;
};
struct scene_port {
    uint64_t number;
    char title[40], receiver[96];
    bool dead, is_set, has_queue;
    size_t first, waiting; /* its messages stand together, oldest first */
    size_t anchor;         /* the name beside which it belongs */
};
struct scene_ports {
    char moment[48]; /* "now", "at the end of #118" */
    struct scene_task *task;
    size_t tasks;
    struct scene_name *name; /* by task, then by number */
    size_t names;
    struct scene_port *port; /* by anchor */
    size_t ports;
    struct scene_waiting *message;
    size_t messages;
};

/* ---- The past ---- */

struct scene_past {
    bool past;         /* there is a future that is known */
    uint64_t clock;    /* of the newest moment */
    uint64_t executed; /* ... as far as it was seen */
    uint64_t console;  /* bytes that are printed later */
};

struct scene_branch {
    unsigned number; /* the first is 1 */
    unsigned parent;
    uint64_t fork, newest;  /* clocks */
    uint64_t fork_crossing; /* the last one before it, 0: not known */
    bool current;
    char typed[64]; /* what began it */
};
#define SCENE_BRANCHES 64
struct scene_numbering { /* crossings from this one on belong to a branch */
    uint64_t from;
    unsigned branch;
};

/* ---- Break- and watchpoints ---- */

struct scene_break {
    unsigned number;
    char text[160], condition[160];
    uint64_t hits;
    bool disabled;
    bool waits; /* what it names is not there yet */
};
#define SCENE_BREAKS 200

/* ---- The whole ---- */

enum scene_run { RUN_PAUSED, RUN_RUNNING, RUN_WAITING, RUN_ENDED, RUN_DEAD };

struct spans;
struct terminal;

struct scene {
    enum scene_run run;
    char headline[200]; /* "paused in copyout, kernel/copy.c:90" */
    char notice[256];   /* an error told in place; "" if none */
    char program[64];
    int user_pid; /* of the process on the user side, 0: not known */
    uint64_t clock, executed;
    struct scene_side user, kernel;
    struct scene_card now;      /* the open crossing, or the newest */
    struct scene_card selected; /* the one selected in the table */
    struct scene_walk walk;
    struct scene_same same;
    struct scene_bytes bytes;
    struct scene_ports ports;
    struct scene_rows rows;
    struct scene_process process[SCENE_PROCESSES];
    size_t processes, processes_left_out;
    struct scene_past past;
    struct scene_branch branch[SCENE_BRANCHES];
    size_t branches, branches_left_out;
    struct scene_numbering numbering[SCENE_BRANCHES]; /* ascending */
    size_t numberings;
    struct scene_break breaks[SCENE_BREAKS];
    size_t breakpoints;
    const struct spans *spans;       /* for the timeline */
    const struct terminal *terminal; /* the console */
    const struct measurements *race; /* what the program measured, or NULL */
};

#endif
