# ksyms.awk - turns `nm --numeric-sort` into the table that ksyms.c reads.
$2 ~ /^[tT]$/ && $3 !~ /^(\.|\$|L[0-9]|text_)/ {
    address[n] = $1; name[n] = $3; n++
}
END {
    print "    .section .ksyms, \"a\""
    print "    .balign 8"
    print "    .globl ksyms_count, ksyms_table, ksyms_names"
    print "ksyms_count:\n    .dword " n + 0
    print "ksyms_table:"
    offset = 0
    for (i = 0; i < n; i++) {
        print "    .dword 0x" address[i] ", " offset
        offset += length(name[i]) + 1
    }
    print "ksyms_names:"
    for (i = 0; i < n; i++)
        print "    .asciz \"" name[i] "\""
    print "    .balign 8"
}
