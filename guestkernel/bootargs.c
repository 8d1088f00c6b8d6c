/* bootargs.c - reads the boot page in place: lines KEY=VALUE, whose newlines it turns into
 * NULs. The page is never handed out, so the strings stay. */
#include "kernel.h"

struct bootargs bootargs;

SYSCTL_QUAD(_hw, HW_MEMSIZE, memsize, CTLFLAG_RD, &bootargs.ram_bytes, "bytes of RAM");

static uint64_t parse_number(const char *key, const char *value, uint64_t least,
                             uint64_t most) {
    uint64_t n = 0;
    const char *p = value;
    for (; *p >= '0' && *p <= '9' && n <= most; p++) n = n * 10 + (uint64_t)(*p - '0');
    if (p == value || *p || n < least || n > most)
        refuse_boot("boot page: %s=%s: not a number from %lu to %lu", key, value, least, most);
    return n;
}

static enum layout parse_layout(const char *value) {
    if (strcmp(value, "separate") == 0) return LAYOUT_SEPARATE;
    if (strcmp(value, "shared") != 0)
        refuse_boot("boot page: layout=%s: neither separate nor shared", value);
    return LAYOUT_SHARED;
}

static void add_line(const char **list, unsigned *n, const char *value) {
    if (*n == BOOT_LINES_MAX)
        refuse_boot("boot page: more than %d lines of a kind", BOOT_LINES_MAX);
    list[(*n)++] = value;
}

static void take_line(const char *key, const char *value) {
    if (strcmp(key, "ram") == 0)
        bootargs.ram_bytes = parse_number(key, value, PLAT_RAM_MIB_MIN, PLAT_RAM_MIB_MAX) << 20;
    else if (strcmp(key, "layout") == 0) bootargs.layout = parse_layout(value);
    else if (strcmp(key, "map") == 0) map_threshold = parse_number(key, value, 0, COPY_MAX);
    else if (strcmp(key, "arg") == 0) add_line(bootargs.arg, &bootargs.args, value);
    else if (strcmp(key, "get") == 0) add_line(bootargs.get, &bootargs.gets, value);
    else refuse_boot("boot page: unknown key %s", key);
}

/* Cuts the line at p into key and value; returns the next line's start. */
static char *read_line(char *p, const char *end) {
    char *key = p, *value = NULL;
    for (; p < end && *p && *p != '\n'; p++)
        if (*p == '=' && !value) {
            *p = '\0';
            value = p + 1;
        }
    if (p == end) refuse_boot("boot page: no NUL within %d bytes", PLAT_BOOTPAGE_SIZE);
    char *next = *p == '\n' ? p + 1 : p;
    *p = '\0';
    if (!value) refuse_boot("boot page: line without '=': %s", key);
    take_line(key, value);
    return next;
}

void bootargs_read(void) {
    char *page = kva(PLAT_BOOTPAGE_BASE);
    const char *end = page + PLAT_BOOTPAGE_SIZE;
    size_t magic = sizeof PLAT_BOOTPAGE_MAGIC - 1;
    bootargs.ram_bytes = PLAT_RAM_MIB_DEFAULT << 20;
    if (!*page) return;
    if (memcmp(page, PLAT_BOOTPAGE_MAGIC, magic) != 0)
        refuse_boot("boot page: does not begin with SPARGS1");
    for (char *p = page + magic; p < end && *p;) p = read_line(p, end);
}
