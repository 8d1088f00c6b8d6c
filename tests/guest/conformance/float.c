/*
 * float.c - F and D: edges of the number range, flags, rounding, and
 * mstatus.FS.
 *
 * Unprivileged manual: 11.2 (fcsr, reserved rounding modes are illegal), 11.3
 * (canonical NaN), 11.6-11.9 (arithmetic, min/max, conversions that saturate,
 * comparison, classification), 12.2 (NaN boxing). Privileged manual 3.1.6.6 (FS
 * off: illegal; a write of f registers or fcsr makes FS dirty).
 */
#include "env.h"

const char *const test_name = "float";

#define NAN32 0x7fc00000u
#define NAN64 0x7ff8000000000000UL
#define BOX   0xffffffff00000000UL

#define NX    1
#define UF    2
#define OF    4
#define DZ    8
#define NV    16

/* One operation on raw bits; flags come out beside the result. */
static u64 flags;

#define OP2(move_in, op, move_out, a, b)                                       \
    ({                                                                         \
        u64 r_;                                                                \
        __asm__ volatile("fsflags zero\n" move_in " fa0, %2\n" move_in         \
                         " fa1, %3\n" op " fa0, fa0, fa1\n" move_out           \
                         " %0, fa0\n frflags %1"                               \
                         : "=&r"(r_), "=&r"(flags)                             \
                         : "r"((u64)(a)), "r"((u64)(b))                        \
                         : "fa0", "fa1");                                      \
        r_;                                                                    \
    })
#define S2(op, a, b) ((u32)OP2("fmv.w.x", op, "fmv.x.w", a, b))
#define D2(op, a, b) OP2("fmv.d.x", op, "fmv.x.d", a, b)

static void expect(const char *what, u64 got, u64 expected, u64 raised)
{
    check(what, got, expected);
    check("flags of the last", flags, raised);
}

static void arithmetic(void)
{
    expect("fadd.s 1 + 1", S2("fadd.s", 0x3f800000, 0x3f800000), 0x40000000, 0);
    expect("fadd.s inf - inf", S2("fadd.s", 0x7f800000, 0xff800000), NAN32, NV);
    expect("fdiv.s 1 / 0", S2("fdiv.s", 0x3f800000, 0), 0x7f800000, DZ);
    expect("fdiv.s 0 / 0", S2("fdiv.s", 0, 0), NAN32, NV);
    expect("fdiv.s 1 / 3", S2("fdiv.s", 0x3f800000, 0x40400000), 0x3eaaaaab,
           NX);
    expect("fmul.s overflow", S2("fmul.s", 0x7f000000, 0x7f000000), 0x7f800000,
           OF | NX);
    expect("fmul.s underflow", S2("fmul.s", 0x00800001, 0x3f000000), 0x00400000,
           UF | NX);
    expect("fadd.s of a quiet NaN", S2("fadd.s", 0x7fc12345, 0x3f800000), NAN32,
           0);
    expect("fadd.s of a signalling NaN", S2("fadd.s", 0x7f800001, 0x3f800000),
           NAN32, NV);
    expect("fsub.d", D2("fsub.d", 0x3ff0000000000000, 0x4000000000000000),
           0xbff0000000000000, 0);
    expect("fdiv.d 1 / -0", D2("fdiv.d", 0x3ff0000000000000, 1UL << 63),
           0xfff0000000000000, DZ);
    expect("fmul.d inf * 0", D2("fmul.d", 0x7ff0000000000000, 0), NAN64, NV);
    u64 r;
    __asm__ volatile("fsflags zero\n li t0, -1\n fcvt.d.l fa0, t0\n"
                     "fsqrt.d fa0, fa0\n fmv.x.d %0, fa0\n frflags %1"
                     : "=&r"(r), "=&r"(flags)
                     :
                     : "t0", "fa0");
    expect("fsqrt.d -1", r, NAN64, NV);
    __asm__ volatile("fsflags zero\n li t0, 3\n fcvt.d.l fa0, t0\n"
                     "fmadd.d fa1, fa0, fa0, fa0\n fnmadd.d fa2, fa0, fa0, "
                     "fa0\n fadd.d fa1, fa1, fa2\n fmv.x.d %0, fa1\n"
                     "frflags %1"
                     : "=&r"(r), "=&r"(flags)
                     :
                     : "t0", "fa0", "fa1", "fa2");
    expect("fmadd.d + fnmadd.d", r, 0, 0);
}

static void signs_and_extremes(void)
{
    expect("fmin.s -0, +0", S2("fmin.s", 0, 0x80000000), 0x80000000, 0);
    expect("fmax.s -0, +0", S2("fmax.s", 0x80000000, 0), 0, 0);
    expect("fmin.s with a NaN", S2("fmin.s", NAN32, 0x3f800000), 0x3f800000, 0);
    expect("fmax.s of two NaNs", S2("fmax.s", NAN32, 0x7fc00001), NAN32, 0);
    expect("fmin.d, signalling",
           D2("fmin.d", 0x7ff0000000000001, 0x3ff0000000000000),
           0x3ff0000000000000, NV);
    expect("fsgnj.s", S2("fsgnj.s", 0x3f800000, 0x80000000), 0xbf800000, 0);
    expect("fsgnjn.d", D2("fsgnjn.d", NAN64, 0), NAN64 | 1UL << 63, 0);
    expect("fsgnjx.d", D2("fsgnjx.d", 1UL << 63, 1UL << 63), 0, 0);
}

#define TO_INT(move_in, op, a)                                                 \
    ({                                                                         \
        u64 r_;                                                                \
        __asm__ volatile("fsflags zero\n" move_in " fa0, %2\n" op              \
                         "\n frflags %1"                                       \
                         : "=&r"(r_), "=&r"(flags)                             \
                         : "r"((u64)(a))                                       \
                         : "fa0");                                             \
        r_;                                                                    \
    })

static void conversions(void)
{
    expect("fcvt.w.s NaN", TO_INT("fmv.w.x", "fcvt.w.s %0, fa0, rtz", NAN32),
           0x7fffffff, NV);
    expect("fcvt.w.s -inf",
           TO_INT("fmv.w.x", "fcvt.w.s %0, fa0, rtz", 0xff800000),
           0xffffffff80000000, NV);
    expect("fcvt.wu.s -1",
           TO_INT("fmv.w.x", "fcvt.wu.s %0, fa0, rtz", 0xbf800000), 0, NV);
    expect("fcvt.wu.s 2^32 saturates and is sign-extended",
           TO_INT("fmv.w.x", "fcvt.wu.s %0, fa0, rtz", 0x4f800000), ~0UL, NV);
    expect("fcvt.wu.d 3e9 is sign-extended",
           TO_INT("fmv.d.x", "fcvt.wu.d %0, fa0, rtz", 0x41e65a0bc0000000),
           0xffffffffb2d05e00, 0);
    expect("fcvt.l.d 2^63",
           TO_INT("fmv.d.x", "fcvt.l.d %0, fa0, rtz", 0x43e0000000000000),
           0x7fffffffffffffff, NV);
    expect("fcvt.lu.d NaN", TO_INT("fmv.d.x", "fcvt.lu.d %0, fa0", NAN64), ~0UL,
           NV);
    expect("fcvt.w.d 2.5, nearest even",
           TO_INT("fmv.d.x", "fcvt.w.d %0, fa0, rne", 0x4004000000000000), 2,
           NX);
    expect("2.5 down",
           TO_INT("fmv.d.x", "fcvt.w.d %0, fa0, rdn", 0x4004000000000000), 2,
           NX);
    expect("2.5 up",
           TO_INT("fmv.d.x", "fcvt.w.d %0, fa0, rup", 0x4004000000000000), 3,
           NX);
    expect("2.5 to the larger magnitude",
           TO_INT("fmv.d.x", "fcvt.w.d %0, fa0, rmm", 0x4004000000000000), 3,
           NX);
    expect("-2.5 to zero",
           TO_INT("fmv.d.x", "fcvt.w.d %0, fa0, rtz", 0xc004000000000000), -2UL,
           NX);
    u64 r;
    __asm__ volatile("fsflags zero\n li t0, -1\n fcvt.s.lu fa0, t0\n"
                     "fmv.x.w %0, fa0\n frflags %1"
                     : "=&r"(r), "=&r"(flags)
                     :
                     : "t0", "fa0");
    expect("fcvt.s.lu 2^64-1", (u32)r, 0x5f800000, NX);
}

static void comparison(void)
{
    expect("feq.s of a quiet NaN",
           TO_INT("fmv.w.x", "feq.s %0, fa0, fa0", NAN32), 0, 0);
    expect("flt.s of a quiet NaN",
           TO_INT("fmv.w.x", "flt.s %0, fa0, fa0", NAN32), 0, NV);
    expect("fle.d of 1, 1",
           TO_INT("fmv.d.x", "fle.d %0, fa0, fa0", 0x3ff0000000000000), 1, 0);
    static const struct {
        u32 bits, class;
    } classes[] = {
        {0xff800000, 0}, {0xbf800000, 1}, {0x80000001, 2}, {0x80000000, 3},
        {0x00000000, 4}, {0x00000001, 5}, {0x3f800000, 6}, {0x7f800000, 7},
        {0x7f800001, 8}, {0x7fc00000, 9},
    };
    for (int i = 0; i < 10; i++)
        expect("fclass.s",
               TO_INT("fmv.w.x", "fclass.s %0, fa0", classes[i].bits),
               1UL << classes[i].class, 0);
}

/* A single lives in a register with ones above it; another pattern is NaN. */
static void boxing(void)
{
    u64 r;
    __asm__ volatile("fmv.w.x fa0, %1\n fmv.x.d %0, fa0"
                     : "=r"(r)
                     : "r"(0x3f800000UL)
                     : "fa0");
    check("fmv.w.x boxes", r, BOX | 0x3f800000);
    static u64 cell = 0x123456783f800000;
    __asm__ volatile("flw fa0, 0(%1)\n fmv.x.d %0, fa0"
                     : "=r"(r)
                     : "r"(&cell)
                     : "fa0", "memory");
    check("flw boxes", r, BOX | 0x3f800000);
    __asm__ volatile("fld fa0, 0(%1)\n fadd.s fa0, fa0, fa0\n"
                     "fmv.x.d %0, fa0"
                     : "=r"(r)
                     : "r"(&cell)
                     : "fa0", "memory");
    check("an unboxed single is a NaN", r, BOX | NAN32);
    __asm__ volatile("fld fa0, 0(%1)\n fmv.x.w %0, fa0"
                     : "=r"(r)
                     : "r"(&cell)
                     : "fa0", "memory");
    check("fmv.x.w takes the bits as they are", r, 0x3f800000);
    cell = ~0UL;
    __asm__ volatile("fmv.w.x fa0, %0\n fsw fa0, 0(%1)" ::"r"(0x40000000UL),
                     "r"(&cell)
                     : "fa0", "memory");
    check("fsw stores four bytes", cell, 0xffffffff40000000);
}

SNIPPET(f_add, "fadd.s fa0, fa0, fa0\n ecall");
SNIPPET(f_load, "fld fa0, 0(a0)\n ecall");
SNIPPET(f_compressed_load, ".option rvc\n c.fld fa0, 0(a0)\n ecall");
SNIPPET(f_store, "fsd fa0, 0(a0)\n ecall");
SNIPPET(f_move, "fmv.x.d a2, fa0\n ecall");
SNIPPET(f_csr, "csrr a2, fcsr\n ecall");
SNIPPET(f_set_csr, "csrwi frm, 1\n ecall");
SNIPPET(f_bad_mode, ".word 0x00a55553\n ecall"); /* fadd.s fa0.., rm = 5 */
SNIPPET(f_dynamic, "fadd.s fa0, fa0, fa0, dyn\n ecall");

static u64 memory_cell;

static void status_field(void)
{
    static const char *const all[] = {
        f_add, f_load, f_compressed_load, f_store, f_move, f_csr, f_set_csr};
    static const int modes[] = {MODE_U, MODE_S, MODE_M};
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
        for (int m = 0; m < 3; m++) {
            csr_write(mstatus, 0);
            enter(modes[m], all[i], (u64)&memory_cell, 0);
            check("FS off: cause", seen.cause, C_ILLEGAL);
            check("FS off: epc", seen.epc, (u64)all[i]);
            csr_write(mstatus, 1UL << 13);
            enter(modes[m], all[i], (u64)&memory_cell, 0);
            check("FS initial: runs", seen.cause != C_ILLEGAL, 1);
        }
    csr_write(mstatus, 2UL << 13);
    enter(MODE_S, f_load, (u64)&memory_cell, 0);
    check("a load into f makes FS dirty", seen.status >> 13 & 3, 3);
    check("and SD shows it", seen.status >> 63, 1);
    csr_write(mstatus, 2UL << 13);
    enter(MODE_S, f_set_csr, 0, 0);
    check("a write of frm makes FS dirty", seen.status >> 13 & 3, 3);
    csr_write(mstatus, 1UL << 13);
}

static void rounding_modes(void)
{
    enter(MODE_M, f_bad_mode, 0, 0);
    check_illegal("static rounding mode 5", MODE_M, f_bad_mode, 0, 0x00a55553);
    csr_write(frm, 5);
    enter(MODE_M, f_dynamic, 0, 0);
    check("dynamic rounding mode 5: cause", seen.cause, C_ILLEGAL);
    csr_write(frm, 0);
    csr_write(fcsr, 0xff);
    check("fcsr holds frm and flags", csr_read(fcsr), 0xff);
    check("fflags", csr_read(fflags), 0x1f);
    check("frm", csr_read(frm), 7);
    csr_write(fcsr, 0);
}

void test_main(void)
{
    csr_write(mstatus, 1UL << 13);
    arithmetic();
    signs_and_extremes();
    conversions();
    comparison();
    boxing();
    status_field();
    csr_write(mstatus, 1UL << 13);
    rounding_modes();
    csr_write(mstatus, 0);
}
