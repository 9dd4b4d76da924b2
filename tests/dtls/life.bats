# DTLS: how associations end.

load ../lib/helpers

# The time that a process had of the processors, in ms.
cpu_ms() # pid
{
	awk -v hz="$(getconf CLK_TCK)" \
	    '{ sub(/.*\) /, ""); print int(($12 + $13) * 1000 / hz) }' \
	    "/proc/$1/stat"
}

# covers: -dtls
@test "a peer whose handshake failed costs nothing while it lingers" {
	local before i used

	start_server -dtls -workers 1 -cipher AES128-SHA -quiet
	before=$(cpu_ms "$(worker 1)")
	for ((i = 0; i < 6; i++)); do
		client -dtls -cipher AES256-SHA || :
	done >client.all 2>&1
	sleep 1
	assert_contains "$(<client.all)" 'alert handshake failure'
	used=$(($(cpu_ms "$(worker 1)") - before))
	echo "# $used ms for six" >&3
	[ "$used" -lt $((200 * SLOW)) ]
}

# The port of its end, once it is connected to the server.
port_of_client() # pid
{
	ss -unpH "dport = :$PORT" | awk -v who="pid=$1," '
		index($0, who) { sub(/.*:/, "", $3); print $3 }'
}

# timeout(1) would let it say goodbye.
kill_client() # name
{
	kill -KILL "$(pgrep -P "${PIDS[$1]}")"
	wait_exit "$1"
}

# covers: -dtls
@test "who starts anew without a word is served again, whoever drains" {
	local port

	start_server -dtls -workers 2 -echo
	client_start first -dtls
	wait_for 10 file_has first.out 'Cipher is ECDHE'
	port=$(port_of_client "$(pgrep -P "${PIDS[first]}")")
	[ -n "$port" ]
	kill_client first
	client_start second -dtls -bind "127.0.0.1:$port"
	wait_for 10 file_has second.out 'Cipher is ECDHE'
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'generation 2'
	kill_client second
	# The old generation has the socket.
	client_start third -dtls -bind "127.0.0.1:$port"
	type_to third 'hello\n'
	wait_for 10 file_has third.out 'hello'
	client_end third
	kill -QUIT "$SERVER_PID"
	wait_exit server
	assert_equal "${STATUSES[server]}" 0
	assert_equal "$(count_lines "$(server_err)" 'CONNECTION ESTABLISHED')" 3
	assert_equal "$(count_lines "$(server_err)" 'CONNECTION CLOSED')" 3
}

# "Nobody listens there", as the host of a peer says it to the server, and as
# anybody can: so often, one every 100 ms.
forge_unreachable() # the peer's port, count
{
	perl -MSocket -e '
		my ($server, $peer, $count) = @ARGV;
		my $home = inet_aton("127.0.0.1");
		# The datagram that it is said of: headers of IP and UDP.
		my $told = pack("C C n n n C C n a4 a4 n n n n", 0x45, 0, 28, 0,
		    0, 64, 17, 0, $home, $home, $server, $peer, 8, 0);
		my $sum = unpack("%32n*", pack("n", 0x0303) . $told);
		$sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
		my $icmp = pack("C C n N", 3, 3, ~$sum & 0xffff, 0) . $told;
		socket(my $fd, PF_INET, SOCK_RAW, 1) or die "socket: $!";
		while ($count-- > 0) {
			send($fd, $icmp, 0, sockaddr_in(0, $home)) or die $!;
			select(undef, undef, undef, 0.1) if $count > 0;
		}' "$PORT" "$1" "$2"
}

# covers: -dtls
@test "what says that a peer has gone, and can be forged, ends nothing" {
	local port i

	start_server -dtls -workers 1
	client_start peer -dtls
	wait_for 10 file_has peer.out 'Cipher is ECDHE'
	port=$(port_of_client "$(pgrep -P "${PIDS[peer]}")")
	forge_unreachable "$port" 1 || skip 'there are no raw sockets'
	# Longer than such a hint is believed.
	for ((i = 0; i < 5; i++)); do
		sleep 0.6
		type_to server "line $i\n"
		wait_for 5 file_has peer.out "line $i"
		type_to peer "reply $i\n"
		wait_for 5 file_has server.out "reply $i"
		forge_unreachable "$port" 5
	done
	# It is asked whether it is there, and not sent away for that. The stock
	# client waits after what it drops for something that it does not.
	sleep 2.2
	type_to server 'are you there\n'
	wait_for 5 file_has peer.out 'are you there'
	type_to peer 'the last\n'
	wait_for 5 file_has server.out 'the last'
	assert_lacks "$(server_out)" ERROR
	client_end peer
	wait_for 5 file_has server.out 'CONNECTION CLOSED'
	assert_contains "$(server_out)" DONE
}

# A peer has a socket of the server's that is connected.
nobody_is_served()
{
	[ -z "$(ss -unH state established "sport = :$PORT")" ]
}

# covers: -dtls
@test "a peer that has gone is gone some seconds after its host says so" {
	local mode

	for mode in -quiet -echo; do
		start_server -dtls -workers 1 "$mode"
		client_start peer -dtls
		wait_for 10 file_has peer.out 'Cipher is ECDHE'
		# The answer is for nobody any more.
		kill -STOP "$(worker 1)"
		type_to peer 'hello\n'
		sleep 0.3
		kill_client peer
		kill -CONT "$(worker 1)"
		if [ "$mode" = -quiet ]; then
			type_to server 'hello\n'
		fi
		within_ms 20000 "the end with $mode" \
		    wait_for 20 nobody_is_served
		stop_server
	done
}
