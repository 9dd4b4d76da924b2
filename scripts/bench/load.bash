# The clients, which are tls_load; $loads are those that run in the background.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

loads=()
# Connections that one load client holds.
held_each=5000
held_within=120	# seconds; a server that has no more descriptors waits

# Runs tls_load to its end; a signal to the script is obeyed at once.
tls_load() # option of tls_load...
{
	local pid status=0

	"$build/tests/load/tls_load" --connect "127.0.0.1:$port" "$@" &
	pid=$!
	loads+=("$pid")
	wait "$pid" || status=$?
	forget_load "$pid"
	return "$status"
}

# Starts tls_load --warm-up in the background and waits until it is warm. It goes
# on when descriptor 6 is closed. Fails if tls_load has ended. It writes to the
# files load and trouble below $scratch, with $load_of at the end of their names;
# its pid is $!, the last of $loads.
warm_up() # option of tls_load...
{
	local said=$scratch/load${load_of:-}

	: >"$said"
	# Clients that are warm must not wait for each other's end.
	"$build/tests/load/tls_load" --connect "127.0.0.1:$port" --warm-up \
	    "$@" <"$scratch/go" >"$said" 2>"$scratch/trouble${load_of:-}" 6>&- &
	loads+=($!)
	exec 6>"$scratch/go"
	until grep -qx warm "$said"; do
		kill -0 $! 2>/dev/null || return 1
		sleep 0.02
	done
}

# Runs clients, and sets $used to the CPU time of $server in microseconds from the
# moment when the clients are warm.
measure_load() # option of tls_load...
{
	local before

	used=0
	if warm_up "$@"; then
		before=$(cpu_us "$server")
		exec 6>&-
		wait $! || :
		# The server has to end the last connections.
		sleep 0.05
		used=$(($(cpu_us "$server") - before))
	else
		exec 6>&-
	fi
	forget_load $!
}

forget_load() # pid
{
	local pid others=()

	for pid in "${loads[@]}"; do
		[ "$pid" = "$1" ] || others+=("$pid")
	done
	loads=("${others[@]}")
}

end_loads()
{
	[ "${#loads[@]}" -gt 0 ] || return 0
	kill "${loads[@]}" 2>/dev/null || :
	wait "${loads[@]}" 2>/dev/null || :
	loads=()
}

# Opens connections and leaves them open, until end_loads or the end of the
# server. Each client process comes from an address of its own. Fails with a
# message if the connections could not be held.
hold() # connections, option of tls_load...
{
	local left=$1 number n

	shift
	while ((left > 0)); do
		n=$((left < held_each ? left : held_each))
		left=$((left - n))
		number=${#loads[@]}
		: >"$scratch/held.$number"
		"$build/tests/load/tls_load" --connect "127.0.0.1:$port" \
		    --bind "127.0.0.$((2 + number))" --connections "$n" \
		    --parallel 50 --hold 3600 --timeout 3600 "$@" \
		    </dev/null >"$scratch/held.$number" 2>&1 &
		loads+=($!)
		await_held "$number" "$n" || return 1
	done
}

await_held() # number of the client, connections
{
	local said=$scratch/held.$1 end=$((SECONDS + held_within))

	until grep -q '^holding\|^tls_load:' "$said" ||
	    ! kill -0 "${loads[$1]}" 2>/dev/null || ((SECONDS > end)); do
		sleep 0.05
	done
	grep -qx "holding $2" "$said" && return 0
	[ -s "$said" ] || echo "no end of it in $held_within s" >"$said"
	echo "${0##*/}: $2 connections could not be held:" \
	    "$(head -n 1 "$said")" >&2
	return 1
}
