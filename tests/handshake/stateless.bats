# -stateless: clients of TLS 1.3 must come back with a cookie.

load ../lib/helpers

# The stock program takes the ChangeCipherSpec that most clients send between
# their two hellos for a failure, so only others can be compared.
without_middlebox="-no_middlebox"

# covers: -stateless
@test "a client shows its cookie" {
	same_as_stock -stateless $without_middlebox 'hello\n'
	assert_equal "$(count_lines "$(<server.out)" DELAY)" 1
	assert_contains "$(<server.out)" '   2 server accepts (SSL_accept())'
	assert_contains "$(<server.client)" 'New, TLSv1.3'
}

@test "a client shows its cookie, with -state, -msg, -quiet, -brief" {
	local option

	for option in -state -msg -quiet -brief; do
		same_as_stock "-stateless $option" $without_middlebox 'hello\n'
	done
}

@test "a client that must say hello twice all the same" {
	same_as_stock '-stateless -groups X25519' \
	    "$without_middlebox -groups P-256:X25519" 'hello\n'
	assert_contains "$(<server.out)" 'CIPHER is'
}

@test "a client of TLS 1.2 has no cookie to show" {
	same_as_stock -w -stateless -tls1_2 'hello\n'
	assert_equal "$(<server.err)" ERROR
}

@test "-stateless asks for no cookie in the other modes" {
	echo contents >file
	same_as_stock -f request_scenario '-stateless -HTTP' '' \
	    'GET /file HTTP/1.0\r\n\r\n'
	assert_equal "$(<server.client)" contents
	same_as_stock -e olleh '-stateless -rev' '' 'hello\n'
}

# What is on standard input drives the handshake, and that asks for no cookie.
@test "text that waits on standard input goes ahead of the cookie" {
	echo hello >input
	STDIN=input start_server -stateless -ign_eof -workers 2
	client_start one
	wait_for 10 file_has one.out hello
	client_end one
	assert_lacks "$(<server.out)" DELAY
}

# With a ChangeCipherSpec between the hellos, as of most clients; one after the
# other on all workers, and each is asked.
@test "every client is asked, on every worker" {
	local i

	start_server -stateless -workers 3 -ign_eof
	for i in 1 2 3 4 5 6; do
		client_start "c$i"
		type_to "c$i" "text $i\n"
		wait_for 10 file_has server.out "text $i"
		client_end "c$i"
	done
	wait_for 10 told_delays 6
	assert_equal "$(count_lines "$(<server.out)" 'CIPHER is')" 6
}

@test "a client at a UNIX socket shows its cookie" {
	start_server -stateless -workers 2 -ign_eof -unix socket
	for _ in 1 2; do
		timeout $((10 * SLOW)) "$OPENSSL" s_client -unix socket \
		    </dev/null >one.out 2>&1 3>&-
		assert_contains "$(<one.out)" 'New, TLSv1.3'
	done
	wait_for 10 told_delays 2
}

told_delays() # count
{
	[ "$(count_lines "$(<server.out)" DELAY)" -eq "$1" ]
}

@test "a cookie is asked for after a reload as well" {
	start_server -stateless -workers 2 -ign_eof
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'generation 2'
	client_start one
	type_to one 'hello\n'
	wait_for 10 file_has server.out hello
	client_end one
	wait_for 10 told_delays 1
}

# Seven bytes a segment at most: no part of a hello is lost.
@test "a client that says hello in small pieces" {
	start_server -stateless -quiet -workers 2
	client_start one -nbio_test -servername "$(printf 'a%.0s' {1..200})"
	type_to one 'hello\n'
	wait_for 10 file_has server.out hello
	client_end one
}

# More than a record holds.
@test "a client with a long hello" {
	local names

	names=$(seq -s , -f 'protocol-%.0f' 1500)
	start_server -stateless -quiet -workers 2
	client_start one -alpn "$names"
	type_to one 'hello\n'
	wait_for 10 file_has server.out hello
	client_end one
}

@test "what is no hello is refused at once" {
	local text

	start_server -stateless -quiet -handshake_timeout 60
	for text in 'GET / HTTP/1.0\r\n\r\n' x '\x16\x03\x01\xff\xff' \
	    '\x16\x03\x01\x00\x00' '\x14\x03\x01\x00\x01\x01' \
	    '\x15\x03\x01\x00\x02\x01\x00'; do
		within_ms 20000 "an end after $text" plain "$text" >/dev/null
	done
	client_start one
	type_to one 'hello\n'
	wait_for 10 file_has server.out hello
	client_end one
}

# Half a hello and the end, and half a hello and nothing.
@test "a hello that does not go on" {
	local hello='\x16\x03\x01\x00\x40\x01\x00\x00\x3c\x03\x03'

	start_server -stateless -quiet -handshake_timeout 1
	within_ms 10000 'the end of half a hello' plain "$hello" >/dev/null
	wait_for 10 file_has server.err 'ran out of -handshake_timeout'
	exec 7<>"/dev/tcp/127.0.0.1/$PORT"
	printf '%b' "$hello" >&7
	exec 7<&-
	wait_for 10 file_has server.err ERROR
}

@test "-stateless and keys for encrypted hellos exclude each other" {
	needs_library 4.0
	run_server -stateless -ech_key none.pem
	assert_equal "$status" 1
	assert_equal "$stderr" \
	    's_server: -stateless leaves no room for -ech_key'
}

@test "-stateless and -early_data exclude each other" {
	run_server -stateless -early_data
	assert_equal "$status" 1
	assert_equal "$stderr" \
	    's_server: -stateless leaves no room for -early_data'
}
