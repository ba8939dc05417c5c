#!/bin/bash
# The contract of the published image's entry point, as far as the project uses it:
#   POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE (one is wanted), POSTGRES_USER, POSTGRES_DB (each also as _FILE),
#   POSTGRES_INITDB_ARGS; files of /docker-entrypoint-initdb.d run in order, on the first start only, against a server
#   that listens on its socket alone; loopback and socket trusted, every other address by password.
set -euo pipefail

from_file() { # NAME DEFAULT: the variable, else the content of the file that NAME_FILE names, else the default
  local name="$1" file="${1}_FILE"
  if [ -n "${!name:-}" ] && [ -n "${!file:-}" ]; then
    echo "error: both $name and $file are set (but are exclusive)" >&2
    exit 1
  fi
  local value="${!name:-$2}"
  [ -z "${!file:-}" ] || value="$(<"${!file}")"
  export "$name=$value"
  unset "$file"
}

query() { psql -v ON_ERROR_STOP=1 --no-psqlrc --no-password --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" "$@"; }

run_file() {
  echo "$0: running $1"
  case "$1" in
    *.sh) if [ -x "$1" ]; then "$1"; else . "$1"; fi ;;
    *.sql) query -f "$1" ;;
    *.sql.gz) gunzip -c "$1" | query ;;
    *) echo "$0: ignoring $1" ;;
  esac
}

first_start() {
  if [ -z "$POSTGRES_PASSWORD" ]; then
    echo "Error: Database is uninitialized and superuser password is not specified." >&2
    exit 1
  fi
  # shellcheck disable=SC2086
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") ${POSTGRES_INITDB_ARGS:-}
  printf '\nhost all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  pg_ctl -D "$PGDATA" -o "$(printf '%q ' "${@:2}" -c listen_addresses= -p 5432)" -w start
  if [ "$POSTGRES_DB" != postgres ]; then
    psql -v ON_ERROR_STOP=1 --no-psqlrc --no-password --username "$POSTGRES_USER" --dbname postgres \
      --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db";'
  fi
  for file in /docker-entrypoint-initdb.d/*; do
    [ ! -e "$file" ] || run_file "$file"
  done
  pg_ctl -D "$PGDATA" -m fast -w stop
  echo 'PostgreSQL init process complete; ready for start up.'
}

[ "${1:-postgres}" = "${1#-}" ] || set -- postgres "$@"
if [ "${1:-}" = postgres ]; then
  if [ "$(id -u)" = 0 ]; then
    install -d -o postgres -g postgres -m 700 "$PGDATA"
    install -d -o postgres -g postgres -m 3777 /var/run/postgresql
    find /var/lib/postgresql \! -user postgres -exec chown postgres '{}' +
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
  fi
  from_file POSTGRES_PASSWORD ''
  from_file POSTGRES_USER postgres
  from_file POSTGRES_DB "$POSTGRES_USER"
  if [ ! -s "$PGDATA/PG_VERSION" ]; then
    mkdir -p -m 700 "$PGDATA"
    PGPASSWORD="$POSTGRES_PASSWORD" first_start "$@"
  fi
  unset POSTGRES_PASSWORD
fi
exec "$@"
