/*
 * <mach/mig.h> - what generated stubs are made of: a cursor that writes a
 * message piece by piece, or reads one and checks every piece. Programs do not
 * call these; docs/reference/rpc.md draws the messages.
 *
 * The first thing that goes wrong stays in cursor.error, and whatever follows
 * does nothing; so a stub looks at it once, at its end.
 */
#ifndef SALLYPORT_SDK_MACH_MIG_H
#define SALLYPORT_SDK_MACH_MIG_H

#include <mach/mach.h>

struct mig_cursor {
    mach_msg_header_t *head;
    char *at, *end; /* end: when reading, of the message */
    uint32_t descriptors;
    kern_return_t error;
};

/* ---- Writing ---- */
void mig_begin(struct mig_cursor *c, mach_msg_header_t *head, int id,
               uint32_t descriptors);
void mig_put_port(struct mig_cursor *c, mach_port_t name, unsigned disposition);
void mig_put_memory(struct mig_cursor *c, const void *address, uint32_t size,
                    bool deallocate, bool virtual_copy);
void mig_put_ndr(struct mig_cursor *c);
void mig_put_ndr_and_code(struct mig_cursor *c); /* of a good reply */
void mig_put(struct mig_cursor *c, const void *bytes, uint32_t n);
void mig_put_array(struct mig_cursor *c, const void *data, uint32_t count,
                   uint32_t size, uint32_t most);
void mig_put_string(struct mig_cursor *c, const char *s, uint32_t most);
void mig_put_fixed_string(struct mig_cursor *c, const char *s, uint32_t bytes);

/* Sends it; mig_call also waits for the reply, which takes its place in the
 * buffer of room bytes, and begins to read it. The result is c->error. */
kern_return_t mig_send(struct mig_cursor *c, mach_port_t to);
kern_return_t mig_call(struct mig_cursor *c, mach_port_t to, uint32_t room,
                       uint32_t descriptors);

/* ---- Reading ---- */
void mig_open(struct mig_cursor *c, mach_msg_header_t *head,
              uint32_t descriptors);
void mig_get_port(struct mig_cursor *c, mach_port_t *name,
                  unsigned disposition);
void mig_get_memory(struct mig_cursor *c, char **address, uint32_t *size);
void mig_get_ndr(struct mig_cursor *c);
void mig_get_ndr_and_code(struct mig_cursor *c);
void mig_get(struct mig_cursor *c, void *bytes, uint32_t n);
void mig_get_array(struct mig_cursor *c, void *data, uint32_t *count,
                   uint32_t size, uint32_t most);
void mig_get_string(struct mig_cursor *c, char *s, uint32_t most);
void mig_get_fixed_string(struct mig_cursor *c, char *s, uint32_t bytes);
/* KERN_SUCCESS if all was as it should and the message ends here; else code.
 * (A client's bad reply is destroyed; a server's request by its loop.) */
kern_return_t mig_end(struct mig_cursor *c, kern_return_t code);

/* ---- A server's reply ---- */
void mig_reply_start(const mach_msg_header_t *request,
                     mach_msg_header_t *reply);
void mig_reply_error(mach_msg_header_t *reply, kern_return_t code);
void mig_reply(struct mig_cursor *c, mach_msg_header_t *reply,
               uint32_t descriptors);
void mig_seal(struct mig_cursor *c); /* it is complete */

#endif
