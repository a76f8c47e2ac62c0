#!/bin/sh
# update-reference.sh [KEELSON]: replaces the configuration reference in app/README.md with the output of
# `KEELSON config reference`; KEELSON defaults to the binary that app/run.sh builds.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
keelson=${1:-${KEELSON_BUILD:-$root/build}/release/app/keelson}
readme=$root/app/README.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$keelson" config reference > "$work/reference"
awk -v reference="$work/reference" '
  /<!-- reference:end -->/ { skip = 0 }
  !skip { print }
  /<!-- reference:begin -->/ {
    print "```toml"
    while ((getline line < reference) > 0) print line
    print "```"
    skip = 1
  }' "$readme" > "$work/readme"
cat "$work/readme" > "$readme"
