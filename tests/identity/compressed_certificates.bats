# -cert_comp and its kin: certificates compressed as in RFC 8879, which libssl
# does from OpenSSL 3.2 on.

# shellcheck disable=SC2016,SC2034,SC2154 # for the rows

load ../lib/helpers
load ../lib/ocsp

pair="-cert $CERTS/server.pem -key $CERTS/server-key.pem"
rsa="-dcert $CERTS/server-rsa.pem -dkey $CERTS/server-rsa-key.pem"
xrsa="-xcert $CERTS/server-rsa.pem -xkey $CERTS/server-rsa-key.pem"
second="-cert2 $CERTS/server2.pem -key2 $CERTS/server2-key.pem"
named="-servername other.example $second"
chain="-CAfile $CERTS/ca.pem -cert_chain $CERTS/chain.pem"
# Tickets come when s_client may have left.
quick="-num_tickets 0"
mine="-cert $CERTS/client-rsa.pem -key $CERTS/client-rsa-key.pem"

setup()
{
	common_setup
	needs_library 3.2
}

# The message that s_client gets the certificate in.
message() # option of s_client...
{
	client -trace "$@" </dev/null 2>/dev/null |
	    sed -nE 's/^ +((Compressed)?Certificate), Length=.*/\1/p'
}

# A random session ID decides whether there is room for one more line.
without_statistics()
{
	sed '/^ *[0-9]* server accepts/d'
}

@test "a certificate is sent compressed, as by the stock program" {
	rows <<-'END'
	-cert_comp | -cert_comp $quick | -msg | | has=Compressing\_certificates \
	    has=CompressedCertificate
	-cert_comp | -cert_comp $chain $quick | -msg | | has=CompressedCertificate
	-cert_comp | -cert_comp -tls1_2 | -msg | | has=,\_Certificate
	-cert_comp | -cert_comp $pair $rsa $quick | -msg -sigalgs RSA-PSS+SHA256 | | \
	    has=CompressedCertificate
	-cert_comp | -cert_comp $pair $xrsa $quick | -msg -sigalgs RSA-PSS+SHA256
	-cert_comp | -cert_comp -quiet $quick | -msg | | has=CompressedCertificate
	-cert_comp | -cert_comp $quick | -msg -no_rx_cert_comp | | has=,\_Certificate
	-cert_comp | -cert_comp -nocert | | | \
	    wait has=Error\_compressing\_certs\_on\_ctx
	-cert_comp | -cert_comp -dtls | -dtls | | has=Compressing\_certificates
	-cert_comp -security_debug | -cert_comp -security_debug $quick | -msg | | \
	    has=CompressedCertificate
	END
}

@test "the certificate of -cert2, too" {
	rows <<-'END'
	-cert_comp | -cert_comp $named $quick | -msg -servername other.example | | \
	    mask=without_statistics has=CompressedCertificate
	-cert_comp | -cert_comp $named $quick | -msg -servername else.example | | \
	    mask=without_statistics has=CompressedCertificate
	END
}

# libssl puts no status into it.
@test "a client that takes it compressed gets no stapled status" {
	local answer

	make_response server
	answer=$(no_status)
	rows <<-END
	-cert_comp | -cert_comp -status_file server.ocsp | -status | | \
	    has=${answer// /\\_}
	END
	rows <<-'END'
	-cert_comp | -cert_comp -status_file server.ocsp | \
	    -status -no_rx_cert_comp | | mask=mask_response \
	    has=OCSP\_Response\_Status:\_successful
	END
}

@test "no compressed certificates are sent, or taken" {
	rows <<-'END'
	-no_tx_cert_comp | -cert_comp -no_tx_cert_comp $quick | -msg | | \
	    has=,\_Certificate
	-no_rx_cert_comp | -msg -verify 1 -no_rx_cert_comp | $mine | | \
	    has=,\_Certificate
	- | -msg -verify 1 | $mine | | has=CompressedCertificate
	END
}

# covers: -cert_comp
@test "every worker sends the compressed certificate, and after HUP the new one" {
	local i

	cp "$CERTS/server.pem" cert.pem
	cp "$CERTS/server-key.pem" key.pem
	# shellcheck disable=SC2086
	start_server -workers 3 -cert cert.pem -key key.pem -cert_comp $named
	for ((i = 0; i < 6; i++)); do
		assert_equal "$(message)" CompressedCertificate
		assert_equal "$(message -servername other.example)" \
		    CompressedCertificate
	done
	cp "$CERTS/server-rsa.pem" cert.pem
	cp "$CERTS/server-rsa-key.pem" key.pem
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'generation 2 of the workers serves'
	for ((i = 0; i < 3; i++)); do
		assert_equal "$(message)" CompressedCertificate
		assert_equal "$(message -servername other.example)" \
		    CompressedCertificate
		assert_contains "$(client </dev/null 2>/dev/null)" \
		    'Peer signature type: rsa_pss_rsae_sha256'
	done
	assert_equal "$(grep -c Compressing server.out)" 1
}
