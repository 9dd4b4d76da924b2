# The command lines that public test suites give to the stock program, with
# scripts/openssl in its place: the same for their clients, and for the way in
# which they start, watch and end it.

# shellcheck disable=SC2016,SC2034,SC2153,SC2154,SC2317 # for the rows

load ../lib/helpers

setup()
{
	common_setup
	printf '%s\n' '#!/bin/sh' \
	    "S_SERVER='$S_SERVER' exec '$ROOT/scripts/openssl' s_server \"\$@\"" \
	    >"$BATS_TEST_TMPDIR/stand-in"
	chmod +x "$BATS_TEST_TMPDIR/stand-in"
	S_SERVER=$BATS_TEST_TMPDIR/stand-in
}

server="-cert $CERTS/server.pem -key $CERTS/server-key.pem"
rsa="-cert $CERTS/server-rsa.pem -key $CERTS/server-rsa-key.pem"
client="-cert $CERTS/client-ecdsa.pem -key $CERTS/client-ecdsa-key.pem"
client_rsa="-cert $CERTS/client-rsa.pem -key $CERTS/client-rsa-key.pem"

# The clients, each with the request that the row's text is.

page() # name, option of s_client...
{
	request_scenario "$@" || :
}

# What the client says of the connection, and the page. Its own words about a
# time or a random value are not for comparison.
gnutls_page() # name, option of gnutls-cli...
{
	shift
	printf '%b' "$text" | timeout $((10 * SLOW)) gnutls-cli --insecure \
	    --port "$PORT" "$@" 127.0.0.1 2>&1 3>&- |
	    grep -avE -e '^(-|\|<[0-9]>\|) .*(Session ID|Resum)' \
	    -e '^ *(Session-ID|Master-Key|Resumption PSK|Start Time)' \
	    -e '^- Received|activation|expires' -e 'pin-sha|sha1:|sha256:'
	echo "status ${PIPESTATUS[1]}"
}

# A client that knows no secure renegotiation, and renegotiates.
gnutls_again() # name
{
	printf '%b' "$text" | timeout $((10 * SLOW)) gnutls-cli --insecure \
	    --port "$PORT" --rehandshake --priority \
	    'NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION' \
	    127.0.0.1 2>&1 3>&- | grep -a 'ReHandshake'
}

curl_page() # name, option of curl...
{
	shift
	curl -ksS --max-time $((10 * SLOW)) "$@" "https://127.0.0.1:$PORT/" 3>&-
}

@test "Mbed TLS: versions, client certificates" {
	rows <<-'END'
		- | -www $server -tls1_2 -accept 127.0.0.1:0 | | \
		    GET / HTTP/1.0\r\n\r\n | scenario=page has=TLSv1.2
		- | -www $server -tls1_3 -accept 127.0.0.1:0 | | \
		    GET / HTTP/1.0\r\n\r\n | scenario=page has=TLSv1.3
		- | -www $server -tls1_2 -verify 10 -accept 127.0.0.1:0 | \
		    $client | GET / HTTP/1.0\r\n\r\n | \
		    scenario=page has=ECDSA\_client
		- | -www $server -tls1_3 -verify 10 -accept 127.0.0.1:0 | | \
		    GET / HTTP/1.0\r\n\r\n | \
		    scenario=page has=no\_client\_certificate
		- | -www $server -tls1_2 -Verify 10 -accept 127.0.0.1:0 | | \
		    GET / HTTP/1.0\r\n\r\n | \
		    scenario=page has=did\_not\_return\_a\_certificate
		- | -www $server -tls1_3 -Verify 10 -accept 127.0.0.1:0 | \
		    $client_rsa | GET / HTTP/1.0\r\n\r\n | \
		    scenario=page has=RSA\_client
	END
}

@test "Mbed TLS: messages of TLS 1.3, and of the old versions" {
	local quiet='-num_tickets 0 -no_resume_ephemeral -no_cache'
	local old='-cipher ALL@SECLEVEL=0'

	rows <<-'END'
		- | -www $server -msg -tls1_3 $quiet -Verify 10 | $client | \
		    GET / HTTP/1.0\r\n\r\n | \
		    scenario=page has=CertificateRequest differs=farewell
		- | -www $server -msg -tls1_3 $quiet -no_middlebox | | \
		    GET / HTTP/1.0\r\n\r\n | scenario=page differs=farewell
		- | -www $server -msg -tls1_3 $quiet -alpn h2 | -alpn h2 | \
		    GET / HTTP/1.0\r\n\r\n | scenario=page differs=farewell
		- | -www $server -msg -tls1_3 $quiet -groups P-384 | | \
		    GET / HTTP/1.0\r\n\r\n | scenario=page differs=farewell
		- | -www $server -ciphersuites TLS_AES_256_GCM_SHA384 -sigalgs \
		    ecdsa_secp256r1_sha256 -groups P-256 -msg -tls1_3 \
		    -num_tickets 0 | | GET / HTTP/1.0\r\n\r\n | \
		    scenario=page differs=farewell
		- | -www $server $old -msg -tls1 | -cipher ALL:@SECLEVEL=0 | \
		    GET / HTTP/1.0\r\n\r\n | scenario=page differs=farewell has=TLSv1
		- | -www $server $old -msg -tls1_1 | -cipher ALL:@SECLEVEL=0 | \
		    GET / HTTP/1.0\r\n\r\n | scenario=page differs=farewell has=TLSv1.1
	END
}

@test "Mbed TLS: values behind =, options twice, early data" {
	rows <<-'END'
		- | -tls1_3 -num_tickets=0 $server
		- | -early_data $server | -tls1_3 | hello\n
		- | -www $server -tls1_2 $rsa | | GET / HTTP/1.0\r\n\r\n | \
		    scenario=page has=ECDHE-RSA
		- | -www $server -client_renegotiation -tls1_2 | | \
		    GET / HTTP/1.0\r\n\r\n | scenario=page
		- | -www $server -tls1_2 -split_send_frag 512 | | \
		    GET / HTTP/1.0\r\n\r\n | scenario=page
		- | -www $server -tls1_2 -split_send_frag 4 | | \
		    GET / HTTP/1.0\r\n\r\n | scenario=page
	END
}

gnutls_early() # port
{
	launch gnutls gnutls-cli --insecure --resume --waitresumption \
	    --earlydata early -p "$1" 127.0.0.1
	wait_exit gnutls
}

# The second connection's request is early data; it says nothing more, and is
# answered and closed.
@test "GnuTLS: a request as early data is answered" {
	command -v gnutls-cli >/dev/null || skip 'gnutls-cli is not installed'
	start_server -www -early_data -workers 2 -stats_json stats.json
	printf 'GET / HTTP/1.0\r\n\r\n' >early
	gnutls_early "$PORT"
	if grep -q 'error sending early data' gnutls.err gnutls.out; then
		start_stock -early_data
		gnutls_early "$STOCK_PORT"
		end_process stock
		grep -q 'error sending early data' gnutls.err gnutls.out
		skip 'this gnutls-cli sends the stock program no early data either'
	fi
	assert_contains "$(<gnutls.out)" '*** This is a resumed session'
	assert_contains "$(<gnutls.out)" 'Reused, TLSv1.3'
	assert_contains "$(<gnutls.out)" '</HTML>'
	stop_server QUIT
	assert_contains "$(<stats.json)" '"early_data":{"accepted":1,"rejected":0}'
}

@test "GnuTLS: its client against each version, group and certificate" {
	local suites='TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256'
	local groups='-groups X25519:P-256:X448:P-521:P-384'
	local pem='-keyform pem -certform pem' type

	for type in ed25519 ed448 rsa-pss; do
		openssl req -x509 -nodes -newkey "$type" -subj "/CN=$type" \
		    -keyout "$type-key.pem" -out "$type.pem" 2>/dev/null
	done
	rows <<-'END'
		- | -cipher ALL:@SECLEVEL=0 -min_protocol TLSv1.3 \
		    -ciphersuites $suites $groups -quiet -www \
		    -accept 127.0.0.1:0 $pem $server -CAfile $CERTS/ca.pem | \
		    --priority NORMAL:-VERS-ALL:+VERS-TLS1.3 | \
		    GET / HTTP/1.0\r\n\r\n | \
		    scenario=gnutls_page has=TLS1.3
		- | -cipher ALL -quiet -www -accept 127.0.0.1:0 $server -Verify 1 \
		    -CAfile $CERTS/ca.pem | --x509certfile \
		    $CERTS/client-rsa.pem --x509keyfile \
		    $CERTS/client-rsa-key.pem --priority \
		    NORMAL:-VERS-ALL:+VERS-TLS1.2 | GET / HTTP/1.0\r\n\r\n | \
		    scenario=gnutls_page has=TLS1.2
		- | -quiet -www $rsa -keymatexport label -keymatexportlen 20 | \
		    | GET / HTTP/1.0\r\n\r\n | scenario=gnutls_page has=label
		- | -4 -quiet -www $rsa -dhparam $CERTS/dhparam.pem -tls1_2 | \
		    --priority NORMAL:-KX-ALL:+DHE-RSA | \
		    GET / HTTP/1.0\r\n\r\n | scenario=gnutls_page has=DHE
		- | -quiet -www -cert ed25519.pem -key ed25519-key.pem | | \
		    GET / HTTP/1.0\r\n\r\n | scenario=gnutls_page has=EdDSA
		- | -quiet -www -cert ed448.pem -key ed448-key.pem | | \
		    GET / HTTP/1.0\r\n\r\n | scenario=gnutls_page has=EdDSA
		- | -quiet -www -cert rsa-pss.pem -key rsa-pss-key.pem | | \
		    GET / HTTP/1.0\r\n\r\n | scenario=gnutls_page has=RSA-PSS
	END
}

# Ours shows no key in the command line on the page.
differs_masked()
{
	sed 's/ -psk [0-9a-f]* / -psk *** /'
}

@test "GnuTLS: shared keys, two certificates, another time, a stapled status" {
	local psk='--pskusername Client --pskkey 1a2b3c4d --priority'
	local now

	now=$(date -d '+1 month' +%s)
	: >index
	openssl ocsp -index index -rsigner "$CERTS/server.pem" \
	    -rkey "$CERTS/server-key.pem" -CA "$CERTS/ca.pem" -ndays 1 \
	    -issuer "$CERTS/ca.pem" -cert "$CERTS/server.pem" \
	    -respout status.der >ocsp.log 2>&1
	rows <<-'END'
		- | -quiet -www -accept 127.0.0.1:0 -psk_identity Client \
		    -psk 1a2b3c4d -nocert | \
		    $psk NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+PSK | \
		    GET / HTTP/1.0\r\n\r\n | scenario=gnutls_page has=PSK \
		    differs=masked
		- | -quiet -www -accept 127.0.0.1:0 -psk_identity Client \
		    -psk 1a2b3c4d -nocert | \
		    $psk NORMAL:-VERS-ALL:+VERS-TLS1.3:-KX-ALL:+ECDHE-PSK | \
		    GET / HTTP/1.0\r\n\r\n | scenario=gnutls_page has=PSK \
		    differs=masked
		- | -4 -attime $now -quiet -www $server -Verify 1 \
		    -CAfile $CERTS/ca.pem | --x509certfile \
		    $CERTS/client-rsa.pem --x509keyfile \
		    $CERTS/client-rsa-key.pem | GET / HTTP/1.0\r\n\r\n | \
		    scenario=gnutls_page has=RSA\_client
		- | -quiet -www $server -dkey $CERTS/server-rsa-key.pem \
		    -dcert $CERTS/server-rsa.pem | \
		    --priority NORMAL:-VERS-TLS1.3:-KX-ALL:+ECDHE-RSA | \
		    GET / HTTP/1.0\r\n\r\n | scenario=gnutls_page has=RSA
		- | -www $server -status_file status.der | -status | \
		    GET / HTTP/1.0\r\n\r\n | scenario=page
		- | $server -status_file status.der | -status | | \
		    has=OCSP\_Response\_Status:\_successful
	END
}

@test "GnuTLS: renegotiation that is not secure" {
	rows <<-'END'
		-legacy_renegotiation | $rsa -client_renegotiation \
		    -legacy_renegotiation | | hello\n | \
		    scenario=gnutls_again has=ReHandshake\_was\_completed
	END
}

@test "curl: pages, and files of a folder" {
	printf 'fixture\n' >file.txt
	printf 'HTTP/1.0 200 OK\r\nX-Canned: yes\r\n\r\nanswer\n' >canned

	rows <<-'END'
		- | -www $server -accept localhost:0 | | | \
		    scenario=curl_page has=TLSv1.3
		- | -quiet -www $rsa -tls1_2 -cipher ALL:@SECLEVEL=0 | \
		    --ciphers AES128-SHA | | scenario=curl_page has=AES128-SHA
		- | -www $server -Verify 1 -CAfile $CERTS/ca.pem | \
		    --cert $CERTS/client-ecdsa.pem \
		    --key $CERTS/client-ecdsa-key.pem | | \
		    scenario=curl_page has=ECDSA\_client
		- | -WWW $server | -i --path file.txt | | \
		    scenario=curl_file has=fixture
		- | -HTTP $server | -i --path canned | | \
		    scenario=curl_file has=X-Canned:\_yes
	END
}

curl_file() # name, -i, --path, file
{
	curl -ksS --max-time $((10 * SLOW)) "$2" \
	    "https://127.0.0.1:$PORT/$4" 3>&-
}

over_ipv6() # name, option of s_client...
{
	plain_scenario "$@" -connect "[::1]:$PORT"
}

# In what order things are said.
differs_flush()
{
	sort
}

@test "other command lines seen in the wild" {
	rows <<-'END'
		- | -rev -brief $server | | hello\n | expect=olleh
		- | -accept [::1]:0 $server | | hello\n | scenario=over_ipv6
		- | -no_ticket -no_tls1_3 $server | | hello\n | has=Session-ID
		- | -state -msg -debug -accept 127.0.0.1:0 $rsa -tls1_2 | \
		    -cipher AES128-SHA | hello\n | differs=flush has=hello
		- | -ext_cache $server -tls1_2 -no_ticket | | hello\n | \
		    has=New\_session\_added
	END
}

# As such suites do it: find the port by the process id, visit, kill, read what
# was written, and begin again with the same port at once. Whether a server has
# said its farewell before it is killed must not be a race between the two.
harness() # openssl, option of s_server...
{
	local openssl=$1 options=("${@:2}") port=0 input pid writer

	for input in null fifo closed pipe; do
		set -- s_server "${options[@]}" -accept "127.0.0.1:$port"
		case $input in
		null) "$openssl" "$@" </dev/null >log 2>&1 & ;;
		fifo) "$openssl" "$@" 0<>fifo >log 2>&1 & ;;
		closed) "$openssl" "$@" <&- >log 2>&1 & ;;
		pipe) sleep 100 | "$openssl" "$@" >log 2>&1 & ;;
		esac
		pid=$!
		writer=$(jobs -p %%)
		until port=$(listening "$pid") && [ -n "$port" ]; do
			sleep 0.1
		done
		curl -ksS --max-time 20 "https://127.0.0.1:$port/" |
		    grep -c '^<HTML>'
		until grep -q '^>>> .*Alert .*close_notify$' log; do
			sleep 0.1
		done
		kill "$pid"
		until is_gone "$pid"; do
			sleep 0.1
		done
		# Whoever feeds the pipe is waited for as well.
		[ "$writer" = "$pid" ] || kill "$writer"
		wait "$pid"
		echo "$input: status $?"
		cat log
	done 2>&1
}

listening() # pid
{
	lsof -a -n -P -i tcp -s tcp:listen -p "$1" 2>/dev/null |
	    sed -n 's/.*:\([0-9]*\) (LISTEN)$/\1/p'
}

@test "a harness finds, kills and restarts it, whatever its input is" {
	local name program

	mkfifo fifo
	export -f harness listening is_gone _s_server_is_gone
	export S_SERVER=$BUILD/s_server
	for name in server stock; do
		program=$OPENSSL
		[ "$name" = stock ] || program=$ROOT/scripts/openssl
		# shellcheck disable=SC2086 # several options
		timeout $((90 * SLOW)) bash -c 'harness "$@"' harness "$program" \
		    -www -msg -tls1_3 $server >"$name.log" 3>&-
	done
	for text in null fifo closed pipe; do
		assert_contains "$(<server.log)" "1
$text: status 143"
	done
	# The leak check of a process that is killed meanwhile says that.
	sed -i '/^==[0-9]*==Unable to get registers/d' server.log
	diff -u <(mask <stock.log | differs_farewell) \
	    <(mask <server.log | differs_farewell)
}
