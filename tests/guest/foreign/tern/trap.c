/*
 * trap.c - what comes up from user programs: calls, faults, interrupts.
 */
#include "tern.h"

#define SSI (1UL << 63 | 1)
#define SEI (1UL << 63 | 9)

void trap_init(void)
{
    csr_put(stvec, kernel_entry);
}

static int interrupt(u64 cause)
{
    if (cause == SEI)
        return device_interrupt();
    if (cause != SSI)
        return 0;
    csr_off(sip, 2);
    ticks++;
    return 1;
}

static u64 sys_write(u64 va, u64 n)
{
    char c;
    for (u64 i = 0; i < n; i++) {
        if (user_copy(current, va + i, &c, 1, 0) != 0)
            return -1UL;
        put_char(c);
    }
    return n;
}

static u64 sys_read(u64 va, u64 n)
{
    char line[128];
    int got = console_read(line, n < sizeof line ? (int)n : (int)sizeof line);
    return user_copy(current, va, line, (u64)got, 1) != 0 ? -1UL : (u64)got;
}

static u64 sys_sector(u64 sector, u64 va)
{
    static u8 buffer[512] __attribute__((aligned(16)));
    if (disk_read(sector, buffer) != 0)
        return -1UL;
    return user_copy(current, va, buffer, 512, 1) != 0 ? -1UL : 0;
}

static u64 sys_wait(u64 va)
{
    int status = 0, pid = process_wait(&status);
    if (va != 0 && pid > 0 && user_copy(current, va, &status, 4, 1) != 0)
        return -1UL;
    return (u64)(long)pid;
}

static u64 call(u64 number, u64 a, u64 b)
{
    switch (number) {
    case SYS_EXIT:
        process_exit((int)a);
        return 0;
    case SYS_FORK:
        return (u64)(long)process_fork();
    case SYS_WAIT:
        return sys_wait(a);
    case SYS_PID:
        return (u64)current->pid;
    case SYS_WRITE:
        return sys_write(a, b);
    case SYS_READ:
        return sys_read(a, b);
    case SYS_TICKS:
        return ticks;
    case SYS_SECTOR:
        return sys_sector(a, b);
    case SYS_OFF:
        power_off((int)a);
        return 0;
    case SYS_FORCED:
        return forced;
    default:
        return -1UL;
    }
}

static void fault(u64 cause, u64 tval)
{
    print("tern: pid %d killed: cause %d at %x, address %x\n",
          (u64)current->pid, cause, current->frame->pc, tval);
    process_exit(-1);
}

void user_trap(void)
{
    u64 cause = csr_get(scause), tval = csr_get(stval);
    csr_put(stvec, kernel_entry);
    if (cause == 8) {
        u64 *reg = current->frame->reg;
        current->frame->pc += 4;
        reg[9] = call(reg[16], reg[9], reg[10]);
    } else if (!interrupt(cause)) {
        fault(cause, tval);
    } else if (cause == SSI) {
        forced++;
        yield();
    }
    user_return();
}

void user_return(void)
{
    void (*leave)(u64) =
        (void (*)(u64))(TRAMPOLINE + (u64)(user_leave - trampoline));
    csr_off(sstatus, 2);
    csr_put(stvec, TRAMPOLINE + (u64)(user_entry - trampoline));
    csr_off(sstatus, 1 << 8);
    csr_on(sstatus, 1 << 5);
    leave(8UL << 60 | (u64)current->table >> 12);
}

void kernel_trap(void)
{
    if (!interrupt(csr_get(scause)))
        panic("trap in the kernel");
}
