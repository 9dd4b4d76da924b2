# Text of workers on its way through shared memory: whole and in order, whoever
# is killed, reloaded or slow meanwhile.

# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154 # for the helpers

load ../lib/helpers

# Uploads so many bytes, all of them the same letter, and ends.
upload() # letter, bytes
{
	head -c "$2" /dev/zero | tr '\0' "$1" | client >/dev/null 2>&1
}

# So many bytes of the letter are in read.out.
has_letters() # letter, bytes
{
	[ "$(tr -cd "$1" <read.out | wc -c)" -eq "$2" ]
}

@test "uploads to a reader that pauses arrive whole, over a reload" {
	local letter loads=()

	mkfifo server.out
	exec {UNREAD}<>server.out
	start_server -quiet -workers 1 -ready_file ready
	for letter in a b c d; do
		upload "$letter" 3000000 3>&- &
		loads+=($!)
		LOADS+=($!)
	done
	sleep 1
	kill -HUP "$SERVER_PID"
	# The new generation has rings of its own.
	wait_for 10 file_has server.err 'generation 2 of the workers serves'
	upload e 100000 3>&- &
	loads+=($!)
	LOADS+=($!)
	cat <&"$UNREAD" >read.out 3>&- &
	LOADS+=($!)
	for letter in a b c d; do
		wait_for 20 has_letters "$letter" 3000000
	done
	wait_for 10 has_letters e 100000
	wait "${loads[@]}"
}

@test "a pipe as standard output is made to hold more" {
	fill_a_ring
	kill -9 "$SERVER_PID"
	wait_for 5 is_gone "$SERVER_PID"
	[ "$(timeout 1 cat <&"$UNREAD" | wc -c)" -gt 200000 ]
}

# Nobody reads what the one worker prints.
fill_a_ring()
{
	mkfifo server.out
	exec {UNREAD}<>server.out
	start_server -quiet -workers 1 -ready_file ready
	upload a 2000000 3>&- &
	LOADS+=($!)
	wait_for 10 holds_shared -gt 700
}

# The processes share so much memory. A ring has 1 MiB; nearly all of the rest
# is not in use.
holds_shared() # -gt or -lt, KiB
{
	test "$(shared_kib)" "$1" "$2"
}

@test "workers killed amid much text tear no block, and others go on" {
	local i worker load

	start_server -workers 2 -msg
	for i in 1 2 3; do
		tls_load --connections 150 --parallel 20 --tls1_2 \
		    >/dev/null 2>&1 &
		load=$!
		LOADS+=("$load")
		sleep 0.1
		for worker in $(workers); do
			kill -9 "$worker"
		done
		wait "$load" || :
	done
	wait_for 10 has_workers 2
	client </dev/null >/dev/null 2>&1
	wait_for 10 file_has server.out 'CONNECTION CLOSED'
	stop_server QUIT
	assert_equal "$(grep -ac '^-----BEGIN SSL SESSION' server.out)" \
	    "$(grep -ac '^-----END SSL SESSION' server.out)"
	grep -aE '^(<<<|>>>|    [0-9a-f][0-9a-f] )' server.out >lines
	run -1 grep -avE '^((<<<|>>>) [^]]+ \[length [0-9a-f]{4}\](, [A-Za-z_ ]+)?|   ( [0-9a-f]{2}){1,16})$' lines
}

@test "a worker killed at the end of a block has said all of it, or nothing" {
	faulty text-put:kill
	start_server -workers 1 -msg
	client </dev/null >/dev/null 2>&1 || :
	wait_for 5 file_has server.err 'worker 1 '
	assert_lacks "$(<server.out)" '<<<'
	stop_server
	faulty text-published:kill
	start_server -workers 1 -msg
	client </dev/null >/dev/null 2>&1 || :
	wait_for 5 file_has server.err 'worker 1 '
	assert_matches "$(<server.out)" 'ClientHello.*Finished'
	assert_equal "$(tail -c 1 server.out)" ''
}

@test "pages that much text has touched are given back" {
	start_server -quiet -workers 1
	upload a 8000000
	wait_for 10 holds_shared -lt 700
	upload b 1000
	wait_for 5 file_has server.out bbbb
	# An error would print megabytes.
	: >server.out
}

@test "pages of a worker that was killed are given back" {
	local worker

	fill_a_ring
	worker=$(workers)
	kill -9 "$worker"
	wait_for 10 is_gone "$worker"
	wait_for 5 holds_shared -lt 700
}
