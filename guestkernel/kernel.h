/* kernel.h - the kernel at a glance: every source file includes this, and no other header for C
 * includes one of the kernel's. Below are the modules that need only a few words; the others
 * have headers of their own, and so have sockets, methods and ports (socket.h, method.h,
 * port.h), which only their own files include. int is 0 or a positive errno, unless a function
 * says otherwise. */
#include <errno.h>
#include <fcntl.h>
#include <sallyport/abi.h>
#include <sallyport/poll.h>
#include <sallyport/signal.h>
#include <sallyport/sysctl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct file;
struct file_ops;
struct inode;
struct proc;
struct sysctl_oid;
struct uio;
struct vm;
struct wiring;

#include "layout.h"
#include "riscv.h"
#include "trapframe.h"
#include "copy.h"
#include "uio.h"
#include "vm.h"
#include "wire.h"
#include "sched.h"
#include "proc.h"
#include "inode.h"
#include "dir.h"
#include "file.h"
#include "sysctl.h"

#define PROBE_PROVIDER "sallyport"
#include <sallyport/probe.h>

/* ---- trap.c, syscall.c ---- */
/* Called by the trampoline with the process's registers saved. Returns the satp to go back
 * with; 0 with layout=shared: it is there already. */
uint64_t usertrap(struct trapframe *frame);

/* The last steps before user mode. a0: as usertrap; a1: where to go (for fork_return). */
struct way_back {
    uint64_t satp, userret;
};
struct way_back trap_return(void);

/* What a trap taken in the kernel leaves behind. */
struct kernel_frame {
    uint64_t x[32]; /* x[0]: pc */
};
void kernelvec(void); /* kernelvec.S: stvec while the kernel runs; calls kerneltrap */
void kerneltrap(struct kernel_frame *frame);
_Noreturn void trap_in_trap(void); /* kernelvec.S found itself on the trap stack already */

/* The system call that the frame's registers ask for; its result into a0. */
void syscall(struct trapframe *frame);
/* Behind abi/syscall.def. arg[0..5]: the caller's a0..a5; the result: 0 or more, or -errno. */
#define CALL(number, name, result, args, help) int64_t sys_##name(const uint64_t *arg);
#include "abi/syscall.def"
#undef CALL

#define NS_PER_SECOND 1000000000
#define NS_PER_TICK   (NS_PER_SECOND / PLAT_TIMEBASE_HZ)
#define TICKS_PER_MS  (PLAT_TIMEBASE_HZ / 1000)
/* The mtime at which the user's struct timespec, from now on, is over; EFAULT, EINVAL. */
int fetch_deadline(struct user_addr from, uint64_t *deadline);

/* ---- bootargs.c, initrd.c, export.c: in at boot, out at the end ---- */
#define BOOT_LINES_MAX SALLYPORT_ARG_COUNT_MAX

struct bootargs { /* what the boot page says (emu/platform/platform.h) */
    enum layout layout;
    uint64_t ram_bytes;
    unsigned args, gets;
    const char *arg[BOOT_LINES_MAX]; /* init's arguments after its name */
    const char *get[BOOT_LINES_MAX]; /* files that the host wants at the end */
};
extern struct bootargs bootargs; /* written once, by bootargs_read */

void bootargs_read(void); /* whatever it does not understand ends the boot with one line */
/* Checks the archive, says where it ends; what is wrong with it ends the boot with one line. */
paddr initrd_check(paddr ram_end);
void initrd_load(void); /* makes the file system of it */
/* Shows each file that the boot page's get= lines name to whoever watches the export probe. */
void export_files(void);

/* ---- pagealloc.c: physical frames, counted references ---- */
/* A frame is shared by whoever holds a reference: page tables (copy-on-write after fork), a
 * file's pages. Frames of the initrd are not managed: holding and dropping them does nothing,
 * so code that maps pages need not ask. free_start..free_end and more_start..more_end are RAM
 * to hand out; the first range also gives the room for the reference counts. */
void pagealloc_init(paddr ram_end, paddr free_start, paddr free_end, paddr more_start,
                    paddr more_end);
/* A frame with one reference, or 0: out of memory. */
paddr page_alloc(void);        /* contents: anything */
paddr page_alloc_zeroed(void); /* contents: zero */
void page_hold(paddr page);
void page_drop(paddr page);
/* The owner left the frame all zero: the next page_alloc_zeroed need not clear it. */
void page_drop_zeroed(paddr page);
/* Is there exactly one reference, and the frame ours? */
bool page_is_private(paddr page);
uint64_t page_free_count(void);

/* ---- kmalloc.c: inodes, directory entries, open files ---- */
#define KMALLOC_MAX 1024     /* bytes; larger things are whole pages */
void *kmalloc(size_t bytes); /* zeroed, 16-aligned; NULL: out of memory */
void kfree(void *object);    /* NULL is allowed */

/* ---- elf.c, exec.c, comm.c, futex.c, ring.c ---- */
/* Adds the program's segments to vm as regions and sets where its heap starts. ENOEXEC: none
 * for this machine, or malformed; ENOMEM: too big. On an error: vm_destroy. */
int elf_load(struct vm *vm, struct inode *file, uint64_t *entry);
/* Gives process 1 its program: /bin/init with argv "init" and the arguments. */
int exec_init(struct proc *p, const char *const *argument, unsigned n);

void comm_init(void);           /* the commpage: abi/sallyport/commpage.h */
int comm_map(struct vm *vm);    /* shows it to a program; 0, ENOMEM */
void comm_update(uint64_t now); /* the base moves to now, an mtime */

/* A file shrank: sleepers whose word went with it are to find out. */
void futex_look_again(void);

/* Does what the current process's ring asks for, without waiting for it. */
void ring_drain(void);
void ring_close(struct proc *p); /* at exec and exit: what was not done is not done any more */

/* ---- portcalls.c: Mach ports in the life of a process ---- */
void ports_fork(const struct proc *parent, struct proc *child);
void ports_exec(struct proc *p); /* a new program starts without rights */
void ports_exit(struct proc *p);

/* ---- poll.c: one queue for all who wait for any of several files ---- */
extern struct wait_queue poll_waiters;
/* For whoever changes what a file's poll would answer: they look again. */
static inline void poll_wake(void) { sched_wake_all(&poll_waiters); }

/* ---- Devices ---- */
void device_init(void); /* /dev/console, null, zero, demo, accel and the directory shm */
/* Makes /dev/NAME, in the place of whatever the archive had there. */
struct inode *device_make(const char *name, const struct file_ops *ops);
/* For devices that have nothing better: an empty file, a hole, no state. */
int null_read(struct file *f, struct uio *u);
int null_write(struct file *f, struct uio *u);
void device_close(struct file *f);

void kbuf_init(void); /* /dev/kbuf: kbuf.c */

void disk_init(void); /* /dev/disk0, if there is a disk: disk.c */
void disk_interrupt(void);

void console_init(struct inode *node); /* /dev/console: the UART with line */
struct inode *console_inode(void);     /* editing and Ctrl-C */
void console_interrupt(void);          /* the UART has something */

void uart_init(void);
void uart_write(const char *bytes, size_t n); /* until all is handed over */
int uart_read(void);                          /* the next byte, or -1 */

void plic_init(void);              /* the interrupt controller between devices and the hart */
void plic_enable(unsigned source); /* lets a device's interrupts through */
unsigned plic_claim(void);         /* the most urgent that is pending, or 0; then: */
void plic_complete(unsigned source);

/* A timer interrupt at mtime >= deadline; UINT64_MAX: none, and takes back a pending one. */
void sbi_set_timer(uint64_t deadline);
/* Ends the run; status 0..255 becomes the host's exit status. */
_Noreturn void power_off(int status);

/* ---- panic.c, ksyms.c: for the impossible only, never for what a program can cause ---- */
#define PANIC_STATUS         121 /* the host's exit status after a panic */
#define FORMAT(text, values) __attribute__((format(printf, text, values)))

/* "function: why". Prints it with a backtrace and ends the run. */
_Noreturn void panic(const char *format, ...) FORMAT(1, 2);
/* A trap that the kernel caused itself. */
_Noreturn void panic_trap(const struct kernel_frame *frame);
/* An image that cannot be booted: one line, no backtrace. */
_Noreturn void refuse_boot(const char *format, ...) FORMAT(1, 2);
/* The function that holds pc and the offset into it, or NULL (offset: pc). */
const char *ksyms_find(vaddr pc, uint64_t *offset);

/* ---- print.c: lines on the console ---- */
void print(const char *format, ...) FORMAT(1, 2); /* %s %d %u %x %lx %lu %ld %%, no widths */
/* As print, into size bytes, always NUL-ended; longer text is cut. */
void print_to(char *text, size_t size, const char *format, ...) FORMAT(3, 4);
void print_to_list(char *text, size_t size, const char *format, va_list list);

/* ---- Tools ---- */
static inline uint64_t min(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* Lists linked by one pointer: an item goes to the end; one that is in it goes out. */
#define LIST_APPEND(first, item, next)                                                         \
    do {                                                                                       \
        __typeof__(first) *link_ = &(first);                                                   \
        while (*link_) link_ = &(*link_)->next;                                                \
        (item)->next = NULL;                                                                   \
        *link_ = (item);                                                                       \
    } while (0)
#define LIST_REMOVE(first, item, next)                                                         \
    do {                                                                                       \
        __typeof__(first) *link_ = &(first);                                                   \
        while (*link_ != (item)) link_ = &(*link_)->next;                                      \
        *link_ = (item)->next;                                                                 \
    } while (0)

/* ---- string.c: as in ISO C; the compiler calls the first four by itself ---- */
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
/* Copies at most size - 1 bytes and always ends with a NUL. */
void string_copy(char *to, const char *from, size_t size);
