/*
 * socket.c - send and recv: sendto and recvfrom without an address.
 */
#include <sys/socket.h>

ssize_t send(int fd, const void *bytes, size_t n, int flags)
{
    return sendto(fd, bytes, n, flags, NULL, 0);
}

ssize_t recv(int fd, void *bytes, size_t n, int flags)
{
    return recvfrom(fd, bytes, n, flags, NULL, NULL);
}
