# -security_debug: what the security level decides, at start and in handshakes.

load ../lib/helpers

level='@SECLEVEL'
rsa="-cert $CERTS/server-rsa.pem -key $CERTS/server-rsa-key.pem"

with() # name
{
	echo "-cert $CERTS/$1.pem -key $CERTS/$1-key.pem"
}

trust="-verify 3 -CAfile $CERTS/ca.pem"

@test "what the security level refuses" {
	rows <<-'END'
	-security_debug | -security_debug | | | has=CIPHER\_is
	-security_debug | -security_debug -cipher DEFAULT$level=3 -cert_chain $CERTS/chain.pem -no_tls1_3 | -cipher DEFAULT$level=0 | | has=:\_no
	-security_debug | -security_debug $rsa -cipher DEFAULT$level=2 -tls1_2 | -cipher DEFAULT$level=0 -sigalgs RSA+SHA1:RSA+SHA256 | | has=:\_no
	-security_debug | -security_debug -cipher DEFAULT$level=0 $trust -auth_level 5 | $(with client-rsa) | | has=num=66:
	-security_debug | -security_debug -security_debug_verbose -security_debug -cipher DEFAULT$level=1
	END
}

@test "all that the security level decides" {
	rows <<-'END'
	-security_debug_verbose | -security_debug_verbose -dhparam $CERTS/dhparam.pem -cert_chain $CERTS/chain.pem | | | has=Temp\_DH
	-security_debug_verbose | -security_debug_verbose -tls1_2 | | | has=Shared\_Ciphersuite
	-security_debug_verbose | -security_debug_verbose $trust | $(with client-rsa) | | has=verify\_return:1
	-security_debug_verbose | -security_debug_verbose $trust -tls1_2 | $(with client-chain) -cert_chain $CERTS/chain.pem | | has=verify\_return:1
	-security_debug_verbose | -security_debug_verbose $rsa -tls1_1 -cipher ALL$level=0 | -tls1_1 -cipher ALL$level=0 | | has=TLS\_1.1
	-security_debug_verbose | -security_debug_verbose $rsa -tls1_2 -cipher DHE$level=1 | -cipher DHE | | has=DHE-
	-security_debug_verbose | -security_debug_verbose -sigalgs ECDSA+SHA1:ECDSA+SHA224:ECDSA+SHA256:ed25519:RSA+SHA224:DSA+SHA1:rsa_pss_pss_sha256 -cipher ALL$level=0 | -cipher ALL$level=0 | | has=SHA224
	-security_debug_verbose | -security_debug_verbose -comp | -comp
	-security_debug_verbose | -security_debug_verbose -no_ticket -no_tls1_3 -brief
	-security_debug_verbose | -security_debug_verbose -brief -debug | | | mask=without_io
	-security_debug_verbose | -security_debug_verbose $rsa -groups brainpoolP256r1:P-384 -tls1_2 | -curves brainpoolP256r1:P-384 | | has=Curve=brainpoolP256r1
	-security_debug_verbose | -security_debug_verbose | -curves P-384:P-256
	-security_debug_verbose | -security_debug_verbose -www | | GET / HTTP/1.0\r\n\r\n | scenario=request_scenario
	-security_debug_verbose | -security_debug_verbose -servername other.example -cert2 $CERTS/server2.pem -key2 $CERTS/server2-key.pem | -servername other.example | | mask=without_accepts
	-security_debug_verbose | -security_debug_verbose -security_debug_verbose -quiet
	END
}

# The sizes of messages with signatures vary.
without_io()
{
	sed -E '/^(read from|write to) /d'
}

without_accepts()
{
	sed -E '/ (server accepts|session cache hits|session cache misses)/d'
}
