# Peers that say nothing, half of something, or nonsense: they hurt nobody else
# and no worker, and time limits close them and no other.

# shellcheck disable=SC2016,SC2153,SC2154 # expanded or set by the helpers

load ../lib/helpers

# Held until the test closes what is in GO.
hold() # option of tls_load...
{
	local fd

	[ -p go ] || { mkfifo go && exec {GO}<>go; }
	(
		# What ends a client's input shall end it.
		for fd in "${INPUTS[@]}"; do
			exec {fd}>&-
		done
		exec {GO}>&- 3>&- timeout $((60 * SLOW)) \
		    "$BUILD/tests/load/tls_load" --hold-until-eof \
		    --connect "127.0.0.1:$PORT" --timeout $((50 * SLOW)) "$@"
	) <go >>said 2>&1 &
	LOADS+=($!)
}

let_go()
{
	exec {GO}>&-
	wait "${LOADS[@]}" || :
	LOADS=()
	rm go
}

connections() # count, at least
{
	[ "$(ss -tnH state established "sport = :$PORT" | wc -l)" -ge "$1" ]
}

served()
{
	assert_contains "$(client -brief </dev/null 2>&1)" \
	    'CONNECTION ESTABLISHED'
}

no_worker_died()
{
	assert_lacks "$(server_err)" 'was killed by'
	assert_lacks "$(server_err)" 'exited with'
	running server
}

silent_hundreds() # server option...
{
	start_server "$@"
	hold --connections 100 --silent
	hold --connections 100 --half-hello
	wait_for 10 connections 200
	within_ms 2000 'a handshake, 200 clients in the way,' served
	within_ms 2000 'the next one' served
	# They are all still there, none was closed for the new one's sake.
	connections 200
	let_go
	no_worker_died
	stop_server
}

@test "100 silent clients and 100 halves of a ClientHello: others are served" {
	silent_hundreds -workers 4
	silent_hundreds -workers 1
	silent_hundreds -workers 1 -www
}

### Nonsense

# What a record or a message of a handshake may claim, and what is no TLS.
nonsense()
{
	local end bytes record

	for bytes in \
	    "$(hex 'GET / HTTP/1.0\r\n\r\n')" \
	    "$(hex 'SSH-2.0-client\r\n')" \
	    "$(hex 'CONNECT localhost:443 HTTP/1.1\r\n\r\n')" \
	    160301ffff \
	    160301ffff0100fffb0303 \
	    16030140010100000000 \
	    1603010000 \
	    16030100000016030100001603010000 \
	    160301000401ffffff \
	    160301000401000000 \
	    160301000402000000 \
	    16030100040b000000 \
	    160301000414000000 \
	    1503010002022f \
	    15030100020100 \
	    15030100020201 \
	    140301000101 \
	    170303000400000000 \
	    180301000301ffff \
	    80ffff010301 \
	    802e0100020015000000100100800200800300800400800500800600400700c0 \
	    ffffffffffffffff \
	    00 0000000000 16 1603 160301 -; do
		for end in fin rst; do
			echo "$bytes $end"
		done
	done
	# An alert that never ends, and a record of 16 KiB that says nothing.
	record=$(head -c 32768 /dev/zero | tr '\0' 0)
	echo "1603014000$record fin"
	echo "1703034000$record rst"
}

nonsense_in_mode() # server option...
{
	start_server "$@"
	nonsense | send_hex
	served
	no_worker_died
	stop_server
}

@test "no TLS, odd records, early ends: no worker dies, others are served" {
	nonsense_in_mode -workers 2
	nonsense_in_mode -workers 1 -rev
	nonsense_in_mode -workers 1 -www
	nonsense_in_mode -workers 1 -quiet
	nonsense_in_mode -workers 1 -state -msg -debug -nbio -label
}

# Always the same: the seed is in the program.
random_bytes() # seed, count
{
	perl -e '
		srand($ARGV[0]);
		for (1 .. $ARGV[1]) {
			my $n = 1 + int(rand(200));
			my $hex = join("", map {
				sprintf("%02x", int(rand(256))) } 1 .. $n);
			# Half of them begin as TLS does.
			$hex = sprintf("160301%04x", $n) . $hex if rand() < 0.5;
			print $hex, rand() < 0.5 ? " fin\n" : " rst\n";
		}' "$1" "$2"
}

@test "2,000 times random bytes: no worker dies, others are served" {
	start_server -workers 2 -www
	random_bytes 1 1000 >one
	random_bytes 2 1000 >two
	send_hex <one &
	LOADS+=($!)
	send_hex <two
	wait "${LOADS[@]}"
	LOADS=()
	served
	no_worker_died
	wait_for 5 all_counted 2001
}

# Whoever was accepted is in the table.
all_counted() # count, at least
{
	kill -USR1 "$SERVER_PID"
	sleep 0.1
	[ "$(awk '/ server accepts \(SSL/ { n = $1 } END { print n + 0 }' \
	    server.out)" -ge "$1" ]
}

# The first flight of a client, as it goes over the wire.
client_hello() # option of s_client...
{
	perl -MSocket -e '
		socket(my $fd, PF_INET, SOCK_STREAM, 0) or die;
		bind($fd, sockaddr_in(0, INADDR_LOOPBACK)) or die;
		listen($fd, 1) or die;
		my ($port) = sockaddr_in(getsockname($fd));
		open(my $out, ">", "hello.port.new"); print $out "$port\n";
		close($out);
		rename("hello.port.new", "hello.port");
		alarm(10);
		accept(my $peer, $fd) or die;
		sysread($peer, my $hello, 4096);
		print unpack("H*", $hello), "\n";' >hello 3>&- &
	wait_for 5 test -s hello.port
	CLIENT_PORT=$(<hello.port) client "$@" </dev/null >/dev/null 2>&1 || :
	wait $!
	rm hello.port
	cat hello
}

# Some of its bytes are others, or it is cut, or it goes on with nonsense.
spoilt_hellos() # seed, count, hello in hexadecimal
{
	perl -e '
		my ($seed, $count, $hello) = @ARGV;
		srand($seed);
		for (1 .. $count) {
			my $bytes = pack("H*", $hello);
			my $kind = int(rand(4));
			if ($kind > 0) {
				substr($bytes, 5 + int(rand(length($bytes) - 5)),
				    1) = chr(int(rand(256)))
				    for 1 .. 1 + int(rand(6));
			}
			$bytes = substr($bytes, 0, int(rand(length($bytes))))
			    if $kind == 2;
			$bytes .= join("", map { chr(int(rand(256))) } 1 .. 90)
			    if $kind == 0;
			print unpack("H*", $bytes) || "-",
			    rand() < 0.5 ? " fin\n" : " rst\n";
		}' "$@"
}

@test "2,000 spoilt ClientHellos: no worker dies, others are served" {
	local hello12 hello13

	hello12=$(client_hello -tls1_2 -alpn h2,http/1.1 -status)
	hello13=$(client_hello -servername localhost)
	assert_matches "$hello12" '^160301'
	assert_matches "$hello13" '^160301'
	start_server -workers 2 -www -alpn http/1.1 -servername other.example \
	    -cert2 "$CERTS/server2.pem" -key2 "$CERTS/server2-key.pem"
	spoilt_hellos 3 1000 "$hello12" | send_hex
	spoilt_hellos 4 1000 "$hello13" | send_hex
	served
	no_worker_died
	wait_for 5 all_counted 2001
}

@test "a good ClientHello, then nonsense: an alert, and others are served" {
	local hello

	hello=$(client_hello -tls1_3)
	start_server -workers 1
	printf '%s wait\n' "$hello" "${hello}1403030001011703030003aabbcc" |
	    send_hex >answers
	assert_equal "$(<answers)" $'answer\nanswer'
	served
	no_worker_died
	wait_for 10 file_has server.err ERROR
}

### As the stock program

say_http() # name, client option...
{
	plain 'GET / HTTP/1.0\r\n\r\n' | od -An -tx1
}

leave_at_once()
{
	: 2>/dev/null <"/dev/tcp/127.0.0.1/$PORT"
}

@test "plain HTTP bytes, as the stock program" {
	local mode

	for mode in '' -www -WWW -rev -quiet -brief '-www -quiet'; do
		same_as_stock -f say_http "$mode" ''
	done
}

@test "a client that leaves without a word, as the stock program" {
	local mode

	for mode in '' -www -WWW -rev -quiet -brief; do
		same_as_stock -f leave_at_once "$mode" ''
	done
}

### Time limits, off unless asked for

closed_for() # option, how often
{
	[ "$(grep -c "ran out of $1: closed" server.err)" -eq "$2" ]
}

left() # count
{
	[ "$(ss -tnH state established "sport = :$PORT" | wc -l)" -eq "$1" ]
}

# covers: -handshake_timeout
@test "-handshake_timeout closes who does not shake hands, and no other" {
	start_server -rev -workers 2 -handshake_timeout 1
	client_start good
	client_connected good
	hold --connections 5 --silent
	hold --connections 5 --half-hello
	wait_for 10 connections 11
	within_ms 10000 'ten handshakes that time out' \
	    wait_for 12 closed_for -handshake_timeout 10
	wait_for 5 left 1
	assert_matches "$(grep -m 1 'ran out' server.err)" \
	    '^s_server: connection [0-9]+ from 127\.0\.0\.1:[0-9]+ ran out of -handshake_timeout: closed$'
	type_to good 'still here\n'
	wait_for 5 file_has good.out 'ereh llits'
	client_end good
	closed_for -handshake_timeout 10
	let_go
}

# covers: -idle_timeout
@test "-idle_timeout closes who says nothing, and no other" {
	local begin i=0

	start_server -rev -workers 2 -idle_timeout 2
	client_start busy
	client_connected busy
	client_start idle
	begin=$(now_ms)
	client_connected idle
	hold --connections 3 --silent
	# The busy one lives longer than the limit.
	until [ "$i" -ge 8 ] && closed_for -idle_timeout 1; do
		type_to busy "line $((++i))\\n"
		wait_for 5 file_has busy.out "$i enil"
		sleep 0.4
		[ $(($(now_ms) - begin)) -lt $((20000 * SLOW)) ]
	done
	# Neither the busy one nor those that shake hands for ever.
	closed_for -idle_timeout 1
	wait_for 5 left 4
	type_to busy 'last\n'
	wait_for 5 file_has busy.out tsal
	client_end busy
	let_go
}

# covers: -total_timeout
@test "-total_timeout closes everyone, busy or not" {
	local begin

	start_server -rev -workers 2 -total_timeout 2
	begin=$(now_ms)
	client_start busy
	client_connected busy
	hold --connections 3 --silent
	wait_for 10 connections 4
	while ! closed_for -total_timeout 4; do
		type_to busy 'a line\n'
		sleep 0.2
		[ $(($(now_ms) - begin)) -lt $((20000 * SLOW)) ]
	done
	[ $(($(now_ms) - begin)) -ge 2000 ]
	wait_for 5 left 0
	let_go
	# A new one has its own time.
	client_start new
	client_connected new
	type_to new 'hello\n'
	wait_for 5 file_has new.out olleh
	client_end new
}

@test "without a limit nobody is closed" {
	start_server -rev -workers 1
	client_start idle
	client_connected idle
	hold --connections 3 --silent
	wait_for 10 connections 4
	sleep 3
	left 4
	assert_lacks "$(server_err)" 'ran out'
	client_end idle
	let_go
}

no_connection()
{
	[ -z "$(ss -tnH state established state close-wait \
	    "sport = :$PORT")" ]
}

# A build in which they stayed in the server's buffer would never send them,
# and never see this client go.
@test "answers of the library's own that a client is slow to read all come" {
	local most=1000000

	# Small buffers are full soon. Without them, so many questions are more
	# than the server keeps answers for.
	if is_sanitized; then
		most=60000
	else
		preload narrow
	fi
	start_server -rev -workers 1
	timeout $((120 * SLOW)) "$BUILD/tests/load/unread_answers" "$PORT" \
	    "$most" 3>&-
	wait_for 5 no_connection
	kill -QUIT "$SERVER_PID"
	wait_exit server
	assert_equal "$STATUS" 0
}
