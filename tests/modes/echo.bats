# Many clients at once: everyone's bytes come back or come out, complete and
# unmixed, and those that do not read cost neither memory nor others' time.

# shellcheck disable=SC2034,SC2153,SC2154 # set by or for the helpers; counters

load ../lib/helpers

setup()
{
	common_setup
	CLIENTS=()
}

teardown()
{
	end_clients
	common_teardown
}

connections() # count, at least
{
	[ "$(ss -tnH state established "sport = :$PORT" | wc -l)" -ge "$1" ]
}

# 200 clients in eight groups, each with a text of its own (% is its number).
# All are connected before the first one sends.
two_hundred() # text, expected answer ('' for none)
{
	local group groups=() go

	rm -f go
	mkfifo go
	for group in {1..8}; do
		timeout $((60 * SLOW)) "$BUILD/tests/load/tls_load" \
		    --connect "127.0.0.1:$PORT" --timeout $((15 * SLOW)) \
		    --connections 25 --hold-until-eof \
		    --send "${1//%/$group}\\n" \
		    ${2:+--expect "${2//%/$group}"} \
		    <go >"said.$group" 2>&1 3>&- &
		groups+=($!)
		CLIENTS+=($!)
	done
	exec {go}>go
	wait_for 20 connections 200
	exec {go}>&-
	for group in {1..8}; do
		wait "${groups[group - 1]}" || :
		assert_contains "$(<"said.$group")" 'ok 25 failed 0'
	done
	CLIENTS=()
}

rev_for_two_hundred() # workers
{
	start_server -rev -workers "$1"
	two_hundred 'group % asks' 'sksa % puorg'
	wait_for 5 closed 200
	assert_equal "$(grep -c '^CONNECTION ESTABLISHED' server.err)" 200
	stop_server
}

closed() # count
{
	[ "$(grep -c '^CONNECTION CLOSED' server.err)" -eq "$1" ]
}

@test "200 clients at once get their lines back, 4 workers and 1" {
	rev_for_two_hundred 4
	rev_for_two_hundred 1
}

text_of_two_hundred() # workers
{
	local group

	start_server -quiet -workers "$1"
	two_hundred 'group % says this' ''
	wait_for 5 has_lines 200
	for group in {1..8}; do
		echo "     25 group $group says this"
	done >expected
	sort server.out | uniq -c | diff - expected
	stop_server
}

has_lines() # count
{
	[ "$(wc -l <server.out)" -ge "$1" ]
}

@test "200 clients at once: all they say comes out, 4 workers and 1" {
	text_of_two_hundred 4
	text_of_two_hundred 1
}

@test "200 session blocks at once, and none is torn" {
	start_server -workers 4
	two_hundred 'x' ''
	wait_for 5 blocks_end 200
	# What stands between the first and the last line of a block is, but for
	# its own values, the same in all of them.
	awk '/^-----BEGIN SSL SESSION/ { inside = 1; text = "" }
	    inside && !/^[A-Za-z0-9+\/=]+$/ { text = text $0 "\n" }
	    /^(Secure Renegotiation IS|This TLS version)/ { inside = 0; n[text]++ }
	    END { for (text in n) print n[text] }' server.out >kinds
	assert_equal "$(<kinds)" 200
}

blocks_end() # count
{
	[ "$(grep -c '^CONNECTION CLOSED' server.out)" -eq "$1" ]
}

@test "10 MiB to a file come out to the byte" {
	head -c $((10 * 1024 * 1024)) /dev/urandom >sent
	start_server -quiet -workers 2
	client -quiet -no_ign_eof -nocommands <sent >/dev/null 2>&1
	wait_for 10 holds server.out $((10 * 1024 * 1024))
	cmp sent server.out
}

holds() # file, bytes
{
	[ "$(stat -c %s "$1")" -ge "$2" ]
}

# A client whose standard output is a FIFO; its input is the caller's, which
# the shell would otherwise replace for a background job.
client_into() # FIFO, option of s_client...
{
	local fifo=$1

	shift
	(
		exec 3>&-
		exec timeout $((60 * SLOW)) "$OPENSSL" s_client \
		    -connect "127.0.0.1:$PORT" "$@"
	) <&0 >"$fifo" 2>/dev/null &
	CLIENTS+=($!)
}

end_clients()
{
	# Without arguments wait(1) would wait for the server.
	[ "${#CLIENTS[@]}" -ne 0 ] || return 0
	kill -TERM "${CLIENTS[@]}" 2>/dev/null || :
	wait "${CLIENTS[@]}" || :
	CLIENTS=()
}

large_files_unread() # workers
{
	local i unread before

	truncate -s 64M large
	echo 'small one' >small
	printf 'GET /large HTTP/1.0\r\n\r\n' >request
	start_server -WWW -workers "$1"
	before=$(memory_kib)
	rm -f unread
	mkfifo unread
	exec {unread}<>unread
	for i in {1..20}; do
		client_into unread -quiet <request
	done
	wait_for 20 asked 20
	# They are served until all buffers on the way are full.
	within_ms 2000 'another client, 20 not reading,' small_file
	sleep 1
	assert_growth "$before" $((20 * 1024))
	within_ms 2000 'another client, 20 not reading,' small_file
	end_clients
	exec {unread}>&-
	stop_server
}

asked() # count
{
	[ "$(grep -c '^FILE:large' server.err)" -eq "$1" ]
}

small_file()
{
	assert_contains "$(printf 'GET /small HTTP/1.0\r\n\r\n' |
	    client -quiet 2>/dev/null)" 'small one'
}

@test "20 clients that do not read 64 MiB: little memory, others are served" {
	large_files_unread 4
	large_files_unread 1
}

@test "a client that reads late gets all of 64 MiB" {
	local text

	truncate -s 64M large
	echo end >>large
	start_server -HTTP -workers 1
	mkfifo late
	printf 'GET /large HTTP/1.0\r\n\r\n' >request
	client_into late -quiet <request
	exec {text}<late
	wait_for 10 asked 1
	sleep 1
	timeout $((20 * SLOW)) cmp large - <&"$text"
	exec {text}<&-
}

# Its standard output is a FIFO that this process holds open and does not read.
start_unread_server() # option...
{
	local fifo

	rm -f unread ready
	mkfifo unread
	exec {fifo}<>unread
	UNREAD=$fifo
	: >server.out
	(
		exec 3>&- {fifo}>&-
		exec setsid env --default-signal=INT,QUIT,PIPE,HUP "$S_SERVER" \
		    -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" \
		    -accept 127.0.0.1:0 -ready_file ready -ign_eof "$@" \
		    </dev/null >unread 2>server.err
	) &
	PIDS[server]=$!
	SERVER_PID=$!
	wait_for 10 file_has ready ACCEPT
	PORT=$(port_of_line ready -accept 127.0.0.1:0)
	SERVERS+=("$SERVER_PID:$PORT:server")
}

output_unread() # workers
{
	local letter before shared file mib=8

	start_unread_server -quiet -workers "$1"
	before=$(memory_kib)
	shared=$(shared_kib)
	for letter in a b c d; do
		file=sent.$letter
		head -c $((mib * 1024 * 1024)) /dev/zero |
		    tr '\0' "$letter" >"$file"
		client_into /dev/null -quiet -no_ign_eof -tls1_2 <"$file"
	done
	wait_for 10 is_full "$shared"
	sleep 1
	within_ms 2000 'a handshake, standard output not read,' shake_hands
	assert_growth "$before" $((8 * 1024))
	# Now all of it comes out.
	timeout $((20 * SLOW)) head -c $((4 * mib * 1024 * 1024)) \
	    <&"$UNREAD" >got
	exec {UNREAD}>&-
	end_clients
	for letter in a b c d; do
		assert_equal "$(tr -dc "$letter" <got | wc -c)" \
		    $((mib * 1024 * 1024))
	done
	stop_server
}

# The output is full: the text of a worker stays in its ring.
is_full() # KiB that were shared at first
{
	[ "$(shared_kib)" -ge $(($1 + 512)) ]
}

shake_hands()
{
	assert_contains "$(client -brief </dev/null 2>&1)" \
	    'CONNECTION ESTABLISHED'
}

@test "standard output that nobody reads: bounded memory, nothing is lost" {
	output_unread 4
	output_unread 1
}

@test "early data while nobody reads the output: bounded memory" {
	local before shared size=$((32 * 1024 * 1024))

	head -c "$size" /dev/zero | tr '\0' e >early
	start_unread_server -quiet -workers 2 -early_data \
	    -max_early_data 100000000 -recv_max_early_data 100000000
	client_start one -sess_out session
	wait_for 10 test -s session
	client_end one
	before=$(memory_kib)
	shared=$(shared_kib)
	client_into /dev/null -quiet -no_ign_eof -sess_in session \
	    -early_data early </dev/null
	wait_for 10 is_full "$shared"
	sleep 1
	within_ms 2000 'a handshake, early data not printed,' shake_hands
	assert_growth "$before" $((16 * 1024))
	# Now all of it comes out.
	timeout $((20 * SLOW)) head -c "$size" <&"$UNREAD" | cmp early -
	exec {UNREAD}>&-
	end_clients
	stop_server
}

@test "-debug of a download with its output unread: bounded memory" {
	local before

	truncate -s 300M huge
	start_unread_server -quiet -debug -WWW -workers 1
	before=$(memory_kib)
	client_into /dev/null -quiet -no_ign_eof < <(
		printf 'GET /huge HTTP/1.0\r\n\r\n'
		sleep 5
	)
	sleep 4
	assert_growth "$before" $((16 * 1024))
}

@test "clients without number, output unread: no more than fits is taken in" {
	local before reader i

	start_unread_server -workers 1
	before=$(memory_kib)
	# Each has a block of some 2 KiB printed and leaves, until some 4 MiB
	# wait; a slow machine takes many rounds.
	for i in {1..60}; do
		run tls_load --connections 500 --parallel 50 \
		    --timeout "$SLOW"
		[[ $output != *'ok 0 failed 500'* ]] || break
	done
	assert_contains "$output" 'ok 0 failed 500'
	assert_growth "$before" $((48 * 1024))
	# Read, and all goes on.
	cat <&"$UNREAD" >/dev/null 3>&- &
	reader=$!
	wait_for 10 file_has server.err 'cannot get rid of its text'
	tls_load --connections 20 --timeout 30
	kill "$reader"
	exec {UNREAD}>&-
}

@test "who reads slowly gets everything, though the server is at its end" {
	local size=1500000

	head -c $size /dev/zero | tr '\0' x >payload
	(
		"$S_SERVER" -quiet -naccept 1 -ign_eof -accept 127.0.0.1:0 \
		    -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" \
		    -ready_file ready </dev/null 2>server.err 3>&- |
		    (sleep 4; wc -c >counted) 3>&-
	) &
	wait_for 10 file_has ready ACCEPT
	PORT=$(port_of_line ready)
	client -quiet -no_ign_eof <payload >/dev/null 2>&1
	wait
	assert_equal "$(tr -d ' ' <counted)" $size
}
