/*
 * scenes.c - see scenes.h. The scene of visualizer.md's picture is the base;
 * the others change it.
 */
#include "scenes.h"

#include "../../../emu/view/spans.h"
#include "../../../emu/view/terminal.h"

#include <stdio.h>
#include <string.h>

const char *const case_names[CASES] = {"boot",    "user",  "copyin",
                                       "refusal", "death", "long",
                                       "many",    "past",  "empty"};

static struct scene scene;
static struct spans *spans;
static struct terminal *terminal;
static struct crossing record;
static struct transfer transfers[2];
static struct mapping mappings[2];
static struct link links[1];
static struct measurements race;
static bool long_names;

static const char *const user_source[] = {
    "/* reader.c - asks for 13 bytes across a read-only page. */",
    "#include <stdio.h>",
    "#include <sys/mman.h>",
    "#include <unistd.h>",
    "",
    "int main(void)",
    "{",
    "    int fd = 3;",
    "    char *buf = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, -1, "
    "0);",
    "    mprotect(buf + 4096, 4096, PROT_READ);",
    "",
    "    ssize_t n = read(fd, buf + 4089, 13);",
    "    if (n < 0)",
    "        perror(\"read\");",
    "    return 0;",
    "}",
};
static const char *const kernel_source[] = {
    "int copyout(struct space *space, struct user_addr dst, const void *src,",
    "            size_t len)",
    "{",
    "    while (len > 0) {",
    "        struct page_span span = user_span(space, dst, len);",
    "        if (!span.writable)",
    "            return EFAULT;",
    "        memcpy(span.kernel_va, src, span.bytes);",
    "        dst = user_add(dst, span.bytes);",
    "\tlen -= span.bytes;",
    "    }",
    "    return 0;",
    "}",
};

static void set_insns(struct scene_side *s, uint64_t va, size_t current)
{
    static const char *const text[] = {
        "addi sp, sp, -32", "sd ra, 24(sp)",   "sd s0, 16(sp)",
        "mv s0, a0",        "andi a5, a4, 4",  "beqz a5, copyout+0x98",
        "li a7, 5",         "ecall",           "bltz a0, main+0x80",
        "ld ra, 24(sp)",    "addi sp, sp, 32", "ret"};
    s->insns = sizeof text / sizeof text[0];
    for (size_t i = 0; i < s->insns; i++) {
        s->insn[i].va = va + 4 * i - 4 * current;
        snprintf(s->insn[i].text, sizeof s->insn[i].text, "%s", text[i]);
        s->insn[i].current = i == current;
    }
    s->pc = va;
}

static void add_reg(struct scene_side *s, const char *name, uint64_t value,
                    bool changed, const char *note)
{
    struct scene_register *r = &s->reg[s->regs++];
    snprintf(r->name, sizeof r->name, "%s", name);
    snprintf(r->note, sizeof r->note, "%s", note);
    r->value = value;
    r->changed = changed;
}

static void add_range(struct scene_side *s, const char *name,
                      enum space_look look, uint64_t va, uint64_t bytes,
                      uint64_t flags)
{
    struct scene_range *r = &s->range[s->ranges++];
    snprintf(r->name, sizeof r->name, "%s", name);
    r->look = look;
    r->va = va;
    r->bytes = bytes;
    r->flags = flags;
}

static void user_side(struct scene_side *s)
{
    static const char *const names[] = {"ra", "s0", "s1", "t0", "t1", "t2",
                                        "a3", "a4", "a5", "a6", "gp", "tp"};
    s->present = true;
    snprintf(s->who, sizeof s->who, "pid 4 reader");
    snprintf(s->state, sizeof s->state, "waiting in #118");
    s->root = 0x8041f000;
    snprintf(s->where, sizeof s->where, "main+0x5c");
    s->file = "guestapps/reader.c";
    s->text = user_source;
    s->lines = sizeof user_source / sizeof user_source[0];
    s->line = 12;
    set_insns(s, 0x1034c, 7);
    add_reg(s, "pc", 0x1034c, false, "");
    add_reg(s, "sp", 0x3fffffff70, false, "");
    add_reg(s, "a0", 3, true, "");
    add_reg(s, "a1", 0x40000ff9, true, "");
    add_reg(s, "a2", 13, true, "");
    add_reg(s, "a7", 5, true, "");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        add_reg(s, names[i], 0x10000 * i + i, false, "");
    uint64_t rw = PTE_V | PTE_U | PTE_R | PTE_W;
    add_range(s, "text", LOOK_TEXT, 0x10000, 0x4000,
              PTE_V | PTE_U | PTE_R | PTE_X);
    add_range(s, "data", LOOK_DATA, 0x14000, 0x1000, rw);
    add_range(s, "heap", LOOK_HEAP, 0x15000, 0x3000, rw);
    add_range(s, "", LOOK_HOLE, 0x18000, 0x3ffe8000, 0);
    add_range(s, "rw", LOOK_DATA, 0x40000000, 0x1000, rw);
    add_range(s, "r", LOOK_DATA, 0x40001000, 0x1000, PTE_V | PTE_U | PTE_R);
    add_range(s, "", LOOK_HOLE, 0x40002000, 0x3fbfffb000, 0);
    add_range(s, "stack", LOOK_STACK, 0x3fffffd000, 0x2000, rw);
    add_range(s, "frame", LOOK_FRAME, 0x3fffffe000, 0x1000,
              PTE_V | PTE_R | PTE_W);
    add_range(s, "gate", LOOK_GATE, 0x3ffffff000, 0x1000,
              PTE_V | PTE_R | PTE_X);
    s->range[0].pc = true;
    s->range[4].pointer = true;
    s->range[5].refused = true;
}

static void kernel_side(struct scene_side *s)
{
    s->present = s->running = true;
    snprintf(s->who, sizeof s->who, "copyout");
    snprintf(s->state, sizeof s->state, "S-mode");
    s->root = 0x807ff000;
    snprintf(s->where, sizeof s->where, "copyout+0x74");
    s->file = "guestkernel/copy.c";
    s->text = kernel_source;
    s->lines = sizeof kernel_source / sizeof kernel_source[0];
    s->line = 6;
    set_insns(s, 0xffffffc080203a14, 5);
    add_reg(s, "pc", 0xffffffc080203a14, false, "");
    add_reg(s, "sp", 0xffffffc0802fe6c0, false, "");
    add_reg(s, "scause", 8, true, "ecall from U");
    add_reg(s, "sepc", 0x1034c, false, "");
    add_reg(s, "stval", 0, false, "");
    add_reg(s, "satp", 0x80000000000807ff, false, "");
    add_reg(s, "SPP", 0, false, "U");
    add_reg(s, "SUM", 0, false, "");
    add_reg(s, "SIE", 0, false, "");
    add_reg(s, "sscratch", 0x3fffffe000, false, "");
    for (int i = 0; i < 8; i++) {
        char name[4] = {'a', (char)('0' + i), 0};
        add_reg(s, name, 0xffffffc0802028d3 + (uint64_t)i, i == 5, "");
    }
    uint64_t rw = PTE_V | PTE_R | PTE_W;
    add_range(s, "text", LOOK_TEXT, 0xffffffc080200000, 0x8000,
              PTE_V | PTE_R | PTE_X);
    add_range(s, "data", LOOK_DATA, 0xffffffc080208000, 0x4000, rw);
    add_range(s, "stacks", LOOK_STACK, 0xffffffc0802fc000, 0x40000, rw);
    add_range(s, "direct map of RAM", LOOK_DIRECT, 0xffffffd080000000,
              0x4000000, rw);
    add_range(s, "devices", LOOK_DEVICE, 0xffffffe010000000, 0x2000, rw);
    add_range(s, "gate", LOOK_GATE, 0xfffffffffffff000, 0x1000,
              PTE_V | PTE_R | PTE_X);
    s->range[0].pc = true;
}

static void add_step(struct scene_card *c, enum scene_step_kind kind,
                     const char *title, const char *detail)
{
    struct scene_step *s = &c->step[c->steps++];
    s->kind = kind;
    snprintf(s->title, sizeof s->title, "%s", title);
    snprintf(s->detail, sizeof s->detail, "%s", detail);
}

static void add_fact(struct scene_card *c, const char *label, const char *value)
{
    struct scene_fact *fact = &c->fact[c->facts++];
    snprintf(fact->label, sizeof fact->label, "%s", label);
    snprintf(fact->value, sizeof fact->value, "%s", value);
}

static void refusal_card(struct scene_card *c)
{
    *c = (struct scene_card){.present = true,
                             .number = 118,
                             .kind = CROSSING_CALL,
                             .open = true,
                             .failed = true,
                             .refused = true,
                             .record = &record};
    snprintf(c->who, sizeof c->who, "pid 4 reader");
    snprintf(c->what, sizeof c->what, "read(fd=3, buf=0x40000ff9, n=13)");
    snprintf(c->result, sizeof c->result, "-1 EFAULT");
    snprintf(c->sentence, sizeof c->sentence,
             "pid 4 asked for 13 bytes at 0x40000ff9. The buffer spans two "
             "pages; the second is read-only, so the copy stopped at its first "
             "byte and read returns -1, errno EFAULT. Seven bytes had already "
             "been written.");
    snprintf(c->cost, sizeof c->cost, "611 insns, 1,240 cycles, 7 bytes");
    add_step(c, STEP_PLAIN,
             "trap in:", "scause 8, sepc 0x1034c, U \xe2\x86\x92 S");
    add_step(c, STEP_PLAIN, "31 registers packed into the trap frame",
             "0x3fffffe000");
    add_step(c, STEP_PLAIN,
             "gate:", "satp 0x8041f \xe2\x86\x92 0x807ff, fence");
    add_step(c, STEP_PLAIN, "pipe had 13 bytes from #112", "");
    add_step(c, STEP_BYTES, "copyout 13 bytes \xe2\x86\x92", "0x40000ff9");
    for (size_t i = 0; i < 3; i++)
        c->step[i].motion = (enum scene_motion)(MOTION_TRAP + (int)i);
    struct scene_step *s = &c->step[c->steps - 1];
    s->motion = MOTION_BYTES;
    memcpy(s->byte, "hello, world\n", 13);
    s->shown = 13;
    s->done = 7;
    s->length = 13;
    s->va = 0x40000ff9;
    s->now = s->refused = true;
    c->link[0] =
        (struct scene_link){.from = 112, .to = 118, .text = "13 bytes"};
    c->link[1] = (struct scene_link){
        .from = 110, .to = 118, .wakes = true, .text = "wakes it"};
    c->links = 2;
    snprintf(c->refusal_head, sizeof c->refusal_head, "EFAULT at byte 7");
    snprintf(c->refusal, sizeof c->refusal,
             "The page at 0x40001000 is the program's, but read-only: W = 0. "
             "The kernel may not write where the program may not.");
    add_fact(c, "args", "fd=3 buf=0x40000ff9 n=13");
    add_fact(c, "from", "guestapps/reader.c:12 main+0x5c");
    add_fact(c, "frame", "0x3fffffe000");
    add_fact(c, "origin", "7 bytes of #112");
    add_fact(c, "came from", "#112 pid 3 writer: 13 bytes");
    c->fact[c->facts - 1].crossing = 112;
    add_fact(c, "result", "-1 EFAULT");
    add_fact(c, "cost", "611 insns, 1,240 cycles, 2 satp writes, 2 fences");
}

static void make_record(void)
{
    transfers[0] = (struct transfer){.kind = TRANSFER_COPYOUT,
                                     .user_va = 0x40000ff9,
                                     .kernel_va = 0xffffffd080214000,
                                     .length = 13,
                                     .done = 7,
                                     .error = 14,
                                     .stopped_va = 0x40001000,
                                     .why = SV39_NOT_WRITABLE,
                                     .shown = 13};
    memcpy(transfers[0].data, "hello, world\n", 13);
    mappings[0] = (struct mapping){.kind = MAPPING_MAP,
                                   .va = 0x40000000,
                                   .pa = 0x80a31000,
                                   .flags = PTE_U | PTE_R | PTE_W};
    mappings[1] = (struct mapping){.kind = MAPPING_COW,
                                   .va = 0x14000,
                                   .pa = 0x80a32000,
                                   .old_pa = 0x80a11000};
    links[0] =
        (struct link){.from = 112, .to = 118, .channel = 0x1000, .bytes = 13};
    record = (struct crossing){.number = 118,
                               .transfer = transfers,
                               .transfers = 1,
                               .mapping = mappings,
                               .mappings = 2,
                               .link = links,
                               .links = 1};
}

static bool made_row(void *ctx, uint64_t number, struct scene_row *row)
{
    static const char *const what[] = {
        "write(fd=4, buf=0x101e8, n=13)",
        "timer",
        "read(fd=3, buf=0x40000ff9, n=13)",
        "store page fault at 0x40000000",
        "getpid()",
        "waitpid(pid=-1, status=0x3fffff70, options=0)"};
    static const enum crossing_kind kind[] = {CROSSING_CALL, CROSSING_INTERRUPT,
                                              CROSSING_CALL, CROSSING_FAULT,
                                              CROSSING_CALL, CROSSING_CALL};
    (void)ctx;
    size_t i = number % 6;
    *row = (struct scene_row){.number = number,
                              .pid = 3 + (int)(number % 3),
                              .kind = kind[i],
                              .open = number == 118,
                              .later = number > scene.rows.present,
                              .failed = i == 2,
                              .insns = 186 + number * 7,
                              .cycles = 612 + number * 13};
    snprintf(row->who, sizeof row->who, "%d %s", row->pid,
             long_names ? "a-program-with-a-long-name"
             : i % 2    ? "reader"
                        : "writer");
    snprintf(row->what, sizeof row->what, "%s%s", what[i],
             long_names ? " and much more of it than any table can show" : "");
    snprintf(row->result, sizeof row->result, "%s",
             i == 2   ? "-1 EFAULT"
             : i == 1 ? "switch to 3"
                      : "13");
    return true;
}

static void make_spans(size_t rounds, int pids)
{
    spans_destroy(spans);
    spans = spans_create();
    uint64_t at = 1000;
    for (size_t i = 0; i < rounds; i++) {
        spans_enter(spans, at, 2 + (int)(i % (size_t)pids), false, 0);
        at += 300 + i * 7919 % 900;
        spans_enter(spans, at, 2 + (int)(i % (size_t)pids), true,
                    118 - (rounds - i) % 118);
        at += 200 + i * 104729 % 300;
        if (i % 5 == 4) {
            spans_enter(spans, at, 0, true, 0);
            at += 150;
        }
    }
    scene.clock = at;
    scene.executed = at;
    scene.spans = spans;
}

static void make_terminal(const char *text)
{
    terminal_destroy(terminal);
    terminal = terminal_create();
    for (; *text; text++)
        terminal_put(terminal, (uint8_t)*text);
    scene.terminal = terminal;
}

static void make_processes(int n)
{
    for (int i = 0; i < n && i < SCENE_PROCESSES; i++) {
        struct scene_process *p = &scene.process[scene.processes++];
        p->pid = i + 1;
        p->parent = i ? 1 : 0;
        snprintf(p->name, sizeof p->name, "%s",
                 long_names ? "a-program-with-a-long-name"
                 : i == 0   ? "init"
                 : i == 1   ? "sh"
                 : i == 2   ? "writer"
                            : "reader");
        snprintf(p->state, sizeof p->state, "%s",
                 i == 3 ? "running" : "waits: pipe empty");
        p->root = 0x80400000 + 0x1000 * (uint64_t)i;
        p->crossings = (uint64_t)i * 91;
        p->user_insns = (uint64_t)i * 91731;
        p->current = i == 3;
    }
}

static void make_walk(void)
{
    struct scene_walk *w = &scene.walk;
    w->present = w->reached = w->refused = true;
    w->va = 0x40001000;
    w->root = 0x8041f000;
    snprintf(w->owner, sizeof w->owner, "pid 4");
    w->levels = 3;
    w->level[0] = (struct sv39_level){2, 1, 0x8041f008, 0x20108001};
    w->level[1] = (struct sv39_level){1, 0, 0x80420000, 0x20108401};
    w->level[2] = (struct sv39_level){0, 1, 0x80421008, 0x2028c4d3};
    w->deciding = PTE_W;
    snprintf(w->sentence, sizeof w->sentence, "the page is read-only: W = 0");
}

static void make_same(void)
{
    static const char *const who[] = {"pid 4", "pid 3", "the kernel"};
    static const char *const answer[] = {"frame 0x80a31, rw-u", "nothing",
                                         "nothing"};
    scene.same.present = true;
    scene.same.va = 0x40000ffe;
    for (int i = 0; i < 3; i++) {
        struct scene_view_of *v = &scene.same.space[scene.same.spaces++];
        snprintf(v->who, sizeof v->who, "%s", who[i]);
        snprintf(v->answer, sizeof v->answer, "%s", answer[i]);
        v->mapped = i == 0;
    }
}

static void make_bytes(void)
{
    struct scene_bytes *b = &scene.bytes;
    b->present = true;
    b->va = 0x40000f80;
    b->n = 512;
    snprintf(b->owner, sizeof b->owner, "pid 4");
    for (size_t i = 0; i < b->n; i++) {
        b->byte[i] = (uint8_t)(i * 37);
        b->have[i] = i < 300;
    }
}

/* Tasks of a few names each: the first names receive from ports of their own,
 * the others send to the next task's; one name is dead, one port is. */
#define MADE_TASKS 64
#define MADE_NAMES 8
static void make_ports(size_t tasks, size_t names)
{
    static struct scene_task task[MADE_TASKS];
    static struct scene_name name[MADE_TASKS * MADE_NAMES];
    static struct scene_port port[MADE_TASKS * MADE_NAMES];
    static struct scene_waiting message[MADE_TASKS * MADE_NAMES];
    struct scene_ports *p = &scene.ports;
    size_t half = names / 2;
    *p = (struct scene_ports){.task = task,
                              .tasks = tasks,
                              .name = name,
                              .names = tasks * names,
                              .port = port,
                              .ports = tasks * half,
                              .message = message};
    snprintf(p->moment, sizeof p->moment, "at the end of #118");
    for (size_t t = 0; t < tasks; t++) {
        task[t] = (struct scene_task){
            .pid = (int)t + 3, .first = t * names, .names = names};
        snprintf(task[t].who, sizeof task[t].who, "pid %zu %s", t + 3,
                 long_names ? "a-program-with-a-long-name" : "server");
    }
    for (size_t i = 0; i < p->names; i++) {
        size_t t = i / names, k = i % names;
        bool own = k < half;
        name[i] = (struct scene_name){
            .name = (uint32_t)(k + 1) << 8 | 3,
            .rights = own     ? PORT_RECEIVE | (k ? PORT_SEND : 0u)
                      : k % 2 ? PORT_SEND
                              : PORT_SEND_ONCE,
            .refs = own          ? 1
                    : long_names ? 65535
                                 : (unsigned)k,
            .task = t,
            .port = own ? t * half + k : (t + 1) % tasks * half + k - half,
            .crossing = i,
            .fresh = i == 1};
    }
    name[p->names - 1].rights = PORT_DEAD_NAME;
    name[p->names - 1].port = SCENE_NO_PORT;
    for (size_t i = 0; i < p->ports; i++) {
        port[i] = (struct scene_port){.number = long_names ? UINT64_MAX : i,
                                      .dead = i == 3,
                                      .is_set = i == 4,
                                      .has_queue = i != 3 && i != 4,
                                      .first = p->messages,
                                      .waiting = i % 3,
                                      .anchor = i / half * names + i % half};
        snprintf(port[i].title, sizeof port[i].title, "port %zu", i + 1);
        snprintf(port[i].receiver, sizeof port[i].receiver, "%s receives",
                 task[i / half].who);
        for (size_t k = 0; k < port[i].waiting; k++) {
            struct scene_waiting *m = &message[p->messages++];
            *m = (struct scene_waiting){
                .size = 36, .crossing = 100 + i, .fresh = i == 1};
            snprintf(m->what, sizeof m->what, "7000 %s",
                     long_names ? "a_routine_with_a_very_long_name_indeed"
                                : "lab_null");
            snprintf(m->from, sizeof m->from, "from pid %zu, #%zu", i + 3,
                     100 + i);
        }
    }
}

/* As many ways as can be, in each layout: 8 bytes to 1 MiB or, every fourth of
 * them, to 512; the mapped ones from 16 KiB on. They cross near 23 KiB. */
static void make_race(int ways, const char *name, bool shared)
{
    static const char *const kinds[] = {"copies", "maps", "shares", "device"};
    static struct measure_row rows[2 * 48 * 18];
    race = (struct measurements){.row = rows};
    for (int layout = 0; layout < 1 + shared; layout++)
        for (int way = 0; way < ways; way++)
            for (uint64_t n = 8; n <= 1 << 20; n *= 2) {
                struct measure_row *r = &rows[race.rows++];
                bool maps = way % 4 == 1;
                *r = (struct measure_row){.bytes = n};
                snprintf(r->layout, sizeof r->layout,
                         layout ? "shared" : "separate");
                snprintf(r->name, sizeof r->name, "%s%d/%s", name, way / 2,
                         kinds[way % 4]);
                snprintf(r->kind, sizeof r->kind, "%s", kinds[way % 4]);
                r->laps = !(way % 4 == 3 && n > 512) && (!maps || n >= 16384);
                r->sum[TALLY_REST].kernel_insns =
                    maps ? (uint64_t)(19000 + 900 * way) + n / 4
                         : (uint64_t)(3000 - 500 * layout + 400 * way) + n;
            }
    scene.race = &race;
}

static void base(void)
{
    scene = (struct scene){.run = RUN_PAUSED};
    long_names = false;
    make_record();
    snprintf(scene.headline, sizeof scene.headline,
             "paused in copyout, guestkernel/copy.c:6");
    snprintf(scene.program, sizeof scene.program, "reader");
    user_side(&scene.user);
    kernel_side(&scene.kernel);
    refusal_card(&scene.now);
    make_walk();
    make_same();
    make_bytes();
    make_processes(4);
    make_ports(2, 4);
    make_race(9, "way", true);
    make_spans(14, 3);
    make_terminal("$ writer | reader\n"
                  "reader: asking for 13 bytes across a read-only page\n");
    scene.rows = (struct scene_rows){NULL, 118, 118, made_row};
}

static void make_boot(void)
{
    scene.user = (struct scene_side){0};
    scene.now = (struct scene_card){0};
    scene.same = (struct scene_same){0};
    scene.walk = (struct scene_walk){0};
    scene.bytes = (struct scene_bytes){0};
    scene.rows.count = scene.rows.present = 0;
    scene.processes = 0;
    scene.ports = (struct scene_ports){0};
    scene.kernel.text = NULL;
    scene.kernel.ranges = 0;
    snprintf(scene.kernel.no_source, sizeof scene.kernel.no_source,
             "no source: entry.S is not under the search path");
    make_spans(0, 1);
    make_terminal("");
}

static void make_user(void)
{
    scene.user.running = true;
    scene.kernel.running = false;
    snprintf(scene.user.state, sizeof scene.user.state, "running");
    snprintf(scene.kernel.state, sizeof scene.kernel.state,
             "enters at stvec 0x3ffffff000");
    scene.now.open = scene.now.refused = scene.now.failed = false;
    scene.now.step[4].refused = scene.now.step[4].now = false;
    scene.now.step[4].done = 13;
    scene.run = RUN_RUNNING;
    scene.walk.refused = false;
    scene.walk.deciding = 0;
    snprintf(scene.walk.sentence, sizeof scene.walk.sentence,
             "grants r-- to user code");
}

static void make_copyin(void)
{
    make_user();
    scene.run = RUN_PAUSED;
    struct scene_step *s = &scene.now.step[4];
    s->inward = s->now = true;
    scene.now.open = true;
    snprintf(s->title, sizeof s->title, "copyin 100 bytes from");
    s->length = 100;
    s->done = 64;
    s->shown = TRANSFER_SHOWN;
    for (unsigned i = 0; i < s->shown; i++)
        s->byte[i] = (uint8_t)(i * 5);
    scene.selected = scene.now;
}

static void make_death(void)
{
    scene.now.kind = CROSSING_FAULT;
    scene.now.died = true;
    snprintf(scene.now.what, sizeof scene.now.what,
             "store page fault at 0x40001000");
    snprintf(scene.now.result, sizeof scene.now.result, "never returns");
    snprintf(scene.now.refusal_head, sizeof scene.now.refusal_head,
             "The store was refused: pid 4 dies of SIGSEGV");
    scene.now.steps = 3;
    scene.run = RUN_ENDED;
    snprintf(scene.headline, sizeof scene.headline,
             "ended: pid 4 was killed by SIGSEGV, status 139");
    snprintf(scene.notice, sizeof scene.notice,
             "picture.png: permission denied");
}

static void make_long(void)
{
    long_names = true;
    memset(scene.user.who, 'w', sizeof scene.user.who - 1);
    memset(scene.user.where, 'f', sizeof scene.user.where - 1);
    memset(scene.user.state, 's', sizeof scene.user.state - 1);
    memset(scene.now.what, 'a', sizeof scene.now.what - 1);
    memset(scene.now.who, 'p', sizeof scene.now.who - 1);
    memset(scene.headline, 'h', sizeof scene.headline - 1);
    memset(scene.kernel.who, 'k', sizeof scene.kernel.who - 1);
    for (size_t i = 0; i < scene.now.steps; i++)
        memset(scene.now.step[i].detail, 'd',
               sizeof scene.now.step[i].detail - 1);
    for (size_t i = 0; i < scene.now.facts; i++)
        memset(scene.now.fact[i].value, 'v',
               sizeof scene.now.fact[i].value - 1);
    for (size_t i = 0; i < scene.user.regs; i++)
        scene.user.reg[i].value = UINT64_MAX - i;
    scene.user.file = "guestapps/a/very/long/path/of/folders/to/the/program.c";
    scene.processes = 0;
    make_processes(4);
    make_ports(5, 6);
    make_race(7, "a-mechanism-with-a-name", false);
    scene.clock = scene.executed = UINT64_C(18446744073709551615);
}

static void add_branch(unsigned parent, uint64_t fork, const char *typed)
{
    struct scene_branch *b = &scene.branch[scene.branches];
    *b = (struct scene_branch){.number = (unsigned)++scene.branches,
                               .parent = parent,
                               .fork = fork,
                               .newest = 17000 + 1000 * scene.branches};
    snprintf(b->typed, sizeof b->typed, "%s", typed);
}

static void make_many(void)
{
    scene.processes = 0;
    make_processes(SCENE_PROCESSES);
    make_ports(MADE_TASKS, MADE_NAMES);
    make_race(48, "m", true);
    scene.processes_left_out = 36;
    make_spans(20000, 100);
    scene.rows.count = scene.rows.present = 1000000;
    scene.same.more = 98;
    while (scene.user.ranges < SCENE_RANGES)
        add_range(&scene.user, "mapped", LOOK_SHARED,
                  0x50000000 + scene.user.ranges * 0x10000, 0x1000,
                  PTE_V | PTE_U | PTE_R);
    while (scene.branches < SCENE_BRANCHES)
        add_branch(1, scene.branches * 1000,
                   "a line that is typed, and is not short\\r");
    while (scene.now.steps < SCENE_STEPS)
        add_step(&scene.now, STEP_PLAIN, "one more step", "detail");
    for (int i = 0; i < 200; i++)
        terminal_put(terminal, i % 40 == 39 ? '\n' : (uint8_t)('a' + i % 26));
}

static void add_break(const char *text, const char *condition, uint64_t hits)
{
    struct scene_break *b = &scene.breaks[scene.breakpoints];
    *b = (struct scene_break){.number = (unsigned)++scene.breakpoints,
                              .hits = hits,
                              .waits = hits == 0};
    snprintf(b->text, sizeof b->text, "%s", text);
    snprintf(b->condition, sizeof b->condition, "%s", condition);
}

/* Behind the copy of #112; what follows it is known, on branch 2 from #110. */
static void make_past(void)
{
    add_branch(1, 0, "");
    add_branch(1, 11200, "ls /bin\\r");
    add_branch(2, 14000, "exit\\r");
    scene.branch[1].current = true;
    add_break("copyout", "", 12345);
    add_break("call write", "fd == 1 && n > 4096", 1);
    add_break("other.c:12", "", 0);
    scene.breaks[1].disabled = true;
    scene.user.mark[scene.user.marks++] =
        (struct scene_mark){.number = 1, .line = scene.user.line};
    scene.user.mark[scene.user.marks++] =
        (struct scene_mark){.number = 2, .va = scene.user.insn[0].va};
    scene.numbering[0] = (struct scene_numbering){110, 2};
    scene.numberings = 1;
    scene.past = (struct scene_past){.past = true,
                                     .clock = 18000,
                                     .executed = scene.executed,
                                     .console = 42};
    scene.rows.present = 112;
    scene.now.number = 112;
    scene.executed = 14000;
    scene.clock = 14600;
    scene.run = RUN_PAUSED;
}

const struct scene *scene_of(enum scene_case which)
{
    static void (*const make[CASES])(void) = {
        [CASE_BOOT] = make_boot,     [CASE_USER] = make_user,
        [CASE_COPYIN] = make_copyin, [CASE_DEATH] = make_death,
        [CASE_LONG] = make_long,     [CASE_MANY] = make_many,
        [CASE_PAST] = make_past};
    base();
    if (make[which])
        make[which]();
    if (which == CASE_EMPTY)
        scene = (struct scene){0};
    return &scene;
}
