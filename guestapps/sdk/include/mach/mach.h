/*
 * <mach/mach.h> - tasks, ports, messages: the library's functions, with Mach's
 * names and arguments. docs/reference/mach.md explains them.
 *
 *     mach_port_t port;
 *     kern_return_t kr = mach_port_allocate(mach_task_self(),
 *                                           MACH_PORT_RIGHT_RECEIVE, &port);
 *     if (kr != KERN_SUCCESS)
 *         printf("%s\n", mach_error_string(kr));
 *
 * `task` must be mach_task_self(): a task here has only itself to change.
 * Another name gives KERN_INVALID_TASK.
 */
#ifndef SALLYPORT_SDK_MACH_MACH_H
#define SALLYPORT_SDK_MACH_MACH_H

#include <stdbool.h>
#include <stddef.h>
#include <mach/message.h>
#include <mach/port.h>

/* The name of this task's own port, and of the port that a parent handed down
 * (the name server's); looked up once each. */
mach_port_t mach_task_self(void);
mach_port_t mach_bootstrap_port(void);
#define bootstrap_port mach_bootstrap_port()
/* A send right to the kernel's host port; each call adds a reference. */
mach_port_t mach_host_self(void);

kern_return_t mach_port_allocate(mach_port_t task, mach_port_right_t right,
                                 mach_port_name_t *name);
kern_return_t mach_port_deallocate(mach_port_t task, mach_port_name_t name);
kern_return_t mach_port_destroy(mach_port_t task, mach_port_name_t name);
kern_return_t mach_port_mod_refs(mach_port_t task, mach_port_name_t name,
                                 mach_port_right_t right, int delta);
kern_return_t mach_port_get_refs(mach_port_t task, mach_port_name_t name,
                                 mach_port_right_t right, uint32_t *refs);
kern_return_t mach_port_insert_right(mach_port_t task, mach_port_name_t name,
                                     mach_port_t poly,
                                     mach_msg_type_name_t how);
kern_return_t mach_port_move_member(mach_port_t task, mach_port_name_t member,
                                    mach_port_name_t after);
/* poly: a port that the caller receives from, or MACH_PORT_NULL; how must be
 * MACH_MSG_TYPE_MAKE_SEND_ONCE. *previous becomes MACH_PORT_NULL: the kernel
 * keeps no right that it could give back. */
kern_return_t mach_port_request_notification(
    mach_port_t task, mach_port_name_t name, mach_msg_id_t id, uint32_t sync,
    mach_port_t poly, mach_msg_type_name_t how, mach_port_t *previous);
kern_return_t mach_port_set_qlimit(mach_port_t task, mach_port_name_t name,
                                   uint32_t limit);

/* Memory, page by page. vm_deallocate takes what a message brought: any address
 * and size, rounded out to whole pages. */
kern_return_t vm_allocate(mach_port_t task, char **address, size_t size);
kern_return_t vm_deallocate(mach_port_t task, void *address, size_t size);

kern_return_t task_get_special_port(mach_port_t task, int which,
                                    mach_port_t *port);
kern_return_t task_set_special_port(mach_port_t task, int which,
                                    mach_port_t port);

/* "MACH_SEND_INVALID_DEST", "KERN_NO_SPACE", "MIG_BAD_ID"; static storage. */
const char *mach_error_string(kern_return_t error);

/* For stubs: this program's port for replies, made at the first use, and again
 * in a child of fork. mig_dealloc_reply_port: after an error that leaves it
 * unknown whether a reply will come. */
mach_port_t mig_get_reply_port(void);
void mig_dealloc_reply_port(mach_port_t port);
extern const NDR_record_t NDR_record;

/* A server's loop: receives requests of at most max_size bytes from rcv_name
 * (a port or a set) and answers them by demux, which fills in *reply and
 * returns 0 if no routine has that id. Returns only on an error. */
mach_msg_return_t mach_msg_server(
    int (*demux)(mach_msg_header_t *request, mach_msg_header_t *reply),
    mach_msg_size_t max_size, mach_port_t rcv_name, mach_msg_option_t options);

#endif
