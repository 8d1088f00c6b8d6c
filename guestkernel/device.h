/*
 * device.h - what /dev holds.
 */
#ifndef KERNEL_DEVICE_H
#define KERNEL_DEVICE_H

struct file;
struct file_ops;
struct uio;

/* Makes /dev/console, null, zero, demo and accel. */
void device_init(void);
/* Makes /dev/NAME, in the place of whatever the archive had there. */
struct inode *device_make(const char *name, const struct file_ops *ops);

/* For devices that have nothing better: an empty file, a hole, no state. */
int null_read(struct file *f, struct uio *u);
int null_write(struct file *f, struct uio *u);
void device_close(struct file *f);

void kbuf_init(void); /* /dev/kbuf: kbuf.c */
void shm_init(void);  /* /dev/shm, the objects' directory: mmap.c */
/* /dev/disk0, if there is a disk: disk.c. */
void disk_init(void);
void disk_interrupt(void);

#endif
