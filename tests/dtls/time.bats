# DTLS: silence, retransmission and the size of datagrams.

# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # for the helpers, or by them

load ../lib/helpers

# The stock client waits half a second before it leaves.
ROWS_AT_ONCE=6

RSA="-cert $CERTS/server-rsa.pem -key $CERTS/server-rsa-key.pem"

# A client that knows RSA with SHA256 alone, returns its cookie, prints the
# size of each datagram that comes then, and says nothing more.
silent_client() # seconds
{
	perl -MSocket -e '
		my ($port, $seconds) = @ARGV;
		sub hello {
			my ($number, $cookie) = @_;
			my $body = pack("n a32 C C/a n n C C n n n n n", 0xfefd,
			    "r" x 32, 0, $cookie, 2, 0x009c, 1, 0,
			    8, 13, 4, 2, 0x0401);
			my $size = length($body);
			return pack("C n n N n n C a3 n a3 a3", 22, 0xfefd, 0,
			    0, $number, 12 + $size, 1,
			    substr(pack("N", $size), 1), $number, "\0" x 3,
			    substr(pack("N", $size), 1)) . $body;
		}
		socket(my $fd, PF_INET, SOCK_DGRAM, 0) or die;
		connect($fd, sockaddr_in($port, inet_aton("127.0.0.1"))) or die;
		my $got;
		send($fd, hello(0, ""), 0);
		recv($fd, $got, 65536, 0);
		send($fd, hello(1, unpack("x27 C/a", $got)), 0);
		$SIG{ALRM} = sub { exit };
		alarm($seconds);
		$| = 1;
		while (defined recv($fd, $got, 65536, 0)) {
			print length($got), "\n";
		}' "$PORT" "$1"
}

# The first retransmission is due after a second.
until_timeout() # name
{
	silent_client $((3 * SLOW)) >/dev/null &
	wait_for 5 file_has "$1.err" 'TIMEOUT occurred' || :
	sleep 0.3
	type_to "$1" 'Q\n'
}

# covers: -timeout
@test "a retransmission is told of with -timeout and -nbio" {
	rows <<-'END'
	-timeout | $RSA -dtls -timeout -mtu 500 -state | | | scenario=until_timeout differs=dtls-delay has=TIMEOUT\_occurred
	-nbio | $RSA -dtls -nbio -mtu 500 | | | scenario=until_timeout differs=dtls-delay has=TIMEOUT\_occurred has=Turned\_on
	- | $RSA -dtls -mtu 500 | | | scenario=in_silence
	- | $RSA -dtls -timeout | -dtls | hello\n | has=hello
	END
}

# The same, where nothing is said of it.
in_silence() # name
{
	silent_client $((5 * SLOW)) >sizes &
	wait_for 5 two_flights
	kill "${PIDS[$1]}"
}

# Two datagrams at first, then a message each.
two_flights()
{
	[ "$(wc -l <sizes)" -ge 4 ]
}

# covers: -nbio_test
@test "-nbio_test cuts no datagrams (dtls-nbio_test)" {
	start_server -dtls -nbio_test -naccept 1
	assert_contains "$(talk 'hello\n' 'Verify return' -dtls)" 'Cipher is'
	wait_exit server
	assert_contains "$(<server.err)" 'Turned on non blocking io'
	assert_contains "$(<server.out)" hello
}

# covers: -handshake_timeout
@test "a client that stays silent is sent away by -handshake_timeout" {
	start_server -cert "$CERTS/server-rsa.pem" \
	    -key "$CERTS/server-rsa-key.pem" -dtls -handshake_timeout 1 \
	    -stats_json stats.json -naccept 1
	silent_client $((10 * SLOW)) >sizes &
	wait_exit server
	assert_equal "$(jq .totals.failures.timeout stats.json)" 1
}

### The path

sizes_sent() # server option...
{
	start_server -cert "$CERTS/server-rsa.pem" \
	    -key "$CERTS/server-rsa-key.pem" -dtls "$@"
	silent_client 1 | sort -n | tail -n 1
	stop_server >&2
}

# covers: -mtu
@test "handshakes are cut to -mtu, or to the path (dtls-mtu)" {
	# 28 bytes are of IP and UDP.
	assert_equal "$(sizes_sent -mtu 500)" 472
	assert_equal "$(sizes_sent -mtu 256)" 228
	[ "$(sizes_sent)" -gt 700 ]
	[ "$(sizes_sent -listen)" -gt 700 ]
}

# covers: -half_open
@test "-half_open keeps others waiting, who then get their turn" {
	start_server -cert "$CERTS/server-rsa.pem" \
	    -key "$CERTS/server-rsa-key.pem" -dtls -workers 1 -half_open 1 \
	    -handshake_timeout 2 -quiet
	silent_client $((10 * SLOW)) >sizes &
	wait_for 5 test -s sizes
	assert_contains "$(talk 'x\n' 'Verify return' -dtls)" 'Cipher is'
	wait_for 10 file_has server.err half_open
}
