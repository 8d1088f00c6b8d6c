/*
 * snapshot.c - the whole machine at one clock, and back to it.
 *
 * RAM is kept as the pages that are not all zero. Going back writes only the
 * pages that differ and tells the hart of those alone: translated code on all
 * others stays good.
 */
#include "state.h"

#include <stdlib.h>
#include <string.h>

struct machine_snapshot {
    struct machine_small small;
    size_t *page_index; /* rising */
    uint8_t *pages;     /* page_count pages */
    size_t page_count;
};

static size_t count_pages(const struct machine *m)
{
    size_t count = 0;
    for (size_t at = 0; at < m->ram_bytes; at += MACHINE_PAGE)
        count += !page_is_zero(m->ram + at);
    return count;
}

static bool save_ram(const struct machine *m, struct machine_snapshot *s)
{
    size_t room = count_pages(m);
    s->page_index = calloc(room + 1, sizeof *s->page_index);
    s->pages = malloc((room + 1) * MACHINE_PAGE);
    if (s->page_index == NULL || s->pages == NULL)
        return false;
    for (size_t at = 0; at < m->ram_bytes; at += MACHINE_PAGE) {
        if (page_is_zero(m->ram + at))
            continue;
        memcpy(s->pages + s->page_count * MACHINE_PAGE, m->ram + at,
               MACHINE_PAGE);
        s->page_index[s->page_count++] = at / MACHINE_PAGE;
    }
    return true;
}

static bool save_input(const struct machine *m, struct machine_small *s)
{
    const struct input_queue *q = &m->input;
    s->input_count = q->count;
    s->input = calloc(q->count + 1, sizeof *s->input);
    if (s->input == NULL)
        return false;
    if (q->count > 0)
        memcpy(s->input, q->bytes + q->first, q->count * sizeof *s->input);
    return true;
}

bool small_save(struct machine *m, struct machine_small *s)
{
    memcpy(&s->saved, &m->s, sizeof s->saved);
    s->cpu = malloc(cpu_state_bytes(m->cpu));
    if (s->cpu == NULL || !save_input(m, s) || !disk_save(&m->disk, &s->disk)) {
        small_release(s);
        return false;
    }
    cpu_save(m->cpu, s->cpu);
    return true;
}

void small_release(struct machine_small *s)
{
    disk_copy_release(&s->disk);
    free(s->input);
    free(s->cpu);
    memset(s, 0, sizeof *s);
}

struct machine_snapshot *machine_snapshot(struct machine *m)
{
    struct machine_snapshot *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    if (!small_save(m, &s->small) || !save_ram(m, s)) {
        machine_snapshot_free(s);
        return NULL;
    }
    return s;
}

void snapshot_put_page(struct machine *m, size_t index, const uint8_t *page)
{
    uint8_t *to = m->ram + index * MACHINE_PAGE;
    if (page != NULL && memcmp(to, page, MACHINE_PAGE) == 0)
        return;
    if (page == NULL && page_is_zero(to))
        return;
    if (page != NULL)
        memcpy(to, page, MACHINE_PAGE);
    else
        memset(to, 0, MACHINE_PAGE);
    machine_wrote(m, PLAT_RAM_BASE + index * MACHINE_PAGE, MACHINE_PAGE);
}

static void restore_ram(struct machine *m, const struct machine_snapshot *s)
{
    size_t next = 0;
    for (size_t i = 0; i < m->ram_bytes / MACHINE_PAGE; i++) {
        bool saved = next < s->page_count && s->page_index[next] == i;
        snapshot_put_page(m, i, saved ? s->pages + next * MACHINE_PAGE : NULL);
        next += saved;
    }
}

/* Room was there when the snapshot was taken, and the queue never shrinks. */
static void restore_input(struct machine *m, const struct machine_small *s)
{
    struct input_queue *q = &m->input;
    q->first = 0;
    q->count = 0;
    if (s->input_count > 0 && console_reserve(q, s->input_count))
        memcpy(q->bytes, s->input, s->input_count * sizeof *q->bytes);
    q->count = s->input_count;
}

void small_restore(struct machine *m, const struct machine_small *s)
{
    memcpy(&m->s, &s->saved, sizeof m->s);
    restore_input(m, s);
    disk_restore(&m->disk, &s->disk);
    cpu_restore(m->cpu, s->cpu);
    m->stop_requested = false;
    m->asking = false;
    m->next_ask = 0;
    m->lines_known = false;
    lines_update(m);
}

void machine_restore(struct machine *m, const struct machine_snapshot *s)
{
    restore_ram(m, s);
    small_restore(m, &s->small);
}

void machine_snapshot_free(struct machine_snapshot *s)
{
    if (s == NULL)
        return;
    small_release(&s->small);
    free(s->page_index);
    free(s->pages);
    free(s);
}
