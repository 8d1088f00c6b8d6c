/*
 * plic.h - the interrupt controller between devices and the hart.
 */
#ifndef KERNEL_PLIC_H
#define KERNEL_PLIC_H

void plic_init(void);
/* Lets a device's interrupts through. */
void plic_enable(unsigned source);
/* The most urgent pending source, claimed, or 0; then complete it. */
unsigned plic_claim(void);
void plic_complete(unsigned source);

#endif
