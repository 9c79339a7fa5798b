#!/usr/bin/env bash
# Builds Pulumi's CLI from the Go modules that lab/src/pulumi-cli/go/go.mod names, for the tests in lab/src/pulumi-cli:
#   ${XDG_CACHE_HOME:-~/.cache}/darkroom/pulumi-cli/pulumi
# It needs Go. The first build takes 6 to 8 minutes on two cores, later ones seconds: Go caches what it has compiled.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../lab/src/pulumi-cli/go"

dir=${XDG_CACHE_HOME:-$HOME/.cache}/darkroom/pulumi-cli
module=github.com/pulumi/pulumi/pkg/v3
version=$(sed -n "s|^\s*$module v\([0-9.]*\).*|\1|p" go.mod)
if [ -x "$dir/pulumi" ] && [ "$(cat "$dir/version")" = "$version" ]; then exit 0; fi

mkdir -p "$dir"
go build -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$version" \
  -o "$dir/pulumi.new" "$module/cmd/pulumi"
mv "$dir/pulumi.new" "$dir/pulumi"
printf '%s\n' "$version" >"$dir/version"
