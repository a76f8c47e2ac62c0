#!/usr/bin/env bash
# Builds the service and its limits, measures one against the other, and prints a line a figure: name, ratio, bar,
# met or short. What lies behind the ratios goes to standard error. Exits 1 where a figure is short.
#
#   tests/bench/run.sh [reads|refunds|registration|postgres_reads|postgres_refunds|dispatch|transfer|deep_pages|footprint]...
#
# KEELSON_BUILD=DIR builds there instead of in build/. Nothing else should run on the machine meanwhile.
set -euo pipefail
root=$(cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$root"
. cmake/build-folder.sh
cmake/install-packages.sh cmake/packages.txt tests/packages.txt

log=$(mktemp)
data=
trap 'rm -rf "$log" ${data:+"$data"}' EXIT
if ! { configure_build && cmake --build "$release" --target keelson keelson_bench keelson_bench_echo; } >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
# Beside the build: on a disk, which a folder for temporary files may not be.
data=$(mktemp -d "$build/bench.XXXXXX")
"$release/tests/bench/keelson_bench" "$release/app/keelson" "$release/tests/bench/keelson_bench_echo" "$data" "$@"
