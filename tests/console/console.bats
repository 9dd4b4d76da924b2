# Standard input: what is typed or piped, commands, its end.

load ../lib/helpers

# One server with this standard input, one client that sends "x". What the
# server printed and whether the client was answered, as a few words.
first_effect() # program..., with STDIN set
{
	local name=$1

	shift
	launch "$name" "$@" -naccept 1 \
	    -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" \
	    -accept 127.0.0.1:0
	wait_for 10 file_has "$name.out" ACCEPT || return 1
	CLIENT_PORT=$(port_of_line "$name.out" -accept 127.0.0.1:0)
	{
		sleep "${TALK:-0.2}"
		echo x
	} | client -quiet >client.out 2>client.err || :
	wait_exit "$name" || return 1
	printf 'status %s\n' "$STATUS"
	grep -ac 'BEGIN SSL SESSION' "$name.out" || :
	grep -ac '^DONE' "$name.out" || :
	grep -a 'server accepts' "$name.out" || :
	grep -ac '^hello' client.out || :
	grep -ac 'shutdown accept socket' "$name.err" || :
}

# The same 50 times, and as the stock program.
always_as_stock() # contents of standard input
{
	local i

	printf '%b' "$1" >input
	STDIN=input first_effect stock "$OPENSSL" s_server >expected
	for ((i = 0; i < 50; i++)); do
		STDIN=input TALK=0.05 first_effect server "$S_SERVER" \
		    -workers 2 >actual
		diff expected actual || return 1
	done
	cat expected
}

@test "an empty standard input ends the server before the handshake, 50 times" {
	always_as_stock ''
	assert_contains "$(<expected)" '   0 server accepts (SSL_accept())'
}

@test "Q piped in ends the server before the handshake, 50 times" {
	always_as_stock 'Q\n'
	assert_contains "$(<expected)" '   0 server accepts (SSL_accept())'
}

@test "text piped in is delivered and no block is printed, 50 times" {
	always_as_stock 'hello\n'
	assert_contains "$(<expected)" '   1 server accepts (SSL_accept())'
}

@test "text goes to the oldest connection, then to the next oldest" {
	start_server -workers 4 -quiet
	client_start one -quiet
	wait_for 5 has_connections 1
	client_start two -quiet
	wait_for 5 has_connections 2
	type_to server 'for the first\n'
	wait_for 5 file_has one.out 'for the first'
	client_end one
	wait_for 5 has_connections 1
	sleep 0.2
	type_to server 'for the second\n'
	wait_for 5 file_has two.out 'for the second'
	client_end two
	assert_lacks "$(<two.out)" 'for the first'
	assert_lacks "$(<one.out)" 'for the second'
}

has_connections() # number
{
	[ "$(ss -tnH state established "sport = :$PORT" | wc -l)" -eq "$1" ]
}

# covers: q
@test "q ends the connection and not the server" {
	start_server -workers 2
	client_start one
	client_connected one
	type_to server 'q\n'
	wait_exit one
	wait_for 5 file_has server.out 'CONNECTION CLOSED'
	assert_contains "$(server_out)" DONE
	client_start two
	client_connected two
	client_end two
	running server
}

# covers: Q
@test "Q ends everything, with the table and status 0" {
	start_server -workers 4
	client_start one
	client_connected one
	client_start two
	client_connected two
	type_to server 'Q\n'
	wait_exit server
	assert_equal "$STATUS" 0
	assert_contains "$(server_out)" '   2 server accepts (SSL_accept())'
	assert_contains "$(server_err)" 'shutdown accept socket'
	wait_exit one
	wait_exit two
}

# covers: S
@test "S prints the sums of all workers, then goes on as text" {
	local i

	start_server -workers 4
	for i in 1 2 3 4 5 6; do
		client </dev/null >/dev/null
	done
	client_start last -quiet
	wait_for 10 has_times server.out 7 'CIPHER is '
	type_to server 'S\n'
	wait_for 5 file_has last.out S
	assert_contains "$(server_out)" '   7 server accepts (SSL_accept())'
	assert_contains "$(server_out)" '   7 server accepts that finished'
	client_end last
}

@test "S answers within 0.5 s though a worker is stopped, which is named" {
	local stopped

	start_server -workers 4
	client </dev/null >/dev/null
	client_start last -quiet -brief
	wait_for 5 file_has last.err CONNECTION
	stopped=$(pgrep -P "$SERVER_PID" -f 'worker 4')
	kill -STOP "$stopped"
	type_to server 'S\n'
	within_ms 5000 'S with a stopped worker' \
	    wait_for 5 file_has server.out 'server accepts'
	wait_for 5 file_has server.err 'worker 4 did not answer'
	kill -CONT "$stopped"
	client_end last
}

# covers: P
@test "P sends clear text ahead of the data" {
	start_server
	client_start one
	client_connected one
	type_to server 'P\n'
	wait_exit one
	assert_matches "$(<one.out)$(<one.err)" 'wrong version number|bad record type'
}

# covers: -crlf
@test "-crlf turns line feeds of typed text into CR LF" {
	start_server -crlf
	client_start one -quiet
	wait_for 5 file_has server.out 'CIPHER is'
	type_to server 'a\nb\n'
	wait_for 5 file_has one.out b
	client_end one
	assert_equal "$(od -An -c one.out | tr -d ' \n')" 'a\r\nb\r\n'
}

# covers: -ign_eof
@test "-ign_eof: end of file ends nothing" {
	STDIN=/dev/null start_server -ign_eof -workers 2
	talk 'hello\n' '' >/dev/null
	client </dev/null >/dev/null
	running server
	wait_for 5 file_has server.out hello
}

@test "a closed standard input is no console and has no end" {
	STDIN=- start_server -workers 2
	talk 'hello\n' '' >/dev/null
	client </dev/null >/dev/null
	running server
	wait_for 5 file_has server.out hello
	kill -QUIT "$SERVER_PID"
	wait_exit server
	assert_equal "$STATUS" 0
	assert_contains "$(server_out)" '   2 server accepts that finished'
}

@test "-quiet and end of file: clients are served on" {
	STDIN=/dev/null start_server -quiet -workers 2
	printf 'one\n' | client -quiet >/dev/null 2>&1 || :
	client_start two -quiet
	type_to two 'data\n'
	wait_for 5 file_has server.out data
	client_end two
	running server
}

@test "-quiet: Q is text" {
	start_server -quiet
	client_start one -quiet
	wait_for 5 has_connections 1
	type_to server 'Q\n'
	wait_for 5 file_has one.out Q
	client_end one
	running server
}

@test "on a terminal S and Q act while idle, and a closed window ends it" {
	need_terminal
	terminal new-session -d -x 100 -y 50 "sleep 600"
	terminal set-option -g remain-on-exit on
	terminal new-window "'$S_SERVER' -workers 2 -accept 127.0.0.1:0 \
	    -cert '$CERTS/server.pem' -key '$CERTS/server-key.pem'; \
	    echo status \$?"
	wait_for 5 screen_has ACCEPT
	terminal send-keys S Enter
	wait_for 5 screen_has 'server accepts'
	# What is typed before does not hide it.
	terminal send-keys Enter
	terminal send-keys text Enter
	terminal send-keys Q Enter
	wait_for 5 screen_has 'status 0'
	terminal new-window "echo \$\$ >pid; exec '$S_SERVER' -workers 2 \
	    -accept 127.0.0.1:0 -cert '$CERTS/server.pem' \
	    -key '$CERTS/server-key.pem'"
	wait_for 5 screen_has ACCEPT
	terminal kill-window
	wait_for 5 is_gone "$(<pid)"
}

in_terminal() # option...
{
	terminal kill-window -t server 2>/dev/null || :
	terminal new-window -n server "'$S_SERVER' -workers 2 \
	    -accept 127.0.0.1:0 -cert '$CERTS/server.pem' \
	    -key '$CERTS/server-key.pem' $*; echo status \$?"
	wait_for 10 screen_has ACCEPT
}

@test "on a terminal S, Q and Ctrl-D act in modes that read no input, too" {
	need_terminal
	terminal new-session -d -x 100 -y 50 "sleep 600"
	terminal set-option -g remain-on-exit on
	in_terminal -www
	terminal send-keys Enter
	terminal send-keys text Enter
	terminal send-keys S Enter
	wait_for 10 screen_has 'server accepts'
	terminal send-keys Q Enter
	wait_for 10 screen_has 'status 0'
	in_terminal -WWW
	terminal send-keys text Enter
	terminal send-keys C-d
	wait_for 10 screen_has 'status 0'
	in_terminal -HTTP -ign_eof
	terminal send-keys C-d
	terminal send-keys S Enter
	sleep 0.5
	run ! screen_has 'status 0'
	PORT=$(terminal capture-pane -p -S - | sed -n 's/^ACCEPT .*://p')
	echo contents >file
	assert_contains "$(talk 'GET /none HTTP/1.0\r\n\r\n' none)" none
	terminal kill-window
	wait_for 10 is_free "$PORT"
}

@test "input that is no terminal is nothing to modes that read none" {
	STDIN=/dev/null start_server -www
	assert_contains "$(talk 'GET / HTTP/1.0\r\n\r\n' '</pre>')" HTTP
	stop_server
	start_server -www
	type_to server 'Q\n'
	assert_contains "$(talk 'GET / HTTP/1.0\r\n\r\n' '</pre>')" HTTP
	running server
}

@test "a stopped terminal holds up neither clients nor TERM" {
	local i pid

	need_terminal
	terminal new-session -d -x 100 -y 50 "sleep 600"
	terminal new-window "echo \$\$ >pid; exec '$S_SERVER' -workers 2 -msg \
	    -accept 127.0.0.1:0 -cert '$CERTS/server.pem' \
	    -key '$CERTS/server-key.pem' -ready_file ready"
	wait_for 5 file_has ready ACCEPT
	PORT=$(port_of_line ready)
	pid=$(<pid)
	terminal send-keys C-s
	# Some 12 KiB each: more than a terminal takes in.
	for ((i = 0; i < 20; i++)); do
		client </dev/null >/dev/null 2>&1
	done
	kill -TERM "$pid"
	within_ms 3000 'TERM with a stopped terminal' wait_for 5 is_gone "$pid"
}

# Both wake the worker at once.
@test "what a command ends is said in one piece, whatever others say" {
	start_server -workers 1
	client_start one
	client_connected one
	client_start two
	client_connected two
	kill -STOP "$(worker 1)"
	type_to server 'q\n'
	type_to two 'words of the other\n'
	sleep 0.3
	kill -CONT "$(worker 1)"
	wait_for 10 file_has server.out 'words of the other'
	wait_for 10 file_has server.out 'CONNECTION CLOSED'
	assert_contains "$(server_out)" \
	    $'DONE\nshutting down SSL\nCONNECTION CLOSED'
	stop_server
}
