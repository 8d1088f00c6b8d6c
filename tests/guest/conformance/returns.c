/*
 * returns.c - mret and sret, and the mstatus bits that withhold things.
 *
 * Privileged manual: 3.1.6.1 (xRET: privilege, xIE, xPIE = 1, xPP = U), 3.1.6.3
 * (MPRV is cleared by a return to a mode below M), 3.1.6.5 (TVM, TW, TSR),
 * 3.3.2 (mret needs M, sret needs S; the target's low bit is masked), 3.3.3
 * (wfi).
 */
#include "env.h"

const char *const test_name = "returns";

/* a0: what mstatus shall be before the xRET, a1: where to go; after it, if in
 * M-mode still, mstatus is read. */
SNIPPET(run_mret, "csrw mstatus, a0\n csrw mepc, a1\n mret");
SNIPPET(run_sret, "csrw mstatus, a0\n csrw sepc, a1\n sret");
SNIPPET(land, "nop\n ecall");
SNIPPET(land_in_m, "csrr a2, mstatus\n ecall");
SNIPPET(land_in_s, "csrr a2, sstatus\n ecall");

static const u64 ecall_cause[] = {C_ECALL_U, C_ECALL_S, 0, C_ECALL_M};

static void mret_modes(void)
{
    static const u64 modes[] = {MODE_U, MODE_S, MODE_M};
    for (int m = 0; m < 3; m++) {
        enter(MODE_M, run_mret, MPP(modes[m]), (u64)land);
        check_trap_at("mret goes to MPP", MODE_M, ecall_cause[modes[m]], land,
                      4, 0);
        enter(MODE_M, run_mret, MPP(modes[m]) | ST_MPIE, (u64)land);
        check("mret: MIE becomes MPIE = 1", (seen.status & ST_MPIE) != 0, 1);
        enter(MODE_M, run_mret, MPP(modes[m]) | ST_MIE, (u64)land);
        check("mret: MIE becomes MPIE = 0", (seen.status & ST_MPIE) != 0, 0);
        enter(MODE_M, run_mret, MPP(modes[m]) | ST_MPRV, (u64)land);
        check("mret: MPRV", (seen.status & ST_MPRV) != 0, modes[m] == MODE_M);
        csr_write(mstatus, 0);
    }
    enter(MODE_M, run_mret, MPP(MODE_M), (u64)land_in_m);
    check("mret: MPP becomes U", mpp_of(seen.x[12]), MODE_U);
    check("mret: MPIE becomes 1", (seen.x[12] & ST_MPIE) != 0, 1);
    enter(MODE_M, run_mret, MPP(MODE_M) | ST_SPP | ST_SIE, (u64)land_in_m);
    check("mret leaves SPP, SIE, SPIE",
          seen.x[12] & (ST_SPP | ST_SIE | ST_SPIE), ST_SPP | ST_SIE);
    csr_write(mstatus, 0);
}

static void sret_modes(void)
{
    for (u64 spp = 0; spp < 2; spp++) {
        u64 pp = spp ? ST_SPP : 0;
        enter(MODE_M, run_sret, pp, (u64)land);
        check_trap_at("sret in M goes to SPP", MODE_M, ecall_cause[spp], land,
                      4, 0);
        check("sret: SPP becomes U", seen.status & ST_SPP, 0);
        check("sret: SPIE becomes 1", (seen.status & ST_SPIE) != 0, 1);
        check("sret: SIE becomes SPIE = 0", seen.status & ST_SIE, 0);
        enter(MODE_M, run_sret, pp | ST_SPIE, (u64)land);
        check("sret: SIE becomes SPIE = 1", (seen.status & ST_SIE) != 0, 1);
        enter(MODE_M, run_sret, pp | ST_MPRV | MPP(MODE_M), (u64)land);
        check("sret: MPRV is cleared", seen.status & ST_MPRV, 0);
        enter(MODE_M, run_sret, pp | ST_MIE, (u64)land);
        check("sret leaves MIE", (seen.status & ST_MPIE) != 0, 1);
        csr_write(mstatus, 0);
    }
}

SNIPPET(s_sret, "csrw sepc, a1\n csrw sstatus, a0\n sret");

static void sret_in_s(void)
{
    enter(MODE_S, s_sret, 0, (u64)land);
    check_trap_at("sret from S to U", MODE_M, C_ECALL_U, land, 4, 0);
    enter(MODE_S, s_sret, ST_SPP | ST_SPIE, (u64)land_in_s);
    check_trap_at("sret from S to S", MODE_M, C_ECALL_S, land_in_s, 4, 0);
    check("SIE on, SPP off, SPIE on", seen.x[12] & (ST_SIE | ST_SPP | ST_SPIE),
          ST_SIE | ST_SPIE);
    csr_write(mstatus, 0);
}

SNIPPET(target_2, ".option rvc\n c.nop\n ecall");

static void targets(void)
{
    enter(MODE_M, run_mret, MPP(MODE_S), (u64)target_2 + 2);
    check_trap_at("mret to 2 mod 4", MODE_M, C_ECALL_S, target_2, 2, 0);
    enter(MODE_M, run_mret, MPP(MODE_S), (u64)land + 1);
    check_trap_at("mret ignores mepc bit 0", MODE_M, C_ECALL_S, land, 4, 0);
    enter(MODE_S, s_sret, 0, (u64)target_2 + 2);
    check_trap_at("sret to 2 mod 4", MODE_M, C_ECALL_U, target_2, 2, 0);
    enter(MODE_M, run_mret, MPP(MODE_U), NOTHING);
    check_trap("mret to nothing", MODE_M, C_FETCH_ACCESS, NOTHING, NOTHING);
    check("taken in U", mpp_of(seen.status), MODE_U);
    csr_write(mstatus, 0);
}

SNIPPET(only_mret, "mret");
SNIPPET(only_sret, "sret");
SNIPPET(only_uret, ".word 0x00200073");
SNIPPET(only_wfi, "wfi\n ecall");
SNIPPET(only_fence, "sfence.vma\n ecall");
SNIPPET(read_satp, "csrr a2, satp\n ecall");
SNIPPET(write_satp, "csrw satp, zero\n ecall");

static void refused(const char *what, int mode, const char *code, u32 word)
{
    enter(mode, code, 0, 0);
    check_illegal(what, MODE_M, code, 0, word);
    check("taken from that mode", mpp_of(seen.status), (u64)mode);
}

static void allowed(const char *what, int mode, const char *code)
{
    enter(mode, code, 0, 0);
    check_trap_at(what, MODE_M, ecall_cause[mode], code, 4, 0);
}

static void by_privilege(void)
{
    refused("mret in U", MODE_U, only_mret, 0x30200073);
    refused("mret in S", MODE_S, only_mret, 0x30200073);
    refused("sret in U", MODE_U, only_sret, 0x10200073);
    refused("sfence.vma in U", MODE_U, only_fence, 0x12000073);
    refused("uret in M, there is no N extension", MODE_M, only_uret,
            0x00200073);
    refused("uret in U", MODE_U, only_uret, 0x00200073);
    allowed("sfence.vma in S", MODE_S, only_fence);
    allowed("satp read in S", MODE_S, read_satp);
    allowed("satp write in S", MODE_S, write_satp);
}

static void withheld(void)
{
    csr_write(mstatus, ST_TVM);
    refused("TVM: sfence.vma in S", MODE_S, only_fence, 0x12000073);
    refused("TVM: satp read in S", MODE_S, read_satp, 0x18002673);
    refused("TVM: satp write in S", MODE_S, write_satp, 0x18001073);
    allowed("TVM: satp in M", MODE_M, read_satp);
    allowed("TVM: sfence.vma in M", MODE_M, only_fence);
    csr_write(mstatus, ST_TSR);
    refused("TSR: sret in S", MODE_S, only_sret, 0x10200073);
    enter(MODE_M, run_sret, ST_TSR | ST_SPP, (u64)land);
    check_trap_at("TSR: sret in M", MODE_M, C_ECALL_S, land, 4, 0);
    csr_write(mstatus, ST_TW);
    refused("TW: wfi in S", MODE_S, only_wfi, 0x10500073);
    refused("TW: wfi in U", MODE_U, only_wfi, 0x10500073);
    reset_state();
}

void test_main(void)
{
    mret_modes();
    sret_modes();
    sret_in_s();
    targets();
    by_privilege();
    withheld();
}
