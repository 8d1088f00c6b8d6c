/*
 * <mach/port.h> - port names and rights. The values are in <sallyport/mach.h>,
 * which the kernel reads as well.
 */
#ifndef SALLYPORT_SDK_MACH_PORT_H
#define SALLYPORT_SDK_MACH_PORT_H

#include <sallyport/mach.h>

#endif
