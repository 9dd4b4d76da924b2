# The statistics: every sum is what the clients counted, whatever the worker,
# and what becomes of them on the way to a file.

# shellcheck disable=SC2016,SC2034,SC2154 # expanded or set by the helpers

load ../lib/helpers

### Reading them

reports()
{
	[ ! -e stats.json ] || wc -l <stats.json
}

has_reports() # count
{
	[ "$(reports)" -ge "$1" ]
}

# One more line in stats.json.
report()
{
	local before

	before=$(reports)
	kill -USR1 "$SERVER_PID"
	wait_for 5 has_reports $((before + 1))
}

stat_of() # path, of the last report
{
	tail -n 1 stats.json | jq -r "$1"
}

nothing_open() # accepted
{
	report && [ "$(stat_of .totals.connections.open)" = 0 ] &&
	    [ "$(stat_of .totals.connections.accepted)" -ge "$1" ]
}

# A client may be gone before its worker knows, or even before it is accepted: if
# the clients waited for no answer, there is to be said how many they are.
settle() # clients
{
	wait_for 10 nothing_open "${1:-0}"
}

# Each line of the input: a path below .totals and what stands there. Then the
# sums are right: of the workers, of the failures, of the kinds and so on.
counted()
{
	local path value failed=0

	while read -r path value; do
		[ "$(stat_of ".totals.$path")" = "$value" ] ||
		    fail "$path: $(stat_of ".totals.$path"), not $value" ||
		    failed=1
	done
	adds_up || failed=1
	return "$failed"
}

adds_up()
{
	tail -n 1 stats.json | jq -e '
	. as $all | .totals as $t | ($t | [paths(numbers)]) as $paths |
	($paths | length > 30) and
	all($paths[]; . as $p | ($t | getpath($p)) ==
		([$all.per_worker[] | getpath($p)] | add)) and
	($t.failures | add) == $t.handshakes.failed and
	($t.versions | add) == $t.handshakes.finished and
	($t.kinds | add) == $t.handshakes.finished and
	($t.handshakes | .in_progress + .finished + .failed + .lost) ==
		$t.connections.accepted and
	($t.connections | .open + .ended + .lost == .accepted) and
	(.handshake_times.full | add) == $t.kinds.full and
	([.handshake_times[] | length] == [32, 32, 32]) and
	($t.kinds | add - .full) == (.handshake_times.resumed | add)' \
	    >/dev/null || fail "does not add up: $(tail -n 1 stats.json)"
}

# With four workers and a page for who asks.
start_counting() # server option...
{
	start_server -workers 4 -stats_json stats.json "$@"
}

# Run the load client; its bytes are added to the variables of that name.
clients() # option of tls_load...
{
	local said words

	said=$(tls_load "$@") || fail "$said"
	read -ra words <<<"$(grep '^bytes' <<<"$said")"
	((sent += words[2], received += words[4], data_sent += words[7],
	data_received += words[9], 1))
}

### Who was served how

# covers: -stats_json
@test "resumption of each kind, versions, bytes and times are exact" {
	local sent=0 received=0 data_sent=0 data_received=0

	start_counting -www
	clients --parallel 20 --connections 20 --resume id --request /
	clients --parallel 20 --connections 30 --resume ticket --request /
	clients --parallel 20 --connections 40 --resume tls13 --request /
	clients --parallel 20 --connections 50 --tls1_3 --request /one/more
	settle
	counted <<-END
		connections.accepted 230
		connections.timed_out 0
		handshakes.started 230
		handshakes.finished 230
		kinds.full 140
		kinds.tls12_id 20
		kinds.tls12_ticket 30
		kinds.tls13_ticket 40
		kinds.tls13_stateful 0
		bytes.socket_in $sent
		bytes.socket_out $received
		bytes.data_in $data_sent
		bytes.data_out $data_received
		sessions.hits 90
		sessions.misses 0
		early_data.accepted 0
		deaths 0
	END
	assert_equal "$(stat_of '.totals.versions["TLSv1.2"]')" 100
	assert_equal "$(stat_of '.totals.versions["TLSv1.3"]')" 130
	assert_equal "$(stat_of '.cache | [.inserts, .hits, .items]|@csv')" \
	    20,20,20
	# Every worker had its share.
	stat_of '.per_worker[].handshakes.finished > 20' >shares
	assert_equal "$(sort -u shares)" true
}

@test "stateful tickets of TLS 1.3 are told from others" {
	local sent=0 received=0 data_sent=0 data_received=0

	start_counting -www -no_ticket
	clients --connections 20 --parallel 10 --resume stateful --request /
	clients --connections 10 --parallel 10 --resume id --request /
	settle
	counted <<-END
		kinds.full 30
		kinds.tls12_id 10
		kinds.tls12_ticket 0
		kinds.tls13_ticket 0
		kinds.tls13_stateful 20
		bytes.socket_in $sent
		bytes.socket_out $received
	END
}

@test "the old versions are counted as what they are" {
	local option count

	start_counting -www -cipher DEFAULT@SECLEVEL=0
	for option in tls1 tls1_1 tls1_1 tls1_2 tls1_2 tls1_2; do
		client "-$option" -cipher DEFAULT@SECLEVEL=0 </dev/null \
		    >/dev/null
	done
	settle
	counted <<-END
		handshakes.finished 6
		kinds.full 6
	END
	assert_equal "$(stat_of '.totals.versions | [.[]] | @csv')" 1,2,3,0,0,0
}

@test "early data: accepted, and rejected, and its bytes" {
	local sent=0 received=0 data_sent=0 data_received=0

	start_counting -early_data
	clients --connections 10 --parallel 5 --resume early --send 'early\n'
	echo early >early
	client_start first -sess_out session
	wait_for 10 test -s session
	client_end first
	# The second time its ticket is spent.
	client -sess_in session -early_data early </dev/null >/dev/null
	client -sess_in session -early_data early </dev/null >/dev/null
	settle
	counted <<-END
		early_data.accepted 11
		early_data.rejected 1
		kinds.full 12
		kinds.tls13_stateful 11
		bytes.data_in $((data_sent + 6))
	END
}

@test "renegotiations count as themselves, and in the table" {
	start_counting -client_renegotiation
	client_start one -tls1_2 -cipher ECDHE-ECDSA-AES128-SHA
	client_connected one
	type_to one 'R\n'
	wait_for 5 file_has server.out 'Read BLOCK'
	client_end one
	settle
	counted <<-END
		handshakes.started 1
		handshakes.finished 1
		handshakes.renegotiations 1
		kinds.full 1
	END
	assert_contains "$(server_out)" '   2 server accepts that finished'
}

# Its session is stored while the handshake waits.
@test "times of handshakes are those that they took" {
	faulty session-store:1500
	start_counting -no_ticket
	client -tls1_2 </dev/null >/dev/null
	settle
	adds_up
	# Of the one handshake: less than this, and at least half of it.
	[ "$(stat_of '.handshake_times | [.below_us, .full] | transpose[] |
		select(.[1] == 1)[0]')" -ge 2097152 ]
}

### Sessions

# Make the client believe that its session is new: [1] is its time.
rejuvenate() # session
{
	"$OPENSSL" sess_id -in "$1" -outform DER |
	    perl -0777 -pe 's/(\xa1\x06\x02\x04)..../$1 . pack("N", time)/se' |
	    "$OPENSSL" sess_id -inform DER -out "$1"
}

lapses() # option of s_client...
{
	client_start one "$@" -sess_out session
	wait_for 10 test -s session
	client_end one
	sleep 2.1
	rejuvenate session
	assert_contains "$(client "$@" -sess_in session </dev/null)" 'New, '
	rm session
}

# The same numbers as the stock program's with its clock put forward.
@test "sessions too old are timeouts, tickets as well, and no misses" {
	start_counting -session_timeout 1
	lapses -tls1_2
	lapses -tls1_2 -no_ticket
	lapses -tls1_3
	settle
	counted <<-END
		sessions.timeouts 3
		sessions.misses 0
		sessions.hits 0
		kinds.full 6
	END
	assert_equal "$(stat_of .cache.timeouts)" 1
	assert_contains "$(server_out)" '   3 session cache timeouts'
	stop_server
	rm stats.json
	start_counting -session_timeout 1 -no_ticket
	lapses -tls1_3
	settle
	counted <<-END
		sessions.timeouts 1
		sessions.misses 0
	END
}

overflows() # name, port
{
	PORT=$2 tls_load --connections 130 --sequential --tls1_2 --request / \
	    >/dev/null
	wait_exit "$1"
	OVERFLOWS=$(sed -n 's/^ *\([0-9]*\) cache full overflows.*/\1/p' "$1.out")
}

# Of the 128 that the stock program allows it keeps 127.
@test "cache full overflows are those of the stock program" {
	start_server -www -no_ticket -cache_size 127 -naccept 130
	overflows server "$PORT"
	assert_equal "$OVERFLOWS" 3
	assert_contains "$(server_out)" '   3 cache full overflows (127 allowed)'
	start_stock -www -no_ticket -naccept 130
	overflows stock "$STOCK_PORT"
	assert_equal "$OVERFLOWS" 3
}

### Why handshakes fail

@test "failures: alerts, both ways" {
	local i

	start_counting -tls1_3
	for i in 1 2 3; do
		run ! client -tls1_2 </dev/null
	done
	echo '160301000401000000 fin' | send_hex
	# As a client says it of a certificate that it does not know.
	for i in 1 2; do
		run ! client -verify_return_error -CAfile "$CERTS/server2.pem" \
		    </dev/null
	done
	# To begin with an alert is no way to refuse anything.
	echo '1503010002022f fin' | send_hex
	settle 7
	counted <<-END
		failures.alert_sent 5
		failures.alert_received 2
		handshakes.failed 7
		handshakes.finished 0
		connections.accepted 7
	END
	stop_server
	rm stats.json
	start_counting -tls1_2
	run ! client -verify_return_error -CAfile "$CERTS/server2.pem" \
	    </dev/null
	run ! client -cipher ECDHE-RSA-AES128-SHA </dev/null
	settle
	counted <<-END
		failures.alert_sent 1
		failures.alert_received 1
		connections.accepted 2
	END
}

# TLS 1.3: the client has finished long before.
@test "failures: a client certificate that we do not like" {
	start_counting -Verify 1 -verify_return_error -CAfile "$CERTS/ca.pem"
	client </dev/null >/dev/null || :
	client -tls1_2 </dev/null >/dev/null || :
	settle
	counted <<-END
		failures.alert_sent 2
		handshakes.failed 2
	END
}

@test "failures: no TLS, closed, reset" {
	start_counting
	send_hex <<-END
		$(hex 'GET / HTTP/1.0\r\n\r\n') wait
		$(hex 'SSH-2.0-client\r\n') rst
		$(hex 'hi') fin
		ffffffffffffffff fin
		- fin
		- fin
		- rst
		16 fin
		160301 rst
		160301000401 fin
	END
	settle 10
	counted <<-END
		failures.not_tls 4
		failures.closed 6
		handshakes.failed 10
	END
}

# A hello longer than -stateless waits for: libssl would forget what it has read
# of it, so the connection ends without an alert.
@test "failures: what is none of all these" {
	local zeros record

	printf -v zeros '%032760d' 0
	record=1603014000
	start_counting -stateless -tls1_3
	send_hex <<-END
		${record}0100c000$zeros${record}${zeros}00000000 wait
	END
	settle
	counted <<-END
		failures.other 1
		handshakes.failed 1
		handshakes.finished 0
		connections.accepted 1
	END
}

@test "failures: our deadlines" {
	start_counting -handshake_timeout 1 -idle_timeout 1
	clients --connections 3 --silent
	clients --connections 2 --half-hello
	client_start one
	client_connected one
	wait_exit one
	settle
	counted <<-END
		failures.timeout 5
		handshakes.failed 5
		handshakes.finished 1
		connections.timed_out 6
	END
	stop_server
	rm stats.json
	start_counting -total_timeout 1
	clients --connections 3 --silent
	settle
	counted <<-END
		failures.timeout 3
		connections.timed_out 3
	END
}

opened() # count
{
	report && [ "$(stat_of .totals.connections.open)" = "$1" ]
}

@test "open connections, and those that the end of the server ended" {
	start_counting
	client_start one
	client_connected one
	tls_load --connections 2 --silent >said &
	LOADS+=($!)
	wait_for 5 opened 3
	counted <<-END
		connections.ended 0
		handshakes.finished 1
		handshakes.in_progress 2
		handshakes.failed 0
	END
	type_to server 'Q\n'
	wait_exit server
	assert_equal "$(stat_of .reason)" end
	counted <<-END
		connections.open 0
		connections.ended 3
		failures.ended 2
	END
}

### Workers that die

finished()
{
	stat_of .totals.handshakes.finished
}

@test "kill -9 in the middle of a load: no number goes down, none is lost" {
	local i pid load before now ok

	start_counting -www
	tls_load --duration 4 --parallel 20 --retry --request / >said 2>errors &
	load=$!
	LOADS+=("$load")
	report
	for i in 1 2 3 4; do
		sleep 0.6
		before=$(tail -n 1 stats.json)
		pid=$(worker "$i")
		kill -KILL "$pid"
		report
		now=$(tail -n 1 stats.json)
		# All but what is open and what is in progress.
		jq -e --argjson was "$before" '.totals |
		. as $now | [paths(numbers)] - [["connections", "open"],
			["handshakes", "in_progress"]] |
		all(.[]; . as $p | ($now | getpath($p)) >=
			($was.totals | getpath($p)))' <<<"$now"
		wait_for 5 has_workers 4
	done
	wait "$load" || { cat said errors; false; }
	LOADS=()
	settle
	counted <<<'deaths 4'
	ok=$(sed -n 's/^ok \([0-9]*\) .*/\1/p' said)
	[ "$(finished)" -ge "$ok" ]
	[ "$ok" -gt 100 ]
	echo "# ok $ok, finished $(finished), lost" \
	    "$(stat_of .totals.handshakes.lost)" >&3
}

@test "what a killed worker held is lost, and said so" {
	start_counting -workers 1
	client_start one
	client_connected one
	tls_load --connections 2 --silent >said 2>&1 &
	LOADS+=($!)
	wait_for 5 opened 3
	kill_worker 1
	wait_for 5 opened 0
	counted <<-END
		connections.accepted 3
		connections.lost 3
		handshakes.finished 1
		handshakes.lost 2
		handshakes.failed 0
		deaths 1
	END
}

@test "a reload keeps all numbers, and is no death of workers" {
	local sent=0 received=0 data_sent=0 data_received=0 i

	start_counting -www
	for i in 2 3 4; do
		clients --connections 20 --resume ticket --request /
		kill -HUP "$SERVER_PID"
		wait_for 10 file_has server.err "reloaded: generation $i"
		wait_for 10 has_workers 4
	done
	clients --connections 20 --resume ticket --request /
	settle
	counted <<-END
		connections.accepted 160
		kinds.tls12_ticket 80
		bytes.socket_in $sent
		bytes.data_out $data_received
		deaths 0
	END
}

@test "a stopped worker holds up no report, and is named" {
	local sent=0 received=0 data_sent=0 data_received=0

	start_counting -www
	clients --connections 20 --request /
	settle
	kill -STOP "$(worker 2)"
	within_ms 3000 'a report with a stopped worker' report
	assert_equal "$(stat_of '.silent | @csv')" 2
	counted <<<'handshakes.finished 20'
	kill -CONT "$(worker 2)"
	report
	assert_equal "$(stat_of '.silent | @csv')" ''
}

### Where they go

# covers: -stats_per_worker
@test "-stats_per_worker: a table each, which add up to the first" {
	local table

	start_server -www -workers 3 -stats_per_worker
	tls_load --connections 30 --request / >/dev/null
	kill -QUIT "$SERVER_PID"
	wait_exit server
	table=$(sed -n '/items in the session cache/,$p' server.out)
	assert_equal "$(grep '^worker' <<<"$table")" $'worker 1:\nworker 2:\nworker 3:'
	assert_equal "$(wc -l <<<"$table")" $((12 + 3 * 11))
	assert_equal "$(awk '/server accepts \(/ { print $1 == "30"; sum += $1 }
	END { print sum }' <<<"$table")" $'1\n0\n0\n0\n60'
	assert_equal "$(grep -c 'items in the session cache' <<<"$table")" 1
	assert_equal "$(grep -c 'cache full overflows' <<<"$table")" 1
}

@test "a line on S, on USR1 and at the end, behind what was there" {
	echo '{"mine":true}' >stats.json
	start_counting
	client_start one
	client_connected one
	type_to server 'S\n'
	wait_for 5 has_reports 2
	assert_equal "$(stat_of .reason)" command
	report
	assert_equal "$(stat_of .reason)" signal
	client_end one
	kill -QUIT "$SERVER_PID"
	wait_exit server
	assert_equal "$(jq -c '[.mine, .reason]' stats.json | tr '\n' ' ')" \
	    '[true,null] [null,"command"] [null,"signal"] [null,"end"] '
	assert_equal "$(stat_of .pid)" "$SERVER_PID"
	assert_equal "$(stat_of .version)" 1
	assert_equal "$(stat_of '.uptime_s > 0 and .uptime_s < 600')" true
	# To the second.
	assert_equal "$(stat_of 'now - (.time | fromdate) | . > -2 and . < 600')" \
	    true
}

@test "TERM and INT: no table, but the line" {
	local signal

	for signal in TERM INT; do
		start_counting
		client_start one
		client_connected one
		kill -s "$signal" "$SERVER_PID"
		wait_exit server
		[ "$STATUS" -gt 128 ]
		assert_equal "$(stat_of .reason)" end
		counted <<-END
			handshakes.finished 1
			connections.open 1
		END
		assert_lacks "$(server_out)" 'session cache'
		client_end one
		rm stats.json
	done
}

@test "-stats_json -: on standard output, with -quiet too" {
	start_server -stats_json - -quiet
	kill -USR1 "$SERVER_PID"
	wait_for 5 file_has server.out '"reason":"signal"'
	kill -QUIT "$SERVER_PID"
	wait_exit server
	assert_equal "$(jq -r .reason server.out)" $'signal\nend'
	assert_equal "$(wc -l <server.out)" 2
}

@test "-stats_json: what cannot be written is told at once" {
	local place

	for place in /nowhere/file . ''; do
		run -1 --separate-stderr timeout 10 "$S_SERVER" -accept 0 \
		    -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" \
		    -stats_json "$place" </dev/null
		assert_matches "$stderr" \
		    "^s_server: -stats_json ${place}: [^"$'\n'"]*\$"
	done
}

report_quietly()
{
	local before

	before=$(count_lines "$(server_out)" '   0 items in the session cache')
	kill -USR1 "$SERVER_PID"
	wait_for 5 tables $((before + 1))
}

tables() # count
{
	[ "$(grep -c 'items in the session cache' server.out)" -ge "$1" ]
}

@test "-stats_json: a FIFO that nobody reads holds up nothing" {
	local i lines

	mkfifo fifo
	start_server -workers 30 -stats_json fifo
	# Each is about 20 KiB.
	for i in 1 2 3 4 5 6 7; do
		report_quietly
	done
	client </dev/null >/dev/null
	assert_equal "$(grep stats_json server.err)" \
	    's_server: cannot write to -stats_json fifo: nobody reads it'
	# Whoever reads at last gets whole lines.
	timeout $((10 * SLOW)) cat fifo >lines &
	LOADS+=($!)
	wait_for 5 has_lines lines 3
	wait_for 5 file_has server.err ' bytes of -stats_json fifo were lost'
	report_quietly
	wait_for 5 has_lines lines 4
	kill -QUIT "$SERVER_PID"
	wait_exit server
	wait "${LOADS[@]}"
	LOADS=()
	lines=$(jq -r .totals.handshakes.finished lines | tr '\n' ' ')
	assert_matches "$lines" '^0( 0)* 1 1 $'
	assert_equal "$(grep -c stats_json server.err)" 2
}

has_lines() # file, count
{
	[ "$(wc -l <"$1")" -ge "$2" ]
}

@test "-stats_json: a FIFO that nobody reads does not hold up TERM" {
	local i

	mkfifo fifo
	start_server -workers 30 -stats_json fifo
	for i in 1 2 3 4; do
		report_quietly
	done
	kill -TERM "$SERVER_PID"
	within_ms 2000 'TERM with a full FIFO' wait_for 5 is_gone "$SERVER_PID"
	wait_exit server
	assert_equal "$STATUS" 143
}

@test "-stats_json: a FIFO whose reader goes and comes again" {
	local reader

	mkfifo fifo
	exec {reader}<>fifo
	INPUTS[fifo]=$reader
	start_server -stats_json fifo
	report_quietly
	read -r <&"$reader"
	close_input fifo
	report_quietly
	report_quietly
	cat fifo >lines 3>&- &
	LOADS+=($!)
	client </dev/null >/dev/null
	report_quietly
	wait_for 5 has_lines lines 3
	assert_equal "$(jq .totals.connections.accepted lines)" $'0\n0\n1'
	assert_equal "$(grep -c stats_json server.err)" 0
}

@test "-stats_json: a full disk is told, what is lost at the end, and S goes on" {
	start_server -stats_json /dev/full
	report_quietly
	report_quietly
	report_quietly
	client </dev/null >/dev/null
	kill -QUIT "$SERVER_PID"
	wait_exit server
	assert_equal "$STATUS" 0
	assert_matches "$(grep stats_json server.err)" \
	    '^s_server: cannot write to -stats_json /dev/full: No space left on device
s_server: [0-9]+ bytes of -stats_json /dev/full were lost$'
}

# A limit for files is one of this kind; its signal must not end the server.
@test "-stats_json: a file at its limit is told once, and ends nothing" {
	local S_SERVER=$BATS_TEST_TMPDIR/limited

	printf '#!/bin/bash\nulimit -f 3\nexec "%s" "$@"\n' "$BUILD/s_server" \
	    >"$S_SERVER"
	chmod +x "$S_SERVER"
	head -c 2800 /dev/zero | tr '\0' ' ' >stats.json
	start_server -workers 2 -stats_json stats.json
	report_quietly
	report_quietly
	assert_contains "$(server_err)" '-stats_json stats.json: File too large'
	assert_equal "$(grep -c stats_json server.err)" 1
	kill -QUIT "$SERVER_PID"
	wait_exit server
	assert_equal "$STATUS" 0
}
