/*
 * bench_window.c - what a frame costs while the timeline's cursor is dragged:
 * going to a moment anywhere in the run, looking, and drawing it at 1600x1000.
 *
 *     bench_window KERNEL INITRD PROGRAM [ARGUMENT ...]
 *
 * runs the program, to its end or for 200 million instructions, then visits 400
 * moments as a hand does that drags (small ways, and now and then a leap), and
 * prints medians and percentiles in milliseconds.
 */
#include "../../emu/app/session.h"
#include "../../emu/view/stage.h"
#include "../../emu/view/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define FRAMES 400
#define RUN    UINT64_C(200000000)

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_row(const char *what, double *ms)
{
    qsort(ms, FRAMES, sizeof *ms, by_size);
    printf("%-22s %8.1f %8.1f %8.1f\n", what, ms[FRAMES / 2],
           ms[FRAMES * 95 / 100], ms[FRAMES * 99 / 100]);
}

struct bench {
    struct session *session;
    struct stage *stage;
    struct view *view;
    cairo_t *cr;
};

static void draw(struct bench *b)
{
    static struct scene scene;
    struct stage_want want = {.run = RUN_PAUSED};
    struct box area[VIEW_DAMAGE_MAX];
    stage_fill(b->stage, &want, &scene);
    view_frame(b->view, &scene);
    size_t n = view_damage(b->view, area, VIEW_DAMAGE_MAX);
    for (size_t i = 0; i < n; i++)
        view_paint(b->view, b->cr, area[i]);
}

/* Small ways, and one leap in sixteen. */
static uint64_t next_place(uint64_t at, uint64_t end, unsigned i)
{
    static uint64_t x = 0x2545f4914f6cdd1d;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    uint64_t way = end / 200 + 1;
    if (i % 16 == 0)
        return x % end;
    uint64_t to = at + x % (2 * way);
    return to < way ? 0 : to - way > end ? end : to - way;
}

static void drag(struct bench *b)
{
    static double going[FRAMES], drawing[FRAMES], both[FRAMES];
    struct history *h = b->session->history;
    uint64_t first = history_first(h).clock;
    uint64_t length = history_newest(h).clock - first, at = length;
    draw(b);
    for (unsigned i = 0; i < FRAMES; i++) {
        at = next_place(at, length, i);
        double t0 = now_ms();
        history_goto_clock(h, first + at);
        double t1 = now_ms();
        draw(b);
        going[i] = t1 - t0;
        drawing[i] = now_ms() - t1;
        both[i] = going[i] + drawing[i];
    }
    printf("%-22s %8s %8s %8s\n", "ms", "median", "95%", "99%");
    print_row("going there", going);
    print_row("looking and drawing", drawing);
    print_row("the whole frame", both);
}

int main(int argc, char **argv)
{
    struct bench b = {0};
    struct complaint why = {.text = ""};
    if (argc < 4)
        return 2;
    struct options o = {.ram_mib = 64,
                        .max_insns = UINT64_MAX,
                        .kernel = argv[1],
                        .initrd = argv[2],
                        .program = &argv[3],
                        .program_count = (size_t)argc - 3};
    struct session_desc desc = {.options = &o, .track = true, .history = true};
    if (session_open(&desc, &b.session, &why) != 0) {
        fprintf(stderr, "%s\n", why.text);
        return 1;
    }
    struct stage_desc stage = {.machine = b.session->machine,
                               .tracker = b.session->tracker,
                               .sources = b.session->sources,
                               .history = b.session->history,
                               .program = argv[3]};
    struct machine_stop stop;
    b.stage = stage_create(&stage);
    b.view = view_create();
    view_resize(b.view, 1600, 1000, 1);
    b.cr = cairo_create(
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1600, 1000));
    history_run(b.session->history, RUN, &stop);
    printf("%s: %" PRIu64 " instructions, %" PRIu64 " crossings\n", argv[3],
           cpu_executed(machine_cpu(b.session->machine)),
           tracker_count(b.session->tracker));
    drag(&b);
    view_destroy(b.view);
    stage_destroy(b.stage);
    session_close(b.session);
    return 0;
}
