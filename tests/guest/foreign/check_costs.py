#!/usr/bin/env python3
"""check_costs.py TRACE.json - do the costs of a foreign kernel's trace add up?

A crossing that nothing interrupted costs what the clock says between its two
ends; one that others passed owns at most that. Crossings of one process do not
overlap, and all that the kernel owns fits into the run.
"""
import json
import sys


def main(path):
    entered, left, last_of, own = {}, 0, {}, 0
    interleaved, errors, end = set(), [], None
    with open(path) as lines:
        for line in lines:
            event = json.loads(line)
            kind, number = event["type"], event.get("crossing")
            if kind == "enter":
                if last_of.get(event["root"], 0) > event["clock"]:
                    errors.append(f"#{number} begins before the one before it "
                                  "of the same process ends")
                entered[number] = event
            elif kind == "unfinished":
                interleaved.add(number)
            elif kind == "leave":
                begin = entered[number]
                elapsed = event["clock"] - begin["clock"]
                last_of[begin["root"]] = event["clock"]
                own += event["own_insns"]
                left += 1
                if event["elapsed"] != elapsed:
                    errors.append(f"#{number}: elapsed {event['elapsed']}, "
                                  f"the clock says {elapsed}")
                if event["own_insns"] > elapsed or (
                        number not in interleaved and not waits(begin)
                        and event["own_insns"] != elapsed):
                    errors.append(f"#{number}: owns {event['own_insns']} of "
                                  f"{elapsed}")
            elif kind == "end":
                end = event
    if end is None:
        errors.append("no end")
    elif own > end["insns"]:
        errors.append(f"crossings own {own} of {end['insns']} instructions")
    if left < 100:
        errors.append(f"only {left} crossings were closed")
    for error in errors[:20]:
        print("check_costs:", error)
    return 1 if errors else 0


def waits(begin):
    """A read of the console, call 6 of tern: the hart waits in it."""
    return begin.get("call") == 6


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
