/*
 * console.c - a person at a keyboard, as a file.
 *
 * Typed bytes are echoed and gathered into a line that can be edited:
 *   Backspace, Delete   the last character      Ctrl-U  the whole line
 *   Ctrl-W              the last word           Ctrl-D  end of file
 *   Ctrl-C              SIGINT for the foreground group
 * Enter makes the line readable. A read returns at most one line.
 *
 * One ring holds both: [read, ready) may be read, [ready, edit) is still being
 * typed. Ctrl-D puts the byte END behind what it ends.
 */
#include "console.h"
#include "file.h"
#include "poll.h"
#include "proc.h"
#include "sched.h"
#include "signals.h"
#include "string.h"
#include "sysctl.h"
#include "uart.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>

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
} console;

SYSCTL_INT(_kern, OID_AUTO, console_group, CTLFLAG_RD, &console.group, 0,
           "the process group that Ctrl-C means; 0: none");

void console_init(struct inode *node) { console.node = node; }

struct inode *console_inode(void) {
    return console.node;
}

void console_set_group(int pgid) { console.group = pgid; }

static char *slot(uint64_t position) {
    return &console.ring[position % RING_BYTES];
}

/* ---- Typing ---- */

static bool is_control(char c) { return (c < ' ' && c != '\t') || c == DELETE; }

/* Control characters show as ^X, a tab as the one column it can be taken back
 * by. */
static void echo(char c) {
    if (c == '\n')
        uart_write("\n", 1);
    else if (is_control(c))
        uart_write((char[]){'^', c == DELETE ? '?' : c + '@'}, 2);
    else
        uart_write(c == '\t' ? " " : &c, 1);
}

static bool is_utf8_tail(char c) { return (c & 0xc0) == 0x80; }

static void erase_character(void) {
    while (console.edit > console.ready &&
           is_utf8_tail(*slot(console.edit - 1)))
        console.edit--;
    if (console.edit == console.ready) return;
    char c = *slot(--console.edit);
    uart_write("\b \b\b \b", is_control(c) ? 6 : 3);
}

static void erase_line(void) {
    while (console.edit > console.ready) erase_character();
}

static void erase_word(void) {
    while (console.edit > console.ready && *slot(console.edit - 1) == ' ')
        erase_character();
    while (console.edit > console.ready && *slot(console.edit - 1) != ' ')
        erase_character();
}

static void wake_readers(void) {
    sched_wake_all(&console.readers);
    poll_wake();
}

static void make_readable(void) {
    console.ready = console.edit;
    wake_readers();
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
    uint64_t limit = c == '\n' || c == END ? RING_BYTES : RING_BYTES - 2;
    if (console.edit - console.read >= limit) return;
    *slot(console.edit++) = c;
    if (c != END) echo(c);
    if (c == '\n' || c == END) make_readable();
}

static void typed(char c) {
    switch (c) {
    case '\0':
        break;
    case CTRL('C'):
        interrupt_typing();
        break;
    case CTRL('U'):
        erase_line();
        break;
    case CTRL('W'):
        erase_word();
        break;
    case '\b':
    case DELETE:
        erase_character();
        break;
    default:
        add(c == '\r' ? '\n' : c);
    }
}

void console_interrupt(void) {
    int c;
    while ((c = uart_read()) >= 0) typed((char)c);
}

/* ---- Reading and writing ---- */

static int wait_for_line(const struct file *f) {
    int error = 0;
    while (!error && console.read == console.ready) {
        if (f->flags & O_NONBLOCK) return EAGAIN;
        error = sched_sleep(&console.readers, "console");
    }
    return error;
}

/* Bytes of the first line, at most n, that lie in one piece from `from` on. */
static uint64_t line_piece(uint64_t from, uint64_t n) {
    uint64_t edge = RING_BYTES - from % RING_BYTES, i = 0;
    while (i < n && i < edge && from + i < console.ready) {
        char c = *slot(from + i);
        if (c == END) break;
        i++;
        if (c == '\n') break;
    }
    return i;
}

static int console_read(struct file *f, struct uio *u) {
    if (u->resid == 0) return 0;
    int error = wait_for_line(f);
    uint64_t first = console.read, piece = 1;
    while (!error && u->resid && piece &&
           (console.read == first || *slot(console.read - 1) != '\n')) {
        piece = line_piece(console.read, u->resid);
        error = uiomove_at(slot(console.read), piece, u, &console.read);
    }
    if (error) return error;
    /* What END ended was read, maybe nothing: end of file. Behind a whole line
     * it stands for the nothing after it, which the next read gets. */
    bool whole_line = console.read > first && *slot(console.read - 1) == '\n';
    if (console.read < console.ready && *slot(console.read) == END &&
        !whole_line)
        console.read++;
    return 0;
}

static int console_write(struct file *f, struct uio *u) {
    static char chunk[WRITE_CHUNK];
    (void)f;
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
    (void)f;
    return console.read != console.ready ? POLLIN | POLLOUT : POLLOUT;
}

static void console_close(struct file *f) { inode_drop(f->inode); }

const struct file_ops console_ops = {console_read, console_write, console_close,
                                     NULL, console_poll};
