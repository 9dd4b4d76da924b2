# What the statistics and the log tell of the session store.

load ../lib/helpers
load ../lib/store

visit() # option of s_client...
{
	printf 'GET / HTTP/1.0\r\n\r\n' | client -ign_eof -tls1_2 -no_ticket \
	    "$@" >/dev/null 2>&1
}

@test "hits, misses, puts, timeouts: as counters, and of each connection" {
	start_store store
	start_server -www -workers 2 -session_store "$STORE" \
	    -session_store_timeout 10000 -stats_json stats -log log
	visit -sess_out session
	visit -sess_in session
	store store flushall
	visit -sess_in session -sess_out newer
	end_process server
	jq -e '.totals.store == {hits: 1, misses: 1, puts: 2, removals: 0,
	    takes: 0, errors: 0, timeouts: 0, reconnects: 0,
	    removals_lost: 0} and .cache.items == 0 and
	    ([.per_worker[].store.puts] | add) == 2 and
	    ([.store_times.answered[]] | add) == 4' <(tail -n 1 stats)
	jq -s -e 'map(select(.event == "connection")) |
	    map(.store) == [null, "hit", "miss"] and
	    all(.store == null or
	    (.store_us > 0 and .store_us < .handshake_us))' log
	# The store does not answer.
	start_server -www -workers 1 -session_store "$STORE" \
	    -session_store_timeout 50 -stats_json stats2 -log log2
	kill -STOP "${PIDS[store]}"
	visit -sess_in newer
	kill -CONT "${PIDS[store]}"
	end_process server
	assert_equal "$(jq -c .totals.store.timeouts <(tail -n 1 stats2))" 2
	# The deadline is a whole millisecond.
	jq -s -e 'map(select(.event == "connection"))[0] |
	    .store == "failed" and .store_us > 49000' log2
	start_server -workers 1 -stats_json stats3
	end_process server
	assert_lacks "$(<stats3)" store
}
