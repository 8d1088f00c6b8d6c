#!/usr/bin/env bash
# qemu.sh LOOP0.elf ... - iterations a second of each loop (loops.S) on
# qemu-system-riscv64, one number a line: the counter's register is read twice,
# two seconds apart, through QEMU's monitor.
set -euo pipefail
counters=(a0 a0 a1 s1)
index=0
for elf in "$@"; do
    counter=${counters[$index]}
    { sleep 0.5; echo 'info registers'; sleep 2; echo 'info registers'
      echo quit; } |
        timeout 20 qemu-system-riscv64 -M virt -bios none -display none \
            -serial none -monitor stdio -kernel "$elf" |
        tr -s ' \r' '\n\n' |
        awk -v want="x[0-9]+/$counter" -v step=$((index == 2 ? 2 : 1)) '
            found { value[++n] = $0; found = 0 }
            $0 ~ "^" want "$" { found = 1 }
            function hex(s,   i, v) {
                for (i = 1; i <= length(s); i++)
                    v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
                return v
            }
            END { printf "%.0f\n", (hex(value[2]) - hex(value[1])) / 2 / step }'
    index=$((index + 1))
done
