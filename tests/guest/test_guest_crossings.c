/*
 * test_guest_crossings.c - our kernel and programs, seen as crossings: what
 * was asked, what was carried, what it cost, who woke whom.
 */
#include "guest_run.h"

#include "../../emu/inspect/backtrace.h"

static void a_write_carries_its_bytes_in_by_one_copy(void **state)
{
    (void)state;
    struct run *r = boot("arg=hello\n");
    run_to_end(r, 0);
    const struct crossing *c = call(r, "hello", "write", 1);
    char line[2048];
    assert_int_equal(c->transfers, 1);
    const struct transfer *x = &c->transfer[0];
    assert_int_equal(x->kind, TRANSFER_COPYIN);
    assert_int_equal(x->user_va, c->arg[1]);
    assert_int_equal(x->length, 13);
    assert_int_equal(x->done, 13);
    assert_int_equal(x->error, 0);
    assert_memory_equal(x->data, "hello, world\n", 13);
    assert_int_equal(c->bytes_in, 13);
    assert_int_equal(c->result, 13);
    assert_non_null(strstr(r->console, "hello, world\n"));
    assert_non_null(strstr(trace_line(r, "> ecall write(fd=1, buf=0x", 1, line),
                           " hello "));
    assert_non_null(strstr(trace_line(r, "copyin ", 1, line), " -> 0xffffff"));
    trace_line(r, "  13 bytes  \"hello, world\\n\"", 1, line);
    assert_non_null(strstr(trace_line(r, "< = 13 ", 1, line), "  copied 13"));
    check_sums(r);
    run_free(r);
}

/* Columns that scripts may rely on (docs/reference/trace.md). */
static void trace_lines_keep_their_columns(void **state)
{
    (void)state;
    struct run *r = boot("arg=hello\n");
    run_to_end(r, 0);
    char line[2048];
    trace_line(r, "> ecall write(", 1, line);
    assert_ptr_equal(strstr(line, "pid 2 hello"), line + 5);
    assert_ptr_equal(strstr(line, "> ecall"), line + 19);
    assert_ptr_equal(strstr(line, "pc 0x"), line + 76);
    trace_line(r, "< = 13 ", 1, line);
    assert_ptr_equal(strstr(line, "< = 13"), line + 19);
    assert_ptr_equal(strstr(line, "insns "), line + 75);
    trace_line(r, "copyin ", 1, line);
    assert_ptr_equal(strstr(line, "copyin "), line + 7);
    assert_ptr_equal(strstr(line, "0x"), line + 16);
    run_free(r);
}

/* At the trap the path's page is not in memory: it comes with copyinstr. */
static void a_string_that_is_paged_in_later_is_filled_in(void **state)
{
    (void)state;
    struct run *r = boot_program(
        "#include <fcntl.h>\n"
        "__attribute__((aligned(4096))) const char path[4096] = \"/a/b\";\n"
        "int main(void) { return open(path, O_RDONLY) != -1; }\n");
    run_to_end(r, 0);
    const struct crossing *c = call(r, "probe", "open", 1);
    char line[2048], text[300];
    trace_line(r, "> ecall open(path=0x", 1, line);
    assert_string_equal(c->arg_text[0], "\"/a/b\"");
    crossing_describe(r->t, c, text, sizeof text);
    assert_memory_equal(text, "open(path=\"/a/b\", flags=O_RDONLY", 32);
    trace_line(r, "< = -1 ENOENT", 1, line);
    assert_int_equal(c->transfer[0].kind, TRANSFER_COPYINSTR);
    assert_int_equal(c->transfer[0].done, 5);
    run_free(r);
}

static void getpid_is_short_and_changes_spaces_twice(void **state)
{
    (void)state;
    struct run *r = boot_program("#include <unistd.h>\n"
                                 "int main(void) { return getpid() != 2; }\n");
    run_to_end(r, 0);
    const struct crossing *c = call(r, "probe", "getpid", 1);
    assert_in_range(c->own_insns, 50, 250);
    assert_int_equal(c->own_insns, c->clock_out - c->clock_in);
    assert_int_equal(c->satp_writes, 2);
    assert_int_equal(c->fences, 2);
    assert_int_equal(c->traps, 1);
    assert_int_equal(c->returns, 1);
    assert_int_equal(c->transfers, 0);
    assert_int_equal(c->result, 2);
    run_free(r);
}

static void a_shared_layout_changes_no_space(void **state)
{
    (void)state;
    struct run *r = run_start(take_file(GUEST_KERNEL), take_file(GUEST_INITRD),
                              "ram=64\nlayout=shared\narg=hello\n", true);
    run_to_end(r, 0);
    const struct crossing *c = call(r, "hello", "write", 1);
    assert_int_equal(c->satp_writes, 0);
    assert_int_equal(c->fences, 0);
    assert_int_equal(c->transfers, 1);
    assert_memory_equal(c->transfer[0].data, "hello, world\n", 13);
    check_sums(r);
    run_free(r);
}

static void fork_returns_twice_and_exec_renames(void **state)
{
    (void)state;
    struct run *r = boot("arg=hello\n");
    run_to_end(r, 0);
    const struct crossing *fork = call(r, "init", "fork", 1);
    char line[2048], text[300];
    assert_int_equal(fork->fork_child, 2);
    assert_int_equal(fork->result, 2);
    snprintf(text, sizeof text,
             "#%-3lu pid 2 init    < in pid 2 = 0 (fork #%lu)",
             (unsigned long)fork->number, (unsigned long)fork->number);
    trace_line(r, text, 1, line);
    crossing_sentence(r->t, fork, text, sizeof text);
    assert_string_equal(text, "pid 1 made a copy of itself, pid 2. One call, "
                              "two returns: 2 in the parent, 0 in the child.");
    const struct crossing *exec = call(r, "init", "execve", 1);
    assert_int_equal(exec->pid, 2);
    assert_true(exec->executed);
    assert_int_equal(exec->outcome, OUTCOME_RETURNED);
    assert_string_equal(exec->arg_text[0], "\"/bin/hello\"");
    assert_string_equal(exec->arg_text[1], "[\"hello\"]");
    snprintf(text, sizeof text, "#%-3lu pid 2 hello   < = 0",
             (unsigned long)exec->number);
    trace_line(r, text, 1, line);
    run_free(r);
}

static void an_exit_never_returns_and_wakes_the_parent(void **state)
{
    (void)state;
    struct run *r = boot("arg=hello\n");
    run_to_end(r, 0);
    const struct crossing *leave = call(r, "hello", "exit", 1);
    const struct crossing *wait = call(r, "init", "waitpid", 1);
    char line[2048], text[400];
    assert_int_equal(leave->outcome, OUTCOME_NEVER_RETURNS);
    assert_int_equal(leave->wait_status, 0);
    assert_memory_equal(trace_line(r, "< never returns", 1, line), "#", 1);
    assert_int_equal(wait->block_count, 1);
    assert_string_equal(wait->blocked_on, "child");
    assert_int_equal(wait->woken_by, leave->number);
    assert_true(wait->own_insns < wait->clock_out - wait->clock_in);
    crossing_sentence(r->t, wait, text, sizeof text);
    snprintf(line, sizeof line, "It slept (child) until #%lu (pid 2 hello)",
             (unsigned long)leave->number);
    assert_non_null(strstr(text, line));
    const struct process *p = tracker_process(r->t, 2);
    assert_int_equal(p->state, PROCESS_GONE);
    run_free(r);
}

static void a_call_by_message_links_request_and_reply(void **state)
{
    (void)state;
    struct run *r = boot("arg=rpcdemo\n");
    run_to_end(r, 0);
    unsigned linked = 0;
    for (uint64_t i = 1; i <= tracker_count(r->t); i++) {
        const struct crossing *c = tracker_crossing(r->t, i);
        char text[1024];
        for (size_t k = 0; k < c->links; k++) {
            const struct link *l = &c->link[k];
            if (l->id != 7100 || l->to != c->number) /* lab_null's reply */
                continue;
            const struct crossing *server = tracker_crossing(r->t, l->from);
            assert_int_not_equal(server->pid, c->pid);
            assert_int_not_equal(l->port, 0);
            assert_int_equal(l->bytes, 36);
            assert_non_null(strstr(c->arg_text[0], "{lab_null to 0x"));
            assert_non_null(
                strstr(server->arg_text[0], "{lab_null reply to 0x"));
            crossing_describe(r->t, c, text, sizeof text);
            assert_non_null(strstr(text, "option=MACH_SEND_MSG|MACH_RCV_MSG"));
            crossing_result(r->t, c, text, sizeof text);
            assert_string_equal(text, "KERN_SUCCESS");
            linked++;
        }
    }
    assert_int_equal(linked, 1);
    check_sums(r);
    run_free(r);
}

static void bytes_through_a_pipe_link_read_and_write(void **state)
{
    (void)state;
    struct run *r = boot("arg=pingpong\n");
    run_to_end(r, 0);
    unsigned linked = 0;
    for (uint64_t i = 1; i <= tracker_count(r->t); i++) {
        const struct crossing *c = tracker_crossing(r->t, i);
        if (c->call == NULL || strcmp(c->call->name, "read") != 0 ||
            strcmp(c->process, "pingpong") != 0 || c->result != 1)
            continue;
        assert_int_equal(c->links, 1);
        assert_int_equal(c->link[0].to, c->number);
        assert_int_equal(c->link[0].bytes, 1);
        uint8_t got = c->transfer[0].data[0];
        const struct crossing *w = tracker_crossing(r->t, c->link[0].from);
        assert_string_equal(w->call->name, "write");
        assert_int_not_equal(w->pid, c->pid);
        assert_int_equal(w->transfer[0].data[0], got);
        assert_int_equal(w->link[0].to, c->number);
        linked++;
    }
    assert_int_equal(linked, 6); /* three rounds, two ways */
    check_sums(r);
    run_free(r);
}

/* The buffer's last 6 bytes lie in a page that nobody mapped. */
static const char bad_buffer[] =
    "#include <unistd.h>\n"
    "#include <errno.h>\n"
    "int main(void) {\n"
    "    int fds[2];\n"
    "    char *end = sbrk(8192);\n"
    "    end = (char *)(((unsigned long)end + 8191) & ~4095ul);\n"
    "    sbrk(end - (char *)sbrk(0));\n"
    "    pipe(fds);\n"
    "    write(fds[1], \"hello, world\\n\", 13);\n"
    "    end[-1] = 0;\n"
    "    return read(fds[0], end - 7, 13) == -1 && errno == EFAULT ? 7 : 1;\n"
    "}\n";

/* Past the threshold the writer's bytes are not copied: its pages are wired
 * and shown in a window, and the reader's one copy is linked to the write. */
static void a_large_write_is_mapped_not_copied(void **state)
{
    (void)state;
    struct run *r = boot("arg=bigpipe\narg=65536\n");
    run_to_end(r, 0);
    char line[2048];
    const struct crossing *w = call(r, "bigpipe", "write", 1);
    static const enum mapping_kind kinds[] = {MAPPING_WIRE, MAPPING_WINDOW,
                                              MAPPING_UNWIRE};
    unsigned seen = 0;
    for (size_t i = 0; i < w->mappings; i++) {
        const struct mapping *m = &w->mapping[i];
        if (m->kind < MAPPING_WIRE)
            continue;
        assert_in_range(seen, 0, 2);
        assert_int_equal(m->kind, kinds[seen++]);
        assert_int_equal(m->va, w->arg[1]);
        assert_int_equal(m->bytes, 65536);
        assert_int_equal(m->root, w->root);
        if (m->kind == MAPPING_WINDOW)
            assert_int_equal(m->window, 0xffffffffa0000000 | (m->va & 0xfff));
    }
    assert_int_equal(seen, 3);
    assert_int_equal(w->bytes_in, 0);
    assert_int_equal(w->transfers, 0);
    uint64_t put = w->number;
    const struct crossing *read = call(r, "bigpipe", "read", 1);
    assert_int_equal(read->bytes_out, 65536);
    assert_int_equal(read->links, 1);
    assert_int_equal(read->link[0].from, put);
    assert_int_equal(read->link[0].bytes, 65536);
    trace_line(r, "  65536 bytes, to be read", 1, line);
    assert_non_null(strstr(trace_line(r, "window ", 1, line), " -> 0xffffff"));
    trace_line(r, "unwire ", 1, line);
    check_sums(r);
    run_free(r);
}

static void an_ioctl_tells_its_request_and_its_structure(void **state)
{
    (void)state;
    struct run *r = boot("arg=ioctldemo\n");
    run_to_end(r, 0);
    char line[2048], text[400];
    const struct crossing *c = call(r, "ioctldemo", "ioctl", 2);
    crossing_describe(r->t, c, text, sizeof text);
    snprintf(line, sizeof line,
             "ioctl(fd=3, request=DEMO_ADD [IOWR 'D' 3 16 bytes], "
             "arg=0x%lx {addend=2 sum=0})",
             (unsigned long)c->arg[2]);
    assert_string_equal(text, line);
    assert_int_equal(c->transfers, 2);
    assert_int_equal(c->transfer[0].kind, TRANSFER_COPYIN);
    assert_int_equal(c->transfer[1].kind, TRANSFER_COPYOUT);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(c->transfer[i].user_va, c->arg[2]);
        assert_int_equal(c->transfer[i].length, 16);
    }
    assert_string_equal(
        transfer_fields(r->t, c, &c->transfer[1], text, sizeof text),
        "{addend=2 sum=42}");
    trace_line(r, "  {addend=2 sum=42}", 1, line);
    assert_non_null(strstr(r->json, "\"fields\":\"{addend=2 sum=42}\""));
    /* VOID: no transfer. Unknown: by its bits. OUT only: zeroes, copied. */
    assert_int_equal(call(r, "ioctldemo", "ioctl", 3)->transfers, 0);
    trace_line(r, "request=0x80804463 [IOW 'D' 99 128 bytes]", 1, line);
    trace_line(r, "  {letter=68 count=142 steps=3}", 1, line);
    /* What the structure points at is a copyin of the driver's own. */
    c = call(r, "ioctldemo", "ioctl", 7);
    assert_int_equal(c->transfers, 3);
    assert_memory_equal(c->transfer[1].data, "pointed at", 10);
    assert_null(transfer_fields(r->t, c, &c->transfer[1], text, sizeof text));
    check_sums(r);
    run_free(r);
}

/* Each key is a read of one byte, in modes that an ioctl has set. */
static void raw_mode_is_an_ioctl_and_a_read_a_key(void **state)
{
    (void)state;
    struct run *r = boot("arg=keys\narg=1\n");
    machine_input(r->m, (const uint8_t *)"\003", 1, true);
    run_to_end(r, 0);
    const struct crossing *set = call(r, "keys", "ioctl", 2);
    const struct crossing *read = call(r, "keys", "read", 1);
    char text[500];
    crossing_describe(r->t, set, text, sizeof text);
    assert_non_null(strstr(text, "request=TIOCSETA [IOW 't' 20 44 bytes], "));
    assert_non_null(strstr(text, "{iflag=0x0 oflag=0x0 cflag=0xb00 lflag=0x6 "));
    assert_true(set->number < read->number);
    assert_int_equal(read->result, 1);
    assert_int_equal(read->transfer[0].data[0], 3); /* Ctrl-C, as a byte */
    crossing_describe(r->t, call(r, "keys", "ioctl", 1), text, sizeof text);
    assert_non_null(strstr(text, "request=TIOCGETA [IOR 't' 19 44 bytes], "));
    check_sums(r);
    run_free(r);
}

/* The n-th device_call of userclient that asks for this. */
static const struct crossing *device_call(const struct run *r,
                                          const char *selector,
                                          const char *args)
{
    for (unsigned n = 1;; n++) {
        const struct crossing *c = call(r, "userclient", "device_call", n);
        char text[500];
        crossing_describe(r->t, c, text, sizeof text);
        if (strstr(text, selector) != NULL && strstr(text, args) != NULL)
            return c;
    }
}

static bool has_wired(const struct crossing *c, uint64_t bytes)
{
    for (size_t i = 0; i < c->mappings; i++)
        if (c->mapping[i].kind == MAPPING_WINDOW)
            return c->mapping[i].bytes == bytes;
    return false;
}

static void a_device_call_copies_little_and_wires_much(void **state)
{
    (void)state;
    struct run *r = boot("arg=userclient\n");
    run_to_end(r, 0);
    const struct crossing *c = device_call(r, "ACCEL_SUM [", "{scalars_in=17 ");
    char text[500];
    crossing_describe(r->t, c, text, sizeof text);
    assert_non_null(strstr(text, "selector=ACCEL_SUM [0+ANY in, 1+0 out], "));
    crossing_result(r->t, c, text, sizeof text);
    assert_string_equal(text, "-1 EINVAL");
    assert_int_equal(c->transfers, 1); /* refused by its counts alone */
    c = device_call(r, "ACCEL_SUM [0+ANY in, 1+0 out]", "bytes_in=4096 ");
    assert_int_equal(c->bytes_in, 56 + 4096);
    assert_false(has_wired(c, 4096));
    /* the call, clearing a page, a copy, and four instructions a byte */
    assert_in_range(c->own_insns, 4 * 4096, 4 * 4096 + 4500);
    c = device_call(r, "ACCEL_SUM [0+ANY in, 1+0 out]", "bytes_in=65536 ");
    assert_int_equal(c->bytes_in, 56);
    assert_true(has_wired(c, 65536));
    assert_in_range(c->own_insns, 4 * 65536, 4 * 65536 + 6000);
    /* The double fetch: the same call, woken by the one that changed it. */
    c = device_call(r, "ACCEL_SUM_TWICE [0+ANY in, 2+0 out]", "bytes_in=65536 ");
    assert_int_equal(c->block_count, 1);
    assert_string_equal(c->blocked_on, "accelerator");
    crossing_describe(r->t, tracker_crossing(r->t, c->woken_by), text,
                      sizeof text);
    assert_non_null(strstr(text, "selector=ACCEL_GO [0+0 in, 1+0 out]"));
    check_sums(r);
    run_free(r);
}

/* commtime asks by call 101 times, then the page 101 times, then once more. */
static void time_from_the_commpage_is_no_crossing(void **state)
{
    (void)state;
    struct run *r = boot("arg=commtime\n");
    run_to_end(r, 0);
    uint64_t before = call(r, "commtime", "uptime", 101)->number;
    uint64_t after = call(r, "commtime", "uptime", 102)->number;
    assert_int_equal(after, before + 1);
    run_free(r);
}

static void a_refused_copy_names_the_byte_and_the_reason(void **state)
{
    (void)state;
    struct run *r = boot_program(bad_buffer);
    run_to_end(r, 7);
    const struct crossing *c = call(r, "probe", "read", 1);
    const struct transfer *x = &c->transfer[c->transfers - 1];
    char text[600], expected[600], line[2048];
    assert_int_equal((int64_t)c->result, -14);
    assert_int_equal(x->error, 14);
    assert_int_equal(x->done, 7);
    assert_int_equal(x->stopped_va, c->arg[1] + 7);
    assert_int_equal(x->stopped_va & 4095, 0);
    assert_int_equal(x->why, SV39_NOT_VALID);
    crossing_result(r->t, c, text, sizeof text);
    assert_string_equal(text, "-1 EFAULT");
    crossing_sentence(r->t, c, text, sizeof text);
    snprintf(expected, sizeof expected,
             "pid 2 asked for 13 bytes at 0x%lx. The buffer spans two pages; "
             "the second is not mapped (V = 0), so the copy stopped at its "
             "first byte, 0x%lx, and read returned -1, errno EFAULT. Seven "
             "bytes had already been written.",
             (unsigned long)c->arg[1], (unsigned long)x->stopped_va);
    assert_string_equal(text, expected);
    trace_line(r, "7 of 13 bytes  \"hello, \"  EFAULT at 0x", 1, line);
    trace_line(r, "< = -1 EFAULT", 1, line);
    run_free(r);
}

static void deaths_have_reason_signal_and_no_return(void **state)
{
    (void)state;
    struct run *r = boot("arg=crash\narg=write-text\n");
    run_to_end(r, 139);
    char line[2048], text[400];
    trace_line(r, "fault    store page fault at 0x", 1, line);
    assert_non_null(
        strstr(line, "the page is read-only: W = 0; killed by SIGSEGV"));
    const struct crossing *c = NULL;
    for (uint64_t i = 1; i <= tracker_count(r->t); i++)
        if (tracker_crossing(r->t, i)->signal != 0)
            c = tracker_crossing(r->t, i);
    assert_non_null(c);
    assert_int_equal(c->kind, CROSSING_FAULT);
    assert_int_equal(c->cause, 15);
    assert_int_equal(c->why, SV39_NOT_WRITABLE);
    assert_int_equal(c->signal, 11);
    assert_int_equal(c->outcome, OUTCOME_NEVER_RETURNS);
    assert_int_equal(c->wait_status, 11);
    crossing_sentence(r->t, c, text, sizeof text);
    assert_non_null(strstr(text, "read-only (W = 0)"));
    assert_non_null(strstr(text, "killed it with SIGSEGV"));
    run_free(r);
}

static void a_timer_interrupt_that_switches_says_to_whom(void **state)
{
    (void)state;
    struct run *r =
        boot_program("#include <unistd.h>\n"
                     "int main(void) {\n"
                     "    fork();\n"
                     "    for (volatile int i = 0; i < 600000; i++);\n"
                     "    return 0;\n"
                     "}\n");
    run_to_end(r, 0);
    unsigned switched = 0;
    for (uint64_t i = 1; i <= tracker_count(r->t); i++) {
        const struct crossing *c = tracker_crossing(r->t, i);
        char text[400], other[64];
        if (c->kind != CROSSING_INTERRUPT || c->gave_to == 0)
            continue;
        switched++;
        assert_int_not_equal(c->gave_to, c->pid);
        assert_true(c->own_insns < 2000);
        crossing_sentence(r->t, c, text, sizeof text);
        snprintf(other, sizeof other, "gave the processor to pid %d",
                 c->gave_to);
        assert_non_null(strstr(text, other));
        assert_memory_equal(text, "The timer's interrupt came while pid ", 37);
    }
    assert_true(switched >= 2);
    check_sums(r);
    run_free(r);
}

static void page_faults_say_how_they_were_mended(void **state)
{
    (void)state;
    struct run *r = boot("arg=pingpong\n");
    run_to_end(r, 0);
    unsigned copied = 0, code = 0;
    for (uint64_t i = 1; i <= tracker_count(r->t); i++) {
        const struct crossing *c = tracker_crossing(r->t, i);
        char text[600];
        if (c->kind != CROSSING_FAULT)
            continue;
        crossing_sentence(r->t, c, text, sizeof text);
        copied += strstr(text, "was shared since a fork and copied") != NULL;
        code += strstr(text, "a page of the program's code") != NULL;
        assert_non_null(strstr(text, "was tried again"));
        assert_true(c->pages_mapped >= 1);
    }
    assert_true(copied >= 1);
    assert_true(code >= 2);
    run_free(r);
}

/* ---- Symbols while it runs ---- */

struct seen {
    struct run *r;
    unsigned programs, trampolines, texts;
};

static void look_at_symbols(void *ctx, const struct event *e)
{
    struct seen *seen = ctx;
    const struct tracker *t = seen->r->t;
    const struct crossing *c = e->crossing;
    uint64_t va, stvec, start, bytes;
    const char *name, *file;
    unsigned line;
    if (e->kind != EVENT_ENTER || strcmp(c->process, "hello") != 0)
        return;
    struct symbols *s = tracker_symbols(t, CPU_U, c->root, c->user_pc, &va);
    if (s != NULL && c->call != NULL && strcmp(c->call->name, "write") == 0) {
        seen->programs += strcmp(symbols_name(s), "/bin/hello") == 0 &&
                          symbols_function(s, va, &name, &start, &bytes) &&
                          strcmp(name, "write") == 0;
        seen->texts += tracker_symbols(t, CPU_U, c->root, 0x7000000, &va) == s;
    }
    cpu_csr(machine_cpu(seen->r->m), 0x105, &stvec);
    s = tracker_symbols(t, CPU_S, c->root, stvec, &va);
    seen->trampolines += s == tracker_kernel_symbols(t) && s != NULL &&
                         symbols_line(s, va, &file, &line) &&
                         strstr(file, "trampoline.S") != NULL;
}

static void programs_and_the_trampoline_have_their_symbols(void **state)
{
    (void)state;
    struct seen seen = {.r = boot("arg=hello\n")};
    tracker_listen(seen.r->t, look_at_symbols, &seen);
    run_to_end(seen.r, 0);
    assert_int_equal(seen.programs, 1);
    assert_true(seen.trampolines >= 3);
    run_free(seen.r);
}

/* ---- Who called whom ---- */

#define FRAMES  16
#define CALLERS 7

static void look_at_callers(void *ctx, const struct event *e)
{
    struct seen *seen = ctx;
    struct cpu *cpu = machine_cpu(seen->r->m);
    struct frame frame[FRAMES];
    uint64_t x[32], satp;
    static const char *const expected[] = {
        "copyin",  "uiomove_at", "console_write", "sys_write",
        "syscall", "usertrap",   "uservec"};
    if (e->kind != EVENT_TRANSFER || e->crossing == NULL ||
        strcmp(e->crossing->process, "hello") != 0)
        return;
    for (unsigned i = 0; i < 32; i++)
        x[i] = cpu_x(cpu, i);
    cpu_csr(cpu, 0x180, &satp);
    size_t n = backtrace(seen->r->m, sv39_root(satp), seen->r->kernel,
                         cpu_pc(cpu), x, frame, FRAMES);
    for (size_t i = 0; i < CALLERS && i < n; i++)
        seen->texts += frame[i].function != NULL &&
                       strcmp(frame[i].function, expected[i]) == 0 &&
                       frame[i].line > 0;
    /* Through the trampoline, by its hand-written rules, behind the ecall. */
    seen->programs += n == CALLERS + 1 &&
                      frame[CALLERS].pc == e->crossing->user_pc + 4 &&
                      frame[CALLERS].function == NULL;
}

static void a_backtrace_goes_from_copyin_to_the_users_ecall(void **state)
{
    (void)state;
    struct seen seen = {.r = boot("arg=hello\n")};
    tracker_listen(seen.r->t, look_at_callers, &seen);
    run_to_end(seen.r, 0);
    assert_int_equal(seen.texts, CALLERS);
    assert_int_equal(seen.programs, 1);
    run_free(seen.r);
}

static void before_paging_the_kernel_is_known_by_its_frames(void **state)
{
    (void)state;
    struct run *r = boot("arg=hello\n");
    uint64_t va;
    char text[64];
    struct symbols *s = tracker_symbols(r->t, CPU_S, 0, 0x80200000, &va);
    assert_ptr_equal(s, r->kernel);
    assert_int_equal(va, 0xffffffc080200000);
    assert_true(symbols_describe(s, va, text, sizeof text));
    assert_string_equal(text, "_start");
    assert_null(tracker_symbols(r->t, CPU_S, 0, 0x83000000, &va));
    run_free(r);
}

/* Runs hello with a tracker that is given another initrd than the machine. */
static struct seen run_with_initrd(const uint8_t *bytes, size_t n)
{
    struct seen seen = {.r = boot("arg=hello\n")};
    struct tracker_desc td = {.machine = seen.r->m,
                              .kernel = seen.r->kernel,
                              .initrd = bytes,
                              .initrd_bytes = n};
    char why[200];
    tracker_destroy(seen.r->t);
    seen.r->t = tracker_create(&td, why, sizeof why);
    assert_non_null(seen.r->t);
    tracker_listen(seen.r->t, look_at_symbols, &seen);
    run_to_end(seen.r, 0);
    run_free(seen.r);
    return seen;
}

static void another_image_under_the_same_path_has_no_symbols(void **state)
{
    (void)state;
    struct elf_file tar = take_file(GUEST_INITRD);
    assert_int_equal(run_with_initrd(tar.bytes, tar.n).programs, 1);
    /* Other code: the opcode of addi is another, outside the headers. */
    for (size_t i = 0; i < tar.n; i++)
        if (tar.bytes[i] == 0x13 && i % 512 >= 64)
            tar.bytes[i] = 0x14;
    assert_int_equal(run_with_initrd(tar.bytes, tar.n).programs, 0);
    free(tar.bytes);
}

static void a_damaged_initrd_gives_no_symbols_and_does_no_harm(void **state)
{
    (void)state;
    struct elf_file tar = take_file(GUEST_INITRD);
    static const size_t lengths[] = {0, 1, 511, 512, 513, 1024};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        assert_int_equal(run_with_initrd(tar.bytes, lengths[i]).programs, 0);
    memcpy(tar.bytes + 124, "77777777777", 12); /* the first member's size */
    assert_int_equal(run_with_initrd(tar.bytes, tar.n).programs, 0);
    memcpy(tar.bytes + 124, "00000000xyz", 12);
    assert_int_equal(run_with_initrd(tar.bytes, tar.n).programs, 0);
    memset(tar.bytes, 'a', tar.n);
    assert_int_equal(run_with_initrd(tar.bytes, tar.n).programs, 0);
    free(tar.bytes);
}

static void a_panic_is_told_with_its_words(void **state)
{
    (void)state;
    uint8_t *nothing = calloc(1, 1024); /* an archive without members */
    struct run *r =
        run_start(take_file(GUEST_KERNEL), (struct elf_file){nothing, 1024},
                  "ram=64\narg=hello\n", true);
    char text[200], line[2048];
    assert_false(tracker_panicked(r->t, text, sizeof text));
    run_to_end(r, 121);
    assert_true(tracker_panicked(r->t, text, sizeof text));
    assert_non_null(strstr(r->console, text));
    assert_true(strlen(text) > 10);
    assert_non_null(strstr(trace_line(r, "! panic ", 1, line), text));
    assert_non_null(strstr(r->json, "\"type\":\"panic\""));
    check_sums(r);
    run_free(r);
}

/* ---- The same for everyone ---- */

static void two_runs_tell_the_same_bytes(void **state)
{
    (void)state;
    struct run *a = boot("arg=forktree\n"), *b = boot("arg=forktree\n");
    run_to_end(a, 0);
    run_to_end(b, 0);
    assert_true(a->used > 10000);
    assert_string_equal(a->trace, b->trace);
    assert_string_equal(a->json, b->json);
    run_free(a);
    run_free(b);
}

static void without_probes_the_hardware_still_shows_it(void **state)
{
    (void)state;
    struct run *know = boot("arg=hello\n");
    struct run *blind =
        run_start(take_file(GUEST_KERNEL), take_file(GUEST_INITRD),
                  "ram=64\narg=hello\n", false);
    run_to_end(know, 0);
    run_to_end(blind, 0);
    assert_int_equal(tracker_count(blind->t), tracker_count(know->t));
    for (uint64_t i = 1; i <= tracker_count(know->t); i++) {
        const struct crossing *k = tracker_crossing(know->t, i);
        const struct crossing *b = tracker_crossing(blind->t, i);
        assert_int_equal(b->pid, 0);
        assert_int_equal(b->root, k->root);
        assert_int_equal(b->cause, k->cause);
        assert_int_equal(b->clock_in, k->clock_in);
        assert_null(b->call);
        if (k->outcome == OUTCOME_RETURNED && !k->executed)
            assert_int_equal(b->clock_out, k->clock_out);
    }
    check_sums(blind);
    run_free(know);
    run_free(blind);
}

static void every_event_is_one_json_object(void **state)
{
    (void)state;
    struct run *r = boot("arg=pingpong\n");
    run_to_end(r, 0);
    unsigned lines = 0;
    for (const char *p = r->json; *p != '\0'; lines++) {
        size_t n = strcspn(p, "\n");
        assert_memory_equal(p, "{\"type\":\"", 9);
        assert_int_equal(p[n - 1], '}');
        p += n + 1;
    }
    assert_true(lines > 100);
    assert_non_null(strstr(r->json, "\"name\":\"execve\""));
    assert_non_null(strstr(r->json, "\"outcome\":\"never returns\""));
    assert_non_null(strstr(r->json, "\"type\":\"link\""));
    run_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_carries_its_bytes_in_by_one_copy),
        cmocka_unit_test(trace_lines_keep_their_columns),
        cmocka_unit_test(a_string_that_is_paged_in_later_is_filled_in),
        cmocka_unit_test(getpid_is_short_and_changes_spaces_twice),
        cmocka_unit_test(a_shared_layout_changes_no_space),
        cmocka_unit_test(fork_returns_twice_and_exec_renames),
        cmocka_unit_test(an_exit_never_returns_and_wakes_the_parent),
        cmocka_unit_test(bytes_through_a_pipe_link_read_and_write),
        cmocka_unit_test(a_call_by_message_links_request_and_reply),
        cmocka_unit_test(a_large_write_is_mapped_not_copied),
        cmocka_unit_test(an_ioctl_tells_its_request_and_its_structure),
        cmocka_unit_test(raw_mode_is_an_ioctl_and_a_read_a_key),
        cmocka_unit_test(a_device_call_copies_little_and_wires_much),
        cmocka_unit_test(time_from_the_commpage_is_no_crossing),
        cmocka_unit_test(a_refused_copy_names_the_byte_and_the_reason),
        cmocka_unit_test(deaths_have_reason_signal_and_no_return),
        cmocka_unit_test(a_timer_interrupt_that_switches_says_to_whom),
        cmocka_unit_test(page_faults_say_how_they_were_mended),
        cmocka_unit_test(programs_and_the_trampoline_have_their_symbols),
        cmocka_unit_test(a_backtrace_goes_from_copyin_to_the_users_ecall),
        cmocka_unit_test(before_paging_the_kernel_is_known_by_its_frames),
        cmocka_unit_test(another_image_under_the_same_path_has_no_symbols),
        cmocka_unit_test(a_damaged_initrd_gives_no_symbols_and_does_no_harm),
        cmocka_unit_test(a_panic_is_told_with_its_words),
        cmocka_unit_test(two_runs_tell_the_same_bytes),
        cmocka_unit_test(without_probes_the_hardware_still_shows_it),
        cmocka_unit_test(every_event_is_one_json_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
