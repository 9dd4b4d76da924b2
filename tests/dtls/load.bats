# Many DTLS peers at once: each has a worker of its own, keeps it, and loses
# nothing to the others, whoever comes, goes or is killed.

# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154 # for the helpers

load ../lib/helpers

# Four workers that send back what comes.
start_echo() # option...
{
	start_server -dtls -echo -workers 4 "$@"
}

# On a path that loses nothing an answer may be slow, but it comes.
dtls_load() # option of tls_load...
{
	tls_load --dtls --patience $((20000 * SLOW)) "$@"
}

# In the background; what it says is in NAME.said.
dtls_beside() # name, option of tls_load...
{
	local name=$1

	shift
	dtls_load "$@" >"$name.said" 2>&1 &
	LOADS+=($!)
}

wait_loads()
{
	wait "${LOADS[@]}" || :
	LOADS=()
}

# All went well with so many peers of so many datagrams each.
assert_echoed() # what tls_load said, peers, datagrams
{
	local all=$(($2 * $3))

	echo "# $(grep '^echo' <<<"$1")" >&3
	assert_contains "$1" "ok $2 failed 0" || return 1
	assert_contains "$1" "sent $all received $all lost 0 wrong 0 late 0"
}

# Peers a worker, as the server tells: of all, none has less than 15 % or more than 35 %.
assert_spread() # peers
{
	local number n

	for number in 1 2 3 4; do
		n=$(cat server.out server.err |
		    grep -c "^worker $number connection") || :
		echo "# worker $number: $n of $1" >&3
		if ((n * 100 < $1 * 15 || n * 100 > $1 * 35)); then
			fail "worker $number has $n of $1"
			return 1
		fi
	done
}

@test "2,000 peers at once, 100 datagrams each: none is lost" {
	local said peers=2000

	! is_sanitized || peers=500
	start_echo -label
	# All shake hands first; then all send, each with four on their way.
	said=$(dtls_load --connections $peers --parallel 200 --hold 1 \
	    --echo 100 --window 4) ||
	    fail "$said"
	assert_echoed "$said" $peers 100
	assert_contains "$said" "closed $peers"
	assert_spread $peers
}

# Nobody answers them, but each comes out, once.
@test "500 peers of an interactive server, 50 datagrams each: all come out" {
	local said

	start_server -dtls -quiet -workers 4
	said=$(dtls_load --connections 500 --echo 50 --unanswered \
	    --pace 20) || fail "$said"
	assert_contains "$said" 'ok 500 failed 0'
	assert_contains "$said" 'closed 500'
	wait_for 10 printed 25000
}

printed() # datagrams, each once
{
	[ "$(sort -u server.out | wc -l)" -eq "$1" ] &&
	    [ "$(wc -l <server.out)" -eq "$1" ]
}

@test "200 handshakes at once, spread over four workers" {
	local said

	start_server -dtls -label -workers 4
	said=$(dtls_load --connections 1000 --parallel 200) || fail "$said"
	assert_contains "$said" 'ok 1000 failed 0'
	wait_for 5 file_has server.out 'connection 1000 from'
	assert_spread 1000
}

@test "many peers behind one address, or from many" {
	local said

	start_echo
	said=$(dtls_load --connections 100 --bind 127.0.0.1 --echo 10) ||
	    fail "$said"
	assert_echoed "$said" 100 10
	said=$(dtls_load --connections 100 --bind 127.0.0.1 --sources 50 \
	    --echo 10) || fail "$said"
	assert_echoed "$said" 100 10
}

@test "sessions resume over all workers: session IDs, tickets" {
	local kind said

	for kind in id ticket; do
		start_server -dtls -workers 4
		said=$(dtls_load --connections 300 --parallel 50 \
		    --resume "$kind") || fail "$said"
		assert_contains "$said" 'ok 300 failed 0 resumed 300'
		stop_server
	done
	start_server -dtls -workers 4 -no_ticket
	said=$(dtls_load --connections 300 --parallel 50 --resume id) ||
	    fail "$said"
	assert_contains "$said" 'ok 300 failed 0 resumed 300'
}

@test "PSK, SNI, ALPN and client certificates of many peers" {
	local said

	start_server -dtls -workers 4 -nocert -psk 00112233
	said=$(dtls_load --connections 50 --psk 00112233 --cipher PSK) ||
	    fail "$said"
	assert_contains "$said" 'ok 50 failed 0'
	stop_server
	start_server -dtls -workers 4 -alpn two,one -Verify 2 \
	    -CAfile "$CERTS/ca.pem" -servername other.example \
	    -cert2 "$CERTS/server2.pem" -key2 "$CERTS/server2-key.pem"
	said=$(dtls_load --connections 50 --alpn one \
	    --servername other.example --cert "$CERTS/client-ecdsa.pem" \
	    --key "$CERTS/client-ecdsa-key.pem") || fail "$said"
	assert_contains "$said" 'ok 50 failed 0'
	wait_for 5 told_fifty
	assert_equal "$(count_lines "$(<server.out)" \
	    'ALPN protocols selected: one')" 50
	assert_equal "$(count_lines "$(<server.out)" 'Client certificate')" 50
	# Without a certificate none comes in.
	run dtls_load --connections 5 --alpn one --echo 1
	assert_contains "$output" 'ok 0 failed 5'
}

told_fifty()
{
	[ "$(count_lines "$(<server.out)" 'CONNECTION CLOSED')" -ge 50 ]
}

# What is sent to a worker that was killed is lost; the peer hears nothing more,
# notes it after six seconds, in which any answer comes, however busy the
# machine is, and shakes hands again from the same port. A peer whose worker
# lives loses nothing. All this while others come and go.
@test "kill -9 of workers: their peers begin anew, the others go on" {
	local said killed pid bereft=0 anew

	start_echo
	dtls_beside talking --connections 200 --echo 40 \
	    --pace $((500 * SLOW)) --timer 200 --bind 127.0.0.2 \
	    --patience $((6000 * SLOW)) --anew
	dtls_beside coming --connections 1000 --parallel 10 --retry \
	    --timer 100 --give-up $((1000 * SLOW)) --resume ticket
	for killed in 1 2; do
		wait_for 10 has_workers 4
		# All have a worker, and time to shake hands with it, also if a
		# flight must be sent again.
		wait_for 40 talk_all
		sleep $((2 * SLOW))
		pid=$(worker "$killed")
		# It takes nobody else while its peers are counted.
		kill -STOP "$pid"
		bereft=$((bereft + $(peers_of "pid=$pid,")))
		kill -KILL "$pid"
	done
	wait_loads
	said=$(<talking.said)
	echo "# $(grep '^echo' <<<"$said")" >&3
	assert_contains "$said" 'ok 200 failed 0'
	assert_contains "$said" 'wrong 0'
	# One datagram for each peer of a worker that was killed, none else.
	[ "$bereft" -gt 50 ]
	assert_contains "$said" " lost $bereft "
	assert_contains "$said" " anew $bereft "
	assert_contains "$(<coming.said)" 'ok 1000 failed 0 resumed 1000'
}

peers_of() # what ss says of their worker; those of 127.0.0.2 alone
{
	ss -unpH state established src "127.0.0.1:$PORT" dst 127.0.0.2 |
	    grep -cF -- "$1" || :
}

talk_all()
{
	[ "$(peers_of s_server)" -eq 200 ]
}

# covers: -naccept
@test "-naccept N serves N peers of many, and ends" {
	local said

	start_server -dtls -workers 4 -naccept 100
	said=$(dtls_load --connections 150 --timer 100 \
	    --timeout $((3 * SLOW)) 2>&1) || :
	assert_contains "$said" 'ok 100 failed 50'
	wait_exit server
	assert_equal "$STATUS" 0
	assert_equal "$(awk '/server accepts that finished/ { print $1 }' \
	    server.out)" 100
}

@test "HUP while peers talk: the old workers keep theirs" {
	local said old

	start_echo
	old=$(workers)
	dtls_beside talking --connections 200 --echo 30 --pace 100
	sleep 0.5
	kill -HUP "$SERVER_PID"
	wait_for 10 other_workers "$old"
	said=$(dtls_load --connections 100 --echo 10) || fail "$said"
	assert_echoed "$said" 100 10
	wait_loads
	assert_echoed "$(<talking.said)" 200 30
	wait_for 10 has_workers 4
}

other_workers() # pids before
{
	[ "$(workers | grep -vxcF "$1")" -ge 4 ]
}
