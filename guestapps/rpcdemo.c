/*
 * rpcdemo.c - procedure calls to another process and to the kernel.
 *
 * A child serves sdk/mig/lab.defs under the name "lab"; the parent looks it up
 * and calls every routine, then the kernel's (host.defs), and kills the server
 * to see what a call gets then. Without a name server it starts one, by running
 * itself as `nameserver rpcdemo`.
 *
 * Watch: a call is an ordinary function here, made by mig from one line of the
 * .defs. In the trace it is one crossing by mach_msg_trap that sends and
 * receives, {lab_add to 0x.., reply 0x..}; the server's is one as well, that
 * answers and waits for the next. Links join each request to its reply, whose
 * number is 100 more. host_memory needs no other process: the kernel answers
 * within the same crossing.
 */
#include <ctype.h>
#include <mach/mach.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include "bootstrap.h"
#include "host.h"
#include "lab.h"
#include "program.h"

#define SERVICE "lab"

/* ---- The server ---- */

static struct {
    mach_port_t requests;
    int pokes, bytes;
} lab;

kern_return_t do_lab_null(mach_port_t server)
{
    (void)server;
    return KERN_SUCCESS;
}

kern_return_t do_lab_add(mach_port_t server, int a, int b, int *sum)
{
    (void)server;
    return __builtin_add_overflow(a, b, sum) ? KERN_INVALID_ARGUMENT
                                             : KERN_SUCCESS;
}

kern_return_t do_lab_poke(mach_port_t server, const char *data, uint32_t n)
{
    (void)server, (void)data;
    lab.pokes++;
    lab.bytes += (int)n;
    return KERN_SUCCESS;
}

kern_return_t do_lab_poked(mach_port_t server, int *times, int *bytes)
{
    (void)server;
    *times = lab.pokes;
    *bytes = lab.bytes;
    return KERN_SUCCESS;
}

kern_return_t do_lab_upper(mach_port_t server, char *text)
{
    (void)server;
    for (; *text != '\0'; text++)
        *text = (char)toupper((unsigned char)*text);
    return KERN_SUCCESS;
}

kern_return_t do_lab_digest(mach_port_t server, const char *data, uint32_t n,
                            uint32_t *digest)
{
    (void)server;
    memset(digest, 0, 4 * sizeof *digest);
    for (uint32_t i = 0; i < n; i++)
        digest[i % 4] = digest[i % 4] * 31 + (unsigned char)data[i];
    return KERN_SUCCESS;
}

kern_return_t do_lab_reverse(mach_port_t server, const char *data, uint32_t n,
                             char *back, uint32_t *backCnt)
{
    (void)server;
    for (uint32_t i = 0; i < n; i++)
        back[i] = data[n - 1 - i];
    *backCnt = n;
    return KERN_SUCCESS;
}

/* The stub makes a send right to it: this task is its receiver. */
kern_return_t do_lab_counter(mach_port_t server, mach_port_t *counter)
{
    (void)server;
    return mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE,
                              counter);
}

kern_return_t do_lab_checksum(mach_port_t server, char *pages, uint32_t n,
                              uint64_t *sum)
{
    (void)server;
    *sum = 0;
    for (uint32_t i = 0; i < n; i++)
        *sum += (unsigned char)pages[i];
    return vm_deallocate(mach_task_self(), pages, n); /* it is ours now */
}

kern_return_t do_lab_pages(mach_port_t server, int count, char **pages,
                           uint32_t *n)
{
    (void)server;
    if (count < 1 || count > 16)
        return KERN_INVALID_ARGUMENT;
    *n = (uint32_t)count * 4096;
    kern_return_t kr = vm_allocate(mach_task_self(), pages, *n);
    if (kr == KERN_SUCCESS)
        memset(*pages, 'p', *n);
    return kr;
}

static int serve(void)
{
    mach_port_t self = mach_task_self();
    kern_return_t kr =
        mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &lab.requests);
    if (kr == KERN_SUCCESS)
        kr = mach_port_insert_right(self, lab.requests, lab.requests,
                                    MACH_MSG_TYPE_MAKE_SEND);
    if (kr == KERN_SUCCESS)
        kr = bootstrap_register(bootstrap_port, SERVICE, lab.requests);
    if (kr == KERN_SUCCESS)
        kr = mach_msg_server(lab_server, lab_MESSAGE_MAX, lab.requests,
                             MACH_MSG_OPTION_NONE);
    fprintf(stderr, "rpcdemo: server: %s\n", mach_error_string(kr));
    return 1;
}

/* ---- The client ---- */

static int failures;

/* Prints a call's result; anything but what should come is a failure. */
static void show(const char *call, kern_return_t kr, kern_return_t should)
{
    printf("\n%-15s%s", call, mach_error_string(kr));
    if (kr != should) {
        printf("  (should be %s)", mach_error_string(should));
        failures++;
    }
}

static void call_lab(mach_port_t server)
{
    int sum = 0, times = 0, bytes = 0;
    char text[64] = "from one process to another", back[256];
    uint32_t digest[4] = {0}, backCnt = 0;
    show("lab_null", lab_null(server), KERN_SUCCESS);
    show("lab_add", lab_add(server, 40, 2, &sum), KERN_SUCCESS);
    printf("  40 + 2 = %d", sum);
    show("lab_add", lab_add(server, 0x7fffffff, 1, &sum),
         KERN_INVALID_ARGUMENT);
    show("lab_poke", lab_poke(server, "abc", 3), KERN_SUCCESS);
    show("lab_poke", lab_poke(server, text, 257), MIG_ARRAY_TOO_LARGE);
    show("lab_poked", lab_poked(server, &times, &bytes), KERN_SUCCESS);
    printf("  %d time, %d bytes", times, bytes);
    show("lab_upper", lab_upper(server, text), KERN_SUCCESS);
    printf("  %s", text);
    show("lab_digest", lab_digest(server, text, 27, digest), KERN_SUCCESS);
    printf("  %08x %08x %08x %08x", (unsigned)digest[0], (unsigned)digest[1],
           (unsigned)digest[2], (unsigned)digest[3]);
    show("lab_reverse", lab_reverse(server, "mach", 4, back, &backCnt),
         KERN_SUCCESS);
    printf("  %.*s", (int)backCnt, back);
}

static void call_lab_with_rights_and_memory(mach_port_t server)
{
    mach_port_t counter = MACH_PORT_NULL, self = mach_task_self();
    char *pages = NULL;
    uint32_t n = 0;
    uint64_t sum = 0;
    show("lab_counter", lab_counter(server, &counter), KERN_SUCCESS);
    printf("  a right, %s",
           counter != server ? "with a name of its own" : "the server's");
    mach_port_deallocate(self, counter);
    show("lab_pages", lab_pages(server, 3, &pages, &n), KERN_SUCCESS);
    printf("  %u bytes, the last is %c", (unsigned)n, n ? pages[n - 1] : '-');
    show("lab_checksum", lab_checksum(server, pages, n, &sum), KERN_SUCCESS);
    printf("  %u", (unsigned)sum);
    show("lab_pages", lab_pages(server, 99, &pages, &n), KERN_INVALID_ARGUMENT);
    vm_deallocate(self, pages, n);
}

static void call_kernel(void)
{
    mach_port_t host = mach_host_self();
    int bytes = 0, count = 0;
    uint64_t total = 0, available = 0, ns = 0;
    show("host_page_size", host_page_size(host, &bytes), KERN_SUCCESS);
    printf("  %d", bytes);
    show("host_memory", host_memory(host, &total, &available), KERN_SUCCESS);
    printf("  %u MiB", (unsigned)(total >> 20));
    show("host_processes", host_processes(host, &count), KERN_SUCCESS);
    printf("  %d", count);
    show("host_uptime", host_uptime(host, &ns), KERN_SUCCESS);
    printf("  %s", ns ? "running" : "stopped");
}

/* The server starts beside us: it may not have registered yet. */
static kern_return_t look_up(const char *name, mach_port_t *port)
{
    kern_return_t kr = KERN_INVALID_NAME;
    for (int i = 0; i < 1000 && kr == KERN_INVALID_NAME; i++) {
        if (i > 0)
            usleep(1000);
        kr = bootstrap_look_up(bootstrap_port, name, port);
    }
    return kr;
}

static void call_the_dead(pid_t server_pid, mach_port_t server)
{
    mach_port_t again;
    kill(server_pid, SIGKILL);
    waitpid(server_pid, NULL, 0);
    show("lab_null", lab_null(server), MACH_SEND_INVALID_DEST);
    show("look_up", bootstrap_look_up(bootstrap_port, SERVICE, &again),
         KERN_INVALID_NAME);
    printf("\n");
}

int main(int argc, char **argv)
{
    mach_port_t server;
    (void)argc;
    if (bootstrap_port == MACH_PORT_NULL) {
        execvp("nameserver", (char *[]){"nameserver", argv[0], NULL});
        return complain("rpcdemo", "nameserver");
    }
    pid_t pid = fork();
    if (pid < 0)
        return complain("rpcdemo", "fork");
    if (pid == 0)
        return serve();
    kern_return_t kr = look_up(SERVICE, &server);
    show("look_up", kr, KERN_SUCCESS);
    if (kr == KERN_SUCCESS) {
        call_lab(server);
        call_lab_with_rights_and_memory(server);
    }
    call_kernel();
    call_the_dead(pid, server);
    return failures ? 1 : 0;
}
