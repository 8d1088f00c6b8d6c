/*
 * <sys/socket.h> - sockets between processes of this machine.
 */
#ifndef SALLYPORT_SDK_SOCKET_H
#define SALLYPORT_SDK_SOCKET_H

#include <sys/types.h>
#include <sys/uio.h>
#include <sallyport/socket.h>

struct sockaddr { /* any address: the calls take pointers to this */
    sa_family_t sa_family;
    char sa_data[14];
};

struct sockaddr_storage { /* as large as the largest */
    struct sockaddr_un ss_un;
};

struct msghdr {
    void *msg_name; /* datagram: whom to, who from */
    socklen_t msg_namelen;
    struct iovec *msg_iov;
    int msg_iovlen;
    void *msg_control; /* descriptors */
    socklen_t msg_controllen;
    int msg_flags; /* recvmsg: MSG_TRUNC, MSG_CTRUNC */
};

/* Control messages. CMSG_LEN(n) goes into cmsg_len; a buffer needs
 * CMSG_SPACE(n) bytes. */
#define CMSG_LEN(n)   ((socklen_t)sizeof(struct cmsghdr) + (socklen_t)(n))
#define CMSG_SPACE(n) ((CMSG_LEN(n) + 3u) & ~3u)
#define CMSG_DATA(c)  ((unsigned char *)((struct cmsghdr *)(c) + 1))
#define CMSG_FIRSTHDR(m)                                                       \
    ((m)->msg_controllen < sizeof(struct cmsghdr)                              \
         ? (struct cmsghdr *)0                                                 \
         : (struct cmsghdr *)(m)->msg_control)
/* This system's messages have one. */
#define CMSG_NXTHDR(m, c) ((void)(m), (void)(c), (struct cmsghdr *)0)

int socket(int domain, int type, int protocol);
int socketpair(int domain, int type, int protocol, int fds[2]);
int bind(int fd, const struct sockaddr *addr, socklen_t length);
int listen(int fd, int backlog);
int accept(int fd, struct sockaddr *addr, socklen_t *length);
int connect(int fd, const struct sockaddr *addr, socklen_t length);
ssize_t send(int fd, const void *bytes, size_t n, int flags);
ssize_t recv(int fd, void *bytes, size_t n, int flags);
ssize_t sendto(int fd, const void *bytes, size_t n, int flags,
               const struct sockaddr *addr, socklen_t length);
ssize_t recvfrom(int fd, void *bytes, size_t n, int flags,
                 struct sockaddr *addr, socklen_t *length);
ssize_t sendmsg(int fd, const struct msghdr *msg, int flags);
ssize_t recvmsg(int fd, struct msghdr *msg, int flags);
int shutdown(int fd, int how);

#endif
