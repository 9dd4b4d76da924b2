# What is counted while clients are served: a server with one worker, which is
# $worker, and clients of each kind of work in turn.
#
# A way to count has four functions: count_WAY starts all, WAY_begin and WAY_end
# stand around the clients that count, and WAY_figures prints lines of kind,
# figure, value and details.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

worker=
idle=		# its descriptors when no client is there
warm=10		# connections before those that count
patience=30	# seconds for what takes one

start() # tls, log or dtls, tool...
{
	local mode=(-WWW)

	listens=-t
	if [ "$1" = dtls ]; then
		mode=(-dtls -echo)
		listens=-u
	fi
	[ "$1" != log ] || mode+=(-log "$scratch/log")
	shift
	rm -f "$scratch/ready"
	start_program s_server in_pages \
	    env LD_PRELOAD="$build/tests/load/late.so" "$@" \
	    "$build/s_server" "${cert[@]}" -accept 127.0.0.1:0 "${mode[@]}" \
	    -workers 1 -ready_file "$scratch/ready" || exit 1
	await 'the server is not ready' test -s "$scratch/ready"
	worker=$(pgrep -P "$server")
	idle=$(descriptors)
}

descriptors()
{
	find "/proc/$worker/fd" -type l | wc -l
}

# Succeeds if the worker has closed all connections.
is_idle()
{
	[ "$(descriptors)" -le "$idle" ]
}

await() # what to say if it does not come, command...
{
	local what=$1 end=$((SECONDS + patience))

	shift
	until "$@"; do
		kill -0 "$server" 2>/dev/null || die 'the server has ended'
		[ "$SECONDS" -lt "$end" ] || die "$what"
		sleep 0.02
	done
}

# Appends to the lines of figures in $scratch/counted.
count_all() # what is counted, tool...
{
	local what=$1 kind mode running='' options

	shift
	for kind in ${work//,/ }; do
		IFS='|' read -r _ mode options \
		    < <(grep "^$kind|" <<<"$kinds")
		read -ra options <<<"$options"
		if [ "$mode" != "$running" ]; then
			end_server
			start "$mode" "$@"
			running=$mode
		fi
		serve "$what" "${options[@]}"
		"${what}_figures" "$kind"
	done >>"$scratch/counted"
	end_server
}

# Runs clients that count, after some that do not.
serve() # what is counted, option of tls_load...
{
	local what=$1

	shift
	tls_load --parallel 1 --warm-up --connections "$warm" "$@" \
	    >"$scratch/load" 2>&1 || die "$(<"$scratch/load")"
	warm_up --parallel 1 --connections "$connections" "$@" ||
	    die "$(<"$scratch/trouble")"
	await 'the server lets no client go' is_idle
	"${what}_begin"
	exec 6>&-
	wait "${loads[-1]}" || die "$(<"$scratch/trouble")"
	forget_load "${loads[-1]}"
	await 'the server lets no client go' is_idle
	"${what}_end"
}
