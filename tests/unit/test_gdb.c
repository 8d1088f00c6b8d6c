/*
 * test_gdb.c - GDB's remote protocol: frames, packets and answers on a small
 * machine, and what no client of good will sends: random bytes, wrong
 * checksums, lengths that are lies, half packets, a connection that ends
 * anywhere. Nothing of that crashes, hangs or changes the guest.
 *
 *   test_gdb [SEED [PACKETS]]
 */
#include "machine_fixture.h"

#include "../../emu/debug/gdb.h"
#include "../../emu/debug/gdb_wire.h"

#define OUT_MAX  65536

/* Stores 1, 2, 3 ... at DATA, for ever. */
#define DATA     (PLAT_RAM_BASE + 0x10000)
#define STORE_AT (PLAT_RAM_BASE + 8)
static const uint32_t program[] = {
    0x00010537, /* lui a0, 0x10 */
    0x00158593, /* addi a1, a1, 1 */
    0x00b4b023, /* sd a1, 0(s1) */
    0xff9ff06f, /* j to the addi */
};

struct bench {
    struct board board;
    struct tracker *tracker;
    struct history *history;
    struct target target;
    struct gdb *gdb;
    char out[OUT_MAX];
    size_t out_bytes;
    unsigned polls, polls_max;
    bool cut; /* nothing can be sent any more */
    uint64_t says, waits;
};

static bool take(void *ctx, const void *bytes, size_t n)
{
    struct bench *b = ctx;
    if (b->cut)
        return false;
    if (b->out_bytes + n >= OUT_MAX)
        b->out_bytes = 0;
    memcpy(b->out + b->out_bytes, bytes, n);
    b->out_bytes += n;
    b->out[b->out_bytes] = '\0';
    return true;
}

static bool no_input(void *ctx)
{
    struct bench *b = ctx;
    b->waits++;
    return false;
}

static void say(void *ctx, const char *line)
{
    struct bench *b = ctx;
    assert_null(strchr(line, '\n'));
    b->says++;
}

static bool poll_some(void *ctx)
{
    struct bench *b = ctx;
    return ++b->polls <= b->polls_max && !gdb_interrupted(b->gdb);
}

/* Within the test itself: cmocka takes over SIGSEGV before each, and history
 * needs it. */
static struct bench *open_bench(void)
{
    struct bench *b = calloc(1, sizeof *b);
    struct elf_image *e = malloc(sizeof *e);
    char why[200] = "";
    elf_make(e, PLAT_RAM_BASE, program, 4);
    struct machine_desc d = board_desc(&b->board, e);
    d.ram_mib = PLAT_RAM_MIB_MIN;
    board_start(&b->board, &d);
    free(e);
    cpu_set_x(machine_cpu(b->board.m), 9, DATA);
    struct tracker_desc t = {.machine = b->board.m};
    b->tracker = tracker_create(&t, why, sizeof why);
    assert_non_null(b->tracker);
    struct history_desc h = {.machine = b->board.m, .tracker = b->tracker};
    b->history = history_begin(&h, why, sizeof why);
    assert_non_null(b->history);
    b->target = (struct target){.machine = b->board.m,
                                .tracker = b->tracker,
                                .history = b->history,
                                .poll = poll_some,
                                .poll_ctx = b};
    assert_true(target_open(&b->target));
    struct gdb_env env = {.ctx = b,
                          .bare = true,
                          .send = take,
                          .wait_input = no_input,
                          .say = say};
    b->gdb = gdb_create(&b->target, &env);
    assert_non_null(b->gdb);
    return b;
}

static void close_bench(struct bench *b)
{
    gdb_destroy(b->gdb);
    target_close(&b->target);
    history_end(b->history);
    tracker_destroy(b->tracker);
    machine_destroy(b->board.m);
    free(b);
}

static void send_frame(struct bench *b, const void *data, size_t n)
{
    uint8_t *frame = malloc(GDB_FRAME_BYTES(n));
    gdb_receive(b->gdb, frame, gdb_wire_frame(data, n, frame));
    free(frame);
}

/* The data of the last frame among what was answered. */
static const char *answer_to(struct bench *b, const char *packet)
{
    static char data[OUT_MAX];
    b->out_bytes = 0;
    b->out[0] = '\0';
    b->polls = 0;
    b->polls_max = 4;
    send_frame(b, packet, strlen(packet));
    char *start = strrchr(b->out, '$');
    if (start == NULL)
        return "(nothing)";
    size_t n = strcspn(start + 1, "#");
    memcpy(data, start + 1, n);
    data[n] = '\0';
    return data;
}

#define assert_answer(b, packet, want)                                         \
    assert_string_equal(answer_to(b, packet), want)
#define assert_begins(b, packet, want)                                         \
    assert_memory_equal(answer_to(b, packet), want, strlen(want))

static uint64_t register_of(struct bench *b, const char *packet)
{
    uint64_t value = 0;
    assert_true(gdb_hex_bytes(answer_to(b, packet), (uint8_t *)&value, 8));
    return value;
}

static uint64_t pc_now(struct bench *b)
{
    return register_of(b, "p20");
}

/* ---- Good will ---- */

static void it_says_what_it_can_do(void **state)
{
    struct bench *b = open_bench();
    (void)state;
    const char *text = answer_to(b, "qSupported:swbreak+;hwbreak+");
    assert_non_null(strstr(text, "ReverseStep+;ReverseContinue+"));
    assert_non_null(strstr(text, "PacketSize=4000"));
    assert_answer(b, "vCont?", "vCont;c;C;s;S;r");
    assert_answer(b, "qAttached", "1");
    assert_answer(b, "vMustReplyEmpty", "");
    assert_answer(b, "qCRC:0,1", "");
    assert_answer(b, "QNonStop:1", "E16");
    assert_begins(b, "?", "T05thread:f423f;20:0000008000000000;");
    close_bench(b);
}

static void the_description_names_no_operating_system(void **state)
{
    struct bench *b = open_bench();
    (void)state;
    char whole[OUT_MAX] = "", packet[80];
    size_t n = 0;
    for (;;) {
        snprintf(packet, sizeof packet,
                 "qXfer:features:read:target.xml:%zx,200", n);
        const char *piece = answer_to(b, packet);
        strcat(whole, piece + 1);
        n = strlen(whole);
        if (piece[0] == 'l')
            break;
        assert_int_equal(piece[0], 'm');
        assert_true(n < 20000);
    }
    assert_non_null(strstr(whole, "<osabi>none</osabi>"));
    assert_non_null(strstr(whole, "name=\"sepc\""));
    assert_non_null(strstr(whole, "name=\"priv\""));
    assert_non_null(strstr(whole, "name=\"mepc\""));
    assert_non_null(strstr(whole, "</target>"));
    assert_answer(b, "qXfer:features:read:other.xml:0,100", "");
    assert_answer(b, "qXfer:features:read:target.xml:x,100", "E16");
    assert_answer(b, "qXfer:features:read:target.xml:ffffff,100", "l");
    close_bench(b);
}

static void registers_are_read(void **state)
{
    struct bench *b = open_bench();
    (void)state;
    assert_int_equal(strlen(answer_to(b, "g")), 33 * 16);
    assert_int_equal(pc_now(b), PLAT_RAM_BASE);
    assert_int_equal(register_of(b, "p9"), DATA);
    assert_answer(b, "p3f", "03"); /* priv: M */
    assert_answer(b, "p40", "E16");
    assert_answer(b, "pzz", "E16");
    close_bench(b);
}

static void memory_is_read_as_far_as_it_is_there(void **state)
{
    struct bench *b = open_bench();
    (void)state;
    char packet[64];
    assert_answer(b, "m80000000,4", "37050100");
    assert_answer(b, "m80000000,0", "");
    assert_answer(b, "m0,4", "E14");
    assert_answer(b, "mffffffffffffffff,10", "E14");
    snprintf(packet, sizeof packet, "m%x,10",
             PLAT_RAM_BASE + (PLAT_RAM_MIB_MIN << 20) - 2);
    assert_answer(b, packet, "0000");
    assert_int_equal(strlen(answer_to(b, "m80000000,ffffffffffffffff")),
                     GDB_PACKET_MAX);
    assert_answer(b, "m10001000,4", "76697274"); /* "virt", of the device */
    close_bench(b);
}

static void nothing_is_written(void **state)
{
    struct bench *b = open_bench();
    (void)state;
    uint64_t before = machine_hash(b->board.m);
    assert_begins(b, "M80000000,4:00000000", "E.");
    assert_begins(b, "P20=0000000000000000", "E.");
    assert_answer(b, "M80000000,4:37050100", "OK"); /* that is there already */
    assert_answer(b, "P20=0000008000000000", "OK");
    assert_answer(b, "X80000000,0:", "OK");
    assert_answer(b, "M80000000,4:3705", "E16");
    assert_answer(b, "M80000000,ffffffffffffffff:37", "E16");
    assert_begins(b, "c80000004", "E.");
    assert_int_equal(b->says, 1);
    assert_true(machine_hash(b->board.m) == before);
    close_bench(b);
}

static void it_steps_both_ways(void **state)
{
    struct bench *b = open_bench();
    (void)state;
    uint64_t start = machine_hash(b->board.m);
    assert_begins(b, "s", "T05");
    assert_int_equal(pc_now(b), PLAT_RAM_BASE + 4);
    assert_begins(b, "vCont;s:f423f;c", "T05");
    assert_int_equal(pc_now(b), STORE_AT);
    assert_begins(b, "bs", "T05");
    assert_int_equal(pc_now(b), PLAT_RAM_BASE + 4);
    assert_begins(b, "bs", "T05");
    assert_true(machine_hash(b->board.m) == start);
    assert_non_null(strstr(answer_to(b, "bs"), "replaylog:begin"));
    assert_begins(b, "vCont;r80000000,80000008", "T05");
    assert_int_equal(pc_now(b), STORE_AT);
    assert_answer(b, "vCont;x", "E16");
    assert_answer(b, "vCont;", "E16");
    close_bench(b);
}

static void breakpoints_leave_memory_alone(void **state)
{
    struct bench *b = open_bench();
    (void)state;
    answer_to(b, "qSupported:swbreak+;hwbreak+");
    assert_answer(b, "Z0,80000008,4", "OK");
    assert_answer(b, "Z0,80000008,4", "OK");
    assert_answer(b, "m80000008,4", "23b0b400");
    assert_non_null(strstr(answer_to(b, "vCont;c"), "swbreak:;"));
    assert_int_equal(pc_now(b), STORE_AT);
    assert_answer(b, "z0,80000008,4", "OK");
    assert_answer(b, "z0,80000008,4", "OK");
    assert_begins(b, "s", "T05");
    assert_answer(b, "Z1,80000008,4", "OK");
    assert_non_null(strstr(answer_to(b, "vCont;c"), "hwbreak:;"));
    assert_begins(b, "s", "T05");
    assert_non_null(strstr(answer_to(b, "bc"), "hwbreak:;"));
    assert_int_equal(pc_now(b), STORE_AT);
    assert_non_null(strstr(answer_to(b, "bc"), "hwbreak:;"));
    assert_non_null(strstr(answer_to(b, "bc"), "replaylog:begin"));
    assert_answer(b, "Z5,0,4", "E16");
    assert_answer(b, "Z0,80000008", "E16");
    close_bench(b);
}

static uint64_t stored(struct bench *b)
{
    char packet[64];
    snprintf(packet, sizeof packet, "m%x,8", DATA);
    return register_of(b, packet);
}

static void without_watch(struct bench *b, const char *packet)
{
    assert_answer(b, "z2,80010000,8", "OK");
    assert_null(strstr(answer_to(b, packet), "watch"));
    assert_answer(b, "Z2,80010000,8", "OK");
}

/* Forwards before the store and backwards behind it: the client makes it, or
 * takes it back, without the watchpoint. In a single step as well. */
static void watchpoints_stop_both_ways(void **state)
{
    struct bench *b = open_bench();
    (void)state;
    assert_answer(b, "Z2,80010000,8", "OK");
    for (uint64_t n = 0; n < 3; n++) {
        if (n == 1) { /* step by step to the store */
            assert_null(strstr(answer_to(b, "s"), "watch"));
            assert_null(strstr(answer_to(b, "s"), "watch"));
        }
        const char *go = n == 1 ? "s" : "vCont;c";
        assert_non_null(strstr(answer_to(b, go), ";watch:80010000;"));
        assert_int_equal(stored(b), n);
        assert_int_equal(pc_now(b), STORE_AT);
        without_watch(b, "s");
        assert_int_equal(stored(b), n + 1);
    }
    assert_non_null(strstr(answer_to(b, "bs"), ";watch:80010000;"));
    assert_int_equal(stored(b), 3);
    for (uint64_t n = 3; n > 0; n--) {
        assert_non_null(strstr(answer_to(b, "bc"), ";watch:80010000;"));
        assert_int_equal(stored(b), n);
        assert_int_equal(pc_now(b), STORE_AT + 4);
        without_watch(b, "bs");
        assert_int_equal(stored(b), n - 1);
        assert_int_equal(pc_now(b), STORE_AT);
    }
    assert_non_null(strstr(answer_to(b, "bc"), "replaylog:begin"));
    assert_answer(b, "Z2,80010000,0", "E16");
    assert_answer(b, "Z2,80010000,ffffffff", "E16");
    assert_answer(b, "z2,80010000,8", "OK");
    assert_answer(b, "Z3,80010000,8", "OK"); /* nobody loads from there */
    assert_begins(b, "vCont;c", "T02");
    close_bench(b);
}

static void control_c_stops_a_run(void **state)
{
    struct bench *b = open_bench();
    (void)state;
    assert_begins(b, "vCont;c", "T02"); /* by poll, after its fourth time */
    b->polls = 0;
    b->polls_max = 1000000;
    static const char both[] = "$vCont;c#a8\x03";
    gdb_receive(b->gdb, both, sizeof both - 1);
    assert_non_null(strstr(b->out, "$T02"));
    gdb_receive(b->gdb, "\x03", 1); /* while it stands: nothing */
    assert_begins(b, "s", "T05");
    close_bench(b);
}

static void threads_are_listed(void **state)
{
    struct bench *b = open_bench();
    (void)state;
    assert_answer(b, "qfThreadInfo", "mf423f");
    assert_answer(b, "qsThreadInfo", "l");
    assert_answer(b, "qC", "QCf423f");
    assert_answer(b, "Tf423f", "OK");
    assert_answer(b, "T7", "E03");
    assert_answer(b, "Hg0", "OK");
    assert_answer(b, "Hg7", "E03");
    assert_answer(b, "Hc-1", "OK");
    assert_answer(b, "H", "E16");
    assert_begins(b, "qXfer:threads:read::0,1000", "l<?xml");
    assert_begins(b, "qThreadExtraInfo,f423f", "6b65726e656c"); /* kernel */
    close_bench(b);
}

static void leaving_takes_the_breakpoints_along(void **state)
{
    struct bench *b = open_bench();
    (void)state;
    assert_answer(b, "Z0,80000008,4", "OK");
    assert_answer(b, "QStartNoAckMode", "OK");
    assert_answer(b, "D;1", "OK");
    assert_int_equal(gdb_state(b->gdb), GDB_DETACHED);
    gdb_connected(b->gdb);
    assert_int_equal(gdb_state(b->gdb), GDB_SERVING);
    assert_begins(b, "vCont;c", "T02");
    answer_to(b, "vKill;1");
    assert_int_equal(gdb_state(b->gdb), GDB_KILLED);
    close_bench(b);
}

static void frames_are_acknowledged_and_repeated(void **state)
{
    struct bench *b = open_bench();
    (void)state;
    gdb_receive(b->gdb, "$?#00", 5);
    assert_string_equal(b->out, "-");
    answer_to(b, "qC");
    assert_memory_equal(b->out, "+$QC", 4);
    b->out_bytes = 0;
    gdb_receive(b->gdb, "-", 1);
    assert_memory_equal(b->out, "$QC", 3);
    answer_to(b, "QStartNoAckMode");
    answer_to(b, "qC");
    assert_memory_equal(b->out, "$QC", 3);
    close_bench(b);
}

/* ---- Ill will ---- */

static uint64_t seed = 1;
static unsigned packets_max = 1500;

static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static const char *const good[] = {
    "?",
    "g",
    "p20",
    "p28",
    "P20=00",
    "m80000000,40",
    "M80000000,4:00000000",
    "X80000000,4:abcd",
    "Z0,80000008,4",
    "z0,80000008,4",
    "Z2,80010000,8",
    "z2,80010000,8",
    "Z4,80010ffc,10",
    "vCont?",
    "vCont;c",
    "vCont;s:1;c",
    "vCont;r80000000,80000010:-1",
    "bc",
    "bs",
    "s",
    "c",
    "Hg1",
    "Hc-1",
    "T1",
    "qC",
    "qfThreadInfo",
    "qsThreadInfo",
    "qSupported:multiprocess+",
    "qXfer:features:read:target.xml:0,fff",
    "qXfer:threads:read::0,fff",
    "qThreadExtraInfo,1",
    "qRcmd,68656c70",
    "qSymbol::",
    "QNonStop:0",
    "D",
    "vKill;1",
    "G0000",
    "S05",
    "C05",
    "QStartNoAckMode",
    "qAttached:1",
};
#define GOODS (sizeof good / sizeof good[0])

/* A good packet with some bytes changed, cut, doubled, or made huge. */
static size_t spoil(uint8_t *packet)
{
    const char *from = good[next_random() % GOODS];
    size_t n = strlen(from);
    memcpy(packet, from, n);
    for (uint64_t times = next_random() % 4; times > 0; times--)
        packet[next_random() % n] = (uint8_t)next_random();
    if (next_random() % 8 == 0)
        n = next_random() % n;
    if (next_random() % 64 == 0) {
        size_t more = next_random() % (2 * GDB_PACKET_MAX);
        memset(packet + n, (int)next_random(), more);
        n += more;
    }
    return n;
}

static void send_spoilt(struct bench *b)
{
    static uint8_t packet[3 * GDB_PACKET_MAX];
    static uint8_t frame[GDB_FRAME_BYTES(3 * GDB_PACKET_MAX)];
    size_t n = spoil(packet), bytes = gdb_wire_frame(packet, n, frame);
    if (next_random() % 16 == 0) /* a wrong checksum, or an unescaped byte */
        frame[next_random() % bytes] = (uint8_t)next_random();
    if (next_random() % 16 == 0)
        bytes = next_random() % bytes; /* half of it; the next follows */
    for (size_t at = 0; at < bytes;) {
        size_t piece = 1 + next_random() % 64;
        piece = piece < bytes - at ? piece : bytes - at;
        gdb_receive(b->gdb, frame + at, piece);
        at += piece;
    }
}

static void send_noise(struct bench *b)
{
    uint8_t noise[200];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)next_random();
    gdb_receive(b->gdb, noise, sizeof noise);
}

static void hostile_packets_do_no_harm(void **state)
{
    struct bench *b = open_bench();
    (void)state;
    print_message("seed 0x%lx\n", (unsigned long)seed);
    for (unsigned i = 0; i < packets_max; i++) {
        b->polls = 0;
        b->polls_max = 1;
        b->cut = next_random() % 128 == 0;
        if (next_random() % 32 == 0)
            send_noise(b);
        else
            send_spoilt(b);
        if (gdb_state(b->gdb) != GDB_SERVING || gdb_interrupted(b->gdb) ||
            next_random() % 256 == 0)
            gdb_connected(b->gdb);
    }
    b->cut = false;
    gdb_connected(b->gdb);
    /* Going back to the beginning, everything is as it was. */
    assert_true(history_goto(b->history, history_first(b->history)));
    struct bench *fresh = open_bench();
    assert_true(machine_hash(b->board.m) == machine_hash(fresh->board.m));
    close_bench(fresh);
    assert_begins(b, "?", "T05");
    assert_int_equal(pc_now(b), PLAT_RAM_BASE);
    close_bench(b);
}

/* Each packet that changes nothing, cut off at each byte; then one more. */
static void half_packets_are_forgotten_with_their_connection(void **state)
{
    struct bench *b = open_bench();
    (void)state;
    uint8_t frame[GDB_FRAME_BYTES(80)];
    for (size_t i = 0; i < GOODS; i++) {
        size_t n = gdb_wire_frame(good[i], strlen(good[i]), frame);
        for (size_t cut = 0; cut < n; cut++) {
            gdb_receive(b->gdb, frame, cut);
            gdb_hangup(b->gdb);
            gdb_connected(b->gdb);
        }
    }
    assert_int_equal(pc_now(b), PLAT_RAM_BASE);
    close_bench(b);
}

/* What the last byte of a run's packet brings while nobody listens any more. */
static void a_run_ends_when_the_connection_does(void **state)
{
    struct bench *b = open_bench();
    (void)state;
    b->cut = true;
    b->polls_max = 1000000;
    gdb_receive(b->gdb, "$vCont;c#a8", 11);
    assert_true(gdb_interrupted(b->gdb));
    b->cut = false;
    gdb_connected(b->gdb);
    assert_begins(b, "?", "T05");
    close_bench(b);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_what_it_can_do),
        cmocka_unit_test(the_description_names_no_operating_system),
        cmocka_unit_test(registers_are_read),
        cmocka_unit_test(memory_is_read_as_far_as_it_is_there),
        cmocka_unit_test(nothing_is_written),
        cmocka_unit_test(it_steps_both_ways),
        cmocka_unit_test(breakpoints_leave_memory_alone),
        cmocka_unit_test(watchpoints_stop_both_ways),
        cmocka_unit_test(control_c_stops_a_run),
        cmocka_unit_test(threads_are_listed),
        cmocka_unit_test(leaving_takes_the_breakpoints_along),
        cmocka_unit_test(frames_are_acknowledged_and_repeated),
        cmocka_unit_test(half_packets_are_forgotten_with_their_connection),
        cmocka_unit_test(a_run_ends_when_the_connection_does),
        cmocka_unit_test(hostile_packets_do_no_harm),
    };
    if (argc > 1)
        seed = strtoull(argv[1], NULL, 0);
    if (argc > 2)
        packets_max = (unsigned)strtoul(argv[2], NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
