#!/bin/sh
# run.sh [--build-only] [ARGUMENT...]: installs missing packages, builds the service and runs it with app/keelson.toml.
# Stores all data in build/run/. Passes each ARGUMENT to `keelson serve`, such as --set server.listen=…
# KEELSON_BUILD=DIR sets the build directory; default: build/.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build_only=no
if [ "${1:-}" = --build-only ]; then
  build_only=yes
  shift
fi

"$root/cmake/install-packages.sh" "$root/cmake/packages.txt"
. "$root/cmake/build-folder.sh"
# Configures a build without the tests, because their packages may be missing. tests/run.sh adds the tests later.
[ -e "$release/build.ninja" ] || configure_build -D KEELSON_TESTS=OFF
cmake --build "$release" --target keelson --parallel "$(nproc)"
[ "$build_only" = no ] || exit 0

data=$build/run
mkdir -p "$data/mail"
sed -e "s|MAIL_DIRECTORY|$data/mail|g" -e "s|PROGRAM_DIRECTORY|$release/app|g" "$root/app/walk.txt"
exec "$release/app/keelson" serve --config "$root/app/keelson.toml" \
  --set "store.sqlite.path=$data/keelson.db" --set "email.file.directory=$data/mail" "$@"
