#!/usr/bin/env bash
# mkinitrd.sh - packs the programs and the files of a folder into the archive
# that the machine boots with.
#
#   mkinitrd.sh OUT.tar ROOT-FOLDER PROGRAM...
#
# An ordinary ustar archive, the same bytes every time: sorted, no times, no
# owners, fixed permissions. One thing more: each program starts on a 4096-byte
# boundary of the archive, so that the kernel can map the pages of its code
# straight out of it instead of copying them. A tar member is a 512-byte header
# and its bytes rounded up to 512, so two things are enough:
#
#   * bin/ comes after exactly six blocks: README's header and its text of
#     2049 to 2560 bytes. bin/'s own header is the seventh, and the eighth is
#     the first program's: its bytes start at 4096;
#   * each program is padded at its end, behind everything an ELF file has, to
#     a multiple of 4096, less the 512 bytes of the next header.
set -euo pipefail
[ $# -ge 3 ] || {
    echo "usage: mkinitrd.sh OUT.tar ROOT-FOLDER PROGRAM..." >&2
    exit 2
}
out=$1 root=$2
shift 2
PAGE=4096 BLOCK=512

fail() {
    echo "mkinitrd.sh: $1" >&2
    exit 1
}

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cp -R "$root"/. "$stage"
mkdir -p "$stage/bin" "$stage/tmp"
cp "$@" "$stage/bin"
[ ! -e "$stage/bin/test" ] || cp "$stage/bin/test" "$stage/bin/["

for program in "$stage"/bin/*; do
    size=$(stat -c %s "$program")
    truncate -s $(((size + BLOCK + PAGE - 1) / PAGE * PAGE - BLOCK)) "$program"
    chmod 755 "$program"
done

(cd "$stage" && find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort > "$stage.list"
    tar --format=ustar --no-recursion --mtime=@0 --owner=0 --group=0 \
        --numeric-owner --mode=u=rwX,go=rX -T "$stage.list" -cf initrd.tmp)
rm "$stage.list"

# tar tells in which block each member's header is.
LC_ALL=C tar -tRf "$stage/initrd.tmp" | while read -r _ block name; do
    case $name in
        bin/?*)
            [ $(((${block%:} + 1) * BLOCK % PAGE)) = 0 ] ||
                fail "$name is not on a page boundary (is README 2049..2560 bytes long?)" ;;
    esac
done
mv "$stage/initrd.tmp" "$out"
