# Encrypted Client Hello (RFC 9849), which OpenSSL has from 4.0 on: whose hello is
# decrypted, what is said of it, and keys that change.

load ../lib/helpers

TWO="-servername other.example -cert2 $CERTS/server2.pem"
TWO+=" -key2 $CERTS/server2-key.pem"

# Clients ask for localhost openly; a.pem and b.pem are key pairs, a.list and
# b.list what clients know of them.
setup()
{
	common_setup
	library_is 4.0 || return 0
	make_key_pair a
	make_key_pair b
	cat "$CERTS/ca.pem" "$CERTS/intermediate.pem" >trust.pem
	HIDDEN="-CAfile $PWD/trust.pem -servername other.example"
}

make_key_pair() # name
{
	"$OPENSSL" ech -public_name localhost -out "$1.pem" 2>"$1.log"
	sed -n '/BEGIN ECHCONFIG/,/END ECHCONFIG/{/---/!p}' "$1.pem" |
	    tr -d '\n' >"$1.list"
}

# What a client of b.list says of the hello that it has encrypted.
hidden_hello() # name of the list, option of s_client...
{
	local name=$1

	shift
	# shellcheck disable=SC2086 # several options
	client -ech_config_list "$(<"$name.list")" $HIDDEN "$@" \
	    </dev/null 2>&1 | grep -E '^(ECH: [^e	]|subject=)' | tr '\n' ' '
}

# The stock program counts the first context only.
differs_statistics()
{
	sed -E 's/^ *[01] (server accepts)/   N \1/'
}

# Ages of keys, the number that a made-up hello names.
varies()
{
	sed -E -e 's/ age: [0-9]+/ age: N/' \
	    -e 's/^(ech_atttempted_cid=).*/\1N/'
}

# covers: -ech_key
@test "without the calls of the library the options are refused" {
	library_is 4.0 && skip 'the library has them'
	local option

	for option in '-ech_key a.pem' '-ech_dir .' '-ech_noretry_dir .' \
	    -ech_trialdecrypt -ech_greaseretries; do
		# shellcheck disable=SC2086 # several options
		run_server $option -cert "$CERTS/server.pem" \
		    -key "$CERTS/server-key.pem" -accept 127.0.0.1:0
		assert_equal "$status" 1
		assert_contains "$stderr" "${option%% *} needs OpenSSL 4.0; "
	done
}

@test "a hello is decrypted, and the rest said, as by the stock program" {
	needs_library 4.0
	mkdir both some
	cp a.pem both/a.pem
	cp b.pem both/b.ech
	cp b.pem some/any-name
	rows <<-END
	-ech_key | -ech_key a.pem | -ech_config_list \$(<a.list) $HIDDEN | | has=inner:
	-ech_key | -ech_key a.pem $TWO | -ech_config_list \$(<a.list) $HIDDEN | | has=ECH:\_success has=ech_success=1 mask=varies differs=statistics
	-ech_key | -ech_key a.pem $TWO | -ech_config_list \$(<a.list) -servername OTHER.example | | has=Switching\_context mask=varies differs=statistics
	-ech_key | -ech_key a.pem $TWO | -ech_config_list \$(<a.list) -servername else.example | | has=no\_name\_match mask=varies
	-ech_key | -ech_key a.pem $TWO -servername_fatal | -ech_config_list \$(<a.list) -servername else.example | | wait mask=varies has=callback\_failed
	-ech_key | -ech_key a.pem $TWO | -ech_config_list \$(<a.list) -noservername | | mask=varies has=inner:
	-ech_key | -ech_key a.pem $TWO | -ech_config_list \$(<a.list) -ech_no_outer_sni $HIDDEN | | has=outer\_none mask=varies differs=statistics
	-ech_key | -ech_key a.pem $TWO | -ech_config_list \$(<a.list) -ech_outer_sni else.test $HIDDEN | | has=outer\_else.test mask=varies differs=statistics
	-ech_key | -ech_key a.pem $TWO | $HIDDEN | | has=not\_attempted mask=varies differs=statistics
	-ech_key | -ech_key a.pem $TWO | -ech_grease $HIDDEN | | has=GREASE mask=varies differs=statistics
	-ech_key | -ech_key a.pem $TWO | -ech_config_list \$(<b.list) $HIDDEN | | wait has=retry-configs mask=varies
	-ech_key | -ech_key a.pem $TWO -groups P-384 | -ech_config_list \$(<a.list) $HIDDEN -groups X25519:P-384 | | has=HRR=2 mask=varies differs=statistics
	-ech_key | -ech_key a.pem -quiet $TWO | -ech_config_list \$(<a.list) $HIDDEN | hello\n | has=hello
	- | $TWO | -ech_config_list \$(<a.list) $HIDDEN | | wait has=not\_configured mask=varies
	- | $TWO | -servername other.example | | has=not\_configured mask=varies differs=statistics
	- | $TWO -dtls | -dtls -servername other.example | | has=from\_unknown mask=varies differs=statistics
	-ech_key | -ech_key a.pem -dtls $TWO | -dtls -servername other.example | | has=not\_attempted mask=varies differs=statistics
	-ech_dir | -ech_dir both $TWO | -ech_config_list \$(<b.list) $HIDDEN | | has=ECH:\_success mask=varies differs=statistics
	-ech_dir | -ech_dir some $TWO | -ech_config_list \$(<a.list) $HIDDEN | | wait has=retry-configs mask=varies
	-ech_noretry_dir | -ech_noretry_dir both | -ech_config_list \$(<a.list) $HIDDEN | | has=ECH:
	-ech_noretry_dir | -ech_noretry_dir some | -ech_config_list \$(<a.list) $HIDDEN | | wait has=tried\_but\_failed
	-ech_noretry_dir -ech_dir -ech_key | -ech_key b.pem -ech_noretry_dir both -ech_dir some | -ech_config_list \$(<a.list) $HIDDEN | | has=Loaded\_4
	-ech_greaseretries | -ech_key a.pem -ech_greaseretries $TWO | -ech_config_list \$(<b.list) $HIDDEN | | wait has=retry-configs mask=varies
	-ech_trialdecrypt | -ech_key a.pem $TWO | -ech_ignore_cid -ech_config_list \$(<a.list) $HIDDEN | | wait has=retry-configs mask=varies
	-ech_trialdecrypt | -ech_key a.pem -ech_trialdecrypt $TWO | -ech_ignore_cid -ech_config_list \$(<a.list) $HIDDEN | | has=ECH:\_success mask=varies differs=statistics
	END
}

@test "the page of -www tells how the hello went" {
	needs_library 4.0
	rows <<-END
	-ech_key | -www -ech_key a.pem | -ech_config_list \$(<a.list) $HIDDEN | GET / HTTP/1.0\r\n\r\n | scenario=request_scenario has=inner\_sni:\_other.example mask=varies
	-ech_key | -www -ech_key a.pem | -ech_config_list \$(<a.list) -ech_no_outer_sni $HIDDEN | GET / HTTP/1.0\r\n\r\n | scenario=request_scenario has=outer\_sni:\_none
	-ech_key | -www -ech_key a.pem | $HIDDEN | GET / HTTP/1.0\r\n\r\n | scenario=request_scenario has=ECH\_not\_attempted
	-ech_key | -www -ech_key a.pem | -ech_grease $HIDDEN | GET / HTTP/1.0\r\n\r\n | scenario=request_scenario has=as\_GREASE
	- | -www | $HIDDEN | GET / HTTP/1.0\r\n\r\n | scenario=request_scenario has=ECH\_not\_configured
	END
}

# covers: -ech_key
@test "on the page a name of the client is no HTML" {
	needs_library 4.0
	start_server -www -ech_key a.pem
	assert_contains "$(printf 'GET / HTTP/1.0\r\n\r\n' |
	    client -quiet -ech_config_list "$(<a.list)" \
		-servername '<b>bold' 2>/dev/null)" 'inner sni: &lt;b&gt;bold'
}

# covers: -ech_key -ech_dir
@test "keys that cannot be used are told at the start" {
	needs_library 4.0
	local file

	mkdir dir
	cp a.pem dir/a.pem
	echo rubbish >dir/z.pem
	for file in none.pem "$CERTS/server.pem" dir; do
		run_server -ech_key "$file" -cert "$CERTS/server.pem" \
		    -key "$CERTS/server-key.pem" -accept 127.0.0.1:0
		assert_equal "$status" 1
		assert_contains "$stderr" "Failed reading: $file
s_server: -ech_key $file: "
	done
	rows <<-END
	-ech_dir | -ech_dir none | | | refused
	-ech_dir | -ech_dir a.pem | | | refused
	-ech_dir | -ech_dir dir | | | has=Failed\_reading\_from:\_dir/z.pem has=Loaded\_1
	END
}

# covers: -ech_key
@test "HUP reads the keys again; what is bad changes nothing" {
	needs_library 4.0
	mkdir dir
	cp a.pem key.pem
	cp a.pem dir/a.pem
	start_server -workers 3 -ech_key key.pem -ech_dir dir
	assert_contains "$(hidden_hello a)" 'ECH: success'
	assert_contains "$(hidden_hello b)" 'ECH: failed+retry-configs'

	echo rubbish >key.pem
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err \
	    'nothing is reloaded: -ech_key key.pem: no ECH key pair in PEM'
	rm key.pem
	mkfifo key.pem
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err \
	    'nothing is reloaded: key.pem is not a file'
	rm key.pem
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err \
	    'nothing is reloaded: -ech_key key.pem: No such file'
	cp b.pem key.pem
	echo rubbish >dir/b.pem
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err \
	    'nothing is reloaded: dir/b.pem: no ECH key pair'
	assert_contains "$(hidden_hello a)" 'ECH: success'
	assert_contains "$(hidden_hello b)" 'ECH: failed+retry-configs'

	rm dir/*.pem
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'reloaded: generation 2'
	for _ in 1 2 3; do
		assert_contains "$(hidden_hello b)" 'ECH: success'
		assert_contains "$(hidden_hello a)" 'ECH: failed+retry-configs'
	done
}

# covers: -ech_key
@test "every worker decrypts, and resumes what another one made" {
	needs_library 4.0
	local i options

	for options in '' -no_ticket "$TWO"; do
		# shellcheck disable=SC2086 # several options
		start_server -workers 3 -brief -ech_key a.pem $options
		make_session
		for ((i = 0; i < 6; i++)); do
			assert_contains "$(resume </dev/null)" \
			    'Reused, TLSv1.3'
		done
		stop_server
	done
}

make_session()
{
	rm -f session.pem
	# shellcheck disable=SC2086 # several options
	client_start first -ech_config_list "$(<a.list)" $HIDDEN \
	    -sess_out session.pem
	wait_for 10 test -s session.pem
	client_end first
}

resume() # option of s_client...
{
	# shellcheck disable=SC2086 # several options
	client -ech_config_list "$(<a.list)" $HIDDEN -sess_in session.pem \
	    "$@" 2>&1
}

# covers: -ech_key
@test "early data in an encrypted hello is taken by any worker, once" {
	needs_library 4.0
	local i

	echo early >early.txt
	start_server -workers 3 -ech_key a.pem -early_data
	for i in 1 2 3 4; do
		make_session
		resume -early_data early.txt </dev/null >"answer$i"
		assert_contains "$(<"answer$i")" 'Early data was accepted'
		resume -early_data early.txt </dev/null >"answer$i"
		assert_contains "$(<"answer$i")" 'Early data was rejected'
	done
	assert_equal "$(grep -cx early server.out)" 4
}

# Each hello is a good one with a byte of its extension changed.
# covers: -ech_key -ech_trialdecrypt
@test "a bad encrypted hello ends its own connection only" {
	needs_library 4.0
	record_hello >hello
	# shellcheck disable=SC2086 # several options
	start_server -workers 2 -quiet -ech_key a.pem -ech_trialdecrypt $TWO
	workers >before
	changed_hellos <hello >hellos
	[ "$(wc -l <hellos)" -gt 200 ]
	send_hex <hellos >answers
	assert_equal "$(grep -c answer answers)" "$(wc -l <hellos)"
	assert_contains "$(hidden_hello a)" 'ECH: success'
	assert_equal "$(workers)" "$(<before)"
}

# The hello of a client that meets nobody, in hexadecimal digits.
record_hello()
{
	# shellcheck disable=SC2016 # variables of perl
	launch listener perl -MIO::Socket::INET -e '
	my $listener = IO::Socket::INET->new(Listen => 1,
	    LocalAddr => "127.0.0.1") or die;
	my $hello = "";
	$| = 1;
	print "ACCEPT ", $listener->sockport, "\n";
	my $client = $listener->accept or die;
	while (length($hello) < 5 ||
	    length($hello) < 5 + unpack("x3n", $hello)) {
		sysread($client, $hello, 16384, length $hello) or die;
	}
	print "HELLO ", unpack("H*", $hello), "\n";'
	wait_for 10 file_has listener.out ACCEPT
	CLIENT_PORT=$(sed -n 's/^ACCEPT //p' listener.out) hidden_hello a \
	    >recorded || :
	wait_exit listener
	sed -n 's/^HELLO //p' listener.out
}

# For send_hex. The extension is the one whose first byte says "outer".
changed_hellos()
{
	perl -ne '
	chomp;
	my $hello = pack("H*", $_);
	$hello =~ /\xfe\x0d..\x00\x00[\x01-\x03]/s or die "no extension";
	my ($at, $end) = @-;
	$end = $at + 4 + unpack("n", substr($hello, $at + 2, 2));
	for my $i ($at .. $at + 60, $end - 20 .. $end - 1) {
		for my $bits (0x01, 0x80, 0xff) {
			my $bad = $hello;
			substr($bad, $i, 1) ^= chr($bits);
			print unpack("H*", $bad), " wait\n";
		}
	}'
}
