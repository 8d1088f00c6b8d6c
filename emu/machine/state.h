/*
 * state.h - the inside of a machine. Internal to emu/machine and its tests.
 *
 * The fields are in three groups: what a snapshot keeps and the hash covers,
 * what stays the same from creation on, and what belongs to the host (the
 * listeners, the run in progress), which no snapshot touches.
 */
#ifndef SALLYPORT_MACHINE_STATE_H
#define SALLYPORT_MACHINE_STATE_H

#include "clint.h"
#include "disk.h"
#include "machine.h"
#include "plic.h"
#include "uart16550.h"
#include "virtio.h"

#define MACHINE_OBSERVERS_MAX 16
#define MACHINE_PAGE          4096u
#define MACHINE_NEVER         UINT64_MAX

/* Saved and hashed as bytes; see device.h about padding. */
struct machine_saved {
    struct clint clint;
    struct plic plic;
    struct uart uart;
    struct virtio virtio;
    uint64_t sbi_timer;     /* firmware: mtime of the S-mode timer interrupt */
    uint64_t console_clock; /* when a byte last went out or in */
    uint32_t waiting;       /* the hart stands behind a wfi that goes on */
    uint32_t ever_waited;   /* it has done so before */
    uint32_t ended;         /* the guest ended the run */
    uint32_t input_ended;   /* machine_input_end was called */
    uint32_t eof_given;     /* a Ctrl-D went in, and nothing happened since */
    uint32_t eof_count;     /* how many altogether */
    int32_t status;         /* of ended */
    char text[160];         /* of ended */
};

/* Bytes on their way to the UART, oldest first. */
struct input_byte {
    uint8_t byte;
    uint8_t piped;
};

struct input_queue {
    struct input_byte *bytes;
    size_t first, count, room; /* bytes[first .. first + count) */
};

struct machine {
    struct cpu *cpu;
    struct machine_saved s;
    struct input_queue input;
    struct disk disk;

    /* From creation on. */
    uint8_t *ram;
    size_t ram_bytes;
    bool bare;
    uint64_t tohost; /* physical address of the ELF symbol; 0: none */
    void (*console_out)(void *ctx, const uint8_t *bytes, size_t n);
    void *console_ctx;

    /* The host's. */
    bool pace_idle;
    bool ask_input;
    bool asking;       /* come back and ask, at the next instruction */
    uint64_t next_ask; /* not again before this clock */
    bool stop_requested;
    uint64_t bound; /* where the cpu_run in progress ends */
    uint32_t lines; /* levels last given to the hart, by enum cpu_irq */
    bool lines_known;
    struct machine_observer observers[MACHINE_OBSERVERS_MAX];
    unsigned observer_count;
    struct machine_watch **watches; /* NULL: a free slot */
    size_t watch_slots;
    int notify_watch; /* of the hart; while there are any */
    bool probing;     /* what devices would do, without doing it */
};

/* ---- machine.c ---- */
/* The guest ends the run. */
void machine_end(struct machine *m, int status, const char *text);
void machine_note_console_out(struct machine *m, uint8_t byte);
void machine_note_console_in(struct machine *m, uint8_t byte);
/* bytes NULL: the end of the input. */
void machine_note_input(struct machine *m, const uint8_t *bytes, size_t n,
                        bool piped);

/* ---- lines.c: interrupt lines and the timer ---- */
/* Levels of all lines from the devices' state, given to the hart. */
void lines_update(struct machine *m);
/* Clock of the next timer interrupt; MACHINE_NEVER. A comparator that has
 * already been reached counts as never: its line is up. */
uint64_t lines_deadline(const struct machine *m);
/* Can an interrupt of the timer, of console input, wake the hart from wfi? */
bool lines_timer_can_wake(const struct machine *m);
bool lines_input_can_wake(const struct machine *m);
/* Is an enabled interrupt pending? */
bool lines_wake(const struct machine *m);

/* ---- console.c: the queue in front of the UART ---- */
/* Typed bytes go on while the guest listens and there is room. */
void console_pump(struct machine *m);
/* The guest has read an empty line status register. */
void console_guest_polls(struct machine *m);
/* The guest idles in wfi and would take input: one piped byte, or Ctrl-D when
 * the input has ended. True: a byte went in. */
bool console_guest_idles(struct machine *m, bool timer_set);
/* The clock at which a guest that never idles is given a piped byte, or the
 * caller asked for one, unless it reads or prints before; MACHINE_NEVER. */
uint64_t console_patience(const struct machine *m);
/* Is the caller to be asked for input now? */
bool console_asks(struct machine *m);
bool console_reserve(struct input_queue *q, size_t more);

/* ---- dma.c: the devices' only way to RAM ---- */
bool machine_dma_read(struct machine *m, uint64_t pa, void *to, size_t n);
bool machine_dma_write(struct machine *m, uint64_t pa, const void *from,
                       size_t n);
bool machine_dma_valid(struct machine *m, uint64_t pa, uint64_t n);

/* ---- firmware.c ---- */
bool firmware_call(struct machine *m);

/* ---- watch.c ---- */
/* A device is about to reach memory: tells who watches it. */
void watch_dma(struct machine *m, uint64_t pa, size_t n,
               enum machine_access what);
void watch_release(struct machine *m);

/* ---- tohost.c ---- */
/* The next clock at which tohost is looked at, after the present one. */
uint64_t tohost_next_check(const struct machine *m);
void tohost_check(struct machine *m);

/* ---- elf_load.c ---- */
struct elf_limits {
    const char *name; /* for messages */
    uint64_t ram_bytes;
    bool bare;
    bool bootpage;         /* there is one to keep free */
    uint64_t initrd_bytes; /* 0: none */
};

struct elf_loaded {
    uint64_t entry;  /* physical */
    uint64_t lowest; /* physical */
    uint64_t tohost; /* 0: no such symbol */
};

/* Checks all of it, then copies it to ram. */
int elf_load(const uint8_t *elf, size_t elf_bytes,
             const struct elf_limits *limits, uint8_t *ram,
             struct elf_loaded *out, char *why, size_t why_bytes);

/* ---- snapshot.c ---- */
/* All but RAM. */
struct machine_small {
    struct machine_saved saved;
    struct disk_copy disk;
    struct input_byte *input;
    size_t input_count;
    void *cpu;
};
bool small_save(struct machine *m, struct machine_small *s);
/* RAM has been put back before, page by page. */
void small_restore(struct machine *m, const struct machine_small *s);
void small_release(struct machine_small *s);
/* Writes a page (NULL: of zeroes) if RAM holds another, and says so to the
 * hart. */
void snapshot_put_page(struct machine *m, size_t index, const uint8_t *page);

/* ---- hash.c ---- */
/* 64 bits over bytes; every byte and the length count. */
uint64_t hash_bytes(const void *bytes, size_t n, uint64_t seed);
bool page_is_zero(const uint8_t *page);
/* Of the page at this offset into RAM, 0 if it is all zero; and machine_hash
 * where the sum over all pages is known. */
uint64_t hash_page(const struct machine *m, size_t at);
uint64_t hash_with_ram(const struct machine *m, uint64_t ram);

#endif
