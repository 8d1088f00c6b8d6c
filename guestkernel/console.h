/*
 * console.h - /dev/console: the UART with line editing and Ctrl-C.
 */
#ifndef KERNEL_CONSOLE_H
#define KERNEL_CONSOLE_H

struct inode;

void console_init(struct inode *node);
struct inode *console_inode(void);
/* The UART has something. */
void console_interrupt(void);

#endif
