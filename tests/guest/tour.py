#!/usr/bin/env python3
"""tour.py SALLYPORT PAGE [--write]: the transcripts of a manual page are true.

A block that begins with "$ sallyport debug ..." is run with its commands; what
comes out must tell what the page tells: breakpoints, the gate, the guest's own
words and its end. Numbers are left aside, and so is where in the source it
stands: another compiler lays programs out otherwise, and the kernel's source
moves. --write puts what comes out into the page.
"""
import re
import shlex
import subprocess
import sys

PROMPT = "(sallyport) "


def run(sallyport, block):
    lines = block.splitlines()
    args = shlex.split(lines[0])[3:]
    commands = [l[len(PROMPT):] for l in lines if l.startswith(PROMPT)]
    stdin = "" if "-x" in args else "".join(c + "\n" for c in commands)
    done = subprocess.run([sallyport, "debug", *args], input=stdin, text=True,
                          capture_output=True, timeout=300)
    return lines[0] + "\n" + done.stdout, done.stderr


TELLING = ("(sallyport)", "guest|", "breakpoint", "watchpoint", "the guest",
           "into the", "out of", "back ", "satp", "----", "stopped at")


def told(text):
    """What happened, without what another compiler or layout changes."""
    lines = [l for l in text.splitlines() if l.startswith(TELLING)]
    lines = [re.sub(r"0x[0-9a-f]+|\b\d+\b", "N", l) for l in lines]
    return [re.sub(r", guest\w+/[^ ]*", "", l).rstrip() for l in lines]


def main():
    sallyport, page = sys.argv[1:3]
    text = open(page, encoding="utf-8").read()
    blocks = re.findall(r"```\n(\$ sallyport debug.*?)```", text, re.S)
    wrong = not blocks
    for block in blocks:
        out, err = run(sallyport, block)
        if "--write" in sys.argv:
            text = text.replace(block, out)
        elif told(out) != told(block):
            wrong = True
            print(f"{page}: a transcript is not what comes out now:\n{out}")
        if err:
            wrong = True
            print(f"{page}: {block.splitlines()[0]}: {err}")
    if "--write" in sys.argv:
        open(page, "w", encoding="utf-8").write(text)
    return wrong


sys.exit(main())
