/*
 * recording_private.h - the inside of a recording that is being written.
 *
 *   recording.c           life, batches, the end
 *   recording_create.c    the new file and what it begins with
 *   recording_crossings.c events into rows
 *   recording_state.c     snapshots
 */
#ifndef SALLYPORT_RECORD_RECORDING_PRIVATE_H
#define SALLYPORT_RECORD_RECORDING_PRIVATE_H

#include "../machine/packed.h"
#include "recording.h"
#include "schema.h"

#define INTERNED    4096 /* texts that are remembered; a power of two */
#define WHO_MAX     64
#define CONSOLE_MAX 512
#define BATCH_ROWS  1000

struct interned {
    uint64_t id;
    char *text;
};

/* Whom the last crossings were of. */
struct who {
    uint64_t id;
    uint64_t process, root, trapframe;
    int pid;
    char name[32];
};

/* Where things that belong to no crossing, or to an open one, stand. */
enum chain { OF_TRANSFER, OF_MAPPING, OF_LINK, OF_NESTED, OF_RING, CHAINS_OF };

struct recording {
    struct machine *machine;
    struct tracker *tracker;
    struct sources *sources;
    struct rows rows;
    char *path;
    uint64_t every;
    uint64_t batch_rows; /* since the last commit */
    uint64_t texts, whos, inputs, consoles, snapshots, images;
    uint64_t loose[CHAINS_OF]; /* of no crossing, so far */
    struct interned interned[INTERNED];
    struct who who[WHO_MAX];
    unsigned next_who, last_who;
    uint64_t *open; /* crossings that have begun and are not written */
    size_t opens, open_room;
    /* Console text of one process and crossing, not yet a row. */
    struct {
        uint64_t clock, crossing;
        int pid;
        size_t n;
        uint8_t bytes[CONSOLE_MAX];
    } console;
    struct machine_packer *packer;
    uint64_t snapshot_at; /* executed at the last one */
    size_t processes;     /* the first that were gone when last written */
    char **source;        /* names of those that are in */
    size_t sources_in;
};

/* ---- recording.c ---- */
struct recording *recording_new(const struct recording_desc *desc, char *why,
                                size_t why_bytes);
void recording_free(struct recording *r);
bool recording_put(struct recording *r, enum table table,
                   const struct value *row);
bool recording_commit(struct recording *r);
void recording_out_of_memory(struct recording *r);

/* ---- recording_create.c ---- */
bool recording_put_image(struct rows *rows, uint64_t id,
                         const struct recording_image *image);
bool recording_put_fact(struct rows *rows, const struct recording_fact *fact);
/* The tables that are the same from beginning to end. */
bool recording_put_tables(struct rows *rows, const struct tracker *t);
/* A file with schema, tables, images and facts, whole, at desc->path, opened
 * for more. NULL: why. */
sqlite3 *recording_make_file(const struct recording_desc *desc, char *why,
                             size_t why_bytes);

/* ---- recording_sources.c ---- */
/* The files that the image's line tables name and that were not yet put. */
void recording_put_sources(struct recording *r, const struct symbols *s);

/* ---- recording_crossings.c ---- */
void recording_listen(struct recording *r);
void recording_unlisten(struct recording *r);
void recording_put_console(struct recording *r);
/* Those that are still open. */
void recording_put_open(struct recording *r);
void recording_put_processes(struct recording *r);
void recording_put_tallies(struct recording *r);

#endif
