#!/bin/sh
# run.sh [CTEST ARGUMENT...]: installs what is missing, builds everything and runs every test, or those that the
# arguments choose (-R store, -L e2e). KEELSON_BUILD=DIR builds there instead of build/.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
"$root/cmake/install-packages.sh" "$root/cmake/packages.txt" "$root/tests/packages.txt"
. "$root/cmake/build-folder.sh"
"$root/tests/install-npm.sh" "$build/npm" ||
  echo "No npm packages: the tests of clients from outside are skipped." >&2
configure_build
cmake --build "$build" --parallel "$(nproc)"
cd "$build"
exec ctest --output-on-failure --parallel 2 "$@"
