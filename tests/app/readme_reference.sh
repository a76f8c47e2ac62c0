#!/bin/sh
# readme_reference.sh KEELSON README: compares the configuration reference in README with the output of
# `KEELSON config reference`.
set -eu

shown=$(sed -n '/<!-- reference:begin -->/,/<!-- reference:end -->/p' "$2" | grep -v -e '^<!-- ' -e '^```')
if [ "$shown" != "$("$1" config reference)" ]; then
  echo "the configuration reference in $2 is out of date: run ./app/update-reference.sh $1" >&2
  exit 1
fi
