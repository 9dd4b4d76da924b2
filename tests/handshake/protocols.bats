# Versions, ciphers, groups, ALPN, key log: what is negotiated, and what the
# stock program says of it.

load ../lib/helpers

@test "a version that the server has not: handshake failure" {
	same_as_stock -w '-tls1_3' '-tls1_2'
	assert_contains "$(<server.err)" ERROR
	same_as_stock -w '-tls1_2' '-tls1_3'
}

@test "no common cipher: handshake failure" {
	same_as_stock -w \
	    '-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256' \
	    '-cipher ECDHE-ECDSA-AES256-GCM-SHA384'
	assert_contains "$(<server.err)" 'no shared cipher'
}

@test "no version left: refused at the start" {
	run_server -nocert -accept 127.0.0.1:0 -no_tls1 -no_tls1_1 -no_tls1_2 \
	    -no_tls1_3
	assert_equal "$status" 1
	assert_contains "$stderr" 'no protocols available'
	run_server -nocert -accept 127.0.0.1:0 -min_protocol TLSv1.3 \
	    -max_protocol TLSv1.2
	assert_equal "$status" 1
}

# covers: -cipher -ciphersuites -serverpref
@test "ciphers and suites, and whose preference counts" {
	local both='ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256'

	same_as_stock "-tls1_2 -cipher $both" \
	    '-cipher ECDHE-ECDSA-AES128-GCM-SHA256'
	same_as_stock "-tls1_2 -serverpref -cipher $both" \
	    '-cipher ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384'
	same_as_stock '-ciphersuites TLS_CHACHA20_POLY1305_SHA256' ''
}

# covers: -groups -curves -named_curve -sigalgs
@test "groups and signature algorithms" {
	same_as_stock '-groups P-384:X25519' '-groups X25519:P-384'
	same_as_stock '-curves P-521' ''
	same_as_stock '-named_curve P-256' ''
	same_as_stock '-sigalgs ECDSA+SHA256' ''
	same_as_stock '-tls1_2 -sigalgs ECDSA+SHA384' ''
}

# covers: -dhparam -no_dhe
@test "DH parameters" {
	same_as_stock "-dhparam $CERTS/dhparam.pem -tls1_2 \
	    -cert $CERTS/server-rsa.pem -key $CERTS/server-rsa-key.pem" \
	    '-cipher DHE-RSA-AES128-GCM-SHA256'
	same_as_stock "-tls1_2 -cert $CERTS/server-rsa.pem \
	    -key $CERTS/server-rsa-key.pem" \
	    '-cipher DHE-RSA-AES128-GCM-SHA256'
	same_as_stock -w "-no_dhe -tls1_2 -cert $CERTS/server-rsa.pem \
	    -key $CERTS/server-rsa-key.pem" \
	    '-cipher DHE-RSA-AES128-GCM-SHA256'
}

# covers: -alpn
@test "ALPN: the server's order, and none in common" {
	same_as_stock '-alpn h2,http/1.1' '-alpn http/1.1,h2'
	same_as_stock '-alpn ,h2,,http/1.1' '-alpn spdy,http/1.1'
	same_as_stock '-alpn h2' ''
	same_as_stock -w '-alpn h2' '-alpn spdy'
	assert_contains "$(<server.err)" 'no application protocol'
}

# covers: -keymatexport -keymatexportlen
@test "key material export" {
	same_as_stock '-keymatexport label' ''
	same_as_stock '-keymatexport label -keymatexportlen 60 -tls1_2' ''
}

@test "bad values are named" {
	local option

	for option in '-cipher NOPE' '-ciphersuites NOPE' '-groups NOPE' \
	    '-sigalgs NOPE' '-min_protocol NOPE'; do
		# shellcheck disable=SC2086
		run_server -nocert -accept 127.0.0.1:0 $option
		assert_equal "$status" 1
		assert_contains "$stderr" \
		    "Call to SSL_CONF_cmd(${option/ /, }) failed"
		# shellcheck disable=SC2086
		run_stock -nocert -accept 127.0.0.1:0 $option
		assert_contains "$stderr" \
		    "Call to SSL_CONF_cmd(${option/ /, }) failed"
	done
	run_server -nocert -accept 127.0.0.1:0 -alpn ,,
	assert_equal "$status" 1
	assert_contains "$stderr" 'alpn ,,'
	run_server -nocert -accept 127.0.0.1:0 -alpn "$(printf '%0300d' 0)"
	assert_equal "$status" 1
	assert_contains "$stderr" '255 bytes'
	run_server -nocert -accept 127.0.0.1:0 \
	    -alpn "$(printf 'a,%.0s' {1..32768})"
	assert_equal "$status" 1
	assert_contains "$stderr" '-alpn: the list is longer than 65534 bytes'
	run_server -nocert -accept 127.0.0.1:0 -context "$(printf '%033d' 0)"
	assert_equal "$status" 1
	assert_contains "$stderr" '32 bytes'
}

# covers: -keylogfile
@test "the key log holds whole lines of every worker" {
	local i

	echo '# here before' >secrets
	start_server -workers 4 -quiet -keylogfile secrets
	for ((i = 0; i < 20; i++)); do
		client -tls1_3 </dev/null >/dev/null 2>&1
	done
	stop_server
	assert_equal "$(head -n 1 secrets)" '# here before'
	# Five secrets a TLS 1.3 handshake.
	assert_equal "$(grep -cE '^[A-Z_0-9]+ [0-9a-f]{64} [0-9a-f]+$' \
	    secrets)" 100
	assert_equal "$(wc -l <secrets)" 101
}

@test "a key log has the stock program's heading" {
	start_server -keylogfile ours
	start_stock -keylogfile theirs
	end_process stock
	stop_server
	assert_equal "$(<ours)" "$(<theirs)"
	run_server -nocert -accept 127.0.0.1:0 -keylogfile /nowhere/secrets
	assert_equal "$status" 1
	assert_contains "$stderr" 'Error writing keylog file /nowhere/secrets'
}

# covers: -client_sigalgs
@test "what a client's preference changes" {
	same_as_stock '-serverpref -prioritize_chacha' \
	    '-ciphersuites TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256'
	assert_contains "$(<server.client)" 'Cipher is TLS_CHACHA20_POLY1305'
	same_as_stock '-serverpref' \
	    '-ciphersuites TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256'
	same_as_stock '-Verify 1 -client_sigalgs RSA-PSS+SHA512' \
	    "-cert $CERTS/client-rsa.pem -key $CERTS/client-rsa-key.pem"
	assert_contains "$(<server.out)" 'Peer signing digest: SHA512'
}

# covers: -no_renegotiation -client_renegotiation
@test "-no_renegotiation refuses a client's renegotiation, as does stock" {
	renegotiating() {
		local name=$1

		client_start "$name-client" -tls1_2
		client_connected "$name-client"
		type_to "$name-client" 'R\n'
		wait_for 10 file_has "$name-client.err" RENEGOTIATING
		sleep 0.5
		client_end "$name-client" || :
	}
	same_as_stock -f renegotiating '-tls1_2 -no_renegotiation' ''
	same_as_stock -f renegotiating '-tls1_2 -client_renegotiation' ''
	same_as_stock -f renegotiating '-tls1_2' ''
}
