/*
 * gdbserve.h - the host's side of `sallyport gdb`: a socket that listens, one
 * client after another, the guest's console on stdin and stdout.
 */
#ifndef SALLYPORT_GDBSERVE_H
#define SALLYPORT_GDBSERVE_H

#include "app.h"
#include "session.h"

/* Listens on a numeric address ("127.0.0.1", "::1"). port 0: any. Returns the
 * socket and the port it has, or -1 with a complaint. */
int gdbserve_listen(const char *address, unsigned port, unsigned *out_port,
                    struct complaint *why);
/* Serves until a client ends the run or a signal comes. The session has a
 * history. Returns the exit status. */
int gdbserve_run(struct session *s, int listener, struct complaint *why);

#endif
