# -log_hello, and what each record of -log says of the ClientHello.

# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # expanded or set by the helpers

load ../lib/helpers

# The last record, once there are so many.
record() # number, filter of jq
{
	wait_for 10 records_are "$1" || return 1
	jq -c "select(.event == \"connection\") | $2" log.json | tail -n 1
}

records_are() # number
{
	[ "$(grep -c '"event":"connection"' log.json)" -ge "$1" ]
}

# covers: -log_hello
@test "the lists of a ClientHello stand in the record in their order" {
	start_server -quiet -ign_eof -www -workers 1 -log log.json -log_hello
	client -tls1_3 -servername a.example -alpn h2,http/1.1 \
	    -groups X25519:P-256 -sigalgs ECDSA+SHA256:RSA-PSS+SHA256 \
	    -ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384 \
	    </dev/null >client.log 2>&1
	assert_equal "$(record 1 '[.sni, .alpn_offered]')" \
	    '["a.example",["h2","http/1.1"]]'
	assert_equal "$(record 1 .hello.versions)" '["TLSv1.3"]'
	assert_equal "$(record 1 '.hello.cipher_suites[:2]')" \
	    '["TLS_AES_128_GCM_SHA256","TLS_AES_256_GCM_SHA384"]'
	assert_equal "$(record 1 .hello.groups)" '["x25519","secp256r1"]'
	assert_equal "$(record 1 .hello.signature_algorithms)" \
	    '["ecdsa_secp256r1_sha256","rsa_pss_rsae_sha256"]'
	assert_contains "$(record 1 .hello.extensions)" '"server_name"'
	assert_contains "$(record 1 .hello.key_shares)" '"x25519"'
}

# What JA3 and JA4 digest, a line each: the string of JA3, the beginning of JA4,
# its cipher suites, its extensions and signature algorithms. Input: -msg.
digested()
{
	sed -n '/^<<<.*ClientHello/,/^[<>]/ { /^[<>]/!p }' server.out |
	    tr -d ' \n' | perl -e '
		my $hello = pack("H*", <STDIN>);
		my ($version, $id, $rest) = unpack("x4 n x32 C/a a*", $hello);
		my ($suites, $none, $list) = unpack("n/a C/a n/a", $rest);
		my (@types, %data);
		while (length $list) {
			(my $type, my $data, $list) =
			    unpack("n n/a a*", $list);
			push @types, $type;
			$data{$type} = $data;
		}
		my @suites = unpack("n*", $suites);
		my @formats = unpack("x C*", $data{11} // "\0");
		my @versions = sort unpack("x n*", $data{43} // "\0");
		my @hashed = grep { $_ != 0 && $_ != 16 } @types;
		my @algorithms = unpack("x2 n*", $data{13});
		sub hex4 { join(",", map { sprintf("%04x", $_) } @_) }
		sub rising { sort { $a <=> $b } @_ }
		print join(",", $version, join("-", @suites),
		    join("-", @types), join("-", unpack("x2 n*", $data{10})),
		    join("-", @formats)), "\n";
		printf("t%s%s%02d%02d%s_\n", @versions &&
		    $versions[-1] == 0x304 ? 13 : 12,
		    defined $data{0} ? "d" : "i", scalar @suites,
		    scalar @types, defined $data{16} ? "h2" : "00");
		print hex4(rising(@suites)), "\n";
		print hex4(rising(@hashed)), "_", hex4(@algorithms), "\n";'
}

@test "the fingerprints are what their definitions say, as another program reads them" {
	local options digested

	for options in '-tls1_2 -noservername -groups P-256:P-384' \
	    '-servername a.example -alpn h2,http/1.1 -status'; do
		start_server -ign_eof -www -workers 1 -log log.json -msg
		# shellcheck disable=SC2086 # words
		client $options </dev/null >client.log 2>&1
		wait_for 10 records_are 1
		stop_server
		mapfile -t digested < <(digested)
		assert_equal "$(record 1 .ja3)" \
		    "\"$(printf %s "${digested[0]}" | md5sum | cut -c 1-32)\""
		assert_equal "$(record 1 .ja4)" "\"${digested[1]}$(
			printf %s "${digested[2]}" | sha256sum | cut -c 1-12)_$(
			printf %s "${digested[3]}" | sha256sum | cut -c 1-12)\""
		rm log.json
	done
}

@test "a ClientHello of DTLS has fingerprints, one of bad bytes has none" {
	start_server -quiet -ign_eof -dtls -echo -workers 1 -log log.json
	client -dtls1_2 </dev/null >client.log 2>&1
	assert_matches "$(record 1 .ja4)" '^"dd2i[0-9]{4}00_[0-9a-f]{12}_[0-9a-f]{12}"$'
	assert_matches "$(record 1 .ja3)" '^"[0-9a-f]{32}"$'
	stop_server
	rm log.json
	start_server -quiet -ign_eof -www -workers 1 -log log.json -log_hello
	plain '\x16\x03\x01\0\x05\x01\0\0\x01\x03' >answer
	assert_equal "$(record 1 '[.ja3, .ja4, .hello]')" '[null,null,null]'
}

# What a client may choose does not break a line.
@test "names of clients are JSON, whatever their bytes" {
	start_server -quiet -ign_eof -www -workers 1 -log log.json -log_hello
	client -servername 'a"b\c' -alpn $'x"\001' </dev/null >client.log 2>&1
	assert_equal "$(record 1 '[.sni, .alpn_offered]')" \
	    '["a\"b\\c",["x\"\u0001"]]'
	# So many that they would push the end out of the line.
	client -alpn "$(printf 'a,%.0s' {1..599})b" </dev/null >client.log 2>&1
	assert_equal "$(record 2 '[(.alpn_offered | length, last), .end]')" \
	    '[257,"... 344 more","close_notify by the peer"]'
}

# covers: -log_hello
@test "without -log nobody would read what clients offer" {
	refuses_start "s_server: -log_hello has no effect without -log" \
	    -log_hello -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem"
}
