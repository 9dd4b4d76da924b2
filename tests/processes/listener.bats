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

# Ours says what the system does not allow.
differs_fast_open()
{
	sed '/^s_server: -tfo has no effect: /d'
}

@test "-tfo is announced, and refused, as by the stock program" {
	needs_library 3.2
	rows <<-'END'
	-tfo | -tfo | | | differs=fast-open has=Listening\_for\_TFO
	-tfo | -tfo -quiet | | | differs=fast-open
	-tfo | -tfo -dtls -stateless | | | refused has=Can\_only\_use\_-tfo
	END
}

@test "-tfo without TCP" {
	refused '-tfo is for TCP' -tfo -unix "$PWD/socket"
	refused 'Can only use -tfo with TLS' -tfo -dtls
}

# In a network of its own, whose setting is the first argument: two clients,
# each with a broken ClientHello in its first packet, which is answered by an
# alert. Prints how many first packets came with data that was taken.
fast_opens() # setting, option...
{
	local setting=$1

	shift
	# shellcheck disable=SC2016
	unshare --user --map-root-user --net --pid --fork --kill-child -- \
	    bash -ec '
	ip link set lo up
	echo "$1" >/proc/sys/net/ipv4/tcp_fastopen
	shift
	rm -f ready
	"$@" -nocert -ign_eof -accept 127.0.0.1:4433 -ready_file ready \
	    </dev/null >server.out 2>server.err &
	for ((i = 0; i < 500; i++)); do
		[ ! -s ready ] || break
		sleep 0.02
	done
	for i in 1 2 3; do
		perl -MSocket -e "
		socket(my \$fd, PF_INET, SOCK_STREAM, 0) or die;
		send(\$fd, pack(q(H*), q(16030100050100000100)), 0x20000000,
		    sockaddr_in(4433, inet_aton(q(127.0.0.1)))) or die;
		alarm 10;
		sysread(\$fd, my \$answer, 100) or die;"
	done
	awk "/^TcpExt:/ && !n { n = split(\$0, names); next }
	/^TcpExt:/ { split(\$0, values)
	    for (i in names) if (names[i] == \"TCPFastOpenPassive\")
		print values[i] }" /proc/net/netstat
	' fast_opens "$setting" "$S_SERVER" "$@" 3>&-
}

# covers: -tfo
@test "data of first packets is taken, where the system allows it" {
	fast_opens 3 >/dev/null 2>&1 || skip 'no namespace for networks'
	assert_equal "$(fast_opens 3)" 0
	assert_equal "$(fast_opens 3 -tfo -workers 3)" 2
	assert_lacks "$(<server.err)" 's_server:'
	assert_equal "$(fast_opens 1 -tfo)" 0
	assert_equal "$(grep s_server: server.err)" "s_server: -tfo has no$(
	) effect: net.ipv4.tcp_fastopen is 1, without bit 2"
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
