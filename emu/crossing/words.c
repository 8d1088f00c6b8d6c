/*
 * words.c - the small words that every text about crossings is made of.
 */
#include "state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct writer writer_on(char *text, size_t n)
{
    if (n > 0)
        text[0] = '\0';
    return (struct writer){text, n, 0};
}

void put_text(struct writer *w, const char *format, ...)
{
    va_list ap;
    if (w->used >= w->n)
        return;
    va_start(ap, format);
    int n = vsnprintf(w->text + w->used, w->n - w->used, format, ap);
    va_end(ap);
    w->used += n > 0 ? (size_t)n : 0;
    if (w->used > w->n - 1) /* cut, and ended */
        w->used = w->n - 1;
}

void pad_to(struct writer *w, size_t column)
{
    size_t spaces = w->used + 2 < column ? column - w->used : 2;
    put_text(w, "%*s", (int)spaces, "");
}

const char *transfer_name(enum transfer_kind kind)
{
    static const char *const name[] = {"copyin", "copyout", "copyinstr",
                                       "copyoutstr"};
    return name[kind];
}

/* ---- Bytes as C text ---- */

/* One byte of C text into out (at most 4 characters and NUL). */
static size_t escape(uint8_t byte, char out[5])
{
    static const char letters[] = "\aa\bb\tt\nn\vv\ff\rr\"\"\\\\";
    for (size_t i = 0; i + 1 < sizeof letters; i += 2)
        if (byte == (uint8_t)letters[i]) {
            out[0] = '\\';
            out[1] = letters[i + 1];
            return 2;
        }
    if (byte >= ' ' && byte <= '~') {
        out[0] = (char)byte;
        return 1;
    }
    return (size_t)snprintf(out, 5, "\\%03o", byte);
}

void bytes_text(const uint8_t *bytes, size_t n, char *text, size_t max)
{
    char piece[5];
    size_t used = 0, whole = 3; /* two quotes and NUL */
    for (size_t i = 0; i < n && whole <= max; i++)
        whole += escape(bytes[i], piece);
    if (max < 6) { /* no room for quotes and dots */
        if (max > 0)
            text[0] = '\0';
        return;
    }
    text[used++] = '"';
    for (size_t i = 0; i < n; i++) {
        size_t length = escape(bytes[i], piece);
        if (whole > max && used + length + sizeof "\"..." > max) {
            memcpy(text + used, "\"...", sizeof "\"...");
            return;
        }
        memcpy(text + used, piece, length);
        used += length;
    }
    memcpy(text + used, "\"", 2);
}

/* ---- Causes (privileged manual, table 4.2) ---- */

const char *interrupt_word(uint64_t code)
{
    switch (code) {
    case CPU_IRQ_SSI:
    case CPU_IRQ_MSI:
        return "software";
    case CPU_IRQ_STI:
    case CPU_IRQ_MTI:
        return "timer";
    case CPU_IRQ_SEI:
    case CPU_IRQ_MEI:
        return "external";
    default:
        return "unknown";
    }
}

const char *fault_access_word(uint64_t cause)
{
    switch (cause) {
    case 0:
    case 1:
    case 12:
        return "fetch";
    case 4:
    case 5:
    case 13:
        return "load";
    case 6:
    case 7:
    case 15:
        return "store";
    case 2:
        return "illegal instruction";
    case 3:
        return "breakpoint";
    default:
        return "exception";
    }
}

const char *fault_kind_word(uint64_t cause)
{
    switch (cause) {
    case 0:
    case 4:
    case 6:
        return "misaligned";
    case 1:
    case 5:
    case 7:
        return "access";
    case 12:
    case 13:
    case 15:
        return "page";
    default:
        return "";
    }
}

bool fault_has_address(uint64_t cause)
{
    return fault_kind_word(cause)[0] != '\0';
}

/* ---- Names ---- */

const char *error_name(const struct tracker *t, int error, char *text, size_t n)
{
    const char *name = t->abi != NULL ? abi_errno_name(t->abi, error) : NULL;
    if (name != NULL)
        snprintf(text, n, "%s", name);
    else
        snprintf(text, n, "errno %d", error);
    return text;
}

const char *signal_name(const struct tracker *t, int signal, char *text,
                        size_t n)
{
    const char *name = t->abi != NULL ? abi_signal_name(t->abi, signal) : NULL;
    if (name != NULL)
        snprintf(text, n, "%s", name);
    else
        snprintf(text, n, "signal %d", signal);
    return text;
}

void who_text(int pid, const char *name, char *text, size_t n)
{
    if (pid != 0)
        snprintf(text, n, "pid %d%s%s", pid, name[0] != '\0' ? " " : "", name);
    else
        snprintf(text, n, "%s", name[0] != '\0' ? name : "pid 0 kernel");
}
