# Sourced: services, each one process with a database of its own under $work. `better_auth NAME` and `mana_auth NAME` declare
# one; whatever differs between the two is in this file.
postgres=/usr/lib/postgresql/15/bin
server=${SERVER:-${CARGO_TARGET_DIR:-../target}/release/mana-auth}
node=better-auth/node_modules/.bin/node
export PASSWORD='vellum otter sextant brocade'
declare -A runtime serve host api login read ready management pid database bound data cache log

better_auth() {
    serve[$1]=serve_better_auth host[$1]=127.0.0.1:$(free_port)
    api[$1]=http://${host[$1]}/api/auth ready[$1]=${host[$1]}/api/auth/ok
    login[$1]=${api[$1]}/sign-in/email read[$1]=${api[$1]}/get-session
}

mana_auth() {
    serve[$1]=serve_mana_auth host[$1]=127.0.0.1:$(free_port) management[$1]=127.0.0.1:$(free_port)
    api[$1]=http://${host[$1]}/api/v1/auth ready[$1]=${management[$1]}/ready
    login[$1]=${api[$1]}/login read[$1]=${api[$1]}/session
}

# hyper alone, answering fields as ours (host/examples/bare_hyper.rs).
bare_hyper() {
    serve[$1]=serve_bare_hyper host[$1]=127.0.0.1:$(free_port)
    ready[$1]=${host[$1]}/ read[$1]=http://${host[$1]}/api/v1/auth/session
}

serve_bare_hyper() {
    cargo build --quiet --release --locked -p mana-auth --example bare_hyper
    exec "${CARGO_TARGET_DIR:-../target}/release/examples/bare_hyper" "${host[$1]}"
}

# A port that nobody listens on.
free_port() {
    local port
    while :; do
        port=$((RANDOM % 12000 + 20000))
        (: <>/dev/tcp/127.0.0.1/$port) 2>/dev/null || { echo $port; return; }
    done
}

# Better Auth, and the Node that runs it and the scripts here.
install() { npm ci --prefix better-auth --no-fund --no-audit --loglevel=error >/dev/null; }

# A script in the environment of Better Auth.
in_better_auth() {
    local name=$1
    shift
    exec env NODE_ENV=production BETTER_AUTH_TELEMETRY=0 BETTER_AUTH_URL="http://${host[$name]}" \
        BETTER_AUTH_SECRET=only-for-the-bench-0123456789abcdef DATABASE="${database[$name]:-$work/${data[$name]:-$name}.db}" \
        "${runtime[$name]:-$node}" "$@"
}

serve_better_auth() { in_better_auth "$1" better-auth/server.js; }

# Tables, so many people and a session for each of them.
seed() { (in_better_auth "$1" better-auth/seed.js "$2"); }

serve_mana_auth() {
    export MANA_AUTH_LOG_LEVEL=${log[$1]:-error} MANA_AUTH_SESSION_CACHE=${cache[$1]:-true}
    # What one process of a service has sealed, the others open.
    export MANA_AUTH_PUBLIC_URL=http://${host[${data[$1]:-$1}]}
    # One address does what otherwise thousands do, on a handful of accounts.
    export MANA_AUTH_LOCKOUT_FAILURES=1000 MANA_AUTH_LIMIT_SIGN_IN_ADDRESS=0 MANA_AUTH_LIMIT_SIGN_IN_CLIENT=0
    export MANA_AUTH_LIMIT_REGISTRATION_ADDRESS=0 MANA_AUTH_LIMIT_REGISTRATION_CLIENT=0
    if [ -n "${database[$1]:-}" ]; then
        export MANA_AUTH_DATABASE_URL=${database[$1]} MANA_AUTH_REVOCATION_BOUND_MS=${bound[$1]:-0}
    fi
    exec "$server" serve --listen "${host[$1]}" --management "${management[$1]}" --data "$work/${data[$1]:-$1}"
}

# Starts a service; `took` is then the milliseconds to its first answer. Prints what it said if it ends instead.
start() {
    local began=${EPOCHREALTIME/./}
    "${serve[$1]}" "$1" >"$work/$1.log" 2>&1 &
    pid[$1]=$!
    until answers "${ready[$1]}"; do
        kill -0 "${pid[$1]}" 2>/dev/null || { cat "$work/$1.log" >&2; exit 1; }
        sleep 0.001
    done
    took=$((${EPOCHREALTIME/./} - began))
    took=$((took / 1000)).$(printf %03d $((took % 1000)))
}

# By the shell itself, since starting curl takes about as long as starting mana-auth.
answers() {
    local address=${1%%/*} status
    {
        exec 9<>"/dev/tcp/${address%:*}/${address#*:}" || return 1
        printf 'GET /%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "${1#*/}" "$address" >&9
        read -r status <&9 || true
        exec 9>&-
    } 2>/dev/null
    [[ $status == *' 200 '* ]]
}

stop() {
    if [ -n "${pid[$1]:-}" ]; then
        kill "${pid[$1]}" && wait "${pid[$1]}" || true
        unset "pid[$1]"
    fi
}

# A PostgreSQL of its own, as it comes: each commit is durable. It refuses to run as root.
start_postgres() {
    local run=()
    mkdir -m 777 "$work/postgres"
    chmod 755 "$work"
    [ "$(id -u)" != 0 ] || run=(setpriv --reuid nobody --regid nogroup --clear-groups --)
    "${run[@]}" "$postgres/initdb" --auth=trust --username=mana --locale=C.UTF-8 -D "$work/postgres/data" >/dev/null
    "${run[@]}" "$postgres/postgres" -D "$work/postgres/data" -k "$work/postgres" -c listen_addresses= >"$work/postgres/log" 2>&1 &
    pid[postgres]=$!
    until psql -qh "$work/postgres" -U mana postgres -c 'CREATE DATABASE ours' -c 'CREATE DATABASE theirs' 2>/dev/null; do sleep 0.1; done
}

# The address of a database of its own there.
on_postgres() { echo "postgres://mana@/$1?host=$work/postgres"; }

# What a script here does when it ends, however it does.
clean_up() {
    for service in "${!pid[@]}"; do [ "$service" = postgres ] || stop "$service" 2>/dev/null; done
    # It waits for all who are connected.
    stop postgres 2>/dev/null
    rm -rf "$work"
}

# Which mana-auth is measured.
version() { echo "$("$server" --version) at $(git describe --always --dirty --exclude '*')"; }

# p1@example.org, at mana-auth.
register() {
    local person="{\"email\":\"p1@example.org\",\"name\":\"Person 1\",\"password\":\"$PASSWORD\"}"
    curl -fsS -o /dev/null -H 'Content-Type: application/json' -d "$person" "${api[$1]}/register"
}

# Resident megabytes now (VmRSS) or at most so far (VmHWM).
memory() { awk -v field="$2:" '$1 == field { printf "%.1f\n", $2 / 1024 }' "/proc/${pid[$1]}/status"; }

# Milliseconds of processor time so far. The name in field 2 may hold spaces.
processor_time() { sed 's/.*) //' "/proc/${pid[$1]}/stat" | awk -v hertz="$(getconf CLK_TCK)" '{ print ($12 + $13) * 1000 / hertz }'; }

# Statements so far: query, change, view. Better Auth doesn't count its own.
statements() {
    [ -n "${management[$1]:-}" ] || { echo 0 0 0; return; }
    curl -fsS "http://${management[$1]}/metrics" | awk -F '[{}" ]+' '
        $1 == "mana_auth_db_statements_total" { count[$3] = $4 }
        END { print count["query"] + 0, count["change"] + 0, count["view"] + 0 }'
}
