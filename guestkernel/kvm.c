/* kvm.c - the kernel's table: the direct map (only what exists, each part with the least
 * permission), the kernel stacks, the trampoline. Nothing lies below USER_TOP. */
#include "kernel.h"

#define KERNEL_RW (PTE_V | PTE_R | PTE_W | PTE_A | PTE_D)
#define KERNEL_RO (PTE_V | PTE_R | PTE_A)
#define KERNEL_RX (PTE_V | PTE_R | PTE_X | PTE_A)

extern char text_start[], text_end[], rodata_end[], trampoline_image[];

struct kvm kvm;

/* The next table down, made if it is missing and alloc is set. */
static pte_t *next_table(pte_t *entry, bool alloc) {
    if (*entry & PTE_V) return kva(PTE_TO_PA(*entry));
    paddr page = alloc ? page_alloc_zeroed() : 0;
    if (!page) return NULL;
    *entry = PA_TO_PTE(page) | PTE_V;
    return kva(page);
}

pte_t *sv39_entry(pte_t *root, uint64_t va, bool alloc) {
    pte_t *middle = next_table(&root[VPN(va, 2)], alloc);
    if (!middle) return NULL;
    pte_t *leaves = next_table(&middle[VPN(va, 1)], alloc);
    return leaves ? &leaves[VPN(va, 0)] : NULL;
}

static bool is_mega_aligned(uint64_t a) { return a % MEGAPAGE_SIZE == 0; }

/* Maps [va, va + bytes) to pa, with 2 MiB pages where they fit. Boot only: may panic. */
static void map_kernel(vaddr va, paddr pa, uint64_t bytes, pte_t flags) {
    while (bytes) {
        uint64_t step = PAGE_SIZE;
        pte_t *middle = next_table(&kvm.root[VPN(va, 2)], true);
        pte_t *entry = middle ? &middle[VPN(va, 1)] : NULL;
        if (is_mega_aligned(va) && is_mega_aligned(pa) && bytes >= MEGAPAGE_SIZE)
            step = MEGAPAGE_SIZE;
        else entry = sv39_entry(kvm.root, va, true);
        if (!entry) panic("kvm_init: no memory for page tables");
        *entry = PA_TO_PTE(pa) | flags;
        va += step, pa += step, bytes -= step;
    }
}

static void map_direct(paddr start, paddr end, pte_t flags) {
    map_kernel(start + DIRECT_MAP, start, end - start, flags);
}

void kvm_init(enum layout layout, paddr ram_end) {
    kvm.layout = layout;
    paddr root = page_alloc_zeroed();
    if (!root) panic("kvm_init: no memory for the root table");
    kvm.root = kva(root);
    kvm.satp = SATP(root);
    map_direct(PLAT_FINISHER_BASE, PLAT_FINISHER_BASE + PAGE_SIZE, KERNEL_RW);
    map_direct(PLAT_PLIC_BASE, PLAT_PLIC_BASE + PLAT_PLIC_SIZE, KERNEL_RW);
    map_direct(PLAT_UART_BASE, PLAT_UART_BASE + PAGE_SIZE, KERNEL_RW);
    map_direct(PLAT_VIRTIO_BASE, PLAT_VIRTIO_BASE + PAGE_SIZE, KERNEL_RW);
    map_direct(kpa(text_start), kpa(text_end), KERNEL_RX);
    map_direct(kpa(text_end), kpa(rodata_end), KERNEL_RO);
    map_direct(kpa(rodata_end), ram_end, KERNEL_RW);
    map_kernel(TRAMPOLINE, kpa(trampoline_image), PAGE_SIZE, KERNEL_RX);
    /* Process tables of layout=shared copy this root's entries, so the tables that grow later
     * must hang in it already. */
    if (!sv39_entry(kvm.root, KSTACK_AREA, true)) panic("kvm_init: no memory for page tables");
    CSR_WRITE(satp, kvm.satp);
    fence_all_translations();
}

vaddr kvm_stack(unsigned slot) {
    vaddr top = KSTACK_AREA + (uint64_t)(slot + 1) * KSTACK_STRIDE;
    bool changed = false;
    for (vaddr va = top - KSTACK_SIZE; va < top; va += PAGE_SIZE) {
        pte_t *entry = sv39_entry(kvm.root, va, true);
        if (!entry) return 0;
        if (*entry & PTE_V) continue;
        paddr page = page_alloc();
        if (!page) return 0;
        *entry = PA_TO_PTE(page) | KERNEL_RW;
        changed = true;
    }
    if (changed) fence_all_translations();
    return top - KSTACK_RESERVED;
}
