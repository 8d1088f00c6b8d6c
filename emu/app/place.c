/*
 * place.c - see place.h.
 */
#include "place.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A whole number of at least 1, up to the end of the text. */
static bool whole(const char *text, uint64_t *out)
{
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 0);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 &&
           *out != 0;
}

int place_read(const char *text, struct place *out, struct complaint *why)
{
    *out = (struct place){.number = 0};
    if (text == NULL)
        return 0;
    if (text[0] >= '0' && text[0] <= '9') {
        if (!whole(text, &out->number))
            return complain(why, APP_UNUSABLE,
                            "--at %s: not the number of a crossing", text);
        return 0;
    }
    size_t n = strcspn(text, ":");
    out->nth = 1;
    if (n == 0 || n >= sizeof out->call ||
        (text[n] == ':' && !whole(text + n + 1, &out->nth)))
        return complain(why, APP_UNUSABLE,
                        "--at %s: a number, a call's name, or NAME:N", text);
    memcpy(out->call, text, n);
    out->call[n] = '\0';
    return 0;
}

int place_check(const struct place *p, const struct tracker *t,
                struct complaint *why)
{
    const struct abi *abi = tracker_abi(t);
    const struct abi_call *call;
    if (p->call[0] == '\0')
        return 0;
    for (size_t i = 0; abi != NULL && (call = abi_by_index(abi, i)); i++)
        if (strcmp(call->name, p->call) == 0)
            return 0;
    return complain(why, APP_UNUSABLE,
                    "--at %s: the kernel has no call of that name", p->call);
}

bool place_sees(struct place *p, const struct event *event)
{
    const struct crossing *c = event->crossing;
    if (event->kind == EVENT_ENTER && p->number == 0 && p->nth != 0 &&
        c->call != NULL && strcmp(c->call->name, p->call) == 0 &&
        strcmp(event->process, "init") != 0 && ++p->seen == p->nth)
        p->number = c->number;
    return c != NULL && p->number != 0 && c->number == p->number;
}
