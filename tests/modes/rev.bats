# -rev: each line comes back reversed; -echo: all comes back as it is.

# shellcheck disable=SC2016,SC2153,SC2154 # expanded or set by the helpers

load ../lib/helpers

# Without the end of the last line, so that s_client's "closed" behind it does
# not stand in its way.
rev_as_stock() # server options, client options, text, what must come back
{
	same_as_stock -e "$4" "-rev $1" "$2" "$3"
}

# covers: -rev
@test "lines come back reversed, TLS 1.3 and 1.2" {
	rev_as_stock '' '' 'hello\n' olleh
	assert_contains "$(server_err)" 'CONNECTION CLOSED'
	rev_as_stock '' '-tls1_2' 'one\ntwo\n' owt
	wait_for 10 file_has server.err 'CONNECTION ESTABLISHED'
}

@test "CLOSE on a line of its own ends the connection" {
	rev_as_stock '' '' 'hello\nCLOSE\n' closed
	assert_contains "$(<server.client)" olleh
	assert_lacks "$(<server.client)" ESOLC
	rev_as_stock '' '-crlf -nocommands' 'CLOSE\n' closed
}

@test "CLOSE within a line is an ordinary one" {
	rev_as_stock '' -nocommands 'CLOSED\n CLOSE\n' 'ESOLC '
}

# covers: -no_ign_eof
@test "CLOSE is an ordinary line with -ign_eof" {
	rev_as_stock '-ign_eof' -nocommands 'CLOSE\n' ESOLC
	rev_as_stock '-ign_eof -no_ign_eof' -nocommands 'CLOSE\n' closed
}

@test "empty lines and line ends of all kinds" {
	rev_as_stock '' '' '\n\na\r\nb\r\r\n\r\nlast\n' tsal
}

@test "an endless line comes back in pieces of 16 KiB" {
	head -c 40000 /dev/zero | tr '\0' a >line
	printf '\nlast\n' >>line
	same_as_stock -f long_line -rev '-quiet'
	grep -c tsal server.client
	[ "$(wc -l <server.client)" -eq 4 ]
	[ "$(head -n 1 server.client | wc -c)" -eq 16385 ]
}

long_line() # name, client option...
{
	local name=$1

	shift
	client_start "$name-client" "$@"
	cat line >&"${INPUTS[$name-client]}"
	wait_for 10 file_has "$name-client.out" tsal
	type_to "$name-client" 'CLOSE\n'
	wait_exit "$name-client"
	cat "$name-client.out"
}

@test "-rev with a client certificate tells of it" {
	rev_as_stock '-verify 2 -CAfile $CERTS/ca.pem' \
	    '-cert $CERTS/client-ecdsa.pem -key $CERTS/client-ecdsa-key.pem' \
	    'x y\n' 'y x'
	assert_contains "$(server_err)" 'Peer certificate: '
}

@test "failed handshakes are CONNECTION FAILURE" {
	same_as_stock -rev '-tls1_2 -cipher aNULL:@SECLEVEL=0'
	assert_contains "$(server_err)" 'CONNECTION FAILURE'
	same_as_stock '-rev -quiet' '-tls1_2 -cipher aNULL:@SECLEVEL=0'
	assert_contains "$(server_err)" 'CONNECTION FAILURE'
	same_as_stock '-rev -Verify 1 -verify_return_error' '-tls1_2'
	assert_contains "$(server_err)" 'peer did not return a certificate'
}

@test "-rev -quiet and -rev -brief" {
	rev_as_stock -quiet '' 'hello\n' olleh
	rev_as_stock -brief '' 'hello\n' olleh
}

# covers: -label
@test "-rev -label begins with the worker" {
	start_server -rev -label -naccept 1
	talk 'x\n' 'Verify return code' >/dev/null
	wait_exit server
	assert_matches "$(server_err)" \
	    'worker [0-9]+ connection 1 from 127.0.0.1:[0-9]+'$'\nCONNECTION E'
}

@test "a client that reads nothing keeps no other one waiting" {
	local hold

	start_server -rev -workers 1 -quiet
	# Its output is a FIFO that nobody reads.
	mkfifo unread
	exec {hold}<>unread
	(
		exec >unread {hold}>&- 3>&- 2>/dev/null
		yes 'a line' | head -c 4000000 |
		    timeout $((20 * SLOW)) "$OPENSSL" s_client -quiet \
			-connect "127.0.0.1:$PORT"
	) &
	sleep 0.5
	assert_contains "$(talk 'hello\n' olleh -quiet)" olleh
	exec {hold}>&-
	end_process server
	wait
}

# covers: -echo
@test "with -echo all comes back as it is, lines or not" {
	start_server -echo
	talk 'no line' 'no line'
	tls_load --connections 20 --send 'one\ntwo' --expect 'one\ntwo'
	wait_for 10 file_has server.err 'CONNECTION ESTABLISHED'
}
