/*
 * number.h - numbers for reading.
 */
#ifndef SALLYPORT_NUMBER_H
#define SALLYPORT_NUMBER_H

#include "scene.h"

/* Thousands separated: "1,240". Returns text. */
const char *number_text(char text[32], uint64_t n);
/* A crossing's number: "118", on a branch "118b2". Returns text. */
const char *scene_number(const struct scene *s, uint64_t crossing,
                         char text[40]);

#endif
