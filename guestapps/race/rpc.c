/*
 * rpc.c - as the argument of a procedure in the other process (carry.defs); its
 * return is the answer. The server answers and waits in one crossing.
 *
 *   rpc/inline   an array in the request
 *   rpc/pages    memory out of line: above 8192 bytes the frames go
 */
#include "carry.h"
#include "ports.h"
#include "race.h"

#define INLINE_MOST   2048u
#define VIRTUAL_LEAST 16384u
#define ROOM          (carry_MESSAGE_MAX + sizeof(mach_msg_audit_trailer_t))

/* ---- The caller ---- */

static void call_inline(char *bytes, size_t n)
{
    ports_check("carry_inline",
                carry_inline(ports_receivers(), bytes, (uint32_t)n));
}

static void call_pages(char *bytes, size_t n)
{
    ports_check("carry_pages",
                carry_pages(ports_receivers(), bytes, (uint32_t)n));
}

/* ---- The server ---- */

kern_return_t do_carry_inline(mach_port_t server, const char *data, uint32_t n)
{
    (void)server;
    race_look(data, n);
    return KERN_SUCCESS;
}

kern_return_t do_carry_pages(mach_port_t server, char *pages, uint32_t n)
{
    (void)server;
    race_look(pages, n);
    return vm_deallocate(mach_task_self(), pages, n);
}

/* The reply to the last request stands in one while the next comes into it. */
static union message {
    mach_msg_header_t head;
    char room[ROOM];
} buffer[2] __attribute__((aligned(8)));
static union message *request = &buffer[0], *reply = &buffer[1];
static bool owes;

static void serve(size_t n)
{
    union message *next = owes ? reply : request;
    (void)n;
    ports_check("mach_msg",
                mach_msg(&next->head, (owes ? MACH_SEND_MSG : 0) | MACH_RCV_MSG,
                         next->head.msgh_size, sizeof *next, ports_mine(), 0,
                         MACH_PORT_NULL));
    if (owes) {
        reply = request;
        request = next;
    }
    owes = true;
    if (!carry_server(&request->head, &reply->head))
        race_fail("carry_server", "no such procedure");
}

static void answer_last(void)
{
    ports_check("reply", mach_msg_send(&reply->head));
    owes = false;
}

#define BY_CALL                                                                \
    .open = ports_open, .start = ports_start, .receive = serve,                \
    .finish = answer_last, .close = ports_close

const struct way rpc_ways[] = {
    {.name = "rpc/inline",
     .kind = "copies",
     .most = INLINE_MOST,
     .why = "the procedure's array has at most 2048 bytes",
     .send = call_inline,
     BY_CALL},
    {.name = "rpc/pages",
     .kind = "maps",
     .least = VIRTUAL_LEAST,
     .why = "memory of up to 8192 bytes is copied",
     .send = call_pages,
     BY_CALL},
    {0},
};
