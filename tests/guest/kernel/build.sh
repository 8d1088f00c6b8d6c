#!/usr/bin/env bash
# build.sh - an archive like the guest's, with the kernel's test programs.
#
#   build.sh SOURCE-DIR APPS-BUILD-DIR OUT-DIR     -> OUT-DIR/initrd.tar
set -euo pipefail
[ $# = 3 ] || {
    echo "usage: build.sh SOURCE-DIR APPS-BUILD-DIR OUT-DIR" >&2
    exit 2
}
source=$1 apps=$2 out=$3
mkdir -p "$out/bin"
cp "$apps"/bin/{init,sh,true,false,echo,cat,test} "$out/bin"
for program in "$source"/tests/guest/kernel/*.c; do
    name=$(basename "$program" .c)
    [ "$out/bin/$name" -nt "$program" ] &&
        [ -z "$(find "$source/tests/guest/kernel" -name "*.h" -newer "$out/bin/$name")" ] &&
        [ "$out/bin/$name" -nt "$apps/sdk/libsallyport.a" ] && continue
    SALLYPORT_SDK_LIB=$apps/sdk "$source/guestapps/sdk/build.sh" -Wall -Wextra -Werror \
        -I"$source/guestkernel/abi" -o "$out/bin/$name" "$program"
done
"$source/guestapps/mkinitrd.sh" "$out/initrd.tar" "$source/guestapps/root" \
    "$out"/bin/*
