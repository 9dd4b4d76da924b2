# Clients: s_client, once or driven step by step; many at once; and those that
# speak no TLS, or speak it badly. None waits for ever.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # shared with the other libraries

# One s_client with the caller's standard input; ends with it. CLIENT_PORT
# names another port than the server's.
client() # option of s_client...
{
	timeout $((10 * SLOW)) "$OPENSSL" s_client \
	    -connect "127.0.0.1:${CLIENT_PORT:-$PORT}" "$@" 3>&-
}

# Many at once: the load client, on the server's port. However busy the machine
# is, all have their time.
tls_load() # option of tls_load...
{
	timeout $((300 * SLOW)) "$BUILD/tests/load/tls_load" \
	    --connect "127.0.0.1:$PORT" --timeout $((240 * SLOW)) "$@" 3>&-
}

# Of so many pairs, nearly all have met two workers: one that a busy machine does
# not let run for 10 ms loses its turn. Without turns hardly any would.
assert_elsewhere() # what tls_load said, pairs
{
	local count

	count=$(sed -n "s/^pairs $2 on-another-worker //p" <<<"$1")
	[ "${count:-0}" -ge $(($2 * 9 / 10)) ] || fail "$1"
}

# Handshake, a text, wait until the answer holds a string, then end. For
# clients that must not leave before their answer has come. Prints what the
# client printed.
talk() # text with escapes, string of the answer, option of s_client...
{
	local text=$1 answer=$2

	shift 2
	client_start talk "$@"
	type_to talk "$text"
	wait_for 10 file_has talk.out "$answer" ||
	    { show_files talk; return 1; }
	client_end talk
	cat talk.out
}

# A client with a NAME, driven by type_to, awaited by wait_for file_has. With
# -quiet, too, it leaves at the end of its input.
client_start() # name, option of s_client...
{
	local name=$1

	shift
	launch "$name" timeout $((60 * SLOW)) "$OPENSSL" s_client \
	    -connect "127.0.0.1:${CLIENT_PORT:-$PORT}" "$@" -no_ign_eof
}

# s_client prints this after its handshake, whatever the version.
client_connected() # name
{
	wait_for 10 file_has "$1.out" 'Verify return code:'
}

# End of file on its input, which makes it close. STATUS is its exit status.
client_end() # name
{
	close_input "$1"
	wait_exit "$1"
}

# curl is the client that does SRP, where it still can.
needs_srp()
{
	curl --version | grep -q TLS-SRP || skip 'this curl has no SRP'
}

# Bytes over plain TCP; prints what comes back until the server closes.
plain() # text with escapes
{
	# shellcheck disable=SC2016
	timeout $((10 * SLOW)) bash -c 'exec 4<>"/dev/tcp/127.0.0.1/$1" 3>&-
		printf %b "$2" >&4
		cat <&4' plain "${CLIENT_PORT:-$PORT}" "$1"
}

# Whoever does not speak TLS, or does so badly: one connection for each line of
# the input, with hexadecimal bytes to send (-: none), and how to end: fin, rst,
# or wait (for an answer or the server's end, 5 s at most). Prints "answer"
# where one came and "none" where not.
send_hex()
{
	perl -MSocket -e '
		my $to = sockaddr_in($ARGV[0], inet_aton("127.0.0.1"));
		my $left = "none";
		$SIG{PIPE} = "IGNORE";
		while (<STDIN>) {
			my ($hex, $end) = split;
			socket(my $fd, PF_INET, SOCK_STREAM, 0) or die;
			connect($fd, $to) or die "connect: $!";
			syswrite($fd, pack("H*", $hex)) if $hex ne "-";
			if ($end eq "rst") {
				setsockopt($fd, SOL_SOCKET, SO_LINGER,
				    pack("ii", 1, 0));
			} elsif ($end eq "wait") {
				my $bits = "";
				vec($bits, fileno($fd), 1) = 1;
				my $n = select($bits, undef, undef,
				    $ARGV[1]);
				print $n ? "answer\n" : "none\n";
			}
			close($fd);
		}' "$PORT" $((5 * SLOW))
}

hex() # text with backslash escapes
{
	printf '%b' "$1" | od -An -v -tx1 | tr -d ' \n'
}

# From a server of files; the answer with its head.
get_file() # path
{
	printf 'GET /%s HTTP/1.0\r\n\r\n' "$1" |
	    client -quiet 2>/dev/null | tr -d '\r'
}

# A client that begins to read later than a client that says nothing is waited for at the end.
read_late() # path
{
	timeout $((30 * SLOW)) "$BUILD/tests/load/late_reader" "$PORT" "$1" \
	    1500 3>&-
}

# A client that leaves late: see parting.c.
part() # path, bytes more to send, milliseconds
{
	timeout $((30 * SLOW)) "$BUILD/tests/load/parting" "$PORT" "$@" 3>&-
}
