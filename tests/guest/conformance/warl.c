/*
 * warl.c - fields that take any value and hold only legal ones.
 *
 * Privileged manual: 2.3 (WARL), 3.1.1 (misa), 3.1.5 (mhartid), 3.1.6 (mstatus:
 * MPP, SPP, FS and SD, UXL, SXL), 3.1.7 (mtvec), 3.1.8 (medeleg, mideleg),
 * 3.1.9 (mip, mie), 3.1.11 (mcounteren), 3.1.14 (mepc), 3.1.15 (mcause), 4.1.2
 * (stvec), 4.1.7 (sepc), 4.1.11 (satp: a write with an unsupported mode has no
 * effect at all).
 */
#include "env.h"

const char *const test_name = "warl";

static void identity(void)
{
    u64 misa = csr_read(misa);
    check("misa.MXL", misa >> 62, 2);
    check("misa has A C I M S U",
          misa & (1 << 0 | 1 << 2 | 1 << 8 | 1 << 12 | 1 << 18 | 1 << 20),
          1 << 0 | 1 << 2 | 1 << 8 | 1 << 12 | 1 << 18 | 1 << 20);
    csr_write(misa, misa | 3UL << 62);
    check("misa.MXL holds a legal value", csr_read(misa) >> 62, 2);
    csr_write(misa, misa);
    check("misa put back", csr_read(misa), misa);
    check("mhartid", csr_read(mhartid), 0);
    csr_read(mvendorid);
    csr_read(marchid);
    csr_read(mimpid);
}

static void status(void)
{
    for (u64 mode = 0; mode < 4; mode++) {
        if (mode == 2)
            continue;
        csr_write(mstatus, MPP(mode));
        check("MPP holds a supported mode", mpp_of(csr_read(mstatus)), mode);
        csr_write(mstatus, MPP(2));
        check("MPP never holds the reserved mode",
              mpp_of(csr_read(mstatus)) != 2, 1);
    }
    csr_write(mstatus, ST_FS);
    check("FS = 3 shows as SD", csr_read(mstatus) >> 63, 1);
    check("and in sstatus", csr_read(sstatus) >> 63, 1);
    csr_write(mstatus, 1UL << 13);
    check("FS = 1: no SD", csr_read(mstatus) >> 63, 0);
    check("FS holds 1", csr_read(mstatus) >> 13 & 3, 1);
    csr_write(mstatus, 1UL << 63);
    check("SD is read-only", csr_read(mstatus) >> 63, 0);
    csr_write(mstatus, 0);
    check("UXL and SXL are 64 bit", csr_read(mstatus) >> 32 & 15, 10);
    csr_write(mstatus, 15UL << 32);
    u64 xl = csr_read(mstatus) >> 32;
    check("UXL holds no reserved value", (xl & 3) != 3 && (xl & 12) != 12, 1);
    csr_write(mstatus, 10UL << 32);
    csr_write(mstatus, 0x7e79aa & ~(u64)(ST_MIE | ST_MPRV));
    check("all implemented bits hold", csr_read(mstatus) & 0x7e79aa,
          0x7e79aa & ~(ST_MIE | ST_MPRV));
    reset_state();
}

#define CHECK_TVEC(csr)                                                        \
    do {                                                                       \
        u64 old_ = csr_read(csr);                                              \
        csr_write(csr, 0x80004001);                                            \
        check(#csr " vectored", csr_read(csr), 0x80004001);                    \
        csr_write(csr, 0x80004000);                                            \
        check(#csr " direct", csr_read(csr), 0x80004000);                      \
        csr_write(csr, 0x80005002);                                            \
        check(#csr " mode 2 is not held", csr_read(csr) & 2, 0);               \
        csr_write(csr, 0x80005003);                                            \
        check(#csr " mode 3 is not held", csr_read(csr) & 2, 0);               \
        csr_write(csr, 0xffffffffffffff00);                                    \
        check(#csr " takes a high address", csr_read(csr),                     \
              0xffffffffffffff00);                                             \
        csr_write(csr, old_);                                                  \
    } while (0)

#define CHECK_EPC(csr)                                                         \
    do {                                                                       \
        csr_write(csr, 0x80004003);                                            \
        check(#csr " bit 0 is always zero", csr_read(csr), 0x80004002);        \
        csr_write(csr, ~0UL);                                                  \
        check(#csr " of all ones", csr_read(csr), ~1UL);                       \
        csr_write(csr, 0x80004006);                                            \
        csr_set(csr, 1);                                                       \
        check(#csr " bit 0 cannot be set", csr_read(csr), 0x80004006);         \
    } while (0)

static void vectors(void)
{
    CHECK_TVEC(mtvec);
    CHECK_TVEC(stvec);
    CHECK_EPC(mepc);
    CHECK_EPC(sepc);
}

static void delegation(void)
{
    csr_write(medeleg, ~0UL);
    check("medeleg: ecall from M is not delegable", csr_read(medeleg) >> 11 & 1,
          0);
    check("medeleg: all that S-mode handles is", csr_read(medeleg) & 0xb3ff,
          0xb3ff);
    check("medeleg: reserved causes 10 and 14", csr_read(medeleg) & (1 << 14),
          0);
    csr_write(medeleg, 0);
    check("medeleg = 0", csr_read(medeleg), 0);
    csr_write(mideleg, ~0UL);
    check("mideleg: SSI, STI, SEI", csr_read(mideleg) & 0x222, 0x222);
    csr_write(mideleg, 0);
    check("mideleg = 0", csr_read(mideleg) & 0x222, 0);
}

static void interrupts(void)
{
    csr_write(mie, ~0UL);
    check("mie of all ones", csr_read(mie) & 0xaaa, 0xaaa);
    csr_write(mie, 0);
    check("mie = 0", csr_read(mie), 0);
    store64(MTIMECMP, ~0UL);
    csr_write(mip, ~0UL);
    check("mip of all ones: only S bits hold", csr_read(mip) & 0xaaa, 0x222);
    csr_write(mip, 0);
    check("mip = 0", csr_read(mip) & 0xaaa, 0);
    csr_write(mideleg, 0x222);
    csr_write(sie, ~0UL);
    check("sie of all ones", csr_read(sie) & 0xfff, 0x222);
    csr_write(sie, 0);
    csr_write(mideleg, 0);
}

static void counter_enables(void)
{
    csr_write(mcounteren, 7);
    check("mcounteren = 7", csr_read(mcounteren), 7);
    csr_write(mcounteren, 0);
    check("mcounteren = 0", csr_read(mcounteren), 0);
    csr_write(scounteren, 7);
    check("scounteren = 7", csr_read(scounteren), 7);
    csr_write(scounteren, 0);
    check("scounteren = 0", csr_read(scounteren), 0);
}

static void causes(void)
{
    static const u64 values[] = {0, 15, C_INTERRUPT | 1, C_INTERRUPT | 11, 5};
    for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
        csr_write(mcause, values[i]);
        check("mcause holds a supported cause", csr_read(mcause), values[i]);
        csr_write(scause, values[i]);
        check("scause holds a supported cause", csr_read(scause), values[i]);
    }
    csr_write(mtval, 0xfedcba9876543210);
    check("mtval", csr_read(mtval), 0xfedcba9876543210);
    csr_write(stval, 0xfedcba9876543210);
    check("stval", csr_read(stval), 0xfedcba9876543210);
    csr_write(sscratch, ~0UL);
    check("sscratch", csr_read(sscratch), ~0UL);
}

static void address_translation(void)
{
    const u64 good = SATP_SV39 | 0x80123;
    csr_write(satp, good);
    check("satp Sv39", csr_read(satp), good);
    for (u64 mode = 1; mode < 16; mode++) {
        if (mode >= 8 && mode <= 11)
            continue;
        csr_write(satp, mode << 60 | 0x80456);
        check("satp with a reserved mode changes nothing", csr_read(satp),
              good);
    }
    csr_write(satp, SATP_SV39 | 0xfffUL << 44 | 0x80123);
    u64 asid = csr_read(satp) >> 44 & 0xffff;
    check("satp.ASID holds a run of low bits", asid & (asid + 1), 0);
    csr_write(satp, 0);
    check("satp Bare", csr_read(satp), 0);
}

void test_main(void)
{
    identity();
    status();
    vectors();
    delegation();
    interrupts();
    counter_enables();
    causes();
    address_translation();
}
