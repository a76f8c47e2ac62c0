#!/bin/sh
# install-npm.sh DIR: installs the pinned packages of tests/e2e/package-lock.json into DIR/node_modules, unless they are
# installed.
set -eu

source=$(CDPATH='' cd -- "$(dirname -- "$0")/e2e" && pwd)
mkdir -p "$1"
if cmp -s "$source/package-lock.json" "$1/installed.json"; then exit 0; fi
cp "$source/package.json" "$source/package-lock.json" "$1/"
npm install --prefix "$1" --ignore-scripts --no-audit --no-fund --loglevel=error >&2 </dev/null
cp "$source/package-lock.json" "$1/installed.json"
