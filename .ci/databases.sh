#!/usr/bin/env bash
# Runs a command beside a PostgreSQL and a MariaDB of its own, and stops them
# when it is over, however it ends.
#
#   .ci/databases.sh COMMAND…
#
# COMMAND finds the servers in GUANXI_POSTGRES_DSN and GUANXI_MYSQL_DSN, as its
# user may create databases there. The servers listen on free ports of 127.0.0.1
# and keep everything in a temporary folder. A variable that is set already is
# left as it is, and no server of that kind started.
#
# GUANXI_DURABLE=1    the servers wait for the disk at each commit, as a shop's
#                     would; without it they do not, which tests do not need
#
# Needs the programs of the Debian packages postgresql and mariadb-server; where
# they are missing and this runs as root, installs them (apt-get). PostgreSQL
# refuses to run as root: then both run as the user "nobody".
set -euo pipefail

sync=off flush=0
if [[ ${GUANXI_DURABLE:-0} != 0 ]]; then sync=on flush=1; fi

if [[ $# == 0 ]]; then
  echo "usage: .ci/databases.sh COMMAND…" >&2
  exit 2
fi

die() {
  printf 'databases.sh: %s\n' "$*" >&2
  exit 1
}

# --- the programs ------------------------------------------------------------

# Those of a package that only other programs use are in no PATH.
postgres_bin() {
  local dir
  for dir in $(compgen -G '/usr/lib/postgresql/*/bin' | sort -Vr) "$(dirname "$(readlink -f "$(command -v postgres || echo /)")")"; do
    if [[ -x $dir/initdb && -x $dir/postgres && -x $dir/psql ]]; then
      printf '%s\n' "$dir"
      return
    fi
  done
}
mariadb_server() { PATH=$PATH:/usr/sbin:/usr/libexec command -v mariadbd || PATH=$PATH:/usr/sbin:/usr/libexec command -v mysqld || true; }
mariadb_client() { command -v mariadb || command -v mysql || true; }
mariadb_install() { command -v mariadb-install-db || command -v mysql_install_db || true; }

missing=()
if [[ -z ${GUANXI_POSTGRES_DSN:-} && -z $(postgres_bin) ]]; then missing+=(postgresql); fi
if [[ -z ${GUANXI_MYSQL_DSN:-} && (-z $(mariadb_server) || -z $(mariadb_client) || -z $(mariadb_install)) ]]; then missing+=(mariadb-server); fi
if [[ ${#missing[@]} != 0 ]]; then
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    die "not installed: ${missing[*]}"
  fi
  echo "databases.sh: installing ${missing[*]}" >&2
  log=$(mktemp)
  # The packages' own servers are not started.
  if ! { apt-get update && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "could not install ${missing[*]}"
  fi
  rm -f "$log"
fi

# --- starting and stopping -----------------------------------------------------

work=$(mktemp -d "${TMPDIR:-/tmp}/guanxi-db.XXXXXX")
work=$(cd "$work" && pwd -P) # as the servers tell it
chmod 711 "$work"
as=() # how to run as another user
if [[ $(id -u) == 0 ]]; then
  as=(setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups)
  command -v setpriv >/dev/null || die "setpriv is missing (util-linux)"
fi

pids=()
command_pid=""
# shellcheck disable=SC2317 # the trap calls it
finish() {
  local status=$? pid _
  trap - EXIT
  trap '' INT TERM HUP
  # All that the command started: it leads a group of its own.
  if [[ -n $command_pid ]]; then
    kill -TERM -- "-$command_pid" 2>/dev/null || true
    for _ in $(seq 50); do
      kill -0 -- "-$command_pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL -- "-$command_pid" 2>/dev/null || true
    wait "$command_pid" 2>/dev/null || true
  fi
  for pid in ${pids[@]+"${pids[@]}"}; do
    kill -INT "$pid" 2>/dev/null || true # of PostgreSQL the fast shutdown; MariaDB ignores it
    kill -TERM "$pid" 2>/dev/null || true
  done
  for pid in ${pids[@]+"${pids[@]}"}; do
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# taken PORT: does anything listen there?
taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
  local port
  for _ in $(seq 50); do
    port=$((20000 + RANDOM % 30000))
    if ! taken "$port"; then
      printf '%s\n' "$port"
      return
    fi
  done
  die "no free port"
}

# await NAME PID LOG QUERY…: until QUERY answers, which tells the folder of the
# server's data: another server may have the port, and one that listens need not
# be ready, or know the user; 1 if it ended.
await() {
  local name=$1 pid=$2 log=$3 _
  shift 3
  for _ in $(seq 600); do
    if ! kill -0 "$pid" 2>/dev/null; then return 1; fi
    if [[ $("$@" 2>/dev/null) == "$work"/* ]]; then return 0; fi
    sleep 0.1
  done
  tail -n 20 "$log" >&2
  die "$name did not start within a minute"
}

start_postgres() {
  local bin dir=$work/postgres port pid _
  bin=$(postgres_bin)
  install -d -m 700 "$dir"
  if [[ ${#as[@]} != 0 ]]; then chown nobody "$dir"; fi
  if ! "${as[@]}" env -i PATH="$bin:$PATH" LC_ALL=C "$bin/initdb" -D "$dir/data" -U guanxi -A trust -E UTF8 --locale=C --no-sync >"$work/postgres.log" 2>&1; then
    cat "$work/postgres.log" >&2
    die "initdb failed"
  fi
  for _ in 1 2 3 4 5; do # another may take the port first
    port=$(free_port)
    # setsid: an interrupt of the terminal is for the command.
    setsid "${as[@]}" env -i PATH="$bin:$PATH" LC_ALL=C "$bin/postgres" -D "$dir/data" -h 127.0.0.1 -p "$port" -k "$dir" \
      -c fsync="$sync" -c full_page_writes="$sync" -c synchronous_commit="$sync" -c max_connections=200 >"$work/postgres.log" 2>&1 &
    pid=$!
    pids+=("$pid")
    if await PostgreSQL "$pid" "$work/postgres.log" \
      env -i PATH="$bin:$PATH" PGCONNECT_TIMEOUT=5 psql -X -A -t -w -h 127.0.0.1 -p "$port" -U guanxi -d postgres -c 'SHOW data_directory'; then
      export GUANXI_POSTGRES_DSN="postgres://guanxi@127.0.0.1:$port/postgres?sslmode=disable"
      return
    fi
  done
  cat "$work/postgres.log" >&2
  die "PostgreSQL did not start"
}

start_mariadb() {
  local server dir=$work/mariadb port pid _
  server=$(mariadb_server)
  install -d -m 700 "$dir" "$dir/tmp"
  if [[ ${#as[@]} != 0 ]]; then chown nobody "$dir" "$dir/tmp"; fi
  if ! "${as[@]}" "$(mariadb_install)" --no-defaults --datadir="$dir/data" --auth-root-authentication-method=normal --skip-test-db --skip-log-bin >"$work/mariadb.log" 2>&1; then
    cat "$work/mariadb.log" >&2
    die "mariadb-install-db failed"
  fi
  printf '%s\n' "CREATE USER guanxi@'127.0.0.1';" "GRANT ALL ON *.* TO guanxi@'127.0.0.1' WITH GRANT OPTION;" >"$work/init.sql" # a line each
  chmod 644 "$work/init.sql"
  for _ in 1 2 3 4 5; do
    port=$(free_port)
    setsid "${as[@]}" "$server" --no-defaults --datadir="$dir/data" --tmpdir="$dir/tmp" --bind-address=127.0.0.1 --port="$port" --socket="$dir/socket" --pid-file="$dir/pid" \
      --skip-name-resolve --init-file="$work/init.sql" --character-set-server=utf8mb4 --max-connections=200 --skip-log-bin \
      --innodb-flush-log-at-trx-commit="$flush" --innodb-buffer-pool-size=128M >"$work/mariadb.log" 2>&1 &
    pid=$!
    pids+=("$pid")
    if await MariaDB "$pid" "$work/mariadb.log" \
      "$(mariadb_client)" --no-defaults --connect-timeout=5 -N -B -h 127.0.0.1 -P "$port" -u guanxi -e 'SELECT @@datadir'; then
      export GUANXI_MYSQL_DSN="guanxi@tcp(127.0.0.1:$port)/"
      return
    fi
  done
  cat "$work/mariadb.log" >&2
  die "MariaDB did not start"
}

if [[ -z ${GUANXI_POSTGRES_DSN:-} ]]; then start_postgres; fi
if [[ -z ${GUANXI_MYSQL_DSN:-} ]]; then start_mariadb; fi

# In the background, so that a signal ends the waiting and finish runs; in a group
# of its own, so that finish ends all of it.
setsid "$@" <&0 &
command_pid=$!
status=0
wait "$command_pid" || status=$?
exit "$status"
