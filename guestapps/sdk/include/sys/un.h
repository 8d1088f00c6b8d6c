/*
 * <sys/un.h> - names of sockets: paths.
 */
#ifndef SALLYPORT_SDK_UN_H
#define SALLYPORT_SDK_UN_H

#include <sallyport/socket.h>

/* The length of an address up to its path's NUL, if p->sun_path has one. */
#define SUN_LEN(p)                                                             \
    (__builtin_offsetof(struct sockaddr_un, sun_path) +                        \
     __builtin_strlen((p)->sun_path))

#endif
