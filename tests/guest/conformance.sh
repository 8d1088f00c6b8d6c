#!/bin/sh
# conformance.sh - the programs of tests/guest/conformance on Sallyport and on
# QEMU, against the manuals.
#
#   conformance.sh SALLYPORT BUILD_DIR [NAME...]
#
# A program prints `name: ok`, or a line per failed case. A failure that
# exceptions.txt lists for that machine is excused; any other fails the test,
# and so does an exception of ours that no longer occurs.
set -u
here=$(cd "$(dirname "$0")/conformance" && pwd) || exit 1
[ $# -ge 2 ] || { echo "usage: $0 SALLYPORT BUILD_DIR [NAME...]" >&2; exit 1; }
sallyport=$1
build=$2
shift 2
mkdir -p "$build" || exit 1
cc=riscv64-unknown-elf-gcc
flags="-mabi=lp64 -mcmodel=medany -O1 -g -Wall -Wextra -Wshadow -Werror
    -ffreestanding -fno-tree-loop-distribute-patterns -msmall-data-limit=0
    -nostdlib -static -Wl,--no-warn-rwx-segments"
failed=0
# The engine loses a bitmap per page of rewritten code.
export LSAN_OPTIONS="suppressions=$here/../lsan.supp:print_suppressions=0"

complain() {
    echo "conformance: $*"
    failed=1
}

# compile NAME: BUILD_DIR/NAME.elf
compile() {
    isa=rv64imac_zicsr_zifencei
    [ "$1" = float ] && isa=rv64gc
    # shellcheck disable=SC2086
    $cc -march=$isa $flags -I "$here" -T "$here/link.ld" "$here/env.S" \
        "$here/env.c" "$here/paging.c" "$here/$1.c" -o "$build/$1.elf" -lgcc
}

run_sallyport() {
    timeout -k 5 120 "$sallyport" run --bare --max-insns 400000000 \
        --kernel "$build/$1.elf" </dev/null
}

run_qemu() {
    timeout -k 5 120 qemu-system-riscv64 -M virt -m 64 -display none \
        -monitor none -serial stdio \
        -global virtio-mmio.force-legacy=false \
        -bios none -kernel "$build/$1.elf" </dev/null
}

# judge MACHINE NAME STATUS <output: prints what is not excused.
judge() {
    awk -v machine="$1" -v name="$2" -v status="$3" '
        NR == FNR {
            if ($1 == machine && $2 == name && split($0, part, "\"") >= 3)
                excuse[part[2]] = 0
            next
        }
        $0 == name ": ok" { ok = 1; next }
        index($0, name ": FAIL case ") == 1 {
            text = substr($0, length(name ": FAIL case ") + 1)
            if (first == "")
                first = text + 0
            sub(/^[0-9]+: /, "", text)
            for (start in excuse)
                if (index(text, start) == 1) {
                    excuse[start]++
                    next
                }
        }
        { print machine ": " $0; bad = 1 }
        END {
            named = machine == "qemu" ? first % 256 : first < 255 ? first : 255
            if (ok ? status != 0 : status != named || first == "")
                print machine ": " name ": exit status " status \
                    (ok ? " after ok" : " does not name the first failure")
            for (start in excuse)
                if (machine == "sallyport" && excuse[start] == 0)
                    print machine ": " name ": exception \"" start \
                        "\" no longer occurs"
        }' "$here/exceptions.txt" "$build/$2.$1"
}

# check MACHINE NAME
check() {
    "run_$1" "$2" >"$build/$2.$1" 2>&1
    status=$?
    complaints=$(judge "$1" "$2" "$status")
    if [ -n "$complaints" ]; then
        complain "$2 on $1:"
        printf '%s\n' "$complaints" | head -40
    else
        excused=$(grep -c ': FAIL' "$build/$2.$1")
        echo "conformance: $2 on $1: ok ($excused lines excused)"
    fi
}

names=$*
if [ -z "$names" ]; then
    for file in "$here"/*.c; do
        name=$(basename "$file" .c)
        case $name in env | paging) ;; *) names="$names $name" ;; esac
    done
fi
for name in $names; do
    compile "$name" || { complain "$name does not compile"; continue; }
    for machine in qemu sallyport; do
        check "$machine" "$name"
    done
done
exit $failed
