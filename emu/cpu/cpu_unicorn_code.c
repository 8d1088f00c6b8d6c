/*
 * cpu_unicorn_code.c - translated code that no longer matches memory.
 *
 * 2.0.1 drops translated blocks when the guest writes to them. From 2.1 on it
 * does so only in executable regions, which our RAM is not (that is how code is
 * seen: cpu_unicorn_fetch.c), and only for the virtual address that the code
 * ran at. So there the lines that were translated are kept as they were, and
 * compared with memory where the guest may rely on it: at fence.i, and, for
 * kernels that were written for machines which need no fence, at mret and
 * before U-mode is entered in another address space than last time.
 */
#include "cpu_unicorn.h"

#include <stdlib.h>
#include <string.h>

#define ENGINE_2_1 (2u << 24 | 1u << 16)
#define PAGE_BYTES 4096
#define LINE_BYTES 64 /* 64 of them: one bit each */

struct code_page {
    uint64_t lines; /* those that code was translated from */
    uint8_t bytes[PAGE_BYTES];
};

int code_open(struct cpu *cpu)
{
    cpu->blind_to_stores = uc_version(NULL, NULL) >= ENGINE_2_1;
    if (!cpu->blind_to_stores)
        return 0;
    cpu->code_pages =
        calloc(cpu->desc.ram_bytes / PAGE_BYTES, sizeof *cpu->code_pages);
    return cpu->code_pages == NULL ? -1 : 0;
}

static size_t page_count(const struct cpu *cpu)
{
    return cpu->code_pages == NULL ? 0 : cpu->desc.ram_bytes / PAGE_BYTES;
}

void code_free(struct cpu *cpu)
{
    for (size_t i = 0; i < page_count(cpu); i++)
        free(cpu->code_pages[i]);
    free(cpu->code_pages);
}

static void keep_line(struct cpu *cpu, size_t at)
{
    size_t line = at % PAGE_BYTES / LINE_BYTES * LINE_BYTES;
    struct code_page **slot = &cpu->code_pages[at / PAGE_BYTES];
    if (*slot == NULL)
        *slot = calloc(1, sizeof **slot);
    if (*slot == NULL || (*slot)->lines >> line / LINE_BYTES & 1)
        return;
    (*slot)->lines |= UINT64_C(1) << line / LINE_BYTES;
    memcpy((*slot)->bytes + line, cpu->desc.ram + at / LINE_BYTES * LINE_BYTES,
           LINE_BYTES);
}

/* The half-word at this virtual address is about to be translated. */
void code_fetched(struct cpu *cpu, uint64_t va)
{
    const uint8_t *at = cpu->blind_to_stores ? mem_code(cpu, va) : NULL;
    if (at != NULL)
        keep_line(cpu, (size_t)(at - cpu->desc.ram));
}

static bool page_is_stale(const struct cpu *cpu, size_t index)
{
    const struct code_page *page = cpu->code_pages[index];
    const uint8_t *now = cpu->desc.ram + index * PAGE_BYTES;
    for (unsigned line = 0; line < PAGE_BYTES / LINE_BYTES; line++)
        if (page->lines >> line & 1 &&
            memcmp(page->bytes + line * LINE_BYTES, now + line * LINE_BYTES,
                   LINE_BYTES) != 0)
            return true;
    return false;
}

void code_check(struct cpu *cpu)
{
    for (size_t i = 0; i < page_count(cpu); i++) {
        if (cpu->code_pages[i] == NULL || cpu->code_pages[i]->lines == 0 ||
            !page_is_stale(cpu, i))
            continue;
        native_drop_code(cpu, PLAT_RAM_BASE + i * PAGE_BYTES, PAGE_BYTES);
        cpu->code_pages[i]->lines = 0;
    }
    cpu->code_checked_satp = native_read(cpu, NATIVE_SATP);
}

/* Before an sret: is it sure that what runs next is what stands in memory? */
bool code_is_checked(const struct cpu *cpu)
{
    return !cpu->blind_to_stores ||
           native_read(cpu, NATIVE_MSTATUS) & MSTATUS_SPP ||
           (native_get(cpu, NATIVE_SATP) == cpu->code_checked_satp &&
            cpu->code_checked_satp >> SATP_MODE_SHIFT != SATP_MODE_BARE);
}
