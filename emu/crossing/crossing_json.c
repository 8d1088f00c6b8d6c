/*
 * crossing_json.c - an event as one JSON object a line;
 * docs/reference/json.md describes every member.
 *
 * Addresses, registers and page-table roots are strings ("0x..."), for JSON's
 * numbers are exact to 2^53 only. Counts and clocks stay far below that and
 * are numbers.
 */
#include "state.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_number(cJSON *o, const char *key, uint64_t value)
{
    cJSON_AddNumberToObject(o, key, (double)value);
}

static void add_hex(cJSON *o, const char *key, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "0x%" PRIx64, value);
    cJSON_AddStringToObject(o, key, text);
}

/* A JSON string holds characters: byte N is written as character N (\u00NN),
 * as in the console's objects, so ASCII reads as itself and nothing is lost. */
static void add_bytes(cJSON *o, const char *key, const uint8_t *bytes, size_t n)
{
    char text[6 * TRANSFER_SHOWN + 3];
    struct writer w = writer_on(text, sizeof text);
    put_text(&w, "\"");
    for (size_t i = 0; i < n; i++)
        if (bytes[i] < ' ' || bytes[i] >= 0x7f || bytes[i] == '"' ||
            bytes[i] == '\\')
            put_text(&w, "\\u%04x", bytes[i]);
        else
            put_text(&w, "%c", bytes[i]);
    put_text(&w, "\"");
    cJSON_AddRawToObject(o, key, text);
}

static const char *type_of(enum event_kind kind)
{
    static const char *const name[] = {[EVENT_ENTER] = "enter",
                                       [EVENT_LEAVE] = "leave",
                                       [EVENT_NEVER] = "never",
                                       [EVENT_FORKED] = "forked",
                                       [EVENT_UNFINISHED] = "unfinished",
                                       [EVENT_RESUMED] = "resumed",
                                       [EVENT_TRANSFER] = "transfer",
                                       [EVENT_MAP] = "map",
                                       [EVENT_RING] = "ring",
                                       [EVENT_LINK] = "link",
                                       [EVENT_NESTED] = "nested",
                                       [EVENT_VARIABLE] = "variable",
                                       [EVENT_RIGHT] = "right",
                                       [EVENT_DEATH] = "death",
                                       [EVENT_PANIC] = "panic",
                                       [EVENT_CONSOLE] = "console"};
    return name[kind];
}

static void add_call(cJSON *o, const struct tracker *t,
                     const struct crossing *c)
{
    char text[260];
    add_number(o, "call", c->arg[7]);
    if (c->call != NULL)
        cJSON_AddStringToObject(o, "name", c->call->name);
    cJSON *args = cJSON_AddArrayToObject(o, "args");
    for (unsigned i = 0; i < (c->call != NULL ? c->call->nargs : 6); i++) {
        cJSON *arg = cJSON_CreateObject();
        char raw[4] = {'a', (char)('0' + i), '\0'};
        cJSON_AddStringToObject(arg, "name",
                                c->call != NULL ? c->call->arg[i].name : raw);
        add_hex(arg, "value", c->arg[i]);
        if (c->call != NULL) {
            argument_format(t, c, i, text, sizeof text);
            cJSON_AddStringToObject(arg, "text", text);
        }
        cJSON_AddItemToArray(args, arg);
    }
}

static void add_enter(cJSON *o, const struct tracker *t,
                      const struct crossing *c)
{
    static const char *const kind[] = {"call", "fault", "interrupt"};
    char text[1024];
    cJSON_AddStringToObject(o, "kind", kind[c->kind]);
    add_hex(o, "cause", c->cause);
    if (c->kind == CROSSING_FAULT)
        add_hex(o, "tval", c->tval);
    add_hex(o, "pc", c->user_pc);
    add_hex(o, "root", c->root);
    add_hex(o, "trapframe", c->trapframe_va);
    crossing_describe(t, c, text, sizeof text);
    cJSON_AddStringToObject(o, "text", text);
    if (c->restarts != 0)
        add_number(o, "restarts", c->restarts);
    if (c->kind == CROSSING_CALL)
        add_call(o, t, c);
}

static void add_outcome(cJSON *o, const struct tracker *t,
                        const struct crossing *c)
{
    static const char *const name[] = {"open", "returned", "never returns",
                                       "to handler", "resumes"};
    char text[160], error[32];
    cJSON_AddStringToObject(o, "outcome", name[c->outcome]);
    if (c->outcome == OUTCOME_NEVER_RETURNS) {
        add_number(o, "wait_status", (uint32_t)c->wait_status);
        if (c->signal != 0)
            add_number(o, "signal", (uint64_t)c->signal);
        return;
    }
    add_hex(o, "return_pc", c->return_pc);
    if (c->handler != 0)
        add_number(o, "handler", (uint64_t)c->handler);
    if (c->frame != 0)
        add_hex(o, "frame", c->frame);
    if (c->resumes != 0)
        add_number(o, "resumes", c->resumes);
    if (c->kind != CROSSING_CALL || c->outcome != OUTCOME_RETURNED)
        return;
    add_hex(o, "result", c->result);
    crossing_result(t, c, text, sizeof text);
    cJSON_AddStringToObject(o, "text", text);
    if (c->call != NULL && is_error(c->result))
        cJSON_AddStringToObject(
            o, "errno",
            error_name(t, (int)-(int64_t)c->result, error, sizeof error));
}

static void add_leave(cJSON *o, const struct tracker *t,
                      const struct crossing *c)
{
    add_outcome(o, t, c);
    add_number(o, "own_insns", c->own_insns);
    add_number(o, "elapsed", c->clock_out - c->clock_in);
    add_number(o, "model_cycles", c->cycles);
    add_number(o, "satp_writes", c->satp_writes);
    add_number(o, "fences", c->fences);
    add_number(o, "traps", c->traps);
    add_number(o, "returns", c->returns);
    add_number(o, "bytes_in", c->bytes_in);
    add_number(o, "bytes_out", c->bytes_out);
    add_number(o, "pages_mapped", c->pages_mapped);
    add_number(o, "pages_unmapped", c->pages_unmapped);
    add_number(o, "blocks", c->block_count);
    if (c->woken_by != 0)
        add_number(o, "woken_by", c->woken_by);
    if (c->fork_child != 0)
        add_number(o, "fork_child", c->fork_child);
}

static void add_transfer(cJSON *o, const struct tracker *t,
                         const struct event *e)
{
    const struct transfer *x = e->transfer;
    char error[32], fields[300];
    unsigned bit;
    cJSON_AddStringToObject(o, "copy", transfer_name(x->kind));
    add_hex(o, "user_va", x->user_va);
    add_hex(o, "kernel_va", x->kernel_va);
    if (x->user_pa != 0)
        add_hex(o, "user_pa", x->user_pa);
    add_number(o, "length", x->length);
    add_number(o, "done", x->done);
    if (x->ring_op != 0)
        add_number(o, "ring_op", x->ring_op);
    add_bytes(o, "data", x->data, x->shown);
    if (transfer_fields(t, e->crossing, x, fields, sizeof fields) != NULL)
        cJSON_AddStringToObject(o, "fields", fields);
    if (x->error == 0)
        return;
    cJSON_AddStringToObject(o, "errno",
                            error_name(t, x->error, error, sizeof error));
    add_hex(o, "stopped_va", x->stopped_va);
    if (x->why != SV39_OK && x->why != SV39_BARE)
        cJSON_AddStringToObject(o, "why", sv39_sentence(x->why, &bit));
}

static void add_mapping(cJSON *o, const struct mapping *m)
{
    static const char *const name[] = {"map",  "unmap",  "cow",
                                       "wire", "window", "unwire"};
    cJSON_AddStringToObject(o, "what", name[m->kind]);
    add_hex(o, "root", m->root);
    add_hex(o, "va", m->va);
    if (m->kind >= MAPPING_WIRE) {
        add_number(o, "bytes", m->bytes);
        if (m->kind == MAPPING_WIRE)
            add_hex(o, "flags", m->flags);
        if (m->kind == MAPPING_WINDOW)
            add_hex(o, "kernel_va", m->window);
        return;
    }
    add_hex(o, "pa", m->pa);
    if (m->kind == MAPPING_COW)
        add_hex(o, "old_pa", m->old_pa);
    if (m->kind != MAPPING_UNMAP)
        add_hex(o, "flags", m->flags);
}

static void add_ring_op(cJSON *o, const struct tracker *t,
                        const struct event *e)
{
    const struct ring_op *op = e->ring_op;
    char text[200];
    ring_op_text(t->abi, op, text, sizeof text);
    add_number(o, "ring_op", e->crossing->ring_ops);
    add_number(o, "op", op->op);
    cJSON_AddNumberToObject(o, "fd", op->fd);
    add_hex(o, "buffer", op->buffer);
    add_number(o, "length", op->length);
    add_hex(o, "user_data", op->user_data);
    cJSON_AddBoolToObject(o, "done", op->done);
    if (op->done)
        cJSON_AddNumberToObject(o, "result", (double)op->result);
    cJSON_AddStringToObject(o, "text", text);
}

static void add_link(cJSON *o, const struct link *l)
{
    add_number(o, "from", l->from);
    add_number(o, "to", l->to);
    add_hex(o, "channel", l->channel);
    add_number(o, "offset", l->offset);
    add_number(o, "bytes", l->bytes);
    if (l->port != 0) {
        add_number(o, "port", l->port);
        cJSON_AddNumberToObject(o, "message_id", l->id);
    }
    if (l->descriptor != 0) {
        cJSON_AddNumberToObject(o, "fd_from", l->fd_from);
        cJSON_AddNumberToObject(o, "fd_to", l->fd_to);
    }
}

static void add_detail(cJSON *o, const struct tracker *t, const struct event *e)
{
    switch (e->kind) {
    case EVENT_ENTER:
        add_enter(o, t, e->crossing);
        break;
    case EVENT_LEAVE:
    case EVENT_NEVER:
        add_leave(o, t, e->crossing);
        break;
    case EVENT_FORKED:
        add_hex(o, "return_pc", e->target);
        break;
    case EVENT_TRANSFER:
        add_transfer(o, t, e);
        break;
    case EVENT_MAP:
        add_mapping(o, e->mapping);
        break;
    case EVENT_RING:
        add_ring_op(o, t, e);
        break;
    case EVENT_LINK:
        add_link(o, e->link);
        break;
    case EVENT_NESTED:
        if (e->nested_number != 0)
            add_number(o, "nested", e->nested_number);
        add_hex(o, "cause", e->nested->cause);
        add_hex(o, "tval", e->nested->tval);
        add_hex(o, "pc", e->nested->pc);
        break;
    case EVENT_VARIABLE:
    case EVENT_RIGHT:
    case EVENT_DEATH:
    case EVENT_PANIC:
        cJSON_AddStringToObject(o, "text", e->text);
        break;
    case EVENT_CONSOLE:
        add_bytes(o, "bytes", &e->byte, 1);
        break;
    case EVENT_UNFINISHED:
        if (e->text[0] != '\0')
            cJSON_AddStringToObject(o, "blocked_on", e->text);
        break;
    case EVENT_RESUMED:
        break;
    }
}

char *event_json(const struct tracker *t, const struct event *e)
{
    cJSON *o = cJSON_CreateObject();
    if (o == NULL)
        return NULL;
    cJSON_AddStringToObject(o, "type", type_of(e->kind));
    if (e->crossing != NULL)
        add_number(o, "crossing", e->crossing->number);
    cJSON_AddNumberToObject(o, "pid", e->pid);
    cJSON_AddStringToObject(o, "process", e->process);
    add_number(o, "clock", e->clock);
    cJSON_AddStringToObject(
        o, "source", event_source_of(t, e) == SOURCE_HW ? "hw" : "probe");
    add_detail(o, t, e);
    char *text = cJSON_PrintUnformatted(o);
    cJSON_Delete(o);
    size_t n = text != NULL ? strlen(text) : 0;
    char *line = text != NULL ? malloc(n + 2) : NULL;
    if (line != NULL) {
        memcpy(line, text, n);
        memcpy(line + n, "\n", 2);
    }
    cJSON_free(text);
    return line;
}
