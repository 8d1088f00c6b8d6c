/*
 * fields.h - memory as a C structure, by a line of text that names its fields:
 *
 *     "rows:u16 columns:u16"        {rows=24 columns=80}
 *     "i32"                         {13}
 *     "at:x64 cc:u8[20]"            {at=0x12000 cc=[4 255 0 ...]}
 *
 * Types: u8 u16 u32 u64 i32 i64, x32 x64 in hexadecimal, TYPE[N]; pad[N] are N
 * bytes that are not shown. Fields lie where a C compiler puts them, each on a
 * multiple of its size.
 */
#ifndef SALLYPORT_FIELDS_H
#define SALLYPORT_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The structure's size in bytes; 0 for text that is no list of fields. */
size_t fields_size(const char *format);
/* The fields that the n bytes hold in whole, in text; "..." for the others.
 * Returns text; "{}" if the format has no field. */
const char *fields_text(const char *format, const uint8_t *bytes, size_t n,
                        char *text, size_t max);

#endif
