#!/usr/bin/env bats
# The shared state alone, without TLS: the programs that "make unit" builds.
# A failed check is a line on standard error that names it.

unit() {
	local name=$1
	shift
	timeout 300 "${BUILD:-$BATS_TEST_DIRNAME/../../build}/tests/unit/$name" "$@"
}

# The tests of the session store are built only with hiredis.
built_with_store()
{
	[ -e "${BUILD:-$BATS_TEST_DIRNAME/../../build}/tests/unit/store_wire_test" ] ||
	    skip 'built without hiredis'
}

@test "the machine's memory is that of its control groups" {
	unit machine_test
}

@test "what a service manager says is read if it is for us, and taken out" {
	unit activation_test
}

@test "a message in the wrong direction, or of the wrong size, is refused" {
	unit message_test
}

@test "the master's sources hear and act when they should, and only then" {
	unit sources_test
}

@test "shared memory: parts are laid out, zeroed, shared, not in core dumps" {
	unit shm_test
}

@test "locks between processes survive the death and the stop of a holder" {
	unit shlock_test
}

@test "what a full disk does not take is kept, tried again, or counted" {
	unit writer_test
}

@test "lines of many processes in one file are whole, also on a full disk" {
	unit file_queue_test
}

@test "text in a ring is whole, in order, and never trusted" {
	unit text_ring_test
}

@test "a worker's text gets into its ring in order, and what waits is bounded" {
	unit outbox_test
}

@test "no text of many processes is lost on its way, nor waits for ever" {
	unit text_flow_test
}

@test "the master prints rings whole, and never holds a worker for ever" {
	unit relay_test
}

@test "the master's death is seen by the time it can be known" {
	unit lifeline_test
}

@test "session cache does what a simple model does, by 1 and 4 processes" {
	unit session_cache_test
}

@test "session cache survives processes killed and stopped inside it" {
	unit session_crash_test
}

# One instruction at a time: no store is left out.
@test "session cache survives a death at each store in it" {
	run unit session_step_test
	[ "$status" -eq 0 ]
	[[ $output != *'# SKIP '* ]] || skip "${output#*# SKIP }"
	[ "$(grep -c '^ok' <<<"$output")" -eq 5 ]
}

@test "-naccept's quota is exact over processes, also killed ones" {
	unit accept_quota_test
}

@test "the turn to accept goes round, and never stays with who is gone" {
	unit accept_turn_test
}

@test "ticket keys rotate, end, and are read whole, whatever the writer does" {
	unit ticket_keys_test
}

@test "ticket keys rotate when it is time, and those of files never" {
	unit ticket_rotation_test
}

@test "counters add up over processes; the table is the stock one; JSON" {
	unit stats_test
}

@test "-summary: all sums agree, also when a process dies; the page" {
	unit tally_test
}

@test "what is to be fetched is asked for once, and kept while it is good" {
	unit fetch_board_test
}

@test "DTLS: a ClientHello is read within its bounds, and made as it was" {
	unit dtls_hello_test
}

@test "DTLS: the numbers of records are those of the client's cookie" {
	unit record_numbers_test
}

@test "DTLS: a cookie is good for one address and hello, for two periods" {
	unit dtls_cookie_test
}

@test "DTLS: exactly one process takes a peer, also when some are killed" {
	unit peer_claims_test
}

@test "DTLS: fragments reach whose they are, also when some are killed" {
	unit fragment_board_test
}

@test "DTLS: no source keeps others out, at once and when some are killed" {
	unit half_open_test
}

@test "a stream is read in few pieces, and nothing of it is lost" {
	unit stream_socket_test
}

@test "memory in slabs: blocks are whole, from any thread, and go back" {
	unit slab_test
}

@test "cards of connections agree with the counters, whenever a worker is killed" {
	unit connection_board_test
}

@test "a line of JSON is whole UTF-8, and bounded, whatever strangers chose" {
	unit json_test
}

@test "what a peer chose becomes harmless" {
	unit escape_test
}

@test "ClientHellos are read from their bytes" {
	unit client_hello_test
}

@test "fingerprints of clients are those that others have published" {
	unit fingerprint_test
}

@test "the session that is waited for is the one that libssl looks for" {
	unit session_offer_test
}

@test "a session in a store is asked for once, and removed only if it is there" {
	unit session_remote_test
}

@test "URIs of a session store say where it is, and never a password" {
	unit store_uri_test
}

@test "what a session store keeps is opened by its key only, and damage is found" {
	unit store_value_test
}

@test "a file with keys of a session store, and what may be wrong with it" {
	unit store_key_file_test
}

@test "replies of a session store are read in pieces, and bounded" {
	built_with_store
	unit store_wire_test
}

@test "a session store is asked what it should be, and late answers do no harm" {
	built_with_store
	unit store_test
}

@test "a session store that is silent, wrong or gone costs no more than a deadline" {
	built_with_store
	unit store_faults_test
}
