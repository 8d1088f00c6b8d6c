/*
 * guest_run.h - our kernel with one of its programs, or one compiled from a
 * text, followed by the tracker. GUEST_KERNEL and GUEST_INITRD are the built
 * guest; GUEST_BIN has its programs, for an initrd with one more.
 */
#ifndef SALLYPORT_TESTS_GUEST_RUN_H
#define SALLYPORT_TESTS_GUEST_RUN_H

#include "../unit/crossing_fixture.h"

static inline struct run *boot(const char *program)
{
    char bootpage[200];
    snprintf(bootpage, sizeof bootpage, "ram=64\n%s", program);
    return run_start(take_file(GUEST_KERNEL), take_file(GUEST_INITRD), bootpage,
                     true);
}

/* An initrd of init and one program, compiled from this text. */
static inline struct elf_file initrd_with(const char *source)
{
    char dir[] = "/tmp/sallyport-test-XXXXXX", path[96], command[1024];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/probe.c", dir);
    put_file(path, source);
    snprintf(command, sizeof command,
             "mkdir %s/bin && cp %s/init %s/bin && "
             "%s/guestapps/sdk/build.sh -o %s/bin/probe %s/probe.c && "
             "tar -C %s --format=ustar -cf %s/i.tar bin",
             dir, GUEST_BIN, dir, SALLYPORT_SOURCE_DIR, dir, dir, dir, dir);
    if (system(command) != 0)
        fail_msg("%s", command);
    snprintf(path, sizeof path, "%s/i.tar", dir);
    struct elf_file tar = take_file(path);
    snprintf(command, sizeof command, "rm -r %s", dir);
    assert_int_equal(system(command), 0);
    return tar;
}

static inline struct run *boot_program(const char *source)
{
    return run_start(take_file(GUEST_KERNEL), initrd_with(source),
                     "ram=64\narg=probe\n", true);
}

/* The n-th crossing (from 1) of process that called name. */
static inline const struct crossing *
call(const struct run *r, const char *process, const char *name, unsigned n)
{
    for (uint64_t i = 1; i <= tracker_count(r->t); i++) {
        const struct crossing *c = tracker_crossing(r->t, i);
        if (c->call != NULL && strcmp(c->call->name, name) == 0 &&
            strcmp(c->process, process) == 0 && --n == 0)
            return c;
    }
    fail_msg("%s never called %s:\n%s", process, name, r->trace);
    return NULL;
}

#endif
