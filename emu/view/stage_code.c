/*
 * stage_code.c - a side's source file and the instructions around its pc.
 */
#include "stage_state.h"

#include "../debug/instruction.h"
#include "../inspect/backtrace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEFORE       16    /* instructions kept before the pc */
#define FUNCTION_MAX 16384 /* a longer function is shown from the pc on */

/* Where to begin, so that instructions are cut rightly: at the function's
 * start if it is near, else at the pc. */
static uint64_t begin_at(struct symbols *s, uint64_t image_va, uint64_t pc)
{
    const char *name;
    uint64_t start, bytes;
    if (s && symbols_function(s, image_va, &name, &start, &bytes) &&
        image_va >= start && image_va - start < FUNCTION_MAX)
        return pc - (image_va - start);
    return pc;
}

static void add_insn(struct stage *st, struct scene_side *side, uint64_t va,
                     const uint8_t *bytes, size_t have, struct symbols *s,
                     uint64_t to_image, const uint64_t *x)
{
    if (side->insns == SCENE_INSNS) {
        memmove(side->insn, side->insn + 1,
                (SCENE_INSNS - 1) * sizeof side->insn[0]);
        side->insns--;
    }
    struct scene_insn *insn = &side->insn[side->insns++];
    *insn = (struct scene_insn){.va = va, .current = va == side->pc};
    struct instruction i = {.va = va,
                            .bytes = bytes,
                            .have = have,
                            .symbols = s,
                            .to_image = to_image,
                            .a7 = insn->current && x ? &x[17] : NULL};
    instruction_describe(st->tracker, &i, insn->text, sizeof insn->text);
}

static void fill_insns(struct stage *st, struct scene_side *side, uint64_t root,
                       struct symbols *s, uint64_t image_va, const uint64_t *x)
{
    static const size_t after = (SCENE_INSNS - BEFORE) * 4;
    uint64_t begin = begin_at(s, image_va, side->pc);
    size_t want = (size_t)(side->pc - begin) + after;
    uint8_t *code = malloc(want);
    size_t have = code ? stage_read(st, root, begin, code, want) : 0;
    size_t seen = 0;
    for (size_t at = 0; at + 2 <= have;) {
        size_t length = (code[at] & 3) == 3 ? 4 : 2;
        uint64_t va = begin + at;
        bool near = va + BEFORE * 4 >= side->pc;
        if (near && at + length <= have)
            add_insn(st, side, va, code + at, have - at, s, image_va - side->pc,
                     x);
        if (va > side->pc && ++seen >= SCENE_INSNS - BEFORE - 1)
            break;
        at += length;
    }
    free(code);
}

/* ---- Who called ---- */

#define FRAMES 12

static size_t unwind(struct stage *st, uint64_t root, struct symbols *s,
                     uint64_t image_va, uint64_t pc, const uint64_t *x,
                     struct frame frame[FRAMES])
{
    /* the gate's code runs away from where it was linked: no rules for it */
    if (!s || !x || image_va != pc)
        return 0;
    return backtrace(st->machine, root, s, pc, x, frame, FRAMES);
}

static void fill_chain(struct scene_side *side, const struct frame *frame,
                       size_t frames)
{
    size_t n =
        (size_t)snprintf(side->chain, sizeof side->chain, "%s", side->where);
    for (size_t i = 1; i < frames && n < sizeof side->chain; i++) {
        if (!frame[i].function)
            break;
        n += (size_t)snprintf(side->chain + n, sizeof side->chain - n, " < %s",
                              frame[i].function);
    }
}

static bool is_c_source(const char *file)
{
    size_t n = file ? strlen(file) : 0;
    return n > 2 && strcmp(file + n - 2, ".c") == 0;
}

/* A stub's own source is a table row, a library's may not be here: what called
 * them is more telling. */
static const struct frame *
telling_frame(const struct stage *st, const struct frame *frame, size_t frames)
{
    if (frames == 0 || !st->sources ||
        (is_c_source(frame[0].file) &&
         sources_find(st->sources, frame[0].file)))
        return NULL;
    for (size_t i = 1; i < frames; i++)
        if (is_c_source(frame[i].file) && frame[i].line &&
            sources_find(st->sources, frame[i].file))
            return &frame[i];
    return NULL;
}

static void show_caller(struct stage *st, struct scene_side *side,
                        const struct frame *caller)
{
    const struct source_file *text = sources_find(st->sources, caller->file);
    char *plus = strchr(side->where, '+');
    size_t n = plus ? (size_t)(plus - side->where) : strlen(side->where);
    side->file = stage_path(caller->file);
    side->line = caller->line;
    side->text = text->line;
    side->lines = text->lines;
    snprintf(side->in_call, sizeof side->in_call, "%.*s", (int)n, side->where);
}

static void fill_source(struct stage *st, struct scene_side *side,
                        struct symbols *s, uint64_t image_va)
{
    const char *file;
    unsigned line;
    if (!s) {
        snprintf(side->no_source, sizeof side->no_source,
                 "no symbols for this address");
        return;
    }
    if (!symbols_line(s, image_va, &file, &line)) {
        snprintf(side->no_source, sizeof side->no_source,
                 "no source line for this address");
        return;
    }
    side->file = stage_path(file);
    side->line = line;
    const struct source_file *text =
        st->sources ? sources_find(st->sources, file) : NULL;
    if (text) {
        side->text = text->line;
        side->lines = text->lines;
    } else {
        snprintf(side->no_source, sizeof side->no_source, "%s is not here",
                 file);
    }
}

void stage_code(struct stage *st, struct scene_side *side, enum cpu_priv priv,
                int pid, uint64_t root, uint64_t pc, const uint64_t *x)
{
    uint64_t image_va = pc;
    struct symbols *s = tracker_symbols(st->tracker, priv, root, pc, &image_va);
    if (!s && priv == CPU_U) /* it has ended: what its image was */
        s = stage_symbols_of(st, pid);
    side->pc = pc;
    if (!s || !symbols_describe(s, image_va, side->where, sizeof side->where))
        snprintf(side->where, sizeof side->where, "0x%" PRIx64, pc);
    fill_source(st, side, s, image_va);
    struct frame frame[FRAMES];
    size_t frames = unwind(st, root, s, image_va, pc, x, frame);
    fill_chain(side, frame, frames);
    const struct frame *caller =
        priv == CPU_U ? telling_frame(st, frame, frames) : NULL;
    if (caller)
        show_caller(st, side, caller);
    fill_insns(st, side, root, s, image_va, x);
}
