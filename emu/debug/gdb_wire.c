/*
 * gdb_wire.c - see gdb_wire.h.
 */
#include "gdb_wire.h"

#include <stdio.h>
#include <string.h>

void gdb_wire_reset(struct gdb_wire *w)
{
    w->at = GDB_OUTSIDE;
    w->n = 0;
}

static void begin(struct gdb_wire *w)
{
    w->at = GDB_DATA;
    w->n = 0;
    w->sum = 0;
    w->escaped = w->too_long = false;
}

static enum gdb_wire_event outside(struct gdb_wire *w, uint8_t byte)
{
    switch (byte) {
    case '$':
        begin(w);
        return GDB_WIRE_NOTHING;
    case '-':
        return GDB_WIRE_AGAIN;
    case 0x03:
        return GDB_WIRE_INTERRUPT;
    default: /* + and whatever else */
        return GDB_WIRE_NOTHING;
    }
}

static void data(struct gdb_wire *w, uint8_t byte)
{
    if (byte == '#') {
        w->at = GDB_SUM_HIGH;
        return;
    }
    w->sum = (uint8_t)(w->sum + byte);
    if (byte == '}' && !w->escaped) {
        w->escaped = true;
        return;
    }
    if (w->n == GDB_PACKET_MAX)
        w->too_long = true;
    else
        w->packet[w->n++] = w->escaped ? byte ^ 0x20 : byte;
    w->escaped = false;
}

static enum gdb_wire_event complete(struct gdb_wire *w)
{
    w->at = GDB_OUTSIDE;
    w->packet[w->n] = '\0';
    if (w->given != w->sum)
        return GDB_WIRE_BAD;
    return w->too_long ? GDB_WIRE_TOO_LONG : GDB_WIRE_PACKET;
}

/* A $ within a packet begins another: the one before was cut off. */
enum gdb_wire_event gdb_wire_take(struct gdb_wire *w, uint8_t byte)
{
    int digit = gdb_hex_digit((char)byte);
    if (w->at == GDB_OUTSIDE)
        return outside(w, byte);
    if (byte == '$') {
        begin(w);
        return GDB_WIRE_NOTHING;
    }
    if (w->at == GDB_DATA) {
        data(w, byte);
        return GDB_WIRE_NOTHING;
    }
    if (digit < 0) {
        w->at = GDB_OUTSIDE;
        return GDB_WIRE_BAD;
    }
    if (w->at == GDB_SUM_LOW) {
        w->given = (uint8_t)(w->given | digit);
        return complete(w);
    }
    w->given = (uint8_t)(digit << 4);
    w->at = GDB_SUM_LOW;
    return GDB_WIRE_NOTHING;
}

size_t gdb_wire_frame(const void *bytes, size_t n, uint8_t *frame)
{
    const uint8_t *from = bytes;
    uint8_t sum = 0;
    size_t at = 0;
    char digits[3];
    frame[at++] = '$';
    for (size_t i = 0; i < n; i++) {
        bool escape = strchr("#$}*", from[i]) != NULL && from[i] != '\0';
        if (escape)
            frame[at++] = '}';
        frame[at++] = escape ? from[i] ^ 0x20 : from[i];
    }
    for (size_t i = 1; i < at; i++)
        sum = (uint8_t)(sum + frame[i]);
    frame[at++] = '#';
    snprintf(digits, sizeof digits, "%02x", sum);
    memcpy(frame + at, digits, 2);
    return at + 2;
}

/* ---- Hexadecimal ---- */

int gdb_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool gdb_hex_number(const char **at, uint64_t *value)
{
    unsigned digits = 0;
    *value = 0;
    for (; gdb_hex_digit(**at) >= 0; ++*at, digits++)
        *value = *value << 4 | (unsigned)gdb_hex_digit(**at);
    return digits > 0 && digits <= 16;
}

bool gdb_hex_bytes(const char *text, uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int high = gdb_hex_digit(text[2 * i]);
        int low = high < 0 ? -1 : gdb_hex_digit(text[2 * i + 1]);
        if (low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

void gdb_hex_text(const void *bytes, size_t n, char *text)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *from = bytes;
    for (size_t i = 0; i < n; i++) {
        *text++ = digits[from[i] >> 4];
        *text++ = digits[from[i] & 15];
    }
    *text = '\0';
}
