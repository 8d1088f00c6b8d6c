/*
 * <sys/ioctl.h> - what a device can do that is neither read nor write.
 *
 *     struct winsize size;
 *     ioctl(0, TIOCGWINSZ, &size);
 *
 * The third argument is a pointer to as many bytes as the request says, or, for
 * requests made by _IO, a value. The requests stand in abi/ioctl.def.
 */
#ifndef SALLYPORT_SDK_IOCTL_H
#define SALLYPORT_SDK_IOCTL_H

#include <sallyport/ioctl.h>

int ioctl(int fd, unsigned long request, ...);

#endif
