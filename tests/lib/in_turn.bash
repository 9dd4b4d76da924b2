# One client after another, each with the session of the one before, with our
# server and with the stock program.
#
#	load ../lib/in_turn
#
#	@test "all but the first resume" {
#		in_turn_as_stock -no_ticket -tls1_2
#		resumed 2
#	}

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # shared with the other libraries

CLIENTS=3

# So many clients. FIRST and THEN hold options for the first one, and for all
# others; OFFER=no: these offer no session.
in_turn() # name, client option...
{
	local name=$1 i options

	shift
	for ((i = 1; i <= CLIENTS; i++)); do
		options=(-sess_out "$name.session$i")
		# shellcheck disable=SC2206 # several options
		if [ "$i" -eq 1 ]; then
			options+=(${FIRST:-})
		else
			options+=(${THEN:-})
			[ "${OFFER:-}" = no ] || [ ! -s "$name.session" ] ||
			    options+=(-sess_in "$name.session")
		fi
		client_start "$name-$i" "$@" "${options[@]}"
		type_to "$name-$i" "text of $i\\n"
		wait_for 10 told_or_gone "$name" "$i" || return 1
		client_end "$name-$i"
		echo "status $STATUS"
		cat "$name-$i.out"
		[ ! -s "$name.session$i" ] ||
		    mv "$name.session$i" "$name.session"
		# The stock program says so only with its next words.
		[ "$name" = stock ] ||
		    wait_for 10 has_times "$name.out" $i 'CONNECTION CLOSED'
	done
}

# TLS 1.3 clients save a session when its ticket comes, and in TLS 1.2 it comes
# before the server speaks.
told_or_gone() # name, number
{
	file_has "$1.out" "text of $2" || ! running "$1-$2"
}

# With one worker, then with four.
in_turn_as_stock() # server options, client options
{
	local OURS keep=()

	for OURS in '-workers 1' '-workers 4'; do
		rm -f ./*.session*
		same_as_stock -n "${keep[@]}" -f in_turn \
		    "-naccept $CLIENTS $1" "$2" || fail "with $OURS: $*"
		keep=(-k)
	done
}

resumed() # how many of the clients
{
	assert_equal "$(count_lines "$(<server.client)" Reused)" "$1"
	assert_equal "$(count_lines "$(<server.out)" 'Reused session-id')" "$1"
}

row() # the row of the last table
{
	assert_contains "$(tail -n 12 server.out)" "$(printf '%4d %s' "$1" "$2")"
}
