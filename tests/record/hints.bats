# -log: why a handshake failed, in words for people. Each hint is what the record
# says of a real client, or of bytes that such a client sends.

# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # expanded or set by the helpers

load ../lib/helpers

# Clients come one after another, so the n-th one has the n-th hint.
begin_hints() # option of the server...
{
	: >expected
	start_server -quiet -ign_eof -www -workers 1 -log log.json "$@"
}

hint() # expected hint, command...
{
	echo "$1" >>expected
	"${@:2}" </dev/null >>clients.log 2>&1 || :
}

# The same of bytes (with escapes) that a client sends; it reads the answer.
hint_of_bytes() # expected hint, text with escapes
{
	hint "$1" plain "$2"
}

records_are() # number
{
	[ "$(grep -c '"event":"connection"' log.json)" -ge "$1" ]
}

hints_are_so()
{
	local count

	count=$(wc -l <expected)
	wait_for 10 records_are "$count"
	jq -r -s 'map(select(.event == "connection")) |
	    sort_by(.connection) | .[] |
	    .failure.hint // "none"' log.json >hints
	diff -u expected hints
}

# A whole ClientHello in a record, with escapes.
hello_bytes()
{
	local file=$ROOT/tests/fuzz/corpus/client_hello/openssl size

	size=$(($(wc -c <"$file") - 1))
	printf '\\x16\\x03\\x01\\x%02x\\x%02x' $((size >> 8)) $((size & 255))
	tail -c +2 "$file" | od -An -v -tx1 | tr -d '\n' | sed 's/ /\\x/g'
}

# Leaves when the answer begins to come. What is unread makes it a reset.
hang_up()
{
	timeout $((10 * SLOW)) bash -c 'exec 4<>"/dev/tcp/127.0.0.1/$1" 3>&-
		printf %b "$2" >&4
		head -c 1 <&4 | wc -c' hang_up "$PORT" "$(hello_bytes)"
}

# covers: -log
@test "other protocols than TLS are named" {
	local not='the client does not speak TLS: '

	begin_hints
	hint "${not}plain HTTP" curl -s "http://127.0.0.1:$PORT/"
	hint "${not}HTTP to a proxy (CONNECT)" \
	    curl -s -x "http://127.0.0.1:$PORT" https://a.example/
	hint "${not}HTTP/2 without TLS" \
	    curl -s --http2-prior-knowledge "http://127.0.0.1:$PORT/"
	hint_of_bytes "${not}SSH" 'SSH-2.0-test\r\n'
	hint_of_bytes "${not}SMTP, which asks for TLS by STARTTLS" 'EHLO a\r\n'
	hint_of_bytes "${not}FTP or POP3, which asks for TLS by a command" \
	    'USER a\r\n'
	hint_of_bytes "${not}a PROXY protocol header before TLS" \
	    'PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n'
	hint_of_bytes "${not}a PROXY protocol header before TLS" \
	    '\r\n\r\n\0\r\nQUIT\n'
	hint_of_bytes "${not}RDP, which asks for TLS by itself" \
	    '\x03\0\0\x13\x0e\xe0\0\0'
	hint_of_bytes "${not}PostgreSQL, which asks for TLS by itself" \
	    '\0\0\0\x08\x04\xd2\x16\x2f'
	hint_of_bytes "${not}LDAP, which asks for TLS by StartTLS" \
	    '\x30\x1d\x02\x01\x01\x77\x18'
	hint_of_bytes "${not}MQTT without TLS" '\x10\x0e\0\x04MQTT'
	hint_of_bytes "${not}DTLS over a stream" '\x16\xfe\xff\0\0\0'
	hint_of_bytes "${not}its first bytes are 78 79 7a" xyzabc
	# These only begin alike.
	hint "${not}plain HTTP" curl -s -X PROPFIND "http://127.0.0.1:$PORT/"
	hint_of_bytes "${not}its first bytes are 30 31 32" 0123456789
	hint_of_bytes "${not}its first bytes are 00 00 00" '\0\0\0\0\0\0\0\0'
	hint_of_bytes "${not}its first bytes are 48 45 4c" 'HELLO\r\n'
	hint "${not}its only byte is 58" bash -c \
	    "exec 4<>/dev/tcp/127.0.0.1/$PORT; printf X >&4"
	hint "${not}SOCKS, as to a proxy" \
	    curl -s -m 1 -x "socks5://127.0.0.1:$PORT" http://127.0.0.1/
	hint_of_bytes \
	    'the client begins with a ClientHello in the form of SSL 2.0' \
	    '\x80\x1f\x01\0\x02\0\x06\0\0\0\x10\x01\0\x80\x02\0\x80aaaaaaaaaaaaaaaa'
	hints_are_so
}

# covers: -log
@test "clients that leave, or stop, are told from each other" {
	begin_hints -handshake_timeout 1
	hint 'the client closed before it sent anything, as port scanners and health checks do, and clients that wait for a greeting (SMTP, FTP)' \
	    bash -c "exec 4<>/dev/tcp/127.0.0.1/$PORT"
	hint 'the client closed in the middle of its ClientHello: 4 bytes came' \
	    bash -c "exec 4<>/dev/tcp/127.0.0.1/$PORT; printf '\26\3\1\2' >&4"
	hint 'the client reset the connection after our certificate, without an alert: it may expect (pin) another one, or have lost patience' \
	    hang_up
	hint 'the client connected and said nothing' plain ''
	hint 'the client stopped in the middle of its ClientHello: 4 bytes came' \
	    plain '\x16\x03\x01\x02'
	hint 'the client did not go on after its ClientHello and our Finished' \
	    plain "$(hello_bytes)"
	hints_are_so
	stop_server
	rm log.json
	begin_hints -tls1_3 -groups P-384 -log_events all \
	    -control ctl
	hint 'the client reset the connection after our HelloRetryRequest, which asks for a key share of another group' \
	    hang_up
	echo 'a command, or the end of the server, came before the handshake was finished' \
	    >>expected
	plain '' &
	wait_for 5 accepted_are 2
	"$S_SERVER" -ctl ctl quit
	wait
	hints_are_so
}

accepted_are() # number
{
	[ "$(grep -c '"event":"accepted"' log.json)" -ge "$1" ]
}

# covers: -log
@test "bytes that begin as TLS, and go on otherwise" {
	begin_hints
	hint_of_bytes 'a record of the client is longer than TLS allows; perhaps it is no TLS' \
	    '\x16\x03\x01\xff\xff\x01'
	hint_of_bytes 'the client sent a message out of order' \
	    '\x16\x03\x01\0\x04\x10\0\0\0'
	hint_of_bytes 'the lengths in a message of the client do not fit' \
	    '\x16\x03\x01\0\x06\x01\0\0\x02\x03\x03'
	hints_are_so
}

# covers: -log
@test "what the client finds wrong with our certificate" {
	local ca=(-CAfile "$CERTS/ca.pem") strict=-verify_return_error

	begin_hints -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" \
	    -cert_chain "$CERTS/chain.pem"
	hint 'the client does not trust our CA (alert unknown_ca)' \
	    client -CAfile "$CERTS/unknown-ca.pem" $strict
	hint 'the client refuses our certificate: its CA, its name, its use or its signature (alert bad_certificate)' \
	    client "${ca[@]}" $strict -verify_hostname other.example
	hint 'the client cannot use our certificate: its purpose or its kind of key (alert unsupported_certificate)' \
	    client "${ca[@]}" $strict -purpose smimesign
	hints_are_so
	stop_server
	rm log.json
	begin_hints -cert "$CERTS/client-expired.pem" \
	    -key "$CERTS/client-expired-key.pem"
	hint "the client finds our certificate expired, or not valid yet by the client's clock (alert certificate_expired)" \
	    client "${ca[@]}" $strict -purpose any
	hints_are_so
}

# covers: -log
@test "Diffie-Hellman parameters that are too short for the client" {
	"$OPENSSL" genpkey -genparam -algorithm DH -out dh.pem \
	    -pkeyopt group:modp_1536
	begin_hints -tls1_2 -cipher DHE:@SECLEVEL=0 -dhparam dh.pem \
	    -cert "$CERTS/server-rsa.pem" -key "$CERTS/server-rsa-key.pem"
	hint 'the client cannot accept what we chose: cipher suite, group or parameters (alert handshake_failure)' \
	    client -cipher DHE@SECLEVEL=2 -groups X25519
	hints_are_so
}

# covers: -log
@test "clients of other libraries" {
	local clients=0

	begin_hints
	if command -v gnutls-cli >/dev/null; then
		clients=1
		hint 'the client refuses our certificate: its CA, its name, its use or its signature (alert bad_certificate)' \
		    timeout 10 gnutls-cli -p "$PORT" 127.0.0.1
	fi
	if command -v python3 >/dev/null; then
		clients=1
		hint 'the client does not trust our CA (alert unknown_ca)' \
		    timeout 10 python3 -c 'import socket, ssl, sys
ssl.create_default_context().wrap_socket(socket.create_connection(
    ("127.0.0.1", int(sys.argv[1]))), server_hostname="localhost")' "$PORT"
	fi
	[ "$clients" = 1 ] || skip 'there is neither gnutls-cli nor python3'
	hints_are_so
}

# covers: -log
@test "versions, cipher suites, groups and signatures that do not meet" {
	local suites='TLS_AES_128_CCM_SHA256' old=(-cipher 'DEFAULT@SECLEVEL=0')

	begin_hints -tls1_3 -groups X25519
	hint 'the client offers TLS 1.2 at most, the server was started with -tls1_3' \
	    client -tls1_2
	hint 'no shared group: client x448; server -groups X25519' \
	    client -groups X448
	hint 'no shared signature algorithm: client rsa_pss_rsae_sha256; server: its certificate is of kind ECDSA' \
	    client -sigalgs RSA-PSS+SHA256
	hint "no shared cipher suite: client $suites; server: the library's default list" \
	    client -ciphersuites $suites
	hints_are_so
	stop_server
	rm log.json
	begin_hints -max_protocol TLSv1.2 -cipher 'ECDHE+AESGCM:@SECLEVEL=0' \
	    -min_protocol TLSv1.1
	hint 'the client offers TLS 1.3 at least, the server was started with -max_protocol' \
	    client -tls1_3
	hint "the client's cipher suites need a certificate of kind RSA, the server has ECDSA" \
	    client -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256
	hint 'no shared cipher suite: client ECDHE-ECDSA-AES128-CCM; server -cipher ECDHE+AESGCM:@SECLEVEL=0' \
	    client -tls1_2 -cipher ECDHE-ECDSA-AES128-CCM
	hint 'our certificate is of the curve secp256r1, and the client takes only x25519' \
	    client -tls1_2 -groups X25519
	hints_are_so
	stop_server
	rm log.json
	begin_hints -no_tls1_3 -groups X448
	hint 'no shared group: client secp256r1; server -groups X448' \
	    client -tls1_2 -groups P-256
	hint 'the client offers TLS 1.3 at least, the server was started with -no_tls1_3' \
	    client -tls1_3
	hints_are_so
}

# The library says "no shared cipher" of these.
# covers: -log
@test "cipher suites that fail for another reason" {
	begin_hints
	hint "the client's cipher suites need a pre-shared key, and the server has no -psk" \
	    client -tls1_2 -cipher PSK:@SECLEVEL=0 -psk aabb
	hint_of_bytes 'no shared signature algorithm: client rsa_pkcs1_sha256; server: its certificate is of kind ECDSA' \
	    '\x16\x03\x01\x00\x3f\x01\x00\x00\x3b\x03\x03\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x00\x00\x02\xc0\x2b\x01\x00\x00\x10\x00\x0a\x00\x04\x00\x02\x00\x17\x00\x0d\x00\x04\x00\x02\x04\x01'
	hint_of_bytes "none of the client's cipher suites is for TLSv1.2, the version that was chosen" \
	    '\x16\x03\x01\x00\x3f\x01\x00\x00\x3b\x03\x03\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x00\x00\x02\x13\x01\x01\x00\x00\x10\x00\x0a\x00\x04\x00\x02\x00\x17\x00\x0d\x00\x04\x00\x02\x04\x03'
	hint_of_bytes 'the client named no signature algorithms, which means SHA-1, and SHA-1 is not taken' \
	    '\x16\x03\x01\x00\x37\x01\x00\x00\x33\x03\x03\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x00\x00\x02\xc0\x2b\x01\x00\x00\x08\x00\x0a\x00\x04\x00\x02\x00\x17'
	hint_of_bytes 'the client named no groups, which its cipher suites need' \
	    '\x16\x03\x01\x00\x37\x01\x00\x00\x33\x03\x03\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x00\x00\x02\xc0\x2b\x01\x00\x00\x08\x00\x0d\x00\x04\x00\x02\x04\x03'
	hint_of_bytes 'the client of TLS 1.3 named groups and sent no key_share' \
	    '\x16\x03\x01\x00\x46\x01\x00\x00\x42\x03\x03\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x00\x00\x02\x13\x01\x01\x00\x00\x17\x00\x2b\x00\x03\x02\x03\x04\x00\x0a\x00\x04\x00\x02\x00\x17\x00\x0d\x00\x04\x00\x02\x04\x03'
	hint 'no shared signature algorithm: client ecdsa_secp384r1_sha384; server: its certificate is of kind ECDSA (secp256r1)' \
	    client -tls1_3 -sigalgs ECDSA+SHA384
	hint 'no shared signature algorithm: client ecdsa_sha1; server: its certificate is of kind ECDSA, and SHA-1 is not taken' \
	    client -tls1_2 -sigalgs ECDSA+SHA1 -cipher DEFAULT@SECLEVEL=0
	hints_are_so
	stop_server
	rm log.json
	begin_hints -cipher AES256-SHA
	hint 'the cipher suites that both have need a certificate of kind RSA, the server has ECDSA' \
	    client -tls1_2 -cipher ECDHE-ECDSA-AES128-SHA:AES256-SHA
	hints_are_so
}

# covers: -log
@test "an option is named only if it keeps the client away" {
	local old=(-cipher 'DEFAULT@SECLEVEL=0')

	begin_hints -no_tls1 "${old[@]}"
	hint 'the client offers TLS 1.0 at most, the server was started with -no_tls1' \
	    client -tls1 "${old[@]}"
	hints_are_so
	stop_server
	rm log.json
	begin_hints -nocert
	hint 'TLS 1.3 needs a certificate or a pre-shared key, and the server has neither (-cert, -psk)' \
	    client -tls1_3 -psk aabb
	hints_are_so
}

# covers: -log
@test "protocols and names that are not served, and a fallback" {
	begin_hints -alpn h2,foo -servername only.example \
	    -cert2 "$CERTS/server2.pem" -key2 "$CERTS/server2-key.pem" \
	    -servername_fatal
	hint 'no shared protocol (ALPN): client h3, bar; server -alpn h2,foo' \
	    client -alpn h3,bar -noservername
	hint 'SNI other.example is not served: the server has -servername only.example and -servername_fatal' \
	    client -servername other.example
	hint 'the client fell back to an older version (TLS_FALLBACK_SCSV), though the server has a newer one: its first try was disturbed' \
	    client -noservername -tls1_2 -fallback_scsv
	hints_are_so
}

# covers: -log
@test "certificates of clients" {
	local unknown="the issuer of the client's certificate is not known: its CA is missing in -CAfile, or the client did not send its chain"

	openssl req -x509 -newkey rsa:1024 -nodes -keyout short.key \
	    -out short.pem -subj /CN=short 2>openssl.log
	begin_hints -Verify 3 -verify_return_error -CAfile "$CERTS/ca.pem"
	hint 'the client sent no certificate, and -Verify wants one' client
	hint "the client's certificate has expired" client \
	    -cert "$CERTS/client-expired.pem" \
	    -key "$CERTS/client-expired-key.pem"
	hint "$unknown" client -cert "$CERTS/client-unknown.pem" \
	    -key "$CERTS/client-unknown-key.pem"
	hint "the client's certificate is signed by itself, and not in -CAfile" \
	    client -cert "$CERTS/unknown-ca.pem" \
	    -key "$CERTS/unknown-ca-key.pem"
	hint "the client's certificate is not for clients (its purpose)" \
	    client -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" \
	    -cert_chain "$CERTS/chain.pem"
	hint "the root CA of the client's certificate is not in -CAfile" \
	    client -cert "$CERTS/client-unknown.pem" \
	    -key "$CERTS/client-unknown-key.pem" \
	    -cert_chain "$CERTS/unknown-ca.pem"
	hint "the key of the client's certificate is too short for the security level (SECLEVEL in -cipher)" \
	    client -cert short.pem -key short.key -cipher DEFAULT@SECLEVEL=0
	hints_are_so
	stop_server
	rm log.json
	begin_hints -Verify 3 -verify_return_error -CAfile "$CERTS/ca.pem" \
	    -verify_hostname client.example
	hint "the client's certificate has another name than -verify_hostname" \
	    client -cert "$CERTS/client-rsa.pem" \
	    -key "$CERTS/client-rsa-key.pem"
	hints_are_so
}

# covers: -log
@test "keys shared in advance that differ" {
	begin_hints -nocert -psk 0102030405060708 -psk_identity me
	hint "the identity of the client's pre-shared key is not that of -psk_identity, nor that of a session, and the server has no certificate (-nocert)" \
	    client -tls1_3 -psk 0102030405060708 -psk_identity you
	hint 'the client knows the identity of -psk_identity, or of a session, but has another key' \
	    client -tls1_3 -psk 01020304 -psk_identity me
	hint "the client's pre-shared key is not that of -psk" \
	    client -tls1_2 -psk 01020304 -psk_identity me
	hint "the client's cipher suites need a certificate of kind RSA or ECDSA, the server has none (-nocert)" \
	    client -tls1_2
	hint 'the server has no certificate (-nocert), and the client offers no pre-shared key' \
	    client -tls1_3
	hints_are_so
}

# covers: -log
@test "more early data than is taken" {
	head -c 3000 /dev/zero >early
	begin_hints -early_data -recv_max_early_data 100 -max_early_data 16384
	hint none talk 'GET / HTTP/1.0\n\n' 'HTTP/1.0 200' -tls1_3 \
	    -sess_out session
	hint 'the client sent more early data than the server takes: see -recv_max_early_data and -max_early_data' \
	    client -tls1_3 -sess_in session -early_data early
	hints_are_so
}

# covers: -log
@test "clients of DTLS" {
	begin_hints -dtls1_2 -echo
	hint 'the client offers DTLS 1.0 at most, the server was started with -dtls1_2' \
	    client -dtls1 -cipher DEFAULT@SECLEVEL=0
	hint 'the client does not trust our CA (alert unknown_ca)' \
	    client -dtls1_2 -verify_return_error \
	    -CAfile "$CERTS/unknown-ca.pem"
	hints_are_so
}

# Its SNI is a.test.
SNI_HELLO='\x16\x03\x01\x00\x4e\x01\x00\x00\x4a\x03\x03\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x52\x00\x00\x02\xc0\x2b\x01\x00\x00\x1f\x00\x0a\x00\x04\x00\x02\x00\x17\x00\x0d\x00\x04\x00\x02\x04\x03\x00\x00\x00\x0b\x00\x09\x00\x00\x06\x61\x2e\x74\x65\x73\x74'

# Sends it, reads of the answer, sends more, or leaves at once (a reset).
warned() # bytes with escapes
{
	timeout $((10 * SLOW)) bash -c 'exec 4<>"/dev/tcp/127.0.0.1/$1" 3>&-
		printf %b "$2" >&4
		head -c 100 <&4 >answer
		[ -n "$3" ] || exit 0
		printf %b "$3" >&4
		timeout 0.3 cat <&4 >>answer' warned "$PORT" "$SNI_HELLO" "$1"
}

# covers: -log
@test "a warning of ours about SNI is not why a client goes" {
	begin_hints -servername only.example \
	    -cert2 "$CERTS/server2.pem" -key2 "$CERTS/server2-key.pem"
	hint 'the client reset the connection after our certificate, without an alert: it may expect (pin) another one, or have lost patience' \
	    warned ''
	hint 'the client gave up at our warning that its SNI is not that of -servername' \
	    warned '\x15\x03\x03\0\x02\x02\x70'
	hint 'the client sent an alert that has no name (number 200)' \
	    warned '\x15\x03\x03\0\x02\x02\xc8'
	hints_are_so
}

# Gone without a word, once it is connected.
vanish()
{
	client_start gone
	client_connected gone
	# The client is the child of timeout.
	kill -KILL "$(pgrep -P "${PIDS[gone]}")"
	wait_exit gone
}

renegotiate()
{
	client_start again -tls1_2
	client_connected again
	type_to again 'R\n'
	wait_exit again
}

# covers: -log
@test "connections that an error ends after the handshake" {
	begin_hints -echo
	hint 'the client closed without close_notify' vanish
	hint 'the client asked for a renegotiation, which the server refuses: see -client_renegotiation' \
	    renegotiate
	hints_are_so
}

# covers: -log
@test "a client that knows no cookies" {
	: >expected
	start_server -ign_eof -stateless -workers 1 -log log.json
	hint 'the client does not know the cookies of TLS 1.3, which -stateless wants' \
	    client -tls1_2
	hints_are_so
}

# covers: -log
@test "users and passwords of SRP that are wrong" {
	local login=(-sk --tls-max 1.2 --tlsauthtype SRP --ciphers SRP
	    --tlsuser)

	needs_srp
	: >users
	"$OPENSSL" srp -srpvfile users -add -gn 2048 -passout pass:secret bob
	begin_hints -srpvfile users
	hint "the client's SRP password is wrong, or its user is not in -srpvfile" \
	    curl "${login[@]}" bob --tlspassword wrong "https://127.0.0.1:$PORT/"
	hint "the client's SRP user is not in -srpvfile" \
	    curl "${login[@]}" eve --tlspassword wrong "https://127.0.0.1:$PORT/"
	hints_are_so
}
