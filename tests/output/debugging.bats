# -state, -msg, -msgfile, -debug, -nbio, -nbio_test.

# shellcheck disable=SC2016,SC2153,SC2154 # expanded or set by the helpers

load ../lib/helpers

client_certificate='-cert $CERTS/client-ecdsa.pem -key $CERTS/client-ecdsa-key.pem'
ask='-verify 2 -CAfile $CERTS/ca.pem'

# covers: -state
@test "-state names the steps of the handshake" {
	same_as_stock -state -tls1_3 'hello\n'
	assert_contains "$(server_err)" 'SSL_accept:TLSv1.3 early data'
	same_as_stock -state -tls1_2 'hello\n'
	assert_contains "$(server_err)" 'SSL3 alert write:warning:close notify'
	same_as_stock "-state $ask" "-tls1_2 $client_certificate" 'hello\n'
	same_as_stock "-state $ask" "-tls1_3 $client_certificate" 'hello\n'
}

@test "-state of a handshake that fails" {
	same_as_stock -state '-tls1_2 -cipher aNULL:@SECLEVEL=0'
	assert_contains "$(server_err)" 'SSL3 alert write:fatal:handshake failure'
	same_as_stock -f plain_bytes -state '' 'GET / HTTP/1.0\r\n\r\n'
	# 3.2 to 3.6 refuse it before they look at the message.
	if library_is 3.2 && ! library_is 4.0; then
		assert_contains "$(server_err)" \
		    'SSL_accept:error in before SSL initialization'
	else
		assert_contains "$(server_err)" 'SSL_accept:error in error'
	fi
}

plain_bytes() # name
{
	CLIENT_PORT=$PORT plain "$text" | od -An -tx1
}

@test "-state with -rev, -www and -WWW" {
	same_as_stock -e olleh '-state -rev' '' 'hello\n'
	assert_contains "$(server_err)" 'SSL_accept:'
	rows <<-'END'
		- | -state -www | | GET / HTTP/1.0\n | expect=</HTML> \
		    has=SSL_accept: differs=farewell
	END
}

# covers: -msg
@test "-msg prints each message and record" {
	same_as_stock -msg -tls1_3 'hello\n'
	assert_contains "$(server_out)" ', EncryptedExtensions'
	same_as_stock -msg -tls1_2 'hello\n'
	assert_contains "$(server_out)" ', ServerHelloDone'
	same_as_stock "-msg $ask" "$client_certificate" 'hello\n'
	assert_contains "$(server_out)" ', CertificateRequest'
}

@test "-msg of what is no TLS" {
	same_as_stock -f plain_bytes -msg '' 'GET / HTTP/1.0\r\n\r\n'
	assert_contains "$(server_out)" 'Not TLS data or unknown version'
}

# covers: -quiet
@test "-quiet does not silence -msg" {
	same_as_stock '-msg -quiet' '' 'hello\n'
	assert_contains "$(server_out)" ', ClientHello'
}

@test "the bytes of -msg are the record's" {
	start_server -naccept 1 -msg
	CLIENT_PORT=$PORT plain '\x15\x03\x01\x00\x02\x02\x28' >/dev/null
	wait_exit server
	assert_contains "$(server_out)" '<<< TLS 1.0, RecordHeader [length 0005]
    15 03 01 00 02
>>> TLS 1.0, RecordHeader [length 0005]
    15 03 01 00 02
>>> TLS 1.0, Alert [length 0002], fatal unexpected_message
    02 0a
'
}

# covers: -msgfile
@test "-msgfile takes the messages and standard output the rest" {
	local name

	same_as_stock '-msg -msgfile both.msg' '' 'hello\n'
	assert_lacks "$(server_out)" ClientHello
	for name in server stock; do
		printf 'old\n' >"$name.msg"
	done
	start_server -naccept 1 -msg -msgfile server.msg
	talk 'x\n' 'Verify return code' -tls1_2 >/dev/null
	wait_exit server
	start_stock -naccept 1 -msg -msgfile stock.msg
	CLIENT_PORT=$STOCK_PORT talk 'x\n' 'Verify return code' -tls1_2 >/dev/null
	wait_exit stock
	assert_lacks "$(<server.msg)" old
	diff <(mask <stock.msg) <(mask <server.msg)
	assert_contains "$(<server.msg)" ', ServerHelloDone'
}

@test "-msgfile keeps the records of many workers whole" {
	local i pids=()

	start_server -workers 4 -msg -msgfile all.msg
	for i in $(seq 40); do
		client -tls1_2 </dev/null >/dev/null 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
	stop_server
	# Headings and hexadecimal lines, and of both what 40 clients make.
	run -1 grep -avE '^(<<<|>>>) TLS 1\.[0-3], [A-Za-z ]+ \[length [0-9a-f]{4}\](, [A-Za-z_ ]+)?$|^   ( [0-9a-f]{2}){1,16}$' all.msg
	assert_equal "$(grep -ac ', ClientHello$' all.msg)" 40
}

@test "a msgfile that cannot be written ends the start" {
	run_server -msg -msgfile /nonexistent/file -accept 127.0.0.1:0 \
	    -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem"
	assert_equal "$status" 1
	assert_contains "$stderr" /nonexistent/file
}

# Lengths of ECDSA signatures, and so of what holds them, differ. And the stock
# program writes data past its buffer: hello comes before the read that it was
# in.
without_lengths()
{
	grep -v '^hello$' |
	    sed -E 's/\([0-9]+ bytes => [0-9]+ \(0x[0-9A-F]+\)\)/(N bytes)/'
}

# covers: -debug
@test "-debug prints what is read and written" {
	same_as_stock -m without_lengths -debug -tls1_2 'hello\n'
	assert_contains "$(server_out)" '(5 bytes => 5 (0x5))'
	assert_contains "$(server_out)" $'\nhello\n'
	same_as_stock -m without_lengths -debug -tls1_3 'hello\n'
	assert_contains "$(server_out)" 'write to 0x'
	same_as_stock -m without_lengths '-debug -quiet' '' 'hello\n'
	assert_contains "$(server_out)" 'write to 0x'
}

@test "-debug of plain bytes, and of an end of file" {
	same_as_stock -f plain_bytes -debug '' 'GET / HTTP/1.0\r\n\r\n'
	assert_contains "$(server_out)" '0000 - 47 45 54 20 2f  '
	same_as_stock -f leaves_at_once -debug
	assert_contains "$(server_out)" '(5 bytes => 0)'
}

leaves_at_once()
{
	timeout 5 bash -c 'exec 4<>"/dev/tcp/127.0.0.1/$1"' leave "$PORT"
}

# Whether the client is fast enough for the stock program to see no delay is a
# race. Ours always tries once more than there is to read.
without_delays()
{
	grep -vE '^DELAY$|^SSL_accept:error in '
}

# covers: -nbio
@test "-nbio says so and tells of delays" {
	same_as_stock -m without_delays -nbio -tls1_3 'hello\n'
	assert_contains "$(server_out)" $'\nDELAY\n'
	assert_contains "$(server_err)" 'Turned on non blocking io'
	same_as_stock -m without_delays '-nbio -quiet' '' 'hello\n'
	same_as_stock -m without_delays '-nbio -state' -tls1_2 'hello\n'
	assert_contains "$(server_err)" 'SSL_accept:error in SSLv3/TLS write'
}

@test "without -nbio nothing is said of delays" {
	start_server -naccept 1 -state
	talk 'x\n' 'Verify return code' >/dev/null
	wait_exit server
	assert_lacks "$(server_out)" DELAY
	assert_lacks "$(server_err)" 'error in'
}

@test "-nbio with -rev" {
	same_as_stock -e olleh '-nbio -state -rev' '' 'hello\n'
}

# The stock program hangs when the faults hit a write.
# covers: -nbio_test
@test "-nbio_test puts faults under TLS and all goes well" {
	local mode i

	for mode in '' -rev; do
		# shellcheck disable=SC2086
		start_server -nbio_test -workers 1 -label $mode
		for i in 1 2 3; do
			assert_contains "$(talk 'a line\n' 'Verify return' \
			    -tls1_$((i % 2 + 2)))" 'Cipher is'
		done
		stop_server
	done
	start_server -nbio_test -naccept 1
	talk 'hello\n' 'Verify return' >/dev/null
	wait_exit server
	assert_contains "$(server_out)" $'\nDELAY\n'
	assert_contains "$(server_out)" hello
}

@test "-msgfile in a FIFO that nobody reads stops no worker" {
	local i

	mkfifo unread
	exec {UNREAD}<>unread
	start_server -workers 1 -msg -msgfile unread
	for ((i = 0; i < 20; i++)); do
		client </dev/null >/dev/null 2>&1
	done
	exec {UNREAD}>&-
}
