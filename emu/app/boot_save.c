/*
 * boot_save.c - --save-boot: the files of a boot and the command that starts
 * the same guest on QEMU (architecture.md, "The machine").
 */
#include "boot.h"

#include "../machine/machine.h"
#include "../platform/platform.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct saver {
    const char *directory;
    struct complaint *why;
    int status; /* of the first write that failed */
};

static void save(struct saver *s, const char *name, const void *bytes, size_t n,
                 unsigned mode)
{
    char *path = NULL;
    if (s->status != 0)
        return;
    if (asprintf(&path, "%s/%s", s->directory, name) < 0)
        abort();
    s->status = hostfile_write(path, bytes, n, mode, s->why);
    free(path);
}

static void write_command(FILE *out, const struct boot *boot,
                          const struct options *o, bool disk)
{
    fputs("#!/bin/sh\n"
          "# The same guest on QEMU; written by sallyport --save-boot.\n"
          "cd \"$(dirname \"$0\")\" && exec qemu-system-riscv64 -M virt",
          out);
    fprintf(out,
            " -m %u -display none \\\n"
            "  -monitor none -serial stdio -global "
            "virtio-mmio.force-legacy=false \\\n"
            "  -kernel kernel.elf",
            (unsigned)o->ram_mib);
    if (o->bare)
        fputs(" -bios none", out);
    if (boot->initrd.size > 0)
        fprintf(out, " \\\n  -device loader,file=initrd.tar,addr=0x%x",
                PLAT_INITRD_BASE);
    if (boot->page != NULL)
        fprintf(out, " \\\n  -device loader,file=args.bin,addr=0x%x",
                PLAT_BOOTPAGE_BASE);
    if (disk)
        fputs(" \\\n  -drive file=disk.img,format=raw,if=none,id=d"
              " \\\n  -device virtio-blk-device,drive=d,"
              "bus=virtio-mmio-bus.0",
              out);
    fputs(" \"$@\"\n", out);
}

static void save_page(struct saver *s, const char *text)
{
    uint8_t page[PLAT_BOOTPAGE_SIZE];
    char reason[160];
    if (machine_bootpage(text, page, reason, sizeof reason) == 0)
        save(s, "args.bin", page, sizeof page, 0666);
    else
        s->status = complain(s->why, APP_UNUSABLE, "%s", reason);
}

static void save_command(struct saver *s, const struct boot *boot,
                         const struct options *options, bool disk)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        abort();
    write_command(out, boot, options, disk);
    fclose(out);
    save(s, "qemu.sh", text, size, 0777);
    free(text);
}

int boot_save(const struct boot *boot, const struct options *options,
              const struct blob *disk, struct complaint *why)
{
    struct saver s = {.directory = options->save_boot, .why = why};
    if (mkdir(s.directory, 0777) != 0 && errno != EEXIST)
        return complain(why, APP_UNUSABLE, "%s: %s", s.directory,
                        strerror(errno));
    save(&s, "kernel.elf", boot->kernel.bytes, boot->kernel.size, 0666);
    if (boot->initrd.size > 0)
        save(&s, "initrd.tar", boot->initrd.bytes, boot->initrd.size, 0666);
    if (boot->page != NULL && s.status == 0)
        save_page(&s, boot->page);
    if (disk->size > 0)
        save(&s, "disk.img", disk->bytes, disk->size, 0666);
    save_command(&s, boot, options, disk->size > 0);
    return s.status;
}
