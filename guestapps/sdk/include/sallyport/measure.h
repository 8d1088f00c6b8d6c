/*
 * <sallyport/measure.h> - marks around what is to be measured. A program cannot
 * see how often it crossed the boundary or what was copied for it; the machine
 * can. Each mark is a nop with a note in the ELF file (sallyport/probe.h):
 * whoever watches knows that this place was reached, and the program cannot
 * tell whether anybody does. `sallyport run` watches them, and runs a program
 * that has some once in each of the kernel's layouts; docs/reference/race.md.
 *
 *     MEASURE_ROW("pipe", "copies", n);     what the next laps are about
 *     for (...) {
 *         MEASURE_BEGIN();
 *         write(...); read(...);            by any process of the program
 *         MEASURE_END(1);                   that was one lap
 *     }
 *     MEASURE_NONE("pipe", "copies", n, "why there are no figures");
 *     MEASURE_REPORT("table");              or "csv": print what was measured
 *
 * Everything that the machine does between BEGIN and END counts, whichever
 * process does it. A lap may have several such stretches: END(0) ends one
 * without ending the lap. A row named before is gone on with.
 */
#ifndef SALLYPORT_SDK_MEASURE_H
#define SALLYPORT_SDK_MEASURE_H

#define PROBE_PROVIDER "measure"
#include <sallyport/probe.h>

#define MEASURE_ROW(name, kind, bytes)  PROBE(row, name, kind, bytes)
#define MEASURE_BEGIN()                 PROBE(begin, 0)
#define MEASURE_END(laps)               PROBE(end, laps)
#define MEASURE_NONE(name, kind, bytes, why) PROBE(none, name, kind, bytes, why)
#define MEASURE_REPORT(format)          PROBE(report, format)

#endif
