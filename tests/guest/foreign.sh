#!/bin/sh
# foreign.sh - kernels that know nothing of Sallyport, on it and on QEMU: the
# same console, the same exit status; and what a trace shows of them.
#
#   foreign.sh SALLYPORT BUILD_DIR
#
# tern starts in M-mode (--bare) and uses everything a teaching kernel does;
# student is entered by the firmware and knows three SBI calls.
set -u
here=$(cd "$(dirname "$0")/foreign" && pwd) || exit 1
[ $# -eq 2 ] || { echo "usage: $0 SALLYPORT BUILD_DIR" >&2; exit 1; }
sallyport=$1
build=$2
mkdir -p "$build" || exit 1
failed=0
# The engine loses a bitmap per page of rewritten code.
export LSAN_OPTIONS="suppressions=$here/../lsan.supp:print_suppressions=0"

complain() {
    echo "foreign: $*"
    failed=1
}

"$here/tern/build.sh" "$build" || exit 1
riscv64-unknown-elf-gcc -march=rv64gc_zicsr -mabi=lp64d -mcmodel=medany -O2 \
    -g -Wall -Wextra -Werror -ffreestanding -nostdlib -static \
    -Wl,--no-warn-rwx-segments -T "$here/student.ld" "$here/student.c" \
    -o "$build/student.elf" || exit 1
awk 'BEGIN { for (i = 0; i < 64 * 512; i++)
    printf "%c", 33 + (i * i + int(i / 512) * 7) % 90 }' >"$build/disk.img"
printf 'hello there\nr 5\nr 63\nr 64\ns\nlast\nq\n' >"$build/tern.in"

qemu() {
    timeout -k 5 60 qemu-system-riscv64 -M virt -m 64 -display none \
        -monitor none -serial stdio -global virtio-mmio.force-legacy=false "$@"
}

# The kernel empties its receiver as it starts: input waits for the prompt.
when_asked() {
    tries=0
    until grep -q '^> ' "$1" || [ $tries -ge 300 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    cat "$build/tern.in"
}

tern_on_qemu() {
    : >"$build/tern.qemu"
    when_asked "$build/tern.qemu" | qemu -bios none -kernel "$build/tern.elf" \
        -drive "file=$build/disk.img,format=raw,if=none,id=d,snapshot=on" \
        -device virtio-blk-device,drive=d,bus=virtio-mmio-bus.0 \
        >"$build/tern.qemu" 2>&1
}

tern() {
    command=$1
    shift
    timeout -k 5 120 "$sallyport" "$command" --bare --kernel "$build/tern.elf" \
        --disk "$build/disk.img" --max-insns 300000000 "$@" <"$build/tern.in"
}

student() {
    command=$1
    shift
    timeout -k 5 60 "$sallyport" "$command" --kernel "$build/student.elf" \
        --max-insns 100000000 "$@" </dev/null
}

tern_on_qemu
[ $? -eq 0 ] || complain "tern's status on QEMU is not 0"
tern run >"$build/tern.ours" 2>&1
[ $? -eq 0 ] || complain "tern's status is not 0"
diff "$build/tern.qemu" "$build/tern.ours" || complain "tern: consoles differ"
grep -q 'tern: off' "$build/tern.ours" || complain "tern did not end"
! grep -q 'not preempted' "$build/tern.ours" || complain "tern: no preemption"

qemu -kernel "$build/student.elf" </dev/null 2>&1 |
    tr -d '\r' | sed -n '/^student/,$p' >"$build/student.qemu"
student run >"$build/student.ours" 2>&1
[ $? -eq 0 ] || complain "student's status is not 0"
diff "$build/student.qemu" "$build/student.ours" ||
    complain "student: consoles differ"
grep -q 'three hellos, enough ticks' "$build/student.ours" ||
    complain "student did not end"

# Traces: twice the same bytes, and everything seen from the hardware alone.
tern trace >"$build/tern.trace" 2>&1
tern trace 2>&1 | cmp - "$build/tern.trace" ||
    complain "tern: two traces differ"
expect() {
    grep -Eq -- "$2" "$build/$1.trace" || complain "$1: no trace line like $2"
}
expect tern '^#[0-9]+ +root 0x[0-9a-f]+ +> ecall 5\(a0=0x[0-9a-f]+, a1=0xa,'
expect tern '> fault store page 0x1234000 +pc 0x[0-9a-f]+'
expect tern '> fault illegal instruction'
expect tern '> fault fetch page 0x20002 +pc 0x20002'
expect tern '> fault load page 0x3ffffff000'
expect tern '> interrupt timer'
expect tern '> interrupt software'
expect tern '> interrupt external'
expect tern '~ unfinished'
expect tern '~ resumed'
expect tern '< starts'
expect tern '< = 10 +insns [0-9]+ +cycles [0-9]+ +satp 2 +fences 4 '
student trace >"$build/student.trace" 2>&1
expect student '> ecall 1\(a0='
expect student '> fault store page 0x123008'
expect student '> interrupt timer'
expect student '< = 0 +insns [0-9]+ +cycles [0-9]+ +satp 0 +fences 0 '

# The suites' ending: pass is 1, failure in test n is n << 1 | 1, in tohost.
suite() { # suite MODE VERDICT STATUS
    riscv64-unknown-elf-gcc -march=rv64gc_zicsr -mabi=lp64d -nostdlib -static \
        -Wl,--no-warn-rwx-segments -DMODE="$1" -DVERDICT="$2" \
        -T "$here/suite.ld" "$here/suite.S" -o "$build/suite.elf" || failed=1
    "$sallyport" run --bare --max-insns 1000000 --kernel "$build/suite.elf" \
        </dev/null >"$build/suite.out" 2>&1
    got=$?
    [ $got -eq "$3" ] || complain "suite in mode $1, verdict $2: status $got" \
        "instead of $3: $(cat "$build/suite.out")"
}
for mode in 0 1 3; do
    suite $mode 0 0
    suite $mode 5 5
    suite $mode 77 77
done

tern trace --json >"$build/tern.json" 2>/dev/null
python3 "$here/check_costs.py" "$build/tern.json" || failed=1
exit $failed
