/*
 * outcomes.c - what came of a call, in plain words: the result and what it
 * means, what was got by it, and how pages took the place of copying.
 */
#include "state.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* ---- The result ---- */

/* "No such file or directory" -> ": no such file or directory" */
static void put_error_help(struct writer *w, const struct tracker *t, int error)
{
    const char *help = t->abi != NULL ? abi_errno_help(t->abi, error) : NULL;
    if (help != NULL && isupper((unsigned char)help[0]) &&
        !isupper((unsigned char)help[1]))
        put_text(w, ": %c%s", tolower((unsigned char)help[0]), help + 1);
    else if (help != NULL)
        put_text(w, ": %s", help);
}

void outcome_put_result(struct writer *w, const struct tracker *t,
                        const struct crossing *c)
{
    char text[160];
    const char *name = c->call != NULL ? c->call->name : "the call";
    crossing_result(t, c, text, sizeof text);
    if (c->call != NULL && is_error(c->result)) {
        put_text(w, " %s returned -1, errno %s", name, text + 3);
        put_error_help(w, t, (int)-(int64_t)c->result);
        put_text(w, ".");
        return;
    }
    const char *help = message_result_help(text);
    if (strcmp(text, "KERN_SUCCESS") == 0)
        put_text(w, " It worked.");
    else if (c->call != NULL && c->call->result == ABI_NONE && c->result == 0)
        put_text(w, " It worked.");
    else
        put_text(w, " %s returned %s%s%s.", name, text, help ? ": " : "",
                 help ? help : "");
}

/* ---- What was got ---- */

/* The last n bytes that were copied out in one go; false: there are none. */
static bool copied_out(const struct crossing *c, void *to, size_t n)
{
    for (size_t i = c->transfers; i-- > 0;) {
        const struct transfer *x = &c->transfer[i];
        if (x->kind == TRANSFER_COPYOUT && x->error == 0 && x->length == n &&
            x->shown == n) {
            memcpy(to, x->data, n);
            return true;
        }
    }
    return false;
}

static void put_name(struct writer *w, const struct crossing *c)
{
    uint32_t name;
    if (c->result == 0 && copied_out(c, &name, sizeof name) && name != 0)
        put_text(w, " Its name for it is 0x%x.", name);
}

static void put_pipe(struct writer *w, const struct crossing *c)
{
    int32_t fd[2];
    if (c->result == 0 && copied_out(c, fd, sizeof fd))
        put_text(w, " Descriptor %d reads what is written to descriptor %d.",
                 fd[0], fd[1]);
}

static void put_pair(struct writer *w, const struct crossing *c)
{
    int32_t fd[2];
    if (c->result == 0 && copied_out(c, fd, sizeof fd))
        put_text(w, " They are descriptors %d and %d.", fd[0], fd[1]);
}

static void put_mmap(struct writer *w, const struct crossing *c)
{
    if (!is_error(c->result) && c->pages_mapped == 0)
        put_text(w, " No page is there yet: each comes when it is touched.");
}

static void put_references(struct writer *w, const struct crossing *c)
{
    uint32_t n;
    if (c->result == 0 && copied_out(c, &n, sizeof n))
        put_text(w, " It has it %u time%s.", n, plural(n));
}

static const struct {
    const char *call;
    void (*put)(struct writer *w, const struct crossing *c);
} gains[] = {
    {"mach_port_allocate_trap", put_name},
    {"task_get_special_port_trap", put_name},
    {"mach_port_get_refs_trap", put_references},
    {"pipe", put_pipe},
    {"socketpair", put_pair},
    {"mmap", put_mmap},
    {"mach_msg_trap", message_put_received},
};

void outcome_put_gains(struct writer *w, const struct crossing *c)
{
    for (size_t i = 0; c->call != NULL && i < sizeof gains / sizeof gains[0];
         i++)
        if (strcmp(gains[i].call, c->call->name) == 0)
            gains[i].put(w, c);
}

/* ---- Pages instead of copies ---- */

void outcome_put_pages(struct writer *w, const struct crossing *c)
{
    const struct mapping *wire = NULL, *window = NULL;
    for (size_t i = 0; i < c->mappings; i++) {
        if (c->mapping[i].kind == MAPPING_WIRE && wire == NULL)
            wire = &c->mapping[i];
        if (c->mapping[i].kind == MAPPING_WINDOW && window == NULL)
            window = &c->mapping[i];
    }
    if (window != NULL)
        put_text(w,
                 " %" PRIu64 " bytes at 0x%" PRIx64
                 " were not copied: their pages were held where they are and "
                 "shown to the kernel at 0x%" PRIx64 ".",
                 window->bytes, window->va, window->window);
    else if (wire != NULL)
        put_text(w,
                 " %" PRIu64 " bytes at 0x%" PRIx64
                 " were not copied: their pages were held where they are, and "
                 "the device %s them there.",
                 wire->bytes, wire->va, wire->flags & PTE_W ? "wrote" : "read");
}
