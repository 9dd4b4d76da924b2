# The workers as a pool: how clients spread over them, and what happens when
# some are stopped, killed or out of descriptors.

load ../lib/helpers

served() # output of tls_load, worker
{
	sed -n "s/^worker $2: served \([0-9]*\) .*/\1/p" <<<"$1"
}

established() # connections of -rev
{
	[ "$(grep -c 'CONNECTION ESTABLISHED' server.err)" -eq "$1" ]
}

accepts()
{
	kill -USR1 "$SERVER_PID"
	sleep 0.4
	awk '/ server accepts \(/ { n = $1 } END { print n + 0 }' server.out
}

# covers: -workers
@test "one worker a CPU, or as many as -workers says" {
	start_server
	has_workers "$(getconf _NPROCESSORS_ONLN)"
	stop_server
	start_server -workers 7
	has_workers 7
}

# A worker that a busy machine does not let run for 10 ms loses its turn to the
# one before it. Without turns nearly all clients meet the same worker.
assert_neighbours_differ() # what tls_load said of 100 clients
{
	local differ

	differ=$(sed -n 's/^neighbours-differ \(.*\) of 99$/\1/p' <<<"$1")
	[ "${differ:-0}" -ge 90 ] || fail "$1"
}

@test "clients one after another: neighbours never meet the same worker" {
	local said number n workers=4

	start_server -www -label -workers $workers
	said=$(tls_load --connections 100 --sequential --request /)
	assert_neighbours_differ "$said"
	for ((number = 1; number <= workers; number++)); do
		n=$(served "$said" "$number")
		[ "$n" -ge 20 ] && [ "$n" -le 30 ] || fail "$said"
	done
	stop_server
	start_server -www -label -workers 2
	said=$(tls_load --connections 100 --sequential --request /)
	assert_neighbours_differ "$said"
}

@test "2,000 handshakes, 50 at once: every worker gets its share" {
	local said number n

	start_server -www -label -workers 4
	said=$(tls_load --connections 2000 --parallel 50 --request /)
	assert_contains "$said" 'ok 2000 failed 0'
	for number in 1 2 3 4; do
		n=$(served "$said" "$number")
		[ "$n" -ge 300 ] && [ "$n" -le 700 ] || fail "$said"
	done
}

@test "a stopped worker strands nobody" {
	local said before after

	start_server -www -label -workers 4
	tls_load --connections 8 --sequential --request / >/dev/null
	kill -STOP "$(worker 2)"
	before=$(now_ms)
	said=$(tls_load --connections 100 --sequential --request /)
	after=$(now_ms)
	assert_contains "$said" 'ok 100 failed 0'
	assert_equal "$(served "$said" 2)" 0
	assert_neighbours_differ "$said"
	echo "# one of four stopped: $(tail -n 1 <<<"$said")" >&3
	[ $((after - before)) -le $((20000 * SLOW)) ]
	said=$(tls_load --connections 200 --parallel 50 --request /)
	assert_contains "$said" 'ok 200 failed 0'
	kill -CONT "$(worker 2)"
	said=$(tls_load --connections 40 --sequential --request /)
	[ "$(served "$said" 2)" -ge 8 ] || fail "$said"
}

# Whom the kernel wakes is its own affair: each worker has the fault in turn,
# until it has struck.
@test "stopped between wake-up and accepting: nobody is stranded" {
	local point number said stopped

	for point in accept-wakeup accept-turn; do
		stopped=0
		for number in {1..4} {1..4} {1..4} {1..4}; do
			[ "$stopped" -lt 2 ] || break
			faulty "$point:stop:$number"
			start_server -www -label -workers 4
			said=$(tls_load --connections 20 --sequential --request /)
			assert_contains "$said" 'ok 20 failed 0'
			[[ $(ps -o stat= -p "$(worker "$number")") != T* ]] || {
				stopped=$((stopped + 1))
				echo "# $point: $(tail -n 1 <<<"$said")" >&3
			}
			stop_server
		done
		[ "$stopped" -ge 1 ]
	done
}

@test "killed between wake-up and accepting: nobody is stranded" {
	local point number said killed

	for point in accept-wakeup accept-turn accept-claimed; do
		killed=0
		for number in {1..4} {1..4} {1..4} {1..4}; do
			[ "$killed" -lt 2 ] || break
			faulty "$point:kill:$number"
			start_server -www -label -workers 4
			# It may have one of its own, which is lost with it.
			said=$(tls_load --connections 16 --sequential --retry \
			    --request /)
			assert_contains "$said" 'ok 16 failed 0'
			! file_has server.err "worker $number (pid" ||
			    killed=$((killed + 1))
			stop_server
		done
		[ "$killed" -ge 1 ]
	done
}

is_replaced() # number, process ID
{
	local now

	now=$(worker "$1")
	[ -n "$now" ] && [ "$now" != "$2" ]
}

# Worker 1 answers the question for its numbers with a message that only the
# master may send.
@test "a worker that says what it must not is replaced, all else goes on" {
	local first second said

	faulty stats:fail:1
	start_server -rev -workers 2
	first=$(worker 1)
	second=$(worker 2)
	kill -USR1 "$SERVER_PID"
	wait_for 5 file_has server.err 'process 1 of the pool (pid '
	wait_for 5 file_has server.err "worker 1 (pid $first) was killed by"
	file_has server.err ' of 0 bytes is out of order'
	wait_for 5 file_has server.out 'server accepts that finished'
	wait_for 5 is_replaced 1 "$first"
	assert_equal "$(worker 2)" "$second"
	said=$(tls_load --connections 20 --sequential)
	assert_contains "$said" 'ok 20 failed 0'
}

@test "all stopped but one: that one serves" {
	local number said

	start_server -www -label -workers 4
	for number in 1 2 4; do
		kill -STOP "$(worker "$number")"
	done
	said=$(tls_load --connections 40 --sequential --request /)
	assert_contains "$said" 'ok 40 failed 0'
	assert_equal "$(served "$said" 3)" 40
	said=$(tls_load --connections 200 --parallel 50 --request /)
	assert_equal "$(served "$said" 3)" 200
}

@test "kill -9 of a worker ends its own connections and no other" {
	local held

	start_server -rev -label -workers 4
	mkfifo go
	tls_load --connections 40 --hold-until-eof --send 'ab\n' --expect ba \
	    <go >said &
	exec 8>go
	wait_for 10 established 40
	held=$(grep -c '^worker 3 connection' server.err)
	[ "$held" -ge 2 ]
	kill_worker 3
	wait_for 5 has_workers 4
	exec 8>&-
	wait $! || :
	assert_contains "$(<said)" "ok $((40 - held)) failed $held"
	wait_for 10 file_has server.err 'worker 3 (pid'
	wait_for 10 file_has server.err 'was killed by signal 9'
}

@test "a worker killed each second under load" {
	local client i victim before=0 now said seconds

	seconds=$(rounds 8 20)
	start_server -www -label -workers 4
	client -tls1_2 -no_ticket -sess_out session </dev/null >/dev/null 2>&1
	tls_load --duration "$seconds" --parallel 20 --retry --request / >said &
	client=$!
	for ((i = 0; i < seconds; i++)); do
		sleep 0.6
		victim=$(worker $((i % 4 + 1)))
		kill -KILL "$victim"
		now=$(accepts)
		[ "$now" -ge "$before" ] || fail "accepts: $before, then $now"
		before=$now
	done
	wait "$client" || { cat said; false; }
	echo "# killed $seconds workers: $(tail -n 1 said)" >&3
	assert_contains "$(<said)" ' failed 0 '
	wait_for 10 has_workers 4
	assert_contains "$(client -tls1_2 -no_ticket -sess_in session \
	    </dev/null 2>&1)" Reused,
}

# Whoever is not heard counts as dead at once: the tenth would end the server.
# Nothing else wakes the master meanwhile.
@test "a worker that replaces a killed one is heard at once" {
	start_server -www -workers 1
	kill_in_turn 11 's_server: worker'
	assert_lacks "$(server_err)" 'giving up'
	client -quiet <<<$'GET / HTTP/1.0\n' 2>/dev/null | grep -q '200 ok'
}

# With a child's descriptors all of the limit would be in use, or more.
@test "few descriptors: the master neither spins nor is it deaf" {
	local before

	ulimit -Sn 64
	ulimit -Hn 64 2>/dev/null || skip 'the limit cannot be lowered'
	start_server -www -workers 5
	before=$(spent "$SERVER_PID")
	client -quiet <<<$'GET / HTTP/1.0\n' 2>/dev/null | grep -q '200 ok'
	sleep 1
	[ $(($(spent "$SERVER_PID") - before)) -le 20 ]
	kill -TERM "$SERVER_PID"
	within_ms 3000 'the end by TERM' wait_for 5 is_gone "$SERVER_PID"
}

@test "too few descriptors for the workers: refused, with the number needed" {
	ulimit -Sn 64
	ulimit -Hn 64 2>/dev/null || skip 'the limit cannot be lowered'
	run_server -nocert -accept 127.0.0.1:0 -workers 20
	assert_equal "$status" 1
	assert_matches "$stderr" '-workers 20: [0-9]+ descriptors are needed, the limit is 64'
}

@test "too few descriptors for a second generation: HUP changes nothing" {
	ulimit -Sn 64
	ulimit -Hn 64 2>/dev/null || skip 'the limit cannot be lowered'
	start_server -www -workers 6
	kill -HUP "$SERVER_PID"
	wait_for 5 file_has server.err 'nothing is reloaded: '
	tls_load --connections 20 --request / --expect '200 ok'
}

@test "2,000 connections held at once" {
	start_server -rev -workers 4
	tls_load --connections 2000 --hold 2 --send 'ab\n' --expect ba >said
	assert_contains "$(<said)" 'ok 2000 failed 0'
}

@test "the limit of descriptors is raised to the hard one" {
	(
		ulimit -Sn 256
		start_server
		assert_matches "$(grep 'open files' "/proc/$(worker 1)/limits")" \
		    "files +$(ulimit -Hn) "
		stop_server
	)
}

spent() # pid: ticks of CPU
{
	awk '{ print $14 + $15 }' "/proc/$1/stat"
}

@test "out of descriptors: accepting pauses, nothing spins, then goes on" {
	local pid before used held

	ulimit -Sn 128
	ulimit -Hn 128 2>/dev/null || skip 'the limit cannot be lowered'
	start_server -rev -workers 1
	pid=$(worker 1)
	mkfifo go
	"$BUILD/tests/load/tls_load" --connect "127.0.0.1:$PORT" \
	    --connections 70 --hold-until-eof --timeout 60 <go >one 3>&- &
	held=$!
	exec 8>go
	# If both were half served, none would leave to make room.
	wait_for 10 file_has one 'holding 70'
	# A second process, as a client has descriptors of its own to lack.
	mkfifo go2
	"$BUILD/tests/load/tls_load" --connect "127.0.0.1:$PORT" \
	    --connections 70 --hold-until-eof --timeout 60 \
	    --send 'ab\n' --expect ba <go2 >two 3>&- 8>&- &
	exec 9>go2
	wait_for 10 file_has server.err 'out of descriptors'
	before=$(spent "$pid")
	sleep 2
	used=$(($(spent "$pid") - before))
	[ "$used" -le 50 ] || fail "spent $used ticks in 2 s"
	assert_equal "$(grep -c 'out of descriptors' server.err)" 1
	exec 8>&-
	wait "$held" || :
	exec 9>&-
	wait $! || { cat two; false; }
	assert_contains "$(<two)" 'ok 70 failed 0'
}

@test "ten deaths at once in a row end everything, with status 1" {
	faulty worker-start:kill
	run timeout $((20 * SLOW)) "$S_SERVER" -nocert -accept 127.0.0.1:0 \
	    -workers 2 </dev/null
	assert_equal "$status" 1
	assert_contains "$output" '10 workers in a row died at once: giving up'
}

@test "no worker holds another's channels, or the terminal" {
	local pid

	start_server -workers 4
	for pid in $(workers); do
		assert_equal "$(readlink "/proc/$pid/fd/0")" /dev/null
		assert_equal "$(readlink "/proc/$pid/fd/1")" /dev/null
		find "/proc/$pid/fd" -lname 'socket:*' -printf '%l\n'
	done | sort | uniq -c >sockets
	# One listener of four holders; all else has just one.
	assert_equal "$(awk '$1 != 1 { print $1 }' sockets)" 4
	# Killed and replaced, they are as their predecessors.
	kill_worker 2
	wait_for 5 has_workers 4
	for pid in $(workers); do
		find "/proc/$pid/fd" -lname 'socket:*' -printf '%l\n'
	done | sort | uniq -c >again
	assert_equal "$(wc -l <again)" "$(wc -l <sockets)"
}

@test "-label tells worker, connection and address" {
	start_server -label -workers 2
	client </dev/null >/dev/null 2>&1
	client </dev/null >/dev/null 2>&1
	wait_for 5 file_has server.out 'connection 1 from'
	wait_for 5 file_has server.out 'connection 2 from'
	assert_matches "$(grep -A1 'connection 1 from' server.out)" \
	    '^worker [12] connection 1 from 127.0.0.1:[0-9]+
-----BEGIN SSL SESSION'
	[ "$(grep -o '^worker [12]' server.out | sort -u | wc -l)" -eq 2 ]
}

@test "a leak would be found" {
	is_sanitized || skip 'not a sanitizer build'
	faulty worker-exit:leak:1
	start_server -workers 2
	kill -QUIT "$SERVER_PID"
	wait_exit server 30
	[ "$STATUS" -ne 0 ]
	assert_contains "$(server_err)" LeakSanitizer
	: >server.err
}
