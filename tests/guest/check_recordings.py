#!/usr/bin/env python3
"""check_recordings.py - recordings as a user has them: written by trace -o,
run again by replay, asked by sqlite3, killed, damaged, refused.

    check_recordings.py SALLYPORT PART [SEED]     (PART: see the end)
"""
import os
import pathlib
import pty
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

SALLYPORT = os.path.abspath(sys.argv[1])
WORK = pathlib.Path(tempfile.mkdtemp(prefix="recordings."))
FAILED = []


def check(good, what):
    if not good:
        FAILED.append(what)
        print("FAILED:", what)
    return good


def run(*args, stdin=b"", **more):
    """Status, stdout, stderr; no run here takes long."""
    r = subprocess.run([SALLYPORT, *map(str, args)], input=stdin,
                       capture_output=True, timeout=200, cwd=WORK, **more)
    return r.returncode, r.stdout, r.stderr


def sane(status, err, what):
    """However it ended: no crash, no report of a sanitizer, one line."""
    text = err.decode("utf-8", "replace")
    return check(0 <= status < 126 and "Sanitizer" not in text
                 and text.count("\n") <= 1, f"{what}: {status}: {text[:2000]}")


def verified(db, what, ok=0):
    status, out, err = run("replay", db, "--verify")
    return check(status == ok and (ok != 0 or b": the same run: " in out),
                 f"{what}: verify: {status} {out} {err}")


def ask(db, sql):
    """By the sqlite3 shell, as the page says."""
    r = subprocess.run(["sqlite3", str(db), sql], capture_output=True,
                       text=True, timeout=60)
    check(r.returncode == 0 and not r.stderr, f"sqlite3 {sql}: {r.stderr}")
    return [line.split("|") for line in r.stdout.splitlines()]


# ---- Every demonstration program ----

DEMONSTRATIONS = """
hello | commtime | cp /etc/motd /tmp/x | crash null | devmap | diskio | fdpass
forktree | ioctldemo | machdemo | mapdemo | oolsend | pingpong | race | ring
rpcdemo | scatter | shm | signals | sockets | sysctl -a | sysprobe | userclient
bigpipe | ps | id | ls -l / | wc /etc/words | callall
""".replace("\n", "|").split("|")


def one_program(words, directory):
    name = words[0]
    db, disk = directory / f"{name}.db", directory / f"{name}.img"
    more = []
    if name == "diskio":
        disk.write_bytes(bytes(range(256)) * 4096)
        more = ["--disk", disk]
    status, out, err = run("trace", "-o", db, *more, *words)
    check(err.count(b"\n") <= 1, f"{name}: {err}")
    check(os.listdir(directory).count(f"{name}.db-wal") == 0,
          f"{name}: one plain file")
    again, out_again, err_again = run("replay", db)
    check((status, out, err) == (again, out_again, err_again),
          f"{name}: replay: {again} instead of {status}, {err_again}")
    verified(db, name)
    db.unlink()


def programs():
    done = 0
    for line in DEMONSTRATIONS:
        words = line.split()
        if words:
            one_program(words, WORK)
            done += 1
    check(done >= 29, "the programs")
    print(done, "programs recorded, run again and verified")


# ---- The trace's text, questions, names ----

def questions():
    db = WORK / "run.db"
    run("trace", "-o", db, "pingpong", "4")
    status, out, text = run("trace", "pingpong", "4")
    again, out_again, text_again = run("replay", db, "--trace")
    check((status, out, text) == (again, out_again, text_again),
          "replay --trace is the trace, byte for byte")
    calls = {r[0]: (int(r[1]), int(r[2] or 0)) for r in ask(
        db, "select call, count(*), sum(copied) from crossings group by call")}
    seen = {}
    for line in text.decode().splitlines():
        if "> ecall " in line:
            call = line.split("> ecall ")[1].split("(")[0]
            seen[call] = seen.get(call, 0) + 1
    check({k: v[0] for k, v in calls.items() if k} == seen,
          f"calls by name: {calls} and in the trace {seen}")
    page = pathlib.Path(__file__).parents[2] / "docs/reference/recordings.md"
    asked = 0
    statement = ""
    for line in page.read_text().splitlines():
        if line.startswith("    sqlite3 run.db "):
            statement = line.split("sqlite3 run.db ", 1)[1]
        elif statement and line.startswith("  "):
            statement += " " + line.strip()
        if statement and statement[0] == statement[-1] and len(statement) > 1:
            ask(db, statement[1:-1])
            asked += 1
            statement = ""
    check(asked >= 7, f"the page's questions: {asked}")
    consoled = ask(db, "select hex(group_concat(cast(bytes as text), '')) from "
                       "(select bytes from console order by rowid)")
    check(bytes.fromhex(consoled[0][0]) == out, "the console's bytes")
    for view, columns in page_columns(page).items():
        have = [r[1] for r in ask(db, f"pragma table_info({view})")]
        for column in columns:
            check(column in have, f"{view} has no {column}, the page says it")
    card(db)
    # A name that would be SQL if it were pasted together.
    evil = WORK / "x'; drop table crossing; --"
    shutil.copy(guest("apps/bin/hello"), evil)
    run("trace", "-o", db, evil)
    check(verified(db, "SQL in a name")
          and ask(db, "select count(*) from crossings")[0][0] != "0", "SQL")


def guest(name):
    return pathlib.Path(SALLYPORT).parent / "guest" / name


def page_columns(page):
    """view -> the names in backquotes of its row's last cell."""
    views = {}
    for line in page.read_text().splitlines():
        cells = [c.strip() for c in line.split("|")]
        if len(cells) >= 4 and cells[1].startswith("`"):
            words = cells[3].split("`")[1::2]
            views[cells[1].strip("`")] = [w for w in words if w.isidentifier()]
    check("crossings" in views and len(views) == 15, f"the page's views: {views}")
    return views


def card(db):
    number = ask(db, "select number from crossings where call = 'write' "
                     "limit 1")[0][0]
    status, out, err = run("replay", db, "--goto", number)
    facts = ask(db, f"select user_pc, what from crossings where number={number}")
    check(status == 0 and facts[0][1] in out.decode() and
          f"pc       0x{int(facts[0][0], 16):016x}" in out.decode()
          and b"copyin" in out, f"the card of #{number}: {out}{err}")
    status, out, err = run("replay", db, "--goto", 999999)
    check(status == 123 and sane(status, err, "no such crossing"), "card")


# ---- What comes from outside ----

def inputs():
    db = WORK / "in.db"
    status, out, err = run("trace", "-o", db, "sh", stdin=b"echo a\ncat\nxyz\n")
    check(b"xyz" in out and status == 0, f"piped: {status} {out}")
    check(run("replay", db)[:2] == (status, out), "piped: replay")
    verified(db, "piped")
    script = WORK / "keys"
    script.write_text('expect "$ "\nsend "echo one\\n"\nexpect "one\\n"\n'
                      'wait 3000000\nsend "sleep 1; exit 7\\n"\n')
    status, out, err = run("trace", "-o", db, "--script", script)
    check(status == 7, f"script: {status} {err}")
    check(run("replay", db)[:2] == (7, out), "script: replay")
    verified(db, "script")
    status, out, err = run("trace", "-o", db, "--max-insns", 200000)
    check(status == 122 and run("replay", db) == (status, out, err),
          "a run that reached its limit ends there again, with its line")
    verified(db, "limit")
    terminal(db)


def terminal(db):
    """Keys typed with pauses; idle time passes as real time."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(WORK)
        os.execv(SALLYPORT, [SALLYPORT, "trace", "-o", str(db)])
    seen = b""
    for wanted, keys in ((b"$ ", b"sleep 1; echo do"), (b"do", b"ne\r"),
                         (b"\ndone", b"exit 5\r")):
        while wanted not in seen:
            seen += os.read(fd, 4096)
        seen = seen.split(wanted, 1)[1]
        time.sleep(0.05)
        os.write(fd, keys)
    try:
        while os.read(fd, 4096):
            pass
    except OSError:
        pass
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    check(status == 5, f"terminal: {status}")
    check(run("replay", db)[0] == 5, "terminal: replay")
    check(int(ask(db, "select count(*) from inputs")[0][0]) > 10, "keys")
    verified(db, "terminal")


# ---- Killed ----

LOOP = ("sh", "-c", "while true; do echo hi | cat; done")


def kill_one(i, wait, counts):
    db = WORK / f"killed{i}.db"
    p = subprocess.Popen([SALLYPORT, "trace", "-o", str(db), *LOOP],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                         stdin=subprocess.DEVNULL)
    time.sleep(wait)
    p.kill()
    p.wait()
    what = f"killed after {wait:.3f} s"
    if not db.exists():
        counts["no file yet"] += 1
        return
    if i % 2:  # copied without its log
        for suffix in ("-wal", "-shm"):
            pathlib.Path(str(db) + suffix).unlink(missing_ok=True)
    con = sqlite3.connect(f"file:{db}?immutable=1" if i % 2 else f"file:{db}",
                          uri=True)
    check(con.execute("pragma quick_check").fetchone()[0] == "ok", what)
    n, last = con.execute("select count(*), max(number) from crossings "
                          ).fetchone()
    images = con.execute("select count(*) from images").fetchone()[0]
    con.close()
    check(images >= 3, f"{what}: {images} images")
    # Rows come when crossings close: a few of the batch were still open.
    check((last or 0) - n < 20, f"{what}: {n} crossings, the last is {last}")
    counts["rows"] += n > 0
    status, out, err = run("replay", db, "--goto", 1) if n else (0, b"", b"")
    check(status == 0, f"{what}: goto {status} {err}")
    if i % 10 == 0:
        verified(db, what)
        status, out, err = run("replay", db)
        check(status == 122 and b"breaks off" in err, f"{what}: {status} {err}")
    for f in WORK.glob(f"killed{i}.db*"):
        f.unlink()


def beginning():
    """Seconds until the first rows are in, here and now."""
    db, start = WORK / "begun.db", time.monotonic()
    p = subprocess.Popen([SALLYPORT, "trace", "-o", str(db), *LOOP],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                         stdin=subprocess.DEVNULL)
    n = 0
    while n == 0:
        time.sleep(0.01)
        if db.exists():
            con = sqlite3.connect(f"file:{db}?mode=ro", uri=True, timeout=10)
            n = con.execute("select count(*) from crossings").fetchone()[0]
            con.close()
    p.kill()
    p.wait()
    return time.monotonic() - start


def kills(seed):
    rng = random.Random(seed)
    print("seed", seed)
    counts = {"no file yet": 0, "rows": 0}
    begun = beginning()
    waits = [(i, begun * rng.uniform(0.4, 3.0)) for i in range(100)]
    work = iter(waits)
    lock = threading.Lock()

    def worker():
        while True:
            with lock:
                job = next(work, None)
            if job is None:
                return
            kill_one(*job, counts)

    threads = [threading.Thread(target=worker) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print(counts)
    check(counts["rows"] >= 20, f"too few of them had begun: {counts}")


# ---- Full disks, readers, names ----

def limits():
    db = WORK / "full.db"

    def small(size):
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    reached = []
    for size in (100_000, 2_500_000, 2_900_000):
        status, out, err = run("trace", "-o", db, *LOOP, preexec_fn=small(size))
        check(status == 123, f"full at {size}: {status}")
        sane(status, err, f"full at {size}")
        check(b"full.db: " in err, f"full at {size}: {err}")
        check(not (WORK / "full.db.part").exists(), "nothing is left behind")
        if db.exists():
            verified(db, f"full at {size}")
            reached.append(ask(db, "select count(*) from crossings")[0][0])
    check(reached and int(reached[-1]) > 1000, f"how far they went: {reached}")
    names(db)
    readers()


def names(db):
    status, _, err = run("trace", "-o", "x.sqlite", "hello")
    check(status == 123 and sane(status, err, "name"), "another extension")
    other = WORK / "mine.db"
    other.write_bytes(b"my own notes\n" * 100)
    status, _, err = run("trace", "-o", other, "hello")
    check(status == 123 and b"is no recording" in err, f"not ours: {err}")
    check(other.read_bytes() == b"my own notes\n" * 100, "it is as it was")
    foreign = WORK / "foreign.db"
    con = sqlite3.connect(foreign)
    con.execute("create table t(x)")
    con.commit()
    con.close()
    for name in (other, foreign, WORK / "none.db", WORK):
        status, out, err = run("replay", name)
        check(status == 123 and out == b"" and sane(status, err, str(name)),
              f"{name}: {status} {err}")
    status, _, err = run("trace", "-o", foreign, "hello")
    check(status == 123, f"a foreign database: {err}")
    status, _, _ = run("trace", "-o", db, "hello")
    check(status == 0, "a recording is replaced")
    verified(db, "replaced")
    status, _, err = run("trace", "-o", "/proc/none/x.db", "hello")
    check(status == 123 and sane(status, err, "nowhere"), f"nowhere: {err}")
    for words in (["replay"], ["replay", db, db], ["replay", db, "--trace",
                  "--verify"], ["shot", "-o", "x.txt", "--ram", "96", db]):
        status, _, err = run(*words)
        check(status == 120 and sane(status, err, str(words)), f"{words}")
    status, _, err = run("shot", "-o", "x.txt", db)
    check(status == 0, f"a picture of a recording: {err}")


def readers():
    """Reads all the time while it is written; the numbers only grow."""
    db = WORK / "read.db"
    p = subprocess.Popen([SALLYPORT, "trace", "-o", str(db), "--max-insns",
                          "12000000", *LOOP], stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    before, looks = 0, 0
    while p.poll() is None:
        if not db.exists():
            time.sleep(0.01)
            continue
        con = sqlite3.connect(f"file:{db}?mode=ro", uri=True, timeout=10)
        n = con.execute("select count(*) from crossings").fetchone()[0]
        con.close()
        check(n >= before, f"{n} crossings after {before}")
        before, looks = n, looks + 1
        if looks == 3:
            status, _, err = run("trace", "-o", db, "hello")
            check(status == 123 or p.poll() is not None,
                  f"written twice: {status} {err}")
    check(looks > 3, f"{looks} looks")
    verified(db, "read while written")


# ---- Damaged ----

def damage(seed):
    rng = random.Random(seed)
    print("seed", seed)
    db, bad = WORK / "good.db", WORK / "bad.db"
    run("trace", "-o", db, "forktree")
    whole = db.read_bytes()
    found = 0
    for i in range(60):
        data = bytearray(whole)
        if i % 3 == 0:
            data = data[:rng.randrange(len(data))]
            what = f"cut at {len(data)}"
        else:
            n = rng.choice((1, 1, 8, 200))
            page = rng.choice((0, rng.randrange(len(data) // 4096)))
            for _ in range(n):
                at = page * 4096 + rng.randrange(4096)
                data[at] ^= 1 << rng.randrange(8)
            what = f"{n} bits of page {page} flipped"
        bad.write_bytes(data)
        word = rng.choice((["--verify"], ["--goto", "30"], []))
        status, out, err = run("replay", bad, *word)
        sane(status, err, f"{i}: {what}, {word}")
        if i % 3 == 0:
            check(status == 123, f"{i}: {what}: {status}")
        found += status in (123, 124)
    print(found, "of 60 were noticed")
    check(found >= 30, f"only {found} of 60 were noticed")
    liars(db, bad)


def liars(db, bad):
    """Whole files that say what is not so."""
    def changed(sql, words, want, saying):
        shutil.copy(db, bad)
        con = sqlite3.connect(bad)
        con.executescript(sql)
        con.commit()
        con.close()
        status, out, err = run("replay", bad, *words)
        check(status == want and saying in err and sane(status, err, sql),
              f"{sql}: {status} {err}")

    changed("update crossing set elapsed = elapsed + 1 where number = 20",
            ["--verify"], 124, b"crossing 20: elapsed is")
    changed("delete from crossing where number = 20", ["--verify"], 124,
            b"crossing 20")
    changed("insert into console_text select id + 100000, clock, pid, crossing,"
            " bytes from console_text limit 1", ["--verify"], 124,
            b"rows in the file")
    changed("update snapshot set hash = hash + 1", ["--verify"], 124,
            b"hash is")
    changed("update console_text set bytes = x'21' where id = 1", ["--verify"],
            124, b"console_text 1")
    changed("create view v as select 1", [], 123, b"damaged")
    changed("create trigger t after insert on run begin select 1; end", [],
            123, b"damaged")
    changed("drop view crossings", [], 123, b"damaged")
    changed("pragma user_version = 99", [], 123, b"version 99")
    changed("pragma application_id = 5", [], 123, b"no recording")
    changed("update image set hash = 0 where kind = 'kernel'", [], 123,
            b"damaged")
    changed("delete from image where kind = 'kernel'", [], 123, b"no kernel")
    changed("update image set data = zeroblob(100) where kind = 'initrd'", [],
            123, b"damaged")
    changed("update run set value = 'many' where key = 'ram_mib'", [], 123,
            b"damaged")
    changed("update run set value = 1 << 60 where key = 'ram_mib'", [], 123,
            b"damaged")
    changed("insert into arrival values (900000, 50, 5, x'41', 0),"
            " (900001, 5, 5, x'41', 0)", [], 123, b"damaged")
    before = db.read_bytes()
    status, out, err = run("trace", "-o", db, db)
    check(status == 123 and b"that is run" in err and db.read_bytes() == before,
          f"trace into its own recording: {status} {err}")
    # Another machine storms: it does not go on for ever.
    changed("update run set value = 1 where key = 'bare'", [], 123,
            b"another way")
    out = run("debug", "-x", "continue", bad)[1]
    check(b"does not go as it was recorded" in out, f"debug: {out}")
    # A state that cannot be taken up: the run is repeated instead.
    changed("update snapshot set state = x'00'", ["--goto", "30"], 0, b"")
    changed("update snapshot set pages = zeroblob(9), clock = 1", ["--goto",
            "30"], 0, b"")
    changed("update snapshot set hash = 1, clock = 1", ["--goto", "30"], 0,
            b"")


PARTS = {"programs": programs, "questions": questions, "inputs": inputs,
         "kills": kills, "limits": limits, "damage": damage}
part = PARTS[sys.argv[2]]
if part in (kills, damage):
    part(int(sys.argv[3], 0) if len(sys.argv) > 3 else 0x5a11)
else:
    part()
shutil.rmtree(WORK)
sys.exit(1 if FAILED else 0)
