/*
 * shm.h - named memory.
 */
#ifndef KERNEL_SHM_H
#define KERNEL_SHM_H

/* Makes /dev/shm, where the objects have their names. */
void shm_init(void);

#endif
