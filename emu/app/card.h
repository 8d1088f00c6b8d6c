/*
 * card.h - one crossing of a recording as text: what the window's card shows,
 * and the registers at its trap.
 */
#ifndef SALLYPORT_CARD_H
#define SALLYPORT_CARD_H

#include "options.h"

/* PROGRAM is the recording, --goto says which crossing. */
int card_print(const struct options *options, struct complaint *why);

#endif
