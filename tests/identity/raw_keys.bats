# -enable_server_rpk and -enable_client_rpk: raw public keys instead of
# certificates (RFC 7250), which libssl has from OpenSSL 3.2 on.

# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # for the rows

load ../lib/helpers
load ../lib/in_turn

mine="-enable_client_rpk -cert $CERTS/client-ecdsa.pem -key $CERTS/client-ecdsa-key.pem"
rsa="-enable_client_rpk -cert $CERTS/client-rsa.pem -key $CERTS/client-rsa-key.pem"
second="-cert2 $CERTS/server2.pem -key2 $CERTS/server2-key.pem"
named="-servername other.example $second"
both="-enable_server_rpk -enable_client_rpk -verify 1"

setup()
{
	common_setup
	needs_library 3.2
}

# Ours counts what both contexts serve.
without_accepts()
{
	sed -E '/ (server accepts|session cache hits|session cache misses)/d'
}

@test "the server's raw key" {
	rows <<-'END'
	-enable_server_rpk | -enable_server_rpk | -enable_server_rpk | | \
	    has=Server-to-client has=Server\_raw\_public\_key
	-enable_server_rpk | -enable_server_rpk -tls1_2 | -enable_server_rpk | | \
	    has=Server-to-client
	-enable_server_rpk | -enable_server_rpk -dtls | -dtls -enable_server_rpk | | \
	    has=Server-to-client
	-enable_server_rpk | -enable_server_rpk | | | has=CN=localhost
	- | | -enable_server_rpk | | has=CN=localhost
	-enable_server_rpk | -enable_server_rpk -brief | -enable_server_rpk
	-enable_server_rpk | -enable_server_rpk -rev | -enable_server_rpk | \
	    hello\n | expect=olleh
	-enable_server_rpk | -enable_server_rpk -cert_comp | -enable_server_rpk
	-enable_server_rpk | -enable_server_rpk $named | \
	    -enable_server_rpk -servername other.example | | \
	    mask=without_accepts has=Switching
	-enable_server_rpk | -enable_server_rpk -nocert | -enable_server_rpk | | \
	    wait has=ERROR
	END
}

@test "a client's raw key" {
	rows <<-'END'
	-enable_client_rpk | -enable_client_rpk -verify 1 | $mine | | \
	    has=Client\_raw\_public\_key has=num=95
	-enable_client_rpk | -enable_client_rpk -verify 1 -tls1_2 | $mine | | \
	    has=Client\_raw\_public\_key
	-enable_client_rpk | -enable_client_rpk -verify 1 -dtls | -dtls $mine | | \
	    has=Client\_raw\_public\_key
	-enable_client_rpk | -enable_client_rpk -verify 1 | $rsa | | \
	    has=Modulus
	-enable_client_rpk | -enable_client_rpk -Verify 1 | $mine | | \
	    has=Client\_raw\_public\_key
	-enable_client_rpk | -enable_client_rpk -verify 0 -verify_quiet | $mine | | \
	    has=num=95
	-enable_client_rpk | -enable_client_rpk -brief -verify 1 | $mine | | \
	    has=Peer\_used\_raw\_public\_key
	-enable_client_rpk | -enable_client_rpk -rev -verify 1 | $mine | \
	    hello\n | expect=olleh has=Peer\_used\_raw\_public\_key
	-enable_client_rpk | -enable_client_rpk | $mine
	-enable_client_rpk | -enable_client_rpk -verify 1 | \
	    ${mine#-enable_client_rpk} | | has=CN=ECDSA\_client
	-enable_client_rpk | -enable_client_rpk -verify 1 | -enable_client_rpk
	- | -verify 1 | $mine | | has=CN=ECDSA\_client
	-enable_client_rpk -enable_server_rpk | $both | \
	    -enable_server_rpk $mine | | has=Client-to has=Server-to
	-enable_client_rpk -enable_server_rpk | $both -brief | \
	    -enable_server_rpk $mine | | has=Peer\_used
	-enable_client_rpk | -enable_client_rpk -verify 1 $named | \
	    $mine -servername other.example | | \
	    mask=without_accepts has=Client\_raw
	END
}

@test "a client's raw key is refused" {
	rows <<-'END'
	-enable_client_rpk | -enable_client_rpk -verify 1 -verify_return_error | \
	    $mine | | wait has=ERROR has=untrusted
	-enable_client_rpk | -enable_client_rpk -verify 1 -verify_return_error \
	    -CAfile $CERTS/ca.pem -tls1_2 | $mine | | wait has=ERROR
	-enable_client_rpk | -enable_client_rpk -Verify 1 | \
	    -enable_client_rpk | | wait has=did\_not\_return\_a\_certificate
	-enable_client_rpk | -enable_client_rpk -verify 1 -verify_return_error \
	    -www | $mine | | wait has=untrusted
	END
}

@test "on the page of -www" {
	rows <<-'END'
	-enable_client_rpk -enable_server_rpk | $both -www | \
	    -enable_server_rpk $mine | GET / HTTP/1.0\r\n\r\n | \
	    wait has=no\_client\_certificate\_available
	END
}

@test "asked for by the console" {
	console_rows <<-'END'
	-enable_client_rpk | -enable_client_rpk -tls1_3 | -enable_pha $mine | c\n | has=num=95
	-enable_client_rpk | -enable_client_rpk -tls1_2 -no_resumption_on_reneg | $mine | R\n | has=num=95 differs=renegotiations
	END
}

# The session holds the client's key.
# covers: -enable_client_rpk -enable_server_rpk
@test "sessions with raw keys resume, and tell the client's" {
	local options

	for options in '-tls1_3' '-tls1_3 -no_ticket' '-tls1_2' \
	    '-tls1_2 -no_ticket'; do
		in_turn_as_stock "$both $options" "-enable_server_rpk $mine"
		resumed 2
		assert_equal "$(grep -c '^Client raw public key' server.out)" 3
		assert_equal "$(grep -c '^Server raw public key' \
		    server.client)" 3
	done
}

fetch() # option of s_client...
{
	printf 'GET / HTTP/1.0\r\n\r\n' | client -ign_eof "$@" 2>&1
}

# covers: -enable_client_rpk -enable_server_rpk
@test "in every worker, and after HUP with the new key" {
	local i options page key old

	cp "$CERTS/server.pem" cert.pem
	cp "$CERTS/server-key.pem" key.pem
	# shellcheck disable=SC2206 # several options
	options=(-enable_server_rpk $mine)
	# shellcheck disable=SC2086
	start_server -www -label -workers 3 $both -cert cert.pem -key key.pem
	old=$(fetch "${options[@]}" -sess_out session | pub)
	for ((i = 0; i < 6; i++)); do
		assert_equal "$(fetch "${options[@]}" | pub)" "$old"
		page=$(fetch "${options[@]}" -sess_in session)
		assert_contains "$page" 'Reused, TLSv1.3'
	done
	assert_equal "$(grep -c 'num=95' server.err)" 7
	cp "$CERTS/server2.pem" cert.pem
	cp "$CERTS/server2-key.pem" key.pem
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'generation 2 of the workers serves'
	key=$(fetch "${options[@]}" | pub)
	[ -n "$key" ] && [ "$key" != "$old" ]
	assert_contains "$(fetch "${options[@]}" -sess_in session)" \
	    'Reused, TLSv1.3'
}

# The server's key as s_client prints it.
pub()
{
	sed -n '/^Server raw public key/,/ASN1 OID/p'
}
