/*
 * <sallyport/mach.h> - Mach ports and messages: what kernel and programs agree
 * on. Layouts and values are Mach's own (docs/reference/mach.md).
 *
 * A message, from its first byte:
 *
 *   mach_msg_header_t                        24 bytes
 *   if MACH_MSGH_BITS_COMPLEX:
 *     uint32_t msgh_descriptor_count
 *     descriptors, one after the other        12 (port) or 16 (memory) bytes
 *   plain bytes, up to msgh_size
 *   on receive: the trailer, made by the kernel, 8 to 52 bytes
 */
#ifndef SALLYPORT_MACH_H
#define SALLYPORT_MACH_H

#include <stdint.h>

typedef uint32_t mach_port_t;
typedef uint32_t mach_port_name_t;
typedef uint32_t mach_port_right_t;
typedef uint32_t mach_msg_type_name_t;
typedef uint32_t mach_msg_size_t;
typedef uint32_t mach_msg_bits_t;
typedef uint32_t mach_msg_option_t;
typedef uint32_t mach_msg_timeout_t;
typedef int32_t mach_msg_id_t;
typedef int32_t mach_msg_return_t;
typedef int32_t kern_return_t;
typedef uint64_t mach_vm_address_t;

#define MACH_PORT_NULL 0u
#define MACH_PORT_DEAD 0xffffffffu

/* A name: which entry of the task's table, and how often that entry was used
 * before: 03, 07, 0b, ... and 03 again after 64 uses.
 *    31          8 7         0
 *   |    index    | generation |                                           */
#define MACH_PORT_INDEX(name) ((name) >> 8)
#define MACH_PORT_GEN(name)   ((name)&0xffu)

/* Kinds of rights. */
#define MACH_PORT_RIGHT_SEND      0u
#define MACH_PORT_RIGHT_RECEIVE   1u
#define MACH_PORT_RIGHT_SEND_ONCE 2u
#define MACH_PORT_RIGHT_PORT_SET  3u
#define MACH_PORT_RIGHT_DEAD_NAME 4u

/* How a right named in a message gets into it. */
#define MACH_MSG_TYPE_MOVE_RECEIVE   16u
#define MACH_MSG_TYPE_MOVE_SEND      17u
#define MACH_MSG_TYPE_MOVE_SEND_ONCE 18u
#define MACH_MSG_TYPE_COPY_SEND      19u
#define MACH_MSG_TYPE_MAKE_SEND      20u
#define MACH_MSG_TYPE_MAKE_SEND_ONCE 21u
/* ... and what the receiver is told it got. */
#define MACH_MSG_TYPE_PORT_RECEIVE   MACH_MSG_TYPE_MOVE_RECEIVE
#define MACH_MSG_TYPE_PORT_SEND      MACH_MSG_TYPE_MOVE_SEND
#define MACH_MSG_TYPE_PORT_SEND_ONCE MACH_MSG_TYPE_MOVE_SEND_ONCE

/*  31        20    16 15 13  12   8  7 5  4    0
 * |C| unused |voucher|     | local |     | remote |                        */
#define MACH_MSGH_BITS_COMPLEX       0x80000000u
#define MACH_MSGH_BITS_USER          0x801f1f1fu
#define MACH_MSGH_BITS(remote, local) ((remote) | (local) << 8)
#define MACH_MSGH_BITS_REMOTE(bits)  ((bits)&0x1fu)
#define MACH_MSGH_BITS_LOCAL(bits)   ((bits) >> 8 & 0x1fu)
#define MACH_MSGH_BITS_VOUCHER(bits) ((bits) >> 16 & 0x1fu)

typedef struct {
    mach_msg_bits_t msgh_bits;
    mach_msg_size_t msgh_size;
    mach_port_t msgh_remote_port;
    mach_port_t msgh_local_port;
    mach_port_t msgh_voucher_port; /* none here: 0 */
    mach_msg_id_t msgh_id;
} mach_msg_header_t;
_Static_assert(sizeof(mach_msg_header_t) == 24, "Mach's layout");

typedef struct {
    uint32_t msgh_descriptor_count;
} mach_msg_body_t;

#define MACH_MSG_PORT_DESCRIPTOR 0u
#define MACH_MSG_OOL_DESCRIPTOR  1u

#define MACH_MSG_PHYSICAL_COPY   0u
#define MACH_MSG_VIRTUAL_COPY    1u

#pragma pack(push, 4)
typedef struct {
    mach_port_t name;
    uint32_t pad1;
    uint16_t pad2;
    uint8_t disposition;
    uint8_t type; /* MACH_MSG_PORT_DESCRIPTOR */
} mach_msg_port_descriptor_t;
typedef struct {
    mach_vm_address_t address;
    uint8_t deallocate;
    uint8_t copy;
    uint8_t pad1;
    uint8_t type; /* MACH_MSG_OOL_DESCRIPTOR */
    mach_msg_size_t size;
} mach_msg_ool_descriptor_t;
#pragma pack(pop)
_Static_assert(sizeof(mach_msg_port_descriptor_t) == 12, "Mach's layout");
_Static_assert(sizeof(mach_msg_ool_descriptor_t) == 16, "Mach's layout");

/* Made by the kernel: whom the message is from cannot be forged. Longer ones
 * start with the shorter; MACH_RCV_TRAILER_ELEMENTS asks for a length. */
typedef struct {
    uint32_t msgh_trailer_type; /* 0 */
    uint32_t msgh_trailer_size;
    uint32_t msgh_seqno;
    struct {
        uint32_t val[2]; /* uid, gid */
    } msgh_sender;
    struct {
        uint32_t val[8]; /* [1] euid, [3] uid, [4] gid, [5] pid */
    } msgh_audit;
} mach_msg_audit_trailer_t;
_Static_assert(sizeof(mach_msg_audit_trailer_t) == 52, "Mach's layout");
#define MACH_MSG_TRAILER_MINIMUM_SIZE 8u
#define MACH_RCV_TRAILER_NULL         0u
#define MACH_RCV_TRAILER_SEQNO        1u
#define MACH_RCV_TRAILER_SENDER       2u
#define MACH_RCV_TRAILER_AUDIT        3u
#define MACH_RCV_TRAILER_ELEMENTS(x)  (((x)&0xfu) << 24)

/* mach_msg's options. */
#define MACH_MSG_OPTION_NONE 0u
#define MACH_SEND_MSG        0x1u
#define MACH_RCV_MSG         0x2u
#define MACH_RCV_LARGE       0x4u
#define MACH_SEND_TIMEOUT    0x10u
#define MACH_SEND_INTERRUPT  0x40u
#define MACH_RCV_TIMEOUT     0x100u
#define MACH_RCV_INTERRUPT   0x400u

/* mach_msg's results. */
#define MACH_MSG_SUCCESS           0
#define MACH_SEND_INVALID_DATA     0x10000002
#define MACH_SEND_INVALID_DEST     0x10000003
#define MACH_SEND_TIMED_OUT        0x10000004
#define MACH_SEND_INTERRUPTED      0x10000007
#define MACH_SEND_MSG_TOO_SMALL    0x10000008
#define MACH_SEND_INVALID_REPLY    0x10000009
#define MACH_SEND_INVALID_RIGHT    0x1000000a
#define MACH_SEND_INVALID_MEMORY   0x1000000c
#define MACH_SEND_NO_BUFFER        0x1000000d
#define MACH_SEND_TOO_LARGE        0x1000000e
#define MACH_SEND_INVALID_TYPE     0x1000000f
#define MACH_SEND_INVALID_HEADER   0x10000010
#define MACH_RCV_INVALID_NAME      0x10004002
#define MACH_RCV_TIMED_OUT         0x10004003
#define MACH_RCV_TOO_LARGE         0x10004004
#define MACH_RCV_INTERRUPTED       0x10004005
#define MACH_RCV_PORT_CHANGED      0x10004006
#define MACH_RCV_INVALID_DATA      0x10004008
#define MACH_RCV_PORT_DIED         0x10004009
#define MACH_RCV_IN_SET            0x1000400a
#define MACH_RCV_HEADER_ERROR      0x1000400b
#define MACH_RCV_BODY_ERROR        0x1000400c
#define MACH_RCV_INVALID_TRAILER   0x1000400f
/* Which resource ran out, in the high bits of a *_ERROR. */
#define MACH_MSG_IPC_SPACE         0x2000
#define MACH_MSG_VM_SPACE          0x1000
#define MACH_MSG_VM_KERNEL         0x400

/* The other calls' results. */
#define KERN_SUCCESS           0
#define KERN_INVALID_ADDRESS   1
#define KERN_NO_SPACE          3
#define KERN_INVALID_ARGUMENT  4
#define KERN_FAILURE           5
#define KERN_RESOURCE_SHORTAGE 6
#define KERN_NOT_IN_SET        12
#define KERN_NAME_EXISTS       13
#define KERN_INVALID_NAME      15
#define KERN_INVALID_TASK      16
#define KERN_INVALID_RIGHT     17
#define KERN_INVALID_VALUE     18
#define KERN_UREFS_OVERFLOW    19
#define KERN_INVALID_CAPABILITY 20

/* RPC (docs/reference/rpc.md). The first bytes of a stub's message behind the
 * header: how numbers are written; int_rep 1: little-endian. */
typedef struct {
    uint8_t mig_vers, if_vers, reserved1, mig_encoding;
    uint8_t int_rep, char_rep, float_rep, reserved2;
} NDR_record_t;
/* A reply begins with this, and is no longer if RetCode is not 0. */
typedef struct {
    mach_msg_header_t Head;
    NDR_record_t NDR;
    kern_return_t RetCode;
} mig_reply_error_t;
_Static_assert(sizeof(mig_reply_error_t) == 36, "MIG's layout");
#define MIG_REPLY_OFFSET    100 /* a reply's id is its request's and this */
#define MIG_TYPE_ERROR      (-300)
#define MIG_REPLY_MISMATCH  (-301)
#define MIG_REMOTE_ERROR    (-302)
#define MIG_BAD_ID          (-303)
#define MIG_BAD_ARGUMENTS   (-304)
#define MIG_NO_REPLY        (-305)
#define MIG_EXCEPTION       (-306)
#define MIG_ARRAY_TOO_LARGE (-307)
#define MIG_SERVER_DIED     (-308)
#define MIG_TRAILER_ERROR   (-309)

/* Notifications: messages by the kernel, to a send-once right. */
#define MACH_NOTIFY_NO_SENDERS 70
#define MACH_NOTIFY_SEND_ONCE  71
#define MACH_NOTIFY_DEAD_NAME  72
typedef struct {
    mach_msg_header_t not_header;
    NDR_record_t NDR;
    uint32_t not_port_or_count; /* DEAD_NAME: the name; NO_SENDERS: how many
                                   send rights were ever made */
} mach_notification_t;

/* Special ports. */
#define TASK_BOOTSTRAP_PORT 4u

/* Limits of this kernel. */
#define MACH_PORT_QLIMIT_DEFAULT 5u
#define MACH_PORT_QLIMIT_MAX     1024u
#define SALLYPORT_MSG_MAX        4096u /* header, descriptors, plain bytes */
#define SALLYPORT_MSG_DESCRIPTORS 8u
#define SALLYPORT_MSG_OOL_PAGES  508u /* pages of one out-of-line region */
#define SALLYPORT_PORT_NAMES     170u /* a task's, less one */

#endif
