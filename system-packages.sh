#!/bin/sh
# Installs the system packages that are missing on Debian 12 and Ubuntu 24.04, or says how.
set -eu
command -v dpkg-query >/dev/null 2>&1 || exit 0

# Renamed by the 64-bit time change; whichever this release has.
either() {
    if apt-cache show "$2" >/dev/null 2>&1; then echo "$2"; else echo "$1"; fi
}
wanted="python3 python3-venv fonts-noto-cjk libgl1 libegl1 libfontconfig1 libdbus-1-3 libxkbcommon0
libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0
libxcb-xkb1 libxcb-shape0 libxcb-randr0 libxcb-sync1 libxcb-xfixes0"
missing=""
for package in $wanted; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
glib_there=no
for package in libglib2.0-0 libglib2.0-0t64; do
    if dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then glib_there=yes; fi
done
[ "$glib_there" = yes ] || missing="$missing $(either libglib2.0-0 libglib2.0-0t64)"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as="sudo"
else
    echo "Some system packages are missing. Run this once, then try again:" >&2
    echo "  sudo apt-get update && sudo apt-get install -y$missing" >&2
    exit 1
fi
$as apt-get update -q
# The package lists may have been empty before: ask again for the renamed one.
if [ "$glib_there" = no ]; then
    missing="$(echo "$missing" | sed 's/libglib2.0-0t64//; s/libglib2.0-0//') $(either libglib2.0-0 libglib2.0-0t64)"
fi
# shellcheck disable=SC2086
$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -q $missing
