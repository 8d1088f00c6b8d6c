/*
 * symbols.h - what an ELF image says about its addresses: functions, source
 * lines, variables' names, its build-id, its probes and table notes. Read with
 * libdw/libelf; knows nothing of a running machine.
 */
#ifndef SALLYPORT_SYMBOLS_H
#define SALLYPORT_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbols;

/* Opens an image held in memory (copied). name is for messages and display.
 * An image without DWARF or symbols opens and answers false to most things.
 * Returns 0, or -1 with one line in why. */
int symbols_open(const uint8_t *bytes, size_t n, const char *name,
                 struct symbols **out, char *why, size_t why_bytes);
void symbols_close(struct symbols *s);
const char *symbols_name(const struct symbols *s);
/* The GNU build-id; returns its length, 0 if there is none. */
size_t symbols_build_id(const struct symbols *s, uint8_t id[32]);

/* Where the build-id's bytes stand in memory once loaded; 0: not loaded. */
uint64_t symbols_build_id_va(const struct symbols *s);

/* The loaded parts (PT_LOAD). The image's own bytes are [va, va+file_bytes). */
struct symbols_segment {
    uint64_t va, pa, bytes, file_bytes;
    bool executable, writable;
};
const struct symbols_segment *symbols_segments(const struct symbols *s,
                                               size_t *n);
/* The image's address for a physical one, by its load addresses; false if the
 * image was not loaded there. */
bool symbols_from_physical(const struct symbols *s, uint64_t pa, uint64_t *va);
/* The n bytes that the file holds for va, or NULL if it does not hold all. */
const uint8_t *symbols_bytes(const struct symbols *s, uint64_t va, size_t n);

/* The function that holds va. name is the image's, valid until close. */
bool symbols_function(const struct symbols *s, uint64_t va, const char **name,
                      uint64_t *start, uint64_t *bytes);
/* "copyin+0x1c" into text; false (and "0x..." in text) if unknown. */
bool symbols_describe(const struct symbols *s, uint64_t va, char *text,
                      size_t text_bytes);
/* Source position of va: a path as in the line table, relative to the
 * project's root for our own images. */
bool symbols_line(const struct symbols *s, uint64_t va, const char **file,
                  unsigned *line);
/* The files that the line tables name, each once: i from 0; NULL behind the
 * last. */
const char *symbols_file(const struct symbols *s, size_t i);
/* Addresses that begin a statement of file:line (file may be a suffix such as
 * "copy.c"). Returns how many there are; writes up to max. */
size_t symbols_line_addresses(const struct symbols *s, const char *file,
                              unsigned line, uint64_t *va, size_t max);
/* A symbol by name. */
bool symbols_address(const struct symbols *s, const char *name, uint64_t *va,
                     uint64_t *bytes);

/* Named symbols that begin so, in order of name; returns how many there are,
 * writes up to max. For completion. */
size_t symbols_beginning(const struct symbols *s, const char *stem,
                         const char **name, size_t max);

/* ---- Source text ---- */
/* One file's lines, found under the directories of the search path (the
 * project's root, --source); kept until symbols_close. NULL if not found. */
struct source_file {
    const char *path;
    size_t lines;
    const char *const *line; /* line[0] is line 1, no newline, tabs as is */
};
struct sources;
struct sources *sources_create(void);
void sources_add_root(struct sources *s, const char *directory);
/* The text of the file of this name, whatever the roots hold; copied. */
void sources_add_text(struct sources *s, const char *path, const char *text,
                      size_t n);
const struct source_file *sources_find(struct sources *s, const char *path);
void sources_destroy(struct sources *s);

/* ---- Probes (SDT notes) ---- */
#define PROBE_ARGS_MAX 6
struct probe_arg {
    int size; /* 1 2 4 8, negative: signed */
    enum { PROBE_REGISTER, PROBE_MEMORY, PROBE_CONSTANT } where;
    unsigned reg;   /* REGISTER, MEMORY: x-register number */
    int64_t offset; /* MEMORY: reg + offset; CONSTANT: the value */
};
struct probe {
    uint64_t pc;
    const char *provider, *name;
    unsigned nargs;
    struct probe_arg arg[PROBE_ARGS_MAX];
};
/* All probes of the image, in address order. A malformed note is left out and
 * said by symbols_probes_why (empty if none). A name may have several addresses
 * (each inlining of the code around it yields its own note). */
const struct probe *symbols_probes(const struct symbols *s, size_t *n);
const char *symbols_probes_why(const struct symbols *s);

/* ---- The kernel's tables (note "Sallyport", type 1; see platform.h) ---- */
enum abi_kind { /* of an argument or a result */
                ABI_NONE,
                ABI_INT,
                ABI_UINT,
                ABI_HEX,
                ABI_SIZE,
                ABI_OFF,
                ABI_FD,
                ABI_PID,
                ABI_SIG,
                ABI_PTR,
                ABI_PATH,
                ABI_STR,
                ABI_STRV,
                ABI_IN,
                ABI_OUT,
                ABI_INOUT,
                ABI_FLAGS,
                ABI_MODE,  /* permission bits, of what flags before it make */
                ABI_MSG,   /* a Mach message's address; flags come next */
                ABI_IOCTL, /* a request; what it is about comes next */
                ABI_IOV,
                ABI_POLLFD,
                ABI_INTS,     /* arrays; how many comes next */
                ABI_SOCKADDR, /* its length comes next */
                ABI_MSGHDR,
                ABI_RCVHDR, /* one that receives: its descriptors are not said
                             */
};
struct abi_arg {
    char name[24];
    enum abi_kind kind;
    int length_arg;   /* IN/OUT/INOUT: index of the length argument or -1 */
    uint64_t length;  /* ... then the fixed length */
    char flags[24];   /* FLAGS: the type's name */
    char format[200]; /* memory that is a structure: its fields, else "" */
};
struct abi_call {
    uint64_t number;
    char name[48];
    enum abi_kind result;
    char result_flags[24]; /* result FLAGS: the type's name */
    unsigned nargs;
    struct abi_arg arg[6];
    char help[160];
};
struct abi; /* calls, errno names, signal names, flag sets */
/* From an image's note; NULL and why if it has none or it is malformed. An
 * argument or result type that this build does not know is shown raw: the
 * kernel may be newer. The same text may come from a file (--abi), where it is
 * a mistake. */
struct abi *abi_from_symbols(const struct symbols *s, char *why, size_t n);
struct abi *abi_from_text(const char *text, const char *name, char *why,
                          size_t n);
void abi_free(struct abi *abi);
const struct abi_call *abi_find(const struct abi *abi, uint64_t number);
const struct abi_call *abi_by_index(const struct abi *abi, size_t index);
const char *abi_errno_name(const struct abi *abi, int number);  /* or NULL */
const char *abi_errno_help(const struct abi *abi, int number);  /* or NULL */
const char *abi_signal_name(const struct abi *abi, int number); /* or NULL */
/* "host_memory", "host_memory reply", "17": what a message's number means. */
const char *abi_message_name(const struct abi *abi, int id, char *text,
                             size_t n);
/* "TIOCGWINSZ [IOR 't' 104 8 bytes]": an ioctl request's name, if it has one,
 * and what its bits say. */
const char *abi_request_text(const struct abi *abi, uint32_t request,
                             char *text, size_t n);
/* The fields of what the request carries (fields.h), or NULL: not known. */
const char *abi_request_format(const struct abi *abi, uint32_t request);
#define ABI_REQUEST_IN(request)    ((request) >> 31 & 1)
#define ABI_REQUEST_BYTES(request) ((request) >> 16 & 0x1fff)
/* "O_WRONLY|O_CREAT|0x80" */
void abi_format_flags(const struct abi *abi, const char *type, uint64_t value,
                      char *text, size_t n);

#endif
