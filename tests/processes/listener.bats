# Where the server listens: TCP over IPv4 and IPv6, UNIX sockets.

load ../lib/helpers

refused() # part of the error, option...
{
	local part=$1

	shift
	run_server -nocert -workers 3 "$@"
	assert_equal "$status" 1
	assert_contains "$stderr" "$part"
	assert_equal "$(grep -c . <<<"$stderr")" 1
	assert_lacks "$output" ACCEPT
}

accept_line() # option...
{
	start_server "$@"
	grep ACCEPT server.out | mask
	stop_server >&2
}

stock_accept_line() # option...
{
	start_stock "$@"
	grep ACCEPT stock.out | mask
	end_process stock
}

# covers: -accept -4
@test "the line of every kind of address is the stock program's" {
	local options

	for options in '-accept 0' '-4 -accept 0' '-6 -accept 0' \
	    '-accept localhost:0' '-accept [::1]:0' '-accept *:0' \
	    '-accept :0' '-accept=127.0.0.1:0'; do
		# shellcheck disable=SC2086
		assert_equal "$(accept_line $options)" \
		    "$(stock_accept_line $options)"
	done
}

@test "without a host IPv4 and IPv6 are served" {
	start_server -accept 0 -quiet
	client </dev/null >/dev/null
	client -connect "[::1]:$PORT" </dev/null >/dev/null
}

# covers: -6
@test "-6 serves IPv6 only" {
	start_server -6 -accept 0 -quiet
	client -connect "[::1]:$PORT" </dev/null >/dev/null
	run client </dev/null
	assert_equal "$status" 1
}

# covers: -unix
@test "a UNIX socket: served, announced, removed at the end" {
	start_server -unix "$PWD/socket" -workers 2
	assert_contains "$(server_out)" "ACCEPT localhost:$PWD/socket"
	openssl s_client -unix "$PWD/socket" </dev/null >client.out
	assert_contains "$(<client.out)" 'Cipher is'
	stop_server
	[ ! -e socket ]
}

# covers: -unlink
@test "an existing UNIX path: refused and left alone, replaced with -unlink" {
	start_named first -unix "$PWD/socket"
	refused "$PWD/socket" -unix "$PWD/socket"
	[ -S socket ]
	start_server -unix "$PWD/socket" -unlink
	openssl s_client -unix "$PWD/socket" </dev/null >/dev/null
	kill -KILL "$SERVER_PID"
	wait_exit server
	[ -S socket ]
	start_server -unix "$PWD/socket" -unlink
}

# covers: -unlink
@test "-unlink removes sockets only" {
	local what

	echo precious >file
	mkdir folder
	mkfifo fifo
	ln -s /nowhere link
	for what in file folder fifo link; do
		refused "-unlink: $PWD/$what is not a socket" \
		    -unix "$PWD/$what" -unlink
		[ -e $what ] || [ -L $what ]
	done
	assert_equal "$(<file)" precious
	start_server -unix "$PWD/new" -unlink
}

@test "the end leaves the socket that a successor has bound to its path" {
	start_named first -unix "$PWD/socket" -workers 2
	start_server -unix "$PWD/socket" -unlink -workers 2
	end_process first
	[ -S socket ]
	openssl s_client -unix "$PWD/socket" </dev/null >client.out
	assert_contains "$(<client.out)" 'Cipher is'
	# Nor anything else that has come there.
	rm socket
	echo precious >socket
	stop_server
	assert_equal "$(<socket)" precious
}

@test "addresses that cannot be had are named, with status 1" {
	start_named first
	refused "127.0.0.1:$PORT" -accept "127.0.0.1:$PORT"
	refused '300.0.0.1' -accept 300.0.0.1:0
	refused nosuchservice -accept 127.0.0.1:nosuchservice
	refused 192.0.2.1 -accept 192.0.2.1:0
	refused /nowhere/socket -unix /nowhere/socket
	refused 'longer than' -unix "$(printf '%0200d' 0)"
}

@test "TCP_NODELAY is set on what is accepted" {
	command -v strace >/dev/null || skip 'strace is not installed'
	strace -f -e trace=setsockopt -o calls "$S_SERVER" -nocert \
	    -accept 127.0.0.1:0 -naccept 1 </dev/null >server.out 2>&1 &
	wait_for 5 file_has server.out ACCEPT
	PORT=$(port_of_line server.out)
	plain '' >/dev/null
	wait
	grep -q 'TCP_NODELAY, \[1\]' calls
}
