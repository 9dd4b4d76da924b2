# Handshakes of all kinds wait for the session store, and find their session.

load ../lib/helpers
load ../lib/store

# A session of one host, and what a client says who offers it to the other.
on_other_host() # option of s_client...
{
	local later

	read -ra later <<<"${LATER:-}"
	rm -f session
	client_start first -connect "127.0.0.1:${PORTS[0]}" "$@" \
	    -sess_out session
	wait_for 10 test -s session
	client_end first
	client_start second -connect "127.0.0.1:${PORTS[1]}" "$@" \
	    -sess_in session "${later[@]}"
	client_connected second
	client_end second
	cat second.out
}

@test "DTLS" {
	start_store store
	start_hosts 2 -quiet -workers 2 -dtls
	assert_contains "$(on_other_host -dtls1_2 -no_ticket)" Reused,
	assert_equal "$(store_calls store get)" 1
	end_hosts
}

@test "TLS 1.3 after a HelloRetryRequest asks the store once" {
	start_store store
	start_hosts 2 -quiet -workers 1 -no_ticket -groups P-256
	LATER='-groups X25519:P-256 -msg' on_other_host -tls1_3 >said
	assert_equal "$(grep -c '>>> .*ClientHello' said)" 2
	assert_contains "$(<said)" Reused,
	assert_equal "$(store_calls store get)" 1
	end_hosts
}

@test "the second context of -servername" {
	local version

	start_store store
	start_hosts 2 -workers 1 -no_ticket -groups P-256 \
	    -servername other.example \
	    -cert2 "$CERTS/server2.pem" -key2 "$CERTS/server2-key.pem"
	for version in -tls1_2 -tls1_3; do
		assert_contains "$(on_other_host $version \
		    -servername other.example)" Reused,
	done
	# After a HelloRetryRequest nobody asks again; in a renegotiation it is
	# the second one that asks.
	LATER='-groups X25519:P-256' on_other_host -tls1_3 \
	    -servername other.example >said
	assert_contains "$(<said)" Reused,
	assert_equal "$(store_calls store get)" 3
	client_start one -connect "127.0.0.1:${PORTS[0]}" -tls1_2 \
	    -servername other.example
	client_connected one
	type_to host1 'r\n'
	wait_for 10 store_called store get 4
	client_end one
	end_hosts
}

@test "a ClientHello that is encrypted" {
	library_is 4.0 || skip 'the library has no ECH'
	local list

	"$OPENSSL" ech -public_name localhost -out ech.pem 2>/dev/null
	list=$(sed -n '/BEGIN ECHCONFIG/,/END ECHCONFIG/{/---/!p}' ech.pem |
	    tr -d '\n')
	start_store store
	start_hosts 2 -quiet -workers 1 -no_ticket -ech_key ech.pem \
	    -servername other.example \
	    -cert2 "$CERTS/server2.pem" -key2 "$CERTS/server2-key.pem"
	cat "$CERTS/ca.pem" "$CERTS/intermediate.pem" >trusted.pem
	on_other_host -tls1_3 -ech_config_list "$list" -CAfile trusted.pem \
	    -servername other.example >said
	assert_contains "$(<said)" Reused,
	assert_matches "$(<said)" 'ECH: success'
	assert_equal "$(store_calls store get)" 1
	end_hosts
}

@test "with jobs, faults of -nbio_test, and two bytes at a time" {
	local option

	start_store store
	for option in '-async' '-nbio_test' '-nbio' '-read_buf 600'; do
		# shellcheck disable=SC2086 # several
		start_hosts 2 -quiet -workers 1 -no_ticket $option
		assert_contains "$(on_other_host -tls1_2)" Reused,
		assert_contains "$(on_other_host -tls1_3)" Reused,
		end_hosts
	done
}

# The client offers the session that it has, and reads and writes meanwhile.
@test "a renegotiation waits, and asks anew" {
	start_store store
	start_hosts 1 -workers 1 -no_ticket \
	    -client_renegotiation
	client_start one -connect "127.0.0.1:${PORTS[0]}" -tls1_2
	client_connected one
	store store config resetstat
	kill -STOP "${PIDS[store]}"
	type_to host1 'r\n'
	wait_for 10 file_has host1.out 'SSL_do_handshake -> 1'
	type_to host1 'typed meanwhile\n'
	type_to one 'said meanwhile\n'
	sleep 0.2
	kill -CONT "${PIDS[store]}"
	wait_for 10 file_has one.out 'typed meanwhile'
	wait_for 10 file_has host1.out 'said meanwhile'
	assert_equal "$(store_calls store get)" 1
	assert_equal "$(store_calls store set)" ''
	# The client wants a new session.
	type_to one 'R\n'
	wait_for 10 store_called store set 1
	type_to one 'said afterwards\n'
	wait_for 10 file_has host1.out 'said afterwards'
	client_end one
	end_hosts
}

@test "a renegotiation that may not resume asks for nothing" {
	start_store store
	start_hosts 1 -workers 1 -no_ticket -no_resumption_on_reneg
	client_start one -connect "127.0.0.1:${PORTS[0]}" -tls1_2
	client_connected one
	type_to host1 'r\n'
	wait_for 10 store_called store set 2
	assert_equal "$(store_calls store get)" ''
	client_end one
	end_hosts
}

@test "an authentication after the handshake brings new tickets" {
	start_store store
	start_hosts 1 -workers 1 -no_ticket
	client_start one -connect "127.0.0.1:${PORTS[0]}" -tls1_3 \
	    -enable_pha -cert "$CERTS/client-ecdsa.pem" \
	    -key "$CERTS/client-ecdsa-key.pem"
	client_connected one
	wait_for 10 store_called store set 2
	type_to host1 'c\n'
	type_to one 'said afterwards\n'
	wait_for 10 file_has host1.out 'said afterwards'
	[ "$(store_calls store set)" -gt 2 ]
	client_end one
	end_hosts
}

@test "-ext_cache says what it says, and no host has a session of its own" {
	start_store store
	start_hosts 2 -workers 1 -no_ticket -ext_cache -naccept 2
	on_other_host -tls1_2 >/dev/null
	on_other_host -tls1_3 >/dev/null
	wait_exit host1
	wait_exit host2
	end_hosts
	assert_equal "$(grep -c 'New session added' host1.err)" 3
	assert_equal "$(grep -c 'Lookup session: cache hit' host2.err)" 2
	assert_contains "$(<host1.out)" '   0 items in the session cache'
	assert_contains "$(<host2.out)" '   2 session cache hits'
}

@test "-stateless never waits: a full handshake" {
	start_store store
	start_hosts 2 -workers 1 -no_ticket -stateless
	assert_contains "$(on_other_host -tls1_3)" New,
	assert_contains "$(on_other_host -tls1_3)" New,
	assert_equal "$(store_calls store get)" ''
	end_hosts
}
