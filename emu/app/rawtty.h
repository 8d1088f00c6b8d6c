/*
 * rawtty.h - the host's terminal while a guest has it, and the signals that
 * end a run. The terminal is put back on every way out: a normal end, exit(),
 * a signal from outside, a crash of Sallyport itself.
 *
 * The process has one terminal and one set of signal handlers, so this module
 * has the state that they share; nothing else in app/ does.
 */
#ifndef SALLYPORT_RAWTTY_H
#define SALLYPORT_RAWTTY_H

#include <stdbool.h>

/* Takes note of the first SIGINT, SIGTERM, SIGHUP or SIGQUIT instead of dying
 * of it; a write to a closed pipe becomes an error. */
void interrupts_catch(void);
/* The signal that came, or 0. */
int interrupts_pending(void);
/* If one came: dies of it, as the caller would have without us. */
void interrupts_die(void);

/* Every key to the guest, Ctrl-C included; output stays as it was. False: fd
 * is no terminal. */
bool rawtty_enter(int fd);
/* Every key at once and without an echo, which is the guest's; Ctrl-C and the
 * other keys of the host's remain what they are. Before history begins, which
 * hears of faults first. False: fd is no terminal. */
bool rawtty_keys(int fd);
/* Puts the terminal back; does nothing if it is not raw. */
void rawtty_leave(void);

#endif
