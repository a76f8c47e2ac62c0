#!/bin/sh
# install-packages.sh LIST...: installs the missing packages of the package lists. Needs root or sudo only if a package is
# missing.
set -eu

missing=$(sed -e 's/#.*//' "$@" | while read -r package command; do
  [ -n "$package" ] || continue
  if [ -n "$command" ] && command -v "$command" >/dev/null 2>&1; then continue; fi
  echo "$package"
done | sort -u)
if [ -n "$missing" ]; then
  # shellcheck disable=SC2086  # one word per package
  installed=$(dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' $missing 2>/dev/null |
    sed -n 's/ installed$//p' | sort -u || true)
  missing=$(printf '%s\n' "$missing" | grep -vxF -e "$installed" || true)
fi
[ -n "$missing" ] || exit 0
missing=$(echo $missing)

if [ "$(id -u)" -eq 0 ]; then
  as_root=env
elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
  as_root='sudo env'
else
  echo "Missing packages: $missing. Installing them needs root or sudo: run again as root, or install them first." >&2
  exit 1
fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "Missing packages: $missing. This machine has no apt-get: install them by other means." >&2
  exit 1
fi

# The tests start their own servers. During installation no server is started and no PostgreSQL cluster is created;
# PgBouncer, Postfix, Prometheus and saslauthd are disabled at boot. Servers that were installed before are unchanged.
policy=/usr/sbin/policy-rc.d
cluster_policy=/etc/postgresql-common/createcluster.d/keelson.conf
start_no_servers() {
  $as_root mkdir -p "${cluster_policy%/*}" && echo 'create_main_cluster = false' | write_as_root "$cluster_policy"
  [ ! -e "$policy" ] || return 0
  printf '#!/bin/sh\ncase "$*" in *postgresql*|*pgbouncer*|*postfix*|*prometheus*|*saslauthd*) exit 101;; esac\n' | write_as_root "$policy"
  $as_root chmod 755 "$policy"
  own_policy=$policy
}

allow_servers() {
  # shellcheck disable=SC2086  # own_policy may be empty
  $as_root rm -f "$cluster_policy" ${own_policy:-}
  case " $missing " in *' pgbouncer '*) start_at_no_boot pgbouncer ;; esac
  case " $missing " in *' postfix '*) start_at_no_boot postfix ;; esac
  case " $missing " in *' prometheus '*) start_at_no_boot prometheus ;; esac
  case " $missing " in *' sasl2-bin '*) start_at_no_boot saslauthd ;; esac
}

start_at_no_boot() {
  $as_root update-rc.d "$1" disable >/dev/null 2>&1 || true
}

write_as_root() {
  $as_root tee "$1" >/dev/null
}

echo "Installing: $missing" >&2
log=$(mktemp)
trap 'allow_servers; rm -f "$log"' EXIT
trap 'exit 1' HUP INT TERM
start_no_servers
apt="$as_root DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0"
# shellcheck disable=SC2086  # words of a command, and one word per package
if ! { $apt update && $apt install -y --no-install-recommends $missing; } >"$log" 2>&1 </dev/null; then
  cat "$log" >&2
  exit 1
fi
