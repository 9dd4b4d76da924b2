# -naccept: exact over all workers, whatever happens to them.

# shellcheck disable=SC2034,SC2153,SC2154 # counters; set by the helpers

load ../lib/helpers

# Held until the test closes what is in GO.
tls_load_held() # file for its output, option of tls_load...
{
	local said=$1

	shift
	rm -f go
	mkfifo go
	tls_load --hold-until-eof "$@" <go >"$said" 2>&1 &
	LOADS+=($!)
	exec {GO}>go
}

release()
{
	exec {GO}>&-
	wait "${LOADS[@]}" || :
	LOADS=()
}

ended_well()
{
	wait_exit server
	assert_equal "$STATUS" 0
	assert_equal "$(listeners "$PORT")" 0
	assert_nothing_left
}

accepted() # count in the final table
{
	assert_contains "$(server_out)" \
	    "$(printf '%4d server accepts (SSL_accept())' "$1")"
}

fifty_of_200() # workers
{
	local said

	start_server -www -workers "$1" -naccept 50
	said=$(tls_load --connections 200 --request / 2>&1) || :
	assert_contains "$said" 'ok 50 failed 150'
	ended_well
	accepted 50
	assert_contains "$(server_out)" '  50 server accepts that finished'
}

@test "-naccept 50 with 200 parallel clients: exactly 50, then the table" {
	local i

	for i in 1 2 3 4 5; do
		fifty_of_200 4
	done
	fifty_of_200 1
	fifty_of_200 16
}

# covers: -naccept
@test "fewer than the workers: exactly so many" {
	local said

	start_server -www -workers 8 -naccept 3
	said=$(tls_load --connections 40 --request / 2>&1) || :
	assert_contains "$said" 'ok 3 failed 37'
	ended_well
	accepted 3
}

@test "one after another: the same, and none but the last one ends it" {
	local said

	start_server -www -workers 4 -naccept 20
	said=$(tls_load --connections 19 --sequential --request /)
	assert_contains "$said" 'ok 19 failed 0'
	sleep 0.2
	running server
	assert_equal "$(listeners "$PORT")" 1
	said=$(tls_load --connections 5 --sequential --request / 2>&1) || :
	assert_contains "$said" 'ok 1 failed 4'
	ended_well
	accepted 20
}

@test "failed handshakes and clients that say nothing count" {
	start_server -www -workers 4 -naccept 4
	plain 'GET / HTTP/1.0\r\n\r\n' >/dev/null
	: 2>/dev/null <"/dev/tcp/127.0.0.1/$PORT"
	run ! client -tls1_2 -cipher aNULL:@SECLEVEL=0 </dev/null
	running server
	assert_contains "$(printf 'GET / HTTP/1.0\r\n\r\n' |
	    client -ign_eof 2>&1)" 'Cipher is'
	ended_well
	accepted 4
	assert_contains "$(server_out)" '   1 server accepts that finished'
}

failures() # name, client option...
{
	PORT=$PORT plain 'no TLS\r\n\r\n' | wc -c
	wait_for 10 file_has "$1.err" 'error:'
	plain_scenario "$@"
}

@test "failed handshakes count as with the stock program" {
	same_as_stock -n -f failures '-naccept 2' ''
	same_as_stock -n -f failures '-www -naccept 2' ''
}

refused()
{
	! true 2>/dev/null <"/dev/tcp/127.0.0.1/$PORT"
}

@test "what is open when the quota is used goes on; new ones are refused" {
	start_server -rev -workers 4 -naccept 3
	client_start one
	client_connected one
	client_start two
	client_connected two
	assert_equal "$(listeners "$PORT")" 1
	client_start three
	client_connected three
	wait_for 5 no_listener
	within_ms 2000 'the refusal' refused
	sleep 0.3
	running server
	# Written and read by all that are open, each when it likes.
	type_to one 'first\n'
	wait_for 5 file_has one.out tsrif
	type_to three 'third\n'
	wait_for 5 file_has three.out driht
	client_end one
	client_end three
	type_to two 'second\n'
	wait_for 5 file_has two.out dnoces
	running server
	client_end two
	ended_well
	accepted 3
}

no_listener()
{
	[ "$(listeners "$PORT")" -eq 0 ]
}

established() # count
{
	[ "$(grep -c '^CONNECTION ESTABLISHED' server.err)" -ge "$1" ]
}

# Those that the killed worker had are lost, and count.
@test "kill -9 of a worker in the middle: never more than 50, and it ends" {
	local said

	start_server -rev -workers 4 -naccept 50
	tls_load_held held --connections 20 --send 'ab\n' --expect ba
	wait_for 10 established 20
	kill -KILL "$(workers | sed -n 2p)"
	said=$(tls_load --connections 200 --send 'ab\n' --expect ba 2>&1) || :
	assert_contains "$said" 'ok 30 failed 170'
	wait_for 5 no_listener
	running server
	release
	assert_matches "$(<held)" 'ok 1[0-9] failed [1-9]'
	ended_well
	accepted 50
}

@test "kill -9 of the last one with an open connection: it ends" {
	start_server -rev -workers 2 -naccept 1
	client_start one
	client_connected one
	wait_for 5 no_listener
	# shellcheck disable=SC2046 # both
	kill -KILL $(workers)
	client_end one
	wait_exit server
	assert_nothing_left
}

# The load is over only after the last one is killed.
@test "every worker killed under load: never more than 800, and it ends" {
	local pid ok

	start_server -www -workers 4 -naccept 800
	tls_load --connections 1000 --parallel 4 --request / >said 2>&1 &
	LOADS+=($!)
	for pid in $(workers); do
		sleep 0.02
		kill -KILL "$pid" 2>/dev/null || :
	done
	wait "${LOADS[@]}" || :
	LOADS=()
	ok=$(sed -n 's/.*ok \([0-9]*\) failed.*/\1/p' said)
	echo "# $ok of 800 were served" >&3
	[ "$ok" -le 800 ]
	# Each of the killed had a few at most.
	[ "$ok" -ge 780 ]
	assert_equal "$(grep -c 'was killed by signal 9' server.err)" 4
	ended_well
}

# It dies between the claim of its place and the accept: the place counts.
@test "killed with a place claimed: never more than 20, and it ends" {
	local number ok killed=0

	for number in 1 2; do
		faulty "accept-claimed:kill:$number"
		start_server -www -workers 4 -naccept 20
		tls_load --connections 60 --parallel 3 --request / >said 2>&1 ||
		    :
		ok=$(sed -n 's/.*ok \([0-9]*\) failed.*/\1/p' said)
		[ "$ok" -le 20 ]
		ended_well
		! file_has server.err "worker $number (pid" ||
		    killed=$((killed + 1))
	done
	[ "$killed" -ge 1 ]
}
