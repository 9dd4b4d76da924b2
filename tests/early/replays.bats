# 0-RTT: a ticket is good for early data once, whichever workers get it, and also
# if they die of it.

# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # expanded or set by the helpers

load ../lib/helpers

setup()
{
	common_setup
	echo 'early words' >early
}

# Each "round N" that the server read as early data stands in its output.
printed_once() # rounds
{
	[ "$(grep -c '^round ' server.out)" -eq "$1" ] &&
	    [ "$(grep '^round ' server.out | sort -u | wc -l)" -eq "$1" ]
}

@test "of 64 replays at once to 4 workers one is accepted: 200 rounds" {
	local said

	start_server -quiet -early_data -workers 4 -stats_json stats.json
	said=$(timeout $((60 * SLOW)) "$BUILD/tests/load/replay" \
	    "$PORT" 200 64) || fail "$said"
	assert_equal "$said" \
	    'rounds 200 copies 64: never 0 once 200 more 0'
	wait_for 10 printed_once 200
	stop_server QUIT
	assert_contains "$(<stats.json)" \
	    '"early_data":{"accepted":200,"rejected":12600}'
}

@test "never two, while a worker is killed in each of 200 rounds" {
	local said

	start_server -quiet -early_data -workers 4
	said=$(timeout $((90 * SLOW)) "$BUILD/tests/load/replay" \
	    "$PORT" 200 64 kill "$SERVER_PID") || fail "$said"
	echo "# $said" >&3
	assert_contains "$said" ' more 0'
	assert_equal "$(sort server.out | uniq -d)" ''
	wait_for 10 killed 200
}

killed() # how many
{
	[ "$(grep -c 'was killed by signal 9' server.err)" -eq "$1" ]
}

@test "a ticket is spent by a worker that died of it" {
	faulty session-taken:kill:2
	start_server -early_data -workers 2 -ign_eof
	client_start one -sess_out session
	type_to one 'late\n'
	wait_for 10 file_has server.out late
	client_end one
	client -sess_in session -early_data early </dev/null >two.out 2>&1 || :
	wait_for 5 file_has server.err 'was killed by signal 9'
	client -sess_in session -early_data early </dev/null >three.out 2>&1
	assert_contains "$(<three.out)" 'Early data was rejected'
	assert_contains "$(<three.out)" 'New, TLSv1.3'
}
