/*
 * mig.c - the runtime of generated stubs (<mach/mig.h>).
 *
 * All numbers in a message stand at multiples of 4 bytes, 64-bit ones too, so
 * everything goes in and out by memcpy.
 */
#include <mach/mig.h>
#include <string.h>

#define RCV_ERROR 0x4000 /* of mach_msg's results: in the receiving part */

static uint32_t padded(uint32_t bytes)
{
    return (bytes + 3) & ~3u;
}

/* ---- Writing ---- */

static void write_body(struct mig_cursor *c, mach_msg_header_t *head,
                       uint32_t descriptors)
{
    mach_msg_body_t body = {descriptors};
    *c = (struct mig_cursor){.head = head, .at = (char *)(head + 1)};
    if (descriptors) {
        head->msgh_bits |= MACH_MSGH_BITS_COMPLEX;
        memcpy(c->at, &body, sizeof body);
        c->at += sizeof body;
    }
}

void mig_begin(struct mig_cursor *c, mach_msg_header_t *head, int id,
               uint32_t descriptors)
{
    *head = (mach_msg_header_t){.msgh_id = id};
    write_body(c, head, descriptors);
}

void mig_put(struct mig_cursor *c, const void *bytes, uint32_t n)
{
    if (c->error)
        return;
    memcpy(c->at, bytes, n);
    memset(c->at + n, 0, padded(n) - n);
    c->at += padded(n);
}

void mig_put_port(struct mig_cursor *c, mach_port_t name, unsigned disposition)
{
    mach_msg_port_descriptor_t d = {.name = name,
                                    .disposition = (uint8_t)disposition,
                                    .type = MACH_MSG_PORT_DESCRIPTOR};
    mig_put(c, &d, sizeof d);
}

void mig_put_memory(struct mig_cursor *c, const void *address, uint32_t size,
                    bool deallocate, bool virtual_copy)
{
    mach_msg_ool_descriptor_t d = {.address = (uint64_t)address,
                                   .deallocate = deallocate,
                                   .copy = virtual_copy,
                                   .type = MACH_MSG_OOL_DESCRIPTOR,
                                   .size = size};
    mig_put(c, &d, sizeof d);
}

void mig_put_ndr(struct mig_cursor *c)
{
    mig_put(c, &NDR_record, sizeof NDR_record);
}

void mig_put_ndr_and_code(struct mig_cursor *c)
{
    kern_return_t code = KERN_SUCCESS;
    mig_put_ndr(c);
    mig_put(c, &code, sizeof code);
}

void mig_put_array(struct mig_cursor *c, const void *data, uint32_t count,
                   uint32_t size, uint32_t most)
{
    if (count > most && !c->error)
        c->error = MIG_ARRAY_TOO_LARGE;
    mig_put(c, &count, sizeof count);
    mig_put(c, data, count * size);
}

/* Behind its length, NUL included. */
void mig_put_string(struct mig_cursor *c, const char *s, uint32_t most)
{
    mig_put_array(c, s, (uint32_t)strnlen(s, most) + 1, 1, most);
}

void mig_put_fixed_string(struct mig_cursor *c, const char *s, uint32_t bytes)
{
    uint32_t n = (uint32_t)strnlen(s, bytes);
    if (n == bytes && !c->error)
        c->error = MIG_ARRAY_TOO_LARGE;
    if (c->error)
        return;
    memset(c->at, 0, padded(bytes));
    memcpy(c->at, s, n);
    c->at += padded(bytes);
}

/* ---- Calling ---- */

static void address_to(struct mig_cursor *c, mach_port_t to, mach_port_t reply)
{
    mach_msg_header_t *h = c->head;
    h->msgh_bits |= MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                   reply ? MACH_MSG_TYPE_MAKE_SEND_ONCE : 0);
    h->msgh_remote_port = to;
    h->msgh_local_port = reply;
    h->msgh_size = (mach_msg_size_t)(c->at - (char *)h);
}

kern_return_t mig_send(struct mig_cursor *c, mach_port_t to)
{
    address_to(c, to, MACH_PORT_NULL);
    if (!c->error)
        c->error = mach_msg_send(c->head);
    return c->error;
}

/* What came back, before its arguments are looked at. */
static kern_return_t check_reply(const mach_msg_header_t *h, int id,
                                 uint32_t descriptors)
{
    const mig_reply_error_t *e = (const mig_reply_error_t *)h;
    if (h->msgh_id == MACH_NOTIFY_SEND_ONCE)
        return MIG_SERVER_DIED;
    if (h->msgh_id != id + MIG_REPLY_OFFSET)
        return MIG_REPLY_MISMATCH;
    if (h->msgh_size < sizeof *e)
        return MIG_TYPE_ERROR;
    if (h->msgh_bits & MACH_MSGH_BITS_COMPLEX)
        return descriptors ? KERN_SUCCESS : MIG_TYPE_ERROR;
    if (e->RetCode != KERN_SUCCESS)
        return h->msgh_size == sizeof *e ? e->RetCode : MIG_TYPE_ERROR;
    return descriptors ? MIG_TYPE_ERROR : KERN_SUCCESS;
}

kern_return_t mig_call(struct mig_cursor *c, mach_port_t to, uint32_t room,
                       uint32_t descriptors)
{
    mach_msg_header_t *h = c->head;
    mach_port_t reply = mig_get_reply_port();
    int id = h->msgh_id;
    if (c->error)
        return c->error;
    address_to(c, to, reply);
    c->error = mach_msg(h, MACH_SEND_MSG | MACH_RCV_MSG, h->msgh_size, room,
                        reply, 0, MACH_PORT_NULL);
    if (c->error) {
        /* A reply that comes later must not be taken for another call's. */
        if (c->error & RCV_ERROR)
            mig_dealloc_reply_port(reply);
        return c->error;
    }
    c->error = check_reply(h, id, descriptors);
    if (c->error)
        mach_msg_destroy(h);
    else
        mig_open(c, h, descriptors);
    return c->error;
}

/* ---- Reading ---- */

void mig_open(struct mig_cursor *c, mach_msg_header_t *head,
              uint32_t descriptors)
{
    bool complex = head->msgh_bits & MACH_MSGH_BITS_COMPLEX;
    mach_msg_body_t body;
    *c = (struct mig_cursor){.head = head,
                             .at = (char *)(head + 1),
                             .end = (char *)head + head->msgh_size};
    if (complex != (descriptors > 0))
        c->error = MIG_TYPE_ERROR;
    if (descriptors) {
        mig_get(c, &body, sizeof body);
        if (!c->error && body.msgh_descriptor_count != descriptors)
            c->error = MIG_TYPE_ERROR;
    }
}

void mig_get(struct mig_cursor *c, void *bytes, uint32_t n)
{
    if (!c->error && padded(n) > (uint32_t)(c->end - c->at))
        c->error = MIG_TYPE_ERROR;
    if (c->error)
        return;
    memcpy(bytes, c->at, n);
    c->at += padded(n);
}

void mig_get_port(struct mig_cursor *c, mach_port_t *name, unsigned disposition)
{
    mach_msg_port_descriptor_t d = {.name = 0};
    mig_get(c, &d, sizeof d);
    bool none = d.name == MACH_PORT_NULL || d.name == MACH_PORT_DEAD;
    if (!c->error && (d.type != MACH_MSG_PORT_DESCRIPTOR ||
                      (!none && d.disposition != disposition)))
        c->error = MIG_TYPE_ERROR;
    if (!c->error)
        *name = d.name;
}

void mig_get_memory(struct mig_cursor *c, char **address, uint32_t *size)
{
    mach_msg_ool_descriptor_t d = {.address = 0};
    mig_get(c, &d, sizeof d);
    if (!c->error && d.type != MACH_MSG_OOL_DESCRIPTOR)
        c->error = MIG_TYPE_ERROR;
    if (c->error)
        return;
    *address = (char *)d.address;
    *size = d.size;
}

void mig_get_ndr(struct mig_cursor *c)
{
    NDR_record_t ndr;
    mig_get(c, &ndr, sizeof ndr);
    if (!c->error && memcmp(&ndr, &NDR_record, sizeof ndr) != 0)
        c->error = MIG_TYPE_ERROR;
}

void mig_get_ndr_and_code(struct mig_cursor *c)
{
    kern_return_t code = KERN_SUCCESS;
    mig_get_ndr(c);
    mig_get(c, &code, sizeof code);
    if (!c->error && code != KERN_SUCCESS)
        c->error = MIG_TYPE_ERROR; /* an error's reply carries nothing */
}

void mig_get_array(struct mig_cursor *c, void *data, uint32_t *count,
                   uint32_t size, uint32_t most)
{
    uint32_t n = 0;
    mig_get(c, &n, sizeof n);
    if (!c->error && n > most)
        c->error = MIG_TYPE_ERROR;
    if (c->error)
        return;
    mig_get(c, data, n * size);
    if (!c->error)
        *count = n;
}

void mig_get_string(struct mig_cursor *c, char *s, uint32_t most)
{
    uint32_t n = 0;
    mig_get_array(c, s, &n, 1, most);
    if (!c->error && (n == 0 || memchr(s, '\0', n) != s + n - 1))
        c->error = MIG_TYPE_ERROR;
}

void mig_get_fixed_string(struct mig_cursor *c, char *s, uint32_t bytes)
{
    mig_get(c, s, bytes);
    if (!c->error && !memchr(s, '\0', bytes))
        c->error = MIG_TYPE_ERROR;
}

kern_return_t mig_end(struct mig_cursor *c, kern_return_t code)
{
    if (!c->error && c->at == c->end)
        return KERN_SUCCESS;
    if (code == MIG_TYPE_ERROR)
        mach_msg_destroy(c->head);
    return code;
}

/* ---- A server's reply ---- */

void mig_reply_start(const mach_msg_header_t *request, mach_msg_header_t *reply)
{
    mig_reply_error_t *e = (mig_reply_error_t *)reply;
    *e = (mig_reply_error_t){
        .Head = {.msgh_bits = MACH_MSGH_BITS_REMOTE(request->msgh_bits),
                 .msgh_size = sizeof *e,
                 .msgh_remote_port = request->msgh_remote_port,
                 .msgh_id = request->msgh_id + MIG_REPLY_OFFSET},
        .NDR = NDR_record};
}

void mig_reply_error(mach_msg_header_t *reply, kern_return_t code)
{
    mig_reply_error_t *e = (mig_reply_error_t *)reply;
    e->Head.msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;
    e->Head.msgh_size = sizeof *e;
    e->NDR = NDR_record;
    e->RetCode = code;
}

void mig_reply(struct mig_cursor *c, mach_msg_header_t *reply,
               uint32_t descriptors)
{
    write_body(c, reply, descriptors);
}

void mig_seal(struct mig_cursor *c)
{
    c->head->msgh_size = (mach_msg_size_t)(c->at - (char *)c->head);
    if (c->error)
        mig_reply_error(c->head, c->error);
}
