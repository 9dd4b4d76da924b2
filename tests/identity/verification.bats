# -verify and -Verify: client certificates, good, bad and missing, and what
# both sides say of them.

load ../lib/helpers

# Options that show a client's certificate.
with() # name of the certificate
{
	echo "-cert $CERTS/$1.pem -key $CERTS/$1-key.pem"
}

trusting="-CAfile $CERTS/ca.pem"

# covers: -verify -Verify -CAfile
@test "a good certificate, with both versions" {
	same_as_stock "-verify 2 $trusting" "$(with client-rsa)"
	same_as_stock "-Verify 2 $trusting -tls1_2" "$(with client-ecdsa)"
}

@test "a certificate of an intermediate CA, with its chain" {
	same_as_stock "-Verify 2 $trusting" \
	    "$(with client-chain) -cert_chain $CERTS/chain.pem"
}

@test "an unknown issuer is reported and forgiven" {
	same_as_stock "-verify 2 $trusting" "$(with client-unknown)"
	assert_contains "$(<server.err)" 'verify error:num=20'
	same_as_stock "-verify 2 $trusting" "$(with client-chain)"
}

@test "an expired certificate is reported and forgiven" {
	same_as_stock "-verify 2 $trusting" "$(with client-expired)"
	assert_contains "$(<server.err)" 'notAfter='
}

@test "CAs of a directory, and those of the system or not" {
	local client

	mkdir cas
	cp "$CERTS/ca.pem" cas
	openssl rehash cas
	client=$(with client-ecdsa)
	rows <<-'END'
		-CApath | -verify 1 -CApath cas | $client | | has=verify\_return:1
		- | -verify 1 | $client | | has=verify\_error
	END
	export SSL_CERT_FILE=$CERTS/ca.pem
	rows <<-'END'
		- | -verify 1 | $client | | has=verify\_return:1
		-no-CAfile | -verify 1 -no-CAfile | $client | | has=verify\_error
	END
}

# covers: -verify_return_error
@test "-verify_return_error forgives nothing" {
	local name

	for name in client-unknown client-expired; do
		same_as_stock -w "-verify 2 -verify_return_error $trusting" \
		    "$(with $name)"
		assert_contains "$(<server.err)" 'certificate verify failed'
		same_as_stock -w \
		    "-tls1_2 -verify 2 -verify_return_error $trusting" \
		    "$(with $name)"
	done
}

# covers: -verify_depth
@test "errors deeper than -verify allows are not forgiven" {
	same_as_stock -w "-verify 0 $trusting -verify_depth 0" \
	    "$(with client-chain) -cert_chain $CERTS/chain.pem"
}

@test "no certificate: fine with -verify, a failure with -Verify" {
	same_as_stock "-verify 2 $trusting" ''
	same_as_stock -w "-Verify 2 $trusting" ''
	assert_contains "$(<server.err)" 'peer did not return a certificate'
	same_as_stock -w "-Verify 2 $trusting -tls1_2" ''
}

# covers: -verify_quiet
@test "-verify_quiet and -brief keep to errors" {
	same_as_stock "-verify_quiet -verify 2 $trusting" "$(with client-rsa)"
	assert_lacks "$(<server.err)" 'verify return'
	same_as_stock "-verify_quiet -verify 2 $trusting" \
	    "$(with client-unknown)"
	same_as_stock "-brief -verify 2 $trusting" "$(with client-rsa)"
}

# covers: -nameopt
@test "-nameopt shapes the names" {
	local option

	for option in RFC2253 multiline,-align oneline,-space_eq \
	    sep_semi_plus_space,lname; do
		same_as_stock "-nameopt $option -verify 2 $trusting" \
		    "$(with client-rsa)"
	done
	same_as_stock \
	    "-nameopt dn_rev -nameopt sname,esc_msb -verify 2 $trusting" \
	    "$(with client-rsa)"
}

@test "every worker asks for certificates" {
	local i

	start_server -workers 4 -Verify 2 -verify_return_error -quiet \
	    -CAfile "$CERTS/ca.pem"
	for ((i = 0; i < 8; i++)); do
		# shellcheck disable=SC2046
		client -tls1_2 $(with client-rsa) </dev/null
		run client -tls1_2 </dev/null
		assert_equal "$status" 1
	done
}

@test "CA certificates that cannot be used end the start" {
	echo garbage >bad.pem
	run_server -nocert -accept 127.0.0.1:0 -CAfile bad.pem
	assert_equal "$status" 1
	assert_contains "$stderr" 's_server: cannot load the CA'
	assert_contains "$stderr" bad.pem
	run_server -nocert -accept 127.0.0.1:0 -CAfile none.pem
	assert_equal "$status" 1
	assert_contains "$stderr" none.pem
	run_server -nocert -accept 127.0.0.1:0 -nameopt nonsense
	assert_equal "$status" 1
	assert_contains "$stderr" 'nameopt nonsense'
}
