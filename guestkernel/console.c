/* console.c - a person at a keyboard, as a file.
 *
 * Typed bytes are echoed and gathered into a line that can be edited, as long as the modes say
 * so (ICANON, ECHO, ISIG; else each byte is readable at once):
 *   Backspace, Delete   the last character      Ctrl-U  the whole line
 *   Ctrl-W              the last word           Ctrl-D  end of file
 *   Ctrl-C              SIGINT for the foreground group
 * Enter makes the line readable. A read returns at most one line.
 *
 * One ring holds both: [read, ready) may be read, [ready, edit) is still being typed. Ctrl-D
 * puts the byte END behind what it ends. */
#include "kernel.h"
#include <sallyport/ioctl.h>

#define RING_BYTES   4096
#define WRITE_CHUNK  512
#define CTRL(letter) ((letter) - '@')
#define END          CTRL('D')
#define DELETE       0x7f

static struct {
    struct inode *node;
    char ring[RING_BYTES];
    uint64_t read, ready, edit; /* counts, taken modulo RING_BYTES */
    int group;                  /* foreground process group, or 0 */
    struct wait_queue readers;
    struct termios mode;
    struct winsize size;
} console;

SYSCTL_INT(_kern, OID_AUTO, console_group, CTLFLAG_RD, &console.group, 0,
           "the process group that Ctrl-C means; 0: none");

void console_init(struct inode *node) {
    console.node = node;
    struct termios *t = &console.mode;
    t->c_iflag = ICRNL, t->c_cflag = CS8 | CREAD;
    t->c_lflag = ECHO | ECHOE | ECHOK | ISIG | ICANON | IEXTEN;
    t->c_cc[VEOF] = END, t->c_cc[VERASE] = DELETE, t->c_cc[VWERASE] = CTRL('W');
    t->c_cc[VKILL] = CTRL('U'), t->c_cc[VINTR] = CTRL('C'), t->c_cc[VMIN] = 1;
    t->c_ispeed = t->c_ospeed = 9600;
    console.size = (struct winsize){.ws_row = 24, .ws_col = 80};
}

struct inode *console_inode(void) {
    return console.node;
}

static bool has(tcflag_t mode) { return console.mode.c_lflag & mode; }
static char *slot(uint64_t position) { return &console.ring[position % RING_BYTES]; }

/* ---- Typing ---- */
static bool is_control(char c) { return (c < ' ' && c != '\t') || c == DELETE; }

static void show(const char *text, size_t n) {
    if (has(ECHO)) uart_write(text, n);
}

/* Control characters show as ^X, a tab as the one column it can be taken back by. */
static void echo(char c) {
    if (c == '\n') show("\n", 1);
    else if (is_control(c)) show((char[]){'^', c == DELETE ? '?' : c + '@'}, 2);
    else show(c == '\t' ? " " : &c, 1);
}

static bool is_utf8_tail(char c) { return (c & 0xc0) == 0x80; }

static void erase_character(void) {
    while (console.edit > console.ready && is_utf8_tail(*slot(console.edit - 1)))
        console.edit--;
    if (console.edit == console.ready) return;
    char c = *slot(--console.edit);
    show("\b \b\b \b", is_control(c) ? 6 : 3);
}

static void erase_word(void) {
    while (console.edit > console.ready && *slot(console.edit - 1) == ' ') erase_character();
    while (console.edit > console.ready && *slot(console.edit - 1) != ' ') erase_character();
}

static void make_readable(void) {
    console.ready = console.edit;
    sched_wake_all(&console.readers);
    poll_wake();
}

/* All that was typed and not read is gone. */
static void interrupt_typing(void) {
    echo(CTRL('C'));
    echo('\n');
    console.read = console.ready = console.edit;
    if (console.group) signal_send_group(console.group, SIGINT, SI_KERNEL);
}

/* Keeps a byte back for the newline that makes the line readable. */
static void add(char c) {
    bool end = has(ICANON) && c == END;
    bool readable = !has(ICANON) || c == '\n' || end;
    uint64_t limit = readable ? RING_BYTES : RING_BYTES - 2;
    if (console.edit - console.read >= limit) return;
    *slot(console.edit++) = c;
    if (!end) echo(c);
    if (readable) make_readable();
}

static void typed(char c) {
    if (c == '\r' && console.mode.c_iflag & ICRNL) c = '\n';
    if (c == CTRL('C') ? !has(ISIG) : !has(ICANON)) {
        add(c);
        return;
    }
    switch (c) {
    case '\0': break;
    case CTRL('C'): interrupt_typing(); break;
    case CTRL('U'):
        while (console.edit > console.ready) erase_character();
        break;
    case CTRL('W'): erase_word(); break;
    case '\b':
    case DELETE: erase_character(); break;
    default: add(c);
    }
}

void console_interrupt(void) {
    int c;
    while ((c = uart_read()) >= 0) typed((char)c);
}

/* ---- Reading and writing ---- */
/* Is there a line, or, without lines, what a read of n bytes waits for? */
static bool is_enough(uint64_t n) {
    uint64_t least = has(ICANON) ? 1 : console.mode.c_cc[VMIN];
    return console.ready - console.read >= min(least, n);
}

/* Bytes of the first line (or of all), at most n, in one piece from `from` on. */
static uint64_t input_piece(uint64_t from, uint64_t n) {
    uint64_t edge = RING_BYTES - from % RING_BYTES, i = 0;
    while (i < n && i < edge && from + i < console.ready) {
        char c = *slot(from + i);
        if (c == END && has(ICANON)) break;
        i++;
        if (c == '\n' && has(ICANON)) break;
    }
    return i;
}

/* Is what was read since `first` a whole line? */
static bool is_after_line(uint64_t first) {
    return has(ICANON) && console.read > first && *slot(console.read - 1) == '\n';
}

static int console_read(struct file *f, struct uio *u) {
    if (u->resid == 0) return 0;
    int error = 0;
    while (!error && !is_enough(u->resid)) error = file_wait(f, &console.readers, "console");
    uint64_t first = console.read, piece = 1;
    while (!error && u->resid && piece && !is_after_line(first)) {
        piece = input_piece(console.read, u->resid);
        error = uiomove_at(slot(console.read), piece, u, &console.read);
    }
    if (error) return error;
    /* What END ended was read, maybe nothing: end of file. Behind a whole line it stands for
     * the nothing after it, which the next read gets. */
    if (has(ICANON) && console.read < console.ready && *slot(console.read) == END &&
        !is_after_line(first))
        console.read++;
    return 0;
}

static int console_write(struct file *f, struct uio *u) {
    static char chunk[WRITE_CHUNK];
    while (u->resid) {
        uint64_t n = 0;
        int error = uiomove_at(chunk, sizeof chunk, u, &n);
        uart_write(chunk, n);
        if (error) return error;
        console_interrupt(); /* a long text must not keep a Ctrl-C waiting */
        if (signal_pending(sched.current)) break;
    }
    return 0;
}

static unsigned console_poll(struct file *f) {
    return console.read != console.ready ? POLLIN | POLLOUT : POLLOUT;
}

/* ---- Modes and the like ---- */
/* The keys stay. What is being typed is not a line any more, maybe: it can be read. */
static void set_mode(const struct termios *mode) {
    uint8_t least = mode->c_cc[VMIN];
    memcpy(&console.mode, mode, offsetof(struct termios, c_cc));
    console.mode.c_cc[VMIN] = least;
    if (!has(ICANON)) make_readable();
}

static int console_ioctl(struct file *f, uint32_t request, void *buffer) {
    switch (request) {
    case FIONREAD: *(int *)buffer = (int)(console.ready - console.read); return 0;
    case TIOCGETA: *(struct termios *)buffer = console.mode; return 0;
    case TIOCSETAF:
        console.read = console.ready = console.edit;
        /* fall through */
    case TIOCSETA:
    case TIOCSETAW: set_mode(buffer); return 0; /* output never waits here */
    case TIOCGWINSZ: *(struct winsize *)buffer = console.size; return 0;
    case TIOCSWINSZ:
        console.size = *(struct winsize *)buffer;
        signal_send_group(console.group, SIGWINCH, SI_KERNEL);
        return 0;
    case TIOCGPGRP: *(int *)buffer = console.group; return 0;
    case TIOCSPGRP:
        if (*(int *)buffer < 0) return EINVAL;
        console.group = *(int *)buffer;
        return 0;
    }
    return ENOTTY;
}

const struct file_ops console_ops = {console_read, console_write, device_close, console_ioctl,
                                     console_poll};
