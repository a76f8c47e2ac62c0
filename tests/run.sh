#!/bin/sh
# run.sh [CTEST ARGUMENT...]: installs what is missing, builds everything and runs every test, or those that the
# arguments choose: by program (-R store), suite (-L e2e) or single case (-C cases -R 'a read sees').
# KEELSON_BUILD=DIR builds there instead of build/.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
"$root/cmake/install-packages.sh" "$root/cmake/packages.txt" "$root/tests/packages.txt"
. "$root/cmake/build-folder.sh"
"$root/tests/install-npm.sh" "$release/npm" ||
  echo "No npm packages: the tests of clients from outside are skipped." >&2
configure_build
cmake --build "$release" --parallel "$(nproc)"
# The tests find the commands that the package lists bring, and no others that this machine may have.
python3 -B "$root/tests/packages/link_commands.py" "$release/commands" "$root/cmake/packages.txt" "$root/tests/packages.txt"
cd "$release"
# One more than there are processors, because most tests wait for timeouts and disks for part of their time.
PATH=$release/commands exec ctest --output-on-failure --parallel $(($(nproc) + 1)) "$@"
