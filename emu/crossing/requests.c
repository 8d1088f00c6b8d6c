/*
 * requests.c - what a call asks for, as the middle of a sentence that begins
 * with who: "pid 2 asked for 4096 bytes of memory, ...". Calls are known by
 * name; {name} stands for the argument of that name. A call that is not here
 * is told with the help text of its row in the kernel's table.
 */
#include "state.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *call, *text;
} phrases[] = {
    {"open", "asked to open {path} ({flags})"},
    {"close", "asked to close descriptor {fd}"},
    {"dup", "asked for a second number for descriptor {fd}"},
    {"dup2", "asked that descriptor {to} mean what descriptor {fd} means"},
    {"lseek",
     "asked to move the place where descriptor {fd} reads and writes next"},
    {"mkdir", "asked to make the directory {path}"},
    {"rmdir", "asked to remove the directory {path}"},
    {"unlink", "asked to remove the name {path}"},
    {"link", "asked to give {old} a second name, {new}"},
    {"rename", "asked to rename {old} to {new}"},
    {"chdir", "asked to make {path} its working directory"},
    {"ftruncate", "asked that the file behind descriptor {fd} be "
                  "{length} bytes long"},
    {"truncate", "asked that {path} be {length} bytes long"},
    {"getpid", "asked for its own number"},
    {"getppid", "asked for its parent's number"},
    {"setpgid", "asked to put process {pid} (0: itself) into group {pgid}"},
    {"tcsetpgrp", "asked to give the terminal to group {pgid}"},
    {"sched_yield", "offered the processor to whoever else is ready"},
    {"uptime", "asked how long the machine has been running"},
    {"ioctl", "asked the device behind descriptor {fd} for {request}, with "
              "{arg}"},
    {"readv", "asked to read from descriptor {fd} into pieces of memory, one "
              "after the other: {iov}"},
    {"writev", "asked to write pieces of memory to descriptor {fd}, one after "
               "the other: {iov}"},
    {"fcntl", "asked for {command} on descriptor {fd}"},
    {"poll", "asked to wait until a descriptor is ready: {fds}"},
    {"mkfifo", "asked to make {path}, a pipe with a name"},
    {"socket", "asked for a socket ({type})"},
    {"socketpair", "asked for two sockets that are connected with each other"},
    {"bind", "asked to give the socket {fd} the name {addr}"},
    {"listen", "asked to let others connect with the socket {fd}"},
    {"accept", "asked for the oldest connection to the socket {fd}"},
    {"connect", "asked to connect the socket {fd} with the one at {addr}"},
    {"sendto", "asked to send {n} bytes at {buf} through the socket {fd}"},
    {"recvfrom", "asked for up to {n} bytes at {buf} from the socket {fd}"},
    {"sendmsg", "asked to send {msg} through the socket {fd}"},
    {"recvmsg", "asked to receive from the socket {fd} into {msg}"},
    {"shutdown", "asked to end what goes through the socket {fd} ({how})"},
    {"getuid", "asked for its user id"},
    {"geteuid", "asked for its user id"},
    {"getgid", "asked for its group id"},
    {"setuid", "asked to become user {uid}"},
    {"setgid", "asked to become group {gid}"},
    {"ring_setup", "asked for a ring of {entries} places for requests, in "
                   "memory that it shares with the kernel"},
    {"ring_enter", "asked the kernel to do up to {submit} of the requests in "
                   "its ring, all in this one crossing"},
    {"mprotect", "asked to change what it may do with {length} bytes at "
                 "{addr}, to {prot}"},
    {"munmap", "asked to take {length} bytes at {addr} out of its address "
               "space"},
    {"shm_open", "asked to open the shared memory object {name} ({flags})"},
    {"shm_unlink", "asked to remove the shared memory object's name {name}"},
    {"sigprocmask", "asked to change which signals have to wait ({how})"},
    {"sigsuspend", "went to sleep until a signal's handler has run"},
    {"sigreturn", "ended a signal handler: it asked for the registers back "
                  "that the kernel had put on its stack at {frame}"},
    {"mach_task_self_trap", "asked by what name it knows its own task port"},
    {"mach_host_self", "asked for a right to send to the kernel's host port"},
    {"mach_port_deallocate_trap",
     "wanted to give back one use of the right that it calls {name}"},
    {"mach_port_destroy_trap",
     "wanted to give up every right that it has under "
     "the name {name}"},
    {"mach_port_mod_refs_trap",
     "wanted to change by {delta} how often it has the "
     "right {right} under the name {name}"},
    {"mach_port_get_refs_trap",
     "asked how often it has the right {right} under the name {name}"},
    {"mach_port_set_limit_trap",
     "wanted to let {limit} messages wait at its port {name}"},
    {"mach_port_request_notification_trap",
     "asked for one message ({id}) to its port {notify}, when that happens to "
     "the name {name}"},
    {"task_get_special_port_trap",
     "asked for a right to send to its bootstrap port"},
    {"task_set_special_port_trap",
     "wanted to make the port that it calls {name} the bootstrap port that "
     "its children get"},
};

/* ---- Templates ---- */

static int argument_of_name(const struct abi_call *call, const char *name,
                            size_t n)
{
    for (unsigned i = 0; i < call->nargs; i++)
        if (strlen(call->arg[i].name) == n &&
            strncmp(call->arg[i].name, name, n) == 0)
            return (int)i;
    return -1;
}

static void put_argument(struct writer *w, const struct tracker *t,
                         const struct crossing *c, unsigned i)
{
    char text[200];
    argument_format(t, c, i, text, sizeof text);
    put_text(w, "%s", text);
}

static void put_template(struct writer *w, const struct tracker *t,
                         const struct crossing *c, const char *text)
{
    while (*text != '\0') {
        size_t n = strcspn(text, "{");
        put_text(w, "%.*s", (int)n, text);
        text += n;
        if (*text == '\0')
            return;
        n = strcspn(text + 1, "}");
        int i = argument_of_name(c->call, text + 1, n);
        if (i >= 0)
            put_argument(w, t, c, (unsigned)i);
        text += n + 2;
        if (i >= 0 && c->arg[i] == 1 && strncmp(text, " bytes", 6) == 0) {
            put_text(w, " byte");
            text += 6;
        }
    }
}

/* ---- Calls that need more than a template ---- */

/* The value of a named argument; 0 if the table has none of that name. */
static uint64_t value_of(const struct crossing *c, const char *name)
{
    int i = argument_of_name(c->call, name, strlen(name));
    return i >= 0 ? c->arg[i] : 0;
}

/* What a named argument says: "MAP_PRIVATE|MAP_ANON". */
static const char *words_of(const struct tracker *t, const struct crossing *c,
                            const char *name, char text[200])
{
    int i = argument_of_name(c->call, name, strlen(name));
    text[0] = '\0';
    if (i >= 0)
        argument_format(t, c, (unsigned)i, text, 200);
    return text;
}

static void put_mmap(struct writer *w, const struct tracker *t,
                     const struct crossing *c)
{
    char text[200];
    bool shared = strstr(words_of(t, c, "flags", text), "SHARED") != NULL;
    bool anon = strstr(text, "ANON") != NULL;
    put_text(w, "asked for %" PRIu64 " bytes of ", value_of(c, "length"));
    if (anon)
        put_text(w, "%s memory, filled with zeros",
                 shared ? "shared" : "private");
    else
        put_text(w, "what descriptor %d stands for, as memory that it %s",
                 (int)value_of(c, "fd"),
                 shared ? "shares" : "has its own copy of");
    put_text(w, ", with %s", words_of(t, c, "prot", text));
}

static void put_moved(struct writer *w, const struct tracker *t,
                      const struct crossing *c)
{
    uint64_t n = value_of(c, "n");
    const char *s = n == 1 ? "" : "s";
    (void)t;
    if (strcmp(c->call->name, "read") == 0)
        put_text(w, "asked for %" PRIu64 " byte%s at 0x%" PRIx64, n, s,
                 value_of(c, "buf"));
    else
        put_text(w,
                 "asked to write %" PRIu64 " byte%s at 0x%" PRIx64
                 " to descriptor %d",
                 n, s, value_of(c, "buf"), (int)value_of(c, "fd"));
}

static void put_variable(struct writer *w, const struct tracker *t,
                         const struct crossing *c)
{
    char text[200];
    words_of(t, c, "name", text);
    if (value_of(c, "old") != 0)
        put_text(w, "asked for the kernel variable %s%s", text,
                 value_of(c, "new") != 0 ? ", and gave it bytes" : "");
    else if (value_of(c, "new") != 0)
        put_text(w, "asked to set the kernel variable %s", text);
    else
        put_text(w, "asked how long the kernel variable %s is", text);
}

static void put_futex(struct writer *w, const struct tracker *t,
                      const struct crossing *c)
{
    char text[200];
    uint64_t value = value_of(c, "value"), word = value_of(c, "word");
    if (strstr(words_of(t, c, "op", text), "WAIT") != NULL)
        put_text(
            w, "asked to sleep if the word at 0x%" PRIx64 " is still %" PRIu64,
            word, value);
    else
        put_text(w,
                 "asked to wake up to %" PRIu64 " of those who sleep on the "
                 "word at 0x%" PRIx64,
                 value, word);
}

static void put_sbrk(struct writer *w, const struct tracker *t,
                     const struct crossing *c)
{
    int64_t by = (int64_t)value_of(c, "increment");
    (void)t;
    if (by == 0)
        put_text(w, "asked where its heap ends");
    else
        put_text(w, "asked for its heap to %s by %" PRIu64 " bytes",
                 by > 0 ? "grow" : "shrink", (uint64_t)(by > 0 ? by : -by));
}

static void put_waitpid(struct writer *w, const struct tracker *t,
                        const struct crossing *c)
{
    int pid = (int)value_of(c, "pid");
    (void)t;
    if (pid > 0)
        put_text(w, "waited for its child pid %d to end", pid);
    else
        put_text(w, "waited for a child to end");
}

static void put_kill(struct writer *w, const struct tracker *t,
                     const struct crossing *c)
{
    char text[200];
    int pid = (int)value_of(c, "pid");
    put_text(w, "asked to send %s to %s %d", words_of(t, c, "sig", text),
             pid < 0 ? "all of group" : "pid", pid < 0 ? -pid : pid);
}

static void put_sigaction(struct writer *w, const struct tracker *t,
                          const struct crossing *c)
{
    char text[200];
    put_text(w, "%s what %s does to it",
             value_of(c, "act") != 0 ? "said" : "asked",
             words_of(t, c, "sig", text));
}

static void put_allocate(struct writer *w, const struct tracker *t,
                         const struct crossing *c)
{
    char text[200];
    bool set = strstr(words_of(t, c, "right", text), "PORT_SET") != NULL;
    put_text(w, "asked for a new %s, and a name by which to receive %s",
             set ? "port set" : "port", set ? "from its members" : "from it");
}

static void put_insert(struct writer *w, const struct tracker *t,
                       const struct crossing *c)
{
    char text[200];
    bool make = strstr(words_of(t, c, "how", text), "MAKE") != NULL;
    put_text(w, "%s for the port that it calls 0x%" PRIx64,
             make ? "asked for a send right" : "asked to copy its send right",
             value_of(c, "name"));
}

static void put_member(struct writer *w, const struct tracker *t,
                       const struct crossing *c)
{
    uint64_t set = value_of(c, "set");
    (void)t;
    put_text(w, "%s the port that it calls 0x%" PRIx64,
             set != 0 ? "asked to put" : "asked to take",
             value_of(c, "member"));
    if (set != 0)
        put_text(w, " into its port set 0x%" PRIx64, set);
    else
        put_text(w, " out of its port set");
}

static const struct {
    const char *call;
    void (*put)(struct writer *w, const struct tracker *t,
                const struct crossing *c);
} tellers[] = {
    {"read", put_moved},
    {"write", put_moved},
    {"sysctl", put_variable},
    {"sysctlbyname", put_variable},
    {"mmap", put_mmap},
    {"futex", put_futex},
    {"sbrk", put_sbrk},
    {"waitpid", put_waitpid},
    {"kill", put_kill},
    {"sigaction", put_sigaction},
    {"mach_port_allocate_trap", put_allocate},
    {"mach_port_insert_right_trap", put_insert},
    {"mach_port_move_member_trap", put_member},
    {"mach_msg_trap", message_put_request},
};

/* ---- All of them ---- */

/* "Read directory entries." -> "read directory entries" */
void request_put_help(struct writer *w, const struct tracker *t,
                      const struct crossing *c)
{
    char text[sizeof c->call->help], what[320];
    snprintf(text, sizeof text, "%s", c->call->help);
    size_t n = strlen(text);
    if (n > 0 && text[n - 1] == '.')
        text[n - 1] = '\0';
    if (isupper((unsigned char)text[0]) && islower((unsigned char)text[1]))
        text[0] = (char)tolower((unsigned char)text[0]);
    crossing_describe(t, c, what, sizeof what);
    put_text(w, "called %s%s%s", what, text[0] != '\0' ? ": " : "", text);
}

bool request_put(struct writer *w, const struct tracker *t,
                 const struct crossing *c)
{
    const char *name = c->call->name;
    for (size_t i = 0; i < sizeof tellers / sizeof tellers[0]; i++)
        if (strcmp(tellers[i].call, name) == 0) {
            tellers[i].put(w, t, c);
            return true;
        }
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
        if (strcmp(phrases[i].call, name) == 0) {
            put_template(w, t, c, phrases[i].text);
            return true;
        }
    return false;
}
