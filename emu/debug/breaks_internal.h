/*
 * breaks_internal.h - inside the set of breakpoints: what breaks*.c share. Not
 * for others.
 */
#ifndef SALLYPORT_BREAKS_INTERNAL_H
#define SALLYPORT_BREAKS_INTERNAL_H

#include "expression.h"
#include "target_internal.h"

#define FRAMES_MAX 64 /* in which the bytes of one watched page were seen */

struct entry;

/* An address that is watched for a breakpoint. */
struct spot {
    struct entry *entry;
    uint64_t va;
    struct symbols *symbols; /* what must lie there; NULL: whatever does */
    int watch;
};

/* A piece of watched memory, within one page, and every frame in which it was
 * seen: which of them counts is asked at each access. */
struct piece {
    struct entry *entry;
    uint64_t address; /* va, or pa */
    size_t bytes;
    uint64_t frame[FRAMES_MAX]; /* pa of the piece's first byte */
    int watch[FRAMES_MAX];
    size_t frames;
};

struct entry {
    struct breaks *breaks;
    struct breakpoint pub;
    struct expression *condition;
    struct spot *spot;
    size_t spots;
    struct piece *piece;
    size_t pieces;
};

struct breaks {
    struct target *target;
    struct entry **entry;
    size_t count, room;
    unsigned last_number;
    /* Images that were seen, each once: places are looked for in them. */
    struct symbols **image;
    size_t images;
    /* While armed. */
    bool armed, stale;
    enum break_mode mode;
    struct moment skip;
    struct break_hit hit;
};

/* breaks_text.c: fills pub from the text of a place. */
bool breaks_read_place(struct breaks *b, const char *text,
                       struct breakpoint *pub, char *why, size_t n);

/* breaks_find.c: notes the images there are now; true: one is new. */
bool breaks_note_images(struct breaks *b);
/* Fills spots or pieces of an entry. */
void breaks_find_spots(struct entry *e);
void breaks_find_pieces(struct entry *e);
/* Has a piece of watched memory come to lie in a frame it was not seen in? */
bool breaks_note_frames(struct entry *e);
/* Where a piece lies now; false: nowhere in RAM. */
bool breaks_piece_frame(const struct piece *p, uint64_t *pa);
bool breaks_has_places(const struct entry *e);

#endif
