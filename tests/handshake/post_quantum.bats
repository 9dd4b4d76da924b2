# Post-quantum key exchange and signatures, which libssl has from OpenSSL 3.5
# on: keys of a kilobyte and more, signatures and certificates of several.

# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # for the rows

load ../lib/helpers
load ../lib/in_turn

setup()
{
	common_setup
	needs_library 3.5
}

setup_file()
{
	library_is 3.5 || return 0
	cd "$BATS_FILE_TMPDIR" || return 1
	make_certificate ca44 44 ca44 'CA:TRUE'
	make_certificate server44 44 ca44
	make_certificate server65 65 ca44
	make_certificate server87 87 ca44
	make_certificate client44 44 ca44
	make_certificate client87 87 ca44
}

# NAME.pem and NAME-key.pem with a key of ML-DSA.
make_certificate() # name, 44, 65 or 87, its issuer, basic constraints
{
	"$OPENSSL" genpkey -algorithm "ML-DSA-$2" -out "$1-key.pem"
	if [ "$1" = "$3" ]; then
		set -- "$1" "$2" "$3" "$4" -key "$1-key.pem"
	else
		set -- "$1" "$2" "$3" "${4:-CA:FALSE}" -key "$1-key.pem" \
		    -CA "$3.pem" -CAkey "$3-key.pem"
	fi
	"$OPENSSL" req -x509 -new -subj "/CN=$1" -days 3 \
	    -addext "basicConstraints=critical,$4" -out "$1.pem" "${@:5}"
}

pair() # name
{
	echo "-cert $BATS_FILE_TMPDIR/$1.pem -key $BATS_FILE_TMPDIR/$1-key.pem"
}

@test "key exchange by each of the groups" {
	rows <<-'END'
	- | -groups X25519MLKEM768 | | | has=X25519MLKEM768
	- | -groups SecP256r1MLKEM768 | -groups SecP256r1MLKEM768 | | \
	    has=SecP256r1MLKEM768
	- | -groups SecP384r1MLKEM1024 | -groups SecP384r1MLKEM1024 | | \
	    has=SecP384r1MLKEM1024
	- | -groups MLKEM512 | -groups MLKEM512 | | has=MLKEM512
	- | -groups MLKEM768 | -groups MLKEM768 | | has=MLKEM768
	- | -groups MLKEM1024 | -groups MLKEM1024 | | has=MLKEM1024
	- | -groups MLKEM1024 | -groups MLKEM1024 -tls1_2 | | wait has=ERROR
	- | -brief | | | has=X25519MLKEM768
	- | -www | | GET / HTTP/1.0\r\n\r\n | wait has=X25519MLKEM768
	END
}

@test "the client must say hello twice" {
	rows <<-'END'
	- | -groups SecP384r1MLKEM1024 | -groups X25519:SecP384r1MLKEM1024 | | \
	    has=SecP384r1MLKEM1024
	- | -groups X25519 | -groups X25519MLKEM768:X25519 | | has=X25519
	- | -groups X448 | -groups X25519MLKEM768:X448 | | has=X448
	- | -stateless | -no_middlebox | hello\n | has=X25519MLKEM768
	- | -stateless -groups MLKEM768 | \
	    -no_middlebox -groups X25519:MLKEM768 | hello\n | has=MLKEM768
	END
}

@test "datagrams have none of it, and do without" {
	rows <<-'END'
	- | -dtls | -dtls | | has=ECDHE
	- | -dtls -groups X25519MLKEM768 | -dtls -groups X25519MLKEM768 \
	    | | wait has=no\_shared\_cipher
	END
}

@test "certificates with keys of ML-DSA" {
	local ecdsa="-cert $CERTS/server.pem -key $CERTS/server-key.pem"
	local d65 ca="-CAfile $BATS_FILE_TMPDIR/ca44.pem"
	local s44 s65 s87 c44 c87

	s44=$(pair server44)
	s65=$(pair server65)
	s87=$(pair server87)
	c44=$(pair client44)
	c87=$(pair client87)
	d65="-dcert $BATS_FILE_TMPDIR/server65.pem -dkey $BATS_FILE_TMPDIR/server65-key.pem"
	rows <<-'END'
	- | $s44 | | | has=mldsa44
	- | $s65 | | | has=mldsa65
	- | $s87 | | | has=mldsa87
	- | $s87 -brief | | | has=mldsa87
	- | $s65 -tls1_2 | | | wait has=ERROR
	- | $ecdsa $d65 | -sigalgs mldsa65 | | has=mldsa65
	- | $ecdsa $d65 | -sigalgs ECDSA+SHA256 | | has=ecdsa_secp256r1
	- | $s87 -cert_comp -num_tickets 0 | | | has=Compressing
	- | $s87 -cert_chain $BATS_FILE_TMPDIR/ca44.pem | $ca | | \
	    has=Verification:\_OK
	- | $s65 $ca -Verify 1 -verify_return_error | $ca $c44 | | has=CN=client44
	- | $s65 $ca -Verify 1 -verify_return_error -brief | $ca $c87 | | \
	    has=CN=client87
	- | $s65 -enable_server_rpk -enable_client_rpk -verify 1 | \
	    -enable_server_rpk -enable_client_rpk $c87 | | has=ML-DSA-87
	- | $ecdsa -sigalgs mldsa44:ECDSA+SHA256 $ca -verify 1 | $c44 | | \
	    has=CN=client44
	END
}

# The session holds the client's certificate, of 7 KiB.
@test "sessions with certificates of ML-DSA resume" {
	local options client

	client=$(pair client87)
	for options in '' -no_ticket; do
		in_turn_as_stock "$(pair server87) -verify 1 $options" "$client"
		resumed 2
	done
}

@test "100 of 100 resume on another worker, for each kind" {
	local kind options

	for kind in tls13 stateful; do
		options='-verify 1'
		[ "$kind" = tls13 ] || options+=' -no_ticket'
		# shellcheck disable=SC2046,SC2086
		start_server -www -label -workers 4 $(pair server87) \
		    -verify_quiet $options
		run tls_load --sequential --request / --connections 100 \
		    --groups X25519MLKEM768 --resume $kind \
		    --cert "$BATS_FILE_TMPDIR/client87.pem" \
		    --key "$BATS_FILE_TMPDIR/client87-key.pem"
		assert_contains "$output" 'ok 100 failed 0'
		assert_elsewhere "$output" 100
		stop_server
	done
}

@test "early data in a hello of 10 KiB, on another worker" {
	# shellcheck disable=SC2046
	start_server -www -label -workers 4 -early_data -no_anti_replay \
	    -verify 1 -verify_quiet $(pair server87)
	run tls_load --sequential --request / --connections 50 --resume early \
	    --cert "$BATS_FILE_TMPDIR/client87.pem" \
	    --key "$BATS_FILE_TMPDIR/client87-key.pem"
	assert_contains "$output" 'ok 50 failed 0'
	assert_elsewhere "$output" 50
	assert_contains "$output" 'early-data accepted 50'
}

@test "many at once" {
	# shellcheck disable=SC2046
	start_server -www -workers 2 $(pair server65) -dcert \
	    "$CERTS/server.pem" -dkey "$CERTS/server-key.pem" \
	    -groups X25519MLKEM768:SecP384r1MLKEM1024
	run tls_load --request / --connections 300 --parallel 100
	assert_contains "$output" 'ok 300 failed 0'
	run tls_load --request / --connections 100 --parallel 50 \
	    --groups SecP384r1MLKEM1024
	assert_contains "$output" 'ok 100 failed 0'
}

# A hello in segments of so many bytes, with a pause after each.
in_segments() # bytes
{
	# shellcheck disable=SC2016
	perl -MIO::Socket::INET -MIO::Select -e '
		my ($port, $bytes) = @ARGV;
		$| = 1;
		my $in = IO::Socket::INET->new(LocalAddr => "127.0.0.1",
		    Listen => 5) or die;
		print "ACCEPT 127.0.0.1:", $in->sockport, "\n";
		my $client = $in->accept or die;
		my $server = IO::Socket::INET->new("127.0.0.1:$port") or die;
		setsockopt($server, 6, 1, 1);
		my $both = IO::Select->new($client, $server);
		while (my @ready = $both->can_read(10)) {
			for my $from (@ready) {
				sysread($from, my $data, 65536) or exit;
				if ($from == $server) {
					syswrite($client, $data);
					next;
				}
				while (length $data) {
					syswrite($server,
					    substr($data, 0, $bytes, ""));
					select(undef, undef, undef, 0.002);
				}
			}
		}' "$PORT" "$1"
}

served_in_segments() # bytes, option of s_client...
{
	local bytes=$1 server=$PORT

	shift
	launch segments in_segments "$bytes"
	wait_for 10 file_has segments.out ACCEPT
	CLIENT_PORT=$(port_of_line segments.out) client "$@" </dev/null \
	    >client.out 2>&1 || :
	PORT=$server
	wait_exit segments
	cat client.out
}

@test "hellos in many segments, in every worker" {
	local bytes options

	for options in -early_data -stateless '-www -no_ticket'; do
		# shellcheck disable=SC2046,SC2086
		start_server -workers 3 $(pair server87) $options -ign_eof
		for bytes in 100 700 1400; do
			assert_contains "$(served_in_segments $bytes)" \
			    'New, TLSv1.3'
		done
		stop_server
	done
}
