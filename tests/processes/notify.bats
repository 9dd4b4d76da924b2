# What a service manager is told (NOTIFY_SOCKET), and when.

load ../lib/helpers
load ../lib/control

# A manager that writes each message to manager.out as one line, with | between
# the lines of the message.
start_manager() # address, @name or a path
{
	# shellcheck disable=SC2016 # for perl
	launch manager perl -MSocket -e '
		my ($path) = @ARGV;
		$path =~ s/^@/\0/;
		socket(my $fd, PF_UNIX, SOCK_DGRAM, 0) or die;
		bind($fd, pack_sockaddr_un($path)) or die "$path: $!";
		$| = 1;
		print "hears\n";
		while (defined recv($fd, my $message, 4096, 0)) {
			$message =~ s/\n/|/g;
			print "$message\n";
		}' "$1"
	wait_for 5 file_has manager.out hears
}

heard() # count, beginning of the line
{
	has_times manager.out "$1" "$2"
}

# What was told, without the signs of life and the numbers that vary.
told()
{
	sed -n 's/MONOTONIC_USEC=[0-9]*/MONOTONIC_USEC/
		s/127.0.0.1:[0-9]*/ADDRESS/
		s/MAINPID='"$SERVER_PID"'|/MAINPID|/
		/^hears\|^WATCHDOG/!p' manager.out
}

certificate_of_its_own()
{
	cp "$CERTS/server.pem" cert.pem
	start_server -cert cert.pem -key "$CERTS/server-key.pem" -workers 2 \
	    "$@"
}

@test "READY with ACCEPT, RELOADING and READY on HUP, STOPPING: in order" {
	start_manager "$PWD/socket"
	NOTIFY_SOCKET=$PWD/socket certificate_of_its_own
	wait_for 5 heard 1 READY=1
	kill -HUP "$SERVER_PID"
	wait_for 5 heard 2 READY=1
	echo nothing >cert.pem
	kill -HUP "$SERVER_PID"
	wait_for 5 heard 3 READY=1
	kill -QUIT "$SERVER_PID"
	wait_exit server
	wait_for 5 heard 1 STOPPING=1
	assert_equal "$(told)" \
	    'READY=1|MAINPID|STATUS=2 workers on ADDRESS
RELOADING=1|MONOTONIC_USEC|STATUS=reads its files again
READY=1|MAINPID|STATUS=reloaded; 2 workers on ADDRESS
RELOADING=1|MONOTONIC_USEC|STATUS=reads its files again
READY=1|MAINPID|STATUS=the reload failed; as before, 2 workers on ADDRESS
STOPPING=1|STATUS=ends when no connection is open'
}

@test "another number of workers is told when they serve" {
	start_manager "$PWD/socket"
	NOTIFY_SOCKET=$PWD/socket start_server -www -workers 2 -control ctl
	wait_for 5 heard 1 READY=1
	ctl_says 'ok 1 workers' workers 1
	wait_for 5 heard 2 READY=1
	assert_equal "$(told)" 'READY=1|MAINPID|STATUS=2 workers on ADDRESS
READY=1|MAINPID|STATUS=1 worker on ADDRESS'
}

@test "the time of RELOADING is not before that of the signal" {
	local before told

	start_manager "$PWD/socket"
	NOTIFY_SOCKET=$PWD/socket start_server -workers 1
	before=$(awk '{ printf "%.0f", $1 * 1000000 }' /proc/uptime)
	kill -HUP "$SERVER_PID"
	wait_for 5 heard 1 RELOADING=1
	told=$(sed -n 's/.*MONOTONIC_USEC=\([0-9]*\).*/\1/p' manager.out)
	# The uptime has steps of 10 ms, and may count suspended time.
	[ "$told" -ge $((before - 10000)) ] ||
	    [ "$(awk '{ print int($1) }' /proc/uptime)" -gt $((told / 1000000 + 60)) ]
}

@test "STOPPING also at the ends by TERM, by Q and by -naccept" {
	start_manager "@$PWD/socket"
	export NOTIFY_SOCKET=@$PWD/socket
	start_server -workers 1
	stop_server
	wait_for 5 heard 1 STOPPING=1
	start_server -workers 1 -naccept 1 -www
	client </dev/null >client.out
	wait_exit server
	wait_for 5 heard 2 STOPPING=1
	start_server -workers 1
	client_start held
	client_connected held
	type_to server 'Q\n'
	wait_exit server
	wait_for 5 heard 3 STOPPING=1
	assert_equal "$(told | cut -d '|' -f 1 | uniq | tr '\n' ' ')" \
	    'READY=1 STOPPING=1 READY=1 STOPPING=1 READY=1 STOPPING=1 '
}

@test "signs of life come from the master's loop, and stop with it" {
	local count

	start_manager "$PWD/socket"
	NOTIFY_SOCKET=$PWD/socket WATCHDOG_USEC=200000 start_server -workers 2
	wait_for 5 heard 4 WATCHDOG=1
	# They count on while a worker hangs, and while the server drains.
	kill -STOP "$(worker 1)"
	kill -STOP "$SERVER_PID"
	sleep 0.2
	count=$(count_lines "$(<manager.out)" WATCHDOG=1)
	sleep 0.8
	assert_equal "$(count_lines "$(<manager.out)" WATCHDOG=1)" "$count"
	kill -CONT "$SERVER_PID"
	wait_for 5 heard $((count + 3)) WATCHDOG=1
	kill -CONT "$(worker 1)"
	client_start held
	client_connected held
	kill -QUIT "$SERVER_PID"
	wait_for 5 heard 1 STOPPING=1
	count=$(count_lines "$(<manager.out)" WATCHDOG=1)
	wait_for 5 heard $((count + 3)) WATCHDOG=1
	client_end held
	wait_exit server
}

@test "a manager that reads nothing keeps nobody waiting, and hears all later" {
	local i

	start_manager "$PWD/socket"
	kill -STOP "${PIDS[manager]}"
	NOTIFY_SOCKET=$PWD/socket WATCHDOG_USEC=10000 start_server -workers 1
	sleep 0.5
	for i in 1 2; do
		kill -HUP "$SERVER_PID"
		wait_for 5 file_has server.err "generation $((i + 1))"
	done
	client </dev/null >client.out
	assert_contains "$(<client.out)" 'Cipher is'
	kill -CONT "${PIDS[manager]}"
	wait_for 5 heard 3 READY=1
	assert_equal "$(told | cut -d '|' -f 1 | tr '\n' ' ')" \
	    'READY=1 RELOADING=1 READY=1 RELOADING=1 READY=1 '
}

@test "a manager that is not there, or nowhere: one line, and the server serves" {
	local where

	for where in "$PWD/nobody" "@$PWD/nobody" vsock:2:1 "/$(printf %0120d 0)"; do
		NOTIFY_SOCKET=$where start_server -workers 1
		client </dev/null >client.out
		assert_contains "$(<client.out)" 'Cipher is'
		stop_server
		assert_equal "$(grep -c NOTIFY_SOCKET server.err)" 1
	done
}
