# A listening socket that a service manager hands in (LISTEN_FDS) and keeps.

load ../lib/helpers
load ../lib/given

refused() # error, option of giver..., --, option of server...
{
	local error=$1

	shift
	rm -f socket
	run_given "$@" -workers 3
	assert_equal "$status" 1
	assert_matches "$(grep s_server: <<<"$stderr")" "^s_server: $error\$"
	assert_lacks "$output" ACCEPT
}

# Every client that comes meanwhile is served, whoever serves at the moment.
all_served() # output of tls_load, count
{
	assert_contains "$1" "ok $2 failed 0"
}

@test "TCP of IPv4 and IPv6, UNIX, abstract: served, announced, kept at the end" {
	start_given tcp 127.0.0.1:0 -- -workers 2
	assert_contains "$(<giver.out)" "LISTENS 127.0.0.1:$PORT"
	assert_contains "$(<giver.out)" "ACCEPT 127.0.0.1:$PORT"
	client </dev/null >client.out
	assert_contains "$(<client.out)" 'Cipher is'
	end_process giver
	start_given tcp '[::1]:0' -- -workers 2
	assert_contains "$(<giver.out)" "ACCEPT [::1]:$PORT"
	client -connect "[::1]:$PORT" </dev/null >client.out
	assert_contains "$(<client.out)" 'Cipher is'
	end_process giver
	start_given unix @"$PWD/a" -- -workers 2
	assert_contains "$(<giver.out)" "ACCEPT localhost:@$PWD/a"
	end_process giver
	start_given unix "$PWD/socket" -- -workers 2 -unlink -www
	assert_contains "$(<giver.out)" "ACCEPT localhost:$PWD/socket"
	openssl s_client -unix "$PWD/socket" </dev/null >client.out
	assert_contains "$(<client.out)" 'Cipher is'
	end_process giver
	[ -S socket ]
}

# covers: -accept -port -unix
@test "-accept, -port and -unix name what is expected" {
	start_given tcp 127.0.0.1:0 -- -accept 127.0.0.1:0
	assert_contains "$(<giver.out)" "ACCEPT 127.0.0.1:$PORT"
	end_process giver
	start_given tcp 0.0.0.0:"$PORT" -- -port "$PORT" -4
	assert_contains "$(<giver.out)" "ACCEPT 0.0.0.0:$PORT"
	end_process giver
	start_given unix "$PWD/socket" -- -unix "$PWD/socket"
	end_process giver
	refused "LISTEN_FDS: -accept 127.0.0.1:4433 is expected, $(
	)descriptor 3 is at 127.0.0.1:[0-9]+" \
	    tcp 127.0.0.1:0 -- -accept 127.0.0.1:4433
	refused "LISTEN_FDS: -accept \*:0 is expected, $(
	)descriptor 3 is at \[::1\]:[0-9]+" tcp '[::1]:0' -- -port 0
	refused 'LISTEN_FDS: -unix /a is expected, descriptor 3 is at socket' \
	    unix socket -- -unix /a
	refused 'LISTEN_FDS: a listening TCP socket is expected, .*' \
	    unix socket -- -accept 0
}

@test "a wrong number or kind: one line says what was expected and what came" {
	local tcp='a listening TCP or UNIX stream socket is expected, descriptor 3'

	refused 'LISTEN_FDS is "2": expected is 1, for one socket' \
	    tcp 127.0.0.1:0 tcp 127.0.0.1:0 --
	refused 'LISTEN_FDS is "0": expected is 1, for one socket' -fds 0 --
	refused 'LISTEN_FDS is "x": expected is 1, for one socket' -fds x --
	refused "LISTEN_FDS: $tcp is a UDP socket of IPv4" udp 127.0.0.1:0 --
	refused "LISTEN_FDS: $tcp is a TCP socket of IPv4 that does not listen" \
	    bound 127.0.0.1:0 --
	refused "LISTEN_FDS: $tcp is a UNIX datagram socket" datagram socket --
	refused "LISTEN_FDS: $tcp is a UNIX sequenced-packet socket" \
	    packet socket --
	refused "LISTEN_FDS: $tcp is none: .*" file "$CERTS/server.pem" --
	refused 'LISTEN_FDS: a listening TCP socket of IPv6 is expected, .* IPv4' \
	    tcp 127.0.0.1:0 -- -6
	refused 'LISTEN_FDS: a UDP socket is expected, .* a TCP socket of IPv4' \
	    tcp 127.0.0.1:0 -- -dtls
	refused 'LISTEN_FDS: a UDP socket is expected, .* UNIX stream socket' \
	    unix socket -- -dtls
	refused 'LISTEN_FDS: a UDP socket is expected, .*has no port.*' \
	    unbound 127.0.0.1:0 -- -dtls
	refused 'LISTEN_FDS: a listening UNIX stream socket is expected, .*' \
	    tcp 127.0.0.1:0 -- -unix /a
	refused '-ready_fd 3 is the socket that was handed in' \
	    tcp 127.0.0.1:0 -- -ready_fd 3
}

@test "variables for another process are ignored" {
	start_given -pid 1 tcp 127.0.0.1:0 -- -accept 127.0.0.1:0 -workers 2
	assert_lacks "$(<giver.out)" "LISTENS 127.0.0.1:$PORT"
	client </dev/null >client.out
}

fds_of() # pid, a socket as readlink shows it
{
	find "/proc/$1/fd" -printf '%l\n' | grep -cxF "$2"
}

@test "workers have the socket once, the fetcher has it not" {
	local socket number

	start_given tcp 127.0.0.1:0 -- -workers 2 -status -status_url \
	    http://127.0.0.1:9/
	socket=$(readlink "/proc/$SERVER_PID/fd/3")
	for number in 1 2; do
		assert_equal "$(fds_of "$(worker "$number")" "$socket")" 1
	done
	assert_equal "$(fds_of "$(pgrep -P "$SERVER_PID" -f fetcher)" \
	    "$socket")" 0
	assert_equal "$(fds_of "$SERVER_PID" "$socket")" 1
}

@test "a restart under load loses no connection, nor does a reload" {
	local i load

	start_given -times 4 tcp 127.0.0.1:0 -- -www -workers 3
	tls_load --connections 3000 --parallel 30 --request / >load.out &
	load=$!
	LOADS+=("$load")
	for i in 1 2 3; do
		sleep 0.3
		kill -HUP "$SERVER_PID"
		sleep 0.3
		kill -QUIT "$SERVER_PID"
		runs_given $((i + 1))
		running giver
	done
	wait "$load"
	all_served "$(<load.out)" 3000
	assert_lacks "$(<giver.err)" killed
}

@test "TERM, KILL: who waits in the queue is served by the successor" {
	local signal pid i=1

	start_given -times 4 tcp 127.0.0.1:0 -- -www -workers 2
	for signal in TERM KILL INT; do
		# Nobody accepts any more.
		# shellcheck disable=SC2046
		kill -STOP $(workers)
		tls_load --connections 20 --request / >load.out &
		pid=$!
		LOADS+=("$pid")
		wait_for 5 queue_has 20
		kill -"$signal" "$SERVER_PID"
		runs_given $((++i))
		wait "$pid"
		all_served "$(<load.out)" 20
	done
}

queue_has() # count
{
	[ "$(ss -ltnH "sport = :$PORT" | awk '{ print $2 }')" -eq "$1" ]
}

# covers: -naccept
@test "-naccept is exact, and leaves the rest to the successor" {
	start_given -times 5 tcp 127.0.0.1:0 -- -www -naccept 7 -workers 3
	all_served "$(tls_load --connections 35 --parallel 12 --request /)" 35
	wait_exit giver
	assert_equal "$STATUS" 0
	assert_equal "$(count_lines "$(<giver.out)" ACCEPT)" 5
	SERVERS=()
}

@test "whoever had the socket last closes the port" {
	start_given -exec tcp 127.0.0.1:0 -- -workers 2 -ign_eof
	client_start held
	client_connected held
	kill -QUIT "${PIDS[giver]}"
	wait_for 5 is_free "$PORT"
	run client </dev/null
	assert_equal "$status" 1
	client_end held
	wait_exit giver
	assert_equal "$STATUS" 0
}

@test "a killed worker is replaced and accepts from the same socket" {
	start_given tcp 127.0.0.1:0 -- -www -workers 2
	kill_worker 1
	wait_for 5 has_workers 2
	kill_worker 2
	wait_for 5 has_workers 2
	all_served "$(tls_load --connections 20 --sequential --request /)" 20
}

# covers: -dtls
@test "UDP: a restart loses no peer, wherever it is in its handshake" {
	local i load

	start_given -times 4 udp 127.0.0.1:0 -- -dtls -echo -workers 3 \
	    -idle_timeout 20
	assert_contains "$(<giver.out)" "ACCEPT 127.0.0.1:$PORT"
	tls_load --dtls --connections 1500 --parallel 30 --echo 2 >load.out &
	load=$!
	LOADS+=("$load")
	for i in 1 2 3; do
		sleep 0.3
		kill -QUIT "$SERVER_PID"
		runs_given $((i + 1))
	done
	running giver
	wait "$load"
	all_served "$(<load.out)" 1500
}

# covers: -unlink
@test "UNIX: the path stays, and the successor serves it" {
	local i

	start_given -times 3 unix "$PWD/socket" -- -unlink -workers 2
	for i in 2 3; do
		openssl s_client -unix "$PWD/socket" </dev/null >client.out
		assert_contains "$(<client.out)" 'Cipher is'
		kill -QUIT "$SERVER_PID"
		runs_given "$i"
		[ -S socket ]
	done
	openssl s_client -unix "$PWD/socket" </dev/null >client.out
	assert_contains "$(<client.out)" 'Cipher is'
}

@test "systemd-socket-activate hands in what is served" {
	command -v systemd-socket-activate >/dev/null ||
		skip 'systemd-socket-activate is not installed'
	start_server
	stop_server
	launch activate systemd-socket-activate -l "127.0.0.1:$PORT" \
	    "$S_SERVER" -www -workers 2 -cert "$CERTS/server.pem" \
	    -key "$CERTS/server-key.pem"
	SERVERS+=("${PIDS[activate]}:$PORT:activate")
	wait_for 5 file_has activate.err 'Listening on'
	printf 'GET / HTTP/1.0\r\n\r\n' | client -quiet >client.out 2>/dev/null
	assert_contains "$(<client.out)" '200 ok'
	assert_contains "$(<activate.out)" "ACCEPT 127.0.0.1:$PORT"
	end_process activate QUIT
}
