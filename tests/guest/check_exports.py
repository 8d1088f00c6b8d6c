#!/usr/bin/env python3
"""check_exports.py - what a recording becomes for other programs.

    check_exports.py SALLYPORT

Records programs in both layouts and reads the Perfetto file as its reader
would: slices balanced and nested in none, flows between slices that are there,
as many as the recording has links; the kernel's stays and the programs' own
instructions add up to the run. And `diff`: what it finds, and what it says.
"""
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

sallyport = sys.argv[1]
failed = 0


def check(good, what):
    global failed
    if not good:
        print("FAILED:", what)
        failed = 1


def run(*words):
    return subprocess.run([sallyport, *words], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)


def record(path, *words):
    done = run("trace", "-o", path, *words)
    check(done.returncode == 0, f"{words}: {done.returncode} {done.stderr}")


def ask(path, sql):
    with sqlite3.connect(path) as db:
        return db.execute(sql).fetchall()


def slices_of(events):
    """Slices by track, each [begin, end, name]; in a track none overlap."""
    tracks, open_ones = {}, {}
    for event in events:
        track = event["pid"]
        if event["ph"] == "B":
            assert track not in open_ones, f"two open slices: {event}"
            open_ones[track] = [event["ts"], None, event["name"]]
        elif event["ph"] == "E":
            piece = open_ones.pop(track)
            piece[1] = event["ts"]
            assert piece[0] <= piece[1], f"ends before it begins: {piece}"
            tracks.setdefault(track, []).append(piece)
    assert not open_ones, f"never ended: {open_ones}"
    for pieces in tracks.values():
        pieces.sort(key=lambda piece: piece[0])
        for one, next_one in zip(pieces, pieces[1:]):
            assert one[1] <= next_one[0] + 1e-6, f"{one} {next_one}"
    return tracks


def check_flows(events, tracks, links):
    flows = {}
    for event in events:
        if event["ph"] in "sf":
            flows.setdefault(event["id"], []).append(event)
    assert len(flows) == links, f"{len(flows)} flows, {links} links"
    for ends in flows.values():
        assert [end["ph"] for end in ends] == ["s", "f"], ends
        assert ends[0]["ts"] <= ends[1]["ts"], ends
        for end in ends:
            assert any(p[0] <= end["ts"] <= p[1] for p in tracks[end["pid"]])


def check_counters(events):
    last = {}
    for event in sorted((e for e in events if e["ph"] == "C"),
                        key=lambda e: e["ts"]):
        for key, value in event["args"].items():
            assert value >= last.get(key, 0), event
            last[key] = value
    return last


def check_perfetto(db, path):
    done = run("export", "--perfetto", path, db)
    assert done.returncode == 0 and done.stdout == "", done.stderr
    with open(path, encoding="utf-8") as file:
        events = json.load(file)["traceEvents"]
    tracks = slices_of(events)
    check_flows(events, tracks, ask(db, "select count(*) from links")[0][0])
    totals = check_counters(events)
    copied, insns = ask(db, "select sum(copied), sum(insns) from crossings"
                            " where clock_out is not null")[0]
    assert totals["copied"] == copied and totals["insns"] == insns
    names = {e["pid"]: e["args"]["name"] for e in events
             if e["ph"] == "M" and e["name"] == "process_name"}
    kernel = [k for k, name in names.items() if name == "kernel"]
    inside = sum(round((p[1] - p[0]) * 100) for p in tracks[kernel[0]])
    reached = ask(db, "select value from run where key = 'reached_clock'")
    user = ask(db, "select sum(count) from costs where what = 'user_insns'")
    assert inside == reached[0][0] - user[0][0], "the kernel's stays"
    crossings = ask(db, "select count(*) from crossings")[0][0]
    assert crossings == sum(len(p) for k, p in tracks.items()
                            if k != kernel[0]), "a slice for each crossing"


def check_report(db, path):
    """What the page's script will read; the browser's part is a long test."""
    done = run("export", db, "--report", path)
    assert done.returncode == 0 and done.stdout == "", done.stderr
    with open(path, encoding="ascii") as file:
        text = file.read()
    start = text.index('id="data">') + len('id="data">')
    embedded = text[start:text.index("</script>", start)]
    assert "<" not in embedded and "&" not in embedded
    data = json.loads(embedded)
    for name in ("crossings", "transfers", "links", "processes"):
        rows = ask(db, f"select count(*) from {name}"
                       f"{' where crossing > 0' if name == 'transfers' else ''}")
        assert len([r for r in data[name] if r[0] > 0]) == rows[0][0], name
    assert data["total"] == len(data["crossings"])
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def check_same(a, b):
    done = run("diff", a, b)
    check(done.returncode == 0, f"equal runs differ: {done.stdout}")
    check("every call is the same in both" in done.stdout, done.stdout)


def check_different(a, b, *wanted):
    done = run("diff", a, b)
    check(done.returncode == 1, f"diff: status {done.returncode}")
    for text in wanted:
        check(text in done.stdout, f"diff lacks {text!r}:\n{done.stdout}")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for words in (["pingpong"], ["forktree"], ["signals"], ["rpcdemo"],
                  ["sleep", "1"], ["ring"]):
        for layout in ("separate", "shared"):
            name = f"{words[0]}-{layout}"
            record(name + ".db", "--kernel-arg", "layout=" + layout, *words)
            try:
                check_perfetto(name + ".db", name + ".json")
                check_report(name + ".db", name + ".html")
            except (AssertionError, KeyError, ValueError) as error:
                check(False, f"{name}: {error!r}")
        check_same(f"{words[0]}-separate.db", f"{words[0]}-shared.db")
    record("one.db", "echo", "one")
    record("two.db", "echo", "two")
    check_different("one.db", "two.db", "first difference: echo",
                    '  A #', '"echo", "one"', '  B #', '"echo", "two"')
    check_different("one.db", "pingpong-separate.db", "only in A", "only in B")

    with open("text", "w", encoding="utf-8") as text:
        text.write("no recording\n")
    os.symlink("/dev/full", "full")  # a device is written to, not replaced
    for words in (["diff", "one.db", "text"], ["diff", "one.db", "none"],
                  ["export", "--perfetto", "x", "text"],
                  ["export", "--perfetto", "/none/x", "one.db"],
                  ["export", "--perfetto", "full", "one.db"],
                  ["export", "--perfetto", "/dev/full/x", "one.db"]):
        done = run(*words)
        check(done.returncode == 123 and done.stderr.count("\n") == 1,
              f"{words}: {done.returncode} {done.stderr}")
    for words in (["diff", "one.db"], ["export", "one.db"],
                  ["export", "--perfetto", "x"]):
        done = run(*words)
        check(done.returncode == 120 and done.stderr.count("\n") == 1,
              f"{words}: {done.returncode} {done.stderr}")

sys.exit(failed)
