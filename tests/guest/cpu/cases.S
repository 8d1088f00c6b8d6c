/*
 * cases.S - the cases of table.S.
 */

/* ---- Calls and breakpoints ---- */
CASE ecall_u, 0
    ENDCASE
CASE ecall_s, 1
    ENDCASE
CASE ecall_m, 3
    ENDCASE
CASE ebreak_u, 0
    nop
    ebreak
CASE c_ebreak_m, 3
    .option rvc
    c.nop
    c.ebreak
    .option norvc
    .balign 4

/* ---- Loads, stores and fetches by page ---- */
    .macro ACCESS name, page, insn, mode=0
CASE \name, \mode
    li      t0, 0x200000 + \page * 0x1000 + 0x10
    li      a0, 0x77
    \insn
    ENDCASE
    .endm
ACCESS load_absent, 0, "ld a0, 0(t0)"
ACCESS store_absent, 0, "sd a0, 0(t0)"
ACCESS load_ro, 1, "ld a0, 0(t0)"
ACCESS store_ro, 1, "sw a0, 4(t0)"
ACCESS store_rw, 2, "sd a0, 0(t0)"
ACCESS load_x_only, 3, "lw a0, 0(t0)"
ACCESS store_x_only, 3, "sb a0, 0(t0)"
ACCESS load_rx, 4, "lhu a0, 2(t0)"
ACCESS load_kernel_from_u, 5, "ld a0, 0(t0)"
ACCESS store_kernel_from_u, 5, "sd a0, 0(t0)"
ACCESS load_w_reserved, 6, "ld a0, 0(t0)"
ACCESS store_w_reserved, 6, "sd a0, 0(t0)"
ACCESS load_wx_reserved, 7, "ld a0, 0(t0)"
ACCESS load_not_valid, 8, "ld a0, 0(t0)"
ACCESS store_not_valid, 8, "sd a0, 0(t0)"
ACCESS load_pointer_leaf, 13, "ld a0, 0(t0)"
ACCESS load_hole, 11, "ld a0, 0(t0)"
ACCESS store_hole, 11, "sd a0, 0(t0)"
ACCESS load_user_from_s, 2, "ld a0, 0(t0)", 1
ACCESS store_user_from_s, 2, "sd a0, 0(t0)", 1
ACCESS load_kernel_from_s, 5, "ld a0, 0(t0)", 1
ACCESS store_kernel_ro_from_s, 10, "sd a0, 0(t0)", 1
ACCESS fload_off, 2, "fld fa0, 0(t0)"
ACCESS jump_absent, 0, "jr t0"
ACCESS jump_rw, 2, "jr t0"
ACCESS jump_kernel_from_u, 10, "jr t0"
ACCESS jump_user_from_s, 4, "jr t0", 1
ACCESS jump_hole, 11, "jr t0"
ACCESS lr_absent, 0, "lr.w a0, (t0)"
ACCESS sc_absent, 0, "sc.w a0, a0, (t0)"
ACCESS amo_absent, 0, "amoadd.w a0, a0, (t0)"
ACCESS amo_ro, 1, "amoswap.d a0, a0, (t0)"
ACCESS amo_rw, 2, "amoadd.d a1, a0, (t0)"
ACCESS amo_hole, 11, "amoadd.w a0, a0, (t0)"
ACCESS lr_hole, 11, "lr.d a0, (t0)"
ACCESS superpage_misaligned, 512, "ld a0, 0(t0)"
ACCESS table_in_hole_load, 1024, "ld a0, 0(t0)"
ACCESS table_in_hole_store, 1024, "sd a0, 0(t0)"
ACCESS table_in_hole_jump, 1024, "jr t0"

/* Across a page whose neighbour is missing: stval is in the second page. */
CASE load_straddles, 0
    li      t0, 0x200000 + 2 * 0x1000 + 0xffd
    li      t1, 0x200000 + 8 * 0x1000 - 3
    ld      a0, 0(t1)
    ENDCASE
CASE store_straddles, 0
    li      t1, 0x200000 + 0xd000 - 1
    sd      a0, 0(t1)
    ENDCASE

/* ---- Addresses that are no addresses ---- */
    .macro ADDRESS name, address, insn, mode=0
CASE \name, \mode
    li      t0, \address
    \insn
    ENDCASE
    .endm
ADDRESS load_noncanonical, 0x0000010000000000, "ld a0, 0(t0)"
ADDRESS store_noncanonical, 0x4000000000000000, "sd a0, 0(t0)"
ADDRESS jump_noncanonical, 0x0000010000000000, "jr t0"
ADDRESS load_minus_8, -8, "ld a0, 0(t0)"
ADDRESS store_minus_8, -8, "sw a0, 0(t0)"
ADDRESS jump_minus_4, -4, "jr t0"
ADDRESS load_null, 0, "ld a0, 8(t0)"
ADDRESS jump_null, 0, "jr t0"
ADDRESS load_sign_hole, 0xffffffbfffffff00, "ld a0, 0(t0)", 1
ADDRESS load_upper_half, 0xffffffc000000000, "ld a0, 0(t0)", 1
ADDRESS m_load_hole, HOLE, "ld a0, 0(t0)", 3
ADDRESS m_store_hole, HOLE, "sw a0, 4(t0)", 3
ADDRESS m_jump_hole, HOLE, "jr t0", 3
ADDRESS m_amo_hole, HOLE, "amoadd.w a0, a0, (t0)", 3
ADDRESS m_load_far, 0x00ff000000000000, "ld a0, 0(t0)", 3

/* ---- Alignment ---- */
CASE misaligned_load_store, 0
    li      t0, 0x202003
    li      a0, 0x0102030405060708
    sd      a0, 0(t0)
    lw      a1, 2(t0)
    ld      a0, -3(t0)
    ENDCASE
ADDRESS misaligned_lr, 0x202002, "lr.w a0, (t0)"
ADDRESS misaligned_sc, 0x202002, "sc.w a0, a0, (t0)"
ADDRESS misaligned_amo_w, 0x202002, "amoor.w a0, a0, (t0)"
ADDRESS misaligned_amo_d, 0x202004, "amoadd.d a0, a0, (t0)"
CASE jump_odd, 0 /* jalr clears bit 0 */
    auipc   t0, 0
    addi    t0, t0, 17
    jr      t0
    nop
    li      a0, 5
    ENDCASE

/* ---- Illegal instructions ---- */
    .macro WORD name, word, mode=0
CASE \name, \mode
    nop
    .word   \word
    nop
    .endm
WORD illegal_ones, 0xffffffff
WORD illegal_opcode, 0x0000007f
WORD illegal_zero, 0
WORD csr_absent_m, 0x5c001573, 3
WORD csr_read_only_write_m, 0xf1451073, 3
WORD csr_read_only_set_x0_m, 0xf1402573, 3
WORD mstatus_from_s, 0x30002573, 1
WORD sstatus_from_u, 0x10002573
WORD satp_from_u, 0x18002573
WORD sret_from_u, 0x10200073
WORD mret_from_s, 0x30200073, 1
WORD sfence_from_u, 0x12000073
WORD wfi_from_u, 0x10500073
WORD float_off_m, 0x02007053, 3
WORD fcsr_off_m, 0x00302573, 3
    .macro HALF name, half
CASE \name, 3
    .option rvc
    c.nop
    .half   \half
    c.nop
    .option norvc
    .balign 4
    .endm
HALF c_zero, 0x0000
HALF c_addi4spn_0, 0x0004
HALF c_reserved_100, 0x8000
HALF c_addiw_x0, 0x2001
HALF c_lui_0, 0x6081
HALF c_lwsp_x0, 0x4002
HALF c_ldsp_x0, 0x6002
HALF c_jr_x0, 0x8002
HALF c_subw_hole, 0x9c41
HALF c_addw_hole, 0x9c61
HALF c_fld_off, 0x2000
HALF c_fsd_off, 0xa000
HALF c_fldsp_off, 0x2002
HALF c_fsdsp_off, 0xa002

/* ---- Code in a page that stands alone: no page before it, none 64 KiB on ---- */
    .macro ALONE name, offset, first, second
CASE \name, 3
    li      t0, DATA + 0x4000 + \offset
    li      t1, \first
    sh      t1, 0(t0)           /* by halves: the offset may be odd halves */
    srli    t1, t1, 16
    sh      t1, 2(t0)
    li      t1, \second
    sh      t1, 4(t0)
    .if     \offset < 0xffa
    srli    t1, t1, 16
    sh      t1, 6(t0)
    .endif
    fence.i
    li      t0, 0x1800
    csrc    mstatus, t0
    li      t0, 0x204000 + \offset
    csrw    mepc, t0
    mret
    .endm
ALONE illegal_opens_page, 0, 0xffffffff, 0x13
ALONE illegal_second_in_page, 0, 0x00150513, 0xffffffff
ALONE illegal_in_page, 0x100, 0x00150513, 0xffffffff
ALONE c_zero_opens_page, 0, 0x00000000, 0
ALONE c_nop_then_zero, 0, 0x00000001, 0
/* addi a0, a0, 1 at 0xffa; the word at 0xffe goes on in a page that U may not
 * execute. */
ALONE fetch_straddles, 0xffa, 0x00150513, 0x0513

/* ---- Traps that status bits ask for ---- */
    .macro STATUS name, bits, insn
CASE \name, 3
    li      t0, \bits
    csrs    mstatus, t0
    li      t0, 0x1000          /* MPP = S */
    csrc    mstatus, t0
    li      t0, 0x800
    csrs    mstatus, t0
    la      t0, 1f
    csrw    mepc, t0
    mret
1:  \insn
    li      a0, 9
    ENDCASE
    .endm
STATUS tvm_satp_read, 1 << 20, "csrr a1, satp"
STATUS tvm_satp_write, 1 << 20, "csrw satp, x0"
STATUS tvm_sfence, 1 << 20, "sfence.vma"
STATUS tsr_sret, 1 << 22, "sret"
STATUS tw_wfi, 1 << 21, "wfi"
STATUS sum_load, 1 << 18, "lw a1, 0x100(s1)" /* page 0 is absent all the same */
STATUS mxr_load, 1 << 19, "lw a1, 0x100(s1)"

CASE sum_lets_s_in, 3
    li      t0, (1 << 18) | (1 << 17) | 0x800
    csrs    mstatus, t0
    li      t0, 0x1000
    csrc    mstatus, t0
    li      t0, 0x202000
    ld      a0, 0(t0)
    li      t0, (1 << 18)
    csrc    mstatus, t0
    li      t0, 0x202000
    ld      a1, 0(t0)
    ENDCASE
CASE mxr_lets_read_x, 3
    li      t0, (1 << 19) | (1 << 17)
    csrs    mstatus, t0
    li      t0, 0x1800
    csrc    mstatus, t0
    li      t0, 0x203000
    ld      a0, 0(t0)
    li      t0, (1 << 19)
    csrc    mstatus, t0
    li      t0, 0x203000
    ld      a1, 0(t0)
    ENDCASE
CASE mprv_store_u, 3
    li      t0, (1 << 17)
    csrs    mstatus, t0
    li      t0, 0x1800
    csrc    mstatus, t0
    li      t0, 0x201000
    sd      a0, 0(t0)
    ENDCASE
CASE mprv_fetch_is_not, 3
    li      t0, (1 << 17)
    csrs    mstatus, t0
    li      t0, 0x1800
    csrs    mstatus, t0
    ld      a0, 0(s2)
    ENDCASE
CASE mret_clears_mprv, 3
    li      t0, (1 << 17)
    csrs    mstatus, t0
    li      t0, 0x1800
    csrc    mstatus, t0
    la      t0, 1f
    li      t1, 0x40000000
    sub     t0, t0, t1
    csrw    mepc, t0
    mret
1:  nop
    ENDCASE
CASE trap_status, 3
    csrr    a0, mstatus
    li      t0, 0x7e79aa
    and     a0, a0, t0
    ENDCASE

/* ---- What CSRs keep of what is written ---- */
    .macro KEEPS name, csr, value
CASE \name, 3
    li      t0, \value
    csrw    \csr, t0
    csrr    a0, \csr
    ENDCASE
    .endm
KEEPS mepc_bit0, mepc, 0x80001235
KEEPS sepc_bit0, sepc, -1
KEEPS stvec_vectored, stvec, 0x80000101
KEEPS stvec_direct, stvec, 0x80000104
KEEPS medeleg_all, medeleg, -1
KEEPS mideleg_all, mideleg, -1
KEEPS mie_all, mie, -1
KEEPS satp_sv39, satp, (8 << 60) | 0x80100
KEEPS satp_bare, satp, 0
KEEPS sscratch_all, sscratch, -1
KEEPS scause_all, scause, 0x8000000000000005
KEEPS mcause_5, mcause, 5
KEEPS stval_all, stval, -1
KEEPS mscratch_all, mscratch, 0x123456789
KEEPS mcounteren_3, mcounteren, 7
KEEPS scounteren_3, scounteren, 7
KEEPS pmpaddr2_all, pmpaddr2, -1
KEEPS pmpaddr1_low, pmpaddr1, 0x20040000
CASE satp_unsupported, 3
    csrr    a1, satp
    li      t0, (5 << 60) | 0x1234
    csrw    satp, t0
    csrr    a0, satp
    ENDCASE
CASE mstatus_mpp_2, 3
    li      t0, 0x1800
    csrc    mstatus, t0
    li      t0, 0x1000
    csrs    mstatus, t0
    csrr    a0, mstatus
    li      t0, 0x1800
    and     a0, a0, t0
    ENDCASE
CASE sstatus_view, 3
    li      t0, 0x1e6122
    csrs    mstatus, t0
    csrr    a0, sstatus
    ENDCASE
CASE mip_ssip, 3
    csrwi   mip, 2
    csrr    a0, mip
    li      t0, 0x222
    csrw    mip, t0
    csrr    a1, mip
    li      t0, 0x222           /* QEMU's timer is due at reset */
    and     a0, a0, t0
    and     a1, a1, t0
    ENDCASE
CASE sip_view, 3
    li      t0, 0x222
    csrw    mip, t0
    csrr    a0, sip
    li      t0, 0x2
    csrw    mideleg, t0
    csrr    a1, sip
    ENDCASE
CASE sie_view, 3
    li      t0, 0x22
    csrw    mideleg, t0
    li      t0, -1
    csrw    sie, t0
    csrr    a0, mie
    csrr    a1, sie
    ENDCASE
CASE misa_value, 3
    csrr    a0, misa
    li      t0, 0x800000000014112d
    and     a0, a0, t0
    ENDCASE
CASE hart_id, 3
    csrr    a0, mhartid
    csrr    a1, mconfigptr
    ENDCASE
CASE csrrw_swaps, 3
    li      t0, 0x55
    csrw    mscratch, t0
    li      a0, 0xaa
    csrrw   a0, mscratch, a0
    csrrsi  a1, mscratch, 1
    ENDCASE

/* ---- Counters ---- */
WORD cycle_closed_u, 0xc0002573
WORD time_closed_u, 0xc0102573
WORD instret_closed_s, 0xc0202573, 1
WORD hpm3_closed_s, 0xc0302573, 1
CASE cycle_open_m_not_s, 3
    csrwi   mcounteren, 7
    li      t0, 0x1800
    csrc    mstatus, t0
    la      t0, 1f
    li      t1, 0x40000000
    sub     t0, t0, t1
    csrw    mepc, t0
    mret
1:  csrr    a0, cycle
    ENDCASE
CASE counters_run, 3
    csrr    t0, mcycle
    csrr    t1, minstret
    nop
    csrr    t2, mcycle
    csrr    t3, minstret
    sltu    a0, t0, t2
    sltu    a1, t1, t3
    ENDCASE
CASE hpm_zero, 3
    csrr    a0, mhpmcounter3
    csrr    a1, hpmcounter31
    ENDCASE

/* ---- Delegation: an S-mode handler sees the trap first ---- */
    .macro DELEGATED name, bits, insn
CASE \name, 3
    li      t0, \bits
    csrw    medeleg, t0
    la      t0, to_m
    csrw    stvec, t0
    li      t0, 0x1800
    csrc    mstatus, t0
    la      t0, 1f
    li      t1, 0x40000000
    sub     t0, t0, t1
    csrw    mepc, t0
    mret
1:  li      t0, 0x200000
    \insn
    nop
    .endm
DELEGATED deleg_ecall, 0x100, "ecall"
DELEGATED deleg_load, 0x2000, "ld a0, 0x28(t0)"
DELEGATED deleg_illegal, 4, ".word 0xffffffff"
DELEGATED deleg_break, 8, "ebreak"
DELEGATED deleg_not, 0x8000, "ld a0, 0x28(t0)"
    .balign 4
to_m:
    csrr    a0, scause
    csrr    a1, stval
    csrr    t0, sstatus
    andi    t0, t0, 0x122
    slli    t0, t0, 16
    or      a0, a0, t0
    ENDCASE

/* ---- Interrupts ---- */
CASE ssi_in_m_not_delegated, 3
    csrwi   mie, 2
    csrwi   mip, 2
    csrsi   mstatus, 8
    li      a0, 1
    ENDCASE
CASE ssi_masked_in_m, 3
    csrwi   mideleg, 2
    csrwi   mie, 2
    csrwi   mip, 2
    csrsi   mstatus, 8
    li      a0, 1
    ENDCASE
CASE ssi_on_mret_to_u, 3
    csrwi   mie, 2
    csrwi   mip, 2
    li      t0, 0x1800
    csrc    mstatus, t0
    la      t0, 1f
    li      t1, 0x40000000
    sub     t0, t0, t1
    csrw    mepc, t0
    mret
1:  li      a0, 1
    ENDCASE
CASE wfi_wakes, 3
    csrwi   mie, 2
    csrwi   mip, 2
    wfi
    li      a0, 3
    ENDCASE

/* ---- A and D ---- */
CASE ad_bits_load, 3
    li      t0, (1 << 17)
    csrs    mstatus, t0
    li      t0, 0x1800
    csrc    mstatus, t0
    li      t0, 0x209000
    ld      a1, 0(t0)
    li      t0, (1 << 17)
    csrc    mstatus, t0
    li      t0, L0
    ld      a0, 72(t0)
    ENDCASE
CASE ad_bits_store, 3
    li      t0, (1 << 17)
    csrs    mstatus, t0
    li      t0, 0x1800
    csrc    mstatus, t0
    li      t0, 0x209000
    sd      a1, 0(t0)
    li      t0, (1 << 17)
    csrc    mstatus, t0
    li      t0, L0
    ld      a0, 72(t0)
    ENDCASE

/* ---- Atomics ---- */
    .macro MINMAX name, insn, memory, operand
CASE \name, 3
    li      t0, \memory
    sd      t0, 0(s2)
    li      t1, \operand
    \insn   a0, t1, (s2)
    ld      a1, 0(s2)
    ENDCASE
    .endm
MINMAX amomin_w, amomin.w, 0x1111111180000000, 0x00000000ffffffff
MINMAX amomax_w, amomax.w, 0x1111111180000000, 0x00000000ffffffff
MINMAX amominu_w, amominu.w, 0x1111111180000000, 0x5555555500000001
MINMAX amomaxu_w, amomaxu.w, 0x1111111100000007, 0x5555555580000001
MINMAX amomin_w_plain, amomin.w, 5, -7
MINMAX amomaxu_w_plain, amomaxu.w, 5, -7
MINMAX amomin_d, amomin.d, -5, 7
MINMAX amomaxu_d, amomaxu.d, -5, 7
MINMAX amoadd_w, amoadd.w, 0x7fffffff, 1
CASE lr_sc, 3
    lr.d    a0, (s2)
    addi    t1, a0, 1
    sc.d    a0, t1, (s2)
    ld      a1, 0(s2)
    ENDCASE
CASE sc_without_lr, 3
    li      t1, 5
    sc.d    a0, t1, (s2)
    ld      a1, 0(s2)
    ENDCASE

/* ---- PMP ---- */
    .macro PMP_READ_ONLY name
CASE \name, 3
    li      t0, (DATA >> 2) | 0x1ff
    csrw    pmpaddr0, t0
    li      t0, -1
    srli    t0, t0, 10
    csrw    pmpaddr1, t0
    li      t0, 0x1f19
    csrw    pmpcfg0, t0
    sfence.vma
    li      t0, (1 << 17) | 0x800
    csrs    mstatus, t0
    li      t0, 0x1000
    csrc    mstatus, t0
    li      t0, DATA
    .endm
PMP_READ_ONLY pmp_load_allowed
    ld      a0, 0(t0)
    ENDCASE
PMP_READ_ONLY pmp_store_denied
    sd      a0, 8(t0)
    ENDCASE
PMP_READ_ONLY pmp_store_after_load
    ld      a0, 0(t0)
    sd      a0, 8(t0)
    ENDCASE
CASE pmp_tor, 3
    li      t0, DATA >> 2
    csrw    pmpaddr0, t0
    li      t0, (DATA + 0x1000) >> 2
    csrw    pmpaddr1, t0
    li      t0, -1
    srli    t0, t0, 10
    csrw    pmpaddr2, t0
    li      t0, 0x1f080f
    csrw    pmpcfg0, t0
    sfence.vma
    li      t0, (1 << 17) | 0x800
    csrs    mstatus, t0
    li      t0, 0x1000
    csrc    mstatus, t0
    li      t0, DATA + 0x1000
    ld      a0, 0(t0)
    ld      a1, -8(t0)
    ENDCASE
CASE pmp_cfg_reads_back, 3
    li      t0, 0x1f0018
    csrw    pmpcfg0, t0
    csrr    a0, pmpcfg0
    csrr    a1, pmpcfg2
    ENDCASE
CASE pmp_does_not_bind_m, 3
    li      t0, 0x18
    csrw    pmpcfg0, t0
    ld      a0, 0(s2)
    ENDCASE

/* ---- Code that changes ---- */
CASE self_modifying, 3
    li      t1, 2
2:  la      t0, 1f
1:  li      a0, 1
    li      t2, 0x00200513      /* li a0, 2 */
    sw      t2, 0(t0)
    fence.i
    addi    t1, t1, -1
    bnez    t1, 2b
    li      t2, 0x00100513
    sw      t2, 0(t0)
    fence.i
    ENDCASE
