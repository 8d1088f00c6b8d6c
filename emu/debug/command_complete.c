/*
 * command_complete.c - with what the last word of a line may go on, by the type
 * of the argument that it is.
 */
#include "command_internal.h"

struct completion {
    struct commander *c;
    const char *stem; /* the word as typed so far */
    size_t stem_length;
    char **word;
    size_t count, max;
};

static void offer(struct completion *o, const char *word)
{
    if (o->count == o->max || strncmp(word, o->stem, o->stem_length) != 0)
        return;
    for (size_t i = 0; i < o->count; i++)
        if (strcmp(o->word[i], word) == 0)
            return;
    char *copy = strdup(word);
    if (copy != NULL)
        o->word[o->count++] = copy;
}

static void offer_commands(struct completion *o)
{
    for (size_t i = 0; i < commands_count; i++)
        offer(o, commands[i].name);
}

static void offer_image(struct completion *o, const struct symbols *s)
{
    const char *name[64];
    if (s == NULL)
        return;
    size_t n = symbols_beginning(s, o->stem, name, 64);
    for (size_t i = 0; i < n && i < 64; i++)
        offer(o, name[i]);
}

static void offer_symbols(struct completion *o)
{
    const struct tracker *t = o->c->target->tracker;
    int pid = target_user_pid(o->c->target);
    const struct process *p = pid != 0 ? tracker_process(t, pid) : NULL;
    if (p != NULL)
        offer_image(o, p->symbols);
    offer_image(o, tracker_kernel_symbols(t));
}

static void offer_calls(struct completion *o)
{
    const struct abi *abi = tracker_abi(o->c->target->tracker);
    const struct abi_call *call;
    for (size_t i = 0; abi != NULL && (call = abi_by_index(abi, i)); i++)
        offer(o, call->name);
}

/* "hello.c:", without the directories. */
static void offer_files(struct completion *o)
{
    const struct tracker *t = o->c->target->tracker;
    int pid = target_user_pid(o->c->target);
    const struct process *p = pid != 0 ? tracker_process(t, pid) : NULL;
    struct symbols *images[2] = {p != NULL ? p->symbols : NULL,
                                 tracker_kernel_symbols(t)};
    char name[128];
    for (int i = 0; i < 2; i++)
        for (size_t k = 0;
             images[i] != NULL && symbols_file(images[i], k) != NULL; k++) {
            const char *path = symbols_file(images[i], k);
            const char *slash = strrchr(path, '/');
            snprintf(name, sizeof name,
                     "%s:", slash != NULL ? slash + 1 : path);
            offer(o, name);
        }
}

static void offer_place(struct completion *o)
{
    static const char *const words[] = {"call",     "return", "cause",
                                        "fault",    "trap",   "interrupt",
                                        "function", "kernel:"};
    offer_calls(o);
    if (o->stem_length > 0) {
        offer_symbols(o);
        offer_files(o);
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        offer(o, words[i]);
}

static void offer_registers(struct completion *o)
{
    static const char *const words[] = {"pc",    "pid",    "mode",
                                        "clock", "traps",  "cause",
                                        "tval",  "result", "crossing"};
    for (unsigned i = 0; i < 32; i++)
        offer(o, cpu_x_name(i));
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        offer(o, words[i]);
}

static void offer_csrs(struct completion *o)
{
    uint64_t value;
    for (unsigned i = 0; i < 0x1000; i++)
        if (cpu_csr_name(i) != NULL &&
            cpu_csr(machine_cpu(o->c->target->machine), i, &value))
            offer(o, cpu_csr_name(i));
}

static void offer_pids(struct completion *o)
{
    const struct tracker *t = o->c->target->tracker;
    char text[16];
    for (size_t i = 0; i < tracker_processes(t); i++) {
        const struct process *p = tracker_process_at(t, i);
        snprintf(text, sizeof text, "%d", p->pid);
        if (p->pid != 0 && p->state != PROCESS_GONE)
            offer(o, text);
    }
}

static void offer_breaks(struct completion *o)
{
    char text[16];
    for (size_t i = 0; i < breaks_count(o->c->target->breaks); i++) {
        snprintf(text, sizeof text, "%u",
                 breaks_at(o->c->target->breaks, i)->number);
        offer(o, text);
    }
}

static void offer_argument(struct completion *o, const struct command *row,
                           enum command_argument what)
{
    switch (what) {
    case ARGUMENT_PLACE:
        offer_place(o);
        break;
    case ARGUMENT_EXPRESSION:
        offer_registers(o);
        if (o->stem_length > 0)
            offer_symbols(o);
        break;
    case ARGUMENT_PID:
        offer_pids(o);
        if (strcmp(row->name, "mappings") == 0)
            offer(o, "kernel");
        break;
    case ARGUMENT_BREAK:
        offer_breaks(o);
        break;
    case ARGUMENT_CSR:
        offer_csrs(o);
        break;
    case ARGUMENT_COMMAND:
        offer_commands(o);
        break;
    case ARGUMENT_LIST:
        for (size_t i = 0; info_name(i) != NULL; i++)
            offer(o, info_name(i));
        break;
    case ARGUMENT_TEXT:
    case ARGUMENT_NUMBER:
    case ARGUMENT_NONE:
        break;
    }
}

const char *command_stem(const char *line)
{
    const char *at = line + strlen(line);
    line += strspn(line, " ");
    if (strchr(line, ' ') == NULL)
        return line; /* a command's name: '-' belongs to it */
    while (at > line && strchr(" (&!=<>+-*[,", at[-1]) == NULL)
        at--;
    return at;
}

size_t command_complete(struct commander *c, const char *line, char **word,
                        size_t max)
{
    char why[400], head[16];
    line += strspn(line, " ");
    struct completion o = {
        .c = c, .stem = command_stem(line), .word = word, .max = max};
    o.stem_length = strlen(o.stem);
    if (strlen(line) >= COMMAND_LINE)
        return 0;
    if (o.stem == line) {
        offer_commands(&o);
        return o.count;
    }
    const struct command *row =
        command_find(line, strcspn(line, " /"), why, sizeof why);
    if (row == NULL)
        return 0;
    const char *first = line + strcspn(line, " ");
    first += strspn(first, " ");
    bool in_first = first >= o.stem;
    snprintf(head, sizeof head, "%.*s", (int)strcspn(first, " "), first);
    /* break call wri<Tab>: the second word is a call's name */
    if (row->first == ARGUMENT_PLACE && !in_first &&
        (strcmp(head, "call") == 0 || strcmp(head, "return") == 0))
        offer_calls(&o);
    else if (row->first == ARGUMENT_PLACE && !in_first)
        offer_argument(&o, row, ARGUMENT_EXPRESSION);
    else
        offer_argument(&o, row,
                       in_first || row->second == ARGUMENT_NONE ? row->first
                                                                : row->second);
    return o.count;
}
