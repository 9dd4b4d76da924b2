# What the Bats files share: servers on ports the kernel chooses, clients that
# never wait for ever, a mask over what must vary, and the differential helper.
#
#	load ../lib/helpers
#
#	@test "a client is served" {
#		start_server -naccept 1
#		echo hello | client
#		wait_exit server
#		assert_contains "$(server_out)" 'CIPHER is'
#	}
#
# Everything lives in $BATS_TEST_TMPDIR. A server or client has a NAME; its
# files there are NAME.in (a FIFO), NAME.out and NAME.err. A file with a
# setup() or teardown() of its own calls common_setup and common_teardown.
#
# BUILD		folder of the program, default build
# SLOW		factor for all deadlines: 3 for sanitizers and valgrind

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # set for the tests, or by Bats

bats_require_minimum_version 1.8.0

ROOT=$(realpath "${BASH_SOURCE[0]%/*}/../..")
CERTS=$ROOT/certs
OPENSSL=${OPENSSL:-openssl}
BUILD=${BUILD:-build}
case $BUILD in
/*) ;;
*) BUILD=$ROOT/$BUILD ;;
esac
S_SERVER=$BUILD/s_server
SLOW=${SLOW:-1}
# Seconds in which whatever is told to end must have ended.
END_S=10
export LC_ALL=C
# The client must not read the user's settings, nor the server a proxy's.
unset OPENSSL_CONF SSL_CERT_FILE SSL_CERT_DIR SSLKEYLOGFILE
unset http_proxy https_proxy HTTPS_PROXY ALL_PROXY all_proxy

declare -gA PIDS=() INPUTS=() STATUSES=()

common_setup()
{
	cd "$BATS_TEST_TMPDIR" || return 1
	# Load clients that run beside the test: they end with it.
	LOADS=()
}

setup()
{
	common_setup
}

# Fails a test that did not fail itself, if anything of it had to be killed or
# was left.
common_teardown()
{
	local failed=0

	[ "${#LOADS[@]}" -eq 0 ] || kill -TERM "${LOADS[@]}" 2>/dev/null || :
	[ ! -S "$BATS_TEST_TMPDIR/tmux" ] || terminal kill-server || :
	end_all || failed=1
	assert_nothing_left || failed=1
	return "$failed"
}

# Bats shows the output only if the test failed.
end_all()
{
	local name failed=0

	for name in "${!PIDS[@]}"; do
		show_files "$name"
		end_process "$name" || failed=1
	done
	return "$failed"
}

teardown()
{
	common_teardown
}

### Assertions

fail()
{
	printf '%s\n' "$@" >&2
	return 1
}

assert_equal() # actual, expected
{
	[ "$1" = "$2" ] || fail 'expected:' "$2" 'actual:' "$1"
}

assert_contains() # text, part (a fixed string)
{
	[[ $1 == *"$2"* ]] || fail "does not contain: $2" 'text:' "$1"
}

assert_lacks() # text, part
{
	[[ $1 != *"$2"* ]] || fail "contains: $2" 'text:' "$1"
}

assert_matches() # text, extended regular expression
{
	[[ $1 =~ $2 ]] || fail "does not match: $2" 'text:' "$1"
}

# How often a fixed string begins a line of a text.
count_lines() # text, beginning of the line
{
	awk -v part="$2" 'index($0, part) == 1 { n++ } END { print n + 0 }' \
	    <<<"$1"
}

### Time

now_ms()
{
	local now=$EPOCHREALTIME

	echo $((${now%.*} * 1000 + 10#${now#*.} / 1000))
}

# Call until it is true, at most so many seconds; but 50 times at least, since
# the machine may have stood still for that long, or its clock have been set.
wait_for() # seconds, command...
{
	local end calls=0

	end=$(($(now_ms) + $1 * 1000 * SLOW))
	shift
	until "$@"; do
		if [ $((++calls)) -ge 50 ] && [ "$(now_ms)" -gt "$end" ]; then
			fail "waited in vain for: $*"
			return 1
		fi
		sleep 0.02
	done
}

# All deadlines that the program promises are tested at ten times their value,
# at least 2 s; the true figure is printed.
within_ms() # limit in ms, what, command...
{
	local limit=$1 what=$2 begin took

	shift 2
	begin=$(now_ms)
	"$@" || return 1
	took=$(($(now_ms) - begin))
	echo "# $what took $took ms (limit $limit ms)" >&3
	[ "$took" -le $((limit * SLOW)) ] || fail "$what took $took ms"
}

file_has() # file, fixed string
{
	[ -e "$1" ] && grep -qaF -e "$2" -- "$1"
}

### Processes

# Start in the background, in a session of its own (so that it has no terminal
# and all that it forks can be found again), with the default action for the
# signals that a shell ignores for background jobs.
#
# Standard input is a FIFO that type_to and close_input serve, unless
# STDIN=file was set for the call; STDIN=- closes it.
launch() # name, command...
{
	local name=$1 in=${STDIN:-} fd

	shift
	# Whoever waits for a line must not see that of an earlier run.
	: >"$name.out"
	: >"$name.err"
	if [ -z "$in" ]; then
		in=$name.in
		[ -p "$in" ] || mkfifo "$in"
		exec {fd}<>"$in"
		INPUTS[$name]=$fd
	fi
	(
		# Before the FIFO's own descriptor is closed here: without a
		# writer the open would wait for one, for ever if close_input
		# was called meanwhile.
		if [ "$in" = - ]; then
			exec <&-
		else
			exec <"$in"
		fi
		# Bats waits for whoever holds 3; a FIFO never ends
		# while a sibling holds it.
		exec 3>&-
		for fd in "${INPUTS[@]}"; do
			exec {fd}>&-
		done
		exec setsid env --default-signal=INT,QUIT,PIPE,HUP \
		    "$@" >"$name.out" 2>"$name.err"
	) &
	PIDS[$name]=$!
}

type_to() # name, text (with backslash escapes)
{
	printf '%b' "$2" >&"${INPUTS[$1]}"
}

# The end of file that Ctrl-D or the end of a pipe would be.
close_input() # name
{
	local fd=${INPUTS[$1]:-}

	[ -z "$fd" ] || exec {fd}>&-
	unset "INPUTS[$1]"
}

# A process that is a zombie only waits for us.
is_gone() # pid
{
	local stat

	{ read -r stat </proc/"$1"/stat; } 2>/dev/null || return 0
	[[ ${stat##*) } == Z* ]]
}

running() # name
{
	! is_gone "${PIDS[$1]}"
}

# Wait for its own end; its exit status (128 + signal) is then in STATUS.
wait_exit() # name, seconds (default 10)
{
	local pid=${PIDS[$1]}

	wait_for "${2:-10}" is_gone "$pid" || return 1
	STATUS=0
	wait "$pid" 2>/dev/null || STATUS=$?
	STATUSES[$1]=$STATUS
	unset "PIDS[$1]"
	close_input "$1"
}

# Make it end if it is still there; whatever it is, it is reaped after this.
# Fails if it did not obey and had to be killed.
end_process() # name, signal (default TERM)
{
	local pid=${PIDS[$1]:-} signal=${2:-TERM} failed=0

	[ -n "$pid" ] || return 0
	kill -s "$signal" "$pid" 2>/dev/null || :
	kill -s CONT "$pid" 2>/dev/null || :
	if ! wait_for "$END_S" is_gone "$pid"; then
		fail "$1 ($pid) did not end by $signal" || failed=1
		kill -s KILL -- "-$pid" 2>/dev/null || :
	fi
	wait_exit "$1" || failed=1
	return "$failed"
}

# In a process of its own: what the test has started is not for it to end, and
# its FIFOs are not for it to hold open.
forget_processes()
{
	local fd

	for fd in "${INPUTS[@]}"; do
		exec {fd}>&-
	done
	PIDS=() INPUTS=() STATUSES=() SERVERS=()
}

SERVERS=()

# No process of a server's session, no socket of its port, no sanitizer report.
assert_nothing_left()
{
	local entry pid port name left failed=0

	for entry in "${SERVERS[@]}"; do
		IFS=: read -r pid port name <<<"$entry"
		if ! wait_for "$END_S" no_session "$pid"; then
			ps -o pid,ppid,stat,args -s "$pid" >&2
			pgrep -s "$pid" | xargs -r kill -KILL || :
			failed=1
		fi
		if [ -n "$port" ] && ! wait_for "$END_S" is_free "$port"; then
			ss -ltunpH "sport = :$port" >&2
			fail "port $port is still listening" || failed=1
		fi
		if grep -aE 'Sanitizer|runtime error:' "$name.err" >&2; then
			failed=1
		fi
	done
	SERVERS=()
	return "$failed"
}

# Zombies have ended; when init reaps those that the server left is its affair.
no_session() # pid of its leader
{
	! pgrep -r R,S,D,T,t,I -s "$1" >/dev/null
}

is_free() # port
{
	[ "$(listeners "$1")" -eq 0 ]
}

listeners() # port
{
	ss -ltunH "sport = :$1" | wc -l
}

show_files() # name
{
	local file

	for file in "$1.out" "$1.err"; do
		[ -s "$file" ] || continue
		echo "--- $file (last 40 lines)"
		tail -n 40 -- "$file"
	done
}

### Servers

server_out()
{
	cat "${1:-server}.out"
}

server_err()
{
	cat "${1:-server}.err"
}

# -accept 127.0.0.1:0 and a certificate, where the options name none.
default_options() # option...
{
	local option

	DEFAULTS=(-cert "$CERTS/server.pem" -key "$CERTS/server-key.pem")
	for option; do
		case ${option#-} in
		-cert | cert | nocert | cert=* | -cert=*) DEFAULTS=() ;;
		esac
	done
	for option; do
		case ${option#-} in
		accept | port | unix | -accept | -port | accept=* | port=*)
			return
			;;
		esac
	done
	DEFAULTS+=(-accept 127.0.0.1:0)
}

# True if the program prints no ACCEPT with these options.
is_quiet() # option...
{
	local option

	for option; do
		case ${option#-} in
		quiet | brief | rev | -quiet | -brief | -rev) return 0 ;;
		esac
	done
	return 1
}

# Empty if the option is not there.
value_of() # name without dashes, option...
{
	local name=$1 option last=

	shift
	for option; do
		[ "${last##*-}" != "$name" ] || echo "$option"
		last=$option
	done
}

# Ours. Sets SERVER_PID and PORT (empty for a UNIX socket) once it is ready.
start_server() # option...
{
	start_named server "$@"
}

start_named() # name, option...
{
	local name=$1 ready

	shift
	default_options "$@"
	ready=$(value_of ready_file "$@")
	if [ -n "$ready" ]; then
		rm -f "$ready"
	elif ! is_quiet "$@"; then
		ready=$name.out
	else
		ready=$name.ready
		rm -f "$ready"
		DEFAULTS+=(-ready_file "$ready")
	fi
	launch "$name" "$S_SERVER" "${DEFAULTS[@]}" "$@"
	SERVER_PID=${PIDS[$name]}
	if ! wait_for 10 says_accept_or_gone "$ready" "$SERVER_PID" ||
	    ! file_has "$ready" ACCEPT; then
		SERVERS+=("$SERVER_PID::$name")
		show_files "$name"
		fail "$name is not ready: ${DEFAULTS[*]} $*"
		return 1
	fi
	PORT=$(port_of_line "$ready" "${DEFAULTS[@]}" "$@")
	SERVERS+=("$SERVER_PID:$PORT:$name")
}

# The stock program, the oracle. Sets STOCK_PID and STOCK_PORT.
start_stock() # option...
{
	default_options "$@"
	launch stock "$OPENSSL" s_server "${DEFAULTS[@]}" "$@"
	STOCK_PID=${PIDS[stock]}
	if is_quiet "$@"; then
		wait_for 10 listens_or_gone "$STOCK_PID" || return 1
		STOCK_PORT=$(port_of_pid "$STOCK_PID")
	else
		wait_for 10 says_accept_or_gone stock.out "$STOCK_PID" ||
		    return 1
		STOCK_PORT=$(
			port_of_line stock.out "${DEFAULTS[@]}" "$@"
		)
	fi
	SERVERS+=("$STOCK_PID:$STOCK_PORT:stock")
	running stock || { show_files stock; fail "stock ended: $*"; }
}

# nginx with as many workers as WORKERS says (default 1), at the UNIX socket
# NAME.sock, since it takes no port 0. Its answer names the worker by its pid.
start_nginx() # name, directive of the server block...
{
	local name=$1 program

	program=$(PATH=$PATH:/usr/sbin command -v nginx) ||
	    skip 'nginx is not installed'
	shift
	mkdir -p "$name.temp"
	cat >"$name.conf" <<-END
		daemon off;
		worker_processes ${WORKERS:-1};
		pid $name.pid;
		events { }
		http {
			access_log off;
			client_body_temp_path $name.temp/body;
			proxy_temp_path $name.temp/proxy;
			fastcgi_temp_path $name.temp/fastcgi;
			uwsgi_temp_path $name.temp/uwsgi;
			scgi_temp_path $name.temp/scgi;
			server {
				listen unix:$PWD/$name.sock ssl;
				ssl_protocols TLSv1.2 TLSv1.3;
				ssl_certificate $CERTS/server.pem;
				ssl_certificate_key $CERTS/server-key.pem;
				${*/%/;}
				return 200 "Worker: \$pid\n";
			}
		}
	END
	rm -f "$name.sock"
	launch "$name" "$program" -p "$PWD" -c "$PWD/$name.conf" -e stderr
	SERVERS+=("${PIDS[$name]}::$name")
	wait_for 10 listens_at "$PWD/$name.sock"
}

listens_at() # path of a UNIX socket
{
	ss -lxnH | grep -qF " $1 "
}

# A bad path for datagrams to the server of this port (relay.c says what it can
# do to them). Sets PORT to the relay's; end_relay tells what it did.
start_relay() # name, port, option of relay...
{
	local name=$1 port=$2

	shift 2
	launch "$name" "$BUILD/tests/load/relay" "$@" "$port"
	wait_for 10 says_accept_or_gone "$name.out" "${PIDS[$name]}" ||
	    return 1
	PORT=$(port_of_line "$name.out")
}

# How often a trouble befell datagrams must be more than never.
end_relay() # name, trouble...
{
	local name=$1 trouble

	close_input "$name"
	wait_exit "$name" || return 1
	shift
	for trouble; do
		assert_matches "$(tail -n 1 "$name.out")" " $trouble [1-9]" ||
		    return 1
	done
}

# One port for several servers, which get its connections in turn: ports, or
# absolute paths of UNIX sockets. Sets PORT.
start_alternate() # name, target...
{
	local name=$1

	shift
	launch "$name" "$BUILD/tests/load/alternate" "$@"
	wait_for 10 says_accept_or_gone "$name.out" "${PIDS[$name]}" ||
	    return 1
	PORT=$(port_of_line "$name.out")
	SERVERS+=("${PIDS[$name]}:$PORT:$name")
}

says_accept_or_gone() # file, pid
{
	file_has "$1" ACCEPT || is_gone "$2"
}

listens_or_gone() # pid
{
	[ -n "$(port_of_pid "$1")" ] || is_gone "$1"
}

port_of_pid() # pid
{
	ss -tulnpH | awk -v who="pid=$1," '
	index($0, who) { sub(/.*:/, "", $5); print $5; exit }'
}

# The line names the port only if it was 0; otherwise it is in the options.
port_of_line() # file, option...
{
	local port option last=

	port=$(sed -n 's/^ACCEPT.*:\([0-9][0-9]*\)$/\1/p' "$1" | head -n 1)
	shift
	for option; do
		case $last in
		-accept | -port | --accept | --port) port=${port:-${option##*:}} ;;
		esac
		last=$option
	done
	echo "$port"
}

# End it as a harness does, and check that it obeyed and nothing is left.
stop_server() # signal (default TERM)
{
	end_process server "${1:-TERM}" || return 1
	assert_nothing_left
}

# All workers together hold no more than so many KiB of memory of their own.
# Sanitizers keep what was freed, so nothing is said with them.
assert_memory() # limit in KiB
{
	local pid kib=0

	for pid in $(pgrep -P "$SERVER_PID"); do
		((kib += $(awk '/^RssAnon/ { print $2 }' "/proc/$pid/status")))
	done
	echo "# the workers hold $kib KiB (limit $1 KiB)" >&3
	is_sanitized || [ "$kib" -le "$1" ] ||
	    fail "the workers hold $kib KiB"
}

# Memory of the master and the workers that no file and no page shared between
# them stands behind.
memory_kib()
{
	local pid kib=0

	for pid in "$SERVER_PID" $(pgrep -P "$SERVER_PID"); do
		((kib += $(awk '/^RssAnon/ { print $2 }' "/proc/$pid/status")))
	done
	echo "$kib"
}

# Sanitizers keep what was freed, so nothing is said with them.
assert_growth() # KiB at first, limit in KiB
{
	local grown=$(($(memory_kib) - $1))

	echo "# the server has grown by $grown KiB (limit $2 KiB)" >&3
	is_sanitized || [ "$grown" -le "$2" ] ||
	    fail "the server has grown by $grown KiB"
}

# A configuration file with slow_engine.c, which takes its time to sign.
slow_engine()
{
	cat <<-END
		openssl_conf = all
		[all]
		engines = engines
		[engines]
		slow = slow
		[slow]
		dynamic_path = $BUILD/tests/load/slow_engine.so
		default_algorithms = RSA
		init = 1
	END
}

# Do the server's processes look for leaks and bad memory accesses?
is_sanitized()
{
	grep -qa __asan_init "$S_SERVER"
}

# The pids of the workers in the order of their numbers.
workers()
{
	pgrep -a -P "$SERVER_PID" -f 's_server: worker' |
	    sed 's/^\([0-9]*\) s_server: worker \([0-9]*\) .*/\2 \1/' | sort -n |
	    cut -d ' ' -f 2
}

worker() # number
{
	workers | sed -n "$1p"
}

has_workers() # count
{
	[ "$(workers | wc -l)" -eq "$1" ]
}

# Kill the server's child of this title, and so on whoever replaces it. Each
# lives for longer than those that die at once.
kill_in_turn() # times, title
{
	local i

	for ((i = 0; i < $1; i++)); do
		wait_for 5 has_child "$2" || return 1
		sleep 0.3
		kill -KILL "$(pgrep -P "$SERVER_PID" -f "$2")"
	done
	wait_for 5 has_child "$2"
}

has_child() # title
{
	pgrep -P "$SERVER_PID" -r R,S,D -f "$1" >/dev/null
}

# Use the build with fault points, and one of them.
faulty() # POINT:ACTION[:WORKER]
{
	S_SERVER=$BUILD/faults/s_server
	[ -x "$S_SERVER" ] || skip "there is no $BUILD/faults/s_server"
	export S_SERVER_FAULT=$1
}

# Servers from now on have tests/load/NAME.so loaded before them.
preload() # name
{
	local library=$BUILD/tests/load/$1.so

	! is_sanitized || skip 'sanitizers want nothing loaded before them'
	[ -e "$library" ] || skip "there is no $library"
	printf '#!/bin/bash\nLD_PRELOAD=%s exec "%s" "$@"\n' \
	    "$library" "$S_SERVER" >"$1-server"
	chmod +x "$1-server"
	S_SERVER=$PWD/$1-server
}

# In the foreground, for what ends by itself: fills status, output, stderr.
run_server() # option...
{
	run --separate-stderr timeout $((10 * SLOW)) "$S_SERVER" "$@" </dev/null
}

run_stock() # option...
{
	run --separate-stderr timeout 10 "$OPENSSL" s_server "$@" </dev/null
}

### Clients

# One s_client with the caller's standard input; ends with it. CLIENT_PORT
# names another port than the server's.
client() # option of s_client...
{
	timeout $((10 * SLOW)) "$OPENSSL" s_client \
	    -connect "127.0.0.1:${CLIENT_PORT:-$PORT}" "$@" 3>&-
}

# Many at once: the load client, on the server's port.
tls_load() # option of tls_load...
{
	timeout $((120 * SLOW)) "$BUILD/tests/load/tls_load" \
	    --connect "127.0.0.1:$PORT" --timeout $((60 * SLOW)) "$@" 3>&-
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

### Terminals

# A tmux server of this test's own, which ends with it.
terminal() # command of tmux...
{
	timeout 10 tmux -S "$BATS_TEST_TMPDIR/tmux" -f /dev/null "$@" 3>&-
}

screen_has() # text
{
	terminal capture-pane -p -S - | grep -qF -- "$1"
}

need_terminal()
{
	command -v tmux >/dev/null || skip 'tmux is not installed'
}

### Differences from the stock program (rows.bash makes tables of them)

# What must vary between two runs of even the same program, and so is hidden
# before two outputs are compared; all else must be equal to the byte.
#
#  - PEM of the session: holds keys, random bytes and the time
#  - thread ids and source lines of the library's error lines
#  - ports the kernel chose, addresses in memory
#  - session ids, master secrets, PSKs, exporter output, session tickets
#  - times of sessions and clocks
#  - sizes of handshakes in s_client's summary: ECDSA signatures have 70 to 72
#    bytes; for the same reason the length of -msg's CertificateVerify,
#    ServerKeyExchange and whole records, and the hex dumps of -msg and -debug
#  - s_client's blocks about TLS 1.3 tickets: whether it still reads them
#    before it leaves is a race between it and its standard input
#  - the number of its socket in CONNECTED(...)
#  - -ready_file on the page of -www, which start_named may have added
mask()
{
	awk '
	/^---$/ { held = held $0 "\n"; next }
	/^Post-Handshake New Session Ticket arrived/ {
		held = ""; ticket = 1; next
	}
	ticket { if (/^read R BLOCK$/) ticket = 0; next }
	/BEGIN SSL SESSION PARAMETERS/ { pem = 1 }
	/END SSL SESSION PARAMETERS/ { pem = 0 }
	pem && !/^-/ { next }
	/^    ([0-9a-f][0-9a-f] )*[0-9a-f][0-9a-f] *$/ { next }
	/^ *[0-9a-f]+ - ([0-9a-f][0-9a-f][ -])/ { next }
	{ printf "%s%s\n", held, $0; held = "" }
	END { printf "%s", held }' |
	sed -E \
	    -e 's/^[0-9A-F]{8,16}:error:/THREAD:error:/' \
	    -e 's/^(THREAD:error:.*:)[0-9]+:/\1LINE:/' \
	    -e 's/(ACCEPT .*):[0-9]+$/\1:PORT/' \
	    -e 's/(127\.0\.0\.1|\[?::1\]?):[0-9]{2,5}/\1:PORT/g' \
	    -e 's/0x[0-9a-f]{6,}/ADDRESS/g' \
	    -e '/^s_server /s/ -ready_file [^ ]*//' \
	    -e 's/^(    Keying material: ).*/\1HEX/' \
	    -e 's/^( *(Session-ID|Master-Key|Resumption PSK): ?)[0-9A-F]+$/\1HEX/' \
	    -e 's/^( *Start Time: ?).*/\1TIME/' \
	    -e 's/^(SSL handshake has read ).*/\1SIZES/' \
	    -e 's/^((<<<|>>>).*(CertificateVerify|ServerKeyExchange|Record|RecordHeader).*)length [0-9a-f]+/\1length N/' \
	    -e 's/^((<<<|>>>).*)\[length [0-9a-f]+\](, (CertificateVerify|ServerKeyExchange|RecordHeader).*)/\1[length N]\3/' \
	    -e 's/^CONNECTED\(.*/CONNECTED/'
}

# The same client against ours and the stock program, both at once; what the
# two servers print, what the two clients print and how all end must be equal
# after the mask.
#
#	same_as_stock [-f SCENARIO] [-e TEXT] [-m FILTER] [-n] [-w] \
#	    'server options' 'client options' ['text for the client']
#
# The servers get "-naccept 1", so that they end by themselves with everything
# flushed; -n leaves it out, for a scenario that ends them otherwise. The client
# types its text and leaves when TEXT of -e has come back; with -w it leaves when
# the server has ended the connection. SCENARIO is a
# function that does something else: it is called with the server's name
# (server or stock) as $1 and the client options after it, in a process of its
# own, with PORT set; its output counts as the client's. It may use type_to "$1"
# and file_has "$1.out". FILTER is a function that hides more than the mask
# does. STDIN=file applies to the servers, as for launch, and OURS holds options
# that only our server gets.
same_as_stock()
{
	local scenario=plain_scenario expect='' more=cat limit='-naccept 1'
	local await=''

	while :; do
		case ${1:-} in
		-f) scenario=$2 ;;
		-e) expect=$2 ;;
		-m) more=$2 ;;
		-n) limit='' ;;
		-w) await=yes ;;
		*) break ;;
		esac
		[ "$1" = -n ] || [ "$1" = -w ] || shift
		shift
	done

	local server_options=() client_options=() text=${3:-} ours failed=0

	eval "server_options=($1 $limit)"
	eval "client_options=(${2:-})"
	(one_side server "${client_options[@]}") &
	ours=$!
	(one_side stock "${client_options[@]}") || failed=1
	wait "$ours" || failed=1
	[ "$failed" -eq 0 ] || return 1

	compare_sides out 'standard output of the server' || failed=1
	compare_sides err 'standard error of the server' || failed=1
	compare_sides exit 'exit status of the server' || failed=1
	compare_sides client 'output of the client' || failed=1
	compare_sides client-exit 'exit status of the client' || failed=1
	return "$failed"
}

# One of the two, in a process of its own. Leaves NAME.out and so on.
one_side() # name, client option...
{
	local name=$1 status=0

	shift
	forget_processes
	trap 'end_all || exit 1' EXIT
	if [ "$name" = server ]; then
		# shellcheck disable=SC2086 # several options
		start_server ${OURS:-} "${server_options[@]}" || exit 1
	else
		start_stock "${server_options[@]}" || exit 1
		PORT=$STOCK_PORT
	fi
	"$scenario" "$name" "$@" >"$name.client" || status=$?
	echo "$status" >"$name.client-exit"
	if ! wait_exit "$name"; then
		show_files "$name"
		exit 1
	fi
	echo "$STATUS" >"$name.exit"
	assert_nothing_left || exit 1
}

plain_scenario() # name, client option...
{
	local name=$1

	shift
	client_start "$name-client" "$@"
	[ -z "$text" ] || type_to "$name-client" "$text"
	if [ -n "$expect" ]; then
		wait_for 10 file_has "$name-client.out" "$expect" || :
	fi
	if [ -n "$await" ]; then
		wait_exit "$name-client" || return 1
	else
		client_end "$name-client" || return 1
	fi
	cat "$name-client.out"
	return "$STATUS"
}

# For a server that closes when it has answered: prints just the answer.
request_scenario() # name, client option...
{
	local name=$1

	shift
	client_start "$name-client" -quiet "$@"
	type_to "$name-client" "$text"
	wait_exit "$name-client"
	cat "$name-client.out"
	return "$STATUS"
}

compare_sides() # suffix, what it is
{
	local name

	for name in server stock; do
		mask <"$name.$1" | "$more" >"$name.$1.masked"
	done
	diff -a -u --label "stock: $2" --label "ours: $2" \
	    "stock.$1.masked" "server.$1.masked" ||
	    fail "differs from the stock program: $2"
}
