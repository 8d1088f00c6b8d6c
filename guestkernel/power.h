/*
 * power.h - the two things asked of the board itself: a timer interrupt, and
 * the end.
 */
#ifndef KERNEL_POWER_H
#define KERNEL_POWER_H

#include <stdint.h>

/* A timer interrupt at mtime >= deadline; UINT64_MAX: none, and takes back a
 * pending one. */
void sbi_set_timer(uint64_t deadline);
/* Ends the run; status 0..255 becomes the host's exit status. */
_Noreturn void power_off(int status);

#endif
