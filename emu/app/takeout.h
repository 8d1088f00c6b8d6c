/*
 * takeout.h - --get GUEST=HOST: files of the guest, taken out at its end. The
 * boot page asks the kernel for them (get=PATH lines); at shutdown it passes
 * its `export` probe once for each piece of each file, and the bytes are read
 * there (guestkernel/abi/probes.md).
 */
#ifndef SALLYPORT_TAKEOUT_H
#define SALLYPORT_TAKEOUT_H

#include "../inspect/symbols.h"
#include "../machine/machine.h"
#include "options.h"

struct takeout;

/* Hooks the kernel's export probes. Refuses a kernel that has none. *out is
 * NULL where nothing was asked for. */
int takeout_open(const struct option_list *gets, struct machine *machine,
                 const struct symbols *kernel, struct takeout **out,
                 struct complaint *why);
/* Writes what came. Refuses if a file did not, with the guest's reason. */
int takeout_write(const struct takeout *t, struct complaint *why);
void takeout_close(struct takeout *t);

#endif
