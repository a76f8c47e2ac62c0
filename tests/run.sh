#!/bin/sh
# run.sh [CTEST ARGUMENT...]: installs missing packages, builds everything and runs all tests, or the tests that the
# arguments select: by program (-R store), suite (-L e2e) or test case (-C cases -R 'a read sees').
# KEELSON_BUILD=DIR sets the build directory; default: build/.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
"$root/cmake/install-packages.sh" "$root/cmake/packages.txt" "$root/tests/packages.txt"
. "$root/cmake/build-folder.sh"
"$root/tests/install-npm.sh" "$release/npm" ||
  echo "npm packages are missing: skipping the tests with external clients (tests/e2e/outside)." >&2
configure_build
cmake --build "$release" --parallel "$(nproc)"
# Restricts PATH to the commands of the listed packages, so that a test cannot depend on an undeclared package.
python3 -B "$root/tests/packages/link_commands.py" "$release/commands" "$root/cmake/packages.txt" "$root/tests/packages.txt"
cd "$release"
# One more job than processors, because most tests spend time waiting for timeouts and disks.
PATH=$release/commands exec ctest --output-on-failure --parallel $(($(nproc) + 1)) "$@"
