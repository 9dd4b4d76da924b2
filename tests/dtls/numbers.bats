# DTLS: the numbers of records before they are protected (RFC 6347, 4.2.1).

# shellcheck disable=SC2153 # for the helpers

load ../lib/helpers

# The trick program: see tests/load/numbers.c.
numbers() # FIRST[,SECOND] ...
{
	timeout $((60 * SLOW)) "$BUILD/tests/load/numbers" "$PORT" "$@" 3>&-
}

# The server's first number is that of the hello with the cookie, and all that
# follow count on, whatever the client began with.
assert_numbers() # output
{
	awk '
	{
		split($1, asked, "[:,]")
		wanted = asked[2] != "" ? asked[2] : asked[1] + 1
		for (i = 2; i < NF; i++)
			if ($i != wanted++)
				failed = 1
		if ($NF != "done" || NF < 4)
			failed = 1
	}
	END { exit failed || NR == 0 }' <<<"$1" || fail "$1"
}

# Of a client that begins at 100: its own are read, the server's written.
COUNTED=(
	'<<< 64' # the first hello: what libssl reads again
	'>>> 64'
	'<<< 65'
	'>>> 65'
	'>>> 66'
	'>>> 67'
)

@test "a ServerHello has the number of the hello that brought the cookie" {
	local option

	for option in -timeout -listen; do
		start_server -dtls -workers 2 -echo -quiet "$option"
		run numbers 0 1 4 63 64 100 1000 281474976710000
		assert_numbers "$output"
		# Not the next one: a hello was lost, or it begins anew.
		run numbers 0,0 5,0 9,2000 300,7
		assert_numbers "$output"
		stop_server
	done
}

# A client whose numbers wrap gets nowhere, and stops nobody.
@test "the last number there is stops nothing" {
	start_server -dtls -workers 1 -echo -quiet
	run numbers 281474976710654,281474976710655 100
	assert_contains "${lines[0]}" ': 281474976710655 0 1 2 3 '
	assert_numbers "${lines[1]}"
}


@test "-msg, -debug and -trace show the numbers on the wire" {
	local record='16 fe f[df] 00 00 00 00 00[ -]00 00'

	start_server -dtls -workers 1 -naccept 1 -msg -debug
	run numbers 100
	assert_numbers "$output"
	wait_exit server
	# The bytes of -msg behind the line that tells the direction.
	assert_equal "$(awk -v record="^ *$record " '
		/^(<<<|>>>)/ { from = $1 }
		$0 ~ record { print from, $11 }' server.out |
	    head -n ${#COUNTED[@]})" "$(printf '%s\n' "${COUNTED[@]}")"
	# One datagram of -debug is the server's flight.
	assert_equal "$(sed -n -E "s/^0000 - $record (..) .*/\1/p" server.out |
	    head -n 4 | tr '\n' ' ')" '64 64 65 65 '
	start_server -dtls -workers 1 -naccept 1 -trace
	run numbers 100
	wait_exit server
	assert_equal "$(grep -A 3 '^Sent .*Record$' server.out |
	    sed -n 's/^ *epoch=0, sequence_number=0*\([0-9a-f]*\).*/\1/p' |
	    head -n 3 | tr '\n' ' ')" '64 65 66 '
}

# Without it, a client takes the server's records for replays of what it has got,
# until the server sends them again, with further numbers.
@test "after a lost HelloVerifyRequest or first hello no flight is sent twice" {
	local trouble server repeated

	start_server -dtls -workers 2 -echo -quiet -timeout
	server=$PORT
	for trouble in drop-to-server drop-to-client; do
		start_relay "$trouble" "$server" "-$trouble" 1
		tls_load --dtls --connections 20 --timer $((2000 * SLOW)) \
		    >"$trouble.said" &
		LOADS+=($!)
	done
	wait "${LOADS[@]}"
	LOADS=()
	for trouble in drop-to-server drop-to-client; do
		assert_contains "$(<"$trouble.said")" 'ok 20 failed 0'
		end_relay "$trouble" "$trouble"
	done
	# Of 40 handshakes; some, where the machine is slow.
	repeated=$(grep -c 'TIMEOUT occurred' server.err || :)
	echo "# $repeated flights were sent again" >&3
	[ "$repeated" -le 10 ]
}
