/* layout.h - where everything lies, in physical and in virtual addresses. Shared by C, assembly
 * and the linker script, so only #defines.
 *
 * Physical (emu/platform/platform.h):   Virtual, upper half (Sv39):
 *
 *  0x80000000 firmware, not ours         0xffffffc0_00000000 + pa
 *  0x80200000 kernel image                    the direct map: devices, kernel
 *             frame reference counts          image, all of RAM
 *             free frames                0xffffffff_80000000
 *  0x81fff000 boot page                       kernel stacks, a guard under each
 *  0x82000000 initrd                     0xffffffff_a0000000
 *             free frames                     windows to user pages (wire.h)
 *                                        0xffffffff_ffffd000 trap frame
 *                                        0xffffffff_ffffe000 trampoline
 *  end of RAM                            (the last page stays empty)
 *
 * Lower half: the process, from USER_BASE to USER_TOP. The kernel's own table maps nothing
 * there. A process's table maps the process and, of the upper half, the trap frame and the
 * trampoline only (layout=shared: all of it, but for S-mode alone). */
#include "../emu/platform/platform.h"

#define PAGE_SIZE       4096
#define PAGE_SHIFT      12
#define MEGAPAGE_SIZE   0x200000
#define GIGAPAGE_SIZE   0x40000000

#define DIRECT_MAP      0xffffffc000000000 /* va = pa + this */
#define KERNEL_LINK     0xffffffc080200000 /* DIRECT_MAP + PLAT_KERNEL_BASE */

#define TRAMPOLINE      0xffffffffffffe000
#define TRAPFRAME       0xffffffffffffd000 /* the running process's */

#define KSTACK_AREA     0xffffffff80000000
#define KSTACK_SIZE     0x2000
#define KSTACK_STRIDE   0x4000 /* so 8 KiB of guard below each stack */

#define WINDOW_AREA     0xffffffffa0000000 /* wire.c */

#define USER_BASE       0x1000       /* page 0 is never mapped */
#define USER_TOP        0x4000000000 /* the end of the lower half */
#define USER_STACK_TOP  0x3ffffff000 /* above it, the commpage */
#define USER_GUARD      0x10000      /* unmapped below the stack */
#define USER_IMAGE_TOP  0x3f00000000 /* segments and heap end below this */

/* At the top of each kernel stack: where the trap frame is, for trampoline.S's unwinding. */
#define KSTACK_RESERVED 16

/* struct trapframe, which is held to these. Slot n: register xn; slot 0: the user's pc. */
#define TF_EPC          0
#define TF_X(n)         (8 * (n))
#define TF_KERNEL_SATP  256
#define TF_KERNEL_SP    264
#define TF_KERNEL_ENTRY 272
#define TF_SELF         280
