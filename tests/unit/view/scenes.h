/*
 * scenes.h - made-up scenes for the view's tests: what the window must be able
 * to show, the ordinary and the awkward.
 */
#ifndef SALLYPORT_TEST_SCENES_H
#define SALLYPORT_TEST_SCENES_H

#include "../../../emu/view/scene.h"

enum scene_case {
    CASE_BOOT,    /* nothing has crossed yet */
    CASE_USER,    /* in user code */
    CASE_COPYIN,  /* in the first copyin of a write */
    CASE_REFUSAL, /* the picture of visualizer.md: EFAULT at byte 7 */
    CASE_DEATH,   /* a store to a read-only page kills */
    CASE_LONG,    /* long names, long paths, large numbers */
    CASE_MANY,    /* many processes, many crossings */
    CASE_PAST,    /* in the past of the second of three branches */
    CASE_EMPTY,   /* all zero */
    CASES
};
extern const char *const case_names[CASES];

/* Static storage: one scene at a time. */
const struct scene *scene_of(enum scene_case which);

#endif
