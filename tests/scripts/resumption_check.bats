# scripts/resumption-check: against ours, the stock program and nginx, in order
# and with the fault that it is to find.

load ../lib/helpers

check() # option...
{
	run timeout $((60 * SLOW)) "$ROOT/scripts/resumption-check" \
	    -t $((10 * SLOW)) "$@" "127.0.0.1:$PORT" 3>&-
	echo "$output"
}

# The row of the table: tried and resumed are so many.
assert_row() # title, tried, resumed, early data (default -)
{
	assert_matches "$output" \
	    "(^|"$'\n'")$1 +$2 +$3 +${4:--}  (ok|SHORT)($|"$'\n'")"
}

assert_not_offered() # title
{
	assert_matches "$output" "(^|"$'\n'")$1 +not offered"
}

@test "every kind resumes on our workers, and the matrix shows it" {
	start_server -www -label -workers 4
	check
	assert_equal "$status" 0
	assert_row 'TLS 1.2 session ID' 40 40
	assert_row 'TLS 1.2 ticket' 40 40
	assert_row 'TLS 1.3 ticket' 40 40
	assert_not_offered 'TLS 1.3 stateful ticket'
	assert_not_offered 'TLS 1.3 0-RTT'
	assert_contains "$output" 'TLS 1.2 session ID, TLS 1.2 ticket, TLS 1.3 ticket: issued by'
	assert_matches "$output" $'\n''      4( +([0-9]+/[0-9]+|-)){4}'$'\n'
	assert_matches "$output" 'by another one: ([0-9]+) of \1'
}

@test "stateful tickets and early data are found on our workers" {
	start_server -workers 4 -early_data
	check -c 2
	assert_equal "$status" 0
	assert_row 'TLS 1.2 session ID' 20 20
	assert_not_offered 'TLS 1.3 ticket'
	assert_row 'TLS 1.3 stateful ticket' 20 20
	assert_row 'TLS 1.3 0-RTT' 20 20 20
	stop_server
	# Early data is answered, so the matrix shows who took it.
	start_server -www -label -workers 4 -early_data
	check -k early -c 2
	assert_equal "$status" 0
	assert_row 'TLS 1.3 0-RTT' 20 20 20
	assert_matches "$output" 'TLS 1.3 0-RTT: issued by'
	assert_matches "$output" 'by another one: ([0-9]+) of \1'
	stop_server
	start_server -www -label -workers 4 -no_ticket
	check -k stateful -c 2 -n 3
	assert_equal "$status" 0
	assert_row 'TLS 1.3 stateful ticket' 6 6
	assert_matches "$output" 'TLS 1.3 stateful ticket: issued by'
	assert_lacks "$output" 0-RTT
}

@test "what is not offered is a fault if it was asked for, or if all is not" {
	start_server -www -no_cache
	check -c 1
	assert_equal "$status" 0
	assert_not_offered 'TLS 1.2 session ID'
	assert_row 'TLS 1.3 ticket' 10 10
	check -k id
	assert_equal "$status" 1
	assert_not_offered 'TLS 1.2 session ID'
	check -k ticket,stateful -c 1 -n 1
	assert_equal "$status" 1
	assert_row 'TLS 1.2 ticket' 1 1
	stop_server
	start_server -www -no_ticket -no_cache -num_tickets 0
	check
	assert_equal "$status" 1
	assert_contains "$output" 'nothing to resume'
	stop_server
	start_server -www -tls1_3
	check -c 1 -n 1
	assert_equal "$status" 0
	assert_matches "$output" 'TLS 1.2 ticket +not offered: .*protocol version'
}

# With -no_cache a stateful ticket is still sent, and is good for nothing.
@test "tickets that the server never takes back are a fault" {
	start_server -www -label -no_ticket -no_cache
	check -c 2 -n 3
	assert_equal "$status" 1
	assert_row 'TLS 1.3 stateful ticket' 6 0
	assert_contains "$output" 'Nothing was resumed'
}

two_stock() # option of s_server...
{
	local first

	start_stock -accept 127.0.0.1:0 "$@"
	first=$STOCK_PORT
	PIDS[first]=${PIDS[stock]}
	start_stock -accept 127.0.0.1:0 "$@"
	start_alternate both "$first" "$STOCK_PORT"
}

# Each of the two resumes every second time what it had issued.
@test "two stock servers behind one port: half is resumed, and why" {
	two_stock -www
	check -c 2 -n 4
	assert_equal "$status" 1
	assert_row 'TLS 1.2 session ID' 8 4
	assert_row 'TLS 1.2 ticket' 8 4
	assert_row 'TLS 1.3 ticket' 8 4
	assert_contains "$output" 'each had
  its own ticket key'
	assert_contains "$output" 'its own session cache'
	PORT=$STOCK_PORT
	check -c 1 -n 4
	assert_equal "$status" 0
	assert_row 'TLS 1.3 ticket' 4 4
}

@test "two stock servers behind one port: early data" {
	two_stock -early_data
	check -k stateful,early -c 2 -n 4
	assert_equal "$status" 1
	assert_row 'TLS 1.3 stateful ticket' 8 4
	assert_row 'TLS 1.3 0-RTT' 8 4 4
	PORT=$STOCK_PORT
	check -k stateful,early -c 1 -n 4
	assert_equal "$status" 0
	assert_row 'TLS 1.3 0-RTT' 4 4 4
}

# The early data of a ticket that is good for more uses than one.
@test "early data over tickets that hold the session" {
	start_stock -early_data -no_anti_replay
	PORT=$STOCK_PORT
	check -k tls13,early -c 1
	assert_equal "$status" 0
	assert_row 'TLS 1.3 ticket' 10 10
	assert_row 'TLS 1.3 0-RTT' 10 10 10
}

@test "nginx, two servers with keys of their own: the matrix shows it" {
	start_nginx one 'ssl_session_cache shared:one:1m'
	start_nginx two 'ssl_session_cache shared:two:1m'
	start_alternate both "$PWD/one.sock" "$PWD/two.sock"
	check -n 4
	assert_equal "$status" 1
	assert_row 'TLS 1.2 session ID' 16 8
	assert_row 'TLS 1.2 ticket' 16 8
	assert_row 'TLS 1.3 ticket' 16 8
	assert_equal "$(count_lines "$output" \
	    'By the process that had issued it: ')" 3
	# Each cell is - or 0/N off the diagonal, and full on it.
	assert_matches "$output" $'\n'' +[0-9]+ +([0-9]+)/\1 +0/[0-9]+'$'\n'
	assert_matches "$output" $'\n'' +[0-9]+ +0/[0-9]+ +([0-9]+)/\1'$'\n'
	assert_equal "$(count_lines "$output" \
	    '  Each process has its own session cache: ')" 1
	assert_equal "$(count_lines "$output" \
	    '  Each process has its own ticket key: ')" 2
}

@test "nginx, two pairs that share a key each: the groups are named" {
	local name

	for name in one two; do
		head -c 80 /dev/urandom >"$name.key"
		start_nginx "$name" "ssl_session_ticket_key $name.key"
		start_nginx "also-$name" "ssl_session_ticket_key $name.key"
	done
	start_alternate all "$PWD/one.sock" "$PWD/two.sock" \
	    "$PWD/also-one.sock" "$PWD/also-two.sock"
	check -k ticket
	assert_equal "$status" 1
	assert_row 'TLS 1.2 ticket' 40 20
	assert_matches "$output" 'only within groups:
  [0-9]+ [0-9]+; [0-9]+ [0-9]+\.'
}

@test "nginx with one cache and 0-RTT resumes all" {
	local WORKERS=2

	start_nginx one 'ssl_session_cache shared:one:1m' 'ssl_early_data on'
	start_alternate port "$PWD/one.sock"
	check -n 4
	assert_equal "$status" 0
	assert_row 'TLS 1.2 session ID' 16 16
	assert_row 'TLS 1.3 ticket' 16 16
	assert_row 'TLS 1.3 0-RTT' 16 16 16
	assert_matches "$output" 'By the process that had issued it: ([0-9]+) of \1;'
}

@test "connections that fail are counted apart, with the reason" {
	start_server -naccept 12 -www
	check -k id -c 1 -n 20
	assert_equal "$status" 1
	assert_row 'TLS 1.2 session ID' 20 9
	assert_contains "$output" \
	    '11 of 20 connections failed, the first one: Connection refused.'
}

@test "no server, none of TLS, a silent one, wrong usage: exit status 2" {
	local PORT=1

	check
	assert_equal "$status" 2
	assert_equal "$output" 'resumption-check: 127.0.0.1:1: Connection refused'
	start_server -rev
	kill -STOP "$SERVER_PID" $(pgrep -P "$SERVER_PID")
	run timeout $((30 * SLOW)) "$ROOT/scripts/resumption-check" -t 1 \
	    "127.0.0.1:$PORT" 3>&-
	assert_equal "$status" 2
	assert_contains "$output" 'no answer in 1 s'
	for line in '' 'nowhere' '-n 0 a:1' '-k ids a:1' '-x a:1' 'a:1 b:1' '-n'; do
		# shellcheck disable=SC2086 # several words
		run "$ROOT/scripts/resumption-check" $line
		assert_equal "$status" 2
		assert_matches "$output" '^resumption-check: '
	done
	run -0 "$ROOT/scripts/resumption-check" -h
	assert_contains "$output" 'usage: resumption-check'
}

@test "options of s_client and a server name are passed on" {
	start_server -www -servername other.example -servername_fatal \
	    -cert2 "$CERTS/server2.pem" -key2 "$CERTS/server2-key.pem" \
	    -cipher ECDHE-ECDSA-CHACHA20-POLY1305
	run "$ROOT/scripts/resumption-check" -k ticket -c 1 -n 2 \
	    -s other.example "127.0.0.1:$PORT" -- -cipher AES256-SHA -tls1_2
	assert_equal "$status" 2
	assert_contains "$output" 'handshake failure'
	run "$ROOT/scripts/resumption-check" -k ticket -c 1 -n 2 \
	    -s nobody.example "127.0.0.1:$PORT"
	assert_equal "$status" 2
	run "$ROOT/scripts/resumption-check" -k ticket -c 1 -n 2 \
	    -s other.example "127.0.0.1:$PORT"
	assert_equal "$status" 0
}

# What a server names itself must not be run by the shell, nor tear the screen.
@test "a label that is no name is not taken" {
	# shellcheck disable=SC2016 # it is for whoever is so careless
	start_nginx evil 'return 200 "Worker: a[`touch ran`]\nWorker: a b\n"'
	start_alternate port "$PWD/evil.sock"
	check -c 1 -k ticket,tls13
	assert_equal "$status" 0
	[ ! -e ran ]
	assert_lacks "$output" 'issued by'
}

has_results()
{
	[ -s "$(echo tmp/*/results)" ]
}

@test "nothing is left behind, also when it is ended" {
	mkdir tmp
	start_server -www -label -workers 2
	TMPDIR=$PWD/tmp check -c 1 -n 1
	assert_equal "$(ls -A tmp)" ''
	TMPDIR=$PWD/tmp launch checker "$ROOT/scripts/resumption-check" \
	    -c 100 "127.0.0.1:$PORT"
	wait_for 10 has_results
	end_process checker
	assert_equal "$STATUS" 143
	assert_equal "$(ls -A tmp)" ''
}

# Two hosts that share nothing, whose workers have the same numbers.
two_hosts() # option of s_server...
{
	local first

	start_named one -accept 127.0.0.1:0 -www -label_host alpha -workers 2 \
	    -ign_eof "$@"
	first=$PORT
	start_named two -accept 127.0.0.1:0 -www -label_host beta -workers 2 \
	    -ign_eof "$@"
	FIRST_PORT=$first
}

@test "two hosts behind one port: the matrix is by host and worker" {
	two_hosts
	start_alternate both "$FIRST_PORT" "$PORT"
	check -k tls13,id -c 3
	assert_equal "$status" 1
	assert_matches "$output" $'\n *alpha:2( +([0-9]+/[0-9]+|-)){4}\n'
	assert_matches "$output" $'\n *beta:1( +([0-9]+/[0-9]+|-)){4}\n'
	assert_contains "$output" 'Each host has its own session cache'
	assert_contains "$output" 'Each host has its own ticket key'
}

@test "several addresses: each is met, and each host blamed" {
	two_hosts
	run timeout $((60 * SLOW)) "$ROOT/scripts/resumption-check" -k ticket \
	    -c 2 "127.0.0.1:$FIRST_PORT" "127.0.0.1:$PORT" 3>&-
	assert_equal "$status" 1
	assert_contains "$output" 'Each host has its own ticket key'
	assert_matches "$output" 'had issued it: [0-9]+ of [1-9][0-9]*; by another one: [0-9]+ of [1-9]'
	end_process two
	run timeout $((60 * SLOW)) "$ROOT/scripts/resumption-check" -k ticket \
	    "127.0.0.1:$FIRST_PORT" "127.0.0.1:$PORT" 3>&-
	assert_equal "$status" 2
	assert_contains "$output" "127.0.0.1:$PORT: Connection refused"
}

@test "hosts without labels are told apart by their addresses" {
	local first

	head -c 80 /dev/urandom >ticket.key
	start_named one -accept 127.0.0.1:0 -www -ign_eof \
	    -ticket_keys ticket.key
	first=$PORT
	start_named two -accept 127.0.0.1:0 -www -ign_eof \
	    -ticket_keys ticket.key
	run timeout $((60 * SLOW)) "$ROOT/scripts/resumption-check" \
	    -k ticket,id -c 2 "127.0.0.1:$first" "127.0.0.1:$PORT" 3>&-
	assert_equal "$status" 1
	assert_row 'TLS 1.2 ticket' 20 20
	assert_matches "$output" "127.0.0.1:$first +[0-9]+/[0-9]+ +[0-9]+/[0-9]+"
	assert_contains "$output" 'TLS 1.2 session ID:
  Each process has its own session cache'
}

# Then labels alone would blame the wrong thing.
@test "equal names on several hosts are thought of" {
	local first

	start_named one -accept 127.0.0.1:0 -www -label -workers 1 -ign_eof
	first=$PORT
	start_named two -accept 127.0.0.1:0 -www -label -workers 1 -ign_eof
	start_alternate both "$first" "$PORT"
	check -k ticket -c 3
	assert_equal "$status" 1
	assert_contains "$output" 'of several hosts have the same names'
}
