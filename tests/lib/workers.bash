# The server's children, and the memory of all of its processes.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # shared with the other libraries

# The pids of the workers in the order of their numbers.
workers()
{
	pgrep -a -P "$SERVER_PID" -f 's_server: worker' |
	    sed 's/^\([0-9]*\) s_server: worker \([0-9]*\) .*/\2 \1/' | sort -n |
	    cut -d ' ' -f 2
}

# Nothing, if there is none at the moment: its successor has its name a little
# later than it lives.
worker() # number
{
	pgrep -a -P "$SERVER_PID" -f "s_server: worker $1 " |
	    sed 's/ .*//; q'
}

has_workers() # count
{
	[ "$(workers | wc -l)" -eq "$1" ]
}

# After that the worker is not counted any more.
kill_worker() # number
{
	local pid

	pid=$(worker "$1")
	kill -KILL "$pid"
	wait_for 5 is_gone "$pid"
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

# Two seconds of clients, while the two workers are killed, one of them twice.
load_while_killed()
{
	local i

	tls_load --duration 2 --parallel 10 --retry --request / >said 2>&1 &
	LOADS+=($!)
	for i in 1 2 1; do
		sleep 0.5
		kill_worker "$i"
		wait_for 5 has_workers 2
	done
	wait "${LOADS[@]}" || :
	LOADS=()
}

has_child() # title
{
	pgrep -P "$SERVER_PID" -r R,S,D -f "$1" >/dev/null
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
	sum_kib RssAnon status
}

# The memory that the processes share, as far as it is in use.
shared_kib()
{
	sum_kib Pss_Shmem smaps_rollup
}

# Of a line in a file of each of the server's processes.
sum_kib() # name of the line, name of the file
{
	local pid kib=0

	for pid in "$SERVER_PID" $(pgrep -P "$SERVER_PID"); do
		((kib += $(awk -v name="$1:" '$1 == name { print $2 }' \
		    "/proc/$pid/$2")))
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

# A tracer has attached to the process.
is_traced() # pid
{
	grep -q '^TracerPid:	[1-9]' "/proc/$1/status"
}
