/*
 * gdb_wire.h - the frames of GDB's remote protocol: $data#checksum, + and -,
 * the interrupt byte, escapes. Takes bytes one by one, from whoever sends them.
 *
 *   $ d a t a } x # c c     }x stands for x ^ 0x20; cc is the sum of all bytes
 *                           between $ and #, as two hexadecimal digits
 */
#ifndef SALLYPORT_GDB_WIRE_H
#define SALLYPORT_GDB_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GDB_PACKET_MAX 16384 /* bytes of data in one packet */

enum gdb_wire_event {
    GDB_WIRE_NOTHING,   /* go on */
    GDB_WIRE_PACKET,    /* packet[0..n) is complete, and a NUL behind it */
    GDB_WIRE_BAD,       /* a packet whose checksum is wrong */
    GDB_WIRE_TOO_LONG,  /* one of more than GDB_PACKET_MAX bytes */
    GDB_WIRE_AGAIN,     /* -: the last answer did not arrive */
    GDB_WIRE_INTERRUPT, /* Ctrl-C, outside a packet */
};

struct gdb_wire {
    enum { GDB_OUTSIDE, GDB_DATA, GDB_SUM_HIGH, GDB_SUM_LOW } at;
    bool escaped, too_long;
    uint8_t sum, given;
    size_t n;
    uint8_t packet[GDB_PACKET_MAX + 1];
};

void gdb_wire_reset(struct gdb_wire *w);
enum gdb_wire_event gdb_wire_take(struct gdb_wire *w, uint8_t byte);
/* A packet of these n bytes into frame, which has room for
 * GDB_FRAME_BYTES(n). Returns its length. */
#define GDB_FRAME_BYTES(n) (2 * (n) + 4)
size_t gdb_wire_frame(const void *data, size_t n, uint8_t *frame);

/* ---- Hexadecimal ---- */
/* 0..15, or -1. */
int gdb_hex_digit(char c);
/* Reads digits at *at and moves it behind them. False: none, or too many. */
bool gdb_hex_number(const char **at, uint64_t *value);
/* 2n digits into n bytes; false: another character. */
bool gdb_hex_bytes(const char *text, uint8_t *bytes, size_t n);
/* n bytes into 2n digits and a NUL. */
void gdb_hex_text(const void *bytes, size_t n, char *text);

#endif
