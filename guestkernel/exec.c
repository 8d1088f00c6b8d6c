/* exec.c - execve: a new address space is made ready beside the old one; nothing of the old is
 * given up before the new is complete, so that any error finds the caller as it was. The new
 * stack, from the top: the strings, then argc, the pointers to them and an empty auxiliary
 * vector (abi/README.md). */
#include "kernel.h"

SYSCTL_INT(_kern, KERN_ARGMAX, argmax, CTLFLAG_RD, NULL, SALLYPORT_ARG_MAX,
           "bytes of a program's arguments and environment");

#define STRING_MAX SALLYPORT_ARG_STRING_MAX
#define WORDS_MAX  (PAGE_SIZE / sizeof(uint64_t))

/* A program on its way to become the process's. */
struct image {
    struct vm vm;
    uint64_t entry, sp;
    char path[PATH_MAX_BYTES]; /* absolute */
    const char *name;          /* its last part */
    /* Frames of the kernel's for the time of building, both one page. */
    uint64_t *words; /* argc, argv, 0, envp, 0, auxv */
    char *string;
    unsigned used; /* words */
    unsigned strings;
    uint64_t string_bytes;
};
_Static_assert(SALLYPORT_ARG_COUNT_MAX + 5 <= WORDS_MAX, "argc 0 0 and auxv");

static void image_free_buffers(struct image *im) {
    if (im->words) page_drop(kpa(im->words));
    if (im->string) page_drop(kpa(im->string));
}

/* ---- The file ---- */
static int find_program(const char *path, struct image *im, struct inode **file) {
    struct place place;
    int error = path_walk(sched.current->cwd, path, &place);
    if (error) return error;
    if (!place.inode) return ENOENT;
    if (place.inode->type != INODE_FILE || !(place.inode->mode & 0111)) return EACCES;
    if (place.inode->writers) return ETXTBSY;
    error = path_of(place.dir, place.name, place.length, im->path, sizeof im->path);
    if (error) return error == ERANGE ? ENAMETOOLONG : error;
    im->name = im->path + strlen(im->path) - place.length;
    *file = place.inode;
    return 0;
}

static int image_start(struct image *im, struct proc *p, const char *path) {
    struct inode *file;
    memset(im, 0, sizeof *im);
    int error = find_program(path, im, &file);
    if (error) return error;
    paddr words = page_alloc(), string = page_alloc();
    im->words = words ? kva(words) : NULL;
    im->string = string ? kva(string) : NULL;
    if (!words || !string) return ENOMEM;
    error = vm_create(&im->vm, kpa(p->frame));
    if (!error) error = elf_load(&im->vm, file, &im->entry);
    struct region stack = {.start = USER_STACK_TOP - SALLYPORT_STACK_BYTES,
                           .end = USER_STACK_TOP,
                           .access = PTE_R | PTE_W};
    if (!error) error = vm_add_region(&im->vm, &stack);
    if (!error) error = comm_map(&im->vm);
    im->sp = USER_STACK_TOP;
    im->used = 1; /* room for argc */
    return error;
}

/* ---- The strings ---- */
/* n counts the NUL. */
static int push_string(struct image *im, const char *s, size_t n) {
    if (n > SALLYPORT_ARG_MAX - im->string_bytes || ++im->strings > SALLYPORT_ARG_COUNT_MAX)
        return E2BIG;
    im->string_bytes += n;
    im->sp -= n;
    im->words[im->used++] = im->sp;
    return vm_write(&im->vm, im->sp, s, n) == n ? 0 : ENOMEM;
}

/* A vector of the caller's, up to its NULL; a null vector is an empty one. */
static int push_user_vector(struct image *im, struct user_addr vector) {
    for (unsigned n = 0; vector.va; n++) {
        uint64_t va;
        size_t length;
        int error = copyin(user_plus(vector, n * sizeof va), &va, sizeof va);
        if (error || va == 0) {
            im->words[im->used++] = 0;
            return error;
        }
        error = copyinstr(user_addr(va), im->string, STRING_MAX, &length);
        if (!error) error = push_string(im, im->string, length);
        if (error) return error == ENAMETOOLONG ? E2BIG : error;
    }
    im->words[im->used++] = 0;
    return 0;
}

/* argc is how many strings there are before the environment's. */
static int push_words(struct image *im, unsigned argc) {
    im->words[0] = argc;
    im->words[im->used++] = 0; /* AT_NULL */
    im->words[im->used++] = 0;
    size_t bytes = im->used * sizeof(uint64_t);
    im->sp = (im->sp - bytes) & ~15ul;
    return vm_write(&im->vm, im->sp, im->words, bytes) == bytes ? 0 : ENOMEM;
}

/* ---- The change ---- */
static void image_install(struct image *im, struct proc *p) {
    struct vm old = p->vm;
    p->vm = im->vm;
    p->satp = SATP(p->vm.root_pa);
    if (kvm.layout == LAYOUT_SHARED) {
        CSR_WRITE(satp, p->satp);
        fence_all_translations();
    }
    string_copy(p->name, im->name, sizeof p->name);
    memset(p->frame, 0, TF_KERNEL_SATP);
    p->frame->epc = im->entry;
    p->frame->sp = im->sp;
    file_close_on_exec(p);
    ports_exec(p);
    signals_exec(p);
    ring_close(p);
    PROBE(exec, p->pid, p->vm.root_pa, im->path, p->name);
    vm_destroy(&old);
    image_free_buffers(im);
}

static struct image image; /* execve never sleeps: one at a time */

int64_t sys_execve(const uint64_t *arg) {
    char path[PATH_MAX_BYTES];
    int error = path_fetch(arg[0], path);
    if (error) return -error;
    error = image_start(&image, sched.current, path);
    if (!error) error = push_user_vector(&image, user_addr(arg[1]));
    unsigned argc = image.strings;
    if (!error) error = push_user_vector(&image, user_addr(arg[2]));
    if (!error) error = push_words(&image, argc);
    if (error) {
        vm_destroy(&image.vm);
        image_free_buffers(&image);
        return -error;
    }
    image_install(&image, sched.current);
    return 0;
}

int exec_init(struct proc *p, const char *const *argument, unsigned n) {
    int error = image_start(&image, p, "/bin/init");
    if (!error) error = push_string(&image, "init", sizeof "init");
    for (unsigned i = 0; i < n && !error; i++)
        error = push_string(&image, argument[i], strlen(argument[i]) + 1);
    if (error) return error;
    image.words[image.used++] = 0; /* ends argv */
    image.words[image.used++] = 0; /* no environment */
    error = push_words(&image, image.strings);
    if (!error) image_install(&image, p);
    return error;
}
