# What is said about a connection: the session block, the summary of -brief,
# what is said of failed handshakes. The stock program decides.

# shellcheck disable=SC2016,SC2153,SC2154 # expanded or set by the helpers

load ../lib/helpers

server_rsa='-cert $CERTS/server-rsa.pem -key $CERTS/server-rsa-key.pem'
verify='-verify 3 -CAfile $CERTS/ca.pem'
must='-Verify 3 -CAfile $CERTS/ca.pem'

# A client's certificate and key by the name of its files.
as() # name
{
	printf -- '-cert $CERTS/client-%s.pem -key $CERTS/client-%s-key.pem' \
	    "$1" "$1"
}

# Sees that the block was there at all, so that two empty outputs do not pass.
block_as_stock() # server options, client options
{
	same_as_stock "$1" "$2" 'hello\n' &&
	    assert_contains "$(server_out)" 'CIPHER is' &&
	    assert_contains "$(server_out)" hello
}

summary_as_stock() # server options, client options
{
	same_as_stock "-brief $1" "$2" 'hello\n' &&
	    assert_contains "$(server_err)" 'Ciphersuite: ' &&
	    assert_equal "$(server_out)" hello
}

failure_as_stock() # server options, client options, line of the server
{
	same_as_stock "$1" "$2" &&
	    assert_contains "$(server_err)" "$3"
}

@test "the block of TLS 1.3 is the stock program's" {
	block_as_stock '' '-tls1_3'
}

@test "the block of TLS 1.2 is the stock program's" {
	block_as_stock '' '-tls1_2'
}

@test "the block of TLS 1.2 with a session ID, without ticket" {
	block_as_stock '-no_ticket' '-tls1_2'
}

@test "the block with an RSA certificate and key exchange" {
	block_as_stock "$server_rsa" '-tls1_2 -cipher AES128-SHA'
}

@test "the block shows what little a client offers" {
	block_as_stock '' '-groups P-384:X448 -sigalgs ECDSA+SHA256:RSA-PSS+SHA384'
	assert_contains "$(server_out)" 'Supported groups: secp384r1:x448'
}

@test "the block shows what both sides have, and what not" {
	block_as_stock '-groups P-256 -sigalgs ECDSA+SHA256:ed25519' ''
	assert_contains "$(server_out)" 'Shared groups: secp256r1'
	assert_matches "$(server_out)" \
	    'Shared Signature Algorithms: (ECDSA\+SHA256|ecdsa_secp256r1_sha256):ed25519'
}

@test "the block with a client certificate, ECDSA and RSA, TLS 1.3 and 1.2" {
	block_as_stock "$verify" "$(as ecdsa)"
	assert_matches "$(server_out)" 'Peer signature type: (ECDSA|ecdsa)'
	block_as_stock "$verify" "$(as rsa) -tls1_3"
	assert_matches "$(server_out)" 'Peer signature type: (RSA-PSS|rsa_pss)'
	block_as_stock "$verify" "$(as rsa) -tls1_2"
	assert_contains "$(server_out)" \
	    "subject=$(named O 's_server tests'), $(named CN RSA)"
}

@test "the block of a client that was asked for a certificate and has none" {
	block_as_stock "$verify" ''
	assert_lacks "$(server_out)" 'Client certificate'
}

@test "-nameopt shapes the names in the block and the summary" {
	block_as_stock "$verify -nameopt multiline" "$(as ecdsa)"
	assert_contains "$(server_out)" 'organizationName'
	block_as_stock "$verify -nameopt oneline,dn_rev" "$(as ecdsa)"
	summary_as_stock "$verify -nameopt multiline" "$(as ecdsa)"
	summary_as_stock "$verify -nameopt RFC2253" "$(as ecdsa)"
	assert_contains "$(server_err)" 'CN=ECDSA client,O=s_server tests'
}

# The stock program ends without a word.
# covers: -nameopt
@test "options of -nameopt that are none are named (culprits)" {
	local value

	for value in bogus oneline,bogus; do
		run_stock -nocert -accept 127.0.0.1:0 -nameopt "$value"
		assert_equal "$status" 1
		assert_equal "$stderr" ''
		run_server -nocert -accept 127.0.0.1:0 -nameopt "$value"
		assert_equal "$status" 1
		assert_equal "$stderr" \
		    "s_server: -nameopt $value: unknown name option"
	done
}

@test "the block names the CAs that the client accepts" {
	block_as_stock '' '-requestCAfile $CERTS/ca.pem'
	assert_contains "$(server_out)" "$(named CN 'Test root CA')"
}

@test "-no_renegotiation is told" {
	block_as_stock '-no_renegotiation' '-tls1_2'
	assert_contains "$(server_out)" 'Renegotiation is DISABLED'
}

@test "keying material, of the length asked for" {
	block_as_stock "-keymatexport 'a label'" '-tls1_3'
	assert_matches "$(server_out)" 'Keying material: [0-9A-F]{40}'
	block_as_stock '-keymatexport label -keymatexportlen 300' '-tls1_2'
	assert_matches "$(server_out)" 'Length: 300 bytes'
	[ "$(grep -a 'Keying material: ' server.out | wc -c)" -eq 622 ]
}

@test "both sides export the same keying material" {
	start_server -naccept 1 -keymatexport label -keymatexportlen 32
	talk 'x\n' 'Keying material: ' -keymatexport label \
	    -keymatexportlen 32 >client.out
	wait_exit server
	grep -a 'Keying material: ' server.out >expected
	grep -a 'Keying material: ' client.out >actual
	diff expected actual
}

@test "a resumed session prints its block, TLS 1.2 and 1.3" {
	local version

	for version in -tls1_2 -tls1_3; do
		same_as_stock -n -f resume_scenario \
		    '-naccept 2' "$version"
		assert_contains "$(server_out)" 'Reused session-id'
	done
}

resume_scenario() # name, client option...
{
	local name=$1

	shift
	client_start "$name-first" "$@" -sess_out "$name.session"
	client_connected "$name-first"
	# TLS 1.3: the ticket comes with the first read.
	wait_for 10 test -s "$name.session"
	client_end "$name-first"
	client_start "$name-second" "$@" -sess_in "$name.session"
	client_connected "$name-second"
	client_end "$name-second"
	grep -a 'Cipher is' "$name-first.out" "$name-second.out" |
	    sed 's/.*out://'
}

# covers: -brief
@test "the summary of -brief, TLS 1.3 and 1.2" {
	summary_as_stock '' ''
	summary_as_stock '' '-tls1_2'
}

# Ed25519 has a digest of its own.
@test "the summary of -brief with a signature without a digest" {
	"$OPENSSL" req -x509 -newkey ed25519 -noenc -keyout key.pem \
	    -subj /CN=ed25519 -out cert.pem
	same_as_stock '-brief -verify 1' '-cert cert.pem -key key.pem'
	assert_contains "$(<server.err)" 'Hash used: UNDEF'
	same_as_stock '-verify 1' '-cert cert.pem -key key.pem'
	assert_lacks "$(<server.out)" 'Peer signing digest'
}

@test "the summary of -brief with client certificates good and bad" {
	summary_as_stock "$verify" "$(as ecdsa)"
	assert_contains "$(server_err)" 'Verification: OK'
	summary_as_stock "$verify" "$(as rsa) -tls1_2"
	assert_contains "$(server_err)" 'Hash used: '
	summary_as_stock "$verify" "$(as unknown)"
	assert_contains "$(server_err)" 'Verification error: '
}

@test "failed handshakes: no shared cipher, wrong version" {
	failure_as_stock '' '-tls1_2 -cipher aNULL:@SECLEVEL=0' \
	    'no shared cipher'
	failure_as_stock '-tls1_3' '-tls1_2' 'unsupported protocol'
	failure_as_stock '-brief -tls1_3' '-tls1_2' 'unsupported protocol'
}

@test "failed handshakes: a client certificate bad or missing" {
	# In TLS 1.3 it is a race whether the client still hears of it.
	failure_as_stock "$must" '-tls1_2' 'peer did not return a certificate'
	failure_as_stock "$must -verify_return_error" "-tls1_2 $(as expired)" \
	    'verify error:certificate has expired'
	failure_as_stock "$must -verify_return_error -brief" "-tls1_2 $(as unknown)" \
	    'verify error:unable to get local issuer certificate'
}

@test "failed handshakes: HTTP, other bytes, silence, nothing" {
	same_as_stock -f plain_bytes '' 'GET / HTTP/1.0\r\n\r\n'
	assert_contains "$(server_err)" 'http request'
	same_as_stock -f plain_bytes '' 'hello world\n'
	assert_contains "$(server_err)" 'ERROR'
	same_as_stock -f leaves_at_once '' ''
	assert_contains "$(server_out)" '   1 server accepts (SSL_accept())'
}

plain_bytes() # name, bytes
{
	shift
	CLIENT_PORT=$PORT plain "$*" | od -An -tx1
}

leaves_at_once()
{
	timeout 5 bash -c 'exec 4<>"/dev/tcp/127.0.0.1/$1"' leave "$PORT"
}

# <NULL> is what the stock program has there, which a browser does not show.
known_groups()
{
	sed -E '/^Supported groups: /s/<NULL>|NID [0-9]+|0xFE42/UNKNOWN/'
}

@test "a group that the library does not know has its number (unknown-groups)" {
	local modules=$BUILD/tests/load groups='P-256:strange:X25519' page

	[ -e "$modules/strange_group.so" ] || skip 'make load builds it'
	set -- "-provider-path $modules -provider default \
	    -provider strange_group -groups $groups"
	same_as_stock -m known_groups "$server_rsa" "$1" 'hello\n'
	assert_contains "$(server_out)" \
	    'Supported groups: secp256r1:0xFE42:x25519'
	same_as_stock -m known_groups "-brief $server_rsa" "$1 -tls1_2" \
	    'hello\n'
	assert_contains "$(server_err)" \
	    'Supported groups: secp256r1:0xFE42:x25519'
	start_server -www
	# shellcheck disable=SC2086
	page=$(talk 'GET / HTTP/1.0\r\n\r\n' '</pre>' $1)
	assert_contains "$page" 'Supported groups: secp256r1:0xFE42:x25519'
}

@test "-label begins the block, the summary and the failure with the worker" {
	local line='worker [12] connection [0-9]+ from 127\.0\.0\.1:[0-9]+'

	start_server -workers 2 -label -naccept 1
	talk 'x\n' 'Verify return code' >/dev/null
	wait_exit server
	assert_matches "$(server_out)" $'\n'"$line"$'\n-----BEGIN SSL SESSION'
	start_server -workers 2 -label -naccept 1 -brief
	talk 'x\n' 'Verify return code' >/dev/null
	wait_exit server
	assert_matches "$(server_err)" "$line"$'\nProtocol version'
}

# What is not blank, no data and not of a block has the number of a connection.
@test "-label: each line about a connection has its number" {
	local block='^(worker [0-9]+ connection |-----(BEGIN|END) |[A-Za-z0-9+/]+=*$|Shared |Signature Alg|Supported |Peer sign|CIPHER is|Secure Reneg|This TLS version|ACCEPT|Using default|hello$|$)'

	start_server -workers 2 -label -nbio -ign_eof
	talk 'hello\n' 'Verify return code' >/dev/null
	client -tls1_2 -cipher ECDHE-RSA-CHACHA20-POLY1305 \
	    -sigalgs ed25519 </dev/null >/dev/null 2>&1 || true
	wait_for 5 file_has server.out '[2] shutting down SSL'
	stop_server
	run -1 grep -avE "^\[[12]\] |$block" server.out
	run -1 grep -avE '^\[[12]\] |^worker [12] connection 2 from ' server.err
	assert_contains "$(server_out)" '[1] DONE'
	assert_contains "$(server_out)" '[1] CONNECTION CLOSED'
	assert_matches "$(server_err)" \
	    'worker [12] connection 2 from 127\.0\.0\.1:[0-9]+'$'\n\[2\] ERROR'
	assert_contains "$(server_err)" '[1] Turned on non blocking io'
	assert_matches "$(server_err)" $'\n''\[2\] [0-9A-F]+:error:'
}

# Of 60 clients each third fails; its line has the port that it had.
@test "-label names each failed handshake among many, in one line" {
	local mode clients=60

	for mode in -www -WWW -HTTP -quiet; do
		start_server -workers 4 -label $mode -ign_eof
		some_fail $clients
		stop_server
		run -0 grep -acE "^\[[0-9]+\] from 127\.0\.0\.1:[0-9]+: handshake failed: (unsupported protocol|no protocols available|wrong version number|http request|unexpected eof while reading)$" server.err
		assert_equal "$output" $((clients / 3))
		run -1 grep -av 'handshake failed: ' server.err
		clients=24
	done
}

# Every third says something that is no TLS.
some_fail() # clients
{
	local i pids=()

	for ((i = 0; i < $1; i++)); do
		if ((i % 3 == 0)); then
			leave_with_nonsense &
		else
			client </dev/null >/dev/null 2>&1 &
		fi
		pids+=($!)
	done
	wait "${pids[@]}"
}

leave_with_nonsense()
{
	timeout 20 bash -c 'exec 4<>"/dev/tcp/127.0.0.1/$1"
		printf "GET / HTTP/1.0\r\n\r\n" >&4; cat <&4' nonsense "$PORT" \
	    >/dev/null 2>&1
}

@test "-label names the certificate's fault of a failed handshake" {
	start_server -www -label -Verify 1 -verify_return_error -ign_eof \
	    -CAfile "$CERTS/ca.pem"
	client </dev/null >/dev/null 2>&1 || true
	client -cert "$CERTS/client-unknown.pem" \
	    -key "$CERTS/client-unknown-key.pem" </dev/null >/dev/null 2>&1 ||
	    true
	wait_for 5 file_has server.err '[2] from'
	stop_server
	assert_matches "$(server_err)" '\[1\] from [0-9.:]+: handshake failed: peer did not return a certificate'
	assert_matches "$(server_err)" '\[2\] from [0-9.:]+: handshake failed: unable to get local issuer certificate'
}

@test "-label: -brief and -rev name the connection that failed" {
	start_server -label -rev -ign_eof
	leave_with_nonsense
	wait_for 5 file_has server.err '[1] CONNECTION FAILURE'
	stop_server
	assert_matches "$(server_err)" 'worker [0-9]+ connection 1 from 127\.0\.0\.1:[0-9]+'$'\n\[1\] CONNECTION FAILURE\n\[1\] [0-9A-F]+:error'
}
