/*
 * panel_card.c - the inspector: the selected crossing as a sentence, its facts,
 * and in a second tab every transfer, mapping and operation of a ring.
 */
#include "frame.h"
#include "tabs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct scene_card *card_of(const struct frame *f)
{
    return f->s->selected.present ? &f->s->selected : &f->s->now;
}

static struct box middle_tabs(struct frame *f, enum panel shown, struct box *b)
{
    char title[64] = "Crossing", digits[40];
    const struct scene_card *card = card_of(f);
    if (card->present)
        snprintf(title, sizeof title, "Crossing #%s",
                 scene_number(f->s, card->number, digits));
    struct tab tabs[] = {{PANEL_CARD, title}, {PANEL_TRANSFERS, "Transfers"}};
    return tabs_draw(f, tabs, 2, shown, b);
}

static void fact_line(struct frame *f, const struct scene_fact *fact,
                      struct box *b)
{
    double label = fmin(84, b->w * 0.3);
    draw_text(f->d, FONT_SMALL, b->x, b->y + 1, label - 6, f->p->soft,
              fact->label);
    double h = draw_prose(f->d, FONT_MONO, b->x + label, b->y, b->w - label,
                          b->h >= 38 && !fact->crossing ? 2 : 1,
                          fact->crossing ? f->p->word[HUE_SHARED] : f->p->ink,
                          fact->value);
    if (fact->has_va)
        draw_about(f->d, fact->va);
    if (fact->crossing) {
        draw_hline(f->d, b->x + label, b->y + 17, b->w - label,
                   f->p->word[HUE_SHARED]);
        frame_hot(f, BOX(b->x, b->y, b->w, fmax(h, 18)), HOT_CROSSING,
                  fact->crossing, "Select that crossing");
    }
    box_cut_top(b, fmax(h, 18) + 3);
}

void panel_card(struct frame *f, struct box b)
{
    const struct scene_card *card = card_of(f);
    middle_tabs(f, PANEL_CARD, &b);
    frame_hot(f, b, HOT_SCROLL, PANEL_CARD, NULL);
    if (!card->present) {
        draw_prose(f->d, FONT_TEXT, b.x, b.y + 4, b.w, 3, f->p->soft,
                   "The crossing that is open, or the one you select in the "
                   "table or in the timeline, is told here.");
        return;
    }
    unsigned lines = (unsigned)fmax(1, fmin(5, b.h / 18 - 2));
    double h = draw_prose(f->d, FONT_TEXT, b.x, b.y, b.w, lines, f->p->ink,
                          card->sentence);
    box_cut_top(&b, h + 8);
    struct box whole = b;
    size_t rows = (size_t)(b.h / 21);
    long last = card->facts > rows ? (long)(card->facts - rows) : 0;
    long *scroll = &f->v->scroll[PANEL_CARD];
    *scroll = *scroll > last ? last : *scroll < 0 ? 0 : *scroll;
    size_t shown = 0;
    b.w -= 10;
    for (size_t i = (size_t)*scroll; i < card->facts && b.h >= 18; i++) {
        fact_line(f, &card->fact[i], &b);
        shown++;
    }
    if (shown + (size_t)*scroll < card->facts || *scroll)
        frame_scrollbar(f, whole, card->facts, (size_t)*scroll,
                        shown < card->facts ? shown : card->facts - 1);
}

/* ---- Transfers and mappings ---- */

static const char *const mapping_names[] = {"map",  "unmap",  "copy on write",
                                            "wire", "window", "unwire"};

static void transfer_line(struct frame *f, const struct transfer *t,
                          struct box *b)
{
    char text[200];
    double x = b->x, y = b->y, right = box_right(*b);
    x += draw_text(f->d, FONT_MONO_BOLD, x, y, right - x, f->p->ink,
                   transfer_name(t->kind)) +
         10;
    x += frame_address(f, FONT_MONO, x, y, right - x, f->p->word[HUE_USER],
                       t->user_va) +
         8;
    bool out = transfer_is_out(t->kind);
    x += draw_text(f->d, FONT_MONO, x, y, right - x, f->p->soft,
                   out ? "\xe2\x86\x90" : "\xe2\x86\x92") +
         8;
    x += frame_address(f, FONT_MONO, x, y, right - x, f->p->word[HUE_KERNEL],
                       t->kernel_va) +
         10;
    char done[32], length[32];
    bool whole_string = transfer_is_string(t->kind) && !t->error;
    if (whole_string)
        snprintf(text, sizeof text, "%s bytes, its NUL included",
                 number_text(done, t->done));
    else
        snprintf(text, sizeof text, "%s of %s bytes",
                 number_text(done, t->done), number_text(length, t->length));
    draw_text(f->d, FONT_SMALL, x, y + 1, right - x, f->p->soft, text);
    box_cut_top(b, 20);
    if (t->error && b->h >= 18) {
        unsigned bit;
        snprintf(text, sizeof text, "stopped at 0x%llx: %s",
                 (unsigned long long)t->stopped_va,
                 sv39_sentence(t->why, &bit));
        draw_text(f->d, FONT_SMALL_BOLD, b->x + 12, b->y, b->w - 12,
                  f->p->word[HUE_REFUSAL], text);
        draw_about(f->d, t->stopped_va);
        box_cut_top(b, 19);
    }
    if (t->shown && b->h >= 24) {
        struct scene_step step = {.kind = STEP_BYTES,
                                  .shown = t->shown,
                                  .done = t->done,
                                  .length = whole_string ? t->done : t->length,
                                  .va = t->user_va,
                                  .refused = t->error != 0};
        memcpy(step.byte, t->data, t->shown);
        struct box cells = BOX(b->x + 12, b->y, b->w - 12, 0);
        double h = b->h >= 44 ? part_bytes(f, &step, cells) : 0;
        box_cut_top(b, h + 6);
    }
}

static void ring_line(struct frame *f, const struct ring_op *op, struct box *b)
{
    char text[200];
    double x = b->x;
    ring_op_text(card_of(f)->abi, op, text, sizeof text);
    x += draw_text(f->d, FONT_MONO_BOLD, x, b->y, b->w, f->p->ink, "ring") + 10;
    draw_text(f->d, FONT_MONO, x, b->y, box_right(*b) - x, f->p->soft, text);
    box_cut_top(b, 20);
}

static void mapping_line(struct frame *f, const struct mapping *m,
                         struct box *b)
{
    double x = b->x, y = b->y, right = box_right(*b);
    x += draw_text(f->d, FONT_MONO_BOLD, x, y, right - x, f->p->ink,
                   mapping_names[m->kind]) +
         10;
    x += frame_address(f, FONT_MONO, x, y, right - x, f->p->ink, m->va) + 10;
    if (m->kind >= MAPPING_WIRE)
        x += draw_textf(f->d, FONT_MONO, x, y, right - x, f->p->soft,
                        "%llu bytes", (unsigned long long)m->bytes) +
             12;
    else
        x += draw_textf(f->d, FONT_MONO, x, y, right - x, f->p->soft,
                        "frame 0x%llx", (unsigned long long)(m->pa >> 12)) +
             12;
    if (m->kind == MAPPING_WINDOW)
        frame_address(f, FONT_MONO, x, y, right - x, f->p->ink, m->window);
    else if (m->kind == MAPPING_COW)
        draw_textf(f->d, FONT_MONO, x, y, right - x, f->p->soft,
                   "instead of 0x%llx", (unsigned long long)(m->old_pa >> 12));
    else if (m->kind == MAPPING_MAP && x + 100 < right)
        part_flags(f, x, y, m->flags | PTE_V, 0);
    box_cut_top(b, 22);
}

/* The n-th line: a ring's operations stand before the transfers that are
 * theirs, the mappings behind. */
static void work_line(struct frame *f, const struct crossing *c, size_t n,
                      struct box *b)
{
    size_t t = 0, r = 0; /* t goes on through the mappings */
    bool ring;
    for (;; ring ? r++ : t++) {
        ring = r < c->ring_ops && (t >= c->transfers ||
                                   c->ring_op[r].clock <= c->transfer[t].clock);
        if (n-- == 0)
            break;
    }
    if (ring)
        ring_line(f, &c->ring_op[r], b);
    else if (t < c->transfers)
        transfer_line(f, &c->transfer[t], b);
    else
        mapping_line(f, &c->mapping[t - c->transfers], b);
}

void panel_transfers(struct frame *f, struct box b)
{
    const struct scene_card *card = card_of(f);
    const struct crossing *c = card->record;
    middle_tabs(f, PANEL_TRANSFERS, &b);
    frame_hot(f, b, HOT_SCROLL, PANEL_TRANSFERS, NULL);
    size_t total = c ? c->transfers + c->mappings + c->ring_ops : 0;
    if (total == 0) {
        draw_prose(f->d, FONT_TEXT, b.x, b.y + 4, b.w, 3, f->p->soft,
                   card->present
                       ? "This crossing copied nothing and mapped nothing."
                       : "Bytes copied and pages mapped stand here.");
        return;
    }
    long *scroll = &f->v->scroll[PANEL_TRANSFERS];
    long last = (long)total - 1;
    *scroll = *scroll > last ? last : *scroll < 0 ? 0 : *scroll;
    struct box whole = b;
    size_t first = (size_t)*scroll, i = first;
    b.w -= 10;
    for (; i < total && b.h >= 20; i++)
        work_line(f, c, i, &b);
    if (first || i < total)
        frame_scrollbar(f, whole, total, first,
                        i - first < total ? i - first : total - 1);
}
