# -WWW and -HTTP: FIFOs, whose writers may come late, say nothing, or never come.

# shellcheck disable=SC2016,SC2153,SC2154 # expanded or set by the helpers

load ../lib/helpers

setup()
{
	common_setup
	printf 'hello\n' >a.txt
	mkfifo fifo
}

# Its writer comes when the server has it open, or before.
fifo_scenario() # name, client option...
{
	local name=$1

	shift
	mkfifo "$name.fifo"
	[ -z "${EARLY:-}" ] || launch "$name-writer" sh -c "echo one >$name.fifo"
	client_start "$name-client" -quiet "$@"
	type_to "$name-client" "GET /$name.fifo HTTP/1.0\r\n\r\n"
	[ -n "${EARLY:-}" ] ||
	    launch "$name-writer" sh -c "{ echo one; sleep 0.3; echo two; } \
		>$name.fifo"
	wait_exit "$name-client"
	wait_exit "$name-writer"
	cat "$name-client.out"
}

hide_fifo()
{
	sed 's/^\(FILE:\).*/\1/'
}

@test "a FIFO is served as the stock program serves it" {
	local mode

	for mode in -WWW -HTTP; do
		rm -f ./*.fifo
		same_as_stock -f fifo_scenario -m hide_fifo "$mode"
		assert_contains "$(<server.client)" 'one
two'
		rm -f ./*.fifo
		EARLY=yes same_as_stock -f fifo_scenario -m hide_fifo "$mode"
		assert_contains "$(<server.client)" one
	done
}

start_get() # name, path
{
	client_start "$1" -quiet
	type_to "$1" "GET /$2 HTTP/1.0\\r\\n\\r\\n"
	wait_for 10 file_has server.err "FILE:$2"
}

@test "others are served while a FIFO has no writer, and while it is slow" {
	local i feed

	start_server -WWW -workers 1
	start_get slow fifo
	run -0 get_file a.txt
	assert_contains "$output" hello
	exec {feed}>fifo
	for i in 1 2 3 4 5; do
		echo "piece $i" >&"$feed"
		wait_for 10 file_has slow.out "piece $i"
		run -0 get_file a.txt
		assert_contains "$output" hello
	done
	exec {feed}>&-
	wait_exit slow
	assert_equal "$(tr -d '\r' <slow.out)" "HTTP/1.0 200 ok
Content-type: text/plain

$(printf 'piece %d\n' 1 2 3 4 5)"
}

@test "a writer that says nothing ends the answer" {
	start_server -HTTP -workers 1
	start_get none fifo
	: >fifo
	wait_exit none
	assert_equal "$(<none.out)" ''
}

@test "much comes through a FIFO, in order, to a client that reads late" {
	local writer

	head -c 2000000 /dev/urandom >large
	start_server -HTTP -workers 1
	cat large >fifo 3>&- &
	writer=$!
	run -0 read_late /fifo
	wait "$writer"
	assert_equal "$output" 2000000
	cat large >fifo 3>&- &
	writer=$!
	timeout $((30 * SLOW)) curl -sk --http0.9 -o got \
	    "https://127.0.0.1:$PORT/fifo"
	wait "$writer"
	cmp large got
}

# How many descriptors the only worker has open for a file.
open_files() # path
{
	find "/proc/$(worker 1)/fd" -lname "$PWD/$1" 2>/dev/null | wc -l
}

opens() # count, path
{
	[ "$(open_files "$2")" -eq "$1" ]
}

@test "a client that leaves before a writer comes takes nothing from the next" {
	local signal

	start_server -WWW -workers 1
	for signal in TERM KILL; do
		: >server.err
		start_get leaves fifo
		opens 1 fifo
		end_process leaves "$signal"
		wait_for 10 opens 0 fifo
	done
	# One that says goodbye leaves, too.
	: >server.err
	client_start polite
	type_to polite 'GET /fifo HTTP/1.0\r\n\r\n'
	wait_for 10 file_has server.err FILE:fifo
	client_end polite
	wait_for 10 opens 0 fifo
	: >server.err
	start_get stays fifo
	echo words >fifo
	wait_exit stays
	assert_contains "$(<stays.out)" words
	assert_equal "$(server_err)" FILE:fifo
}

@test "a client that leaves amid a FIFO ends it for the writer" {
	local feed

	start_server -WWW -workers 1
	start_get leaves fifo
	exec {feed}>fifo
	echo words >&"$feed"
	wait_for 10 file_has leaves.out words
	end_process leaves KILL
	wait_for 10 opens 0 fifo
	run ! sh -c "echo more >&$feed" 3>&-
	exec {feed}>&-
	run -0 get_file a.txt
	assert_contains "$output" hello
}

@test "a worker that is killed while it waits for a writer" {
	start_server -WWW -workers 1
	start_get waits fifo
	kill_worker 1
	wait_exit waits
	wait_for 10 has_workers 1
	: >server.err
	start_get next fifo
	echo words >fifo
	wait_exit next
	assert_contains "$(<next.out)" words
}

@test "many FIFOs wait at once, and are served in any order" {
	local i count=60

	start_server -WWW -workers 2 -quiet
	for ((i = 0; i < count; i++)); do
		mkfifo "fifo.$i"
		timeout $((60 * SLOW)) curl -sk -o "got.$i" \
		    "https://127.0.0.1:$PORT/fifo.$i" 3>&- &
		LOADS+=("$!")
	done
	run -0 get_file a.txt
	assert_contains "$output" hello
	# To open each waits for its reader.
	for ((i = count - 1; i >= 0; i--)); do
		# shellcheck disable=SC2016
		timeout $((30 * SLOW)) sh -c 'echo "words $1" >"fifo.$1"' \
		    feed "$i" 3>&-
	done
	wait "${LOADS[@]}"
	for ((i = 0; i < count; i++)); do
		assert_equal "$(<"got.$i")" "words $i"
	done
}

@test "the server ends, and -idle_timeout holds, while a FIFO is waited for" {
	start_server -WWW -workers 1 -idle_timeout 1
	start_get idle fifo
	wait_exit idle
	wait_for 10 file_has server.err 'ran out of -idle_timeout'
	opens 0 fifo
	stop_server
	start_server -WWW -workers 1
	start_get waits fifo
	stop_server
	wait_exit waits
}
