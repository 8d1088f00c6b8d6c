/* ksyms.c - the image's table of its own functions. The Makefile links twice: first with an
 * empty table, then with the one that tools/ksyms.awk makes of the first link's symbols; the
 * table stands behind the code, so that the addresses in it stay right.
 *
 *     ksyms_count, then for each function in address order
 *     ksyms_table[i] = { address, offset of its name in ksyms_names } */
#include "kernel.h"

struct ksym {
    vaddr address;
    uint64_t name;
};
extern const uint64_t ksyms_count;
extern const struct ksym ksyms_table[];
extern const char ksyms_names[];
extern const char text_start[], text_end[];

const char *ksyms_find(vaddr pc, uint64_t *offset) {
    const char *name = NULL;
    *offset = pc;
    if (!(pc >= (vaddr)text_start && pc < (vaddr)text_end) &&
        !(pc >= TRAMPOLINE && pc < TRAMPOLINE + PAGE_SIZE))
        return NULL;
    for (uint64_t i = 0; i < ksyms_count && ksyms_table[i].address <= pc; i++) {
        name = ksyms_names + ksyms_table[i].name;
        *offset = pc - ksyms_table[i].address;
    }
    return name;
}
