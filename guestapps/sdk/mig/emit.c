/*
 * emit.c - the C of an interface: prototypes, the user's side, the server's.
 *
 * What comes out is one call of the runtime (<mach/mig.h>) for each argument,
 * in the order of the message: ports and memory first, as descriptors, then
 * the NDR record, then the rest. The runtime checks sizes, counts and types.
 */
#include "mig.h"

#include <ctype.h>
#include <string.h>

typedef void emit_argument(const struct argument *a, bool server, FILE *to);

static void emit_notice(const struct subsystem *s, const char *what, FILE *to)
{
    fprintf(to, "/* %s of subsystem %s. Made by mig from its .defs. */\n", what,
            s->name);
}

/* ---- Parameters ---- */

/* "int32_t *value", "const char *data, mach_msg_type_number_t dataCnt" */
static void emit_parameter(const struct argument *a, FILE *to)
{
    bool in = a->direction == DIR_IN;
    const char *star = in ? "" : "*", *constant = in ? "const " : "";
    switch (a->type.kind) {
    case TYPE_SCALAR:
        fprintf(to, ", %s %s%s", a->type.c, star, a->name);
        break;
    case TYPE_PORT:
        fprintf(to, ", mach_port_t %s%s", star, a->name);
        break;
    case TYPE_STRING:
        fprintf(to, ", %schar *%s", constant, a->name);
        break;
    case TYPE_ARRAY:
        fprintf(to, ", %s%s *%s", constant, a->type.c, a->name);
        break;
    case TYPE_OUT_OF_LINE:
        fprintf(to, ", char *%s%s", star, a->name);
        break;
    }
    if (a->type.kind == TYPE_OUT_OF_LINE ||
        (a->type.kind == TYPE_ARRAY && a->type.variable))
        fprintf(to, ", uint32_t %s%sCnt", star, a->name);
}

static void emit_prototype(const char *prefix, const struct routine *r,
                           FILE *to)
{
    fprintf(to, "kern_return_t %s%s(mach_port_t %s", prefix, r->name, r->port);
    for (unsigned i = 0; i < r->args; i++)
        emit_parameter(&r->arg[i], to);
    fprintf(to, ")");
}

/* ---- Into a message, out of one ----
 *
 * On the user's side an argument that comes back is a pointer, on the server's
 * side it is a variable. */

static const char *value_of(const struct argument *a, bool server)
{
    return !server && a->direction != DIR_IN ? "*" : "";
}

static void emit_put(const struct argument *a, bool server, FILE *to)
{
    const struct type *t = &a->type;
    const char *v = value_of(a, server);
    switch (t->kind) {
    case TYPE_SCALAR:
        fprintf(to, "    mig_put(&At, %s%s, %u);\n",
                server || a->direction == DIR_IN ? "&" : "", a->name, t->size);
        break;
    case TYPE_ARRAY:
        if (t->variable)
            fprintf(to, "    mig_put_array(&At, %s, %s%sCnt, %u, %u);\n",
                    a->name, v, a->name, t->size, t->count);
        else
            fprintf(to, "    mig_put(&At, %s, %u);\n", a->name,
                    t->size * t->count);
        break;
    case TYPE_STRING:
        fprintf(to, "    mig_put_%sstring(&At, %s, %u);\n",
                t->variable ? "" : "fixed_", a->name, t->count);
        break;
    case TYPE_PORT:
        fprintf(to, "    mig_put_port(&At, %s%s, %u);\n", v, a->name,
                t->disposition);
        break;
    case TYPE_OUT_OF_LINE:
        fprintf(to, "    mig_put_memory(&At, %s%s, %s%sCnt, %d, %d);\n", v,
                a->name, v, a->name, a->dealloc, !a->physical);
        break;
    }
}

/* What a receiver is told of a right that was sent that way. */
static unsigned received(unsigned disposition)
{
    return disposition == 16                        ? 16
           : disposition == 18 || disposition == 21 ? 18
                                                    : 17;
}

static void emit_get(const struct argument *a, bool server, FILE *to)
{
    const struct type *t = &a->type;
    const char *p = server ? "&" : "";
    switch (t->kind) {
    case TYPE_SCALAR:
        fprintf(to, "    mig_get(&At, %s%s, %u);\n", p, a->name, t->size);
        break;
    case TYPE_ARRAY:
        if (t->variable)
            fprintf(to, "    mig_get_array(&At, %s, %s%sCnt, %u, %u);\n",
                    a->name, p, a->name, t->size, t->count);
        else
            fprintf(to, "    mig_get(&At, %s, %u);\n", a->name,
                    t->size * t->count);
        break;
    case TYPE_STRING:
        fprintf(to, "    mig_get_%sstring(&At, %s, %u);\n",
                t->variable ? "" : "fixed_", a->name, t->count);
        break;
    case TYPE_PORT:
        fprintf(to, "    mig_get_port(&At, %s%s, %u);\n", p, a->name,
                received(t->disposition));
        break;
    case TYPE_OUT_OF_LINE:
        fprintf(to, "    mig_get_memory(&At, %s%s, %s%sCnt);\n", p, a->name, p,
                a->name);
        break;
    }
}

/* All arguments of one direction: descriptors, NDR, the rest. between: what
 * stands behind the NDR record. */
static void emit_body(const struct routine *r, enum direction d, bool server,
                      emit_argument *emit, const char *ndr, FILE *to)
{
    for (unsigned i = 0; i < r->args; i++)
        if (r->arg[i].direction & d && r->arg[i].type.kind >= TYPE_PORT)
            emit(&r->arg[i], server, to);
    fprintf(to, "    %s\n", ndr);
    for (unsigned i = 0; i < r->args; i++)
        if (r->arg[i].direction & d && r->arg[i].type.kind < TYPE_PORT)
            emit(&r->arg[i], server, to);
}

/* ---- The header ---- */

void emit_header(const struct subsystem *s, FILE *to)
{
    emit_notice(s, "Calls", to);
    fprintf(to,
            "#ifndef MIG_%s_H\n#define MIG_%s_H\n\n"
            "#include <mach/mach.h>\n\n",
            s->name, s->name);
    for (unsigned i = 0; i < s->routines; i++) {
        emit_prototype(s->user_prefix, &s->routine[i], to);
        fprintf(to, ";\n");
    }
    fprintf(to,
            "\n/* The server's side: answers a request by the functions below "
            "and returns 1;\n * 0: no routine has that number. */\n"
            "int %s_server(mach_msg_header_t *request, "
            "mach_msg_header_t *reply);\n",
            s->name);
    unsigned most = 36;
    for (unsigned i = 0; i < s->routines; i++) {
        unsigned in = message_bytes(&s->routine[i], DIR_IN);
        unsigned out = message_bytes(&s->routine[i], DIR_OUT);
        most = in > most ? in : most;
        most = out > most ? out : most;
    }
    fprintf(to, "#define %s_MESSAGE_MAX %u /* bytes of the largest */\n",
            s->name, most);
    if (strcmp(s->user_prefix, s->server_prefix) != 0)
        for (unsigned i = 0; i < s->routines; i++) {
            emit_prototype(s->server_prefix, &s->routine[i], to);
            fprintf(to, ";\n");
        }
    fprintf(to, "\n#endif\n");
}

/* ---- The user's side ---- */

static void emit_user_routine(const struct subsystem *s,
                              const struct routine *r, FILE *to)
{
    unsigned in = message_bytes(r, DIR_IN), out = message_bytes(r, DIR_OUT);
    emit_prototype(s->user_prefix, r, to);
    fprintf(to,
            "\n{\n    union {\n        mach_msg_header_t head;\n"
            "        char bytes[%u];\n    } Message;\n"
            "    struct mig_cursor At;\n"
            "    mig_begin(&At, &Message.head, %u, %u);\n",
            (in > out ? in : out) + 8, r->id, descriptor_count(r, DIR_IN));
    emit_body(r, DIR_IN, false, emit_put, "mig_put_ndr(&At);", to);
    if (r->simple) {
        fprintf(to, "    return mig_send(&At, %s);\n}\n\n", r->port);
        return;
    }
    fprintf(to,
            "    if (mig_call(&At, %s, sizeof Message, %u) != KERN_SUCCESS)\n"
            "        return At.error;\n",
            r->port, descriptor_count(r, DIR_OUT));
    emit_body(r, DIR_OUT, false, emit_get, "mig_get_ndr_and_code(&At);", to);
    fprintf(to, "    return mig_end(&At, MIG_TYPE_ERROR);\n}\n\n");
}

void emit_user(const struct subsystem *s, FILE *to)
{
    emit_notice(s, "User stubs", to);
    fprintf(to, "#include \"%s.h\"\n#include <mach/mig.h>\n\n", s->name);
    for (unsigned i = 0; i < s->routines; i++)
        emit_user_routine(s, &s->routine[i], to);
}

/* ---- The server's side ---- */

static void emit_variable(const struct argument *a, FILE *to)
{
    switch (a->type.kind) {
    case TYPE_SCALAR:
        fprintf(to, "    %s %s = 0;\n", a->type.c, a->name);
        break;
    case TYPE_PORT:
        fprintf(to, "    mach_port_t %s = MACH_PORT_NULL;\n", a->name);
        break;
    case TYPE_OUT_OF_LINE:
        fprintf(to, "    char *%s = 0;\n", a->name);
        break;
    default:
        fprintf(to, "    %s %s[%u] = {0};\n", a->type.c, a->name,
                a->type.count);
    }
    if (a->type.kind == TYPE_OUT_OF_LINE ||
        (a->type.kind == TYPE_ARRAY && a->type.variable))
        fprintf(to, "    uint32_t %sCnt = 0;\n", a->name);
}

static void emit_actual(const struct argument *a, FILE *to)
{
    bool array = a->type.kind == TYPE_ARRAY || a->type.kind == TYPE_STRING;
    const char *place = a->direction == DIR_IN ? "" : "&";
    fprintf(to, ", %s%s", array ? "" : place, a->name);
    if (a->type.kind == TYPE_OUT_OF_LINE ||
        (a->type.kind == TYPE_ARRAY && a->type.variable))
        fprintf(to, ", %s%sCnt", place, a->name);
}

static void emit_server_routine(const struct subsystem *s,
                                const struct routine *r, FILE *to)
{
    fprintf(to,
            "static void answer_%s(mach_msg_header_t *In, "
            "mach_msg_header_t *Out)\n{\n    struct mig_cursor At;\n",
            r->name);
    for (unsigned i = 0; i < r->args; i++)
        emit_variable(&r->arg[i], to);
    fprintf(to, "    mig_open(&At, In, %u);\n", descriptor_count(r, DIR_IN));
    emit_body(r, DIR_IN, true, emit_get, "mig_get_ndr(&At);", to);
    fprintf(to,
            "    kern_return_t Result = mig_end(&At, MIG_BAD_ARGUMENTS);\n"
            "    if (Result == KERN_SUCCESS)\n"
            "        Result = %s%s(In->msgh_local_port",
            s->server_prefix, r->name);
    for (unsigned i = 0; i < r->args; i++)
        emit_actual(&r->arg[i], to);
    fprintf(to, ");\n");
    if (r->simple) {
        fprintf(to, "    mig_reply_error(Out, Result == KERN_SUCCESS "
                    "? MIG_NO_REPLY : Result);\n}\n\n");
        return;
    }
    fprintf(to,
            "    if (Result != KERN_SUCCESS) {\n"
            "        mig_reply_error(Out, Result);\n"
            "        return;\n    }\n"
            "    mig_reply(&At, Out, %u);\n",
            descriptor_count(r, DIR_OUT));
    emit_body(r, DIR_OUT, true, emit_put, "mig_put_ndr_and_code(&At);", to);
    fprintf(to, "    mig_seal(&At);\n}\n\n");
}

void emit_server(const struct subsystem *s, FILE *to)
{
    emit_notice(s, "Server", to);
    fprintf(to, "#include \"%s.h\"\n#include <mach/mig.h>\n\n", s->name);
    for (unsigned i = 0; i < s->routines; i++)
        emit_server_routine(s, &s->routine[i], to);
    fprintf(to,
            "int %s_server(mach_msg_header_t *request, "
            "mach_msg_header_t *reply)\n{\n"
            "    mig_reply_start(request, reply);\n"
            "    switch (request->msgh_id) {\n",
            s->name);
    for (unsigned i = 0; i < s->routines; i++)
        fprintf(to,
                "    case %u:\n        answer_%s(request, reply);\n"
                "        return 1;\n",
                s->routine[i].id, s->routine[i].name);
    fprintf(to, "    default:\n        mig_reply_error(reply, MIG_BAD_ID);\n"
                "        return 0;\n    }\n}\n");
}

/* ---- Lists ---- */

void emit_ids(const struct subsystem *s, FILE *to)
{
    for (unsigned i = 0; i < s->routines; i++)
        fprintf(to, "MSGID(%u, %s)\n", s->routine[i].id, s->routine[i].name);
}

void emit_table(const struct subsystem *s, FILE *to)
{
    for (unsigned i = 0; i < s->routines; i++) {
        const struct routine *r = &s->routine[i];
        fprintf(to, "| %u | ", r->id);
        if (r->simple)
            fprintf(to, "none");
        else
            fprintf(to, "%u", r->id + 100);
        fprintf(to, " | `%s` | %s | %u |", r->name, s->name,
                message_bytes(r, DIR_IN));
        if (r->simple)
            fprintf(to, " none |\n");
        else
            fprintf(to, " %u |\n", message_bytes(r, DIR_OUT));
    }
}
