/* asm.h - for assembly files: functions, with what debuggers and unwinders want to know. */
/* clang-format off */
#include "layout.h"

    .cfi_sections .debug_frame

    .macro function name
    .globl \name
    .type \name, @function
\name:
    .cfi_startproc
    .endm

    .macro end name
    .cfi_endproc
    .size \name, . - \name
    .endm
