# A bad path between the peers and the server: what it loses, doubles, swaps,
# delays, spoils or cuts costs time, and nothing else.

# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154 # for the helpers

load ../lib/helpers

# Peers whose goodbye was lost are gone when they were idle for some seconds.
# That must not be those whose client still waits for the end of the handshake.
start_patient() # seconds, option...
{
	local idle=$(($1 * SLOW))

	shift
	start_server -dtls -echo -workers 2 -idle_timeout "$idle" \
	    -handshake_timeout $((60 * SLOW)) "$@"
	SERVER_PORT=$PORT
	OPEN=$(descriptors)
}

descriptors()
{
	local pid

	for pid in $(workers); do
		find "/proc/$pid/fd" -type l -printf .
	done | wc -c
}

nothing_leaks()
{
	wait_for 40 returned_to "$OPEN"
	kill -QUIT "$SERVER_PID"
	wait_exit server 30
	assert_equal "$STATUS" 0
}

returned_to() # count of descriptors
{
	[ "$(descriptors)" -eq "$1" ]
}

# Peers that shake hands and get three datagrams back, which they send again
# until then, in NAME.said. The client begins to repeat itself after 250 ms.
pass() # name of the relay, peers, option of tls_load...
{
	local name=$1 peers=$2

	shift 2
	tls_load --dtls --connections "$peers" --timer 250 --echo 3 \
	    --resend --patience 300 "$@" >"$name.said" 2>&1 &
	LOADS+=($!)
}

passed() # name of the relay, peers, trouble...
{
	local name=$1 peers=$2

	shift 2
	echo "# $name: $(tail -n 1 "$name.said")" >&3
	assert_contains "$(<"$name.said")" "ok $peers failed 0" || return 1
	assert_contains "$(<"$name.said")" ' lost 0 wrong 0 ' || return 1
	# What is tried again is sent again.
	file_has "$name.said" retried || assert_contains "$(<"$name.said")" \
	    "sent $((3 * peers)) received $((3 * peers)) " || return 1
	end_relay "$name" "$@"
}

wait_loads()
{
	wait "${LOADS[@]}" || :
	LOADS=()
}

# What is spoiled in the clear can end a handshake, or lead its two sides apart
# so that it never ends; and a server whose last word was spoiled is gone, but
# its client does not know: clients try again. A few of 500 may do so when the
# same flight was lost time and again, for clients give up, too.
@test "500 handshakes at 20 % loss, and every other trouble of a path" {
	local retried

	start_patient 6
	start_relay lossy "$SERVER_PORT" -loss 20 -seed 7
	pass lossy 500 --retry
	start_relay double "$SERVER_PORT" -duplicate 40 -seed 1
	pass double 50
	start_relay swapping "$SERVER_PORT" -reorder 40 -seed 2
	pass swapping 50
	start_relay slow "$SERVER_PORT" -delay 100 -seed 3
	pass slow 50
	start_relay spoiling "$SERVER_PORT" -corrupt 10 -seed 4
	pass spoiling 50 --retry --give-up $((5000 * SLOW))
	start_relay cutting "$SERVER_PORT" -truncate 10 -seed 5
	pass cutting 50 --retry --give-up $((5000 * SLOW))
	start_relay bad "$SERVER_PORT" -loss 5 -duplicate 5 -reorder 5 \
	    -corrupt 5 -truncate 5 -delay 10 -seed 6
	pass bad 50 --retry --give-up $((5000 * SLOW))
	start_relay forging "$SERVER_PORT" -forge 100 -seed 8
	pass forging 50
	start_relay deaf "$SERVER_PORT" -drop-to-server 2
	pass deaf 10
	start_relay mute "$SERVER_PORT" -drop-to-client 2
	pass mute 10
	wait_loads
	passed lossy 500 loss
	retried=$(sed -n 's/^retried //p' lossy.said)
	[ "${retried:-0}" -le 5 ] || fail "$(<lossy.said)"
	passed double 50 duplicate
	passed swapping 50 reorder
	passed slow 50
	assert_matches "$(<slow.said)" 'resumed 0 p50 ([4-9][0-9]{2}|[0-9]{4,})\.'
	passed spoiling 50 corrupt
	passed cutting 50 truncate
	passed bad 50 loss duplicate reorder corrupt truncate
	passed forging 50 forge
	passed deaf 10 drop-to-server
	passed mute 10 drop-to-client
	nothing_leaks
}

# covers: -mtu
@test "-mtu: a large chain of certificates comes in many fragments" {
	local i

	for ((i = 0; i < 20; i++)); do
		cat "$CERTS/intermediate.pem"
	done >chain.pem
	start_patient 3 -mtu 300 -cert "$CERTS/server-rsa.pem" \
	    -key "$CERTS/server-rsa-key.pem" -cert_chain chain.pem
	start_relay good "$SERVER_PORT"
	pass good 20
	wait_loads
	passed good 20
	# 20 certificates of some 450 bytes, in pieces of less than 300.
	i=$(sed -n 's/^clients.*to-client \([0-9]*\) .*/\1/p' good.out)
	[ "$i" -gt $((20 * 30)) ] || fail "$(<good.out)"
	start_relay bad "$SERVER_PORT" -loss 5 -reorder 10 -duplicate 10 -seed 7
	pass bad 20
	wait_loads
	passed bad 20 loss reorder duplicate
	nothing_leaks
}
