/*
 * <sys/termios.h> - what <termios.h> needs and picolibc leaves to the system.
 * Every call here is one ioctl (termios.c).
 */
#ifndef SALLYPORT_SDK_SYS_TERMIOS_H
#define SALLYPORT_SDK_SYS_TERMIOS_H

#include <sallyport/termios.h>

#define TCSANOW   0
#define TCSADRAIN 1 /* when all output is written */
#define TCSAFLUSH 2 /* ... and what was typed and not read is gone */

int tcgetattr(int fd, struct termios *mode);
int tcsetattr(int fd, int when, const struct termios *mode);
/* Every key at once, as it is: no line editing, no echo, no signals. */
void cfmakeraw(struct termios *mode);

#endif
