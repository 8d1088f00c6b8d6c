/*
 * <sallyport/dirent.h> - a directory entry as getdents hands it out. picolibc
 * has no <sys/dirent.h> for this machine; the SDK's includes this one.
 *
 * getdents fills the buffer with whole records, each d_reclen bytes long (a
 * multiple of 8), and returns the bytes used; 0 at the end, EINVAL if not even
 * one record fits. "." and ".." come first. Names made or removed between two
 * calls may or may not appear; every other name appears exactly once.
 * lseek(fd, d_off, SEEK_SET) goes on after that record; lseek to 0 rewinds.
 */
#ifndef SALLYPORT_DIRENT_H
#define SALLYPORT_DIRENT_H

#include <stdint.h>

#define DT_UNKNOWN 0
#define DT_FIFO    1
#define DT_CHR     2
#define DT_DIR     4
#define DT_REG     8
#define DT_SOCK    12

struct dirent {
    uint64_t d_ino;
    uint64_t d_off;    /* the directory offset after this record */
    uint16_t d_reclen; /* bytes of this record */
    uint8_t d_type;    /* DT_* */
    char d_name[256];  /* NUL-ended; the record may be shorter than this */
};

#endif
