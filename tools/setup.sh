# setup.sh - what run.sh and test.sh share: packages, configure, build. Sourced
# by bash, with `here` set to the project's root.

# The packages of a list file that are not installed, one a line.
missing_packages() {
    local line choice alternative installed
    installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' |
        sed -n 's/^installed //p')
    while read -r line; do
        case $line in ''|'#'*) continue ;; esac
        choice=
        for alternative in ${line//|/ }; do
            if grep -qxF -- "$alternative" <<<"$installed"; then
                choice=installed
            fi
        done
        [ "$choice" = installed ] || echo "$line"
    done <"$1"
}

# Turns "a|b" lines into the first package that this release has.
choose_packages() {
    local line alternative
    for line in "$@"; do
        for alternative in ${line//|/ }; do
            if [ "$alternative" = "$line" ] ||
                apt-cache show --no-all-versions "$alternative" \
                    >/dev/null 2>&1; then
                echo "$alternative"
                break
            fi
        done
    done
}

# install_packages FILE...: installs what is missing, as root or by sudo; else
# prints the one command and stops.
install_packages() {
    local file wanted=() sudo=
    command -v dpkg-query >/dev/null || {
        echo "sallyport: set-up: this is no Debian or Ubuntu; install by hand" \
            "what apt-packages.txt lists" >&2
        return 1
    }
    for file in "$@"; do
        mapfile -t -O "${#wanted[@]}" wanted < <(missing_packages "$file")
    done
    [ ${#wanted[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        sudo=sudo
        if ! command -v sudo >/dev/null ||
            ! { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
            echo "sallyport: set-up: packages are missing; as root, run" >&2
            echo "apt-get install -y $(choose_packages "${wanted[@]}" |
                tr '\n' ' ')" >&2
            return 1
        fi
    fi
    $sudo apt-get update -q >&2
    mapfile -t wanted < <(choose_packages "${wanted[@]}")
    echo "sallyport: set-up: installing ${wanted[*]}" >&2
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
        --no-install-recommends "${wanted[@]}" >&2
}

# build_preset NAME [cmake options]: configures once, builds what changed.
# Quiet when all goes well; the log of a failure is printed.
build_preset() {
    local preset=$1 log
    shift
    mkdir -p "$here/build"
    log=$here/build/$preset.log
    if [ ! -f "$here/build/$preset/build.ninja" ] || [ $# -gt 0 ]; then
        (cd "$here" && cmake --preset "$preset" "$@") >"$log" 2>&1 || {
            cat "$log" >&2
            echo "sallyport: set-up: cmake failed; see $log" >&2
            return 1
        }
    fi
    if [ -z "$(ninja -C "$here/build/$preset" -n 2>/dev/null |
        sed -n '/no work to do/p')" ]; then
        [ -f "$here/build/$preset/.built" ] ||
            echo "sallyport: set-up: building (once, a few minutes)" >&2
        ninja -C "$here/build/$preset" >"$log" 2>&1 || {
            tail -n 60 "$log" >&2
            echo "sallyport: set-up: the build failed; see $log" >&2
            return 1
        }
        touch "$here/build/$preset/.built"
    fi
}
