# -async: while an engine or a provider is at work for one handshake the worker
# goes on with the others. The provider is one of our own, slow_provider.c.

load ../lib/helpers

rsa="-cert $CERTS/server-rsa.pem -key $CERTS/server-rsa-key.pem"

setup()
{
	common_setup
	slow_provider >slow.conf
	export OPENSSL_CONF=$PWD/slow.conf
}

# Forty handshakes at once, by one worker; prints how many ms they took.
forty_take() # option of the server...
{
	local begin

	# shellcheck disable=SC2086 # several options
	start_server -workers 1 -quiet -ign_eof $rsa "$@" >&2 || return 1
	begin=$(now_ms)
	assert_contains "$(OPENSSL_CONF='' tls_load --connections 40)" \
	    'ok 40 failed 0' || return 1
	echo $(($(now_ms) - begin))
	assert_lacks "$(<server.err)" 'too early' >&2 || return 1
	stop_server >&2
}

# The same, but what a busy machine has slowed down is tried again.
forty_take_less() # than so many ms, option of the server...
{
	local limit=$1 took

	shift
	for _ in 1 2 3 4 5; do
		took=$(forty_take "$@") || return 1
		echo "# of less than $limit ms with $*: $took ms" >&3
		[ "$took" -ge "$limit" ] || return 0
	done
	return 1
}

# covers: -async
@test "handshakes do not wait for one another's signatures" {
	local alone

	alone=$(forty_take)
	[ "$alone" -ge 2000 ]
	forty_take_less $((alone / 2)) -async
}

# covers: -async
@test "a provider without descriptors is asked now and then" {
	export SLOW_BLIND=1
	forty_take_less $((1000 * SLOW)) -async
}

# The stock program asks the provider without a rest.
patient()
{
	grep -av '^slow provider: asked too early$'
}

@test "what is said is what the stock program says" {
	rows <<-'END'
	-async | $rsa -async | -tls1_2 | hello\n | has=hello mask=patient
	-async | $rsa -async | -tls1_3 | hello\n | has=hello mask=patient
	-async | $rsa -async -state | -tls1_3 | | mask=patient
	-async | $rsa -async -no_ticket | -tls1_3 | | mask=patient
	-async | $rsa -async -early_data | -tls1_3 | | mask=patient
	-async | $rsa -async -early_data | -tls1_2 | | mask=patient
	-async | $rsa -async -brief | -tls1_3 | | mask=patient
	-async | $rsa -async -Verify 3 -CAfile $CERTS/ca.pem | -tls1_3 \
		-cert $CERTS/client-ecdsa.pem \
		-key $CERTS/client-ecdsa-key.pem | | mask=patient
	-async | $rsa -async | -tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256 \
		| | wait has=ERROR
	-async | -async | | hello\n | has=hello
	END
}

# A session is written into the cache from a job, whose stack is small.
# covers: -async
@test "sessions of every kind, with all that can be said" {
	local kind

	# shellcheck disable=SC2086
	start_server -workers 2 -ign_eof -async $rsa -no_ticket -state -msg \
	    -debug -Verify 3 -CAfile "$CERTS/ca.pem"
	for kind in -tls1_2 -tls1_3; do
		rm -f session
		client_start one "$kind" -sess_out session \
		    -cert "$CERTS/client-rsa.pem" \
		    -key "$CERTS/client-rsa-key.pem"
		type_to one "late$kind\\n"
		wait_for 10 file_has server.out "late$kind"
		wait_for 10 test -s session
		client_end one
		assert_contains "$(client "$kind" -sess_in session </dev/null \
		    2>&1)" 'Reused, '
		kill -HUP "$SERVER_PID"
	done
}

# covers: -async
@test "a cookie first" {
	# shellcheck disable=SC2086
	start_server -workers 1 -quiet -ign_eof -async $rsa -stateless
	assert_contains "$(OPENSSL_CONF='' tls_load --connections 10 \
	    --tls1_3)" 'ok 10 failed 0'
}

# Whoever leaves, or is made to, leaves a job behind.
# covers: -async
@test "clients that leave while the provider works" {
	local i pids=()

	export SLOW_MS=1500
	# shellcheck disable=SC2086
	start_server -workers 1 -quiet -ign_eof -async $rsa \
	    -handshake_timeout 1 -stats_json stats.json
	for ((i = 0; i < 5; i++)); do
		client </dev/null >"client-$i" 2>&1 3>&- &
		pids+=($!)
	done
	for ((i = 0; i < 5; i++)); do
		(timeout 1 "$OPENSSL" s_client -connect "127.0.0.1:$PORT" \
		    </dev/null || :) >/dev/null 2>&1 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}" || :
	kill -QUIT "$SERVER_PID"
	within_ms 10000 'the end of jobs that nobody waits for' \
	    wait_exit server
	assert_equal "$STATUS" 0
	assert_equal "$(jq '.totals.connections |
	    .accepted >= 5 and .ended == .accepted and .open == 0 and
	    .lost == 0' stats.json)" true
	assert_lacks "$(<server.err)" 'too early'
}

# covers: -async
@test "a worker that dies while its provider works" {
	export SLOW_MS=3000
	# shellcheck disable=SC2086
	start_server -workers 1 -quiet -ign_eof -async $rsa
	client </dev/null >one 2>&1 3>&- &
	sleep 1
	kill_worker 1
	wait_for 10 file_has server.err 'was killed by signal 9'
	assert_contains "$(client </dev/null 2>&1)" 'Cipher is'
}
