/*
 * messages.c - mach_msg in plain words: what was sent to whom, what it
 * carried, what was received, and what the results mean. The header and the
 * descriptors are read from the bytes that the copies brought.
 */
#include "state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SEND     1u
#define RECEIVE  2u
#define COMPLEX  0x80000000u
#define HEAD     24u /* bytes of a header */
#define OOL_SIZE 16u /* bytes of a descriptor of memory */
#define OOL_TYPE 1u

struct head {
    uint32_t bits, size, remote, local, voucher;
    int32_t id;
};

static bool head_of(const struct transfer *x, struct head *h)
{
    if (x == NULL || x->error != 0 || x->shown < HEAD)
        return false;
    memcpy(h, x->data, sizeof *h);
    return true;
}

/* The copy that fetched the message, or that delivered one. */
static const struct transfer *carried(const struct crossing *c,
                                      enum transfer_kind kind)
{
    for (size_t i = 0; i < c->transfers; i++)
        if (c->transfer[i].kind == kind &&
            (kind == TRANSFER_COPYIN || c->transfer[i].user_va == c->arg[0]))
            return &c->transfer[i];
    return NULL;
}

/* ---- What is asked ---- */

void message_put_request(struct writer *w, const struct tracker *t,
                         const struct crossing *c)
{
    struct head h;
    char name[64];
    uint64_t option = c->arg[1];
    const struct transfer *sent = carried(c, TRANSFER_COPYIN);
    bool sends = (option & SEND) != 0, receives = (option & RECEIVE) != 0;
    if (sends && head_of(sent, &h))
        put_text(w,
                 "asked to send the message %s, %" PRIu64
                 " bytes, to the port that it calls 0x%x",
                 abi_message_name(t->abi, h.id, name, sizeof name), c->arg[2],
                 h.remote);
    else if (sends)
        put_text(w, "asked to send the message at 0x%" PRIx64, c->arg[0]);
    if (sends && receives)
        put_text(w, " and, in the same call, for a message by the name");
    else if (receives)
        put_text(w, "asked for a message by the name");
    if (receives)
        put_text(w, " 0x%" PRIx64, c->arg[4]);
    if (!sends && !receives)
        put_text(w, "asked mach_msg for nothing");
}

/* ---- What it carries ---- */

/* How the pages of sent memory went. */
static const char *fate(const struct crossing *c, uint64_t va, uint32_t size)
{
    for (size_t i = 0; i < c->mappings; i++) {
        const struct mapping *m = &c->mapping[i];
        if (m->root != c->root || m->va + 4096 <= va || m->va >= va + size)
            continue;
        if (m->kind == MAPPING_UNMAP)
            return "moved: its pages left this process";
        if (m->kind == MAPPING_MAP && !(m->flags & PTE_W))
            return "lent: the pages themselves go, and neither side can write "
                   "to them until it gets a copy";
    }
    return "copied";
}

static const char *right_word(uint8_t disposition)
{
    return disposition == 16                        ? "a receive right"
           : disposition == 18 || disposition == 21 ? "a send-once right"
                                                    : "a send right";
}

/* One sentence for each descriptor that the shown bytes hold. */
static void put_descriptors(struct writer *w, const struct crossing *c,
                            const struct transfer *x, bool sent)
{
    struct head h;
    uint32_t count, at = HEAD + sizeof count;
    if (!head_of(x, &h) || !(h.bits & COMPLEX) || x->shown < at)
        return;
    memcpy(&count, x->data + HEAD, sizeof count);
    for (uint32_t i = 0; i < count && at + 12 <= x->shown; i++) {
        const uint8_t *d = x->data + at;
        uint64_t va;
        uint32_t name, size;
        memcpy(&va, d, sizeof va);
        memcpy(&name, d, sizeof name);
        at += d[11] == OOL_TYPE ? OOL_SIZE : 12;
        if (d[11] != OOL_TYPE) {
            put_text(w, " It %s %s, which is called 0x%x here.",
                     sent ? "carried" : "brought", right_word(d[10]), name);
            continue;
        }
        if (at > x->shown)
            return;
        memcpy(&size, d + 12, sizeof size);
        put_text(w, " It %s %u bytes of memory, %s 0x%" PRIx64,
                 sent ? "carried" : "brought", size, sent ? "at" : "now at",
                 va);
        if (sent)
            put_text(w, ", %s", fate(c, va, size));
        put_text(w, ".");
    }
}

void message_put_carried(struct writer *w, const struct crossing *c)
{
    put_descriptors(w, c, carried(c, TRANSFER_COPYIN), true);
}

void message_put_received(struct writer *w, const struct crossing *c)
{
    struct head h;
    const struct transfer *x = carried(c, TRANSFER_COPYOUT);
    if (!head_of(x, &h) || c->result != 0)
        return;
    if (h.remote != 0)
        put_text(w, " Its answer goes to what is called 0x%x here.", h.remote);
    put_descriptors(w, c, x, false);
}

/* ---- Results ---- */

const char *message_result_help(const char *result)
{
    static const struct {
        const char *name, *help;
    } results[] = {
        {"MACH_SEND_TIMED_OUT",
         "the queue stayed full until the time was up, and nothing was sent"},
        {"MACH_SEND_INVALID_DEST",
         "the name is of no right to send, or the port is dead"},
        {"MACH_SEND_INVALID_REPLY",
         "the reply port's name is of no such right"},
        {"MACH_SEND_INVALID_RIGHT",
         "it does not have a right that the message should carry"},
        {"MACH_SEND_INVALID_DATA", "the message could not be read"},
        {"MACH_SEND_INVALID_MEMORY",
         "the memory that the message should carry could not be read"},
        {"MACH_SEND_MSG_TOO_SMALL",
         "the message is too short for what it says"},
        {"MACH_SEND_TOO_LARGE", "the message is too long"},
        {"MACH_SEND_INVALID_HEADER", "the header's bits are not allowed"},
        {"MACH_SEND_NO_BUFFER", "the kernel has no memory for it"},
        {"MACH_RCV_TIMED_OUT", "no message came before the time was up"},
        {"MACH_RCV_TOO_LARGE",
         "the message that waited does not fit into its buffer"},
        {"MACH_RCV_INVALID_NAME", "it cannot receive by that name"},
        {"MACH_RCV_IN_SET",
         "that port is in a port set, and is received from by the set"},
        {"MACH_RCV_INVALID_DATA", "its buffer cannot be written"},
        {"MACH_RCV_INTERRUPTED", "a signal came first"},
        {"MACH_SEND_INTERRUPTED", "a signal came first"},
        {"KERN_INVALID_NAME", "it has no right under that name"},
        {"KERN_INVALID_RIGHT", "what it has under that name is another right"},
        {"KERN_INVALID_VALUE", "that cannot be asked for"},
        {"KERN_NO_SPACE", "it has no more room for names"},
        {"KERN_RESOURCE_SHORTAGE", "the kernel has no memory for it"},
        {"KERN_NOT_IN_SET", "the port is in no set"},
        {"KERN_UREFS_OVERFLOW", "a right cannot be counted that high"},
    };
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++)
        if (strcmp(results[i].name, result) == 0)
            return results[i].help;
    return NULL;
}
