/*
 * loaded.c - see loaded.h. The numbers are those that recording_crossings.c
 * wrote; enumerations out of range are brought into it, for the file may say
 * anything.
 */
#include "loaded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More of one kind than any display has room for. */
#define PARTS_MAX 100000

static uint64_t number_at(sqlite3_stmt *s, int column)
{
    return (uint64_t)sqlite3_column_int64(s, column);
}

static unsigned within(sqlite3_stmt *s, int column, unsigned last)
{
    uint64_t value = number_at(s, column);
    return value <= last ? (unsigned)value : last;
}

static sqlite3_stmt *query(struct recording_file *f, const char *sql,
                           uint64_t number)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(recording_db(f), sql, -1, &s, NULL) != SQLITE_OK)
        return NULL;
    sqlite3_bind_int64(s, 1, (sqlite3_int64)number);
    return s;
}

/* ---- The crossing ---- */

static void fill_call(struct crossing *c, sqlite3_stmt *s,
                      const struct abi *abi)
{
    c->arg[7] = number_at(s, 7);
    c->call = abi != NULL ? abi_find(abi, c->arg[7]) : NULL;
    for (int i = 0; i < 6; i++)
        c->arg[i] = number_at(s, 8 + i);
}

static void fill_crossing(struct crossing *c, sqlite3_stmt *s,
                          const struct abi *abi)
{
    c->kind = (enum crossing_kind)within(s, 0, CROSSING_INTERRUPT);
    c->cause = number_at(s, 1);
    if (c->kind == CROSSING_INTERRUPT)
        c->cause |= CPU_CAUSE_INTERRUPT;
    c->tval = number_at(s, 2);
    c->why = (enum sv39_why)within(s, 3, SV39_BARE);
    c->user_pc = number_at(s, 4);
    c->clock_in = number_at(s, 5);
    c->traps_in = number_at(s, 6);
    if (c->kind == CROSSING_CALL)
        fill_call(c, s, abi);
    c->outcome = (enum crossing_outcome)within(s, 14, OUTCOME_RESUMES);
    c->clock_out = c->clock_in + number_at(s, 15);
    c->result = number_at(s, 16);
    c->return_pc = c->user_pc + number_at(s, 17);
    c->own_insns = number_at(s, 18);
    c->satp_writes = number_at(s, 19);
    c->fences = number_at(s, 20);
    c->traps = number_at(s, 21);
    c->returns = number_at(s, 22);
    c->bytes_in = number_at(s, 23);
    c->bytes_out = number_at(s, 24);
    c->pages_mapped = number_at(s, 25);
    c->pages_unmapped = number_at(s, 26);
    c->block_count = number_at(s, 27);
    c->pid = sqlite3_column_int(s, 28);
    c->root = number_at(s, 29);
    c->trapframe_va = number_at(s, 30);
    const char *name = (const char *)sqlite3_column_text(s, 31);
    snprintf(c->process, sizeof c->process, "%s", name != NULL ? name : "");
    c->cycles = number_at(s, 32);
}

static bool load_crossing(struct recording_file *f, struct crossing *c,
                          const struct abi *abi)
{
    sqlite3_stmt *s = query(
        f,
        "SELECT c.kind, c.cause, c.tval, c.why, c.user_pc, c.clock,"
        " c.traps_in, c.call, c.a0, c.a1, c.a2, c.a3, c.a4, c.a5, c.outcome,"
        " c.elapsed, c.result, c.skip, c.insns, c.satp, c.fences, c.traps,"
        " c.returns, c.bytes_in, c.bytes_out, c.mapped, c.unmapped, c.slept,"
        " w.pid, w.root, w.trapframe, w.name,"
        " (SELECT cycles FROM crossings WHERE number = c.number)"
        " FROM crossing AS c JOIN who AS w ON w.id = c.who"
        " WHERE c.number = ?",
        c->number);
    bool good = s != NULL && sqlite3_step(s) == SQLITE_ROW;
    if (good)
        fill_crossing(c, s, abi);
    sqlite3_finalize(s);
    return good;
}

static void load_sequel(struct recording_file *f, struct crossing *c)
{
    sqlite3_stmt *s =
        query(f,
              "SELECT wait_status, signal, handler, frame, resumes, restarts,"
              " executed, slept_on, gave_to, woken_by, fork_child FROM sequel"
              " WHERE crossing = ?",
              c->number);
    if (s != NULL && sqlite3_step(s) == SQLITE_ROW) {
        const char *slept = (const char *)sqlite3_column_text(s, 7);
        c->wait_status = sqlite3_column_int(s, 0);
        c->signal = sqlite3_column_int(s, 1);
        c->handler = sqlite3_column_int(s, 2);
        c->frame = number_at(s, 3);
        c->resumes = number_at(s, 4);
        c->restarts = number_at(s, 5);
        c->executed = sqlite3_column_int(s, 6) != 0;
        snprintf(c->blocked_on, sizeof c->blocked_on, "%s",
                 slept != NULL ? slept : "");
        c->gave_to = sqlite3_column_int(s, 8);
        c->woken_by = number_at(s, 9);
        c->fork_child = number_at(s, 10);
    }
    sqlite3_finalize(s);
}

static void load_texts(struct recording_file *f, struct loaded *l)
{
    sqlite3_stmt *s =
        query(f,
              "SELECT a.position, t.text FROM argument_text AS a"
              " JOIN text AS t ON t.id = a.text WHERE a.crossing = ?",
              l->crossing.number);
    while (s != NULL && sqlite3_step(s) == SQLITE_ROW) {
        uint64_t i = number_at(s, 0);
        const char *text = (const char *)sqlite3_column_text(s, 1);
        if (i >= 6 || text == NULL || l->text[i] != NULL)
            continue;
        l->text[i] = strdup(text);
        l->crossing.arg_text[i] = l->text[i];
    }
    sqlite3_finalize(s);
}

/* ---- What hangs on it ---- */

static void read_transfer(sqlite3_stmt *s, void *item)
{
    struct transfer *x = item;
    const void *bytes = sqlite3_column_blob(s, 10);
    size_t n = (size_t)sqlite3_column_bytes(s, 10);
    *x = (struct transfer){
        .kind = (enum transfer_kind)within(s, 0, TRANSFER_COPYOUTSTR),
        .clock = number_at(s, 1),
        .user_va = number_at(s, 2),
        .kernel_va = number_at(s, 3),
        .user_pa = number_at(s, 4),
        .length = number_at(s, 5),
        .done = number_at(s, 6),
        .error = sqlite3_column_int(s, 7),
        .why = (enum sv39_why)within(s, 8, SV39_BARE),
        .ring_op = number_at(s, 9),
    };
    x->stopped_va = x->error != 0 ? x->user_va + x->done : 0;
    x->shown = n < TRANSFER_SHOWN ? (unsigned)n : TRANSFER_SHOWN;
    if (x->shown > 0)
        memcpy(x->data, bytes, x->shown);
}

static void read_mapping(sqlite3_stmt *s, void *item)
{
    *(struct mapping *)item = (struct mapping){
        .kind = (enum mapping_kind)within(s, 0, MAPPING_UNWIRE),
        .clock = number_at(s, 1),
        .root = number_at(s, 2),
        .va = number_at(s, 3),
        .pa = number_at(s, 4),
        .old_pa = number_at(s, 5),
        .flags = number_at(s, 6),
        .bytes = number_at(s, 7),
        .window = number_at(s, 8),
    };
}

static void read_link(sqlite3_stmt *s, void *item)
{
    *(struct link *)item = (struct link){
        .from = number_at(s, 0),
        .to = number_at(s, 1),
        .channel = number_at(s, 2),
        .offset = number_at(s, 3),
        .bytes = number_at(s, 4),
        .port = number_at(s, 5),
        .id = sqlite3_column_int(s, 6),
        .descriptor = number_at(s, 7),
        .fd_from = sqlite3_column_int(s, 8),
        .fd_to = sqlite3_column_int(s, 9),
    };
}

static void read_nested(sqlite3_stmt *s, void *item)
{
    *(struct nested_trap *)item = (struct nested_trap){
        number_at(s, 0), number_at(s, 1), number_at(s, 2), number_at(s, 3)};
}

static void read_ring_op(sqlite3_stmt *s, void *item)
{
    *(struct ring_op *)item = (struct ring_op){
        .clock = number_at(s, 0),
        .op = number_at(s, 1),
        .fd = sqlite3_column_int(s, 2),
        .buffer = number_at(s, 3),
        .length = number_at(s, 4),
        .user_data = number_at(s, 5),
        .done = sqlite3_column_int(s, 6) != 0,
        .result = sqlite3_column_int64(s, 7),
    };
}

/* A part's rows in order; how many. */
static size_t load_part(struct recording_file *f, uint64_t number,
                        const char *sql, size_t bytes,
                        void (*read)(sqlite3_stmt *s, void *item), void **out)
{
    sqlite3_stmt *s = query(f, sql, number);
    size_t n = 0, room = 0;
    while (s != NULL && n < PARTS_MAX && sqlite3_step(s) == SQLITE_ROW) {
        if (n == room) {
            room = room * 2 + 8;
            void *grown = realloc(*out, room * bytes);
            if (grown == NULL)
                break;
            *out = grown;
        }
        read(s, (uint8_t *)*out + n++ * bytes);
    }
    sqlite3_finalize(s);
    return n;
}

static void load_parts(struct recording_file *f, struct loaded *l)
{
    struct crossing *c = &l->crossing;
    c->transfers = load_part(
        f, c->number,
        "SELECT kind, clock, user_va, kernel_va, user_pa, length, done, error,"
        " why, ring_op, bytes FROM transfer WHERE crossing = ?"
        " ORDER BY position",
        sizeof *c->transfer, read_transfer, &l->part[0]);
    c->mappings = load_part(
        f, c->number,
        "SELECT kind, clock, root, va, pa, old_pa, flags, bytes, kernel_va"
        " FROM mapping WHERE crossing = ? ORDER BY position",
        sizeof *c->mapping, read_mapping, &l->part[1]);
    c->links = load_part(
        f, c->number,
        "SELECT source, crossing, channel, offset, bytes, port, message,"
        " descriptor, fd_from, fd_to FROM link WHERE crossing = ?"
        " ORDER BY position",
        sizeof *c->link, read_link, &l->part[2]);
    c->nesteds = load_part(
        f, c->number,
        "SELECT clock, cause, tval, pc FROM nested_trap WHERE crossing = ?"
        " ORDER BY position",
        sizeof *c->nested, read_nested, &l->part[3]);
    c->ring_ops = load_part(
        f, c->number,
        "SELECT clock, op, fd, buffer, length, user_data, done, result"
        " FROM ring_operation WHERE crossing = ? ORDER BY position",
        sizeof *c->ring_op, read_ring_op, &l->part[4]);
    c->transfer = l->part[0];
    c->mapping = l->part[1];
    c->link = l->part[2];
    c->nested = l->part[3];
    c->ring_op = l->part[4];
}

struct loaded *loaded_crossing(struct recording_file *f, const struct abi *abi,
                               uint64_t number)
{
    struct loaded *l = calloc(1, sizeof *l);
    if (l == NULL)
        return NULL;
    l->crossing.number = number;
    if (!load_crossing(f, &l->crossing, abi)) {
        loaded_free(l);
        return NULL;
    }
    load_sequel(f, &l->crossing);
    load_texts(f, l);
    load_parts(f, l);
    return l;
}

void loaded_free(struct loaded *l)
{
    if (l == NULL)
        return;
    for (size_t i = 0; i < 5; i++)
        free(l->part[i]);
    for (size_t i = 0; i < 6; i++)
        free(l->text[i]);
    free(l);
}
