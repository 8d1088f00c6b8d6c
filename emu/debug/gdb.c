/*
 * gdb.c - packets in and out: takes them out of their frames, acknowledges
 * them, finds who answers, sends the answer. See gdb.h.
 */
#include "gdb_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The answer ---- */

void gdb_say_bytes(struct gdb *g, const void *bytes, size_t n)
{
    size_t room = GDB_PACKET_MAX - g->reply_bytes;
    n = n < room ? n : room;
    memcpy(g->reply + g->reply_bytes, bytes, n);
    g->reply_bytes += n;
}

void gdb_say(struct gdb *g, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n > 0)
        gdb_say_bytes(g, text,
                      (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

void gdb_say_hex(struct gdb *g, const void *bytes, size_t n)
{
    const uint8_t *from = bytes;
    char text[2 * 256 + 1];
    for (size_t at = 0; at < n; at += 256) {
        size_t piece = n - at < 256 ? n - at : 256;
        gdb_hex_text(from + at, piece, text);
        gdb_say_bytes(g, text, 2 * piece);
    }
}

static void send_bytes(struct gdb *g, const void *bytes, size_t n)
{
    if (!g->hung_up && !g->env.send(g->env.ctx, bytes, n))
        gdb_hangup(g);
}

void gdb_send_reply(struct gdb *g)
{
    g->frame_bytes = gdb_wire_frame(g->reply, g->reply_bytes, g->frame);
    g->reply_bytes = 0;
    send_bytes(g, g->frame, g->frame_bytes);
}

/* In pieces, and not through the answer under way. */
void gdb_console(struct gdb *g, const char *text, size_t n)
{
    char packet[2 * 400 + 2];
    uint8_t frame[GDB_FRAME_BYTES(sizeof packet)];
    for (size_t at = 0; at < n; at += 400) {
        size_t piece = n - at < 400 ? n - at : 400;
        packet[0] = 'O';
        gdb_hex_text(text + at, piece, packet + 1);
        send_bytes(g, frame, gdb_wire_frame(packet, 1 + 2 * piece, frame));
    }
}

/* ":annex:offset,length" has been cut down to "offset,length". */
void gdb_say_piece(struct gdb *g, const char *text, size_t n,
                   const char *arguments)
{
    uint64_t offset, length;
    if (!gdb_hex_number(&arguments, &offset) || *arguments++ != ',' ||
        !gdb_hex_number(&arguments, &length)) {
        gdb_say(g, "E16");
        return;
    }
    if (offset >= n) {
        gdb_say(g, "l");
        return;
    }
    size_t left = n - (size_t)offset, most = GDB_PACKET_MAX / 2 - 1;
    size_t piece = length < most ? (size_t)length : most;
    gdb_say(g, "%s", piece < left ? "m" : "l");
    gdb_say_bytes(g, text + offset, piece < left ? piece : left);
}

/* ---- What is answered here ---- */

/* The client lists what it can do, we what we can. */
static void supported(struct gdb *g, const char *args, size_t n)
{
    (void)n;
    g->tells_swbreak = strstr(args, "swbreak+") != NULL;
    g->tells_hwbreak = strstr(args, "hwbreak+") != NULL;
    gdb_say(g,
            "PacketSize=%x;QStartNoAckMode+;qXfer:features:read+;"
            "qXfer:threads:read+;ReverseStep+;ReverseContinue+;"
            "vContSupported+;swbreak+;hwbreak+",
            GDB_PACKET_MAX);
}

static void no_ack_mode(struct gdb *g, const char *args, size_t n)
{
    (void)args, (void)n;
    gdb_say(g, "OK");
    gdb_send_reply(g);
    g->no_ack = true;
}

/* We were there before the client: leaving it means detaching. */
static void attached(struct gdb *g, const char *args, size_t n)
{
    (void)args, (void)n;
    gdb_say(g, "1");
}

static void detach(struct gdb *g, const char *args, size_t n)
{
    (void)args, (void)n;
    gdb_points_clear(g);
    gdb_say(g, "OK");
    gdb_send_reply(g);
    g->state = GDB_DETACHED;
}

static void kill_run(struct gdb *g, const char *args, size_t n)
{
    (void)n;
    if (*args != '\0' && *args != ';')
        return;
    if (*args == ';') { /* vKill wants an answer, k none */
        gdb_say(g, "OK");
        gdb_send_reply(g);
    }
    g->state = GDB_KILLED;
}

static void symbols_offered(struct gdb *g, const char *args, size_t n)
{
    (void)args, (void)n;
    gdb_say(g, "OK");
}

static void all_stop(struct gdb *g, const char *args, size_t n)
{
    (void)n;
    gdb_say(g, strcmp(args, ":0") == 0 ? "OK" : "E16");
}

static void monitor_out(void *to, const char *text, size_t n)
{
    gdb_console(to, text, n);
}

/* The client asks for nothing after a command: it has to be told if it is to
 * look again. */
static void tell_if_moved(struct gdb *g, struct moment before)
{
    static const char line[] =
        "(the guest stands elsewhere now: `maintenance flush register-cache' "
        "makes GDB look)\n";
    if (moment_compare(history_now(g->target->history), before) == 0)
        return;
    g->thread = 0;
    gdb_console(g, line, sizeof line - 1);
}

static void monitor(struct gdb *g, const char *args, size_t n)
{
    char text[512];
    struct moment before = history_now(g->target->history);
    if (*args != ',' || n % 2 == 0 || n / 2 >= sizeof text ||
        !gdb_hex_bytes(args + 1, (uint8_t *)text, n / 2)) {
        gdb_say(g, "E16");
        return;
    }
    text[n / 2] = '\0';
    if (g->env.monitor == NULL)
        return;
    g->running = true;
    g->env.monitor(g->env.ctx, text, monitor_out, g);
    g->running = false;
    tell_if_moved(g, before);
    gdb_say(g, "OK");
}

/* ---- Who answers ---- */

/* A name ends at one of these, or is a single letter; the longest first where
 * one is the beginning of another. */
static const struct {
    const char *name;
    gdb_packet_fn *fn;
} packets[] = {
    {"?", gdb_run_why},
    {"bc", gdb_run_backward},
    {"bs", gdb_run_backward},
    {"c", gdb_run_continue},
    {"C", gdb_run_continue},
    {"s", gdb_run_step},
    {"S", gdb_run_step},
    {"vCont?", gdb_run_query},
    {"vCont;", gdb_run_actions},
    {"vKill", kill_run},
    {"k", kill_run},
    {"D", detach},
    {"g", gdb_registers_read},
    {"G", gdb_registers_write},
    {"p", gdb_register_read},
    {"P", gdb_register_write},
    {"m", gdb_memory_read},
    {"M", gdb_memory_write},
    {"X", gdb_memory_write_binary},
    {"Z", gdb_points_insert},
    {"z", gdb_points_remove},
    {"H", gdb_threads_select},
    {"T", gdb_threads_alive},
    {"qAttached", attached},
    {"qC", gdb_threads_current},
    {"qfThreadInfo", gdb_threads_first},
    {"qsThreadInfo", gdb_threads_next},
    {"qThreadExtraInfo,", gdb_threads_name},
    {"qXfer:features:read:target.xml:", gdb_registers_document},
    {"qXfer:threads:read::", gdb_threads_document},
    {"qSupported", supported},
    {"qSymbol::", symbols_offered},
    {"qRcmd", monitor},
    {"QStartNoAckMode", no_ack_mode},
    {"QNonStop", all_stop},
};

/* Names with a capital or small first letter of their own stand alone: "qC" is
 * not the beginning of "qCRC". */
static bool fits(const char *name, const char *packet)
{
    size_t n = strlen(name);
    if (strncmp(packet, name, n) != 0)
        return false;
    char next = packet[n], last = name[n - 1];
    bool open = last == ':' || last == ',' || last == ';' || last == '?';
    return n == 1 || open || strchr(":;,", next) != NULL;
}

static void answer(struct gdb *g, const char *packet, size_t n)
{
    enum gdb_state before = g->state;
    size_t sent = 0;
    bool acked = g->no_ack;
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++)
        if (fits(packets[i].name, packet)) {
            sent = strlen(packets[i].name);
            packets[i].fn(g, packet + sent, n - sent);
            break;
        }
    /* Those that change how answers are given have given theirs. */
    if (g->state == before && g->no_ack == acked && packet[0] != 'k')
        gdb_send_reply(g);
    g->reply_bytes = 0;
}

/* ---- What came ---- */

static void acknowledge(struct gdb *g, char mark)
{
    if (!g->no_ack)
        send_bytes(g, &mark, 1);
}

/* One packet after another: what comes while the machine runs has to wait. A
 * client that sends more meanwhile is none. */
static void queue(struct gdb *g)
{
    char *copy = g->queued < GDB_QUEUE_MAX ? malloc(g->wire.n + 1) : NULL;
    if (copy == NULL) {
        gdb_hangup(g);
        return;
    }
    memcpy(copy, g->wire.packet, g->wire.n + 1);
    g->queue[g->queued++] = (struct gdb_queued){g->wire.n, copy};
}

static void empty_queue(struct gdb *g)
{
    for (size_t i = 0; i < g->queued; i++)
        free(g->queue[i].packet);
    g->queued = 0;
}

/* All that came is looked at first: Ctrl-C may stand behind the packet that
 * makes the machine run. */
static void answer_queued(struct gdb *g)
{
    while (g->queued > 0 && !g->running && g->state == GDB_SERVING) {
        struct gdb_queued q = g->queue[0];
        memmove(&g->queue[0], &g->queue[1], --g->queued * sizeof q);
        answer(g, q.packet, q.n);
        free(q.packet);
    }
    if (!g->running)
        g->interrupted = false;
}

static void took(struct gdb *g, enum gdb_wire_event event)
{
    switch (event) {
    case GDB_WIRE_PACKET:
        acknowledge(g, '+');
        if (g->queued == GDB_QUEUE_MAX)
            answer_queued(g);
        queue(g);
        break;
    case GDB_WIRE_TOO_LONG: /* once more would be no shorter */
        acknowledge(g, '+');
        if (!g->running) {
            gdb_say(g, "E.the packet is longer than %d bytes", GDB_PACKET_MAX);
            gdb_send_reply(g);
        }
        break;
    case GDB_WIRE_BAD:
        acknowledge(g, '-');
        break;
    case GDB_WIRE_AGAIN:
        if (!g->no_ack && !g->running)
            send_bytes(g, g->frame, g->frame_bytes);
        break;
    case GDB_WIRE_INTERRUPT: /* of the run that is, or is asked for */
        g->interrupted = g->running || g->queued > 0;
        break;
    case GDB_WIRE_NOTHING:
        break;
    }
}

void gdb_receive(struct gdb *g, const void *bytes, size_t n)
{
    const uint8_t *from = bytes;
    for (size_t i = 0; i < n && g->state == GDB_SERVING && !g->hung_up; i++)
        took(g, gdb_wire_take(&g->wire, from[i]));
    answer_queued(g);
}

/* ---- Life ---- */

struct gdb *gdb_create(struct target *target, const struct gdb_env *env)
{
    struct gdb *g = calloc(1, sizeof *g);
    if (g == NULL)
        return NULL;
    g->target = target;
    g->env = *env;
    gdb_connected(g);
    return g;
}

void gdb_destroy(struct gdb *g)
{
    if (g == NULL)
        return;
    gdb_points_clear(g);
    empty_queue(g);
    free(g);
}

void gdb_connected(struct gdb *g)
{
    gdb_points_clear(g);
    empty_queue(g);
    gdb_wire_reset(&g->wire);
    g->state = GDB_SERVING;
    g->no_ack = g->hung_up = g->interrupted = g->write_told = false;
    g->tells_swbreak = g->tells_hwbreak = false;
    g->reply_bytes = g->frame_bytes = 0;
    g->thread = 0;
    g->next_thread = 0;
    memset(g->known, 0, sizeof g->known);
    gdb_run_stand(g);
}

enum gdb_state gdb_state(const struct gdb *g)
{
    return g->state;
}

bool gdb_interrupted(const struct gdb *g)
{
    return g->interrupted || g->hung_up;
}

void gdb_hangup(struct gdb *g)
{
    g->hung_up = true;
}
