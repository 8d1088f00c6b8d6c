/*
 * print.h - the kernel's own lines on the console.
 */
#ifndef KERNEL_PRINT_H
#define KERNEL_PRINT_H

#include <stdarg.h>
#include <stddef.h>

/* %s %c %d %u %x %lx %lu %ld %p %%, no widths. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As print, into size bytes, always NUL-ended; longer text is cut. */
void print_to(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void print_to_list(char *text, size_t size, const char *format, va_list list);

#endif
