#!/bin/bash
# window_test.sh SALLYPORT KERNEL INITRD OUTDIR: uses the window as a person
# would, under an X server of its own (Xvfb), with keys and clicks (xdotool),
# and checks what it says by its title:
#
#   sallyport - PROGRAM - STATE - #N CROSSING - FUNCTION+OFFSET pc 0x...
#
# Pictures of the way are left in OUTDIR. Status 77: a tool is missing.
set -u
sallyport=$1 kernel=$2 initrd=$3 out=$4
for tool in Xvfb xdotool import; do
    command -v "$tool" >/dev/null || { echo "$tool is missing"; exit 77; }
done
mkdir -p "$out"
export XDG_CONFIG_HOME=$out/config # the tester's own stays as it is
rm -rf "$XDG_CONFIG_HOME"
kept=$XDG_CONFIG_HOME/sallyport/window
server= window= app=
images=(--kernel "$kernel" --initrd "$initrd")

finish() {
    [ -n "$app" ] && kill "$app" 2>/dev/null
    [ -n "$server" ] && kill "$server" 2>/dev/null
}
trap finish EXIT

fail() {
    echo "FAILED: $1"
    echo "  title: $(title)"
    [ -s "$out/window.log" ] && cat "$out/window.log"
    picture failed
    exit 1
}

title() {
    xdotool getwindowname "$window" 2>/dev/null
}

picture() {
    import -window "$window" "$out/$1.png" 2>/dev/null
}

# until PATTERN WHAT: waits until the title matches (bash pattern).
until_title() {
    local try
    for try in $(seq 200); do
        # shellcheck disable=SC2053
        [[ $(title) == $1 ]] && return
        kill -0 "$app" 2>/dev/null || fail "$2: the window is gone"
        sleep 0.05
    done
    fail "$2: waited for '$1'"
}

# press KEY PATTERN WHAT
press() {
    xdotool key --window "$window" "$1"
    until_title "$2" "$3"
}

start_server() {
    local try number=
    Xvfb -displayfd 3 -screen 0 2000x1300x24 -nolisten tcp \
        3>"$out/display" >/dev/null 2>&1 &
    server=$!
    for try in $(seq 200); do
        number=$(cat "$out/display")
        [ -n "$number" ] && break
        sleep 0.05
    done
    [ -n "$number" ] || { echo "Xvfb does not start"; exit 1; }
    export DISPLAY=:$number
}

# open_window SIZE WORDS...; SIZE -: as it was left
open_window() {
    local size=(--size "$1")
    [ "$1" = - ] && size=()
    SDL_VIDEODRIVER=x11 "$sallyport" "${images[@]}" \
        "${size[@]}" "${@:2}" >"$out/window.log" 2>&1 &
    app=$!
    local try
    for try in $(seq 200); do
        window=$(xdotool search --pid "$app" --name sallyport 2>/dev/null |
            tail -1)
        [ -n "$window" ] && break
        kill -0 "$app" 2>/dev/null || break
        sleep 0.05
    done
    [ -n "$window" ] || { cat "$out/window.log"; echo "no window"; exit 1; }
    xdotool windowfocus "$window" 2>/dev/null
}

close_window() {
    xdotool key --window "$window" ctrl+q 2>/dev/null # it goes with the key
    local try
    for try in $(seq 200); do
        kill -0 "$app" 2>/dev/null || break
        sleep 0.05
    done
    kill -0 "$app" 2>/dev/null && fail "Ctrl-Q does not close the window"
    wait "$app"
    status=$?
    app=
    [ "$status" = "$1" ] || fail "closing: status $status instead of $1"
}

start_server

# 1. hello, crossing by crossing until the write.
open_window 1600x1000 hello
until_title '*hello - paused - *' "opens paused at the program's beginning"
for step in $(seq 40); do
    case $(title) in *'write(fd=1'*) break ;; esac
    before=$(title)
    xdotool key --window "$window" c
    for try in $(seq 100); do
        [ "$(title)" != "$before" ] && break
        sleep 0.05
    done
done
until_title '*paused - #* write(fd=1, buf=0x*, n=13) - uservec pc 0x*' \
    "next crossing until the write"
sleep 0.3
picture 1-write

# 2. By instruction through the trampoline into C ...
in_trampoline=0
for step in $(seq 120); do
    now=$(title)
    case $now in
        *uservec*) in_trampoline=$((in_trampoline + 1)) ;;
        *) break ;;
    esac
    [ "$step" = 20 ] && picture 2-trampoline
    xdotool key --window "$window" s
    for try in $(seq 100); do
        [ "$(title)" != "$now" ] && break
        sleep 0.02
    done
done
[ "$in_trampoline" -gt 30 ] || fail "only $in_trampoline steps in uservec"
until_title '*paused*write(fd=1*pc 0xffffffc0802*' "arrived in the kernel's C"
for line in 1 2 3 4; do
    now=$(title)
    xdotool key --window "$window" l
    for try in $(seq 100); do
        [ "$(title)" != "$now" ] && break
        sleep 0.02
    done
done
sleep 0.3
picture 3-in-c

# 3. ... and out again.
press o '*paused - #* write(fd=1*write+0x* pc 0x10*' "out to the user"
sleep 0.3
picture 4-back-in-user

# 4. The mouse: the run button; the window stays open when the guest ends.
xdotool mousemove --window "$window" 50 22 click 1
until_title '*hello - ended*' "run button: to the end"
picture 5-ended
press s '*hello - ended*' "stepping an ended guest"
kill -0 "$app" || fail "the window closed with the guest"
close_window 0

# 5. The shell: typing, resizing, palettes, sizes, help.
open_window 1280x800
until_title '*sh - waiting*' "the shell waits at its prompt"
xdotool key --window "$window" Tab
xdotool type --window "$window" --delay 20 'crash null-load; echo alive'
xdotool key --window "$window" Return
until_title '*sh - waiting*#*read(*' "the command ran"
sleep 0.5
picture 6-shell
idle_before=$(cut -d' ' -f14 "/proc/$app/stat")
sleep 2
idle=$(($(cut -d' ' -f14 "/proc/$app/stat") - idle_before))
[ "$idle" -le 4 ] || fail "idling takes $idle ticks of CPU in 2 seconds"
xdotool key --window "$window" Escape
for size in '1024 700' '1900 1250' '300 200'; do
    # shellcheck disable=SC2086
    xdotool windowsize "$window" $size
    sleep 0.4
    kill -0 "$app" 2>/dev/null || fail "resized to $size: gone"
    picture "7-size-${size/ /x}"
done
xdotool windowsize "$window" 1600 1000
for key in p ctrl+plus ctrl+plus F1; do
    xdotool key --window "$window" "$key"
    sleep 0.2
done
picture 8-help-dark
for key in Escape ctrl+0 p slash; do
    xdotool key --window "$window" "$key"
done
xdotool type --window "$window" --delay 20 'no_such_thing'
xdotool key --window "$window" Return
sleep 0.4
picture 9-error-told
kill -0 "$app" 2>/dev/null || fail "an error closed the window"
close_window 0

# 6. It opens as it was left; a bad file is told in one line and left alone
# until the window closes.
grep -qx 'size 1600x1000' "$kept" || fail "the size is not kept: $(cat "$kept")"
grep -qx 'palette light' "$kept" || fail "the palette is not kept"
printf 'size 1200x800\npalette dark\nzoom 1.125\nspeed max\ntabs processes card ports\n' \
    >"$kept"
open_window - hello
until_title '*hello - paused - *' "opens as it was left"
[[ $(xdotool getwindowgeometry "$window") == *1200x800* ]] ||
    fail "opens as it was left: $(xdotool getwindowgeometry "$window")"
sleep 0.4
picture 10-as-left
xdotool key --window "$window" p
close_window 0
grep -qx 'palette light' "$kept" || fail "the palette is not kept: $(cat "$kept")"
grep -qx 'tabs processes card ports' "$kept" || fail "the tabs are not kept"
grep -qx 'zoom 1.1250' "$kept" || fail "the zoom is not kept"
grep -qx 'speed max' "$kept" || fail "the speed is not kept"
[ "$(ls "$(dirname "$kept")")" = window ] || fail "more than one file is left"
printf 'size 1200x800\npalette pink\n' >"$kept"
open_window - hello
until_title '*hello - paused - *' "opens with a bad file"
[[ $(xdotool getwindowgeometry "$window") == *1600x1000* ]] ||
    fail "a bad file does not mean the defaults"
[ "$(grep -c . "$out/window.log")" = 1 ] ||
    fail "a bad file is not told in one line"
grep -q 'sallyport/window:2: not understood' "$out/window.log" ||
    fail "a bad file is not told: $(cat "$out/window.log")"
close_window 0
head -c 300000 /dev/urandom >"$kept"
open_window - hello
until_title '*hello - paused - *' "opens with a file of noise"
close_window 0
chmod 500 "$XDG_CONFIG_HOME/sallyport"
if ! touch "$XDG_CONFIG_HOME/sallyport/x" 2>/dev/null; then # not for root
    open_window - hello
    until_title '*hello - paused - *' "opens where nothing can be kept"
    close_window 0
    grep -q 'layout is not kept' "$out/window.log" ||
        fail "what cannot be kept is not told"
fi
chmod 700 "$XDG_CONFIG_HOME/sallyport"

# 7. Back, in every way there is: a title names the moment (crossing, pc).
# changed KEY: presses it and waits until the title is another one.
changed() {
    local before try
    before=$(title)
    xdotool key --window "$window" "$1"
    for try in $(seq 100); do
        [ "$(title)" != "$before" ] && return
        sleep 0.02
    done
    fail "$1 changes nothing"
}

# here: the title without the words that say whether it is the past
here() {
    title | sed 's/ in the past//'
}

open_window 1600x1000 hello
until_title '*hello - paused - *' "opens"
for step in $(seq 40); do
    case $(title) in *'write(fd=1'*) break ;; esac
    changed c
done
for key in s l; do
    way=()
    for step in 1 2 3 4 5; do
        way+=("$(here)")
        changed $key
    done
    picture 11-forward-$key
    for step in 4 3 2 1 0; do
        changed "shift+$key"
        [ "$(here)" = "${way[$step]}" ] ||
            fail "Shift $key: not back at '${way[$step]}'"
    done
done
until_title '*paused in the past*' "five steps back are in the past"
picture 12-five-back
changed shift+o
until_title '*write+0x*' "out of the trap backwards: at the ecall"
changed c
in_trap=$(here)
changed c
changed shift+i
[ "$(here)" = "$in_trap" ] || fail "previous crossing of this process"
changed c
changed shift+c
[ "$(here)" = "$in_trap" ] || fail "previous crossing"
changed Home
until_title '*in the past - #0 no crossing*' "the first moment"
changed End
xdotool key --window "$window" r
until_title '*hello - ended - *' "to the end"
ended=$(title)
changed shift+c
until_title '*paused in the past - #*' "back from the end"
changed End
[ "$(title)" = "$ended" ] || fail "forward to the end again"

# ... with the mouse: the left end of `step`, and the cursor dragged.
xdotool mousemove --window "$window" 122 22 click 1
until_title '*paused in the past*' "a click on the button's left end"
xdotool mousemove --window "$window" 1450 530 mousedown 1
seen=
for x in 1300 1100 800 500 300; do
    xdotool mousemove --window "$window" "$x" 530
    sleep 0.3
    [ "$(title)" != "$seen" ] || fail "dragging the cursor to $x: nothing moves"
    seen=$(title)
done
picture 13-scrubbing
xdotool mousemove --window "$window" 1598 530
until_title '*hello - ended - *' "dragged to the newest moment"
xdotool mouseup 1
changed shift+c
xdotool key --window "$window" slash
xdotool type --window "$window" --delay 20 '@300000'
changed Return
until_title '*paused in the past*' "to a clock by the find field"
xdotool key --window "$window" slash
xdotool type --window "$window" --delay 20 '#12'
xdotool key --window "$window" Return
changed Return
until_title '*paused in the past - #11 *' "to crossing 12: before its trap"
xdotool key --window "$window" End
until_title '*hello - ended - *' "the end once more"
xdotool mousemove --window "$window" 200 840 click --repeat 2 --delay 60 1
until_title '*paused in the past*' "a double click in the table"
close_window 0

# ... breakpoints both ways, and the last write of a byte.
# find TEXT
find_field() {
    xdotool key --window "$window" slash
    xdotool type --window "$window" --delay 20 "$1"
    xdotool key --window "$window" Return
}
open_window 1600x1000 hello
until_title '*hello - paused - *' "opens"
find_field 'break copyin'
xdotool key --window "$window" r
until_title '*paused - #* write(fd=1* - copyin pc *' "runs to the breakpoint"
find_field 0x12260
sleep 0.3
xdotool key --window "$window" w
until_title '*paused in the past - #* pc 0x1*' "the last write of the text"
picture 17-last-write
changed End
xdotool mousemove --window "$window" 24 22 click 1
until_title '*in the past - #* - copyin pc *' "back to the breakpoint before"
xdotool key --window "$window" k
sleep 0.3
picture 16-breakpoints
xdotool mousemove --window "$window" 100 773 click 1 # removes it
xdotool key --window "$window" r
until_title '*hello - ended - *' "without it: to the end"
close_window 0

# ... and in a recording, which brings its future along.
rm -f "$out/hello.db"
timeout 60 "$sallyport" trace --kernel "$kernel" --initrd "$initrd" \
    -o "$out/hello.db" hello </dev/null >"$out/trace.log" 2>&1 ||
    { cat "$out/trace.log"; echo "no recording"; exit 1; }
images=() # they are inside
open_window 1600x1000 gui "$out/hello.db"
images=(--kernel "$kernel" --initrd "$initrd")
until_title '*hello - paused in the past - *' "opens a recording at the program"
changed End
until_title '*hello - paused - #* exit(*' "to where it ends"
changed shift+c
until_title '*paused in the past - #* exit(*' "back in it"
close_window 0

# 8. Typing in the past: another branch; both can be taken up.
open_window 1600x1000
until_title '*sh - waiting*' "the shell waits at its prompt"
xdotool key --window "$window" Tab
xdotool type --window "$window" --delay 20 'echo one'
xdotool key --window "$window" Return Escape
until_title '*sh - waiting - #[5-9][0-9] read(*' "one was printed"
first=$(title)
for step in 1 2 3; do
    changed shift+c
done
xdotool key --window "$window" Tab
xdotool type --window "$window" --delay 20 'ls'
xdotool key --window "$window" Return Escape
until_title '*paused - *' "a branch has begun"
sleep 0.3
picture 14-branch
xdotool key --window "$window" r
until_title '*sh - waiting - #*b2 read(*' "the branch runs, its crossings say b2"
xdotool key --window "$window" b
sleep 0.4
picture 15-branches
rm -f "$out/branch.db"
find_field "save $out/branch.db"
for try in $(seq 100); do
    [ -s "$out/branch.db" ] && break
    sleep 0.1
done
xdotool mousemove --window "$window" 100 800 click 1 # branch 1
until_title '*paused - #[5-9][0-9] read(*' "the first branch again, to its end"
[ "${first#*#}" = "$(title | sed 's/^[^#]*#//')" ] || fail "not where it was"
close_window 0
replayed=$(timeout 60 "$sallyport" replay --quiet "$out/branch.db" </dev/null)
[[ $replayed == *one*README* ]] ||
    fail "the branch that was saved prints: $replayed"

# 9. With no display: one line, status 123.
message=$(env -u DISPLAY -u WAYLAND_DISPLAY timeout 20 "$sallyport" --kernel "$kernel" \
    --initrd "$initrd" hello 2>&1)
status=$?
[ "$status" = 123 ] || fail "without a display: status $status"
[ "$(printf '%s\n' "$message" | grep -c .)" = 1 ] ||
    fail "without a display: not one line: $message"
echo "PASSED"
