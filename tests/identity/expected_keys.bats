# -expected-rpks: the public keys that clients may have. The library has it from
# 3.2 on, the stock program from 4.0 on.

load ../lib/helpers

MUST='-Verify 3 -verify_return_error'
ECDSA="-cert $CERTS/client-ecdsa.pem -key $CERTS/client-ecdsa-key.pem"
RSA="-cert $CERTS/client-rsa.pem -key $CERTS/client-rsa-key.pem"

setup()
{
	common_setup
	public_key client-ecdsa >ecdsa.pem
	public_key client-rsa >rsa.pem
	cat ecdsa.pem rsa.pem >both.pem
}

public_key() # name in certs
{
	"$OPENSSL" pkey -in "$CERTS/$1-key.pem" -pubout
}

@test "-expected-rpks is refused where the library lacks it" {
	library_is 3.2 && skip 'the library has it'
	run_server -expected-rpks ecdsa.pem -cert "$CERTS/server.pem" \
	    -key "$CERTS/server-key.pem" -accept 127.0.0.1:0
	assert_equal "$status" 1
	assert_contains "$stderr" 's_server: -expected-rpks needs OpenSSL 3.2; '
}

@test "clients with an expected key verify, as with the stock program" {
	needs_library 4.0
	rows <<-END
	-expected-rpks | $MUST -expected-rpks ecdsa.pem | $ECDSA | | has=verify\_return:1
	-expected-rpks | $MUST -expected-rpks ecdsa.pem | $RSA | | wait has=DANE
	-expected-rpks | $MUST -expected-rpks both.pem | $RSA | | has=verify\_return:1
	-expected-rpks | $MUST -expected-rpks rsa.pem -expected-rpks ecdsa.pem | $ECDSA -tls1_2 | | has=verify\_return:1
	-expected-rpks | -Verify 3 -expected-rpks ecdsa.pem | $RSA | | has=DANE
	-expected-rpks | -verify 3 -verify_return_error -expected-rpks ecdsa.pem | | | has=CONNECTED
	-expected-rpks | $MUST -expected-rpks \$CERTS/client-rsa.pem | $RSA | | has=verify\_return:1
	-expected-rpks | $MUST -expected-rpks ecdsa.pem -dtls | $ECDSA -dtls | | has=verify\_return:1
	-expected-rpks | $MUST -enable_client_rpk -expected-rpks ecdsa.pem | $ECDSA -enable_client_rpk | | has=raw\_public\_key
	-expected-rpks | $MUST -enable_client_rpk -expected-rpks ecdsa.pem | $RSA -enable_client_rpk | | wait has=DANE
	-expected-rpks | -Verify 3 -enable_client_rpk -expected-rpks ecdsa.pem | $RSA -enable_client_rpk | | has=DANE
	END
}

# The certificates are of an authority that the server does not know.
# covers: -expected-rpks
@test "an expected key is trusted, in every worker, resumed or not" {
	needs_library 3.2
	local i

	# shellcheck disable=SC2086 # several options
	start_server -workers 3 -quiet -echo $MUST -expected-rpks ecdsa.pem
	for i in 1 2 3 4; do
		assert_contains "$(hello "$ECDSA" -sess_out session.pem)" \
		    hello
		assert_contains "$(hello "$ECDSA" -sess_in session.pem)" \
		    'Reused, '
		assert_contains "$(hello "$RSA")" 'alert'
	done
}

# What a client prints when its text comes back, or when it is refused.
hello() # options of s_client, option...
{
	local options=$1

	shift
	# shellcheck disable=SC2086 # several options
	{ echo hello; sleep 0.5; } | client $options "$@" 2>&1
}

# covers: -expected-rpks
@test "a file without a public key is refused, and changes nothing on HUP" {
	needs_library 3.2
	local file

	echo rubbish >bad.pem
	for file in bad.pem none.pem "$CERTS/client-rsa-key.pem"; do
		run_server -expected-rpks "$file" -cert "$CERTS/server.pem" \
		    -key "$CERTS/server-key.pem" -accept 127.0.0.1:0
		assert_equal "$status" 1
		assert_contains "$stderr" "s_server: -expected-rpks $file: "
	done
	# shellcheck disable=SC2086 # several options
	start_server -workers 2 -quiet $MUST -expected-rpks ecdsa.pem
	cp ecdsa.pem kept.pem
	cp bad.pem ecdsa.pem
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err \
	    'nothing is reloaded: -expected-rpks ecdsa.pem: no public key'
	assert_contains "$(hello "$RSA")" alert
	cp rsa.pem ecdsa.pem
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'reloaded: generation 2'
	assert_contains "$(hello "$ECDSA")" alert
	assert_equal "$(hello "$RSA" | grep -c alert)" 0
}
