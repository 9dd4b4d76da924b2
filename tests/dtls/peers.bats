# DTLS: what peers can do before they have shown that they are where they say.

load ../lib/helpers

# The trick program: see tests/load/hellos.c.
hellos() # mode, count
{
	timeout $((60 * SLOW)) "$BUILD/tests/load/hellos" "$PORT" "$@" 3>&-
}

@test "garbage has no answer, and stops nothing" {
	start_server -dtls -workers 2
	run hellos garbage
	assert_equal "${lines[0]}" 'garbage: cookies 0 served 0 other 0'
	assert_equal "${lines[1]}" 'then: cookies 0 served 0 other 0'
	stop_server
	assert_equal "$(server_err)" ''
}

# The program tells if a cookie is longer than the hello that it answers.
@test "a cookie is good from the address and port it was sent to, and no other" {
	start_server -dtls -workers 2
	run hellos stolen
	assert_contains "$output" 'another port: cookies 1 served 0 other 0'
	assert_contains "$output" 'another address: cookies 1 served 0 other 0'
	assert_contains "$output" 'its own: cookies 0 served 1'
}

@test "a cookie outlives the worker that made it" {
	local old

	start_server -dtls -workers 1
	old=$(worker 1)
	launch late "$BUILD/tests/load/hellos" "$PORT" late 20
	wait_for 10 file_has late.out cookies
	kill -KILL "$old"
	wait_for 10 is_gone "$old"
	wait_for 10 has_workers 1
	close_input late
	wait_exit late
	assert_contains "$(server_out late)" 'back: cookies 0 served 20'
}

# They lie in the queue that all workers read.
@test "ten copies of one hello with a cookie make one connection" {
	start_server -dtls -workers 4
	run hellos copies 300
	assert_contains "$output" 'back: cookies 0 served 300'
	kill -USR1 "$SERVER_PID"
	wait_for 10 file_has server.out 'server accepts (SSL_accept())'
	assert_contains "$(server_out)" ' 300 server accepts (SSL_accept())'
}

# covers: -half_open
@test "as many shake hands at once as -half_open allows, then others do" {
	start_server -dtls -workers 1 -half_open 8
	launch late "$BUILD/tests/load/hellos" "$PORT" late 20
	wait_for 10 file_has late.out cookies
	close_input late
	wait_for 10 file_has server.err '-half_open allows'
	# Those that were not served have left; so have those that were.
	end_process late
	# More at once than one host may would wait longer and longer.
	tls_load --dtls --connections 20 --parallel 4 >load.out
	assert_contains "$(<load.out)" 'ok 20 failed 0'
}

descriptors()
{
	local pid

	for pid in $(workers); do
		ls "/proc/$pid/fd"
	done | wc -l
}

descriptors_at_most() # count
{
	[ "$(descriptors)" -le "$1" ]
}

# Each from an address of its own. A peer that was there before loses nothing,
# and others come meanwhile.
@test "100,000 hellos cost no memory, no descriptor, and no other peer" {
	local before open after peers

	start_server -dtls -workers 2 -echo -brief
	tls_load --dtls --connections 20 --echo 20 >/dev/null
	hellos flood 1000
	launch peer "$BUILD/tests/load/tls_load" --dtls --connections 1 \
	    --connect "127.0.0.1:$PORT" --echo 300 --pace 10
	wait_for 10 file_has server.err 'CONNECTION ESTABLISHED'
	before=$(memory_kib)
	open=$(descriptors)
	hellos flood 100000 >flood.out &
	LOADS+=($!)
	peers=$(tls_load --dtls --connections 50 --parallel 5 --retry)
	wait "${LOADS[@]}"
	LOADS=()
	after=$(memory_kib)
	wait_exit peer 20
	assert_contains "$(<flood.out)" 'flood: cookies 100000 served 0 other 0'
	assert_contains "$peers" 'ok 50 failed 0'
	assert_contains "$(server_out peer)" 'echo sent 300 received 300 lost 0'
	echo "# $before KiB before, $after KiB after" >&3
	is_sanitized || [ "$after" -le $((before + 512)) ]
	wait_for 10 descriptors_at_most "$open"
}

# Peers of 127.0.0.2 that come with their cookies and say no more. So many of
# them are served.
start_crowd() # name, peers, served, mode (default crowd)
{
	launch "$1" "$BUILD/tests/load/hellos" "$PORT" "${4:-crowd}" "$2"
	wait_for 60 file_has "$1.out" 'crowd: '
	assert_contains "$(<"$1.out")" " served $3 "
}

# covers: -half_open
@test "one host that leaves its handshakes open does not lock others out" {
	start_server -dtls -workers 2 -half_open 320 -echo -quiet
	start_crowd crowd 320 160
	wait_for 10 file_has server.err 'peers of 127.0.0.2 shake hands'
	tls_load --dtls --connections 50 --timer 250 >load.out
	assert_contains "$(<load.out)" 'ok 50 failed 0'
	running crowd
}

# covers: -half_open
@test "what a killed worker had open is given back" {
	local pid

	start_server -dtls -workers 3 -half_open 32 -echo -quiet
	start_crowd first 40 16
	for pid in $(workers); do
		kill -KILL "$pid"
		wait_for 10 is_gone "$pid"
		sleep 0.3
	done
	wait_for 10 has_workers 3
	start_crowd second 40 16
}

# covers: -half_open
@test "one host that starts anew where it has shaken hands locks nobody out" {
	start_server -dtls -workers 1 -half_open 8 -echo -quiet
	start_crowd crowd 12 4 anew
	tls_load --dtls --connections 20 --parallel 2 --timer 250 >load.out
	assert_contains "$(<load.out)" 'ok 20 failed 0'
	running crowd
}
