#!/usr/bin/env bash
# syscalls-page.sh - writes the reference page of the system calls from their
# tables, guestkernel/abi/syscall.def and errors.def:
#
#   tools/syscalls-page.sh > docs/reference/syscalls.md
#
# Fails, with a line about each, if the two tables do not list the same calls.
set -euo pipefail
abi=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../guestkernel/abi

cat <<'END'
# System calls

Made by `tools/syscalls-page.sh` from `guestkernel/abi/syscall.def` and `errors.def`: one row there is a call's dispatch in the kernel, its stub in
programs, its decoding in traces and its entry here.

`ecall` with the number in a7 and the arguments in a0 to a5; the result is in a0, negative if it is an error; no other register changes. A number that
is not listed returns `ENOSYS`. The SDK's functions return -1 and set `errno`. The Mach calls return a `kern_return_t`: 0, or one of the codes listed.

| type | |
|---|---|
| `int` `uint` `hex` `size` `off` `fd` `pid` `sig` `ptr` | a value in a register |
| `path` `str` | a string that the kernel fetches with copyinstr |
| `strv` | a vector of strings, ended by NULL |
| `in[N]` `out[N]` `inout[N]` | memory that the kernel reads, writes, both; N bytes, or as many as that argument says |
| `in{...}` `out{...}` `inout{...}` | a structure and its fields; `pad[N]` are N bytes that traces do not show |
| `mode` | permission bits; traces leave them out where the flags before them have no `O_CREAT` |
| `iov` `pollfd` `ints` | an array; the next argument is how many |
| `msg` | a Mach message, with its options next |
| `ioctl` | a request (`ioctl.def`), with what it is about next |
| a name with a capital | flags (`flags.def`) |
| `none` as a result | 0, or the call does not return |

END

cat "$abi/syscall.def" "$abi/errors.def" | awk '
# The strings and the words before them of one row, NAME(a, b, "c", "d").
/^ERRORS\(/ {
    split($0, part, /[(,]/)
    split($0, quoted, "\"")
    errors[part[2]] = quoted[2]
    listed[part[2]] = 1
    next
}
/^CALL\(/ {
    split($0, part, /[(,] */)
    split($0, quoted, "\"")
    number[++calls] = part[2]
    name[calls] = part[3]
    result[calls] = part[4]
    args[calls] = quoted[2]
    help[calls] = quoted[4]
    known[part[3]] = 1
}
END {
    bad = 0
    for (i = 1; i <= calls; i++)
        if (!(name[i] in listed)) {
            print "errors.def: no row for " name[i] > "/dev/stderr"
            bad = 1
        }
    for (n in listed)
        if (!(n in known)) {
            print "errors.def: " n " is no call of syscall.def" > "/dev/stderr"
            bad = 1
        }
    if (bad)
        exit 1
    for (i = 1; i <= calls; i++) {
        printf "### %s `%s`\n\n%s\n\n", number[i], name[i], help[i]
        printf "    %s(%s) -> %s\n\n", name[i], args[i], result[i]
        n = split(errors[name[i]], error, " ")
        for (e = 1; e <= n; e++)
            printf "%s`%s`%s", (e > 1 ? " " : "Errors: "), error[e],
                (e < n ? "," : ".\n\n")
        if (n == 0)
            printf "No errors.\n\n"
    }
}'
