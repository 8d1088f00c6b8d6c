/*
 * number.h - numbers for reading.
 */
#ifndef SALLYPORT_NUMBER_H
#define SALLYPORT_NUMBER_H

#include <stdint.h>

/* Thousands separated: "1,240". Returns text. */
const char *number_text(char text[32], uint64_t n);

#endif
