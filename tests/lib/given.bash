# Servers whose listening socket somebody else has opened and keeps (giver).

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # shared with the other libraries

# Ours, by the giver, which is the process "giver". Sets SERVER_PID, and PORT
# where there is one.
start_given() # option of giver..., --, option of server...
{
	split_given "$@"
	launch giver "$LIB/giver" "${GIVEN[@]}" -- "$S_SERVER" \
	    -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" \
	    "${OPTIONS[@]}"
	runs_given 1
	PORT=$(sed -n 's/^ACCEPT.*:\([0-9][0-9]*\)$/\1/p' giver.out | head -n 1)
	SERVERS+=("${PIDS[giver]}:$PORT:giver")
}

# The giver has started so many, and the last one is ready. Sets SERVER_PID.
runs_given() # count
{
	wait_for 10 given_is_ready_or_gone "$1" || return 1
	if ! given_is_ready "$1"; then
		show_files giver
		return 1
	fi
	SERVER_PID=$(sed -n "s/^RUNS //p" giver.out | sed -n "$1p")
}

given_is_ready() # count
{
	has_times giver.out "$1" ACCEPT
}

given_is_ready_or_gone() # count
{
	given_is_ready "$1" || is_gone "${PIDS[giver]}"
}

# In the foreground, for what ends by itself: fills status, output, stderr.
run_given() # option of giver..., --, option of server...
{
	split_given "$@"
	run --separate-stderr timeout $((10 * SLOW)) "$LIB/giver" \
	    "${GIVEN[@]}" -- "$S_SERVER" -nocert "${OPTIONS[@]}" </dev/null
}

# Sets GIVEN to what is before the --, and OPTIONS to what is behind it.
split_given()
{
	GIVEN=()
	while [ "$1" != -- ]; do
		GIVEN+=("$1")
		shift
	done
	OPTIONS=("${@:2}")
}
