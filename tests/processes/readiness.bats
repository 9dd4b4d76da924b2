# How a script learns that the server is ready, and where.

load ../lib/helpers

# The master itself must hold the socket: harnesses look it up by its pid.
holds_port() # pid, port
{
	lsof -a -n -P -i "tcp:$2" -s TCP:LISTEN -p "$1" >/dev/null
}

# covers: -ready_file
@test "-ready_file holds one line, with -quiet and -brief as well" {
	local mode

	for mode in -quiet -brief -rev -www; do
		start_server "$mode" -workers 2 -ready_file "$PWD/line"
		wait_for 5 test -e line
		assert_equal "$(<line)" "ACCEPT 127.0.0.1:$PORT"
		client </dev/null >/dev/null 2>&1
		stop_server
		rm line
	done
	assert_equal "$(find . -name 'line*')" ''
}

# covers: -ready_fd
@test "-ready_fd gets the line, then end of file" {
	mkfifo ready
	(
		exec 3>&-
		exec setsid "$S_SERVER" -quiet -workers 2 -ready_fd 9 \
		    -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" \
		    -accept 127.0.0.1:0 9>ready </dev/null >server.out \
		    2>server.err
	) &
	PIDS[server]=$!
	SERVER_PID=$!
	assert_matches "$(timeout 10 cat ready)" '^ACCEPT 127.0.0.1:[0-9]+$'
	SERVERS+=("$SERVER_PID::server")
}

@test "-ready_fd that is not open, -ready_file in no folder: a clear error" {
	run_server -nocert -accept 127.0.0.1:0 -ready_fd 77
	assert_equal "$status" 1
	assert_contains "$stderr" 'ready_fd 77'
	assert_lacks "$output" ACCEPT
	run_server -nocert -accept 127.0.0.1:0 -ready_file /nowhere/file
	assert_equal "$status" 1
	assert_contains "$stderr" '/nowhere/file'
}

@test "the master holds the listening socket" {
	start_server -workers 2
	holds_port "$SERVER_PID" "$PORT"
}

@test "a given port is announced as the stock program does: ACCEPT" {
	start_server
	stop_server
	start_server -accept "127.0.0.1:$PORT"
	assert_equal "$(server_out | tail -n 1)" ACCEPT
}

@test "a closed standard input or output disturbs nothing" {
	STDIN=- start_server -quiet -workers 2
	client </dev/null >/dev/null 2>&1
	running server
	holds_port "$SERVER_PID" "$PORT"
}

@test "without all standard descriptors it serves, and nothing has their place" {
	local fd

	printf '#!/bin/sh\nexec "%s" "$@" <&- >&- 2>&-\n' "$S_SERVER" >closed
	chmod +x closed
	S_SERVER=$PWD/closed start_server -ready_file ready -workers 2
	for fd in 0 1 2; do
		assert_equal "$(readlink "/proc/$SERVER_PID/fd/$fd")" /dev/null
	done
	client </dev/null >client.out
	assert_contains "$(<client.out)" 'Cipher is'
	client </dev/null >client.out
	running server
	kill -QUIT "$SERVER_PID"
	wait_exit server
	assert_equal "$STATUS" 0
}

# covers: -ready_fd
@test "-ready_fd that the caller had not open is refused, whoever has it now" {
	local fd

	for fd in 1 3 4 5 6 7; do
		# shellcheck disable=SC2016
		run --separate-stderr timeout $((10 * SLOW)) bash -c \
		    'exec 1>&- 3>&- 4>&- 5>&- 6>&- 7>&- "$@"' closed \
		    "$S_SERVER" -nocert -accept 127.0.0.1:0 -ready_fd "$fd"
		assert_equal "$status" 1
		assert_contains "$stderr" "-ready_fd $fd: Bad file descriptor"
	done
}

@test "the port is free as soon as the server is gone, twenty times" {
	local i

	start_server
	for ((i = 0; i < 20; i++)); do
		client </dev/null >/dev/null
		stop_server
		start_server -accept "127.0.0.1:$PORT"
	done
}

# A port that is known before the server is there, as harnesses have it.
free_port()
{
	start_server -www
	stop_server
}

# Tries until it is served; -www ends its connection with the answer.
eager_client()
{
	local i

	for ((i = 0; i < 500; i++)); do
		! client -quiet <<<$'GET / HTTP/1.0\n' 2>/dev/null |
		    grep -q '200 ok' || return 0
		sleep 0.02
	done
	return 1
}

# covers: -ready_file
@test "readiness is told before the first client uses the quota up" {
	free_port
	eager_client &
	faulty worker-start:2000:4
	start_server -www -naccept 1 -workers 4 -ready_file "$PWD/line" \
	    -accept "127.0.0.1:$PORT"
	wait $!
	wait_exit server
	assert_equal "$STATUS" 0
	assert_equal "$(<line)" "ACCEPT 127.0.0.1:$PORT"
}

@test "no line of a client comes before ACCEPT" {
	free_port
	(for _ in {1..100}; do
		client </dev/null >/dev/null 2>&1 && break
		sleep 0.02
	done) &
	faulty worker-start:2000:4
	start_server -naccept 1 -workers 4 -accept "127.0.0.1:$PORT"
	wait $!
	wait_exit server
	assert_matches "$(server_out | head -n 2)" '(^|
)ACCEPT$'
}

@test "a worker that is never ready keeps nobody waiting for long" {
	local said

	faulty worker-start:stop:2
	SLOW=$((SLOW * 3)) start_server -www -label -workers 3
	assert_contains "$(server_err)" 'process 2 of the pool'
	assert_contains "$(server_err)" 'not ready after 10 s'
	said=$(tls_load --connections 20 --sequential --request /)
	assert_contains "$said" 'ok 20 failed 0'
}
