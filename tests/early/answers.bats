# 0-RTT where early data is answered: -www, -WWW, -HTTP, -rev, -echo. The stock
# program refuses these, so what counts is what a client sees.

# shellcheck disable=SC2034,SC2153,SC2154 # set by or for the helpers

load ../lib/helpers

setup()
{
	common_setup
	seq -f 'line %.0f' 30000 >big
	echo 'that is all' >>big
	echo 'a small file' >small
}

# tests/load/early.c, which says what the commands on standard input are. What it
# prints is then in SAID.
early() # session, groups...
{
	SAID=$(timeout $((30 * SLOW)) "$BUILD/tests/load/early" "$PORT" "$@") ||
	    fail "$SAID"
}

# Beside the test: it does what it is told.
launch_early() # name, session...
{
	local name=$1

	shift
	launch "$name" "$BUILD/tests/load/early" "$PORT" "$@"
}

tell() # name, command
{
	local count

	count=$(wc -l <"$1.out")
	printf '%s\n' "$2" >&"${INPUTS[$1]}"
	wait_for 10 has_more_lines "$1.out" "$count"
}

has_more_lines() # file, count
{
	[ "$(wc -l <"$1")" -gt "$2" ]
}

# A first connection, for its ticket; what it says is answered with this text.
get_session() # text, answer
{
	early <<-END
		finish
		say $1
		hear $2
		goodbye
		ticket session
	END
}

get='GET / HTTP/1.0\r\n\r\n'
get_big='GET /big HTTP/1.0\r\n\r\n'

# For CPU time that is used up in vain.
cpu_ms_of_workers()
{
	local pid ns sum=0

	for pid in $(workers); do
		read -r ns _ <"/proc/$pid/schedstat"
		((sum += ns))
	done
	echo $((sum / 1000000))
}

# A loop that does not wait uses all of a second that the machine has for it.
assert_at_rest()
{
	local before

	before=$(cpu_ms_of_workers)
	sleep 1
	[ $(($(cpu_ms_of_workers) - before)) -le 100 ] ||
	    fail 'a worker is busy'
}

### The answer goes out before the client's Finished

# covers: -early_data
@test "every mode that answers, answers early data at once" {
	local mode said heard after

	while IFS='|' read -r mode said heard after; do
		start_server "$mode" -early_data -workers 2
		get_session "$said" "$heard"
		early session <<-END
			say $said
			hear $heard
			finish
			${after//;/$'\n'}
			goodbye
			ticket session
		END
		assert_contains "$SAID" 'finish: reused, early data accepted'
		# The ticket that came behind the answer is a good one.
		early session <<-END
			say $said
			hear $heard
			finish
		END
		assert_contains "$SAID" 'finish: reused, early data accepted'
		assert_lacks "$(server_out)" 'arly data'
		assert_lacks "$(server_err)" 'arly data'
		stop_server
	done <<-'END'
		-www|GET / HTTP/1.0\r\n\r\n|</HTML>|end
		-WWW|GET /small HTTP/1.0\r\n\r\n|a small file|end
		-HTTP|GET /small HTTP/1.0\r\n\r\n|a small file|end
		-rev|olleh\n|hello|say ecno\n;hear once
		-echo|hello\n|hello|say once;hear once
	END
}

@test "a FIFO is waited for before the Finished, and behind it" {
	mkfifo fifo
	start_server -WWW -early_data -workers 1
	get_session 'GET /small HTTP/1.0\r\n\r\n' 'a small file'
	launch_early waits session
	tell waits 'say GET /fifo HTTP/1.0\r\n\r\n'
	tell waits 'hear text/plain'
	exec {feed}>fifo
	echo 'first words' >&"$feed"
	tell waits 'hear first words'
	tell waits 'finish'
	echo 'last words' >&"$feed"
	tell waits 'hear last words'
	exec {feed}>&-
	tell waits 'end'
	assert_contains "$(<waits.out)" 'early data accepted'
	assert_contains "$(<waits.out)" 'end: notified'
	# One that leaves amid its handshake leaves the FIFO.
	: >server.err
	get_session 'GET /small HTTP/1.0\r\n\r\n' 'a small file'
	launch_early leaves session
	tell leaves 'say GET /fifo HTTP/1.0\r\n\r\n'
	wait_for 10 file_has server.err FILE:fifo
	end_process leaves KILL
	wait_for 10 is_shut fifo
}

is_shut() # path
{
	[ -z "$(find "/proc/$(worker 1)/fd" -lname "$PWD/$1" 2>/dev/null)" ]
}

@test "an answer over 64 KiB is there before the Finished, whole" {
	start_server -HTTP -early_data -workers 2
	get_session "$get_big" 'that is all'
	early session <<-END
		say $get_big
		hear that is all
		save got
		finish
		end
		ticket session
	END
	cmp big got
	assert_contains "$SAID" 'finish: reused, early data accepted
end: notified'
	early session <<-END
		say $get_big
		finish
		end
		save got
	END
	cmp big got
	assert_contains "$SAID" 'finish: reused, early data accepted
end: notified'
}

# It gets as much as goes into the buffers; the handshake does not wait for it.
@test "an answer that nobody reads keeps no worker busy, nor the handshake" {
	local i

	for ((i = 0; i < 100; i++)); do
		cat big
	done >huge
	start_server -HTTP -early_data -workers 2 -stats_json stats.json
	get_session "$get_big" 'that is all'
	launch_early slow session
	tell slow "say ${get_big/big/huge}"
	tell slow 'hear line 1'
	assert_at_rest
	tell slow finish
	assert_at_rest
	assert_contains "$(<slow.out)" 'finish: reused, early data accepted'
	get_session "$get_big" 'that is all'
	launch_early slower session
	tell slower "say ${get_big/big/huge}"
	tell slower 'hear line 1'
	assert_memory 20000
	tell slow end
	tell slow 'save got'
	cmp huge got
	end_process slow
	end_process slower
	stop_server QUIT
	# Who leaves before the Finished has not shaken hands.
	assert_contains "$(<stats.json)" '"closed":1'
}

@test "an echo that nobody reads: the worker stops reading, too" {
	start_server -echo -early_data -workers 2 -max_early_data 100000000 \
	    -recv_max_early_data 100000000
	get_session 'hello' hello
	launch_early one session
	tell one 'say hello'
	tell one 'hear hello'
	printf 'say-much 50000000\n' >&"${INPUTS[one]}"
	sleep 0.5
	assert_at_rest
	assert_memory 20000
	assert_lacks "$(tail -n 1 one.out)" say
	end_process one
	early <<<finish
	assert_contains "$SAID" 'finish: new'
}

@test "a request of which half comes early and half late" {
	start_server -WWW -early_data -workers 2
	get_session "$get_big" 'that is all'
	early session <<-END
		say GET /bi
		say g HTT
		finish
		say P/1.0\r\n\r\n
		end
		save got
		ticket session
	END
	assert_contains "$SAID" 'finish: reused, early data accepted'
	assert_contains "$SAID" 'end: notified'
	tail -n +4 got | cmp - big
	# All of it before the Finished, but behind EndOfEarlyData comes nothing.
	early session <<-END
		say GET /small HT
		say TP/1.0\r\n\r\nHost: a\r\n
		say \r\n
		hear a small file
		stop
		finish
		end
		ticket session
	END
	assert_contains "$SAID" 'end: notified'
	# What is asked again behind a request is not answered.
	early session <<-END
		say $get_big
		say $get_big
		stop
		hear that is all
		finish
		end
		save got
		ticket session
	END
	tail -n +4 got | cmp - big
}

@test "lines of -rev, early and late, and CLOSE before the Finished" {
	start_server -rev -early_data -workers 2
	get_session 'olleh\n' hello
	early session <<-END
		say eno\nowt\neer
		hear one\ntwo\n
		finish
		say ht\nCLOSE\n
		end
		save got
		ticket session
	END
	assert_contains "$SAID" 'end: notified'
	assert_equal "$(<got)" $'one\ntwo\nthree'
	# No close_notify before the Finished, or there would be no ticket.
	early session <<-END
		say eno\nCLOSE\nowt\n
		hear one\n
		say eerht\n
		finish
		end
		save got
		ticket session
	END
	assert_contains "$SAID" 'end: notified'
	assert_equal "$(<got)" one
	early session <<-END
		say eno\nCLOSE\n
		finish
	END
	assert_contains "$SAID" 'finish: reused, early data accepted'
	wait_for 5 file_has server.err 'CONNECTION CLOSED'
	assert_equal "$(count_lines "$(server_err)" 'CONNECTION ESTABLISHED')" 4
}

@test "GET /reneg as early data does not renegotiate" {
	local page

	start_server -www -early_data -workers 2
	get_session "$get" '</HTML>'
	for page in reneg renegcert; do
		early session <<-END
			say GET /$page HTTP/1.0\r\n\r\n
			hear </HTML>
			finish
			end
			ticket session
		END
		assert_contains "$SAID" 'finish: reused, early data accepted
end: notified'
	done
	wait_for 10 has_times server.out 2 'SSL_renegotiate -> 0'
	assert_equal "$(count_lines "$(server_out)" 'SSL_renegotiate -> 0')" 2
}

### Where early data is not taken

# The request is answered once, behind the Finished.
rejected_and_asked_again() # groups of the client (optional)
{
	early session "$@" <<-END
		say $get
		finish
		say $get
		end
		save got
		ticket session
	END
	assert_contains "$SAID" 'finish: new, early data rejected
say
end: notified'
	assert_equal "$(grep -c '<HTML>' got)" 1
}

@test "a ticket that is spent: the early data is rejected, and asked again" {
	start_server -www -early_data -workers 4 -stats_json stats.json
	get_session "$get" '</HTML>'
	early session <<-END
		say $get
		hear </HTML>
		finish
	END
	assert_contains "$SAID" 'finish: reused, early data accepted'
	rejected_and_asked_again
	stop_server QUIT
	assert_contains "$(<stats.json)" \
	    '"early_data":{"accepted":1,"rejected":1}'
}

# covers: -no_anti_replay
@test "with -no_anti_replay a request is answered again and again" {
	local i

	start_server -www -early_data -no_anti_replay -workers 2
	get_session "$get" '</HTML>'
	for i in 1 2 3; do
		early session <<-END
			say $get
			hear </HTML>
			finish
			end
		END
		assert_contains "$SAID" 'finish: reused, early data accepted'
	done
}

@test "a client that must say hello twice is answered late" {
	start_server -www -early_data -workers 2 -groups X25519
	get_session "$get" '</HTML>'
	rejected_and_asked_again P-256:X25519
}

@test "clients of TLS 1.2, and those without early data, are answered" {
	local mode version

	for mode in -www -WWW; do
		start_server "$mode" -early_data -workers 2
		for version in 2 3; do
			tls_load --connections 20 --parallel 5 \
			    "--tls1_$version" --request /small --expect 200
		done
		stop_server
	done
	start_server -dtls -echo -early_data -workers 2
	tls_load --dtls --connections 5 --echo 3
}

### Who does not come to the end

@test "a client that is gone before its Finished costs nothing" {
	local i

	start_server -HTTP -early_data -no_anti_replay -workers 1 \
	    -stats_json stats.json
	get_session "$get_big" 'that is all'
	for i in 1 2 3 4 5; do
		early session <<-END
			say $get_big
		END
		early session <<-END
			say $get_big
			hear that is all
			stop
		END
	done
	get_session "$get_big" 'that is all'
	has_workers 1
	assert_lacks "$(server_err)" killed
	stop_server QUIT
	assert_contains "$(<stats.json)" '"closed":10'
}

@test "an answer and then no Finished: -handshake_timeout ends it, cut" {
	start_server -www -early_data -handshake_timeout 1 -workers 2
	get_session "$get" '</HTML>'
	early session <<-END
		say $get
		hear </HTML>
		end
	END
	# No close_notify: that would say that all is well.
	assert_contains "$SAID" 'end: cut'
	wait_for 10 file_has server.err 'ran out of -handshake_timeout'
}

@test "kill -9 of the worker between an answer and the Finished" {
	local number

	start_server -www -label -early_data -workers 2
	get_session "$get" '</HTML>'
	launch_early one session
	tell one "say $get"
	tell one 'hear </HTML>'
	tell one 'save got'
	number=$(sed -n 's/^Worker: //p' got)
	kill_worker "$number"
	wait_for 5 file_has server.err 'was killed by signal 9'
	tell one end
	assert_contains "$(<one.out)" 'end: cut'
	end_process one
	wait_for 5 has_workers 2
	# The ticket is spent: nobody answers that request again.
	early session <<-END
		say $get
		finish
		say $get
		end
		ticket session
	END
	assert_contains "$SAID" 'finish: new, early data rejected
say
end: notified'
	early session <<-END
		say $get
		hear </HTML>
		finish
		end
	END
	assert_contains "$SAID" 'finish: reused, early data accepted'
}

### With other options

@test "early answers with -nbio, -nbio_test, -async, -state, -quiet, -label" {
	local option

	for option in -nbio -nbio_test -async -state -quiet -label; do
		start_server -WWW -early_data -workers 2 "$option" \
		    -ready_file ready
		get_session "$get_big" 'that is all'
		early session <<-END
			say $get_big
			hear that is all
			finish
			end
			save got
			ticket session
		END
		assert_contains "$SAID" 'finish: reused, early data accepted
end: notified'
		tail -n +4 got | cmp - big
		early session <<-END
			say GET /big
			stop
			finish
			say  HTTP/1.0\r\n\r\n
			end
			save got
		END
		tail -n +4 got | cmp - big
		stop_server
	done
}

@test "commands that are typed wait for the Finished, early data or not" {
	start_server -early_data -workers 2
	client_start one -sess_out session
	type_to one 'late\n'
	wait_for 10 file_has server.out late
	client_end one
	launch_early two session
	tell two 'say early words\n'
	wait_for 10 file_has server.out 'early words'
	type_to server 'k\n'
	sleep 0.3
	assert_lacks "$(server_out)" SSL_do_handshake
	tell two finish
	wait_for 10 file_has server.out 'SSL_do_handshake -> 1'
	type_to server 'hello\n'
	tell two 'hear hello'
}
