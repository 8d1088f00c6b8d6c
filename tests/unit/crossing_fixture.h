/*
 * crossing_fixture.h - what the tests of crossings share: a machine with a
 * guest in it, a tracker, and every trace line that it told.
 */
#ifndef SALLYPORT_TESTS_CROSSING_FIXTURE_H
#define SALLYPORT_TESTS_CROSSING_FIXTURE_H

#include "elf_fixture.h"

#include "../../emu/crossing/crossing.h"

#define TRACE_MAX (4u << 20)

struct run {
    struct machine *m;
    struct symbols *kernel;
    struct tracker *t;
    struct elf_file image, initrd;
    char *trace; /* all lines */
    size_t used;
    char *json; /* the same events as objects */
    size_t json_used;
    char *console;
    size_t console_used;
    struct machine_stop stop;
};

/* From inside the run nothing may fail: it only stops. */
static inline void append(struct run *r, char *to, size_t *used,
                          const char *text)
{
    size_t n = strlen(text);
    if (*used + n + 1 > TRACE_MAX) {
        machine_request_stop(r->m);
        return;
    }
    memcpy(to + *used, text, n + 1);
    *used += n;
}

static inline void run_event(void *ctx, const struct event *e)
{
    struct run *r = ctx;
    char text[2048];
    event_text(r->t, e, text, sizeof text);
    append(r, r->trace, &r->used, text);
    if (e->kind == EVENT_CONSOLE)
        return;
    char *json = event_json(r->t, e);
    append(r, r->json, &r->json_used, json);
    free(json);
}

static inline void run_console(void *ctx, const uint8_t *bytes, size_t n)
{
    struct run *r = ctx;
    for (size_t i = 0; i < n && r->console_used + 1 < TRACE_MAX; i++)
        r->console[r->console_used++] = (char)bytes[i];
}

/* A machine with this kernel, from its first instruction. With know, the
 * tracker gets the kernel's symbols; without, only the hardware speaks. The
 * disk stays the caller's; NULL: none. */
static inline struct run *run_start_disk(struct elf_file image,
                                         struct elf_file initrd,
                                         const char *bootpage, bool know,
                                         uint8_t *disk, size_t disk_bytes)
{
    struct run *r = calloc(1, sizeof *r);
    char why[300] = "";
    r->image = image;
    r->initrd = initrd;
    r->trace = calloc(1, TRACE_MAX);
    r->json = calloc(1, TRACE_MAX);
    r->console = calloc(1, TRACE_MAX);
    struct machine_desc desc = {.kernel = image.bytes,
                                .kernel_bytes = image.n,
                                .kernel_name = "kernel.elf",
                                .initrd = initrd.bytes,
                                .initrd_bytes = initrd.n,
                                .bootpage = bootpage,
                                .disk = disk,
                                .disk_bytes = disk_bytes,
                                .console_out = run_console,
                                .console_ctx = r};
    if (machine_create(&desc, &r->m, why, sizeof why) != 0)
        fail_msg("%s", why);
    if (know && symbols_open(image.bytes, image.n, "kernel.elf", &r->kernel,
                             why, sizeof why) != 0)
        fail_msg("%s", why);
    struct tracker_desc td = {.machine = r->m,
                              .kernel = r->kernel,
                              .initrd = initrd.bytes,
                              .initrd_bytes = initrd.n};
    r->t = tracker_create(&td, why, sizeof why);
    if (r->t == NULL)
        fail_msg("%s", why);
    assert_string_equal(tracker_warning(r->t), "");
    tracker_listen(r->t, run_event, r);
    return r;
}

static inline struct run *run_start(struct elf_file image,
                                    struct elf_file initrd,
                                    const char *bootpage, bool know)
{
    return run_start_disk(image, initrd, bootpage, know, NULL, 0);
}

#define RUN_MOST 2000000000u

static inline void run_to_end(struct run *r, int status)
{
    machine_input_end(r->m);
    do {
        machine_run(r->m, RUN_MOST, &r->stop);
    } while (r->stop.reason == MACHINE_LIMIT && machine_clock(r->m) < RUN_MOST);
    if (r->stop.reason != MACHINE_ENDED || r->stop.status != status)
        fail_msg("reason %d status %d %s\nconsole: %s\n%s", r->stop.reason,
                 r->stop.status, r->stop.text, r->console,
                 r->trace + (r->used > 4000 ? r->used - 4000 : 0));
}

static inline void run_free(struct run *r)
{
    tracker_destroy(r->t);
    machine_destroy(r->m);
    symbols_close(r->kernel);
    free(r->image.bytes);
    free(r->initrd.bytes);
    free(r->trace);
    free(r->json);
    free(r->console);
    free(r);
}

/* The n-th trace line (from 1) that holds part, or fails; copied to line. */
static inline const char *trace_line(const struct run *r, const char *part,
                                     unsigned n, char line[2048])
{
    for (const char *p = r->trace; *p != '\0';) {
        size_t length = strcspn(p, "\n");
        snprintf(line, 2048, "%.*s", (int)length, p);
        if (strstr(line, part) != NULL && --n == 0)
            return line;
        p += length + (p[length] == '\n' ? 1 : 0);
    }
    fail_msg("no line with \"%s\" in:\n%s", part, r->trace);
    return NULL;
}

/* Every instruction is somebody's: the sums of the processes and the kernel
 * are what the hart has executed, but for the store that ended the run. */
static inline void check_sums(const struct run *r)
{
    uint64_t sum = tracker_kernel_insns(r->t);
    for (size_t i = 0; i < tracker_processes(r->t); i++) {
        const struct process *p = tracker_process_at(r->t, i);
        sum += p->own_insns + p->user_insns;
    }
    uint64_t executed = cpu_executed(machine_cpu(r->m));
    assert_in_range(sum, executed - 1, executed);
    uint64_t own = 0, of_processes = 0;
    for (uint64_t i = 1; i <= tracker_count(r->t); i++)
        own += tracker_crossing(r->t, i)->own_insns;
    for (size_t i = 0; i < tracker_processes(r->t); i++)
        of_processes += tracker_process_at(r->t, i)->own_insns;
    assert_true(own <= of_processes);
}

#endif
