/* comm.c - kernel memory that programs may read. The page belongs to an inode without a name,
 * so that a mapping of it is like any other. */
#include "kernel.h"
#include <sallyport/commpage.h>

_Static_assert(COMMPAGE_ADDRESS == USER_STACK_TOP, "right above the stack");

static struct {
    struct inode *object;
    volatile struct commpage *page;
} comm;

void comm_init(void) {
    comm.object = inode_new(INODE_FILE, 0444);
    char *page = comm.object ? inode_own_page(comm.object, 0) : NULL;
    if (!page) panic("comm_init: no memory for the commpage");
    inode_hold(comm.object);
    comm.object->size = PAGE_SIZE;
    comm.page = (struct commpage *)page;
    struct commpage facts = {.magic = COMMPAGE_MAGIC,
                             .ncpu = 1,
                             .page_bytes = PAGE_SIZE,
                             .ram_bytes = bootargs.ram_bytes,
                             .timebase_hz = PLAT_TIMEBASE_HZ,
                             .ns_mult = NS_PER_TICK,
                             .kernel = "sallyport kernel 1"};
    memcpy(page, &facts, sizeof facts);
    comm_update(mtime_now());
}

int comm_map(struct vm *vm) { return vm_show(vm, COMMPAGE_ADDRESS, comm.object, PTE_R); }

/* With one hart nobody reads meanwhile; who was interrupted in it sees another generation. */
void comm_update(uint64_t now) {
    if (!comm.page) return;
    comm.page->generation++;
    __asm__ volatile("fence w, w" ::: "memory");
    comm.page->base_ticks = now;
    comm.page->base_ns = now * NS_PER_TICK;
    __asm__ volatile("fence w, w" ::: "memory");
    comm.page->generation++;
}
