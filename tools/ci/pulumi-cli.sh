#!/usr/bin/env bash
# Builds Pulumi's CLI and what its tests in lab/src/pulumi-cli need from Go modules, in
#   ${XDG_CACHE_HOME:-~/.cache}/darkroom/pulumi-cli
# - pulumi and sdk-generator (the generators of SDKs): lab/src/pulumi-cli/go
# - pulumi-language-yaml: lab/src/pulumi-cli/go-yaml, because it needs an older version of the CLI's module
# - python: Pulumi's SDK for Python, if there is Python 3 with venv
# It needs Go. The first build takes 7 to 10 minutes on two cores, later ones seconds: Go caches what it has compiled.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../lab/src/pulumi-cli"

dir=${XDG_CACHE_HOME:-$HOME/.cache}/darkroom/pulumi-cli
module=github.com/pulumi/pulumi/pkg/v3
version=$(sed -n "s|.*\s$module v\([0-9.]*\).*|\1|p" go/go.mod)
sources=$(cat go/go.mod go/sdk-generator/main.go go-yaml/go.mod programs/python-packages.txt | cksum)
if [ -x "$dir/pulumi" ] && [ "$(cat "$dir/version")" = "$version $sources" ]; then exit 0; fi

mkdir -p "$dir"
# build FOLDER PROGRAM PACKAGE
build() {
  (cd "$1" && go build -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$version" \
    -o "$dir/$2.new" "$3")
  mv "$dir/$2.new" "$dir/$2"
}
build go pulumi "$module/cmd/pulumi"
build go sdk-generator ./sdk-generator
build go-yaml pulumi-language-yaml github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml
if python3 -c 'import ensurepip' 2>/dev/null; then
  python3 -m venv --clear "$dir/python"
  "$dir/python/bin/pip" install --quiet --no-deps --disable-pip-version-check -r programs/python-packages.txt
fi
printf '%s\n' "$version $sources" >"$dir/version"
