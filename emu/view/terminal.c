/*
 * terminal.c - see terminal.h. A ring of lines; the screen is its last
 * TERMINAL_ROWS. The parser is a machine of four states: text, after ESC,
 * inside CSI, inside a string (OSC, DCS) to swallow.
 */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>

#define PARAMETERS 8

struct cell {
    uint32_t ch; /* 0: blank */
    bool bold;
};

struct terminal {
    struct cell line[TERMINAL_HISTORY][TERMINAL_COLUMNS];
    size_t lines; /* ever begun */
    size_t top;   /* first line of the screen */
    unsigned row, column;
    bool wrap_pending, bold;
    enum { TEXT, ESCAPE, CSI, STRING } state;
    unsigned parameter[PARAMETERS], parameters;
    uint32_t partial; /* of a UTF-8 character */
    unsigned missing;
    uint64_t version;
};

static struct cell *line_of(struct terminal *t, size_t line)
{
    return t->line[line % TERMINAL_HISTORY];
}

static void erase(struct terminal *t, size_t line, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to && i < TERMINAL_COLUMNS; i++)
        line_of(t, line)[i] = (struct cell){0};
}

struct terminal *terminal_create(void)
{
    struct terminal *t = calloc(1, sizeof *t);
    if (t)
        t->lines = 1;
    return t;
}

void terminal_destroy(struct terminal *t)
{
    free(t);
}

/* Makes the cursor's line exist. */
static void reach_row(struct terminal *t)
{
    while (t->lines <= t->top + t->row)
        erase(t, t->lines++, 0, TERMINAL_COLUMNS);
}

static void newline(struct terminal *t)
{
    if (t->row + 1 < TERMINAL_ROWS)
        t->row++;
    else
        t->top++;
    reach_row(t);
}

static void show(struct terminal *t, uint32_t ch)
{
    if (t->wrap_pending) {
        t->column = 0;
        newline(t);
    }
    line_of(t, t->top + t->row)[t->column] = (struct cell){ch, t->bold};
    t->wrap_pending = t->column + 1 == TERMINAL_COLUMNS;
    if (!t->wrap_pending)
        t->column++;
}

static void control(struct terminal *t, uint8_t byte)
{
    t->wrap_pending = false;
    switch (byte) {
    case '\n': /* the UART's driver sends no CR: a new line starts at 0 */
        newline(t);
        t->column = 0;
        break;
    case '\r':
        t->column = 0;
        break;
    case '\b':
        if (t->column > 0)
            t->column--;
        break;
    case '\t':
        t->column = (t->column | 7) + 1;
        if (t->column >= TERMINAL_COLUMNS)
            t->column = TERMINAL_COLUMNS - 1;
        break;
    case 0x1b:
        t->state = ESCAPE;
        break;
    default:
        break;
    }
}

/* Text as UTF-8; a broken sequence shows as U+FFFD. */
static void text(struct terminal *t, uint8_t byte)
{
    if (t->missing && (byte & 0xc0) == 0x80) {
        t->partial = t->partial << 6 | (byte & 0x3f);
        if (--t->missing == 0)
            show(t, t->partial);
        return;
    }
    if (t->missing) {
        t->missing = 0;
        show(t, 0xfffd);
    }
    if (byte < 0x20 || byte == 0x7f) {
        control(t, byte);
    } else if (byte < 0x80) {
        show(t, byte);
    } else if (byte >= 0xc2 && byte < 0xf5) {
        t->missing = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
        t->partial = byte & (0x3fu >> t->missing);
    } else {
        show(t, 0xfffd);
    }
}

static unsigned parameter(const struct terminal *t, unsigned i,
                          unsigned standard)
{
    return i < t->parameters && t->parameter[i] ? t->parameter[i] : standard;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* CSI J: 0 below the cursor, 1 above it, 2 and 3 all of the screen. */
static void erase_screen(struct terminal *t, unsigned how)
{
    size_t here = t->top + t->row;
    for (size_t line = t->top; line < t->lines; line++) {
        if ((how == 0 && line < here) || (how == 1 && line > here))
            continue;
        unsigned from = how == 0 && line == here ? t->column : 0;
        unsigned to =
            how == 1 && line == here ? t->column + 1 : TERMINAL_COLUMNS;
        erase(t, line, from, to);
    }
}

static void erase_line(struct terminal *t, unsigned how)
{
    unsigned from = how == 0 ? t->column : 0;
    unsigned to = how == 1 ? t->column + 1 : TERMINAL_COLUMNS;
    erase(t, t->top + t->row, from, to);
}

/* SGR: only what makes a difference here, bold and inverse. */
static void rendition(struct terminal *t)
{
    for (unsigned i = 0; i < t->parameters || i == 0; i++) {
        unsigned p = parameter(t, i, 0);
        if (p == 1 || p == 7)
            t->bold = true;
        else if (p == 0 || p == 22 || p == 27)
            t->bold = false;
    }
}

static void sequence(struct terminal *t, uint8_t last)
{
    unsigned n = least(parameter(t, 0, 1), TERMINAL_COLUMNS);
    t->wrap_pending = false;
    switch (last) {
    case 'A':
        t->row -= least(n, t->row);
        break;
    case 'B':
        t->row = least(t->row + n, TERMINAL_ROWS - 1);
        break;
    case 'C':
        t->column = least(t->column + n, TERMINAL_COLUMNS - 1);
        break;
    case 'D':
        t->column -= least(n, t->column);
        break;
    case 'G':
        t->column = n - 1;
        break;
    case 'H':
    case 'f':
        t->row = least(n, TERMINAL_ROWS) - 1;
        t->column = least(parameter(t, 1, 1), TERMINAL_COLUMNS) - 1;
        break;
    case 'J':
        erase_screen(t, parameter(t, 0, 0));
        break;
    case 'K':
        erase_line(t, parameter(t, 0, 0));
        break;
    case 'm':
        rendition(t);
        break;
    default:
        break;
    }
    reach_row(t);
}

static void csi(struct terminal *t, uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        if (t->parameters == 0)
            t->parameters = 1;
        if (t->parameters <= PARAMETERS) {
            unsigned *p = &t->parameter[t->parameters - 1];
            *p = least(*p * 10 + (byte - '0'), 9999);
        }
    } else if (byte == ';') {
        t->parameters += t->parameters == 0 ? 2 : 1;
        if (t->parameters > PARAMETERS)
            t->parameters = PARAMETERS;
    } else if (byte >= 0x40 && byte < 0x7f) {
        t->state = TEXT;
        sequence(t, byte);
    } else if (byte < 0x20) {
        t->state = TEXT;
        control(t, byte);
    }
}

static void escape(struct terminal *t, uint8_t byte)
{
    t->state = TEXT;
    if (byte == '[') {
        t->state = CSI;
        t->parameters = 0;
        memset(t->parameter, 0, sizeof t->parameter);
    } else if (byte == ']' || byte == 'P' || byte == '_' || byte == '^') {
        t->state = STRING;
    }
}

void terminal_put(struct terminal *t, uint8_t byte)
{
    t->version++;
    switch (t->state) {
    case TEXT:
        text(t, byte);
        break;
    case ESCAPE:
        escape(t, byte);
        break;
    case CSI:
        csi(t, byte);
        break;
    case STRING:
        if (byte == 0x07 || byte == '\n')
            t->state = TEXT;
        else if (byte == 0x1b)
            t->state = ESCAPE; /* ESC \ ends it */
        break;
    }
}

static size_t first_kept(const struct terminal *t)
{
    return t->lines > TERMINAL_HISTORY ? t->lines - TERMINAL_HISTORY : 0;
}

size_t terminal_lines(const struct terminal *t)
{
    return t->lines - first_kept(t);
}

static size_t encode(uint32_t ch, char out[4])
{
    if (ch < 0x80) {
        out[0] = (char)ch;
        return 1;
    }
    size_t n = ch < 0x800 ? 2 : ch < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, ch >>= 6)
        out[i] = (char)(0x80 | (ch & 0x3f));
    static const unsigned char mark[] = {0, 0, 0xc0, 0xe0, 0xf0};
    out[0] = (char)(mark[n] | ch);
    return n;
}

size_t terminal_line(const struct terminal *t, size_t line, char *out,
                     size_t room, bool bold[TERMINAL_COLUMNS])
{
    const struct cell *cell =
        line_of((struct terminal *)t, first_kept(t) + line);
    unsigned width = TERMINAL_COLUMNS;
    while (width > 0 && !cell[width - 1].ch)
        width--;
    size_t n = 0;
    for (unsigned i = 0; i < TERMINAL_COLUMNS; i++) {
        if (bold)
            bold[i] = cell[i].bold;
        if (i < width && n + 5 < room)
            n += encode(cell[i].ch ? cell[i].ch : ' ', out + n);
    }
    out[n] = '\0';
    return n;
}

void terminal_cursor(const struct terminal *t, size_t *line, unsigned *column)
{
    *line = t->top + t->row - first_kept(t);
    *column = t->column;
}

uint64_t terminal_version(const struct terminal *t)
{
    return t->version;
}
