/*
 * cmd_gdb.c - `sallyport gdb`: the guest, stopped at its first instruction, for
 * a GDB that connects (emu/debug/gdb.h). Says where it listens, and what to
 * type there.
 */
#include "gdbserve.h"
#include "options.h"
#include "rawtty.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_elf(const char *path)
{
    struct complaint unread;
    struct blob file = {0};
    bool elf = hostfile_read(path, &file, &unread) == 0 && file.size > 4 &&
               memcmp(file.bytes, "\177ELF", 4) == 0;
    blob_free(&file);
    return elf;
}

/* The file of PROGRAM on the host, which holds its symbols: itself, or one
 * beside the kernel, packed into the same initrd. False: not known. */
static bool program_file(const struct session *s, char *path, size_t n)
{
    const struct options *o = s->options;
    char beside[1024];
    const char *name = o->program_count > 0 ? o->program[0] : NULL;
    if (name != NULL && strchr(name, '/') != NULL && is_elf(name)) {
        snprintf(path, n, "%s", name);
        return true;
    }
    if (s->recorded != NULL)
        name = s->boot.program;
    const char *slash = strrchr(s->boot.kernel_path, '/');
    if (name == NULL || o->bare || slash == NULL)
        return false;
    snprintf(beside, sizeof beside, "%.*s/../apps/bin/%s",
             (int)(slash - s->boot.kernel_path), s->boot.kernel_path,
             hostfile_basename(name));
    char *real = realpath(beside, NULL);
    bool found = real != NULL && is_elf(real);
    if (found)
        snprintf(path, n, "%s", real);
    free(real);
    return found;
}

/* A recording has its own kernel; the file it once came from may be gone. */
static bool kernel_file_is_ours(const struct session *s)
{
    struct complaint unread;
    struct blob file = {0};
    bool same = hostfile_read(s->boot.kernel_path, &file, &unread) == 0 &&
                file.size == s->boot.kernel.size &&
                memcmp(file.bytes, s->boot.kernel.bytes, file.size) == 0;
    blob_free(&file);
    return same;
}

static void say_what_to_type(const struct session *s, unsigned port)
{
    char path[1024];
    if (s->options->quiet)
        return;
    fprintf(stderr, "sallyport:   gdb-multiarch -ex 'target remote :%u' %s\n",
            port, s->boot.kernel_path);
    if (!kernel_file_is_ours(s))
        fprintf(stderr, "sallyport:   but that file is not the recording's "
                        "kernel (any more): its symbols would be wrong\n");
    if (program_file(s, path, sizeof path))
        fprintf(stderr, "sallyport:   and there: add-symbol-file %s\n", path);
}

static bool is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

static int listen_and_serve(struct session *s, struct complaint *why)
{
    const struct options *o = s->options;
    const char *address = o->listen != NULL ? o->listen : "127.0.0.1";
    unsigned port;
    int fd = gdbserve_listen(address, (unsigned)o->port, &port, why);
    if (fd < 0)
        return APP_UNUSABLE;
    if (!is_loopback(address))
        fprintf(stderr,
                "sallyport: --listen %s: whoever reaches this port "
                "sees and controls the run\n",
                address);
    fprintf(stderr, "sallyport: listening on %s:%u\n", address, port);
    say_what_to_type(s, port);
    int status = gdbserve_run(s, fd, why);
    close(fd);
    return status;
}

int cmd_gdb(const struct options *options, struct complaint *why)
{
    struct session_desc desc = {
        .options = options, .track = true, .history = true};
    struct session *s;
    rawtty_keys(STDIN_FILENO);
    int status = session_open(&desc, &s, why);
    if (status == 0)
        status = listen_and_serve(s, why);
    if (status == 0)
        status = session_finish(s, 0, why);
    session_close(s);
    rawtty_leave();
    return status;
}
