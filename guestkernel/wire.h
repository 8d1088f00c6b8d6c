/* wire.h - the kernel and the devices at a program's own pages: what is wired stays where it is
 * until it is unwired, whatever becomes of the program.
 *
 *     wire -> [window_map] -> the transfer, which may sleep -> unwire */

#define WIRE_PAGES 33 /* 128 KiB that need not begin at a page's start */
#define WIRE_BYTES ((WIRE_PAGES - 1) * PAGE_SIZE)

/* Small enough for the caller's stack. */
struct wiring {
    struct wiring *next; /* of the same space */
    struct vm *vm;       /* NULL: it is gone; the frames are held all the same */
    uint64_t va;         /* of the first byte */
    uint64_t bytes;      /* from there, at most WIRE_BYTES */
    uint32_t pages;
    int window;   /* its number, or -1 */
    pte_t access; /* PTE_R or PTE_W */
    paddr frame[WIRE_PAGES];
};

/* Transfers of at least so many bytes use the window instead of copying; 0: none does. The boot
 * page's map=BYTES and sysctl vm.map_threshold set it. */
extern uint64_t map_threshold;
static inline bool is_mapped_transfer(uint64_t n) {
    return map_threshold && n >= map_threshold;
}

/* Wires as much of [va, va + n) as it can, for access PTE_R (the kernel reads it) or PTE_W; how
 * much is in w->bytes. EFAULT: not even the first byte. */
int wire(struct wiring *w, struct vm *vm, uint64_t va, uint64_t n, pte_t access);
/* Shows the wired bytes in the kernel's window, in one piece: where the first is, or NULL: all
 * windows are taken, or there is no memory for tables. */
char *window_map(struct wiring *w);
void unwire(struct wiring *w); /* the one way out, of window and wiring */
/* For fork: the child then gets a copy, and the parent keeps the frame that is wired. */
bool is_wired(const struct vm *vm, uint64_t va);
void wire_orphan(struct vm *vm); /* the space is about to go */
