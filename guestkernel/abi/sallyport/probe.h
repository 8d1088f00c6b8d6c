/*
 * sallyport/probe.h - static markers: one nop in the code, and a note that says
 * where it is, what it is called and where its arguments are (SystemTap's SDT
 * format, version 3; `readelf -n FILE` lists them). The notes are not loaded,
 * so a probe that nobody watches costs one instruction. The kernel's are listed
 * in abi/probes.md, programs' in <sallyport/measure.h>.
 *
 *     #define PROBE_PROVIDER "sallyport"
 *     PROBE(fork, parent->pid, child->pid, child->vm.root_pa);
 *
 * Each argument becomes a word "8@operand" in the note: the operand is where
 * the compiler has the 64-bit value at that point: a register, memory at a
 * register plus an offset, or a constant.
 */
#ifndef SALLYPORT_ABI_PROBE_H
#define SALLYPORT_ABI_PROBE_H

#include <stdint.h>

#define PROBE_NOTE(name, args)                                                 \
    "990: nop\n"                                                               \
    ".pushsection .note.stapsdt, \"\", %%note\n"                               \
    ".balign 4\n"                                                              \
    ".4byte 992f - 991f, 994f - 993f, 3\n"                                     \
    "991: .asciz \"stapsdt\"\n"                                                \
    "992: .balign 4\n"                                                         \
    "993: .8byte 990b, _.stapsdt.base, 0\n"                                    \
    ".asciz \"" PROBE_PROVIDER "\", \"" #name "\", \"" args "\"\n"             \
    "994: .balign 4\n"                                                         \
    ".popsection\n"                                                            \
    ".ifndef _.stapsdt.base\n"                                                 \
    ".pushsection .stapsdt.base, \"aG\", %%progbits, .stapsdt.base, comdat\n"  \
    ".weak _.stapsdt.base\n"                                                   \
    ".hidden _.stapsdt.base\n"                                                 \
    "_.stapsdt.base: .space 1\n"                                               \
    ".size _.stapsdt.base, 1\n"                                                \
    ".popsection\n"                                                            \
    ".endif\n"

#define PROBE_IN(value) "nor"((uint64_t)(value))
#define PROBE_1(name, a)                                                       \
    __asm__ volatile(PROBE_NOTE(name, "8@%0")::PROBE_IN(a) : "memory")
#define PROBE_2(name, a, b)                                                    \
    __asm__ volatile(PROBE_NOTE(name, "8@%0 8@%1")::PROBE_IN(a), PROBE_IN(b)   \
                     : "memory")
#define PROBE_3(name, a, b, c)                                                 \
    __asm__ volatile(PROBE_NOTE(name, "8@%0 8@%1 8@%2")::PROBE_IN(a),          \
                     PROBE_IN(b), PROBE_IN(c)                                  \
                     : "memory")
#define PROBE_4(name, a, b, c, d)                                              \
    __asm__ volatile(PROBE_NOTE(name, "8@%0 8@%1 8@%2 8@%3")::PROBE_IN(a),     \
                     PROBE_IN(b), PROBE_IN(c), PROBE_IN(d)                     \
                     : "memory")
#define PROBE_5(name, a, b, c, d, e)                                           \
    __asm__ volatile(                                                          \
        PROBE_NOTE(name, "8@%0 8@%1 8@%2 8@%3 8@%4")::PROBE_IN(a),             \
        PROBE_IN(b), PROBE_IN(c), PROBE_IN(d), PROBE_IN(e)                     \
        : "memory")

/* PROBE(name, args...): picks the macro by the number of arguments. */
#define PROBE_PICK(_1, _2, _3, _4, _5, macro, ...) macro
#define PROBE(name, ...)                                                       \
    PROBE_PICK(__VA_ARGS__, PROBE_5, PROBE_4, PROBE_3, PROBE_2, PROBE_1, )     \
    (name, __VA_ARGS__)

#endif
