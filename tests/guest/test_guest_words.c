/*
 * test_guest_words.c - the card's sentences for the calls of the
 * demonstrations: what was asked, what was carried, what came of it.
 */
#include "guest_run.h"

static void says(const struct run *r, const char *process, const char *name,
                 unsigned n, const char *wanted)
{
    char text[1024];
    crossing_sentence(r->t, call(r, process, name, n), text, sizeof text);
    if (strstr(text, wanted) == NULL)
        fail_msg("%s %u: no \"%s\" in: %s", name, n, wanted, text);
}

static void ports_and_messages(void **state)
{
    (void)state;
    struct run *r = boot("arg=machdemo\n");
    run_to_end(r, 0);
    says(r, "machdemo", "mach_port_allocate_trap", 1,
         "pid 2 asked for a new port, and a name by which to receive from it.");
    says(r, "machdemo", "mach_port_allocate_trap", 1,
         "It worked. Its name for it is 0x203.");
    says(r, "machdemo", "mach_port_insert_right_trap", 1,
         "pid 2 asked for a send right for the port that it calls 0x203. It "
         "worked.");
    says(r, "machdemo", "mach_port_get_refs_trap", 3, "It has it 3 times.");
    says(r, "machdemo", "mach_port_deallocate_trap", 1,
         "returned KERN_INVALID_NAME: it has no right under that name.");
    says(r, "machdemo", "mach_msg_trap", 1,
         "pid 2 asked to send the message 1000, 64 bytes, to the port that it "
         "calls 0x20b. 64 bytes came into the kernel by copying. It worked. "
         "The message 1000 was taken by #");
    says(r, "machdemo", "mach_msg_trap", 6,
         "MACH_SEND_TIMED_OUT: the queue stayed full");
    says(r, "machdemo", "mach_port_move_member_trap", 1,
         "into its port set 0x403. It worked.");
    says(r, "machdemo", "mach_msg_trap", 21,
         "pid 2 asked for a message by the name 0x213. 48 bytes went out");
    says(r, "machdemo", "mach_msg_trap", 21,
         "It brought a send right, which is called 0x307 here.");
    run_free(r);
}

static void memory_in_messages(void **state)
{
    (void)state;
    struct run *r = boot("arg=oolsend\n");
    run_to_end(r, 0);
    bool copied = false, lent = false, moved = false, brought = false;
    for (uint64_t i = 1; i <= tracker_count(r->t); i++) {
        char text[1024];
        const struct crossing *c = tracker_crossing(r->t, i);
        crossing_sentence(r->t, c, text, sizeof text);
        const char *it =
            strstr(text, "It carried 65536 bytes of memory, at 0x");
        copied |= it != NULL && strstr(it, ", copied.") != NULL;
        lent |= it != NULL && strstr(it, ", lent: ") != NULL;
        moved |= it != NULL && strstr(it, ", moved: ") != NULL;
        brought |= strstr(text, "It brought 65536 bytes of memory, now at "
                                "0x3fffedf000.") != NULL;
    }
    assert_true(copied && lent && moved && brought);
    run_free(r);
}

static void maps_and_waiting(void **state)
{
    (void)state;
    struct run *r = boot("arg=shm\n");
    run_to_end(r, 0);
    says(r, "shm", "shm_open", 1,
         "pid 2 asked to open the shared memory object \"/shm-demo\" "
         "(O_RDWR|O_CREAT).");
    says(r, "shm", "mmap", 1,
         "pid 2 asked for 16 bytes of what descriptor 3 stands for, as memory "
         "that it shares, with PROT_READ|PROT_WRITE. mmap returned 0x");
    says(r, "shm", "mmap", 1, "each comes when it is touched.");
    says(r, "shm", "futex", 1, "of those who sleep on the word at 0x");
    run_free(r);
    r = boot("arg=bigpipe\n");
    tracker_unlisten(r->t, r);
    machine_run(r->m, 100000000, &r->stop);
    bool mapped = false;
    for (uint64_t i = 1; i <= tracker_count(r->t); i++) {
        char text[1024];
        crossing_sentence(r->t, tracker_crossing(r->t, i), text, sizeof text);
        mapped |=
            strstr(text, " were not copied: their pages were held where "
                         "they are and shown to the kernel at 0x") != NULL;
    }
    assert_true(mapped);
    run_free(r);
}

static void calls_without_a_phrase_are_explained_by_the_table(void **state)
{
    (void)state;
    struct run *r = boot("arg=ps\n");
    run_to_end(r, 0);
    says(r, "ps", "getprocs", 1, ": descriptions of the processes");
    run_free(r);
    r = boot("arg=cat\narg=/nothing\n");
    run_to_end(r, 1);
    says(r, "cat", "open", 1, "pid 2 asked to open \"/nothing\" (O_RDONLY).");
    says(r, "cat", "open", 1,
         "returned -1, errno ENOENT: no such file or directory.");
    run_free(r);
}

static void devices_and_variables(void **state)
{
    (void)state;
    struct run *r = boot("arg=ioctldemo\n");
    run_to_end(r, 0);
    says(r, "ioctldemo", "ioctl", 1,
         "pid 2 asked the device behind descriptor ");
    run_free(r);
    r = boot("arg=sysctl\narg=kern.ostype\n");
    run_to_end(r, 0);
    says(r, "sysctl", "sysctl", 1, "asked for the kernel variable [");
    run_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports_and_messages),
        cmocka_unit_test(memory_in_messages),
        cmocka_unit_test(maps_and_waiting),
        cmocka_unit_test(devices_and_variables),
        cmocka_unit_test(calls_without_a_phrase_are_explained_by_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
