#!/usr/bin/env bash
# Builds the service and the programs that it is compared with, and prints one line per figure: name, ratio, target,
# "met" or "short". The absolute values go to standard error. Exits with 1 if a target is missed.
#
#   tests/bench/run.sh [reads|refunds|registration|introspect|postgres_introspect|sign_in|import|order_import|
#                       postgres_reads|postgres_refunds|dispatch|transfer|deep_pages|footprint]...
#
# KEELSON_BUILD=DIR sets the build directory; default: build/. Run nothing else on the machine during a measurement.
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
# In the build directory, because a directory for temporary files may be in memory.
data=$(mktemp -d "$build/bench.XXXXXX")
"$release/tests/bench/keelson_bench" "$release/app/keelson" "$release/tests/bench/keelson_bench_echo" "$data" "$@"
