/*
 * hostport.c - the kernel as a server: the host port and the routines of
 * guestapps/sdk/mig/host.defs, answered in the sender's own call.
 *
 * The requests carry nothing but the NDR record, so there is one size to check
 * and nothing to fetch. docs/reference/rpc.md says how a reply looks.
 */
#include "bootargs.h"
#include "pagealloc.h"
#include "port.h"
#include "proc.h"

#define HOST_BASE    200 /* subsystem host */
#define NS_PER_TICK  (1000000000 / PLAT_TIMEBASE_HZ)
#define REQUEST_SIZE (sizeof(mach_msg_header_t) + sizeof(NDR_record_t))

struct port host_port;

void kernel_port_refuse(struct message *request)
{
    message_reply(request, MIG_BAD_ID, NULL, 0);
}

static uint64_t count_processes(void)
{
    uint64_t n = 0;
    for (struct proc *p = NULL; (p = proc_next(p));)
        n++;
    return n;
}

static void host_service(struct message *request)
{
    uint64_t reply[2];
    uint32_t n = sizeof(uint32_t);
    if (request->header->msgh_id >= HOST_BASE &&
        request->header->msgh_id < HOST_BASE + 4 &&
        request->header->msgh_size != REQUEST_SIZE) {
        message_reply(request, MIG_BAD_ARGUMENTS, NULL, 0);
        return;
    }
    switch (request->header->msgh_id - HOST_BASE) {
    case 0: /* host_page_size(out bytes: int) */
        reply[0] = PAGE_SIZE;
        break;
    case 1: /* host_memory(out bytes: uint64, out free: uint64) */
        reply[0] = bootargs.ram_mib << 20;
        reply[1] = page_free_count() * PAGE_SIZE;
        n = sizeof reply;
        break;
    case 2: /* host_processes(out count: int) */
        reply[0] = count_processes();
        break;
    case 3: /* host_uptime(out nanoseconds: uint64) */
        reply[0] = mtime_now() * NS_PER_TICK;
        n = sizeof reply[0];
        break;
    default:
        kernel_port_refuse(request);
        return;
    }
    message_reply(request, KERN_SUCCESS, reply, n);
}

struct port host_port = {
    .references = 1, .alive = true, .service = host_service};
