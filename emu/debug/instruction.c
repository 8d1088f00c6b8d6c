/*
 * instruction.c - see instruction.h.
 */
#include "instruction.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names the target of a branch or call: "beqz a5, 0x10240" becomes
 * "beqz a5, copyout+0x98". */
static void name_target(const struct instruction *i, char *text, size_t n)
{
    char *hex = strstr(text, "0x"), *end, name[64];
    bool jumps = (text[0] == 'b' || text[0] == 'j' ||
                  strncmp(text, "c.b", 3) == 0 || strncmp(text, "c.j", 3) == 0);
    if (!jumps || hex == NULL || i->symbols == NULL)
        return;
    uint64_t target = strtoull(hex, &end, 16) + i->to_image;
    if (*end == '\0' && symbols_describe(i->symbols, target, name, sizeof name))
        snprintf(hex, n - (size_t)(hex - text), "%s", name);
}

static void name_call(const struct tracker *t, const struct instruction *i,
                      char *text, size_t n)
{
    const struct abi *abi = tracker_abi(t);
    if (i->a7 == NULL || abi == NULL || strcmp(text, "ecall") != 0)
        return;
    const struct abi_call *call = abi_find(abi, *i->a7);
    if (call != NULL)
        snprintf(text, n, "ecall  # a7 = %" PRIu64 ": %s", *i->a7, call->name);
}

unsigned instruction_describe(const struct tracker *t,
                              const struct instruction *i, char *text, size_t n)
{
    unsigned length = cpu_disassemble(i->va, i->bytes, i->have, text, n);
    for (char *c = text; *c != '\0'; c++)
        if (*c == '\t')
            *c = ' ';
    name_target(i, text, n);
    name_call(t, i, text, n);
    return length;
}
