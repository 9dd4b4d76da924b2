# What the tests of the control socket share: its path in a test's folder is
# "ctl".

# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # for perl, or shared

# One command, as a user gives it.
ctl() # word...
{
	timeout $((30 * SLOW)) "$S_SERVER" -ctl ctl "$@" 3>&-
}

# Its answer is this.
ctl_says() # answer, word...
{
	local answer=$1

	shift
	run ctl "$@"
	assert_equal "$output" "$answer" || return 1
	case ${answer##*$'\n'} in
	ok*) assert_equal "$status" 0 ;;
	*) [ "$status" -ne 0 ] ;;
	esac
}

# A number of the statistics, by its path as jq writes it.
ctl_stat() # path
{
	ctl stats | sed -n 1p | jq -r ".totals.$1"
}

# Bytes as they are, by a client that says no more after them; prints what comes
# back until the server closes.
ctl_raw() # text with backslash escapes
{
	local text

	printf -v text %b "$1"
	timeout $((30 * SLOW)) perl -MSocket -e '
		socket(my $fd, PF_UNIX, SOCK_STREAM, 0) or die;
		connect($fd, sockaddr_un("ctl")) or die "connect: $!";
		local $SIG{PIPE} = "IGNORE";
		my $text = $ARGV[0];
		while (length $text) {
			my $n = syswrite($fd, $text) or last;
			substr($text, 0, $n) = "";
		}
		shutdown($fd, 1);
		print while defined($_ = <$fd>);' "$text" 3>&-
}

# Clients that stay, each after this text, as the process NAME. It says "READY"
# when all are connected, and what was read from each at the end of its input.
ctl_stay() # name, count, text
{
	launch "$1" perl -MSocket -e '
		my ($count, $text, @all) = @ARGV;
		$| = 1;
		for (1 .. $count) {
			socket(my $fd, PF_UNIX, SOCK_STREAM, 0) or die;
			connect($fd, sockaddr_un("ctl")) or die "connect: $!";
			syswrite($fd, $text) if length $text;
			push @all, $fd;
		}
		print "READY\n";
		<STDIN>;
		for my $fd (@all) {
			shutdown($fd, 1);
			print while defined($_ = <$fd>);
		}' "$2" "$3"
	wait_for 10 file_has "$1.out" READY
}

# A server whose worker 2, whenever it is started, stops until go_on.
start_stopping() # option...
{
	faulty worker-start:stop:2
	launch server "$S_SERVER" -accept 127.0.0.1:0 -workers 2 -control ctl \
	    -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" "$@"
	SERVER_PID=${PIDS[server]}
	SERVERS+=("$SERVER_PID::server")
	wait_for 10 has_stopped
}

has_stopped()
{
	pgrep -P "$SERVER_PID" -r T >/dev/null
}

go_on()
{
	kill -CONT "$(pgrep -P "$SERVER_PID" -r T)"
}
