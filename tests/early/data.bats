# 0-RTT: what clients send along with their first message, in the stock
# program's words.

# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # expanded or set by the helpers

load ../lib/helpers

setup()
{
	common_setup
	echo 'early words' >early
}

### As the stock program

# On a pipe the stock program's early data overtakes the text around it. Where
# ours stands is tested on its own.
without_words()
{
	grep -av '^early words$'
}

# Clients one after the other: the first one gets a session, each further one
# offers it with early data. NAME-1.out and so on are what they print. FIRST
# and LATER hold options for the first and the others; CLIENTS is how many.
in_turn() # name, client option...
{
	local name=$1 i options

	shift
	for ((i = 1; i <= ${CLIENTS:-2}; i++)); do
		options="-sess_in $name.session -early_data early ${LATER:-}"
		[ "$i" -gt 1 ] || options="-sess_out $name.session ${FIRST:-}"
		# shellcheck disable=SC2086 # several options
		client_start "$name-$i" "$@" $options
		type_to "$name-$i" "late $i\n"
		wait_for 10 file_has "$name.out" "late $i" || return 1
		client_end "$name-$i"
		cat "$name-$i.out"
		# The stock program says so only with its next words, and none
		# of them does with -quiet.
		[ "$name" = stock ] || [ -n "${QUIET:-}" ] ||
		    wait_for 10 file_has "$name.out" 'CONNECTION CLOSED'
	done
}

early_as_stock() # server options, client options
{
	same_as_stock -n -m without_words -f in_turn \
	    "-naccept ${CLIENTS:-2} $1" "${2:-}"
}

# covers: -early_data
@test "early data is received" {
	early_as_stock -early_data
	assert_contains "$(<server-1.out)" 'Early data was not sent'
	assert_contains "$(<server-2.out)" 'Early data was accepted'
	assert_contains "$(<server.out)" 'No early data received
-----BEGIN SSL'
	# Not where the stock program's are, but where it means them to be.
	assert_contains "$(<server.out)" 'Early data received:
early words

End of early data
-----BEGIN SSL'
}

# covers: -anti_replay
@test "early data is rejected the second time" {
	CLIENTS=3 early_as_stock -early_data
	assert_contains "$(<server-3.out)" 'Early data was rejected'
	assert_contains "$(<server.out)" 'Early data was rejected
-----BEGIN SSL'
	# The last of the two counts.
	CLIENTS=3 early_as_stock '-early_data -no_anti_replay -anti_replay'
	assert_contains "$(<server-3.out)" 'Early data was rejected'
}

# covers: -no_anti_replay
@test "with -no_anti_replay early data is received again and again" {
	CLIENTS=4 early_as_stock '-early_data -no_anti_replay'
	assert_equal "$(count_lines "$(<server.out)" 'early words')" 3
	CLIENTS=3 early_as_stock '-early_data -no_anti_replay -no_ticket'
	assert_equal "$(count_lines "$(<server.out)" 'early words')" 2
}

@test "early data with -no_ticket, -no_cache, -context, -num_tickets" {
	CLIENTS=3 early_as_stock '-early_data -no_ticket'
	early_as_stock '-early_data -no_cache'
	assert_contains "$(<server-2.out)" 'Early data was rejected'
	early_as_stock '-early_data -context one -num_tickets 1'
	assert_contains "$(<server-2.out)" 'Early data was accepted'
}

@test "early data of a client that must say hello twice" {
	LATER='-groups P-256:X25519' CLIENTS=3 \
	    early_as_stock '-early_data -groups X25519'
	assert_equal "$(count_lines "$(<server.out)" 'early words')" 0
	assert_equal "$(count_lines "$(<server.out)" 'Early data was rej')" 2
	# The ticket is spent by then: no session was resumed.
	assert_lacks "$(<server.out)" 'Reused session-id'
}

@test "clients of TLS 1.2 have no early data" {
	same_as_stock -e late -early_data -tls1_2 'x\n'
	assert_contains "$(<server.out)" 'No early data received
-----BEGIN SSL'
}

@test "early data with -quiet, -brief, -state, -nbio" {
	local option

	for option in -quiet -brief; do
		QUIET=yes early_as_stock "-early_data $option"
		assert_equal "$(<server.out)" "$(
			printf 'late 1\nearly words\nlate 2'
		)"
	done
	for option in -state -nbio; do
		early_as_stock "-early_data $option"
		assert_contains "$(<server-2.out)" 'Early data was accepted'
	done
}

# covers: -max_early_data
@test "tickets that allow early data, and a server that takes none" {
	CLIENTS=3 early_as_stock '-max_early_data 1000'
	assert_contains "$(<server-2.out)" 'Early data was rejected'
	# It resumes all the same, but once.
	assert_equal "$(count_lines "$(<server.out)" 'Reused session-id')" 1
	early_as_stock '-early_data -max_early_data 0'
	assert_contains "$(<server-2.out)" 'Early data was not sent'
}

@test "early data of no bytes" {
	: >early
	early_as_stock -early_data
	assert_contains "$(<server.out)" 'Early data was rejected'
}

# A client that says something; whether the server said hello.
greets() # name, client option...
{
	local name=$1

	shift
	{
		sleep 0.2
		echo x
	} | client -quiet "$@" >"$name-client.out" 2>/dev/null || :
	count_lines "$(<"$name-client.out")" hello
}

# The stock program reads what the client said before the end of its input, or
# does not, as chance has it.
without_x()
{
	grep -av '^x$'
}

# What is on standard input has its turn when early data is over.
@test "early data and what waits on standard input" {
	local text version

	for text in '' 'Q\n' 'q\n' 'hello\n'; do
		for version in -tls1_2 -tls1_3; do
			printf '%b' "$text" >input
			STDIN=input same_as_stock -m without_x -f greets \
			    -early_data "$version"
		done
	done
	assert_equal "$(<server.client)" 1
	# The text drove the rest of the handshake.
	assert_lacks "$(<server.out)" 'BEGIN SSL'
}

### Limits

# The second client sends more than the server takes, and is refused.
too_much() # name, client option...
{
	local name=$1

	shift
	client_start "$name-one" -sess_out "$name.session"
	type_to "$name-one" 'late\n'
	wait_for 10 file_has "$name.out" late
	client_end "$name-one"
	client_start "$name-two" -sess_in "$name.session" -early_data early
	wait_exit "$name-two"
	cat "$name-one.out"
}

# covers: -recv_max_early_data
@test "too much early data is refused" {
	same_as_stock -n -f too_much \
	    '-naccept 2 -early_data -recv_max_early_data 5'
	assert_contains "$(<server.err)" 'Error reading early data'
	assert_contains "$(<server.err)" 'too much early data'
}

@test "early data of many records" {
	seq -f 'line %.0f' 60000 >early
	start_server -quiet -early_data -max_early_data 1000000 \
	    -recv_max_early_data 1000000 -workers 2
	client_start one -sess_out session
	type_to one 'late\n'
	wait_for 10 file_has server.out late
	client_end one
	client -sess_in session -early_data early </dev/null >two.out
	assert_contains "$(<two.out)" 'Early data was accepted'
	wait_for 10 file_has server.out 'line 60000'
	{
		echo late
		cat early
	} | cmp - server.out
}

### Over all workers

@test "early data is accepted by another worker, and by no third" {
	CLIENTS=7
	start_server -early_data -label -workers 4 -ign_eof
	FIRST='' in_turn server >/dev/null
	assert_contains "$(<server-2.out)" 'Early data was accepted'
	assert_equal "$(count_lines "$(<server.out)" 'early words')" 1
	assert_equal "$(grep -c "^\[[0-9]*\] Early data was rejected" server.out)" 5
}

### Peers that do not go on

@test "early data and then nothing: -handshake_timeout ends it" {
	start_server -quiet -early_data -handshake_timeout 1 -workers 2
	within_ms 10000 'the end of a client that is silent after early data' \
	    timeout $((30 * SLOW)) "$BUILD/tests/load/replay" \
	    "$PORT" 1 1 closed
	wait_for 10 file_has server.err 'ran out of -handshake_timeout'
	wait_for 10 file_has server.out 'round 1'
}

bad_start() # name, bytes
{
	shift
	CLIENT_PORT=$PORT plain "$*" | od -An -tx1
}

leaves_at_once()
{
	timeout 5 bash -c 'exec 4<>"/dev/tcp/127.0.0.1/$1"' leave "$PORT"
}

@test "what is no hello where early data may come" {
	same_as_stock -f bad_start -early_data 'GET / HTTP/1.0\r\n\r\n'
	assert_contains "$(<server.err)" 'Error reading early data'
	same_as_stock -f bad_start -early_data 'hello world\n'
	same_as_stock -f leaves_at_once -early_data ''
}

@test "early data while reads and writes block at random" {
	start_server -early_data -nbio_test -ign_eof -workers 2
	client_start one -sess_out session
	type_to one 'late\n'
	wait_for 10 file_has server.out late
	client_end one
	client -sess_in session -early_data early </dev/null >two.out 2>&1
	assert_contains "$(<two.out)" 'Early data was accepted'
	wait_for 10 file_has server.out 'early words'
}

# A client that only listens after its Finished waits in vain if the server stops
# in the middle of a ticket.
@test "early data while writes block at random: no ticket is cut" {
	local i

	start_server -early_data -no_anti_replay -nbio_test -ign_eof -workers 2
	client_start one -sess_out session
	type_to one 'late\n'
	wait_for 10 file_has server.out late
	client_end one
	for i in {1..40}; do
		client_start "early$i" -sess_in session -early_data early
	done
	wait_for 20 has_times server.out 41 'CIPHER is'
	for i in {1..40}; do
		client_end "early$i"
	done
}

@test "early data is accepted after a reload" {
	start_server -early_data -workers 2 -ign_eof
	client_start one -sess_out session
	type_to one 'late\n'
	wait_for 10 file_has server.out late
	client_end one
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'generation 2'
	client -sess_in session -early_data early </dev/null >two.out 2>&1
	assert_contains "$(<two.out)" 'Early data was accepted'
	client -sess_in session -early_data early </dev/null >three.out 2>&1
	assert_contains "$(<three.out)" 'Early data was rejected'
}

# The suites have their hash in common; the client's own order decides. Some are
# too weak for the security level of later clients.
resume_with_another() # session, its suite, another suite
{
	client -sess_in "$1" -early_data early -ciphersuites "$3:$2" \
	    -cipher DEFAULT@SECLEVEL=0 \
	    </dev/null >another.out 2>&1
	assert_contains "$(<another.out)" 'Early data was rejected'
	assert_contains "$(<another.out)" "Reused, TLSv1.3, Cipher is $3"
}

# covers: -early_data
@test "early data for another cipher suite is refused, the connection is not" {
	local options pair suite other

	for options in -no_anti_replay -anti_replay; do
		start_server -early_data "$options" -ign_eof -cipher \
		    'DEFAULT@SECLEVEL=0' -ciphersuites \
		    "$(printf 'TLS_%s_SHA256:' AES_128_GCM CHACHA20_POLY1305 \
			AES_128_CCM AES_128_CCM_8)"
		for pair in AES_128_CCM:AES_128_CCM_8 \
		    CHACHA20_POLY1305:AES_128_GCM; do
			suite=TLS_${pair%:*}_SHA256
			other=TLS_${pair#*:}_SHA256
			client_start first -sess_out session \
			    -ciphersuites "$suite" -cipher DEFAULT@SECLEVEL=0
			type_to first "$suite\n"
			wait_for 10 file_has server.out "$suite"
			client_end first
			resume_with_another session "$suite" "$other"
			[ "$options" = -no_anti_replay ] || continue
			client -sess_in session -early_data early \
			    -cipher DEFAULT@SECLEVEL=0 \
			    -ciphersuites "$suite:$other" </dev/null \
			    >same.out 2>&1
			assert_contains "$(<same.out)" \
			    'Early data was accepted'
		done
		stop_server
	done
}
