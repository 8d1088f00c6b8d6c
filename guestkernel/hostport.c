/* hostport.c - the kernel as a server: the host port and the routines of
 * guestapps/sdk/mig/host.defs, answered in the sender's own call. The requests carry nothing
 * but the NDR record, so there is one size to check and nothing to fetch. docs/reference/rpc.md
 * says how a reply looks. */
#include "kernel.h"
#include "port.h"

#define HOST_BASE    200 /* subsystem host */
#define REQUEST_SIZE (sizeof(mach_msg_header_t) + sizeof(NDR_record_t))

void kernel_port_refuse(struct message *request) {
    message_reply(request, MIG_BAD_ID, NULL, 0);
}

static void host_service(struct message *request) {
    const mach_msg_header_t *h = request->header;
    uint64_t value[2] = {0};
    uint32_t n = sizeof value[0];
    bool good = h->msgh_size == REQUEST_SIZE && !(h->msgh_bits & MACH_MSGH_BITS_COMPLEX);
    kern_return_t code = good ? KERN_SUCCESS : MIG_BAD_ARGUMENTS;
    switch (h->msgh_id - HOST_BASE) {
    case 0: /* host_page_size(out bytes: int) */
        value[0] = PAGE_SIZE;
        n = sizeof(uint32_t);
        break;
    case 1: /* host_memory(out total: uint64_t, out free: uint64_t) */
        value[0] = bootargs.ram_bytes;
        value[1] = page_free_count() * PAGE_SIZE;
        n = sizeof value;
        break;
    case 2: /* host_processes(out count: int) */
        FOR_PROCS(p) value[0]++;
        n = sizeof(uint32_t);
        break;
    case 3: /* host_uptime(out nanoseconds: uint64_t) */
        value[0] = mtime_now() * NS_PER_TICK;
        break;
    default: code = MIG_BAD_ID;
    }
    message_reply(request, code, value, code ? 0 : n);
}

struct port host_port = {.references = 1, .alive = true, .service = host_service};
