# Early data is taken once, whichever of several hosts gets it, and whatever
# becomes of the session store meanwhile.
#
# ROUNDS: of 64 copies of a first flight each.

load ../lib/helpers
load ../lib/store

replay() # option of replay...
{
	timeout $((300 * SLOW)) "$BUILD/tests/load/replay" "$PORT" \
	    "${ROUNDS:-$(rounds 10 200)}" 64 "$@" 3>&-
}

@test "early data and answers on another host" {
	start_store store
	start_hosts 3 -www -early_data -workers 2
	run tls_load --sequential --resume early --request / --connections 20 \
	    --expect '</HTML>'
	assert_contains "$output" 'early-data accepted 20 rejected 0'
	assert_contains "$output" 'ok 20 failed 0 resumed 20'
	assert_equal "$(store_calls store getdel)" 20
	# What was taken is gone, and nobody has to remove it.
	assert_equal "$(store_calls store del)$(store_calls store get)" ''
	end_hosts
}

@test "of 64 copies for three hosts one is accepted" {
	start_store store
	start_hosts 3 -www -early_data -workers 2
	run -0 replay
	assert_contains "$output" ': never 0 once '
	assert_contains "$output" ' more 0'
	end_hosts
}

@test "while workers are killed, no two copies are accepted" {
	start_store store
	start_hosts 3 -www -early_data -workers 2
	run -0 replay kill "${PIDS[host1]}"
	echo "# $output" >&3
	assert_contains "$output" ' more 0'
	end_hosts
}

# A process that starts its command again whenever that is killed.
launch_mortal() # name, command...
{
	# shellcheck disable=SC2016 # for the other shell
	launch "$1" bash -c 'trap "kill \$!; wait; exit" TERM
		while :; do
			"$@" </dev/null &
			wait
		done' mortal "${@:2}"
}

@test "while a whole host is killed, no two copies are accepted" {
	start_store store
	start_hosts 2 -www -early_data -workers 1
	end_process balancer
	launch_mortal mortal "$S_SERVER" -www -early_data -workers 1 \
	    -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" \
	    -session_store "$STORE" -unix "$PWD/mortal.sock" -unlink
	wait_for 10 test -S mortal.sock
	start_alternate balancer "${PORTS[@]}" "$PWD/mortal.sock"
	run -0 replay kill "${PIDS[mortal]}"
	echo "# $output" >&3
	assert_contains "$output" ' more 0'
	end_process mortal
	end_hosts
}

# It comes back with what is on the disk.
start_mortal_store()
{
	needs_store
	launch_mortal mortal "$(store_program)" --port 0 \
	    --unixsocket "$PWD/store.sock" --dir "$PWD" --save ''
	STORE=redis+unix://$PWD/store.sock
	wait_for 10 store_answers store
	store store save
}

# Rounds that begin when all workers have found the store again.
replay_while_store_is_killed()
{
	local i count

	count=${ROUNDS:-$(rounds 6 200)}
	for ((i = 0; i < count / 2; i++)); do
		wait_for 20 has_clients 3
		ROUNDS=1 replay kill "${PIDS[mortal]}" || fail 'two were accepted'
	done >said
}

has_clients() # count
{
	[ "$(store store client list | grep -vc cmd=client)" -eq "$1" ]
}

# The second time the snapshots have the sessions that were taken.
@test "while the store is killed, no two copies are accepted" {
	local saves

	for saves in no yes; do
		start_mortal_store
		start_hosts 3 -www -early_data -workers 1 \
		    -session_store_timeout 1000
		if [ $saves = yes ]; then
			while sleep 0.01; do
				store store save
			done >/dev/null 2>&1 3>&- &
		fi
		replay_while_store_is_killed
		[ $saves = no ] || { kill $! && wait $! || :; }
		echo "# snapshots: $saves: once $(grep -c 'once 1' said)," \
		    "never $(grep -c 'never 1' said)" >&3
		end_hosts
		end_process mortal
		rm -f store.sock
	done
}

early_data() # port
{
	CLIENT_PORT=$1 client -tls1_3 -sess_in session -early_data early \
	    </dev/null 2>&1 | grep -a 'Early data'
}

# GETDEL gives it again, as nobody has told the snapshot that it is gone.
@test "what a snapshot brings back is not accepted again" {
	start_mortal_store
	start_hosts 2 -quiet -early_data -workers 1
	echo early >early
	client_start first -tls1_3 -sess_out session
	wait_for 10 test -s session
	client_end first
	store store save
	assert_contains "$(early_data "${PORTS[0]}")" 'was accepted'
	kill -KILL "$(pgrep -P "${PIDS[mortal]}")"
	wait_for 20 has_clients 2
	[ "$(store store dbsize)" -ge 1 ]
	assert_contains "$(early_data "${PORTS[1]}")" 'was rejected'
	assert_equal "$(store_calls store getdel)" 1
	end_hosts
	end_process mortal
}

@test "-ext_cache takes no early data, and spends the session" {
	start_store store
	start_hosts 2 -early_data -workers 1 -ext_cache
	echo early >early
	client_start first -tls1_3 -sess_out session
	wait_for 10 test -s session
	client_end first
	assert_contains "$(early_data "${PORTS[1]}")" 'was rejected'
	wait_for 10 file_has host2.err 'Lookup session: cache hit'
	assert_equal "$(store_calls store getdel)" 1
	end_hosts
}

# INFO tells whether what comes from the store has been there all the time.
@test "a store that does not tell its run_id: no early data, but for that all" {
	start_store store
	store store acl setuser default -info
	start_hosts 2 -www -early_data -workers 1
	run tls_load --sequential --resume early --request / --connections 2 \
	    --expect '</HTML>'
	assert_lacks "$output" 'early-data accepted 2'
	run tls_load --sequential --resume id --request / --connections 2
	assert_contains "$output" 'resumed 2'
	assert_contains "$(<host1.err)" 'so there is no early data'
	end_hosts
}

@test "hosts whose clocks differ by two minutes" {
	local library host shift

	library=$(echo /usr/lib/*/faketime/libfaketime.so.1)
	[ -e "$library" ] || skip 'libfaketime is not installed'
	[[ $BUILD != *sanitize* ]] || skip 'sanitizers want to be first'
	start_store store
	PORTS=()
	export FAKETIME_DONT_FAKE_MONOTONIC=1
	for host in host1:+60s host2:-60s; do
		LD_PRELOAD=$library FAKETIME=${host#*:} start_named \
		    "${host%:*}" -session_store "$STORE" -www -early_data \
		    -workers 1
		PORTS+=("$PORT")
	done
	start_alternate balancer "${PORTS[@]}"
	run tls_load --sequential --resume early --request / --connections 20 \
	    --expect '</HTML>'
	assert_contains "$output" 'early-data accepted 20 rejected 0'
	run tls_load --sequential --resume id --request / --connections 4
	assert_contains "$output" 'resumed 4'
	end_hosts
}
