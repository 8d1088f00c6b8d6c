/*
 * <sallyport/mman.h> - mmap's flags, as BSD has them. Programs include
 * <sys/mman.h>.
 */
#ifndef SALLYPORT_MMAN_H
#define SALLYPORT_MMAN_H

#define PROT_NONE     0
#define PROT_READ     1
#define PROT_WRITE    2 /* may be read as well: Sv39 has no write-only pages */
#define PROT_EXEC     4

#define MAP_SHARED    0x0001
#define MAP_PRIVATE   0x0002
#define MAP_FIXED     0x0010
#define MAP_ANON      0x1000
#define MAP_ANONYMOUS MAP_ANON

#endif
