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

/* The file of PROGRAM on the host, which holds its symbols: itself, or one
 * beside the initrd that it was packed into. False: not known. */
static bool program_file(const struct session *s, char *path, size_t n)
{
    const struct options *o = s->options;
    if (o->program_count == 0 || o->bare)
        return false;
    const char *name = o->program[0];
    if (strchr(name, '/') != NULL && access(name, R_OK) == 0) {
        snprintf(path, n, "%s", name);
        return true;
    }
    const char *slash = strrchr(s->boot.kernel_path, '/');
    int folder = slash != NULL ? (int)(slash - s->boot.kernel_path) : 0;
    char beside[1024], *real;
    snprintf(beside, sizeof beside, "%.*s/../apps/bin/%s", folder,
             s->boot.kernel_path, hostfile_basename(name));
    real = slash != NULL ? realpath(beside, NULL) : NULL;
    if (real != NULL)
        snprintf(path, n, "%s", real);
    free(real);
    return real != NULL;
}

static void say_what_to_type(const struct session *s, unsigned port)
{
    char path[1024];
    if (s->options->quiet)
        return;
    fprintf(stderr, "sallyport:   gdb-multiarch -ex 'target remote :%u' %s\n",
            port, s->boot.kernel_path);
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
