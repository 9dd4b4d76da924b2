# DTLS: ClientHellos in several datagrams, which all workers read from one
# socket.

# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154 # for the helpers

load ../lib/helpers

# Names of protocols that make a hello some 1,200 bytes long.
LONG=$(printf 'a-protocol-with-number-%d,' {1..50})
LONG=${LONG%,}
# One that makes it three datagrams of 256 bytes; those of pieces.c offer it, too.
NAME=$(printf 'p%.0s' {1..255})

# Peers that never repeat themselves: see tests/load/pieces.c.
pieces() # option of pieces...
{
	timeout $((100 * SLOW)) "$BUILD/tests/load/pieces" "$@" "$PORT" 3>&-
}

# What the network would lose is lost for them, too: on a busy machine the
# kernel may do so, or a second goes by, after which the client repeats itself.
# What does not work at all fails three times.
assert_served() # how many of ten at least, option of pieces...
{
	local least=$1 said count

	shift
	for _ in 1 2 3; do
		said=$(pieces -count 10 "$@" 2>&1) || continue
		echo "# $*: $said" >&3
		count=${said#served }
		[ "${count%% *}" -lt "$least" ] || return 0
	done
	fail "pieces $*: $said"
}

all_ways() # option of the server...
{
	start_server -dtls -echo "$@"
	assert_served 10
	assert_served 10 -size 100 -extra 5000
	assert_served 10 -reverse
	assert_served 10 -double
	assert_served 10 -strangers
	assert_served 10 -gap 500
}

@test "a hello in several datagrams needs no repetition: one worker" {
	all_ways -workers 1
}

@test "a hello in several datagrams needs no repetition: eight workers" {
	all_ways -workers 8
}

@test "the cookie itself may be in pieces: one worker, and eight" {
	local workers

	for workers in 1 8; do
		start_server -dtls -echo -workers "$workers"
		assert_served 10 -size 56 -extra 300
		assert_served 10 -size 40
		assert_served 10 -size 20 -extra 300
		assert_served 10 -size 20 -extra 300 -reverse
		assert_served 10 -size 20 -extra 100 -double
		assert_served 10 -size 20 -extra 100 -strangers
		assert_served 10 -size 7 -extra 100
		# Farther apart than libssl takes records for new.
		assert_served 10 -size 10 -reverse
		assert_served 10 -size 7 -extra 100 -together
		assert_served 10 -size 30 -extra 200 -gap 1000
		stop_server
	done
}

@test "pieces over IPv4 to a socket for both, with -listen, with -naccept" {
	start_server -dtls -workers 4 -accept 0
	assert_served 10
	assert_served 10 -size 30
	stop_server
	start_server -dtls -workers 4 -listen -quiet
	assert_served 10
	assert_served 10 -size 30
	stop_server
	start_server -dtls -workers 4 -naccept 10 -quiet -idle_timeout 1
	assert_served 10
	wait_exit server
	assert_equal "$STATUS" 0
}

# What the server still has with it is over then. The port is one that a listener
# had that is gone.
@test "who starts anew without a word may do so in pieces" {
	local workers port size

	start_relay none 9
	port=$PORT
	end_relay none
	for workers in 1 4; do
		start_server -dtls -workers "$workers" -quiet
		for size in 200 56 20; do
			assert_served 10 -from "$port" -rude -size "$size"
		done
		assert_served 10 -from "$port" -rude -size 20 -reverse
		assert_served 10 -from "$port" -rude -size 200 -reverse
		stop_server
	done
}

# Peers of the old generation get what workers of the new one have read. Nearly
# all, as above.
@test "HUP while peers come in pieces" {
	local i served

	start_server -dtls -workers 4 -quiet
	for i in 1 2 3; do
		pieces -size 20 -count 60 >"peers$i.said" &
		LOADS+=($!)
	done
	for i in 2 3; do
		sleep 0.3
		kill -HUP "$SERVER_PID"
		wait_for 10 file_has server.err "generation $i"
	done
	wait "${LOADS[@]}"
	LOADS=()
	for i in 1 2 3; do
		served=$(sed -n 's/^served \([0-9]*\) of 60,.*/\1/p' \
		    "peers$i.said")
		[ "${served:-0}" -ge 57 ] || fail "$(<"peers$i.said")"
	done
}

# Its two hellos are 1,400 bytes each, and a repetition as much again.
repeats_itself() # name
{
	local bytes

	bytes=$(sed -n 's/^SSL handshake.*written \([0-9]*\) bytes/\1/p' "$1.out")
	[ "$bytes" -gt 4200 ]
}

# The stock client repeats itself after a second, which must not be needed; but
# it may be, once in a while, on a busy machine.
@test "s_client -mtu with a long hello gets through without a repetition" {
	local i repeated=0

	start_server -dtls -workers 8 -alpn a-protocol-with-number-7
	for ((i = 0; i < 8; i++)); do
		client_start "peer$i" -dtls -mtu $((300 + 50 * i)) -alpn "$LONG"
	done
	for ((i = 0; i < 8; i++)); do
		client_connected "peer$i"
		assert_contains "$(<"peer$i.out")" \
		    'ALPN protocol: a-protocol-with-number-7'
		! repeats_itself "peer$i" || repeated=$((repeated + 1))
	done
	echo "# $repeated of 8 repeated themselves" >&3
	[ "$repeated" -le 2 ]
}

@test "gnutls-cli --mtu gets through" {
	local mtu

	command -v gnutls-cli >/dev/null || skip 'gnutls-cli is not installed'
	start_server -dtls -workers 8
	for mtu in 80 100 150; do
		run timeout $((20 * SLOW)) gnutls-cli --udp --mtu "$mtu" \
		    --insecure -p "$PORT" 127.0.0.1 </dev/null
		assert_contains "$output" 'Handshake was completed'
	done
}

# They repeat themselves, and begin anew if nobody answers.
in_pieces() # option of tls_load...
{
	tls_load --dtls --mtu 256 --alpn "$NAME" --timer 200 --retry \
	    --give-up $((3000 * SLOW)) "$@"
}

# Through what loses, doubles and swaps datagrams.
@test "pieces over a bad path" {
	start_server -dtls -workers 4 -echo -alpn "$NAME"
	start_relay bad "$PORT" -loss 10 -duplicate 20 -reorder 30 -seed 3
	in_pieces --connections 50 --parallel 10 >load.out 2>&1 || :
	echo "# $(tail -n 1 load.out)" >&3
	assert_contains "$(<load.out)" 'ok 50 failed 0'
	end_relay bad loss duplicate reorder
}

### Workers that go, or stop

@test "kill -9 of workers while peers come in pieces" {
	local i said

	start_server -dtls -workers 4 -echo -alpn "$NAME"
	in_pieces --connections 400 --parallel 8 >load.out 2>&1 &
	LOADS+=($!)
	for i in 1 2 3 4; do
		sleep 0.5
		wait_for 10 has_workers 4
		kill_worker "$i"
	done
	wait "${LOADS[@]}" || :
	LOADS=()
	assert_contains "$(<load.out)" 'ok 400 failed 0'
	wait_for 10 has_workers 4
	assert_served 10
}

# Peers until one of them has led worker 2 to its fault.
until_true() # command...
{
	local i

	for ((i = 0; i < 100; i++)); do
		! "$@" || return 0
		pieces -size 20 -patience 300
	done
	fail "not so after $i peers: $*"
}

# Inside the lock of what lies about.
@test "a worker killed while it puts a piece by" {
	faulty fragment-put:kill:2
	start_server -dtls -workers 4 -echo -alpn "$NAME"
	until_true file_has server.err 'worker 2 (pid'
	in_pieces --connections 20 --parallel 4 >load.out 2>&1 || :
	assert_contains "$(<load.out)" 'ok 20 failed 0'
}

is_stopped() # worker
{
	[[ $(ps -o stat= -p "$(worker "$1")") == T* ]]
}

@test "a worker stopped while it puts a piece by stops no other" {
	faulty fragment-put:stop:2
	start_server -dtls -workers 4 -echo -alpn "$NAME"
	until_true is_stopped 2
	in_pieces --connections 40 --parallel 8 >load.out 2>&1 || :
	assert_contains "$(<load.out)" 'ok 40 failed 0'
	kill -CONT "$(worker 2)"
	assert_served 10
	assert_served 10 -size 20
}

### Strangers

@test "100,000 pieces of no hello cost no memory, and no other peer" {
	local before said

	start_server -dtls -workers 2 -echo -alpn "$NAME"
	in_pieces --connections 20 >load.out
	pieces -forge -count 1000
	before=$(memory_kib)
	pieces -forge -count 100000 >forged.out &
	LOADS+=($!)
	in_pieces --connections 50 --parallel 5 >load.out 2>&1 || :
	wait "${LOADS[@]}"
	LOADS=()
	assert_contains "$(<forged.out)" 'forged 100000'
	assert_contains "$(<load.out)" 'ok 50 failed 0'
	assert_growth "$before" 512
	assert_served 10
}
