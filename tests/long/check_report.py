#!/usr/bin/env python3
"""check_report.py - the HTML report, in a browser.

    check_report.py SALLYPORT

Opens reports from disk in headless Chromium and reads the page that comes of
them: nothing fails, the timeline is drawn, the search finds, a card opens, and
what a guest wrote is text and never markup.
"""
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sallyport = sys.argv[1]
browser = shutil.which("chromium") or shutil.which("chromium-browser")
failed = 0


def check(good, what):
    global failed
    if not good:
        print("FAILED:", what)
        failed = 1


def record(name, *words):
    for line in (["trace", "-o", name + ".db", *words],
                 ["export", name + ".db", "--report", name + ".html"]):
        done = subprocess.run([sallyport, *line], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)
        check(done.returncode == 0, f"{line}: {done.stderr}")


def page(name, fragment=""):
    """The document as the page's script has left it."""
    done = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu",
         "--user-data-dir=" + os.getcwd() + "/profile",
         "--enable-logging=stderr", "--window-size=1400,1200", "--dump-dom",
         f"file://{os.getcwd()}/{name}.html{fragment}"],
        capture_output=True, text=True, timeout=120)
    errors = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    check(not errors, f"{name}{fragment}: {errors}")
    check('data-ready="yes"' in done.stdout, f"{name}{fragment}: not ready")
    return re.sub(r'<script type="application/json".*?</script>', "",
                  done.stdout, flags=re.S)


def card(document):
    return document.split('<div id="card">')[1].split("</section>")[0]


if browser is None:
    sys.exit("check_report.py: no chromium on this machine")
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    record("ping", "pingpong")
    with sqlite3.connect("ping.db") as db:
        total = db.execute("select count(*) from crossings").fetchone()[0]
        writer, reader = db.execute(
            "select from_crossing, to_crossing from links limit 1").fetchone()
    plain = page("ping")
    check(f"{total} of {total}" in plain, "all crossings are listed")
    check(plain.count("<rect ") > 20, "the timeline is drawn")
    check(plain.count("<path ") >= 5, "links are drawn")
    check("round 3: ping d, pong e" in plain, "the console is there")
    chosen = card(page("ping", f"#{writer}"))
    check(f"#{writer}  write(" in chosen, "a crossing's card opens")
    check(f"gave 1 byte to #{reader}" in chosen, "it names who got the byte")
    found = page("ping", "#q=write")
    wanted = plain.count("write(") and re.search(r"(\d+) of \d+", found)
    check(wanted and 0 < int(wanted[1]) < total, "the search narrows the list")
    check("0 of" in page("ping", "#q=nosuchword"), "and may find nothing")

    hostile = '</script><img src=x onerror=alert(1)>&"\''
    record("hostile", "echo", hostile)
    check("<img" not in page("hostile"), "a guest's text became markup")
    check("&lt;/script&gt;&lt;img" in page("hostile"), "it is shown as text")
sys.exit(failed)
