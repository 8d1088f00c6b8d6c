/*
 * <sys/mman.h> - memory mappings and shared memory objects.
 */
#ifndef SALLYPORT_SDK_MMAN_H
#define SALLYPORT_SDK_MMAN_H

#include <stddef.h>
#include <sys/types.h>
#include <sallyport/mman.h>

#define MAP_FAILED ((void *)-1)

void *mmap(void *addr, size_t length, int prot, int flags, int fd,
           off_t offset);
int munmap(void *addr, size_t length);
int mprotect(void *addr, size_t length, int prot);
int shm_open(const char *name, int flags, mode_t mode);
int shm_unlink(const char *name);

#endif
