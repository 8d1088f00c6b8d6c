/*
 * test_race.c - `sallyport run race`: every way in both layouts, the facts that
 * hold whatever the figures are, and the sums behind them, held against the
 * crossings one by one.
 */
#include "../unit/crossing_fixture.h"
#include "cli.h"

#include "../../emu/crossing/measure.h"

#include <inttypes.h>

#define SIZES       18 /* 8 bytes to 1 MiB */

/* ---- The command, as a user runs it ---- */

#define COLUMNS_MAX 32
#define LINES_MAX   2000
struct table {
    char *text;
    char *cell[LINES_MAX][COLUMNS_MAX];
    size_t lines, columns;
};

/* Splits in place; every line has as many cells as the first. */
static void read_csv(struct table *t, char *text)
{
    t->text = text;
    t->lines = t->columns = 0;
    for (char *line; (line = strsep(&text, "\n")) != NULL && *line != '\0';) {
        size_t n = 0;
        assert_true(t->lines < LINES_MAX);
        for (char *cell; (cell = strsep(&line, ",")) != NULL; n++) {
            assert_true(n < COLUMNS_MAX);
            t->cell[t->lines][n] = cell;
        }
        if (t->lines++ == 0)
            t->columns = n;
        assert_int_equal(n, t->columns);
    }
}

static const char *cell(const struct table *t, size_t line, const char *column)
{
    for (size_t i = 0; i < t->columns; i++)
        if (strcmp(t->cell[0][i], column) == 0)
            return t->cell[line][i];
    fail_msg("no column %s", column);
    return NULL;
}

static size_t line_of(const struct table *t, const char *layout,
                      const char *name, uint64_t bytes)
{
    char size[24];
    snprintf(size, sizeof size, "%" PRIu64, bytes);
    for (size_t i = 1; i < t->lines; i++)
        if (strcmp(cell(t, i, "layout"), layout) == 0 &&
            strcmp(cell(t, i, "mechanism"), name) == 0 &&
            strcmp(cell(t, i, "bytes"), size) == 0)
            return i;
    fail_msg("no line %s %s %s", layout, name, size);
    return 0;
}

static double figure(const struct table *t, const char *layout,
                     const char *name, uint64_t bytes, const char *column)
{
    const char *text = cell(t, line_of(t, layout, name, bytes), column);
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0')
        fail_msg("%s %s %" PRIu64 " %s: \"%s\"", layout, name, bytes, column,
                 text);
    return value;
}

static void expect_figure(const struct table *t, const char *layout,
                          const char *name, uint64_t bytes, const char *column,
                          double wanted)
{
    double is = figure(t, layout, name, bytes, column);
    if (is != wanted)
        fail_msg("%s %s %" PRIu64 ": %s is %g, not %g", layout, name, bytes,
                 column, is, wanted);
}

/* With a disk, so that every way is there. Run once. */
static struct table *race(void)
{
    static struct table t;
    char disk[] = "/tmp/sallyport-race-XXXXXX";
    if (t.text != NULL)
        return &t;
    int fd = mkstemp(disk);
    assert_int_equal(ftruncate(fd, 1 << 20), 0);
    close(fd);
    struct cli_result r =
        cli_run_bytes("", 0, ARGS("run", "--disk", disk, "race", "--csv"));
    unlink(disk);
    if (r.status != 0)
        fail_msg("status %d: %s", r.status, r.err);
    assert_string_equal(r.err, "sallyport kernel: 64 MiB, separate spaces\n"
                               "sallyport kernel: 64 MiB, shared space\n");
    read_csv(&t, r.out);
    free(r.err);
    return &t;
}

static const char *const layouts[] = {"separate", "shared"};
static const char *const ways[] = {
    "pipe/copied",   "pipe/mapped", "pipe/pieces",   "pipe/vector",
    "pipe/ring",     "fifo/copied", "socket/stream", "socket/dgram",
    "shm/futex",     "shm/signal",  "shm/ready",     "kbuf/copied",
    "kbuf/shared",   "disk/direct", "client/copied", "client/mapped",
    "file/copied",   "file/window", "file/mapped",   "ioctl/demo",
    "sysctl/string", "mach/inline", "mach/copied",   "mach/lent",
    "mach/moved",    "rpc/inline",  "rpc/pages",
};
#define WAYS (sizeof ways / sizeof ways[0])

static void every_way_is_there_at_every_size_in_both_layouts(void **state)
{
    (void)state;
    const struct table *t = race();
    assert_int_equal(t->lines, 1 + 2 * WAYS * SIZES);
    for (size_t l = 0; l < 2; l++)
        for (size_t w = 0; w < WAYS; w++) {
            unsigned figures = 0;
            for (uint64_t n = 8; n <= 1 << 20; n *= 2) {
                size_t i = line_of(t, layouts[l], ways[w], n);
                bool is = strcmp(cell(t, i, "laps"), "0") != 0;
                figures += is;
                /* Either figures or the reason why there are none. */
                assert_int_equal(cell(t, i, "instructions")[0] != '\0', is);
                assert_int_equal(cell(t, i, "note")[0] != '\0', !is);
            }
            assert_true(figures > 0);
        }
}

/* The facts of the issue, in steady state, timer's crossings apart. */
static void
a_pipe_round_trip_is_4_calls_8_mode_changes_4_copies_2_switches(void **state)
{
    (void)state;
    const struct table *t = race();
    for (size_t l = 0; l < 2; l++)
        for (uint64_t n = 8; n <= 2048; n *= 2) {
            const char *layout = layouts[l], *pipe = "pipe/copied";
            expect_figure(t, layout, pipe, n, "calls", 4);
            expect_figure(t, layout, pipe, n, "faults", 0);
            expect_figure(t, layout, pipe, n, "crossings", 4);
            expect_figure(t, layout, pipe, n, "mode_changes", 8);
            expect_figure(t, layout, pipe, n, "switches", 2);
            /* Each byte in and out; and the one that comes back. */
            expect_figure(t, layout, pipe, n, "bytes_copied",
                          2 * (double)n + 2);
            expect_figure(t, layout, pipe, n, "pages_mapped", 0);
            expect_figure(t, layout, pipe, n, "satp_writes", l == 0 ? 8 : 2);
        }
    expect_figure(t, "separate", "pipe/copied", 8, "copies", 4);
    expect_figure(t, "shared", "pipe/copied", 8, "copies", 4);
}

static void shared_memory_with_data_ready_is_no_crossing(void **state)
{
    (void)state;
    static const char *const nothing[] = {
        "calls",       "faults", "crossings",          "mode_changes",
        "switches",    "copies", "bytes_copied",       "pages_mapped",
        "satp_writes", "fences", "kernel_instructions"};
    const struct table *t = race();
    for (size_t l = 0; l < 2; l++)
        for (uint64_t n = 8; n <= 1 << 20; n *= 2) {
            for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++)
                expect_figure(t, layouts[l], "shm/ready", n, nothing[i], 0);
            assert_true(
                figure(t, layouts[l], "shm/ready", n, "user_instructions") > 0);
        }
}

/* Crossings of a lap, as what is called for it says. */
static void other_laps_are_the_calls_that_they_make(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double calls;
    } lap[] = {{"fifo/copied", 4},  {"socket/stream", 4}, {"socket/dgram", 4},
               {"pipe/pieces", 11}, {"pipe/vector", 4},   {"pipe/ring", 3},
               {"kbuf/shared", 4},  {"client/copied", 5}, {"shm/futex", 4},
               {"shm/signal", 6},   {"mach/inline", 2},   {"rpc/inline", 2},
               {"kbuf/copied", 8},  {"ioctl/demo", 6},    {"sysctl/string", 6},
               {"file/copied", 8}};
    const struct table *t = race();
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; i < sizeof lap / sizeof lap[0]; i++) {
            expect_figure(t, layouts[l], lap[i].name, 8, "calls", lap[i].calls);
            expect_figure(t, layouts[l], lap[i].name, 8, "crossings",
                          lap[i].calls);
            expect_figure(t, layouts[l], lap[i].name, 8, "switches", 2);
        }
    /* The disk reaches the pages itself. */
    expect_figure(t, "separate", "disk/direct", 1 << 20, "bytes_copied",
                  figure(t, "separate", "disk/direct", 512, "bytes_copied"));
}

static void what_is_mapped_is_not_copied(void **state)
{
    (void)state;
    const struct table *t = race();
    const double most = 1 << 20;
    for (size_t l = 0; l < 2; l++) {
        const char *layout = layouts[l];
        expect_figure(t, layout, "pipe/copied", 1 << 20, "bytes_copied",
                      2 * most + 2);
        expect_figure(t, layout, "pipe/mapped", 1 << 20, "bytes_copied",
                      most + 2);
        assert_true(figure(t, layout, "pipe/mapped", 1 << 20, "pages_shown") >=
                    256);
        assert_true(figure(t, layout, "mach/lent", 1 << 20, "bytes_copied") <
                    4096);
        assert_true(figure(t, layout, "mach/moved", 1 << 20, "bytes_copied") <
                    4096);
        assert_true(figure(t, layout, "mach/lent", 1 << 20, "pages_mapped") >=
                    256);
        assert_true(figure(t, layout, "mach/copied", 1 << 20, "bytes_copied") >=
                    most);
        /* "Mapping beats copying for a 64 KiB transfer." */
        assert_true(figure(t, layout, "pipe/mapped", 65536, "instructions") <
                    figure(t, layout, "pipe/copied", 65536, "instructions"));
        assert_true(figure(t, layout, "mach/lent", 65536, "model_cycles") <
                    figure(t, layout, "mach/copied", 65536, "model_cycles"));
    }
}

static void a_layout_that_is_asked_for_is_the_only_one(void **state)
{
    (void)state;
    struct table t;
    struct cli_result r =
        cli_run_bytes("", 0,
                      ARGS("run", "--kernel-arg", "layout=shared", "race",
                           "--csv", "shm/ready"));
    assert_int_equal(r.status, 0);
    read_csv(&t, r.out);
    assert_int_equal(t.lines, 1 + SIZES);
    assert_string_equal(t.cell[1][0], "shared");
    cli_free(&r);
}

static void tables_come_behind_the_programs_text(void **state)
{
    (void)state;
    struct cli_result r = cli_run_bytes("", 0, ARGS("run", "race", "file"));
    assert_int_equal(r.status, 0);
    assert_string_equal(r.err, "");
    const char *text = strstr(r.out, "race: every byte arrived, 3 ways\n");
    const char *table = strstr(r.out, "\n  file/copied ");
    const char *crossover = strstr(r.out, "\nWhere copying stops paying\n");
    assert_true(text != NULL && table > text && crossover > table);
    assert_non_null(strstr(crossover, "separate, instructions: file/mapped "
                                      "costs less than file/copied from "));
    assert_non_null(strstr(crossover, "shared, model cycles: the best of "
                                      "those that map"));
    cli_free(&r);
}

/* A wrong WAY: the program's own message and status, once, and no table. */
static void a_program_that_fails_is_not_run_again(void **state)
{
    (void)state;
    struct cli_result r = cli_run_bytes("", 0, ARGS("run", "race", "nope"));
    assert_int_equal(r.status, 2);
    assert_string_equal(r.out, "sallyport kernel: 64 MiB, separate spaces\n"
                               "usage: race [--csv] [WAY...]\n");
    cli_free(&r);
}

static void
the_picture_shows_each_way_and_where_copying_stops_paying(void **state)
{
    (void)state;
    char path[] = "/tmp/sallyport-race-XXXXXX.txt";
    close(mkstemps(path, 4));
    struct cli_result r = cli_run_bytes(
        "", 0, ARGS("shot", "--panel", "race", "-o", path, "race", "file"));
    assert_string_equal(r.err, "");
    assert_string_equal(r.out, "");
    assert_int_equal(r.status, 0);
    cli_free(&r);
    struct elf_file text = take_file(path);
    char *words = strndup((const char *)text.bytes, text.n);
    assert_non_null(strstr(words, "layout=separate  layout=shared\n"));
    assert_non_null(strstr(words, "file/mapped"));
    assert_non_null(strstr(words, "copying stops paying: "));
    free(words);
    free(text.bytes);
    unlink(path);
}

static void a_picture_of_nothing_measured_is_refused(void **state)
{
    (void)state;
    refuses(123, "hello: has no marks: nothing is measured",
            ARGS("shot", "--panel", "race", "-o", "/tmp/never.png", "hello"));
    refuses(123, "what is to be measured ended with status 2",
            ARGS("shot", "--panel", "race", "-o", "/tmp/never.png", "race",
                 "nope"));
    refuses(
        120, "--panel race: --at means nothing",
        ARGS("shot", "--panel", "race", "--at", "3", "-o", "/tmp/never.png"));
    assert_int_equal(access("/tmp/never.png", F_OK), -1);
}

/* ---- The sums, held against the crossings ---- */

struct measured {
    struct run *run;
    struct symbols *program;
    struct measure *measure;
    struct measurements m;
    char path[64];
};

/* Runs bin/NAME of the initrd with its marks watched. */
static void measure(struct measured *s, struct elf_file initrd,
                    const char *name, const char *binary, const char *bootpage)
{
    char why[300];
    *s = (struct measured){0};
    s->run = run_start(take_file(GUEST_KERNEL), initrd, bootpage, true);
    tracker_unlisten(s->run->t, s->run); /* a trace would be too long */
    struct elf_file program = take_file(binary);
    assert_int_equal(symbols_open(program.bytes, program.n, name, &s->program,
                                  why, sizeof why),
                     0);
    free(program.bytes);
    assert_true(measure_marked(s->program));
    snprintf(s->path, sizeof s->path, "bin/%s", name);
    s->measure =
        measure_attach(s->run->t, s->program, s->path, "separate", &s->m);
    assert_non_null(s->measure);
}

static void measured_free(struct measured *s)
{
    measure_detach(s->measure);
    symbols_close(s->program);
    measurements_free(&s->m);
    run_free(s->run);
}

/* Every field of both parts, added up from the crossings that were seen. What
 * the kernel did under none (boot, idling) is in the tally only. */
static void the_sums_are_those_of_the_crossings(void **state)
{
    (void)state;
    struct measured s;
    measure(&s, take_file(GUEST_INITRD), "race", GUEST_BIN "/race",
            "ram=64\narg=race\narg=pipe/copied\narg=shm\narg=mach/lent\n");
    struct tally sum[TALLY_PARTS] = {{0}};
    run_to_end(s.run, 0);
    for (uint64_t i = 1; i <= tracker_count(s.run->t); i++) {
        const struct crossing *c = tracker_crossing(s.run->t, i);
        bool timer = c->kind == CROSSING_INTERRUPT && (c->cause & 63) == 5;
        struct tally *t = &sum[timer ? TALLY_TIMER : TALLY_REST];
        t->calls += c->kind == CROSSING_CALL;
        t->faults += c->kind == CROSSING_FAULT;
        t->interrupts += c->kind == CROSSING_INTERRUPT;
        t->satp_writes += c->satp_writes;
        t->fences += c->fences;
        t->kernel_insns += c->own_insns;
        t->copies += c->transfers;
        t->bytes_copied += c->bytes_in + c->bytes_out;
        t->pages_mapped += c->pages_mapped;
        t->pages_unmapped += c->pages_unmapped;
    }
    for (int i = 0; i < TALLY_PARTS; i++) {
        struct tally t = tracker_tally(s.run->t, (enum tally_part)i);
        assert_int_equal(t.calls, sum[i].calls);
        assert_int_equal(t.faults, sum[i].faults);
        assert_int_equal(t.interrupts, sum[i].interrupts);
        assert_int_equal(t.copies, sum[i].copies);
        assert_int_equal(t.bytes_copied, sum[i].bytes_copied);
        assert_true(t.satp_writes >= sum[i].satp_writes);
        assert_true(t.pages_mapped >= sum[i].pages_mapped);
        assert_true(t.kernel_insns >= sum[i].kernel_insns);
    }
    struct tally rest = tracker_tally(s.run->t, TALLY_REST);
    struct tally timer = tracker_tally(s.run->t, TALLY_TIMER);
    assert_true(rest.calls > 500 && timer.interrupts > 0);
    assert_true(timer.switches > 0);
    /* Every instruction is in one of the two. */
    assert_int_equal(rest.user_insns + rest.kernel_insns + timer.kernel_insns,
                     cpu_executed(machine_cpu(s.run->m)));
    measured_free(&s);
}

/* Marks in the wrong order, of nothing, or with texts that are none. */
static const char hostile[] =
    "#include <sallyport/measure.h>\n"
    "#include <unistd.h>\n"
    "int main(void)\n"
    "{\n"
    "    MEASURE_END(1);\n"
    "    MEASURE_BEGIN();\n"
    "    MEASURE_END(1);\n"
    "    MEASURE_ROW(0, -1L, 1);\n"
    "    MEASURE_END(7);\n"
    "    MEASURE_BEGIN(); getpid(); MEASURE_END(1);\n"
    "    MEASURE_ROW(\"a,b\\\"\\n\", \"0123456789abcdefghi\", 2);\n"
    "    MEASURE_BEGIN(); getpid(); getpid(); MEASURE_END(2);\n"
    "    MEASURE_ROW(\"twice\", \"copies\", 3);\n"
    "    MEASURE_BEGIN(); getpid(); MEASURE_END(0);\n"
    "    getpid();\n"
    "    MEASURE_BEGIN(); getpid(); MEASURE_END(1);\n"
    "    MEASURE_BEGIN();\n"
    "    MEASURE_NONE(\"none\", \"maps\", 4, 0xffffffffffffff00);\n"
    "    MEASURE_REPORT(0x80000000);\n"
    "    return 0;\n"
    "}\n";

static void marks_that_make_no_sense_do_no_harm(void **state)
{
    (void)state;
    char dir[] = "/tmp/sallyport-test-XXXXXX", path[96], command[1024];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/marks.c", dir);
    put_file(path, hostile);
    snprintf(command, sizeof command,
             "mkdir %s/bin && cp %s/init %s/bin && "
             "%s/guestapps/sdk/build.sh -o %s/bin/marks %s && "
             "tar -C %s --format=ustar -cf %s/i.tar bin",
             dir, GUEST_BIN, dir, SALLYPORT_SOURCE_DIR, dir, path, dir, dir);
    assert_int_equal(system(command), 0);
    char tar[96];
    snprintf(tar, sizeof tar, "%s/i.tar", dir);
    snprintf(path, sizeof path, "%s/bin/marks", dir);
    struct measured s;
    measure(&s, take_file(tar), "marks", path, "ram=64\narg=marks\n");
    run_to_end(s.run, 0);
    assert_int_equal(s.m.rows, 4);
    const struct measure_row *r = s.m.row;
    assert_string_equal(r[0].name, "");
    assert_int_equal(r[0].laps, 1);
    assert_int_equal(r[0].sum[TALLY_REST].calls, 1);
    assert_string_equal(r[1].name, "a?b??");
    assert_string_equal(r[1].kind, "0123456789abcde");
    assert_int_equal(r[1].laps, 2);
    assert_int_equal(r[1].sum[TALLY_REST].calls, 2);
    assert_int_equal(r[1].sum[TALLY_REST].mode_changes, 4);
    assert_int_equal(r[2].laps, 1);
    assert_int_equal(r[2].sum[TALLY_REST].calls, 2);
    assert_int_equal(r[3].laps, 0);
    assert_string_equal(r[3].reason, "");
    assert_string_equal(s.m.format, "");
    measured_free(&s);
    snprintf(command, sizeof command, "rm -r %s", dir);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_is_there_at_every_size_in_both_layouts),
        cmocka_unit_test(
            a_pipe_round_trip_is_4_calls_8_mode_changes_4_copies_2_switches),
        cmocka_unit_test(shared_memory_with_data_ready_is_no_crossing),
        cmocka_unit_test(other_laps_are_the_calls_that_they_make),
        cmocka_unit_test(what_is_mapped_is_not_copied),
        cmocka_unit_test(a_layout_that_is_asked_for_is_the_only_one),
        cmocka_unit_test(tables_come_behind_the_programs_text),
        cmocka_unit_test(a_program_that_fails_is_not_run_again),
        cmocka_unit_test(
            the_picture_shows_each_way_and_where_copying_stops_paying),
        cmocka_unit_test(a_picture_of_nothing_measured_is_refused),
        cmocka_unit_test(the_sums_are_those_of_the_crossings),
        cmocka_unit_test(marks_that_make_no_sense_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
