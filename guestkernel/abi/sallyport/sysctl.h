/*
 * <sallyport/sysctl.h> - the numbers of sysctl that the kernel and its programs
 * share. Programs include <sys/sysctl.h>.
 */
#ifndef SALLYPORT_SYSCTL_H
#define SALLYPORT_SYSCTL_H

#define CTL_MAXNAME         12 /* numbers of a name */
#define SYSCTL_NAME_BYTES   64 /* always enough for a name, its NUL included */
#define SYSCTL_DESCR_BYTES  96 /* ... and for a description or a format */

/* A node's kind: its type, and who may do what. */
#define CTLTYPE             0xf /* mask */
#define CTLTYPE_NODE        1   /* has nodes below it */
#define CTLTYPE_INT         2   /* int32_t */
#define CTLTYPE_STRING      3   /* NUL-ended */
#define CTLTYPE_QUAD        4   /* int64_t */
#define CTLTYPE_OPAQUE      5   /* a struct, or many */
#define CTLFLAG_RD          0x80000000u
#define CTLFLAG_WR          0x40000000u /* by root */
#define CTLFLAG_RW          (CTLFLAG_RD | CTLFLAG_WR)
#define CTLFLAG_ANYBODY     0x10000000u /* ... or by anybody */

/* First numbers. What is not listed here has an automatic number, from 100 on,
 * which may change with the kernel: ask for it by name. */
#define CTL_SYSCTL          0
#define CTL_KERN            1
#define CTL_VM              2
#define CTL_HW              6

/* CTL_SYSCTL: about the nodes themselves. The numbers of the node that is meant
 * follow; none, for CTL_SYSCTL_NEXT, asks for the first leaf. */
#define CTL_SYSCTL_NAME     1 /* -> "kern.ostype" */
#define CTL_SYSCTL_NEXT     2 /* -> the numbers of the leaf behind it */
#define CTL_SYSCTL_NAME2OID 3 /* new: a name -> its numbers */
#define CTL_SYSCTL_OIDFMT   4 /* -> uint32_t kind; the format, NUL-ended */
#define CTL_SYSCTL_OIDDESCR 5 /* -> the description */

#define KERN_OSTYPE         1
#define KERN_OSRELEASE      2
#define KERN_MAXPROC        6
#define KERN_ARGMAX         8
#define KERN_HOSTNAME       10
#define KERN_PROC           14 /* struct procinfo each */

#define HW_MACHINE          1
#define HW_NCPU             3
#define HW_PAGESIZE         7
#define HW_MEMSIZE          24

#endif
