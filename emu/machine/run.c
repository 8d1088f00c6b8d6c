/*
 * run.c - the run loop: hart, timers, waiting, input, ends.
 *
 * Everything that happens between two stretches of cpu_run happens at loop
 * top, at a clock that depends on the guest alone, so a run in one piece and
 * one in many pieces go the same way. A hart that executed wfi is `waiting`;
 * that is state like any other, saved and hashed.
 *
 *      settle: typed input, lines, timer       <----------------+
 *      ended / stop asked for / clock >= until -> come back     |
 *      waiting?  idle: a piped byte, or jump to the deadline  --+
 *      else      cpu_run up to until or the timer's deadline  --+
 */
#include "state.h"

#include "../cpu/csr_numbers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static uint64_t min64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Brings inputs and lines up to the present clock. */
static void settle(struct machine *m)
{
    m->bound = 0;
    console_pump(m);
    lines_update(m);
    if (m->s.waiting && lines_wake(m))
        m->s.waiting = 0;
    if (m->tohost != 0)
        tohost_check(m);
}

static bool come_back(struct machine *m, uint64_t until,
                      struct machine_stop *stop)
{
    if (m->s.ended) {
        stop->reason = MACHINE_ENDED;
        stop->status = m->s.status;
        memcpy(stop->text, m->s.text, sizeof stop->text);
        return true;
    }
    if (m->stop_requested) {
        m->stop_requested = false;
        stop->reason = MACHINE_STOPPED;
        return true;
    }
    if (console_asks(m)) {
        stop->reason = MACHINE_WANTS_INPUT;
        stop->deadline = machine_clock(m);
        return true;
    }
    stop->reason = MACHINE_LIMIT;
    return machine_clock(m) >= until;
}

static void pass_time(struct machine *m, uint64_t until)
{
    uint64_t now = machine_clock(m);
    if (until > now)
        cpu_add_idle(m->cpu, until - now);
}

static bool wants_input(struct machine_stop *stop, uint64_t deadline)
{
    stop->reason = MACHINE_WANTS_INPUT;
    stop->deadline = deadline;
    return true;
}

static bool nothing_wakes(struct machine *m, bool input,
                          struct machine_stop *stop)
{
    stop->reason = MACHINE_DEAD;
    snprintf(stop->text, sizeof stop->text, "wfi before 0x%" PRIx64 ": %s",
             cpu_pc(m->cpu),
             input ? "the guest waits for console input, which has ended"
                   : "no enabled interrupt can ever come");
    return true;
}

/* One step of waiting. True: machine_run comes back, stop says why. */
static bool idle(struct machine *m, uint64_t until, struct machine_stop *stop)
{
    bool timer = lines_timer_can_wake(m);
    bool input = lines_input_can_wake(m);
    uint64_t deadline = timer ? lines_deadline(m) : MACHINE_NEVER;
    if (input && console_guest_idles(m, timer))
        return false;
    if (m->pace_idle && (timer || (input && !m->s.input_ended)))
        return wants_input(stop, deadline);
    if (timer) {
        pass_time(m, min64(deadline, until));
        if (deadline <= until)
            m->s.eof_given = 0;
        return false;
    }
    if (input && !m->s.input_ended)
        return wants_input(stop, MACHINE_NEVER);
    return nothing_wakes(m, input, stop);
}

static bool storm(struct machine *m, struct machine_stop *stop)
{
    bool supervisor = cpu_privilege(m->cpu) == CPU_S;
    uint64_t cause = 0;
    cpu_csr(m->cpu, supervisor ? CSR_SCAUSE : CSR_MCAUSE, &cause);
    stop->reason = MACHINE_DEAD;
    snprintf(stop->text, sizeof stop->text,
             "trap storm: trap after trap at vector 0x%" PRIx64
             " without an instruction (%s)",
             cpu_pc(m->cpu), cpu_cause_name(cause));
    return true;
}

/* What the hart's return means. True: come back. */
static bool hart_stopped(struct machine *m, enum cpu_stop why,
                         struct machine_stop *stop)
{
    m->bound = 0;
    switch (why) {
    case CPU_STOP_CLOCK:
    case CPU_STOP_REQUEST:
        return false;
    case CPU_STOP_WFI:
        m->s.waiting = 1;
        m->s.ever_waited = 1;
        return false;
    case CPU_STOP_STORM:
        return storm(m, stop);
    case CPU_STOP_ENGINE:
        break;
    }
    stop->reason = MACHINE_DEAD;
    snprintf(stop->text, sizeof stop->text, "engine: %s", cpu_error(m->cpu));
    return true;
}

static enum cpu_stop run_hart(struct machine *m, uint64_t until)
{
    m->bound = min64(until, min64(lines_deadline(m), console_patience(m)));
    if (m->tohost != 0)
        m->bound = min64(m->bound, tohost_next_check(m));
    return cpu_run(m->cpu, m->bound);
}

void machine_run(struct machine *m, uint64_t until, struct machine_stop *stop)
{
    bool back = false;
    memset(stop, 0, sizeof *stop);
    while (!back) {
        settle(m);
        if (come_back(m, until, stop))
            return;
        if (m->s.waiting)
            back = idle(m, until, stop);
        else
            back = hart_stopped(m, run_hart(m, until), stop);
    }
    settle(m);
}

void machine_step(struct machine *m, struct machine_stop *stop)
{
    memset(stop, 0, sizeof *stop);
    settle(m);
    while (!come_back(m, MACHINE_NEVER, stop)) {
        if (!m->s.waiting) {
            if (!hart_stopped(m, cpu_step(m->cpu), stop)) {
                settle(m);
                come_back(m, MACHINE_NEVER, stop);
            }
            return;
        }
        if (idle(m, MACHINE_NEVER, stop))
            return;
        settle(m);
    }
}

bool machine_waits(const struct machine *m)
{
    return m->s.waiting;
}

void machine_wait(struct machine *m, uint64_t until, struct machine_stop *stop)
{
    memset(stop, 0, sizeof *stop);
    settle(m);
    while (m->s.waiting && !come_back(m, until, stop)) {
        if (idle(m, until, stop))
            return;
        settle(m);
    }
}

void machine_request_stop(struct machine *m)
{
    m->stop_requested = true;
    cpu_request_stop(m->cpu);
}

void machine_pace_idle(struct machine *m, bool on)
{
    m->pace_idle = on;
}

void machine_idle(struct machine *m, uint64_t until_clock)
{
    settle(m);
    if (!m->s.waiting)
        return;
    uint64_t deadline = lines_deadline(m);
    if (deadline <= until_clock)
        m->s.eof_given = 0;
    pass_time(m, min64(deadline, until_clock));
    settle(m);
}
