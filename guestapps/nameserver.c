/*
 * nameserver.c - the bootstrap name server: services are registered and looked
 * up by name (sdk/mig/bootstrap.defs).
 *
 *   nameserver [PROGRAM [ARGS...]]
 *
 * Makes a port, makes a send right to it the bootstrap port of its children,
 * and serves. With a PROGRAM it serves that one and its children until it ends,
 * and ends with its status; without, until it is killed.
 *
 * Watch: nothing here is the kernel's. The kernel only hands the bootstrap
 * right down at fork; a name is a word that two programs agree on, and what it
 * stands for is a port right that has gone from one to the other through this
 * process. When a service dies its right turns into a dead name, and a notice
 * (id 72) from the kernel frees the name.
 */
#include <mach/mach.h>
#include <stdlib.h>
#include <sys/wait.h>
#include "bootstrap.h"
#include "program.h"

#define SERVICES_MAX 32
#define NAME_BYTES   64

static struct {
    char name[NAME_BYTES];
    mach_port_t port;
} service[SERVICES_MAX];
static mach_port_t requests; /* also receives the notices */

static int find(const char *name)
{
    for (int i = 0; i < SERVICES_MAX; i++)
        if (service[i].port && strcmp(service[i].name, name) == 0)
            return i;
    return -1;
}

kern_return_t do_bootstrap_register(mach_port_t bootstrap, const char *name,
                                    mach_port_t port)
{
    mach_port_t previous;
    int i = 0;
    (void)bootstrap;
    if (name[0] == '\0' || port == MACH_PORT_NULL || port == MACH_PORT_DEAD)
        return KERN_INVALID_ARGUMENT;
    if (find(name) >= 0)
        return KERN_NAME_EXISTS;
    while (i < SERVICES_MAX && service[i].port)
        i++;
    if (i == SERVICES_MAX)
        return KERN_NO_SPACE;
    kern_return_t kr = mach_port_request_notification(
        mach_task_self(), port, MACH_NOTIFY_DEAD_NAME, 1, requests,
        MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);
    if (kr != KERN_SUCCESS)
        return kr;
    strcpy(service[i].name, name);
    service[i].port = port;
    return KERN_SUCCESS;
}

kern_return_t do_bootstrap_look_up(mach_port_t bootstrap, const char *name,
                                   mach_port_t *port)
{
    int i = find(name);
    (void)bootstrap;
    if (i < 0)
        return KERN_INVALID_NAME;
    *port = service[i].port;
    return KERN_SUCCESS;
}

kern_return_t do_bootstrap_count(mach_port_t bootstrap, int *names)
{
    (void)bootstrap;
    *names = 0;
    for (int i = 0; i < SERVICES_MAX; i++)
        *names += service[i].port != MACH_PORT_NULL;
    return KERN_SUCCESS;
}

/* A service's port has died: the name is free again. The kernel counts the
 * notice as one use of the dead name, beside ours. */
static void forget(mach_port_t port)
{
    for (int i = 0; i < SERVICES_MAX; i++)
        if (service[i].port == port)
            service[i].port = MACH_PORT_NULL;
    mach_port_destroy(mach_task_self(), port);
}

/* The program that we were to start, and all that it started, are gone: none
 * of them holds the bootstrap right any more. */
static pid_t client;

static _Noreturn void end(void)
{
    int status;
    if (waitpid(client, &status, 0) != client)
        exit(complain("nameserver", "waitpid"));
    exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static int serve_one(mach_msg_header_t *request, mach_msg_header_t *reply)
{
    if (request->msgh_id == MACH_NOTIFY_NO_SENDERS)
        end();
    if (request->msgh_id != MACH_NOTIFY_DEAD_NAME)
        return bootstrap_server(request, reply);
    forget(((mach_notification_t *)request)->not_port_or_count);
    mig_reply_error_t *none = (mig_reply_error_t *)reply;
    none->Head.msgh_bits = 0;
    none->Head.msgh_remote_port = MACH_PORT_NULL;
    none->RetCode = MIG_NO_REPLY;
    return 1;
}

static pid_t start(char **argv)
{
    pid_t pid = fork();
    if (pid == 0) {
        execvp(argv[0], argv);
        complain("nameserver", argv[0]);
        _exit(127);
    }
    return pid;
}

/* Our own rights go, and a notice comes when there is none left. */
static kern_return_t wait_for_the_end(mach_port_t self)
{
    mach_port_t previous;
    kern_return_t kr =
        task_set_special_port(self, TASK_BOOTSTRAP_PORT, MACH_PORT_NULL);
    if (kr == KERN_SUCCESS)
        kr = mach_port_request_notification(
            self, requests, MACH_NOTIFY_NO_SENDERS, 0, requests,
            MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);
    if (kr == KERN_SUCCESS)
        kr = mach_port_mod_refs(self, requests, MACH_PORT_RIGHT_SEND, -1);
    return kr;
}

int main(int argc, char **argv)
{
    mach_port_t self = mach_task_self();
    kern_return_t kr =
        mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &requests);
    if (kr == KERN_SUCCESS)
        kr = mach_port_insert_right(self, requests, requests,
                                    MACH_MSG_TYPE_MAKE_SEND);
    if (kr == KERN_SUCCESS)
        kr = task_set_special_port(self, TASK_BOOTSTRAP_PORT, requests);
    if (kr != KERN_SUCCESS) {
        fprintf(stderr, "nameserver: %s\n", mach_error_string(kr));
        return 1;
    }
    if (argc > 1 && (client = start(argv + 1)) < 0)
        return complain("nameserver", "fork");
    if (argc > 1 && (kr = wait_for_the_end(self)) != KERN_SUCCESS) {
        fprintf(stderr, "nameserver: %s\n", mach_error_string(kr));
        return 1;
    }
    kr = mach_msg_server(serve_one, bootstrap_MESSAGE_MAX, requests,
                         MACH_MSG_OPTION_NONE);
    fprintf(stderr, "nameserver: %s\n", mach_error_string(kr));
    return 1;
}
