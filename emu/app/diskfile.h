/*
 * diskfile.h - the host file behind --disk. It is read whole into memory, the
 * guest works on the copy, and what has changed is written back when
 * the run ends, in whatever way: so a run sees one content from beginning to
 * end, and one that is stepped backwards never touches the file.
 */
#ifndef SALLYPORT_DISKFILE_H
#define SALLYPORT_DISKFILE_H

#include "hostfile.h"

struct diskfile {
    const char *path; /* NULL: no disk */
    int fd;           /* held, and locked against a second Sallyport */
    struct blob image;
};

#define DISKFILE_SECTOR 512

/* path NULL: an empty struct, no disk. */
int diskfile_open(const char *path, struct diskfile *out,
                  struct complaint *why);
int diskfile_write_back(struct diskfile *disk, struct complaint *why);
void diskfile_close(struct diskfile *disk);

#endif
