# -log: where its lines go, and what becomes of them on the way there.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154 # for the helpers

load ../lib/helpers

# So many lines of this event, and more, are in the file.
logged() # file, event, count
{
	[ "$(logged_count "$1" "$2")" -ge "$3" ]
}

logged_count() # file, event
{
	grep -c "^{\"event\":\"$2\"" "$1" || :
}

# Numbers of connections that have a whole line, each once.
connections() # file
{
	jq -rR 'fromjson? | select(.event == "connection").connection' "$1" |
	    sort -n | uniq
}

no_line_is_torn() # file
{
	jq -e . "$1" >/dev/null
}

# A line of this event, and what the filter makes of it.
of_event() # file, event, filter
{
	jq -r --arg event "$2" "select(.event == \$event) | $3" "$1"
}

clients() # count
{
	tls_load --connections "$1" --parallel 20 >load.out
	assert_contains "$(<load.out)" "ok $1 failed 0"
}

### Regular files

# covers: -log
@test "each connection has a line in the file, whatever the worker" {
	start_server -quiet -workers 3 -www -log log.json
	clients 60
	wait_for 5 logged log.json connection 60
	stop_server
	no_line_is_torn log.json
	assert_equal "$(connections log.json)" "$(seq 60)"
	assert_equal "$(server_out)" ''
}

@test "lines that come thick and fast share a write, and a lone one does not wait" {
	local tracer worker began took

	strace -D -f -o /dev/null true || skip 'strace cannot trace here'
	start_server -quiet -workers 1 -www -log log.json
	clients 1
	wait_for 1 logged log.json connection 1
	worker=$(workers)
	strace -qq -e trace=writev -P log.json -o calls -p "$worker" &
	tracer=$!
	LOADS+=("$tracer")
	wait_for 5 is_traced "$worker"
	began=$(now_ms)
	tls_load --connections 600 --parallel 2 --resume id >/dev/null
	wait_for 5 logged log.json connection 1201
	took=$(($(now_ms) - began))
	kill "$tracer"
	wait "$tracer" || :
	# At most one in four milliseconds.
	[ "$(grep -c writev calls)" -lt $((took / 4 + 20)) ]
}

# covers: -log_events
@test "the events are those of the list" {
	local words='not a list of accepted, handshake, connection or all'

	refuses_start "s_server: -log_events connection,: $words" \
	    -log_events connection,
	refuses_start "s_server: -log_events none: $words" -log_events none
	refuses_start 's_server: -log_events has no effect without -log' \
	    -log_events all
	start_server -quiet -workers 1 -www -log log.json -log_events accepted
	clients 3
	stop_server
	assert_equal "$(logged_count log.json connection)" 0
	assert_equal "$(logged_count log.json end)" 1
}

@test "two servers append to one file, behind what an earlier program tore" {
	printf torn >log.json
	start_named one -quiet -workers 2 -www -log log.json
	ONE=$S_SERVER_PORT
	start_named two -quiet -workers 2 -www -log log.json
	PORT=$ONE clients 50 &
	PORT=$S_SERVER_PORT tls_load --connections 50 --parallel 20 >two.load
	wait "$!"
	wait_for 5 logged log.json connection 100
	assert_equal "$(head -n 1 log.json)" torn
	sed -i 1d log.json
	no_line_is_torn log.json
}

# The file grows no more, as on a full disk.
limit_file() # bytes or unlimited
{
	local pid

	for pid in "$SERVER_PID" $(workers); do
		prlimit --pid "$pid" --fsize="$1:unlimited"
	done
}

@test "what a full disk does not take comes later, and no line is torn" {
	start_server -quiet -workers 1 -www -log log.json
	limit_file $(($(stat -c %s log.json) + 100))
	clients 40
	wait_for 5 file_has server.err 'cannot write to -log log.json'
	run -1 logged log.json connection 40
	limit_file unlimited
	wait_for 5 logged log.json connection 40
	no_line_is_torn log.json
	assert_equal "$(connections log.json)" "$(seq 40)"
	assert_equal "$(server_err)" \
	    's_server: cannot write to -log log.json: File too large'
}

# Then the line that was torn comes once more, whole.
@test "the lines of others do not get into one that a full disk tore" {
	start_server -quiet -workers 3 -www -log log.json
	limit_file $(($(stat -c %s log.json) + 100))
	clients 40
	wait_for 5 file_has server.err 'cannot write to -log log.json'
	limit_file unlimited
	wait_for 5 logged log.json connection 40
	stop_server
	assert_equal "$(connections log.json)" "$(seq 40)"
	[ "$(jq -R 'fromjson? // "torn"' log.json | grep -c torn)" -le 1 ]
}

@test "a worker that is killed before or behind a write leaves every record" {
	local point accepted

	for point in log-write log-written; do
		faulty "$point:kill:1"
		start_server -quiet -workers 2 -www -log "$point.json"
		tls_load --connections 20 --parallel 1 >load.out || :
		wait_for 5 logged "$point.json" worker_died 1
		stop_server
		no_line_is_torn "$point.json"
		accepted=$(of_event "$point.json" end .connections.accepted)
		assert_equal "$(connections "$point.json")" \
		    "$(seq "$accepted")"
		assert_equal "$(of_event "$point.json" worker_died \
		    '"\(.worker) \(.signal)"' | sort -u)" '1 KILL'
	done
}

@test "what a worker cannot write at its end, the master writes later" {
	start_server -quiet -workers 1 -www -log log.json
	wait_for 5 logged log.json start 1
	limit_file "$(stat -c %s log.json)"
	clients 20
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'generation 2'
	wait_for 5 has_workers 1
	limit_file unlimited
	wait_for 5 logged log.json reload 1
	wait_for 5 logged log.json connection 20
	stop_server
	no_line_is_torn log.json
	assert_equal "$(of_event log.json connection .connection | sort -n)" \
	    "$(seq 20)"
	assert_equal "$(of_event log.json end .lost)" 0
}

@test "lines that have no room while the disk is full are counted" {
	faulty log-room:fail
	start_server -quiet -workers 1 -www -log log.json
	wait_for 5 logged log.json start 1
	limit_file "$(stat -c %s log.json)"
	clients 60
	limit_file unlimited
	wait_for 5 logged log.json connection 1
	stop_server
	no_line_is_torn log.json
	lost=$(of_event log.json end .lost)
	[ "$lost" -gt 0 ]
	assert_equal $((lost + $(logged_count log.json connection))) 60
	assert_matches "$(server_err)" 'bytes of -log log.json were lost'
}

### All else

@test "a reader of a FIFO gets whole lines of all workers" {
	mkfifo log
	launch reader cat log
	start_server -quiet -workers 3 -www -log log
	clients 60
	wait_for 5 logged reader.out connection 60
	stop_server
	wait_exit reader
	no_line_is_torn reader.out
	assert_equal "$(connections reader.out)" "$(seq 60)"
}

@test "a FIFO that nobody reads costs no handshake, and what it lost is told" {
	faulty log-room:fail
	mkfifo log
	start_server -quiet -workers 3 -www -log log
	exec 9<>log
	head -c 60000 /dev/zero >&9
	clients 300
	wait_for 5 file_has server.err 'cannot write to -log log: nobody reads it'
	launch reader cat log 9>&-
	exec 9>&-
	wait_for 5 file_has server.err 'bytes of -log log were lost'
	stop_server
	wait_exit reader
	tr -d '\0' <reader.out >log.json
	no_line_is_torn log.json
	lost=$(of_event log.json end .lost)
	[ "$lost" -gt 0 ]
	assert_equal $((lost + $(logged_count log.json connection))) 300
	assert_equal "$(grep -c 'cannot write' server.err)" 1
}

@test "a master that is stopped holds up no connection" {
	faulty log-room:fail
	mkfifo log
	launch reader cat log
	start_server -quiet -workers 2 -www -log log
	kill -STOP "$SERVER_PID"
	clients 800
	kill -CONT "$SERVER_PID"
	stop_server
	wait_exit reader
	no_line_is_torn reader.out
	lost=$(of_event reader.out end .lost)
	[ "$lost" -gt 0 ]
	assert_equal $((lost + $(logged_count reader.out connection))) 800
	assert_contains "$(server_err)" \
	    's_server: the master takes no lines of -log: some are lost'
}

@test "-log - writes to standard output amid what else is printed there" {
	start_server -workers 2 -www -log -
	clients 20
	stop_server
	assert_contains "$(server_out)" ACCEPT
	server_out | grep '^{' >log.json
	no_line_is_torn log.json
	assert_equal "$(connections log.json)" "$(seq 20)"
	assert_equal "$(of_event log.json end .connections.ended)" 20
}

@test "-log fd:N writes to a descriptor that the server was started with" {
	exec 9>log.json 8> >(exec 3>&- 9>&-; cat >piped.json)
	echo before >&9
	start_named file -quiet -workers 2 -www -log fd:9
	PORT=$S_SERVER_PORT clients 20
	start_named pipe -quiet -workers 2 -www -log fd:8
	PORT=$S_SERVER_PORT clients 20
	exec 8>&- 9>&-
	end_process file
	end_process pipe
	assert_equal "$(head -n 1 log.json)" before
	sed -i 1d log.json
	wait_for 5 logged piped.json end 1
	for file in log.json piped.json; do
		no_line_is_torn "$file"
		assert_equal "$(connections "$file")" "$(seq 20)"
	done
}

@test "a reader that goes away costs no handshake, and that is told once" {
	exec 8> >(exec 3>&-; head -n 1 >first.json)
	start_server -quiet -workers 2 -www -log fd:8
	exec 8>&-
	wait_for 5 logged first.json start 1
	clients 20
	wait_for 5 file_has server.err 'cannot write'
	clients 20
	assert_equal "$(server_err)" \
	    's_server: cannot write to -log fd:8: its reader is gone'
	stop_server
}

@test "/dev/full takes nothing, and all clients are served" {
	start_server -quiet -workers 2 -www -log /dev/full
	clients 100
	wait_for 5 file_has server.err \
	    'cannot write to -log /dev/full: No space left on device'
	within_ms 2000 'TERM with /dev/full' stop_server
	assert_matches "$(server_err)" 'bytes of -log /dev/full were lost'
}

@test "what cannot be a log is refused in one line" {
	refuses_start 's_server: -log fd:x: not fd: and the number of a descriptor' \
	    -log fd:x
	refuses_start 's_server: -log fd:: not fd: and the number of a descriptor' \
	    -log fd:
	refuses_start 's_server: -log fd:77: Bad file descriptor' -log fd:77
	refuses_start 's_server: -log fd:0: open for reading only' -log fd:0
	run -1 --separate-stderr sh -c '"$1" -log fd:1 >&-' sh "$S_SERVER"
	assert_equal "$stderr" 's_server: -log fd:1: Bad file descriptor'
	refuses_start "s_server: -log $PWD: Is a directory" -log "$PWD"
	refuses_start 's_server: -log no/log: No such file or directory' \
	    -log no/log
	start_server -quiet -workers 1 -unix socket
	refuses_start 's_server: -log socket: a UNIX socket cannot be opened; connect to it, and name the descriptor with fd:' \
	    -cert "$S_SERVER_CERT" -key "$S_SERVER_KEY" -log socket
}

### HUP

reload() # text that tells of its end
{
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err "$1"
}

@test "HUP opens the file anew, also for a connection that was open before" {
	start_server -quiet -workers 2 -log log.json
	client_start held -quiet
	wait_for 5 logged log.json start 1
	clients 3
	wait_for 5 logged log.json connection 3
	mv log.json old.json
	reload 'generation 2'
	client_end held
	clients 3
	wait_for 5 logged log.json connection 4
	stop_server
	assert_equal "$(logged_count old.json connection)" 3
	assert_equal "$(logged_count old.json end)" 0
	assert_equal "$(of_event log.json reload '"\(.result) \(.generation)"')" \
	    'done 2'
	no_line_is_torn log.json
}

@test "a reload that fails opens the log anew all the same" {
	cp "$S_SERVER_CERT" cert.pem
	start_server -quiet -workers 2 -www -cert cert.pem -key "$S_SERVER_KEY" \
	    -log log.json
	echo none >cert.pem
	mv log.json old.json
	kill -HUP "$SERVER_PID"
	wait_for 5 logged log.json reload 1
	clients 10
	wait_for 5 logged log.json connection 10
	assert_equal "$(logged_count old.json connection)" 0
	assert_equal "$(of_event log.json reload .result)" failed
	assert_contains "$(server_err)" "$(of_event log.json reload .reason)"
}

@test "a file that cannot be opened anew is told, and the old one stays" {
	mkdir folder
	start_server -quiet -workers 2 -www -log folder/log.json
	mv folder moved
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'generation 2'
	assert_contains "$(server_err)" \
	    's_server: -log folder/log.json: No such file or directory'
	clients 10
	wait_for 5 logged moved/log.json connection 10
}

@test "HUP finds a file in the place of a FIFO, and the other way round" {
	mkfifo log
	launch reader cat log
	start_server -quiet -workers 2 -www -log log
	clients 5
	wait_for 5 logged reader.out connection 5
	rm log
	reload 'generation 2'
	wait_exit reader
	clients 5
	wait_for 5 logged log connection 5
	rm log
	mkfifo log
	launch reader cat log
	reload 'generation 3'
	clients 5
	wait_for 5 logged reader.out connection 5
}

### The server's own lines

@test "the server tells of its start, its workers' deaths, and its end" {
	start_server -quiet -workers 2 -label_host alpha -log log.json
	wait_for 5 logged log.json start 1
	assert_equal "$(of_event log.json start \
	    '"\(.version) \(.host) \(.pid) \(.workers) \(.address)"')" \
	    "1 alpha $SERVER_PID 2 127.0.0.1:$PORT"
	assert_contains "$("$S_SERVER" -version)" "$(of_event log.json start .program)"
	assert_contains "$("$S_SERVER" -version)" "$(of_event log.json start .library)"
	assert_matches "$(of_event log.json start .time)" \
	    '^20[0-9-]{8}T[0-9:]{8}\.[0-9]{6}Z$'
	client_start a -quiet
	wait_for 5 is_open
	clients 4
	pid=$(holder)
	kill -KILL "$pid"
	wait_for 5 logged log.json worker_died 1
	assert_equal "$(of_event log.json worker_died \
	    '"\(.pid) \(.signal) \(.connections_lost)"')" "$pid KILL 1"
	client_end a
	stop_server TERM
	assert_equal "$(of_event log.json end \
	    '"\(.reason) \(.signal) \(.connections.accepted) \(.connections.lost) \(.deaths) \(.lost)"')" \
	    'signal TERM 5 1 1 0'
}

is_open()
{
	[ -n "$(holder)" ]
}

# The worker that holds a connection.
holder()
{
	ss -tnpH state established "sport = :$PORT" |
	    sed -n 's/.*pid=\([0-9]*\).*/\1/p' | head -n 1
}

@test "the server tells of each rotation of its ticket keys, and why it ends" {
	start_server -quiet -workers 1 -www -log log.json -ticket_rotate 1 \
	    -session_timeout 1 -naccept 1
	wait_for 5 logged log.json rotation 2
	assert_matches "$(of_event log.json rotation .key | head -n 1)" \
	    '^[0-9a-f]{8}$'
	[ "$(of_event log.json rotation .key | sort -u | wc -l)" -ge 2 ]
	clients 1
	wait_exit server
	assert_equal "$(of_event log.json end '"\(.reason) \(.status)"')" \
	    'drained 0'
}
