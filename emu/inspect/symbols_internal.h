/*
 * symbols_internal.h - what the files of inspect/ that read one image share.
 * Not for other folders.
 *
 * symbols.c opens the image and owns this struct; lines.c, probes.c and
 * backtrace.c each fill and use their part.
 */
#ifndef SALLYPORT_SYMBOLS_INTERNAL_H
#define SALLYPORT_SYMBOLS_INTERNAL_H

#include "symbols.h"

#include <elfutils/libdw.h>
#include <gelf.h>

struct function {
    uint64_t va, bytes;
    const char *name; /* in the private copy of the image */
    bool sized;       /* a function with a size, not a bare label */
};

/* One row of the line table: [va, end) comes from file:line. */
struct line_row {
    uint64_t va, end;
    uint32_t file, line;
    bool statement; /* va begins a statement */
};

struct unwinder; /* backtrace.c */

struct symbols {
    char *name;
    uint8_t *image; /* private copy; libelf and libdw look into it */
    size_t image_bytes;
    Elf *elf;
    Dwarf *dwarf; /* NULL: none */
    struct symbols_segment *segment;
    size_t *segment_offset; /* file offset of each segment */
    size_t segments;
    uint8_t build_id[32];
    size_t build_id_bytes;
    uint64_t build_id_va;
    struct function *function; /* by address */
    size_t functions;
    struct function *by_name; /* every named symbol, by name */
    size_t names;
    struct line_row *row; /* by address */
    size_t rows;
    char **file;
    size_t files;
    struct probe *probe;
    size_t probes;
    char probes_why[160];
    const char *abi_text; /* in the image, not NUL-terminated */
    size_t abi_bytes;
    struct unwinder *unwinder; /* made at the first backtrace */
};

/* lines.c: reads the line tables; leaves none if there are none. Returns -1
 * only when memory is exhausted. */
int lines_read(struct symbols *s);
void lines_free(struct symbols *s);

/* notes.c: build-id, probes and the table note. */
int notes_read(struct symbols *s);

/* backtrace.c */
void unwinder_free(struct unwinder *u);

#endif
