/* print.c - formatted text for the kernel's few messages. It goes past the console's line
 * discipline. */
#include "kernel.h"

#define LINE_MAX_BYTES 512

struct sink {
    char *text;
    size_t used, size;
};

static void put(struct sink *s, char c) {
    if (s->used + 1 < s->size) s->text[s->used++] = c;
}

static void put_number(struct sink *s, uint64_t value, unsigned base) {
    char digits[20];
    unsigned n = 0;
    do {
        digits[n++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    while (n) put(s, digits[--n]);
}

static void put_signed(struct sink *s, int64_t value) {
    if (value < 0) put(s, '-');
    put_number(s, value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
}

/* One conversion; returns the character after it. */
static const char *convert(struct sink *s, const char *p, va_list *list) {
    bool wide = *p == 'l';
    if (wide) p++;
    switch (*p) {
    case 's':
        for (const char *t = va_arg(*list, const char *); *t; t++) put(s, *t);
        break;
    case 'd': put_signed(s, wide ? va_arg(*list, long) : va_arg(*list, int)); break;
    case 'u':
    case 'x':
        put_number(s, wide ? va_arg(*list, unsigned long) : va_arg(*list, unsigned),
                   *p == 'u' ? 10 : 16);
        break;
    default: put(s, *p);
    }
    return p + 1;
}

void print_to_list(char *text, size_t size, const char *format, va_list list) {
    struct sink s = {text, 0, size};
    va_list rest;
    va_copy(rest, list);
    for (const char *p = format; *p;)
        if (*p == '%') p = convert(&s, p + 1, &rest);
        else put(&s, *p++);
    va_end(rest);
    text[s.used] = '\0';
}

void print_to(char *text, size_t size, const char *format, ...) {
    va_list list;
    va_start(list, format);
    print_to_list(text, size, format, list);
    va_end(list);
}

void print(const char *format, ...) {
    char text[LINE_MAX_BYTES];
    va_list list;
    va_start(list, format);
    print_to_list(text, sizeof text, format, list);
    va_end(list);
    uart_write(text, strlen(text));
}
