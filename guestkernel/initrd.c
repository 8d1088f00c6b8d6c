/* initrd.c - reads the archive (POSIX ustar): 512-byte blocks, for each member a header and
 * then its bytes; two zero blocks end it. File bytes stay there; only names are made.
 * initrd_check comes first, before there is any memory to allocate, and refuses whatever
 * initrd_load could not make sense of. */
#include "kernel.h"
#include <tar.h>

#define BLOCK 512

struct tar_header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8];
    char type, link_name[100], magic[6], version[2], user[32], group[32];
    char dev_major[8], dev_minor[8], prefix[155], padding[12];
};
_Static_assert(sizeof(struct tar_header) == BLOCK, "one block");

struct member {
    const struct tar_header *header;
    const char *bytes;
    uint64_t size;
    char name[260]; /* prefix/name without leading "./" and trailing "/" */
};

static const char *archive(void) { return kva(PLAT_INITRD_BASE); }

/* Octal digits up to a space, a NUL or the end; false: something else. */
static bool parse_octal(const char *text, size_t n, uint64_t *value) {
    *value = 0;
    size_t i = 0;
    while (i < n && text[i] == ' ') i++;
    for (; i < n && text[i] >= '0' && text[i] <= '7'; i++)
        *value = *value << 3 | (uint64_t)(text[i] - '0');
    return i == n || text[i] == '\0' || text[i] == ' ';
}

/* The sum of the header's bytes, eight lanes of two bytes at a time. */
static uint64_t sum_bytes(const struct tar_header *h) {
    const uint64_t lanes = 0x00ff00ff00ff00ff;
    const uint64_t *word = (const uint64_t *)h;
    uint64_t sum = 0, total = 0;
    for (int i = 0; i < BLOCK / 8; i++) sum += (word[i] & lanes) + (word[i] >> 8 & lanes);
    for (; sum; sum >>= 16) total += sum & 0xffff;
    return total;
}

/* The checksum field itself counts as spaces. */
static bool checksum_is_right(const struct tar_header *h) {
    uint64_t stored, sum = sum_bytes(h);
    for (unsigned i = 0; i < sizeof h->checksum; i++)
        sum += ' ' - (uint64_t)(uint8_t)h->checksum[i];
    return parse_octal(h->checksum, sizeof h->checksum, &stored) && stored == sum;
}

static bool is_zero_block(const struct tar_header *h) {
    const uint64_t *word = (const uint64_t *)h;
    for (int i = 0; i < BLOCK / 8; i++)
        if (word[i]) return false;
    return true;
}

static void full_name(const struct tar_header *h, char *name) {
    size_t n = strnlen(h->prefix, sizeof h->prefix), skip = 0;
    size_t length = strnlen(h->name, sizeof h->name);
    memcpy(name, h->prefix, n);
    if (n) name[n++] = '/';
    memcpy(name + n, h->name, length);
    n += length;
    while (n > 1 && name[n - 1] == '/') n--;
    name[n] = '\0';
    while (name[skip] == '.' && name[skip + 1] == '/') skip += 2;
    memmove(name, name + skip, n - skip + 1);
}

/* Steps to the member at *offset; false at the end of the archive. */
static bool next_member(uint64_t *offset, struct member *m) {
    const struct tar_header *h = (const void *)(archive() + *offset);
    if (is_zero_block(h)) return false;
    m->header = h;
    m->bytes = (const char *)h + BLOCK;
    full_name(h, m->name);
    if (!parse_octal(h->size, sizeof h->size, &m->size))
        refuse_boot("initrd: member %s at offset %lu: size is no octal number", m->name,
                    *offset);
    if (h->type != REGTYPE && h->type != AREGTYPE) m->size = 0;
    *offset += BLOCK + (m->size + BLOCK - 1) / BLOCK * BLOCK;
    return true;
}

static bool has_dotdot(const char *name) {
    for (const char *p = name; *p; p++)
        if ((p == name || p[-1] == '/') && p[0] == '.' && p[1] == '.' && (!p[2] || p[2] == '/'))
            return true;
    return false;
}

static void check_member(uint64_t offset, const struct member *m) {
    const char *why = NULL;
    char type = m->header->type;
    if (type != REGTYPE && type != AREGTYPE && type != DIRTYPE && type != LNKTYPE)
        why = "is no file, directory or hard link";
    else if (m->name[0] == '/') why = "has an absolute name";
    else if (has_dotdot(m->name)) why = "has .. in its name";
    else if (m->name[0] == '\0') why = "has no name";
    if (why) refuse_boot("initrd: member %s at offset %lu %s", m->name, offset, why);
}

paddr initrd_check(paddr ram_end) {
    uint64_t offset = 0, room = ram_end - PLAT_INITRD_BASE;
    struct member m;
    for (;;) {
        const struct tar_header *h = (const void *)(archive() + offset);
        uint64_t here = offset;
        if (room - offset < 2 * BLOCK) refuse_boot("initrd: no end of archive within RAM");
        if (!is_zero_block(h) && memcmp(h->magic, TMAGIC, TMAGLEN - 1) != 0)
            refuse_boot("initrd: no tar header at offset %lu", offset);
        if (!is_zero_block(h) && !checksum_is_right(h))
            refuse_boot("initrd: wrong header checksum at offset %lu", offset);
        if (!next_member(&offset, &m)) break;
        check_member(here, &m);
        if (offset < here || offset > room)
            refuse_boot("initrd: member %s at offset %lu is cut off", m.name, here);
    }
    if (offset == 0) refuse_boot("initrd: no archive at 0x%lx", (uint64_t)PLAT_INITRD_BASE);
    return PLAT_INITRD_BASE + offset + 2 * BLOCK;
}

/* ---- Making the file system ---- */
static _Noreturn void refuse_member(const struct member *m, int error) {
    refuse_boot("initrd: member %s cannot be made: errno %d", m->name, error);
}

/* The directories on the way to a member, made where they are missing. */
static void make_parents(struct member *m) {
    for (char *p = m->name; *p; p++) {
        struct place to;
        if (*p != '/') continue;
        *p = '\0';
        int error = path_walk(inode_root(), m->name, &to);
        if (!error && !to.inode)
            error = dir_make(to.dir, to.name, to.length, INODE_DIRECTORY, 0755, &to.inode);
        *p = '/';
        if (error) refuse_member(m, error);
    }
}

static struct inode *make_inode(const struct member *m) {
    uint64_t mode;
    parse_octal(m->header->mode, sizeof m->header->mode, &mode);
    bool is_dir = m->header->type == DIRTYPE;
    struct inode *i = inode_new(is_dir ? INODE_DIRECTORY : INODE_FILE, (uint16_t)mode);
    if (i && !is_dir) {
        i->archive = m->bytes;
        i->archive_bytes = i->size = m->size;
    }
    return i;
}

/* The inode that a hard link's target has. */
static struct inode *link_target(const struct member *m) {
    char target[101];
    struct inode *i = NULL;
    string_copy(target, m->header->link_name, sizeof target);
    if (path_find(inode_root(), target, &i) || i->type != INODE_FILE) refuse_member(m, ENOENT);
    return i;
}

static void make_member(struct member *m) {
    struct place place;
    make_parents(m);
    int error = path_walk(inode_root(), m->name, &place);
    if (error) refuse_member(m, error);
    bool is_dir = m->header->type == DIRTYPE;
    if (place.inode && is_dir && place.inode->type == INODE_DIRECTORY) return;
    if (place.inode && (is_dir || place.inode->type == INODE_DIRECTORY))
        refuse_member(m, EEXIST);
    struct inode *i = m->header->type == LNKTYPE ? link_target(m) : make_inode(m);
    if (!i) refuse_member(m, ENOMEM);
    if (place.inode == i) return;
    if (place.inode) /* as tar does: the later member counts */
        dir_remove(place.dir, dir_find(place.dir, place.name, place.length));
    error = dir_add(place.dir, place.name, place.length, i);
    if (error) refuse_member(m, error);
}

void initrd_load(void) {
    uint64_t offset = 0;
    struct member m;
    while (next_member(&offset, &m)) make_member(&m);
}
