/*
 * <mach/message.h> - mach_msg: sending, receiving, or both in one crossing.
 */
#ifndef SALLYPORT_SDK_MACH_MESSAGE_H
#define SALLYPORT_SDK_MACH_MESSAGE_H

#include <sallyport/mach.h>

/* Sends *msg if option has MACH_SEND_MSG, then receives into *msg from rcv_name
 * if it has MACH_RCV_MSG; rcv_size is the whole buffer's, trailer included.
 * timeout in ms, for MACH_SEND_TIMEOUT and MACH_RCV_TIMEOUT; notify is ignored.
 *
 * A signal's interruption is hidden: the part of the call that was interrupted
 * begins again, with the whole timeout. MACH_SEND_INTERRUPT and
 * MACH_RCV_INTERRUPT have it returned instead. */
mach_msg_return_t mach_msg(mach_msg_header_t *msg, mach_msg_option_t option,
                           mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                           mach_port_name_t rcv_name,
                           mach_msg_timeout_t timeout, mach_port_name_t notify);

/* Sends a message; the size is the header's. */
mach_msg_return_t mach_msg_send(mach_msg_header_t *msg);

/* Gives up the rights and memory that a received message brought. */
void mach_msg_destroy(mach_msg_header_t *msg);

#endif
