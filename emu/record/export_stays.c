/*
 * export_stays.c - see export_internal.h. A process's first return to user mode
 * is no crossing's end; where it is follows from how many instructions of its
 * own the process has run in all, less those between its crossings.
 */
#include "export_internal.h"

const char export_stays_sql[] =
    "WITH own AS (SELECT process_id AS id, min(clock_in) AS first,"
    "  sum(coalesce(next, r.value) - clock_out) AS later FROM"
    "  (SELECT process_id, clock_in, CASE WHEN outcome IN ('returned',"
    "    'to handler', 'resumes') THEN clock_out END AS clock_out,"
    "    lead(clock_in) OVER (PARTITION BY process_id ORDER BY number) AS next"
    "   FROM crossings), (SELECT value FROM run WHERE key = 'reached_clock') r"
    "  GROUP BY 1) "
    "SELECT clock_in AS t, 1 AS goes_in, number, coalesce(call, kind),"
    " process_id FROM crossings "
    "UNION ALL SELECT clock_out, 0, number, '', process_id FROM crossings"
    " WHERE outcome IN ('returned', 'to handler', 'resumes') "
    "UNION ALL SELECT first - (user_insns - coalesce(later, 0)), 0, 0, '', id"
    " FROM own JOIN processes USING (id)"
    " WHERE user_insns >= coalesce(later, 0) "
    "ORDER BY t, goes_in";
