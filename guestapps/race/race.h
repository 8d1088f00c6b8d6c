/*
 * race.h - one way of getting bytes from a process to another. A way is a row
 * of a table in the file of its mechanism; main.c runs them all.
 *
 * One lap: the sender has N bytes, it sends them; the receiver has them, looks
 * at them (race_look), and says so; the sender knows. Saying so is the smallest
 * thing that the mechanism can carry back.
 */
#ifndef RACE_RACE_H
#define RACE_RACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RACE_MOST (1u << 20)
#define RACE_PAGE 4096u

struct way {
    const char *name;   /* mechanism/way */
    const char *kind;   /* "copies", "maps", "shares" or "device" */
    size_t least, most; /* bytes that it can carry; 0: any */
    const char *why;    /* ... and why no others */
    /* Sender and receiver are measured each for itself, and the handing over
     * between them is not: what is left when the data are ready. */
    bool apart;
    bool inverted; /* the receiver gets them with every bit turned over */
    const char *(*missing)(void); /* why there is no such way; NULL: there is */
    void (*open)(void);           /* before the fork */
    void (*start)(void); /* the receiver, before the first lap. May be NULL */
    char *(*buffer)(size_t n); /* where the bytes are made. NULL: in main.c's */
    void (*send)(char *bytes, size_t n); /* until the receiver said so */
    void (*receive)(size_t n);           /* calls race_look once */
    void (*finish)(void); /* the receiver, after the last lap. May be NULL */
    void (*close)(void);  /* the sender, after that. May be NULL */
};

/* Ways that wait by a word in shared memory: whose turn is it? */
enum turn { TURN_SENDER, TURN_RECEIVER };
void turn_open(void);
void turn_pass(enum turn to);
void turn_await(enum turn whose);

/* RACE_MOST bytes that sender and receiver share; the same at every call before
 * the fork. */
char *memory_share(void);

/* From how many bytes on the kernel maps a transfer instead of copying it (the
 * variable vm.map_threshold); 0: never. Set until it is put back. */
void threshold_set(int64_t bytes);
void threshold_restore(void);

/* All of n bytes, in pieces as large as they come. */
void write_all(int fd, const char *bytes, size_t n);
void read_all(int fd, char *bytes, size_t n);
/* Where receivers that copy have their bytes. */
extern char bytes_got[RACE_MOST];

/* The receiver has these. */
void race_look(const char *bytes, size_t n);
/* Says that a call failed (why NULL: errno), and ends sender and receiver. */
_Noreturn void race_fail(const char *call, const char *why);

/* The tables; each ends with a row without a name. */
extern const struct way pipe_ways[], socket_ways[], memory_ways[],
    device_ways[], client_ways[], file_ways[], value_ways[], mach_ways[],
    rpc_ways[];

#endif
