# DTLS: each option and mode against the stock program, one client at a time.

# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # for the helpers, or by them

load ../lib/helpers

# The stock client waits half a second before it leaves.
ROWS_AT_ONCE=6

OLD="-cipher DEFAULT@SECLEVEL=0"
RSA="-cert $CERTS/server-rsa.pem -key $CERTS/server-rsa-key.pem"
CLIENT="-cert $CERTS/client-rsa.pem -key $CERTS/client-rsa-key.pem"

# covers: -half_open
@test "what does not go with DTLS, or only with it, is refused" {
	rows <<-'END'
	-dtls -dtls1 -dtls1_2 | -dtls -www | | | refused
	- | -dtls1 -WWW | | | refused
	- | -dtls1_2 -HTTP | | | refused
	- | -dtls1_2 -rev | | | refused
	- | -dtls -stateless | | | refused
	- | -dtls -unix socket | | | refused
	- | -dtls -rev -unix socket -stateless | | | refused
	- | -dtls -www -early_data -stateless | | | refused
	-listen -timeout -mtu | -listen -timeout -mtu 500 | | | refused
	- | -listen -stateless | | | refused
	- | -www -listen | | | refused
	- | -dtls -sendfile | | | refused
	- | -dtls -mtu 0 | | | refused
	END
	run_server -dtls -half_open 0
	assert_equal "$status" 1
	assert_contains "$stderr" \
	    'Non-positive number "0" for option -half_open'
}

# covers: -mtu
@test "an MTU that is too small for the library ends the start (dtls-values)" {
	local options=(-dtls -cert "$CERTS/server.pem"
	    -key "$CERTS/server-key.pem" -accept 127.0.0.1:0)

	run_server "${options[@]}" -mtu 1
	assert_equal "$status" 1
	assert_equal "$stderr" 'MTU too small. Must be at least 256'
	run_server "${options[@]}" -mtu 255
	assert_equal "$status" 1
	run_stock "${options[@]}" -mtu 255
	assert_equal "$status" 0
	assert_equal "$stderr" 'MTU too small. Must be at least 256'
	start_server -dtls -mtu 256
}

### With one client

# covers: -dtls -dtls1 -dtls1_2 -listen
@test "versions, and what they print" {
	rows <<-'END'
	-dtls | -dtls | -dtls | hello\n | has=CIPHER\_is has=hello
	-dtls1 | -dtls1 $OLD | -dtls $OLD | hello\n | has=AES256-SHA
	-dtls1_2 | -dtls1_2 -brief | -dtls | | has=version:\_DTLSv1.2
	- | -dtls1 -brief $OLD | -dtls $OLD | | has=version:\_DTLSv1
	- | -dtls -brief $OLD | -dtls1 $OLD | | has=version:\_DTLSv1
	-listen | -dtls -listen | -dtls | hello\n | has=CIPHER\_is has=hello
	- | -dtls -quiet | -dtls | hello\n | has=hello
	- | -dtls -listen -quiet | -dtls | hello\n | has=hello
	- | -dtls -min_protocol DTLSv1.2 -brief | -dtls $OLD | | has=DTLSv1.2
	- | -dtls -max_protocol DTLSv1 -brief $OLD | -dtls $OLD | | has=DTLSv1
	- | -dtls -accept [::1]:0 | -dtls | hello\n | scenario=over_ipv6 has=hello
	- | -dtls -accept 0 | -dtls | hello\n | scenario=over_ipv6 has=hello
	- | -dtls -accept 0 | -dtls | hello\n | has=hello
	END
}

over_ipv6() # name, client option...
{
	plain_scenario "$@" -connect "[::1]:$PORT"
}

@test "handshakes that fail" {
	rows <<-'END'
	- | -dtls1_2 $OLD | -dtls1 $OLD | | wait has=ERROR
	- | -dtls1 $OLD | -dtls1_2 $OLD | | wait has=ERROR
	- | -dtls -state | -dtls -cipher aNULL:@SECLEVEL=0 | | has=alert\_write
	- | -dtls -cipher AES128-SHA | -dtls -cipher AES256-SHA | | has=no\_shared
	- | -dtls -Verify 2 -CAfile $CERTS/ca.pem | -dtls | | has=peer\_did\_not
	END
}

@test "what is told of each message" {
	local version=version=65277

	! library_is 4.0 || version=DTLS\\_1.2
	rows <<-END
	- | \$RSA -dtls -mtu 256 -msg | -dtls | hello\\n | has=$version
	- | \$RSA -dtls -listen -mtu 1500 -msg | -dtls | hello\\n | has=$version
	END
	rows <<-'END'
	- | $RSA -dtls -mtu 256 -state | -dtls | hello\n | has=hello\_verify\_request
	- | $RSA -dtls -mtu 256 -debug | -dtls | hello\n | mask=without_hello has=\_bytes\_=>
	- | $RSA -dtls -mtu 256 -trace | -dtls | hello\n | mask=mask_trace has=HelloVerifyRequest differs=stale-errors
	- | $RSA -dtls -mtu 256 -tlsextdebug | -dtls | hello\n | has=extended\_master
	- | $RSA -dtls -nbio | -dtls | hello\n | differs=dtls-delay has=Turned\_on
	- | $RSA -dtls -mtu 256 -security_debug | -dtls | hello\n | has=hello
	- | $RSA -dtls -listen -mtu 1500 -state | -dtls | hello\n | has=SSL_accept
	- | $RSA -dtls -listen -mtu 1500 -trace | -dtls | hello\n | mask=mask_trace has=Received
	END
}

# The stock program writes data past its buffer.
without_hello()
{
	grep -v '^hello$'
}

# What it makes of a piece of a certificate, and of k.
differs_stale_errors()
{
	sed -E '/:error:.*(=ASN1_TIME|nested asn1 error|SSL_key_update:)/d
		s/^ERROR$/DONE/'
}

# Random values, keys, and what is sealed with them.
mask_trace()
{
	without_hello | sed -E -e 's/(gmt_unix_time=|random_bytes \(len=28\): |^ *cookie \(len=20\): |^ *session_id \(len=32\): | verify_data \(len=12\): |ecdh_Yc \(len=32\): |point \(len=32\): |Signature \(len=256\): |ticket \(len=[0-9]+\): ).*/\1/' \
	    -e 's/^( *[0-9a-f]{4} ?- ).*/\1/'
}

# A client whose hello is four datagrams long.
@test "a hello in several datagrams is told of as one" {
	local long

	long=$(printf 'a-protocol-with-number-%d,' {1..50})
	# shellcheck disable=SC2034 # used by the rows
	LONG=${long%,}
	rows <<-'END'
	- | $RSA -dtls -mtu 256 -state | -dtls -mtu 512 -alpn $LONG | hello\n | has=hello\_verify\_request
	- | $RSA -dtls | -dtls -mtu 512 -alpn $LONG | hello\n | has=hello
	END
}

### Commands, and the end of input

# covers: r R k K c B
@test "commands" {
	console_rows <<-'END'
	| -dtls | -dtls | plain\nB\n | has=text-2
	| -dtls | -dtls | r\n | differs=renegotiations has=do_handshake\_->\_1 has=Read\_BLOCK
	| -dtls -no_resumption_on_reneg | -dtls | R\nr\n | differs=renegotiations has=Read\_BLOCK
	| -dtls -verify_return_error -no_resumption_on_reneg | -dtls $CLIENT | R\n | differs=renegotiations has=ERROR
	| -dtls | -dtls | k\nK\n | differs=stale-errors has=do_handshake\_->\_1
	| -dtls | -dtls | c\n | differs=stale-errors has=Failed\_to\_initiate
	| -dtls -listen | -dtls | plain\nr\n | differs=renegotiations has=text-2
	END
}

@test "q and Q end a connection, with a close_notify (close_notify)" {
	local command

	for command in q Q; do
		start_server -dtls -naccept 1
		client_start peer -dtls
		client_connected peer
		type_to server "$command"
		wait_exit server
		assert_equal "$STATUS" 0
		assert_contains "$(<server.out)" $'\nDONE\nshutting down SSL\n'
		wait_exit peer
		assert_contains "$(<peer.out)" closed
		[ "$command" = q ] ||
		    assert_equal "$(<server.err)" 'shutdown accept socket'
	done
}

# covers: -ign_eof
@test "the end of input waits for a client (dtls-first-client)" {
	run_stock -dtls -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" \
	    -accept 127.0.0.1:0
	assert_equal "$status" 0
	STDIN=/dev/null start_server -dtls -workers 2
	sleep 0.2
	running server
	client -dtls </dev/null >/dev/null 2>&1 || :
	wait_exit server
	assert_equal "$STATUS" 0
	diff <(mask <server.out) <(mask <<<"$output")
	diff <(mask <server.err) <(mask <<<"$stderr")
	STDIN=/dev/null start_server -dtls -naccept 1 -ign_eof
	assert_contains "$(talk 'hello\n' 'Verify return' -dtls)" 'Cipher is'
	wait_exit server
	assert_contains "$(<server.out)" hello
}
