/*
 * export.h - files for the host, at the end of the run.
 */
#ifndef KERNEL_EXPORT_H
#define KERNEL_EXPORT_H

/* Shows each file that the boot page's get= lines name to whoever watches the
 * export probe. */
void export_files(void);

#endif
