/*
 * ports.h - what ways by message share: a port of the receiver's that the
 * sender can send to. The receiver tells its name by way of the bootstrap port,
 * which a child of fork inherits.
 */
#ifndef RACE_PORTS_H
#define RACE_PORTS_H

#include <mach/mach.h>

void ports_open(void);  /* before the fork */
void ports_start(void); /* the receiver: makes its port, and says so */
void ports_close(void); /* the sender */
mach_port_t ports_receivers(void); /* a send right, for the sender */
mach_port_t ports_mine(void);      /* the receive right, for the receiver */
/* Ends the race unless kr is success. */
void ports_check(const char *call, kern_return_t kr);

#endif
