/*
 * <sallyport/termios.h> - a terminal's modes and size, with BSD's numbers. The
 * console heeds ICRNL, ECHO, ICANON, ISIG and VMIN; its keys are fixed, and
 * what else is set is kept and has no effect.
 */
#ifndef SALLYPORT_TERMIOS_H
#define SALLYPORT_TERMIOS_H

#include <stdint.h>

typedef uint32_t tcflag_t;
typedef uint32_t speed_t;
typedef uint8_t cc_t;

#define NCCS 20
struct termios {
    tcflag_t c_iflag, c_oflag, c_cflag, c_lflag;
    cc_t c_cc[NCCS];
    speed_t c_ispeed, c_ospeed; /* baud */
};

struct winsize {
    uint16_t ws_row, ws_col;       /* characters */
    uint16_t ws_xpixel, ws_ypixel; /* 0: not known */
};

/* c_iflag */
#define BRKINT  0x002
#define INPCK   0x010
#define ISTRIP  0x020
#define INLCR   0x040
#define IGNCR   0x080
#define ICRNL   0x100 /* Enter, a carriage return, arrives as a newline */
#define IXON    0x200
/* c_oflag */
#define OPOST   0x001
#define ONLCR   0x002
/* c_cflag */
#define CSIZE   0x300
#define CS8     0x300
#define CREAD   0x800
#define PARENB  0x1000
/* c_lflag */
#define ECHOE   0x002
#define ECHOK   0x004
#define ECHO    0x008 /* what is typed shows */
#define ECHONL  0x010
#define ISIG    0x080 /* Ctrl-C is a signal, no byte */
#define ICANON  0x100 /* lines, which can be edited until Enter */
#define IEXTEN  0x400
/* c_cc */
#define VEOF    0
#define VERASE  3
#define VWERASE 4
#define VKILL   5
#define VINTR   8
#define VMIN    16 /* without ICANON: a read waits for so many bytes */
#define VTIME   17

#endif
