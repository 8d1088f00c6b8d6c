/*
 * string.h - memory and string functions, as ISO C defines them. The compiler
 * may call the first four by itself.
 */
#ifndef KERNEL_STRING_H
#define KERNEL_STRING_H

#include <stdbool.h>
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);

/* Copies at most size - 1 bytes and always ends with a NUL. */
void string_copy(char *to, const char *from, size_t size);

#endif
