/*
 * csr_fields.c - see csr_fields.h. One table of fields; what a value means is
 * in the row where the manual gives it a name.
 */
#include "csr_fields.h"

#include "../cpu/cpu.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct csr_field {
    const char *csr, *name;
    unsigned char high, low;
    const char *values; /* "a|b|c" for 0, 1, 2, or NULL: a number */
};

#define MODES "U|S|2|M"
#define DIRTY "off|initial|clean|dirty"

/* Privileged manual 3.1.6, 3.1.7, 3.1.9, 4.1.1-4.1.3 and 4.1.11. */
static const struct csr_field field[] = {
    {"sstatus", "SPP", 8, 8, MODES},
    {"sstatus", "SPIE", 5, 5, NULL},
    {"sstatus", "SIE", 1, 1, NULL},
    {"sstatus", "SUM", 18, 18, NULL},
    {"sstatus", "MXR", 19, 19, NULL},
    {"sstatus", "FS", 14, 13, DIRTY},
    {"sstatus", "UXL", 33, 32, "-|32|64|128"},
    {"mstatus", "MPP", 12, 11, MODES},
    {"mstatus", "MPIE", 7, 7, NULL},
    {"mstatus", "MIE", 3, 3, NULL},
    {"mstatus", "SPP", 8, 8, MODES},
    {"mstatus", "SPIE", 5, 5, NULL},
    {"mstatus", "SIE", 1, 1, NULL},
    {"mstatus", "MPRV", 17, 17, NULL},
    {"mstatus", "SUM", 18, 18, NULL},
    {"mstatus", "MXR", 19, 19, NULL},
    {"mstatus", "FS", 14, 13, DIRTY},
    {"satp", "MODE", 63, 60, "Bare|1|2|3|4|5|6|7|Sv39|Sv48|Sv57"},
    {"satp", "ASID", 59, 44, NULL},
    {"satp", "PPN", 43, 0, NULL},
    {"stvec", "BASE", 63, 2, NULL},
    {"stvec", "MODE", 1, 0, "direct|vectored"},
    {"mtvec", "BASE", 63, 2, NULL},
    {"mtvec", "MODE", 1, 0, "direct|vectored"},
    {"sie", "SEIE", 9, 9, NULL},
    {"sie", "STIE", 5, 5, NULL},
    {"sie", "SSIE", 1, 1, NULL},
    {"sip", "SEIP", 9, 9, NULL},
    {"sip", "STIP", 5, 5, NULL},
    {"sip", "SSIP", 1, 1, NULL},
    {"mie", "MEIE", 11, 11, NULL},
    {"mie", "MTIE", 7, 7, NULL},
    {"mie", "MSIE", 3, 3, NULL},
    {"mie", "SEIE", 9, 9, NULL},
    {"mie", "STIE", 5, 5, NULL},
    {"mie", "SSIE", 1, 1, NULL},
    {"mip", "MEIP", 11, 11, NULL},
    {"mip", "MTIP", 7, 7, NULL},
    {"mip", "MSIP", 3, 3, NULL},
    {"mip", "SEIP", 9, 9, NULL},
    {"mip", "STIP", 5, 5, NULL},
    {"mip", "SSIP", 1, 1, NULL},
    {"fcsr", "frm", 7, 5, NULL},
    {"fcsr", "NV", 4, 4, NULL},
    {"fcsr", "DZ", 3, 3, NULL},
    {"fcsr", "OF", 2, 2, NULL},
    {"fcsr", "UF", 1, 1, NULL},
    {"fcsr", "NX", 0, 0, NULL},
};

static uint64_t bits_of(const struct csr_field *f, uint64_t value)
{
    unsigned width = f->high - f->low + 1u;
    uint64_t bits = value >> f->low;
    return width == 64 ? bits : bits & ((UINT64_C(1) << width) - 1);
}

/* The word for value number `bits`; NULL: it has none. */
static const char *word_of(const char *values, uint64_t bits, size_t *n)
{
    while (values != NULL && bits-- > 0) {
        values = strchr(values, '|');
        if (values != NULL)
            values++;
    }
    if (values != NULL)
        *n = strcspn(values, "|");
    return values;
}

static size_t add_field(const struct csr_field *f, uint64_t value, char *text,
                        size_t n)
{
    uint64_t bits = bits_of(f, value);
    size_t length = 0;
    const char *word = word_of(f->values, bits, &length);
    bool address = strcmp(f->name, "BASE") == 0; /* all but the low bits */
    int used;
    if (address)
        used = snprintf(text, n, "BASE=0x%" PRIx64, bits << f->low);
    else if (word != NULL)
        used = snprintf(text, n, "%s=%.*s", f->name, (int)length, word);
    else if (bits > 9)
        used = snprintf(text, n, "%s=0x%" PRIx64, f->name, bits);
    else
        used = snprintf(text, n, "%s=%" PRIu64, f->name, bits);
    return used > 0 ? (size_t)used : 0;
}

const char *csr_fields_text(const char *name, uint64_t value, char *text,
                            size_t n)
{
    size_t used = 0;
    text[0] = '\0';
    if (strcmp(name, "scause") == 0 || strcmp(name, "mcause") == 0) {
        snprintf(text, n, "%s", cpu_cause_name(value));
        return text;
    }
    for (size_t i = 0; i < sizeof field / sizeof field[0]; i++) {
        if (strcmp(field[i].csr, name) != 0 || used + 1 >= n)
            continue;
        if (used > 0)
            text[used++] = ' ';
        used += add_field(&field[i], value, text + used, n - used);
    }
    return text;
}
