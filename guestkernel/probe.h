/* probe.h - the kernel's probes, as abi/sallyport/probe.h makes them. */
#define PROBE_PROVIDER "sallyport"
#include <sallyport/probe.h>
