/*
 * app.h - what every subcommand shares: the exit statuses of the contract,
 * how a refusal travels, and the subcommands themselves.
 *
 * A function that can refuse returns 0 or one of Sallyport's own statuses and
 * fills a struct complaint; main prints it as the one line
 * "sallyport: WHAT: WHY". Nothing below main prints errors itself, so that
 * the window can show the same line in place.
 */
#ifndef SALLYPORT_APP_H
#define SALLYPORT_APP_H

/* Sallyport's own exit statuses; any other value is the guest's. */
enum app_status {
    APP_USAGE = 120,    /* wrong usage of the command line */
    APP_PANIC = 121,    /* the guest's kernel panicked */
    APP_LIMIT = 122,    /* limit reached, or nothing can wake the guest */
    APP_UNUSABLE = 123, /* unusable image, recording or value */
    APP_FINDING = 124,  /* what was asked to be checked does not hold */
};

struct complaint {
    char text[640]; /* "WHAT: WHY", one line, no newline; "" while none */
};

/* Fills the complaint and returns status, for `return complain(...)`. */
int complain(struct complaint *c, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct options;

/* The subcommands, each in cmd_NAME.c: they return the exit status, with a
 * complaint if there is one to print. */
int cmd_gui(const struct options *options, struct complaint *why);
int cmd_run(const struct options *options, struct complaint *why);
int cmd_trace(const struct options *options, struct complaint *why);
int cmd_shot(const struct options *options, struct complaint *why);
int cmd_gdb(const struct options *options, struct complaint *why);
int cmd_replay(const struct options *options, struct complaint *why);
int cmd_export(const struct options *options, struct complaint *why);
int cmd_diff(const struct options *options, struct complaint *why);
int cmd_debug(const struct options *options, struct complaint *why);
int cmd_build(const struct options *options, struct complaint *why);

#endif
