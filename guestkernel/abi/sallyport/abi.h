/*
 * <sallyport/abi.h> - what the kernel and its programs agree on and picolibc
 * does not already say. errno values, open flags, struct stat, signal numbers
 * and wait statuses are picolibc's: both sides include its headers.
 * The calls themselves are in ../syscall.def; how a program is started, in
 * ../README.md.
 */
#ifndef SALLYPORT_ABI_H
#define SALLYPORT_ABI_H

#include <stdint.h>

/* Call numbers: SYS_read, SYS_write, ... (C only; assembly expands
 * syscall.def with a CALL macro of its own). */
enum {
#define CALL(number, name, result, args, help) SYS_##name = number,
#include "../syscall.def"
#undef CALL
};

/* Limits of this kernel. */
#define SALLYPORT_PATH_MAX       1024  /* bytes of a path, its NUL included */
#define SALLYPORT_NAME_MAX       255   /* bytes of one name, without a NUL */
#define SALLYPORT_OPEN_MAX       64    /* descriptors of a process */
#define SALLYPORT_PROC_MAX       64    /* processes */
#define SALLYPORT_IOV_MAX        1024  /* pieces of a readv or writev */
#define SALLYPORT_PIPE_BUF       512   /* a write up to this is never split */
#define SALLYPORT_PIPE_CAPACITY  4096  /* bytes a pipe holds */
#define SALLYPORT_ARG_MAX        65536 /* bytes of argv and envp together */
#define SALLYPORT_ARG_STRING_MAX 4096  /* bytes of one string, with its NUL */
#define SALLYPORT_ARG_COUNT_MAX  500   /* strings of argv and envp together */
#define SALLYPORT_KBUF_BYTES     65536 /* /dev/kbuf */
#define SALLYPORT_STACK_BYTES    0x100000 /* of a program; a guard below it */

/* One process, as getprocs fills it in: lowest pid first, whole records only;
 * the call returns bytes written (n * sizeof(struct procinfo)). A buffer of
 * SALLYPORT_PROC_MAX records always suffices. */
struct procinfo {
    int32_t pid;
    int32_t ppid;
    int32_t pgid;
    char state;          /* R running or runnable, S sleeping, Z zombie */
    char reserved;       /* zero */
    uint16_t uid;        /* its user */
    uint32_t pages;      /* frames mapped, shared ones included */
    uint32_t heap_bytes; /* what sbrk has given, zero for a zombie */
    char name[32];       /* NUL-ended last part of the program's path */
};

#endif
