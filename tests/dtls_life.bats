# DTLS: how associations end.

load helpers

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
