#!/usr/bin/env bash
# test_layers.sh ROOT - the rules of architecture.md that a reader of #include
# lines can check: arrows point down, engines stay in their one place, every
# header compiles alone.
set -u
cd "$1" || exit 2
failed=0
fail() { echo "FAIL $*"; failed=$((failed + 1)); }

# Lowest layer first; guest folders are checked separately.
layers=(platform cpu machine inspect crossing record detect debug view app)
rank() {
    local i
    for i in "${!layers[@]}"; do
        [ "${layers[$i]}" = "$1" ] && { echo "$i"; return; }
    done
    echo -1
}

checked=0
while IFS=: read -r file _ include; do
    layer=${file#emu/}
    layer=${layer%%/*}
    target=$(sed -n 's|.*"\.\./\([a-z_]*\)/.*|\1|p' <<<"$include")
    [ -n "$target" ] || continue
    checked=$((checked + 1))
    from=$(rank "$layer")
    to=$(rank "$target")
    [ "$from" -ge 0 ] || fail "$file: folder emu/$layer is no layer"
    if [ "$to" -lt 0 ]; then
        fail "$file: includes unknown layer $target"
    elif [ "$to" -gt "$from" ]; then
        fail "$file: includes upwards, $layer -> $target"
    fi
done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' \
    --include='*.[chS]' emu)
[ "$checked" -gt 20 ] || fail "only $checked includes were checked"

while IFS= read -r file; do
    fail "$file: includes <unicorn/...> outside emu/cpu and tests/bench"
done < <(grep -rlE '#[[:space:]]*include[[:space:]]*<unicorn' \
    --include='*.[chS]' emu tests guestkernel guestapps |
    grep -vE '^(emu/cpu|tests/bench)/')
while IFS= read -r file; do
    fail "$file: includes SDL outside emu/app/window_sdl.c"
done < <(grep -rlE '#[[:space:]]*include[[:space:]]*[<"](SDL2/)?SDL' \
    --include='*.[chS]' emu tests guestkernel guestapps |
    grep -vE '^emu/app/window_sdl\.c$')
while IFS= read -r file; do
    fail "$file: includes <cmocka.h> outside tests/"
done < <(grep -rl '<cmocka.h>' --include='*.[chS]' emu guestkernel guestapps)
while IFS= read -r file; do
    fail "$file: the guest includes more of the emulator than platform/"
done < <(grep -rnE '#[[:space:]]*include[[:space:]]*".*emu/' \
    --include='*.[chS]' guestkernel guestapps | grep -v 'emu/platform/' |
    cut -d: -f1)
while IFS= read -r file; do
    fail "$file: an unfinished mark (TODO, FIXME, XXX)"
done < <(grep -rlwE 'TODO|FIXME|XXX' emu guestkernel guestapps)

# Headers of the emulator compile alone.
flags=$(pkg-config --cflags pangocairo libdw unicorn 2>/dev/null)
for header in emu/*/*.h; do
    # shellcheck disable=SC2086
    cc -std=c11 -D_GNU_SOURCE $flags -fsyntax-only -xc "$header" 2>/tmp/h.$$ ||
        { fail "$header: does not compile alone"; head -3 /tmp/h.$$; }
done
rm -f /tmp/h.$$

# platform.h holds nothing but #defines.
left=$(cc -E -P -xc emu/platform/platform.h | grep -c .)
[ "$left" -eq 0 ] || fail "emu/platform/platform.h: more than #defines"

[ "$failed" -eq 0 ] && echo "layers: $checked includes checked"
exit $((failed > 0))
