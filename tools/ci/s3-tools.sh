#!/usr/bin/env bash
# Installs S3 clients and an emulator that others wrote, for the tests in lab/src/s3-clients and lab/src/moto, in
#   ${XDG_CACHE_HOME:-~/.cache}/darkroom/s3-tools
# - python/bin: boto3, minio, s3fs and moto_server (python-packages.txt). It needs Python 3 with venv.
# - bin/mc: MinIO's client, built from its Go module. It needs Go.
# Prints the path of the folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

mc=github.com/minio/mc@v0.0.0-20250313080218-cf909e1063a9
dir=${XDG_CACHE_HOME:-$HOME/.cache}/darkroom/s3-tools
sources=$(cat s3-tools.sh python-packages.txt | cksum)
echo "$dir"
if [ "$(cat "$dir/version" 2>/dev/null)" = "$sources" ]; then exit 0; fi

rm -rf "$dir"
mkdir -p "$dir"
python3 -m venv "$dir/python" >&2
"$dir/python/bin/pip" install --quiet --no-deps --disable-pip-version-check -r python-packages.txt >&2
GOBIN="$dir/bin" go install "$mc" >&2
echo "$sources" >"$dir/version"
