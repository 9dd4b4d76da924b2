# Sessions resume on every host that has the same store.

load ../lib/helpers
load ../lib/store

# Clients one after another: each host resumes what another one has made.
resumes_on_another_host() # kind of tls_load, server option...
{
	local said

	start_hosts 3 -www -workers 2 "${@:2}"
	said=$(tls_load --sequential --request / --connections 30 \
	    --resume "$1") || fail "$said"
	assert_contains "$said" 'ok 30 failed 0'
	assert_contains "$said" 'resumed 30'
	end_hosts
}

@test "30 of 30 on another host: session ID, stateful ticket, tickets" {
	start_store store
	resumes_on_another_host id
	assert_equal "$(store_calls store set)" 30
	assert_equal "$(store_calls store get)" 30
	store store config resetstat
	# Each client is given two tickets, and one more when it comes back.
	resumes_on_another_host stateful -no_ticket
	assert_equal "$(store_calls store set)" 90
	assert_equal "$(store_calls store get)" 30
	assert_equal "$(store_calls store getdel)" ''
}

@test "many clients at once" {
	local kind said

	start_store store
	start_hosts 3 -www -workers 2 -no_ticket
	for kind in id stateful; do
		store store config resetstat
		said=$(tls_load --parallel 50 --request / --connections 150 \
		    --resume $kind) || fail "$said"
		assert_contains "$said" 'resumed 150'
		assert_equal "$(store_calls store get)" 150
	done
	end_hosts
}

# Nobody asks for what is not needed: a ticket has its session in it.
@test "what has its session in a ticket asks the store for nothing" {
	local version

	start_store store
	head -c 48 /dev/urandom >ticket.key
	start_hosts 2 -www -workers 1 -ticket_keys ticket.key
	for version in ticket tls13; do
		assert_contains "$(tls_load --sequential --request / \
		    --connections 4 --resume $version)" 'resumed 4'
	done
	assert_equal "$(store_calls store get)$(store_calls store set)" ''
	end_hosts
}

# A client of TLS 1.2 with a session ID; what it prints.
fetch() # port, option of s_client...
{
	printf 'GET / HTTP/1.0\r\n\r\n' | CLIENT_PORT=$1 client -ign_eof \
	    -tls1_2 -no_ticket "${@:2}" 2>&1
}

# covers: -session_store_prefix
@test "keys in the store begin with a prefix, and none with another is found" {
	start_store store
	start_hosts 1 -www -workers 1 -session_store_prefix one:
	fetch "$PORT" -sess_out session >/dev/null
	assert_matches "$(store store keys '*')" '^one:[0-9A-F]{64}$'
	assert_contains "$(fetch "$PORT" -sess_in session)" 'Reused, TLSv1.2'
	end_hosts
	start_hosts 1 -www -workers 1 -session_store_prefix two:
	assert_contains "$(fetch "$PORT" -sess_in session)" 'New, TLSv1.2'
	end_hosts
}

# covers: -session_store_timeout
@test "a store that is stopped costs two deadlines, and nobody else anything" {
	local begin said

	start_store store
	start_hosts 1 -www -workers 1 -session_store_timeout 1500
	fetch "$PORT" -sess_out session >/dev/null
	kill -STOP "${PIDS[store]}"
	begin=$(now_ms)
	fetch "$PORT" -sess_in session >said &
	# It waits, and these do not.
	tls_load --connections 5 --request / --tls1_3 >/dev/null
	kill -0 $!
	wait $!
	[ $(($(now_ms) - begin)) -ge 3000 ]
	assert_contains "$(<said)" 'New, TLSv1.2'
	wait_for 5 file_has host1.err ': no answer in time'
	kill -CONT "${PIDS[store]}"
	# With a longer deadline it would have been found.
	end_hosts
	start_hosts 1 -www -workers 1
	kill -STOP "${PIDS[store]}"
	fetch "$PORT" -sess_in session >said &
	sleep 0.5
	kill -CONT "${PIDS[store]}"
	wait $!
	assert_contains "$(<said)" 'Reused, TLSv1.2'
	end_hosts
}

# The store is late: so is the end of the first handshake.
@test "who comes back at once finds the session on another host" {
	local kind

	start_store store
	start_hosts 2 -www -workers 1 -no_ticket
	for kind in id stateful; do
		(
			for _ in {1..100}; do
				store store client pause 20 all
				sleep 0.02
			done >/dev/null 2>&1
		) 3>&- &
		assert_contains "$(tls_load --sequential --connections 8 \
		    --request / --resume $kind --at-once)" 'resumed 8'
		kill $! && wait $! || :
	done
	end_hosts
}

leave() # PORT VERSION SESSIONS HOW PREFIX [SESSION]
{
	timeout $((30 * SLOW)) "$BUILD/tests/load/leave" "$@"
}

@test "what one host has removed resumes on none" {
	local version count

	start_store store
	start_hosts 2 -quiet -workers 1 -no_ticket
	# Of two tickets the last one is that of the connection.
	for version in 1.2 1.3; do
		count=1
		[ $version = 1.2 ] || count=2
		leave "${PORTS[0]}" $version $count orderly got
		assert_equal "$(leave "${PORTS[1]}" $version 1 orderly other \
		    got-$count)" reused
		store store config resetstat
		leave "${PORTS[0]}" $version $count alert got
		wait_for 5 store_called store del 1
		assert_equal "$(leave "${PORTS[1]}" $version 1 orderly other \
		    got-$count)" new
	done
	end_hosts
}

# The certificate of a client is part of its session.
@test "a session that is too large is not put, and that is said" {
	local names

	names=$(seq -f 'DNS:a-name-that-is-rather-long-%.0f.example' -s , 1000)
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -subj /CN=client -keyout large-key.pem -out large.pem \
	    -addext "subjectAltName=$names" 2>/dev/null
	start_store store
	start_hosts 1 -www -workers 1 -verify 1 -stats_json stats
	assert_contains "$(fetch "$PORT" -cert large.pem -key large-key.pem)" \
	    '</HTML>'
	assert_equal "$(store_calls store set)" ''
	wait_for 5 file_has host1.err 'the session is too large for it'
	assert_matches "$(server_err host1)" \
	    's_server:[0-9A-F]{64}: the session is too large for it'
	end_hosts
	[ "$(jq -c '.totals.store.errors' <(tail -n 1 stats))" = 1 ]
}
