/*
 * <sallyport/socket.h> - sockets between processes: constants and structures
 * as BSD has them. Programs include <sys/socket.h> and <sys/un.h>.
 */
#ifndef SALLYPORT_SOCKET_H
#define SALLYPORT_SOCKET_H

#include <stdint.h>

#define AF_UNSPEC     0
#define AF_UNIX       1
#define AF_LOCAL      AF_UNIX

#define SOCK_STREAM   1
#define SOCK_DGRAM    2
#define SOCK_CLOEXEC  0x10000000
#define SOCK_NONBLOCK 0x20000000

#define MSG_PEEK      0x2     /* look, and leave it there */
#define MSG_TRUNC     0x10    /* result: the datagram was longer */
#define MSG_CTRUNC    0x20    /* result: not all descriptors were taken */
#define MSG_WAITALL   0x40    /* wait for all that was asked for */
#define MSG_DONTWAIT  0x80    /* EAGAIN instead of waiting */
#define MSG_NOSIGNAL  0x20000 /* EPIPE without SIGPIPE */

#define SHUT_RD       0
#define SHUT_WR       1
#define SHUT_RDWR     2

#define SOMAXCONN     16 /* connections that wait for accept, at most */

#define SOL_SOCKET    0xffff
#define SCM_RIGHTS    1 /* descriptors: an array of int */

/* Limits of this kernel. */
#define SALLYPORT_SOCKET_PACKETS 16   /* in a queue; a page each */
#define SALLYPORT_DATAGRAM_MAX   2048 /* bytes of a datagram */
#define SALLYPORT_RIGHTS_MAX     16   /* descriptors in one message */

typedef uint32_t socklen_t;
typedef uint16_t sa_family_t;

struct sockaddr_un {
    sa_family_t sun_family; /* AF_UNIX */
    char sun_path[104];     /* a path, NUL-ended */
};

/* A control message: this, then its data. */
struct cmsghdr {
    socklen_t cmsg_len; /* of both */
    int cmsg_level;     /* SOL_SOCKET */
    int cmsg_type;      /* SCM_RIGHTS */
};

#endif
