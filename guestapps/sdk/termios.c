/*
 * termios.c - the terminal's calls: each is an ioctl under a name of POSIX's.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

int tcgetattr(int fd, struct termios *mode)
{
    return ioctl(fd, TIOCGETA, mode);
}

int tcsetattr(int fd, int when, const struct termios *mode)
{
    static const unsigned long request[] = {TIOCSETA, TIOCSETAW, TIOCSETAF};
    if (when < TCSANOW || when > TCSAFLUSH) {
        errno = EINVAL;
        return -1;
    }
    return ioctl(fd, request[when], mode);
}

void cfmakeraw(struct termios *mode)
{
    mode->c_iflag &=
        ~(tcflag_t)(BRKINT | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    mode->c_oflag &= ~(tcflag_t)OPOST;
    mode->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    mode->c_cflag = (mode->c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
    mode->c_cc[VMIN] = 1;
    mode->c_cc[VTIME] = 0;
}

pid_t tcgetpgrp(int fd)
{
    int group;
    return ioctl(fd, TIOCGPGRP, &group) < 0 ? -1 : group;
}

int tcsetpgrp(int fd, pid_t pgid)
{
    int group = pgid;
    return ioctl(fd, TIOCSPGRP, &group);
}

/* A terminal is what has a terminal's modes. */
int isatty(int fd)
{
    struct termios mode;
    return tcgetattr(fd, &mode) == 0;
}
