#!/bin/sh
# readme_reference.sh KEELSON README: the README's reference of the configuration is what `keelson config reference`
# prints.
set -eu

shown=$(sed -n '/<!-- reference:begin -->/,/<!-- reference:end -->/p' "$2" | grep -v -e '^<!-- ' -e '^```')
if [ "$shown" != "$("$1" config reference)" ]; then
  echo "the configuration reference in $2 is out of date: put the output of 'keelson config reference' there" >&2
  exit 1
fi
