# Sourced: drives contenders in alternation with wrk. Each run becomes a line of $work/figures, tab by tab:
# work, contender, round, requests a second, p50 and p99 in ms, requests, refused, processor ms, query, change, view.
unset CLIENTS STORM

# alternate WORK CONTENDER…, each contender "NAME SERVICE SESSIONS SCRIPT URL [-- ARGUMENT]": a warm-up of each, then the rounds. Each
# round takes all contenders in turn, so that what slows the machine for a while slows all of them. The environment may
# have another number of CLIENTS for this work, and how many others sign in meanwhile (STORM).
alternate() {
    local name=$1 round contender words
    shift
    printf '%-12s' "$name" >&2
    for round in $(seq 0 "$rounds"); do
        for contender; do
            read -ra words <<<"$contender"
            measure "$name" "${words[0]}" "$round" "${words[@]:1}"
            printf . >&2
        done
    done
    echo >&2
}

# measure WORK CONTENDER ROUND SERVICE SESSIONS SCRIPT URL [-- ARGUMENT]
measure() {
    local name=$1 contender=$2 round=$3 service=$4 script=$6 connections=${CLIENTS:-$clients} duration storm= before after figures
    duration=$((round ? seconds : 2))
    # At the rate of the service whose sessions they are.
    [ "$script" != paced.lua ] || case $5 in *.*) connections=$(half "${5%.*}") ;; *) connections=$(half "$contender") ;; esac
    export SESSIONS=$work/$service.$5 THREADS=$((connections > 1 ? 2 : 1))
    case $5 in
    # Of another service, on the same database.
    *.*) "sessions_${5#*.}" "${5%.*}" >"$SESSIONS" ;;
    *) "sessions_$5" "$service" >"$SESSIONS" ;;
    esac
    if [ -n "${STORM:-}" ]; then
        wrk -t1 -c"$STORM" -d$((duration + 2))s -s login.lua "${login[$service]}" >/dev/null &
        storm=$!
        sleep 1
    fi
    if [ "$contender" = churn ]; then
        "$node" churn.mjs "${api[logging]}" "${api[$service]}" $((duration + 1)) >>"$work/churn" &
        storm=$!
        sleep 1
    fi
    before="$(processor_time "$service") $(statements "$service")"
    figures=$(run_wrk -c"$connections" -d"${duration}s" -s "$script" "${@:7}")
    after="$(processor_time "$service") $(statements "$service")"
    [ -z "$storm" ] || wait $storm
    [ "$round" = 0 ] || awk -v OFS='\t' -v run="$name $contender $round" -v figures="$figures" -v before="$before" -v after="$after" '
        BEGIN { gsub(" ", OFS, run); gsub(" ", OFS, figures); split(before, b, " "); split(after, a, " ")
                print run, figures, a[1] - b[1], a[2] - b[2], a[3] - b[3], a[4] - b[4] }' >>"$work/figures"
}

# One run of wrk: rate, p50, p99, requests, refused. A request that got no answer counts as refused.
run_wrk() {
    wrk -t"$THREADS" --latency "$@" | awk '
        function ms(t) { return t ~ /us$/ ? t / 1000 : t ~ /ms$/ ? t + 0 : t ~ /m$/ ? t * 60000 : t * 1000 }
        $1 == "50%" { p50 = ms($2) } $1 == "99%" { p99 = ms($2) } /requests in/ { requests = $1 } /Requests\/sec/ { rate = $2 }
        /Non-2xx/ { refused += $NF } /Socket errors/ { gsub(",", ""); refused += $4 + $6 + $8 + $10 }
        # Without an answer there is no latency to tell, rather than none.
        END { if (!requests) p50 = p99 = "Infinity"; print rate, p50, p99, requests, refused + 0 }'
}

# So many connections, resting 10 ms on average between requests, make half of the rate that the work `cached` reached.
half() {
    awk -F '\t' -v contender="$1" '$1 == "cached" && $2 == contender { sum += $4; n++ }
        END { c = int(sum / n / 2 / 100 + 0.5); print c < 2 ? 2 : c }' "$work/figures"
}

# What wrk's scripts take their requests from, a line a session (sessions.lua), made anew before each run: `bare` (the
# session cookie alone), `cached` (every cookie that a read sets; they last five minutes) or `chains` (mana-auth's refresh
# tokens of people without a measured session; a run spends them).
sessions_bare() { cut -d';' -f1 "$work/$1.sessions"; }
sessions_cached() { "$node" cookies.mjs "${read[$1]}" <"$work/$1.sessions"; }
sessions_chains() { "$node" sign-in.mjs "${login[$1]}" $((sessions + 1)) $((sessions + chains)); }
