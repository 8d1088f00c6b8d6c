/*
 * bare.h - registers and helpers of the bare test program.
 */
#ifndef SALLYPORT_TESTS_BARE_H
#define SALLYPORT_TESTS_BARE_H

#include "../../../emu/platform/platform.h"

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

#define CSR_READ(name)                                                         \
    ({                                                                         \
        u64 value_;                                                            \
        __asm__ volatile("csrr %0, " #name : "=r"(value_)::"memory");          \
        value_;                                                                \
    })
#define CSR_WRITE(name, value)                                                 \
    __asm__ volatile("csrw " #name ", %0" ::"r"((u64)(value)) : "memory")
#define CSR_SET(name, bits)                                                    \
    __asm__ volatile("csrs " #name ", %0" ::"r"((u64)(bits)) : "memory")
#define CSR_CLEAR(name, bits)                                                  \
    __asm__ volatile("csrc " #name ", %0" ::"r"((u64)(bits)) : "memory")

#define REG32(address)          (*(volatile u32 *)(u64)(address))
#define REG64(address)          (*(volatile u64 *)(u64)(address))
#define REG8(address)           (*(volatile u8 *)(u64)(address))

#define MSTATUS_SIE             (1ul << 1)
#define MSTATUS_MIE             (1ul << 3)
#define MIP_STIP                (1ul << 5)
#define MIE_MSIE                (1ul << 3)
#define MIE_MTIE                (1ul << 7)
#define MIE_SEIE                (1ul << 9)
#define MIE_MEIE                (1ul << 11)
#define INTERRUPT               (1ul << 63)

#define CLINT_MSIP              (PLAT_CLINT_BASE)
#define CLINT_MTIMECMP          (PLAT_CLINT_BASE + 0x4000)
#define CLINT_MTIME             (PLAT_CLINT_BASE + 0xbff8)

#define PLIC_PRIORITY(source)   (PLAT_PLIC_BASE + 4 * (source))
#define PLIC_ENABLE(context)    (PLAT_PLIC_BASE + 0x2000 + 0x80 * (context))
#define PLIC_THRESHOLD(context) (PLAT_PLIC_BASE + 0x200000 + 0x1000 * (context))
#define PLIC_CLAIM(context)     (PLIC_THRESHOLD(context) + 4)

/* start.S */
void in_mode(void *function, u64 argument, u64 mode);
void in_mode_back(void);
void in_user(u64 function, u64 argument);
void in_user_back(void);
void s_vector(void);
void user_ecall(void);
void user_load(void);
void user_store(void);
void user_illegal(void);
void user_break(void);
extern volatile u64 tohost;
extern u8 stacks[];

/* traps.c */
struct frame {
    u64 ra, t[7], a[8];
};
void m_trap(struct frame *f);
void s_trap(struct frame *f);

/* print.c */
void print(const char *text);
void print_hex(const char *label, u64 value);

/* blk.c */
#define DISK_READ       0
#define DISK_WRITE      1
#define DISK_FLUSH      4
#define DISK_DATA_BYTES 1024
extern u8 disk_data[DISK_DATA_BYTES];
struct disk_result {
    u8 status;
    u32 used_bytes;
};
u32 disk_start(void); /* the status register at the end */
void disk_stop(void);
u32 disk_interrupt(void); /* acknowledges; what it was */
struct disk_result disk_request(u32 type, u64 sector, u32 bytes);

#endif
