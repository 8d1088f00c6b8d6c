/*
 * backtrace.c - who called whom: libdw's unwinder over an image's .debug_frame,
 * fed with the hart's registers and guest memory.
 *
 * The unwinder never looks outside: no separate debug files, no debuginfod.
 */
#include "backtrace.h"
#include "symbols_internal.h"

#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include <string.h>

#define THREAD   1 /* libdw wants a thread id; there is one hart */
#define DWARF_SP 2

struct unwinder {
    Dwfl *dwfl;
    uint8_t *image; /* a copy of its own, see sorted_copy */
    /* The question being asked, for libdw's callbacks. */
    struct machine *m;
    uint64_t root, pc;
    const uint64_t *x;
    const struct symbols *s;
    struct frame *frame;
    size_t count, max;
};

static int no_elf(Dwfl_Module *mod, void **userdata, const char *name,
                  Dwarf_Addr base, char **file, Elf **elf)
{
    (void)mod, (void)userdata, (void)name, (void)base, (void)file, (void)elf;
    return -1;
}

static int no_debuginfo(Dwfl_Module *mod, void **userdata, const char *name,
                        Dwarf_Addr base, const char *file, const char *link,
                        GElf_Word crc, char **out)
{
    (void)mod, (void)userdata, (void)name, (void)base, (void)file, (void)link;
    (void)crc, (void)out;
    return -1;
}

static pid_t next_thread(Dwfl *dwfl, void *arg, void **thread)
{
    (void)dwfl;
    if (*thread != NULL)
        return 0;
    *thread = arg;
    return THREAD;
}

static bool read_word(Dwfl *dwfl, Dwarf_Addr va, Dwarf_Word *value, void *arg)
{
    (void)dwfl;
    const struct unwinder *u = arg;
    return sv39_read(u->m, u->root, va, value, 8) == 8;
}

static bool set_registers(Dwfl_Thread *thread, void *arg)
{
    const struct unwinder *u = arg;
    Dwarf_Word word[31];
    for (unsigned i = 1; i < 32; i++)
        word[i - 1] = u->x[i];
    if (!dwfl_thread_state_registers(thread, 1, 31, word))
        return false;
    dwfl_thread_state_register_pc(thread, u->pc);
    return true;
}

static const Dwfl_Callbacks nothing_outside = {
    .find_elf = no_elf,
    .find_debuginfo = no_debuginfo,
    .section_address = dwfl_offline_section_address,
};

static const Dwfl_Thread_Callbacks guest_callbacks = {
    .next_thread = next_thread,
    .memory_read = read_word,
    .set_initial_registers = set_registers,
};

void unwinder_free(struct unwinder *u)
{
    if (u == NULL)
        return;
    if (u->dwfl != NULL)
        dwfl_end(u->dwfl);
    free(u->image);
    free(u);
}

static int by_vaddr(const void *pa, const void *pb)
{
    const Elf64_Phdr *a = pa, *b = pb;
    if ((a->p_type == PT_LOAD) != (b->p_type == PT_LOAD))
        return a->p_type == PT_LOAD ? 1 : -1;
    return (a->p_vaddr > b->p_vaddr) - (a->p_vaddr < b->p_vaddr);
}

/* The ELF standard wants PT_LOAD entries in ascending order, and libdwfl takes
 * the last for the image's end; linkers keep their script's order. Here they
 * are put right, so that a trampoline at the top is unwound like the rest. */
static uint8_t *sorted_copy(const struct symbols *s)
{
    Elf64_Ehdr eh;
    uint8_t *image = malloc(s->image_bytes);
    if (image == NULL)
        return NULL;
    memcpy(image, s->image, s->image_bytes);
    memcpy(&eh, image, sizeof eh);
    if (eh.e_phnum > 1 && eh.e_phoff % _Alignof(Elf64_Phdr) == 0)
        qsort(image + eh.e_phoff, eh.e_phnum, sizeof(Elf64_Phdr), by_vaddr);
    return image;
}

static bool attach(struct unwinder *u, const struct symbols *s)
{
    u->dwfl = dwfl_begin(&nothing_outside);
    u->image = sorted_copy(s);
    if (u->dwfl == NULL || u->image == NULL)
        return false;
    dwfl_report_begin(u->dwfl);
    bool there =
        dwfl_report_offline_memory(u->dwfl, s->name, s->name, (char *)u->image,
                                   s->image_bytes) != NULL;
    dwfl_report_end(u->dwfl, NULL, NULL);
    return there &&
           dwfl_attach_state(u->dwfl, NULL, THREAD, &guest_callbacks, u);
}

/* The image's unwinder, made once; NULL if libdw cannot unwind it. */
static struct unwinder *unwinder(struct symbols *s)
{
    if (s->unwinder == NULL && (s->unwinder = calloc(1, sizeof *s->unwinder)))
        if (!attach(s->unwinder, s) && s->unwinder->dwfl != NULL) {
            dwfl_end(s->unwinder->dwfl);
            s->unwinder->dwfl = NULL;
        }
    return s->unwinder != NULL && s->unwinder->dwfl ? s->unwinder : NULL;
}

static void name_frame(const struct symbols *s, struct frame *f, uint64_t at)
{
    uint64_t start, bytes;
    if (s == NULL)
        return;
    if (symbols_function(s, at, &f->function, &start, &bytes))
        f->offset = f->pc - start;
    symbols_line(s, at, &f->file, &f->line);
}

static int take_frame(Dwfl_Frame *state, void *arg)
{
    struct unwinder *u = arg;
    Dwarf_Addr pc;
    Dwarf_Word sp = 0;
    bool activation;
    if (!dwfl_frame_pc(state, &pc, &activation))
        return DWARF_CB_ABORT;
    dwfl_frame_reg(state, DWARF_SP, &sp);
    if (u->count > 0) /* a caller's stack pointer is its callee's CFA */
        u->frame[u->count - 1].cfa = sp;
    if (u->count == u->max || (u->count > 0 && pc == 0))
        return DWARF_CB_ABORT;
    struct frame *f = &u->frame[u->count++];
    *f = (struct frame){.pc = pc};
    /* A return address may lie behind its function's last instruction. */
    name_frame(u->s, f, activation ? pc : pc - 1);
    return DWARF_CB_OK;
}

size_t backtrace(struct machine *m, uint64_t root, const struct symbols *s,
                 uint64_t pc, const uint64_t x[32], struct frame *frame,
                 size_t max)
{
    if (max == 0)
        return 0;
    /* The unwinder is a cache inside the image, which answers no differently
     * for having it. */
    struct unwinder *u =
        s != NULL ? unwinder((struct symbols *)(uintptr_t)s) : NULL;
    size_t count = 0;
    if (u != NULL) {
        u->m = m;
        u->root = root;
        u->pc = pc;
        u->x = x;
        u->s = s;
        u->frame = frame;
        u->count = 0;
        u->max = max;
        dwfl_getthread_frames(u->dwfl, THREAD, take_frame, u);
        count = u->count;
    }
    if (count == 0) {
        frame[0] = (struct frame){.pc = pc};
        name_frame(s, &frame[0], pc);
        count = 1;
    }
    return count;
}
