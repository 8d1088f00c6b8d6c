/*
 * csr_fields.h - a CSR's value with its fields spelled out, as the privileged
 * manual names them: "SPP=U SPIE=1 SIE=0 SUM=0", "MODE=Sv39 PPN=0x80280".
 */
#ifndef SALLYPORT_CSR_FIELDS_H
#define SALLYPORT_CSR_FIELDS_H

#include <stddef.h>
#include <stdint.h>

/* Text for the value of the CSR of this name; "" where it has no fields. */
const char *csr_fields_text(const char *name, uint64_t value, char *text,
                            size_t n);

#endif
