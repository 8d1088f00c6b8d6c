/*
 * <sys/dirent.h> - what <dirent.h> needs and picolibc leaves to the system.
 * The record is the kernel's own; DIR belongs to dirent.c.
 */
#ifndef SALLYPORT_SDK_SYS_DIRENT_H
#define SALLYPORT_SDK_SYS_DIRENT_H

#include <sallyport/dirent.h>

typedef struct __dir DIR;

#endif
