/*
 * boot.c - see boot.h. The boot page and the initrd's address are described
 * in platform.h; /host/NAME for a program of the host is architecture.md's.
 */
#include "boot.h"

#include "../machine/machine.h"
#include "../platform/platform.h"
#include "ustar.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- The kernel ---- */

/* Under --bare the image may stand where PROGRAM stands: there is no kernel
 * of ours that could start a program. */
static int check_bare(const struct options *o, struct complaint *why)
{
    if (o->kernel == NULL && o->program_count == 0)
        return complain(why, APP_USAGE,
                        "--bare: no image: name one with --kernel ELF");
    if (o->program_count > (o->kernel == NULL ? 1 : 0))
        return complain(why, APP_USAGE,
                        "%s: --bare starts the image alone, without a "
                        "program or arguments",
                        o->program[o->kernel == NULL ? 1 : 0]);
    if (o->kernel_args.count + o->gets.count > 0)
        return complain(why, APP_USAGE,
                        "--bare: there is no boot page for --kernel-arg or "
                        "--get");
    return 0;
}

/* A missing file of our own guest is told with the cure. */
static int read_guest_file(const char *given, const char *own,
                           const char *option, char **path, struct blob *out,
                           struct complaint *why)
{
    *path = given != NULL ? strdup(given) : hostfile_guest_path(own);
    if (given == NULL && !hostfile_exists(*path))
        return complain(why, APP_UNUSABLE,
                        "%s: not there: build the guest, or name one with %s",
                        *path, option);
    return hostfile_read(*path, out, why);
}

static int read_kernel(const struct options *o, struct boot *out,
                       struct complaint *why)
{
    const char *given = o->kernel;
    if (o->bare && given == NULL)
        given = o->program[0];
    return read_guest_file(given, "kernel/kernel.elf", "--kernel",
                           &out->kernel_path, &out->kernel, why);
}

/* ---- The initrd ---- */

static int read_initrd(const struct options *o, struct boot *out,
                       struct complaint *why)
{
    char *path, reason[320];
    if (o->bare && o->initrd == NULL)
        return 0;
    int status = read_guest_file(o->initrd, "apps/initrd.tar", "--initrd",
                                 &path, &out->initrd, why);
    if (status == 0 &&
        machine_check_initrd(path, out->initrd.bytes, out->initrd.size, reason,
                             sizeof reason) != 0)
        status = complain(why, APP_UNUSABLE, "%s", reason);
    free(path);
    return status;
}

/* Adds a file of the host at a guest path, its execute bit kept. */
static int add_host_file(struct boot *boot, const char *host, const char *guest,
                         const struct blob *bytes, struct complaint *why)
{
    struct stat st;
    while (*guest == '/')
        guest++;
    bool executable = stat(host, &st) == 0 && (st.st_mode & 0111) != 0;
    return ustar_add(&boot->initrd, guest, bytes->bytes, bytes->size,
                     executable ? 0755 : 0644, why);
}

/* --file HOST[=GUEST]: the last '=' divides, so that HOST may hold some. */
static int add_file_option(struct boot *boot, const char *value,
                           struct complaint *why)
{
    char *host = strdup(value), *guest = NULL;
    struct blob bytes = {0};
    char *equals = strrchr(host, '=');
    int status = 0;
    if (equals != NULL) {
        *equals = '\0';
        guest = strdup(equals + 1);
    } else if (asprintf(&guest, "host/%s", hostfile_basename(host)) < 0) {
        abort();
    }
    if (host[0] == '\0' || guest[0] == '\0')
        status = complain(why, APP_UNUSABLE, "--file %s: expected HOST[=GUEST]",
                          value);
    if (status == 0)
        status = hostfile_read(host, &bytes, why);
    if (status == 0)
        status = add_host_file(boot, host, guest, &bytes, why);
    blob_free(&bytes);
    free(host);
    free(guest);
    return status;
}

/* Where init's execvp will look for PROGRAM: a path from the root, or a name
 * in /bin. */
static void guest_path(const char *program, char name[512])
{
    if (strchr(program, '/') == NULL)
        snprintf(name, 512, "bin/%s", program);
    else
        snprintf(name, 512, "%s", program + (program[0] == '/' ? 1 : 0));
}

static bool is_guest_program(const struct boot *boot, const char *program)
{
    char name[512];
    const uint8_t *bytes;
    size_t n;
    guest_path(program, name);
    return ustar_find(&boot->initrd, name, &bytes, &n);
}

bool boot_program(const struct boot *boot, const uint8_t **bytes, size_t *n)
{
    return boot->program != NULL &&
           ustar_find(&boot->initrd, boot->program, bytes, n);
}

/* Is all there that the program headers name? */
static int check_whole(const char *path, const struct blob *bytes,
                       struct complaint *why)
{
    const Elf64_Ehdr *elf = (const void *)bytes->bytes;
    const size_t n = bytes->size, table = elf->e_phnum * sizeof(Elf64_Phdr);
    if (elf->e_phentsize != sizeof(Elf64_Phdr))
        return 0; /* not for us to read */
    if (elf->e_phoff > n || table > n - elf->e_phoff)
        return complain(why, APP_UNUSABLE,
                        "%s: cut off: program headers at offset %" PRIu64
                        ", the file has %zu bytes",
                        path, (uint64_t)elf->e_phoff, n);
    for (unsigned i = 0; i < elf->e_phnum; i++) {
        Elf64_Phdr ph;
        memcpy(&ph, bytes->bytes + elf->e_phoff + i * sizeof ph, sizeof ph);
        if (ph.p_type == PT_LOAD &&
            (ph.p_offset > n || ph.p_filesz > n - ph.p_offset))
            return complain(why, APP_UNUSABLE,
                            "%s: segment %u: cut off: %" PRIu64
                            " bytes at offset %" PRIu64 ", the file has %zu",
                            path, i, (uint64_t)ph.p_filesz,
                            (uint64_t)ph.p_offset, n);
    }
    return 0;
}

/* What no guest could run is refused here, where the file's host name is
 * known; the rest of the image is the guest kernel's to judge. */
static int check_program(const char *path, const struct blob *bytes,
                         struct complaint *why)
{
    const Elf64_Ehdr *elf = (const void *)bytes->bytes;
    if (bytes->size < sizeof *elf || memcmp(elf->e_ident, ELFMAG, SELFMAG))
        return complain(why, APP_UNUSABLE, "%s: not an ELF file", path);
    if (elf->e_ident[EI_CLASS] != ELFCLASS64 ||
        elf->e_ident[EI_DATA] != ELFDATA2LSB || elf->e_machine != EM_RISCV)
        return complain(why, APP_UNUSABLE,
                        "%s: not a 64-bit RISC-V program (class %u, byte "
                        "order %u, machine %u)",
                        path, elf->e_ident[EI_CLASS], elf->e_ident[EI_DATA],
                        elf->e_machine);
    return check_whole(path, bytes, why);
}

static int add_host_program(struct boot *boot, const char *path, char **name,
                            struct complaint *why)
{
    struct blob bytes;
    int status = hostfile_read(path, &bytes, why);
    if (status != 0)
        return status;
    if (asprintf(name, "/host/%s", hostfile_basename(path)) < 0)
        abort();
    status = check_program(path, &bytes, why);
    if (status == 0)
        status = ustar_add(&boot->initrd, *name + 1, bytes.bytes, bytes.size,
                           0755, why);
    blob_free(&bytes);
    return status;
}

/* The name by which the guest finds PROGRAM (malloc'ed); a host file is added
 * to the initrd. A program of the guest goes before a host file of the same
 * spelling: `run /bin/ls` means the guest's. */
static int place_program(const struct options *o, struct boot *boot,
                         char **name, struct complaint *why)
{
    const char *program = o->program[0];
    if (program[0] == '\0')
        return complain(why, APP_USAGE, "PROGRAM: the name is empty");
    if (is_guest_program(boot, program)) {
        *name = strdup(program);
        return 0;
    }
    if (hostfile_exists(program))
        return add_host_program(boot, program, name, why);
    return complain(why, APP_UNUSABLE,
                    "%s: no program of the initrd and no file of the host",
                    program);
}

static int fill_initrd(const struct options *o, struct boot *boot,
                       char **program, struct complaint *why)
{
    int status = 0;
    for (size_t i = 0; i < o->files.count && status == 0; i++)
        status = add_file_option(boot, o->files.value[i], why);
    if (status == 0 && o->program_count > 0 && !o->bare)
        status = place_program(o, boot, program, why);
    if (status == 0 && boot->initrd.size > 0)
        ustar_finish(&boot->initrd);
    return status;
}

/* ---- The boot page ---- */

/* Lines that have an option of their own; a second one would contradict. */
static const struct {
    const char *key, *instead;
} reserved[] = {
    {"ram", "--ram"},
    {"arg", "PROGRAM and its arguments"},
    {"get", "--get"},
};

static int check_kernel_arg(const char *arg, struct complaint *why)
{
    size_t length = strcspn(arg, "=");
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (strlen(reserved[i].key) == length &&
            strncmp(reserved[i].key, arg, length) == 0)
            return complain(why, APP_UNUSABLE,
                            "--kernel-arg %s: this is said with %s", arg,
                            reserved[i].instead);
    return 0;
}

static int put_line(FILE *page, const char *key, const char *value,
                    struct complaint *why)
{
    if (strchr(value, '\n') != NULL)
        return complain(why, APP_UNUSABLE,
                        "%s: a line break in it: the boot page holds one "
                        "value a line",
                        value);
    fprintf(page, "%s%s\n", key, value);
    return 0;
}

/* The GUEST of --get GUEST=HOST, from the root. */
static int put_get(FILE *page, const char *get, struct complaint *why)
{
    char *guest = strndup(get, strcspn(get, "="));
    int status = put_line(page, guest[0] == '/' ? "get=" : "get=/", guest, why);
    free(guest);
    return status;
}

const char *boot_layout(const struct options *o)
{
    const char *layout = NULL;
    for (size_t i = 0; i < o->kernel_args.count; i++)
        if (strncmp(o->kernel_args.value[i], "layout=", 7) == 0)
            layout = o->kernel_args.value[i] + 7;
    return layout;
}

static int write_page(FILE *page, const struct options *o, const char *layout,
                      const char *program, struct complaint *why)
{
    int status = 0;
    fprintf(page, "ram=%u\n", (unsigned)o->ram_mib);
    if (boot_layout(o) == NULL)
        fprintf(page, "layout=%s\n", layout);
    for (size_t i = 0; i < o->kernel_args.count && status == 0; i++) {
        status = check_kernel_arg(o->kernel_args.value[i], why);
        if (status == 0)
            status = put_line(page, "", o->kernel_args.value[i], why);
    }
    for (size_t i = 0; i < o->gets.count && status == 0; i++)
        status = put_get(page, o->gets.value[i], why);
    if (program != NULL && status == 0)
        status = put_line(page, "arg=", program, why);
    for (int i = 1; i < o->program_count && status == 0; i++)
        status = put_line(page, "arg=", o->program[i], why);
    return status;
}

static int make_page(const struct options *o, const char *layout,
                     struct boot *boot, const char *program,
                     struct complaint *why)
{
    uint8_t bytes[PLAT_BOOTPAGE_SIZE];
    char reason[160];
    size_t size;
    if (o->bare)
        return 0;
    FILE *page = open_memstream(&boot->page, &size);
    if (page == NULL)
        abort();
    int status = write_page(page, o, layout, program, why);
    fclose(page);
    if (status == 0 &&
        machine_bootpage(boot->page, bytes, reason, sizeof reason) != 0)
        status = complain(why, APP_UNUSABLE, "%s", reason);
    return status;
}

int boot_compose(const struct options *options, const char *layout,
                 struct boot *out, struct complaint *why)
{
    char *program = NULL, path[512];
    *out = (struct boot){0};
    int status = options->bare ? check_bare(options, why) : 0;
    if (status == 0)
        status = read_kernel(options, out, why);
    if (status == 0)
        status = read_initrd(options, out, why);
    if (status == 0)
        status = fill_initrd(options, out, &program, why);
    if (status == 0)
        status = make_page(options, layout, out, program, why);
    if (program != NULL) {
        guest_path(program, path);
        out->program = strdup(path);
    }
    free(program);
    return status;
}

void boot_free(struct boot *boot)
{
    free(boot->kernel_path);
    blob_free(&boot->kernel);
    blob_free(&boot->initrd);
    free(boot->page);
    free(boot->program);
    *boot = (struct boot){0};
}
