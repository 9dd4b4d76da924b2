# Sessions are opened and resumed. Each connection that offers a session leaves a
# line "kind|how|early data|issuer|resumer|reason" in $scratch/results.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

refusals=4	# a TLS 1.3 ticket is given up after so many in a row

# Uses all sessions of a kind, $parallel at a time.
try() # kind
{
	local i

	for ((i = 1; i <= sessions; i++)); do
		while [ "$(jobs -pr | wc -l)" -ge "$parallel" ]; do
			wait -n
		done
		use_session "$1" "$i" &
	done
	wait
}

# Opens a session and resumes it. Runs in a process of its own.
use_session() # kind, number
{
	local kind=$1 i issuer refused=0 chain='' AWAIT='' options=(-tls1_3)
	local session=$scratch/session.$2 next=$scratch/next.$2

	trap end_client EXIT
	trap 'exit 143' TERM
	fifo=$scratch/fifo.$2
	[ -p "$fifo" ] || mkfifo "$fifo"
	rm -f "$session"
	case $kind in
	id) options=(-tls1_2 -no_ticket) ;;
	ticket) options=(-tls1_2) ;;
	*) chain=yes ;;
	esac
	choose_target 0 "$2"
	AWAIT=${chain:+$session} connect "${options[@]}" -sess_out "$session"
	issuer=${LABEL:-$HOST}
	AWAIT=${chain:+$next}
	[ "$kind" != early ] || options+=(-early_data "$scratch/early")
	for ((i = 0; i < times; i++)); do
		if [ -s "$session" ]; then
			rm -f "$next"
			choose_target $((i + 1)) "$2"
			connect "${options[@]}" -sess_in "$session"
		fi
		echo "$kind|$SHAKEN|$EARLY|$issuer|${LABEL:-$HOST}|$REASON" \
		    >>"$scratch/results"
		replace_ticket
	done
}

# Sets $target to the address of the nth connection of a session. The distance to
# the address before takes each value, so that each host meets the sessions of
# all others.
choose_target() # n, offset
{
	target=${targets[($2 + $1 * ($1 + 1) / 2) % ${#targets[@]}]}
}

# Puts the ticket that came in the place of the one that was offered. A ticket that
# was refused is offered again first.
replace_ticket()
{
	[ -n "$chain" ] || return 0
	if [ ! -s "$next" ]; then
		# A server need not send a ticket when a session is resumed.
		[ -z "$SHAKEN" ] || AWAIT=''
		return
	fi
	if [ "$SHAKEN" != Reused ] && [ $((refused += 1)) -lt "$refusals" ]; then
		return
	fi
	mv -f "$next" "$session"
	issuer=${LABEL:-$HOST}
	refused=0
}
