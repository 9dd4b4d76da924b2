# More than one certificate: -dcert with a key of another type, and the sets of
# -xcert, from which each handshake chooses.

load ../lib/helpers

pair="-cert $CERTS/server.pem -key $CERTS/server-key.pem"
rsa="-dcert $CERTS/server-rsa.pem -dkey $CERTS/server-rsa-key.pem"
xrsa="-xcert $CERTS/server-rsa.pem -xkey $CERTS/server-rsa-key.pem"
xecdsa="-xcert $CERTS/server2.pem -xkey $CERTS/server2-key.pem"
second="-servername other.example -cert2 $CERTS/server2.pem -key2 $CERTS/server2-key.pem"

# Ours adds a line that names the file.
differs_key_mismatch()
{
	sed '/^s_server: the private key does not belong/d'
}

# And here the one without a chain.
differs_chain_incomplete()
{
	sed '/^s_server: -build_chain finds no chain/d'
}

# Ours counts what both contexts serve.
differs_statistics()
{
	sed '/server accepts/d'
}

# The oracle goes on without what it was not told the certificate of.
refused() # text of the error, option...
{
	local text=$1

	shift
	run_server -accept 127.0.0.1:0 "$@"
	assert_equal "$status" 1
	assert_equal "$stderr" "s_server: $text"
	assert_lacks "$output" ACCEPT
}

setup()
{
	common_setup
	echo garbage >bad.pem
	: >empty.pem
	cat "$CERTS"/server-rsa{,-key}.pem >rsa-both.pem
	openssl x509 -in "$CERTS/server-rsa.pem" -outform DER -out rsa.der
	openssl pkey -in "$CERTS/server-rsa-key.pem" -outform DER \
	    -out rsa-key.der
	openssl pkey -in "$CERTS/server-rsa-key.pem" -aes256 \
	    -passout pass:other -out rsa-locked.pem
	cat "$CERTS"/{ca,intermediate}.pem >all.pem
}

@test "-dcert serves clients that want the other type of key" {
	rows <<-END
	-dcert -dkey | $pair $rsa | -tls1_2 -cipher aRSA | | has=-RSA-
	-dcert -dkey | $pair $rsa | -tls1_2 -cipher aECDSA | | has=-ECDSA-
	-dcert | $pair -dcert rsa-both.pem | -tls1_2 -cipher aRSA | | has=-RSA-
	-dcert_chain | $pair $rsa -dcert_chain $CERTS/chain.pem | \
	    -tls1_2 -cipher aRSA -showcerts | | has=1\_s:
	-dcert_chain | $pair $rsa -dcert_chain $CERTS/chain.pem | \
	    -tls1_2 -cipher aECDSA -showcerts
	-dcertform -dkeyform | $pair -dcert rsa.der -dcertform DER \
	    -dkey rsa-key.der -dkeyform DER | -tls1_2 -cipher aRSA | | has=-RSA-
	-dkeyform | $pair $rsa -dkeyform P12 | -tls1_2 -cipher aRSA | | has=-RSA-
	-dcert | -nocert $rsa | -tls1_2 | | has=-RSA-
	# Only the first of the two contexts has it.
	-dcert | $pair $rsa $second | \
	    -servername other.example -tls1_2 -cipher aRSA | | \
	    has=no\_shared differs=statistics
	-dcert | $pair $rsa $second | \
	    -servername localhost -tls1_2 -cipher aRSA | | has=-RSA-
	# With a key of the same type it replaces the first one.
	-dcert -dkey | $pair -dcert $CERTS/server2.pem \
	    -dkey $CERTS/server2-key.pem | | | has=other.example
	END
}

@test "-pass and -dpass, from one source or from two" {
	local locked="-cert $CERTS/server.pem -key $CERTS/server-encrypted-key.pem
	    -dcert $CERTS/server-rsa.pem -dkey rsa-locked.pem"
	local other="$pair -dcert $CERTS/server-rsa.pem -dkey rsa-locked.pem"

	printf 'secret\nother\n' >both
	printf 'other\n' >only
	export PHRASE=other
	locked=${locked//$'\n'/ }
	rows <<-END
	-dpass | $other -dpass pass:other | -tls1_2 -cipher aRSA | | has=-RSA-
	-dpass | $other -dpass env:PHRASE | -tls1_2 -cipher aRSA | | has=-RSA-
	-dpass | $other -dpass file:only | -tls1_2 -cipher aRSA | | has=-RSA-
	-pass -dpass | $locked -pass file:both -dpass file:both | \
	    -tls1_2 -cipher aRSA | | has=-RSA-
	-pass -dpass | $locked -pass pass:secret -dpass env:PHRASE | \
	    -tls1_2 -cipher aECDSA | | has=-ECDSA-
	-dpass | $other -dpass pass:wrong | | | refused
	-dpass | $other -dpass foo:bar | | | has=starting\_with refused
	-pass -dpass | $pair -pass env:NO1 -dpass env:NO2 | | | has=NO1 refused
	END
	run_server -accept 127.0.0.1:0 -nocert -pass file:only -dpass file:only
	assert_equal "$status" 1
	assert_contains "$stderr" 'Error reading password from only'
}

# Standard input is then the console's, so that stock cannot be compared.
# covers: -pass -dpass
@test "both pass phrases from standard input and from a pipe" {
	local locked=(-cert "$CERTS/server.pem"
	    -key "$CERTS/server-encrypted-key.pem"
	    -dcert "$CERTS/server-rsa.pem" -dkey rsa-locked.pem -ign_eof)

	printf 'secret\nother\n' >both
	STDIN=both start_server -pass stdin -dpass stdin "${locked[@]}"
	client -tls1_2 -cipher aRSA </dev/null >client.out 2>&1
	assert_contains "$(<client.out)" -RSA-
	kill -HUP "$SERVER_PID"
	wait_for 5 file_has server.err 'reloaded: generation 2'
	client -tls1_2 -cipher aRSA </dev/null >client.out 2>&1
	assert_contains "$(<client.out)" -RSA-
	stop_server
	(
		exec 5< <(cat both)
		start_server -pass file:/dev/fd/5 -dpass file:/dev/fd/5 \
		    "${locked[@]}"
		exec 5<&-
		kill -HUP "$SERVER_PID"
		wait_for 5 file_has server.err 'reloaded: generation 2'
		client -tls1_2 -cipher aRSA </dev/null >client.out 2>&1
		stop_server
	)
	assert_contains "$(<client.out)" -RSA-
}

@test "a second certificate that cannot be used is refused" {
	rows <<-END
	-dcert | $pair -dcert none.pem | | | refused
	-dcert | $pair -dcert none.pem -dkey $CERTS/server-rsa-key.pem | | | refused
	-dcert | $pair -dcert bad.pem -dkey $CERTS/server-rsa-key.pem | | | refused
	-dcert | $pair -dcert empty.pem -dkey $CERTS/server-rsa-key.pem | | | refused
	-dcert | $pair -dcert $CERTS/server-rsa.pem | | | refused
	-dkey | $pair -dcert $CERTS/server-rsa.pem -dkey none.pem | | | refused
	-dkey | $pair -dcert $CERTS/server-rsa.pem -dkey bad.pem | | | refused
	-dcert_chain | $pair $rsa -dcert_chain none.pem | | | refused
	-dcert_chain | $pair $rsa -dcert_chain bad.pem | | | refused
	-dcertform | $pair $rsa -dcertform DER | | | refused
	-dkeyform | $pair $rsa -dkeyform DER | | | refused
	-dcertform | $pair -dcertform XXX | | | refused
	-dkeyform | $pair -dkeyform XXX | | | refused
	-dcert -dkey | $pair -dcert $CERTS/server-rsa.pem \
	    -dkey $CERTS/server2-key.pem | | | differs=key-mismatch refused
	END
}

@test "options of a second certificate without it are refused" {
	refused '-dkey needs -dcert' -nocert -dkey "$CERTS/server-rsa-key.pem"
	refused '-dcert_chain needs -dcert' -nocert \
	    -dcert_chain "$CERTS/chain.pem"
	refused 'options of an extra certificate without -xcert' -nocert \
	    -xkey "$CERTS/server-rsa-key.pem"
	refused 'options of an extra certificate without -xcert' -nocert \
	    -xchain_build
}

@test "the sets of -xcert, and what is said of each" {
	rows <<-END
	-xcert -xkey | $pair $xrsa $xecdsa | -tls1_2 -cipher aRSA | | has=-RSA-
	-xcert -xkey | $pair $xrsa $xecdsa | | | has=Checking\_cert\_chain\_2:
	-xcert | $pair -xcert rsa-both.pem | -tls1_2 | | has=-RSA-
	-xkey | $pair -xkey $CERTS/server2-key.pem -xcert $CERTS/server2.pem | \
	    | | has=other.example
	-xchain | $pair $xrsa -xchain $CERTS/chain.pem | -showcerts | | has=1\_s:
	-xchain | $pair $xrsa -xchain $CERTS/chain.pem $xecdsa | \
	    -tls1_2 -sigalgs ECDSA+SHA256 | | has=NOT\_OK
	-xchain_build | $pair $xrsa -xchain_build -CAfile all.pem | \
	    -showcerts | | has=2\_s:
	-xchain_build | $pair $xrsa -xchain_build | | | has=cert\_cb\_error
	-xcertform -xkeyform | $pair -xcert rsa.der -xcertform DER \
	    -xkey rsa-key.der -xkeyform DER | -tls1_2 | | has=-RSA-
	-xcert | $pair $xrsa -cipher SUITEB128 | -tls1_2
	-xcert | $pair $xecdsa -cipher SUITEB128 | -tls1_2 | | has=Suite\_B:\_OK
	-xcert | $pair -xcert $CERTS/server2.pem \
	    -xkey $CERTS/server-rsa-key.pem | | | differs=key-mismatch \
	    has=key\_does\_not\_belong
	-xcert | $pair $second $xrsa | -servername other.example -tls1_2 | | \
	    has=-RSA- differs=statistics
	-xcert | $pair $xrsa -nameopt multiline | | | has=organizationName
	-xcert | $pair $xrsa -quiet | | | has=Checking
	END
}

@test "extra certificates that cannot be used are refused" {
	rows <<-END
	-xcert | $pair -xcert none.pem | | | refused
	-xcert | $pair -xcert bad.pem | | | refused
	-xcert | $pair $xrsa -xcert none1.pem -xcert none2.pem | | | has=none2 refused
	-xcert | $pair -xcert $CERTS/server2.pem | | | refused
	-xkey | $pair -xcert $CERTS/server2.pem -xkey none.pem | | | refused
	-xkey | $pair -xkey a -xkey b | | | has=already refused
	-xchain | $pair -xchain a -xchain b | | | has=already refused
	-xchain | $pair $xrsa -xchain none.pem | | | refused
	-xchain | $pair $xrsa -xchain bad.pem | | | refused
	-xcertform | $pair $xrsa -xcertform DER | | | refused
	-xkeyform | $pair $xrsa -xkeyform DER | | | refused
	-xcertform | $pair -xcertform P12 | | | refused
	-xkeyform | $pair -xkeyform ENGINE | | | refused
	END
}

# covers: -dcert -dkey -xcert -xkey
@test "HUP reads the other and the extra certificates again" {
	cp "$CERTS/server-rsa.pem" now.pem
	cp "$CERTS/server-rsa-key.pem" now-key.pem
	start_server -workers 2 -dcert now.pem -dkey now-key.pem
	assert_contains "$(client -tls1_2 -cipher aRSA </dev/null 2>&1)" \
	    "$(named CN localhost)"
	openssl x509 -new -key now-key.pem -subj /CN=renewed -out now.pem \
	    2>/dev/null || openssl req -x509 -new -key now-key.pem \
	    -subj /CN=renewed -out now.pem
	kill -HUP "$SERVER_PID"
	wait_for 5 file_has server.err 'reloaded: generation 2'
	assert_contains "$(client -tls1_2 -cipher aRSA </dev/null 2>&1)" \
	    "$(named CN renewed)"
	stop_server
	start_server -workers 2 -xcert now.pem -xkey now-key.pem
	cp "$CERTS/server-rsa.pem" now.pem
	kill -HUP "$SERVER_PID"
	wait_for 5 file_has server.err 'reloaded: generation 2'
	assert_contains "$(client </dev/null 2>&1)" "$(named CN localhost)"
	rm now.pem
	kill -HUP "$SERVER_PID"
	wait_for 5 file_has server.err 'nothing is reloaded'
	mkfifo now.pem
	kill -HUP "$SERVER_PID"
	wait_for 5 file_has server.err \
	    'now.pem is not a file that can be read again'
	assert_contains "$(client </dev/null 2>&1)" "$(named CN localhost)"
}

@test "many clients at once, each with the certificate that it wants" {
	local clients=() i

	start_server -workers 2 -quiet -xcert "$CERTS/server-rsa.pem" \
	    -xkey "$CERTS/server-rsa-key.pem" -xcert "$CERTS/server2.pem" \
	    -xkey "$CERTS/server2-key.pem"
	for i in {1..20}; do
		client -tls1_2 -cipher aRSA </dev/null >"rsa.$i" 2>&1 &
		clients+=($!)
		client -tls1_2 -cipher aECDSA </dev/null >"ecdsa.$i" 2>&1 &
		clients+=($!)
	done
	wait "${clients[@]}"
	assert_equal "$(cat rsa.* | grep -c '^subject=.*localhost')" 20
	assert_equal "$(cat ecdsa.* | grep -c '^subject=.*other.example')" 20
	# What is said of one connection stays together.
	wait_for 10 checked 80
}

checked() # how many chains
{
	[ "$(grep -A 1 '^Checking cert chain' server.err |
	    grep -c '^Subject: ')" -eq "$1" ]
}

@test "-build_chain completes chains, or says that it cannot" {
	rows <<-END
	-build_chain | $pair $rsa -build_chain -CAfile all.pem | -showcerts | | \
	    has=2\_s:
	-build_chain | $pair $rsa -build_chain -CAfile all.pem | \
	    -showcerts -tls1_2 -cipher aRSA | | has=2\_s:
	-build_chain | $pair -build_chain -cert_chain all.pem | \
	    -showcerts | | has=2\_s:
	-build_chain | $pair $second -build_chain -CAfile all.pem | \
	    -showcerts -servername other.example | | \
	    has=2\_s: differs=statistics
	-build_chain | $pair -build_chain -CAfile $CERTS/ca.pem | | | \
	    differs=chain-incomplete refused
	-build_chain | $pair $rsa -build_chain -cert_chain $CERTS/chain.pem | | | \
	    differs=chain-incomplete refused
	END
}

@test "a chain that nobody gave is made once, at the start" {
	mkdir trusted
	cp "$CERTS/intermediate.pem" "$CERTS/ca.pem" trusted
	"$OPENSSL" rehash trusted
	start_server -CApath trusted -cert "$CERTS/client-chain.pem" \
	    -key "$CERTS/client-chain-key.pem"
	rm -r trusted
	client -showcerts </dev/null >shown 2>&1 || :
	assert_equal "$(grep -c 'BEGIN CERTIFICATE' shown)" 3
}
