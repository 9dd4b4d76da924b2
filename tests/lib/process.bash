# Processes in the background. Each has a NAME; its files in the test's folder
# are NAME.in (a FIFO), NAME.out and NAME.err. The caller ends each by wait_exit
# or end_process; teardown ends those that are left.
#
# PIDS, INPUTS and STATUSES are by NAME: the process, the descriptor of its
# standard input, the exit status. SERVERS are those of which nothing may be
# left, "pid:port:NAME" each, the port empty if there is none.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # shared with the other libraries

declare -gA PIDS=() INPUTS=() STATUSES=()
SERVERS=()

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
		for fd in "${INPUTS[@]}" ${SILENCE:-}; do
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

# How the library for harnesses starts a server: here it is a child of the test,
# with a FIFO whose end the test decides.
_s_server_launch() # ./NAME, command...
{
	local name=${1#./}

	launch "$name" "${@:2}"
	S_SERVER_PID=${PIDS[$name]}
	echo "$S_SERVER_PID program -" >"$name.run"
}

_s_server_await_status() # ./NAME
{
	wait_exit "${1#./}" || return 1
	echo "$STATUS" >"$1.status"
}

is_gone() # pid
{
	_s_server_is_gone "$1"
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
	local pid=${PIDS[$1]:-} failed=0 S_SERVER_SLOW=$SLOW

	[ -n "$pid" ] || return 0
	_s_server_end_process "$1" "$pid" "${2:-TERM}" || failed=1
	wait_exit "$1" || failed=1
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

# No process of a server's session, no socket of its port, no sanitizer report.
assert_nothing_left()
{
	local entry pid port name left failed=0

	for entry in "${SERVERS[@]}"; do
		IFS=: read -r pid port name <<<"$entry"
		if ! wait_for "${S_SERVER_END:-10}" no_session "$pid" "$port"; then
			ps -o pid,ppid,stat,args -s "$pid" >&2
			pgrep -s "$pid" | xargs -r kill -KILL || :
			failed=1
		fi
		if [ -n "$port" ] && ! wait_for "${S_SERVER_END:-10}" is_free "$port"; then
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

# To look at all processes of the machine costs more than to start a server. What
# has a port is a server, which makes no other process group: that this one is
# empty tells enough of it. Who has none may be a script.
no_session() # pid of its leader, port or nothing
{
	{ [ -n "$2" ] && ! kill -0 -- "-$1" 2>/dev/null; } ||
	    _s_server_session_is_over "$1"
}

# To ask for the processes, too, takes twice as long.
is_free() # port
{
	[ -z "$(ss -ltunH "sport = :$1")" ] || [ "$(listeners "$1")" -eq 0 ]
}

# Only those of this test: another one may have got the port meanwhile, or the
# same number for the other protocol.
listeners() # port
{
	local count=0 line pid

	while read -r line; do
		pid=${line#*pid=}
		[[ $(readlink "/proc/${pid%%,*}/cwd") != "$PWD"* ]] ||
			((++count))
	done < <(ss -ltunpH "sport = :$1")
	echo "$count"
}

show_files() # name
{
	S_SERVER_LINES=40 _s_server_show "$1" 2>&1
}
