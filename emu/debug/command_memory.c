/*
 * command_memory.c - the commands that show memory: words, bytes and text, and
 * instructions.
 */
#include "command_internal.h"

#include <ctype.h>

#define COUNT_MAX     1024
#define FUNCTION_MAX  4096 /* bytes of a function that are shown */
#define WITHOUT_START 64   /* ... of code that no function holds */

struct format {
    uint64_t count;
    char letter;   /* x d u c s i; 0: bytes and text */
    unsigned size; /* of a word */
};

static bool read_format(struct commander *c, const char **arguments,
                        struct format *f)
{
    static const char sizes[] = "bhwg"; /* 1, 2, 4, 8 bytes */
    const char *at = *arguments;
    *f = (struct format){.count = 0, .size = 8};
    if (*at != '/')
        return true;
    char *end;
    f->letter = 'x';
    f->count = isdigit((unsigned char)at[1]) ? strtoull(at + 1, &end, 10) : 1;
    at = isdigit((unsigned char)at[1]) ? end : at + 1;
    for (; *at != ' ' && *at != '\0'; at++) {
        const char *size = strchr(sizes, *at);
        if (strchr("xducsi", *at) != NULL)
            f->letter = *at;
        else if (size != NULL)
            f->size = 1u << (size - sizes);
        else
            return refuse(c, "/%c: formats are x d u c s i, sizes b h w g",
                          *at);
    }
    if (f->count == 0 || f->count > COUNT_MAX)
        return refuse(c, "/%" PRIu64 ": not between 1 and %d", f->count,
                      COUNT_MAX);
    *arguments = at + strspn(at, " ");
    return true;
}

static bool nothing_there(struct commander *c, const struct address *a,
                          uint64_t va)
{
    char owner[64];
    unsigned bit;
    struct sv39_walk w = sv39_walk(c->target->machine, a->root, va);
    address_owner(c, a, owner, sizeof owner);
    return refuse(c, "0x%" PRIx64 ": nothing of %s to read: %s", va, owner,
                  w.why == SV39_OK || w.why == SV39_BARE
                      ? "no RAM is there"
                      : sv39_sentence(w.why, &bit));
}

static size_t read_at(struct commander *c, const struct address *a, uint64_t va,
                      void *to, size_t n)
{
    return sv39_read(c->target->machine, a->root, va, to, n);
}

/* ---- Bytes and text ---- */

static bool tell_bytes(struct commander *c, const struct address *a, size_t n)
{
    uint8_t bytes[16];
    for (size_t at = 0; at < n; at += 16) {
        char hex[64] = "", text[20] = "";
        size_t want = n - at < 16 ? n - at : 16;
        size_t got = read_at(c, a, a->va + at, bytes, want);
        for (size_t i = 0; i < got; i++) {
            snprintf(hex + 3 * i, sizeof hex - 3 * i, "%02x ", bytes[i]);
            text[i] = isprint(bytes[i]) ? (char)bytes[i] : '.';
        }
        if (got > 0)
            say(c, "0x%016" PRIx64 "  %-48s %s", a->va + at, hex, text);
        if (got < want)
            return nothing_there(c, a, a->va + at + got);
    }
    return true;
}

static bool tell_strings(struct commander *c, const struct address *a,
                         uint64_t count)
{
    uint64_t at = a->va;
    for (; count > 0; count--) {
        uint8_t bytes[256];
        char text[4 * sizeof bytes + 8];
        size_t n = 0;
        bool ended = false;
        while (n < sizeof bytes && read_at(c, a, at + n, &bytes[n], 1) == 1 &&
               !(ended = bytes[n] == 0))
            n++;
        if (n == 0 && !ended)
            return nothing_there(c, a, at);
        bytes_text(bytes, n, text, sizeof text);
        say(c, "0x%016" PRIx64 "  %s", at, text);
        at += n + 1;
    }
    return true;
}

/* ---- Words ---- */

static void word_text(const struct format *f, uint64_t value, char *text,
                      size_t n)
{
    unsigned unused = 64 - 8 * f->size;
    int64_t number = (int64_t)(value << unused) >> unused;
    switch (f->letter) {
    case 'd':
        snprintf(text, n, "%*" PRId64, f->size == 8 ? 20 : 11, number);
        break;
    case 'u':
        snprintf(text, n, "%*" PRIu64, f->size == 8 ? 20 : 11, value);
        break;
    case 'c':
        snprintf(text, n, isprint((int)(value & 0x7f)) ? "'%c'" : "%3d",
                 (int)(value & 0xff));
        break;
    default:
        snprintf(text, n, "0x%0*" PRIx64, (int)f->size * 2, value);
    }
}

static bool tell_words(struct commander *c, const struct address *a,
                       const struct format *f)
{
    unsigned row = 16 / f->size > 0 ? 16 / f->size : 1;
    char line[400] = "";
    size_t used = 0;
    for (uint64_t i = 0; i < f->count; i++) {
        uint64_t value = 0, va = a->va + i * f->size;
        if (read_at(c, a, va, &value, f->size) != f->size) {
            if (used > 0)
                say(c, "%s", line);
            return nothing_there(c, a, va);
        }
        if (used == 0)
            used = (size_t)snprintf(line, sizeof line, "0x%016" PRIx64 " ", va);
        char text[32];
        word_text(f, value, text, sizeof text);
        used += (size_t)snprintf(line + used, sizeof line - used, " %s", text);
        if ((i + 1) % row == 0 || i + 1 == f->count) {
            say(c, "%s", line);
            used = 0;
        }
    }
    return true;
}

/* ---- Instructions ---- */

static bool tell_instruction(struct commander *c, const struct address *a,
                             uint64_t va, unsigned *length)
{
    char text[160], symbol[96];
    struct target_place here = target_place(c->target);
    bool current = va == here.pc && a->root == here.root;
    struct target_place p =
        target_place_at(c->target, a->pid != 0 ? CPU_U : CPU_S, a->root, va);
    if (current)
        p = here;
    instruction_text(c, a->root, va, &p, current, length, text, sizeof text);
    if (*length == 0)
        return nothing_there(c, a, va);
    symbol[0] = '\0';
    if (p.function != NULL)
        snprintf(symbol, sizeof symbol, "<%s+0x%" PRIx64 ">", p.function,
                 p.offset);
    say(c, "%s 0x%016" PRIx64 "  %-28s %s", current ? "=>" : "  ", va, symbol,
        text);
    return true;
}

static bool tell_instructions(struct commander *c, const struct address *a,
                              uint64_t count)
{
    uint64_t va = a->va;
    unsigned length;
    for (; count > 0; count--) {
        if (!tell_instruction(c, a, va, &length))
            return false;
        va += length;
    }
    return true;
}

COMMAND(cmd_x)
{
    struct format f;
    struct address a;
    if (!read_format(c, &arguments, &f) || !take_address(c, arguments, &a))
        return false;
    if (f.letter == 'i')
        return tell_instructions(c, &a, f.count);
    if (f.letter == 's')
        return tell_strings(c, &a, f.count);
    if (f.letter == 0)
        return tell_bytes(c, &a,
                          a.bytes > 0 && a.bytes <= COUNT_MAX ? a.bytes : 64);
    return tell_words(c, &a, &f);
}

COMMAND(cmd_disassemble)
{
    struct address a;
    struct target_place p = target_place(c->target);
    const char *name;
    uint64_t start, bytes = 0;
    unsigned length;
    if (arguments[0] == '\0') {
        a = (struct address){
            .va = p.pc, .root = p.root, .pid = p.priv == CPU_U ? p.pid : 0};
    } else {
        if (!take_address(c, arguments, &a))
            return false;
        p = target_place_at(c->target, a.pid != 0 ? CPU_U : CPU_S, a.root,
                            a.va);
    }
    uint64_t from = a.va, end = a.va + WITHOUT_START;
    if (p.symbols != NULL &&
        symbols_function(p.symbols, p.image_va, &name, &start, &bytes) &&
        bytes > 0) {
        from = a.va - (p.image_va - start);
        end = from + (bytes < FUNCTION_MAX ? bytes : FUNCTION_MAX);
    }
    for (uint64_t va = from; va < end; va += length)
        if (!tell_instruction(c, &a, va, &length))
            return false;
    return true;
}
