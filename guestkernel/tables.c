/* tables.c - the kernel's tables as text, for whoever decodes its calls: a note in the image
 * that is not loaded. Format: emu/platform/platform.h. The rows come from the .def files of
 * abi/. Numbers that are picolibc's are filled in by the compiler, as operands of the assembly
 * text; the function around it is never called, and kernel.ld leaves it out. */
#include "kernel.h"
#include <sallyport/device.h>
#include <sallyport/mach.h>
#include <sallyport/futex.h>
#include <sallyport/ioctl.h>
#include <sallyport/mman.h>
#include <sallyport/socket.h>
#include <sallyport/ringpage.h>
#include <stdio.h>
#include <sys/wait.h>

#define TEXT(line)            ".ascii \"" line "\\n\"\n"
#define NUMBERED(line, value) __asm__ volatile(TEXT(line)::"i"(value))

void tables(void);

__attribute__((section(".discard.tables"))) void tables(void) {
    __asm__ volatile(".pushsection " PLAT_NOTE_SECTION ", \"\", %note\n.balign 4\n"
                     ".4byte 2f - 1f, 4f - 3f, 1\n1: .asciz \"" PLAT_NOTE_OWNER "\"\n"
                     "2: .balign 4\n3:\n" TEXT(PLAT_NOTE_ABI_MAGIC));

#define CALL(number, name, result, args, help)                                                 \
    __asm__ volatile(TEXT("call\\t" #number "\\t" #name "\\t" #result "\\t" args "\\t" help));
#include "abi/syscall.def"
#undef CALL

#define ERRNO(name, help) NUMBERED("errno\\t%0\\t" #name "\\t" help, name);
#include "abi/errno.def"
#undef ERRNO

#define SIGNAL(name, action, help) NUMBERED("signal\\t%0\\t" #name "\\t" help, name);
#include "abi/signal.def"
#undef SIGNAL

#define FLAG(type, name)        NUMBERED("flag\\t" #type "\\t%0\\t" #name, name);
#define FIELD(type, mask, name) NUMBERED("field\\t" #type "\\t" #mask "\\t%0\\t" #name, name);
#include "abi/flags.def"
#undef FLAG
#undef FIELD

#define MSGID(number, name) __asm__ volatile(TEXT("msgid\\t" #number "\\t" #name));
#include "abi/msgid.def"
#undef MSGID

#define IOCTL(name, request, format, help)                                                     \
    NUMBERED("ioctl\\t%0\\t" #name "\\t" format "\\t" help, (uint64_t)name);
#include "abi/ioctl.def"
#undef IOCTL

#define ACCEL(selector, name, function, si, bi, so, bo, help)                                  \
    NUMBERED("field\\tSelector\\t0xffffffff\\t%0\\t" #name " [" #si "+" #bi " in, " #so        \
             "+" #bo " out]",                                                                  \
             name);
#include "abi/device.def"
#undef ACCEL

    __asm__ volatile("4: .balign 4\n.popsection\n");
}
_Static_assert(PLAT_NOTE_TYPE_ABI == 1, "the note's type, above");
