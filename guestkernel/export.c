/* export.c - how files leave the machine: the kernel points at their bytes, one contiguous
 * piece at a time, and the emulator, which hooks the probe, reads them there. On another
 * machine nobody looks, and nothing happens. */
#include "kernel.h"

static void export_file(const char *path) {
    struct inode *i;
    int error = path_find(inode_root(), path, &i);
    if (!error && i->type != INODE_FILE) error = i->type == INODE_DIRECTORY ? EISDIR : EINVAL;
    uint64_t offset = 0;
    while (!error && offset < i->size) {
        uint64_t n = i->size - offset;
        const char *bytes = inode_bytes(i, offset, &n);
        PROBE(export, path, offset, bytes, n, 0);
        offset += n;
    }
    PROBE(export, path, offset, 0, 0, error);
}

void export_files(void) {
    for (unsigned n = 0; n < bootargs.gets; n++) export_file(bootargs.get[n]);
}
