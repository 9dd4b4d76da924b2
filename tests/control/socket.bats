# The socket of -control: who may use it, what it does with clients that are
# wrong, slow or many, and what becomes of it.

# shellcheck disable=SC2016,SC2034,SC2154 # for perl, or set by the helpers

load ../lib/helpers
load ../lib/control

start() # option...
{
	start_server -www -workers 2 -control ctl "$@"
}

### The path

# covers: -control
@test "the socket is its owner's only, and goes with the server" {
	umask 0
	start
	assert_equal "$(stat -c '%a %F' ctl)" '600 socket'
	assert_equal "$(umask)" 0000
	ctl_says ok wait 'deaths == 0'
	stop_server
	[ ! -e ctl ]
}

@test "the socket of a dead server is replaced, that of a living one is not" {
	local said

	start
	run_server -nocert -accept 127.0.0.1:0 -control ctl
	assert_equal "$status" 1
	assert_equal "$stderr" \
	    's_server: -control ctl: another process listens there'
	ctl_says ok wait 'deaths == 0'
	kill -KILL "$SERVER_PID"
	wait_exit server
	[ -S ctl ]
	run ctl stats
	assert_equal "$status" 1
	assert_equal "$output" 's_server: -ctl ctl: Connection refused'
	start
	ctl_says ok wait 'deaths == 0'
}

@test "what is no socket stays, and is told" {
	local place

	echo precious >file
	mkdir folder
	ln -s nowhere link
	for place in file folder link; do
		run_server -nocert -accept 127.0.0.1:0 -control $place
		assert_equal "$status" 1
		assert_equal "$stderr" "s_server: -control $place: there is something that is no socket"
	done
	assert_equal "$(<file)" precious
	[ -L link ]
	place=$(printf '%0108d' 0)
	run_server -nocert -accept 127.0.0.1:0 -control "$place"
	assert_equal "$stderr" \
	    "s_server: -control $place: longer than 107 bytes"
	run_server -nocert -accept 127.0.0.1:0 -control no/where
	assert_equal "$stderr" \
	    's_server: -control no/where: No such file or directory'
	# A start that fails later leaves none.
	run_server -accept 127.0.0.1:0 -cert none.pem -control ctl
	assert_equal "$status" 1
	[ ! -e ctl ]
}

@test "at the end only what is still ours is removed" {
	start
	rm ctl
	echo another >ctl
	stop_server
	assert_equal "$(<ctl)" another
}

@test "the socket stays with HUP, while the server drains, and with INT" {
	start -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem"
	local inode

	inode=$(stat -c %i ctl)
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'generation 2 of the workers serves'
	ctl_says ok wait 'deaths == 0'
	client_start open
	client_connected open
	kill -QUIT "$SERVER_PID"
	ctl_says ok wait 'handshakes.finished == 1'
	ctl_says 'error the server is ending' reload
	ctl_says ok drain
	assert_equal "$(stat -c %i ctl)" "$inode"
	kill -INT "$SERVER_PID"
	wait_exit server
	[ ! -e ctl ]
	client_end open
}

@test "another user is refused, root is not" {
	[ "$(id -u)" = 0 ] || skip 'only root can be somebody else'
	command -v setpriv >/dev/null || skip 'setpriv is not installed'
	start
	# Who made the socket usable for all has asked for it.
	chmod 777 ctl
	chmod 711 "$BATS_TEST_TMPDIR"
	run setpriv --reuid 65534 --clear-groups perl -MSocket -e '
		socket(my $fd, PF_UNIX, SOCK_STREAM, 0) or die;
		connect($fd, sockaddr_un("/proc/self/cwd/ctl")) or die "$!\n";
		print <$fd>;'
	[ "$output" != 'Permission denied' ] ||
	    skip 'others do not even reach this folder'
	assert_equal "$output" 'error you are another user'
	ctl_says ok wait 'deaths == 0'
}

### Clients

@test "lines of any kind: several at once, empty, long, unknown, binary" {
	local long

	start
	assert_equal "$(ctl_raw 'wait deaths == 0\nwait deaths == 0\nflush sessions\n')" \
	    $'ok\nok\nok'
	assert_equal "$(ctl_raw '\nnonsense\n\x1b[2J\n')" \
	    $'error there is no command in this line\nerror unknown command: nonsense\nerror unknown command: \\x1b[2J'
	# A line without an end is none.
	assert_equal "$(ctl_raw 'quit')" 'error the last line has no newline'
	long=$(printf '%01024d' 0)
	assert_matches "$(ctl_raw "$long\\n")" '^error unknown command: 0{64}$'
	assert_equal "$(ctl_raw "0$long\\nquit\\n")" \
	    'error a line of more than 1024 bytes'
	assert_equal "$(ctl_raw "$long$long$long")" \
	    'error a line of more than 1024 bytes'
	assert_equal "$(ctl_raw 'stats now\nreload 3\nflush\nquit!\n')" \
	    $'error usage: stats\nerror usage: reload\nerror usage: flush sessions\nerror unknown command: quit!'
	assert_equal "$(ctl_raw '  flush   sessions  \n')" ok
	ctl_says ok wait 'deaths == 0'
}

@test "64 clients are served at once, and the 65th is told" {
	start
	ctl_stay many 64 ''
	run ctl stats
	assert_equal "$status" 1
	assert_equal "$output" 'error there are 64 clients already'
	type_to many '\n'
	wait_exit many
	ctl_says ok wait 'deaths == 0'
	# Each of 64 that ask at once has an answer of its own.
	ctl_stay many 64 'stats
'
	type_to many '\n'
	wait_exit many
	assert_equal "$(grep -c '^{' many.out)" 64
	assert_equal "$(grep -c '^ok$' many.out)" 64
}

@test "who does not read is dropped, and nobody waits for it" {
	start
	# So many answers do not go into its socket.
	ctl_stay deaf 1 "$(printf 'help\n%.0s' {1..200})
"
	within_ms 2000 'an answer beside a client that does not read' \
	    ctl_says ok wait 'deaths == 0'
	ctl_stay many 63 ''
	# The place of the one that is dropped is free.
	wait_for 20 ctl stats >/dev/null
	type_to many '\n'
	wait_exit many
	end_process deaf KILL
}

@test "clients that leave in the middle disturb nothing" {
	start
	local i

	for i in {1..20}; do
		perl -MSocket -e '
			socket(my $fd, PF_UNIX, SOCK_STREAM, 0) or die;
			connect($fd, sockaddr_un("ctl")) or die;
			syswrite($fd, $ARGV[0]);' \
		    "$([ $((i % 2)) = 0 ] && echo 'wait deaths > 5 100' || printf 'stats\nstats\nsta')
"
	done
	ctl_says ok wait 'deaths == 0'
	assert_equal "$(ctl_stat connections.accepted)" 0
	ctl_stay many 64 ''
	type_to many '\n'
	wait_exit many
}

### -ctl

# covers: -ctl
@test "-ctl needs no other option, and says what is wrong" {
	run "$S_SERVER" -ctl nothing stats
	assert_equal "$status" 1
	assert_equal "$output" \
	    's_server: -ctl nothing: No such file or directory'
	run "$S_SERVER" -ctl ctl
	assert_equal "$status" 1
	assert_contains "$output" 's_server: Option -ctl needs a command'
	run "$S_SERVER" -ctl ctl "$(printf '%01025d' 0)"
	assert_equal "$output" \
	    's_server: -ctl ctl: the command has more than 1024 bytes'
	run "$S_SERVER" -ctl ctl $'quit\nquit'
	assert_equal "$output" \
	    's_server: -ctl ctl: the command is not one line'
	echo 'ctl x' >options
	run "$S_SERVER" -options options
	assert_equal "$output" \
	    's_server: options:1: -ctl does not go into a file'
	start
	# What stands before it is not even looked at.
	run "$S_SERVER" -cert nothing.pem -accept 1 -ctl ctl flush sessions
	assert_equal "$output" ok
	run "$S_SERVER" -ctl=ctl 'flush sessions'
	assert_equal "$output" ok
	run "$S_SERVER" -ctl ctl help
	assert_equal "$status" 0
	assert_contains "$output" 'flush sessions '
	assert_equal "${lines[-1]}" ok
	run bash -c '"$1" -ctl ctl stats >/dev/full' sh "$S_SERVER"
	assert_equal "$status" 1
	assert_equal "$output" 's_server: standard output: No space left on device'
}

is_stopped() # name
{
	[[ $(ps -o stat= -p "${PIDS[$1]}") == T* ]]
}

starts() # name
{
	launch "$1" "$S_SERVER" -accept 127.0.0.1:0 -nocert -www -control ctl
}

@test "the socket of a server that is about to listen is not replaced" {
	faulty control-bound:stop
	starts first
	wait_for 5 is_stopped first
	faulty control-refused:stop
	starts second
	wait_for 5 is_stopped second
	kill -CONT "${PIDS[first]}"
	wait_for 5 file_has first.out ACCEPT
	kill -CONT "${PIDS[second]}"
	wait_exit second
	assert_equal "$STATUS:$(<second.err)" \
	    '1:s_server: -control ctl: another process listens there'
	ctl_says ok quit
	wait_exit first
}

@test "-ctl gives up on a server that does not answer" {
	start
	kill -STOP "$SERVER_PID"
	local begin

	begin=$(now_ms)
	run ctl stats
	kill -CONT "$SERVER_PID"
	assert_equal "$status" 1
	assert_equal "$output" 's_server: -ctl ctl: no answer within 5 seconds'
	[ $(($(now_ms) - begin)) -ge 4900 ]
	# Its server dies while it waits.
	launch waits "$S_SERVER" -ctl ctl wait 'deaths > 0' 100
	wait_for 5 running waits
	sleep 0.2
	kill -KILL "$SERVER_PID"
	wait_exit waits
	assert_equal "$STATUS" 1
	assert_equal "$(<waits.err)" \
	    's_server: -ctl ctl: the server has ended before it answered'
	wait_exit server
}
