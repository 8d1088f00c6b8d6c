/*
 * schema.c - see schema.h. Where a number's meaning is fixed by Sallyport, the
 * view spells it out; where it comes from the guest's own tables (calls, errno)
 * those tables are in the file.
 *
 * What a plain crossing takes on disk is one byte a column and what its numbers
 * need, so what few crossings have stands in a table of its own (sequel), and
 * what many have in common is said once (who, text).
 */
#include "schema.h"

/* Addresses and roots are text in hexadecimal, as in JSON. */
#define HEX(column) "printf('0x%x', " column ")"
#define HEX_OR_NULL(column)                                                    \
    "CASE WHEN " column " IS NOT NULL THEN " HEX(column) " END"

/* SQL reads as SQL. */
/* clang-format off */
static const char tables[] =
    "CREATE TABLE run(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE image(id INTEGER PRIMARY KEY, kind TEXT NOT NULL,"
    " name TEXT NOT NULL, hash INTEGER NOT NULL, size INTEGER NOT NULL,"
    " data BLOB NOT NULL);"
    "CREATE TABLE text(id INTEGER PRIMARY KEY, text TEXT NOT NULL);"
    "CREATE TABLE who(id INTEGER PRIMARY KEY, process INTEGER NOT NULL,"
    " pid INTEGER NOT NULL, root INTEGER NOT NULL,"
    " trapframe INTEGER NOT NULL, name TEXT NOT NULL);"
    "CREATE TABLE call(number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
    " help TEXT);"
    "CREATE TABLE parameter(call INTEGER NOT NULL, position INTEGER NOT NULL,"
    " name TEXT NOT NULL, PRIMARY KEY(call, position)) WITHOUT ROWID;"
    "CREATE TABLE errno(number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
    " help TEXT);"
    "CREATE TABLE why(number INTEGER PRIMARY KEY, text TEXT NOT NULL);"
    "CREATE TABLE cost(name TEXT PRIMARY KEY, cycles INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE crossing(number INTEGER PRIMARY KEY, who INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, cause INTEGER NOT NULL, tval INTEGER NOT NULL,"
    " why INTEGER NOT NULL, user_pc INTEGER NOT NULL, clock INTEGER NOT NULL,"
    " traps_in INTEGER NOT NULL, call INTEGER, what INTEGER,"
    " a0 INTEGER, a1 INTEGER, a2 INTEGER, a3 INTEGER, a4 INTEGER, a5 INTEGER,"
    " outcome INTEGER NOT NULL, elapsed INTEGER, result INTEGER,"
    " answer INTEGER, skip INTEGER, insns INTEGER NOT NULL,"
    " satp INTEGER NOT NULL, fences INTEGER NOT NULL, traps INTEGER NOT NULL,"
    " returns INTEGER NOT NULL, bytes_in INTEGER NOT NULL,"
    " bytes_out INTEGER NOT NULL, mapped INTEGER NOT NULL,"
    " unmapped INTEGER NOT NULL, slept INTEGER NOT NULL);"
    "CREATE TABLE argument_text(crossing INTEGER NOT NULL,"
    " position INTEGER NOT NULL, text INTEGER NOT NULL,"
    " PRIMARY KEY(crossing, position)) WITHOUT ROWID;"
    "CREATE TABLE sequel(crossing INTEGER PRIMARY KEY, wait_status INTEGER,"
    " signal INTEGER, handler INTEGER, frame INTEGER, resumes INTEGER,"
    " restarts INTEGER, executed INTEGER, slept_on TEXT, gave_to INTEGER,"
    " woken_by INTEGER, fork_child INTEGER);"
    "CREATE TABLE transfer(crossing INTEGER NOT NULL,"
    " position INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " clock INTEGER NOT NULL, user_va INTEGER NOT NULL,"
    " kernel_va INTEGER NOT NULL, user_pa INTEGER NOT NULL,"
    " length INTEGER NOT NULL, done INTEGER NOT NULL, error INTEGER NOT NULL,"
    " why INTEGER NOT NULL, ring_op INTEGER NOT NULL, bytes BLOB NOT NULL,"
    " PRIMARY KEY(crossing, position)) WITHOUT ROWID;"
    "CREATE TABLE mapping(crossing INTEGER NOT NULL,"
    " position INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " clock INTEGER NOT NULL, root INTEGER NOT NULL, va INTEGER NOT NULL,"
    " pa INTEGER NOT NULL, old_pa INTEGER NOT NULL, flags INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL, kernel_va INTEGER NOT NULL,"
    " PRIMARY KEY(crossing, position)) WITHOUT ROWID;"
    "CREATE TABLE link(crossing INTEGER NOT NULL, position INTEGER NOT NULL,"
    " source INTEGER NOT NULL, channel INTEGER NOT NULL,"
    " offset INTEGER NOT NULL, bytes INTEGER NOT NULL, port INTEGER NOT NULL,"
    " message INTEGER NOT NULL, descriptor INTEGER NOT NULL,"
    " fd_from INTEGER NOT NULL, fd_to INTEGER NOT NULL,"
    " PRIMARY KEY(crossing, position)) WITHOUT ROWID;"
    "CREATE TABLE nested_trap(crossing INTEGER NOT NULL,"
    " position INTEGER NOT NULL, clock INTEGER NOT NULL,"
    " cause INTEGER NOT NULL, tval INTEGER NOT NULL, pc INTEGER NOT NULL,"
    " PRIMARY KEY(crossing, position)) WITHOUT ROWID;"
    "CREATE TABLE ring_operation(crossing INTEGER NOT NULL,"
    " position INTEGER NOT NULL, clock INTEGER NOT NULL, op INTEGER NOT NULL,"
    " fd INTEGER NOT NULL, buffer INTEGER NOT NULL, length INTEGER NOT NULL,"
    " user_data INTEGER NOT NULL, done INTEGER NOT NULL,"
    " result INTEGER NOT NULL, what TEXT NOT NULL,"
    " PRIMARY KEY(crossing, position)) WITHOUT ROWID;"
    "CREATE TABLE console_text(id INTEGER PRIMARY KEY, clock INTEGER NOT NULL,"
    " pid INTEGER NOT NULL, crossing INTEGER NOT NULL, bytes BLOB NOT NULL);"
    "CREATE TABLE arrival(id INTEGER PRIMARY KEY, clock INTEGER NOT NULL,"
    " traps INTEGER NOT NULL, bytes BLOB, piped INTEGER NOT NULL);"
    "CREATE TABLE process(id INTEGER PRIMARY KEY, pid INTEGER NOT NULL,"
    " parent INTEGER NOT NULL, root INTEGER NOT NULL, name TEXT NOT NULL,"
    " path TEXT NOT NULL, state INTEGER NOT NULL, born INTEGER NOT NULL,"
    " died INTEGER NOT NULL, wait_status INTEGER NOT NULL,"
    " crossings INTEGER NOT NULL, own_insns INTEGER NOT NULL,"
    " user_insns INTEGER NOT NULL);"
    "CREATE TABLE tally(part TEXT NOT NULL, what TEXT NOT NULL,"
    " count INTEGER NOT NULL, PRIMARY KEY(part, what)) WITHOUT ROWID;"
    "CREATE TABLE snapshot(id INTEGER PRIMARY KEY, clock INTEGER NOT NULL,"
    " traps INTEGER NOT NULL, insns INTEGER NOT NULL,"
    " crossings INTEGER NOT NULL, inputs INTEGER NOT NULL,"
    " hash INTEGER NOT NULL, state BLOB, pages BLOB);";

static const char crossing_views[] =
    "CREATE VIEW crossings AS SELECT c.number AS number, w.pid AS pid,"
    " w.name AS process, w.process AS process_id,"
    " CASE c.kind WHEN 0 THEN 'call' WHEN 1 THEN 'fault'"
    "  ELSE 'interrupt' END AS kind,"
    " CASE WHEN c.kind = 0"
    "  THEN coalesce(k.name, 'call ' || c.call) END AS call,"
    " coalesce(t.text, k.name || '()') AS what,"
    " CASE WHEN c.kind = 0 AND c.outcome = 1 THEN c.result END AS result,"
    " CASE WHEN c.kind = 0 AND c.outcome = 1 THEN e.name END AS error,"
    " coalesce(a.text, CASE c.outcome WHEN 1 THEN CAST(c.result AS TEXT)"
    "  END) AS answer,"
    " CASE c.outcome WHEN 0 THEN 'open' WHEN 1 THEN 'returned'"
    "  WHEN 2 THEN 'never returns' WHEN 3 THEN 'to handler'"
    "  ELSE 'resumes' END AS outcome,"
    " c.cause & 65535 AS cause, " HEX("c.tval") " AS tval,"
    " y.text AS why, " HEX("c.user_pc") " AS user_pc,"
    " c.clock AS clock_in, c.clock + c.elapsed AS clock_out,"
    " c.traps_in AS traps_in, c.insns AS insns, c.elapsed AS elapsed,"
    " c.insns"
    "  + c.traps * (SELECT cycles FROM cost WHERE name = 'trap')"
    "  + c.returns * (SELECT cycles FROM cost WHERE name = 'ret')"
    "  + c.satp * (SELECT cycles FROM cost WHERE name = 'satp')"
    "  + c.fences * (SELECT cycles FROM cost WHERE name = 'fence') AS cycles,"
    " c.bytes_in AS copied_in, c.bytes_out AS copied_out,"
    " c.bytes_in + c.bytes_out AS copied, c.mapped AS mapped,"
    " c.unmapped AS unmapped, c.satp AS satp, c.fences AS fences,"
    " c.traps AS traps, c.returns AS returns, c.slept AS slept,"
    " s.slept_on AS slept_on, s.gave_to AS gave_to, s.woken_by AS woken_by,"
    " " HEX_OR_NULL("c.user_pc + c.skip") " AS return_pc,"
    " " HEX("w.root") " AS root, " HEX("w.trapframe") " AS trapframe,"
    " s.wait_status AS wait_status, s.signal AS signal,"
    " s.handler AS handler, " HEX_OR_NULL("s.frame") " AS frame,"
    " s.resumes AS resumes, s.restarts AS restarts,"
    " coalesce(s.executed, 0) AS executed, s.fork_child AS fork_child,"
    " c.call AS call_number"
    " FROM crossing AS c JOIN who AS w ON w.id = c.who"
    " LEFT JOIN call AS k ON c.kind = 0 AND k.number = c.call"
    " LEFT JOIN text AS t ON t.id = c.what"
    " LEFT JOIN text AS a ON a.id = c.answer"
    " LEFT JOIN why AS y ON y.number = c.why AND c.why <> 0"
    " LEFT JOIN errno AS e ON k.number IS NOT NULL"
    "  AND c.result BETWEEN -4095 AND -1 AND e.number = -c.result"
    " LEFT JOIN sequel AS s ON s.crossing = c.number;"

    "CREATE VIEW arguments AS SELECT v.number AS crossing,"
    " v.position AS position, coalesce(p.name, 'a' || v.position) AS name,"
    " v.value AS value, " HEX("v.value") " AS hex, t.text AS text FROM ("
    " SELECT number, call, 0 AS position, a0 AS value FROM crossing UNION ALL"
    " SELECT number, call, 1, a1 FROM crossing UNION ALL"
    " SELECT number, call, 2, a2 FROM crossing UNION ALL"
    " SELECT number, call, 3, a3 FROM crossing UNION ALL"
    " SELECT number, call, 4, a4 FROM crossing UNION ALL"
    " SELECT number, call, 5, a5 FROM crossing) AS v"
    " LEFT JOIN parameter AS p ON p.call = v.call"
    "  AND p.position = v.position"
    " LEFT JOIN argument_text AS s ON s.crossing = v.number"
    "  AND s.position = v.position"
    " LEFT JOIN text AS t ON t.id = s.text WHERE v.value IS NOT NULL;"

    "CREATE VIEW transfers AS SELECT t.crossing AS crossing,"
    " t.position AS position,"
    " CASE t.kind WHEN 0 THEN 'copyin' WHEN 1 THEN 'copyout'"
    "  WHEN 2 THEN 'copyinstr' ELSE 'copyoutstr' END AS kind,"
    " " HEX("t.user_va") " AS user_va, " HEX("t.kernel_va") " AS kernel_va,"
    " CASE WHEN t.user_pa <> 0 THEN " HEX("t.user_pa") " END AS user_pa,"
    " t.length AS length, t.done AS done,"
    " CASE WHEN t.error <> 0"
    "  THEN coalesce(e.name, 'errno ' || t.error) END AS error,"
    " CASE WHEN t.error <> 0"
    "  THEN " HEX("t.user_va + t.done") " END AS stopped_va,"
    " y.text AS why, t.ring_op AS ring_op, t.clock AS clock,"
    " t.bytes AS bytes FROM transfer AS t"
    " LEFT JOIN errno AS e ON e.number = t.error"
    " LEFT JOIN why AS y ON y.number = t.why AND t.why <> 0;"

    "CREATE VIEW mappings AS SELECT crossing AS crossing,"
    " position AS position,"
    " CASE kind WHEN 0 THEN 'map' WHEN 1 THEN 'unmap' WHEN 2 THEN 'cow'"
    "  WHEN 3 THEN 'wire' WHEN 4 THEN 'window' ELSE 'unwire' END AS kind,"
    " " HEX("root") " AS root, " HEX("va") " AS va,"
    " CASE WHEN kind < 3 THEN " HEX("pa") " END AS pa,"
    " CASE WHEN kind = 2 THEN " HEX("old_pa") " END AS old_pa,"
    " flags AS flags,"
    " CASE WHEN kind >= 3 THEN bytes ELSE 4096 END AS bytes,"
    " CASE WHEN kind = 4 THEN " HEX("kernel_va") " END AS kernel_va,"
    " clock AS clock FROM mapping;"

    "CREATE VIEW links AS SELECT source AS from_crossing,"
    " crossing AS to_crossing,"
    " CASE WHEN descriptor <> 0 THEN 'descriptor' WHEN port <> 0"
    "  THEN 'message' ELSE 'bytes' END AS kind,"
    " " HEX("channel") " AS channel, offset AS offset, bytes AS bytes,"
    " CASE WHEN port <> 0 THEN port END AS port,"
    " CASE WHEN port <> 0 THEN message END AS message_id,"
    " CASE WHEN descriptor <> 0 THEN fd_from END AS fd_from,"
    " CASE WHEN descriptor <> 0 THEN fd_to END AS fd_to FROM link;"

    "CREATE VIEW nested AS SELECT crossing AS crossing,"
    " position + 1 AS number, clock AS clock,"
    " CASE WHEN cause < 0 THEN 'interrupt' ELSE 'exception' END AS kind,"
    " cause & 65535 AS cause, " HEX("tval") " AS tval,"
    " " HEX("pc") " AS pc FROM nested_trap;"

    "CREATE VIEW ring_ops AS SELECT crossing AS crossing,"
    " position AS position, what AS what, fd AS fd,"
    " " HEX("buffer") " AS buffer, length AS length, user_data AS user_data,"
    " done AS done, CASE WHEN done THEN result END AS result,"
    " clock AS clock FROM ring_operation;";

static const char other_views[] =
    "CREATE VIEW processes AS SELECT id AS id, pid AS pid, parent AS parent,"
    " name AS name, path AS path,"
    " CASE state WHEN 0 THEN 'running' WHEN 1 THEN 'blocked'"
    "  WHEN 2 THEN 'zombie' ELSE 'gone' END AS state,"
    " born AS born, CASE WHEN state >= 2 THEN died END AS died,"
    " CASE WHEN state >= 2 AND wait_status & 127 = 0"
    "  THEN wait_status >> 8 & 255 END AS status,"
    " CASE WHEN state >= 2 AND wait_status & 127 <> 0"
    "  THEN wait_status & 127 END AS signal,"
    " crossings AS crossings, own_insns AS kernel_insns,"
    " user_insns AS user_insns, " HEX("root") " AS root FROM process;"
    "CREATE VIEW calls AS SELECT number, name, help FROM call;"
    "CREATE VIEW costs AS SELECT part, what, count FROM tally;"
    "CREATE VIEW console AS SELECT clock, pid, crossing, bytes"
    " FROM console_text;"
    "CREATE VIEW inputs AS SELECT clock, traps, bytes, piped FROM arrival;"
    "CREATE VIEW images AS SELECT kind AS kind, name AS name,"
    " printf('%016x', hash) AS hash, size AS size,"
    " length(data) AS stored FROM image;"
    "CREATE VIEW snapshots AS SELECT id AS id, clock AS clock,"
    " traps AS traps, insns AS insns, crossings AS crossings,"
    " inputs AS inputs, printf('%016x', hash) AS hash,"
    " length(state) + length(pages) AS stored FROM snapshot;";

/* clang-format on */

const char *const recording_schema[] = {tables, crossing_views, other_views,
                                        NULL};

const struct table_form table_form[TABLES] = {
    [TABLE_RUN] = {"run", "key, value", 2, 1, false},
    [TABLE_IMAGE] = {"image", "id, kind, name, hash, size, data", 6, 1, false},
    [TABLE_TEXT] = {"text", "id, text", 2, 1, true},
    [TABLE_WHO] = {"who", "id, process, pid, root, trapframe, name", 6, 1,
                   true},
    [TABLE_CALL] = {"call", "number, name, help", 3, 1, true},
    [TABLE_PARAMETER] = {"parameter", "call, position, name", 3, 2, true},
    [TABLE_ERRNO] = {"errno", "number, name, help", 3, 1, true},
    [TABLE_WHY] = {"why", "number, text", 2, 1, true},
    [TABLE_COST] = {"cost", "name, cycles", 2, 1, true},
    [TABLE_CROSSING] = {"crossing",
                        "number, who, kind, cause, tval, why, user_pc, clock, "
                        "traps_in, call, what, a0, a1, a2, a3, a4, a5, "
                        "outcome, elapsed, result, answer, skip, insns, satp, "
                        "fences, traps, returns, bytes_in, bytes_out, mapped, "
                        "unmapped, slept",
                        32, 1, true},
    [TABLE_ARGUMENT] = {"argument_text", "crossing, position, text", 3, 2,
                        true},
    [TABLE_SEQUEL] = {"sequel",
                      "crossing, wait_status, signal, handler, frame, "
                      "resumes, restarts, executed, slept_on, gave_to, "
                      "woken_by, fork_child",
                      12, 1, true},
    [TABLE_TRANSFER] = {"transfer",
                        "crossing, position, kind, clock, user_va, kernel_va, "
                        "user_pa, length, done, error, why, ring_op, bytes",
                        13, 2, true},
    [TABLE_MAPPING] = {"mapping",
                       "crossing, position, kind, clock, root, va, pa, "
                       "old_pa, flags, bytes, kernel_va",
                       11, 2, true},
    [TABLE_LINK] = {"link",
                    "crossing, position, source, channel, offset, bytes, "
                    "port, message, descriptor, fd_from, fd_to",
                    11, 2, true},
    [TABLE_NESTED] = {"nested_trap",
                      "crossing, position, clock, cause, tval, pc", 6, 2, true},
    [TABLE_RING] = {"ring_operation",
                    "crossing, position, clock, op, fd, buffer, length, "
                    "user_data, done, result, what",
                    11, 2, true},
    [TABLE_CONSOLE] = {"console_text", "id, clock, pid, crossing, bytes", 5, 1,
                       true},
    [TABLE_INPUT] = {"arrival", "id, clock, traps, bytes, piped", 5, 1, true},
    [TABLE_PROCESS] = {"process",
                       "id, pid, parent, root, name, path, state, born, died, "
                       "wait_status, crossings, own_insns, user_insns",
                       13, 1, true},
    [TABLE_TALLY] = {"tally", "part, what, count", 3, 2, true},
    [TABLE_SNAPSHOT] = {"snapshot",
                        "id, clock, traps, insns, crossings, inputs, hash, "
                        "state, pages",
                        9, 1, true},
};
