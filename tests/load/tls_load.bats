# The load client: what the other tests rely on must itself be able to fail.

load ../lib/helpers

load_client() # option...
{
	run --separate-stderr timeout $((60 * SLOW)) \
	    "$BUILD/tests/load/tls_load" --connect "127.0.0.1:$PORT" "$@"
}

@test "tls_load: an answer that is not the expected one is a failure" {
	start_server -rev -workers 2
	load_client --connections 20 --send 'abc\n' --expect 'cba\n'
	assert_equal "$status" 0
	assert_matches "${lines[-1]}" '^ok 20 failed 0 resumed 0 p50 [0-9.]+ ms'
	load_client --connections 20 --send 'abc\n' --expect 'abc\n' \
	    --timeout 1
	assert_equal "$status" 1
	assert_contains "${lines[-1]}" 'ok 0 failed 20'
	assert_contains "$stderr" 'out of time'
}

@test "tls_load: a session of another kind, or none, is a failure" {
	start_server -www -workers 2 -no_cache
	load_client --connections 3 --request / --resume tls13
	assert_contains "${lines[-1]}" 'ok 3 failed 0 resumed 3'
	load_client --connections 3 --request / --resume id
	assert_equal "$status" 1
	assert_contains "${lines[-1]}" 'ok 0 failed 3 resumed 0'
	load_client --connections 3 --request / --resume stateful
	assert_equal "$status" 1
	assert_contains "$stderr" 'not a stateful one'
}

@test "tls_load: held connections that the server drops are failures" {
	start_server -quiet -workers 2 -total_timeout 1
	load_client --connections 10 --hold 3
	assert_equal "$status" 1
	assert_contains "$output" 'ok 0 failed 10'
	load_client --connections 10 --silent
	assert_equal "$status" 0
	stop_server
	load_client --connections 2
	assert_equal "$status" 1
	assert_contains "$stderr" 'Connection refused'
}

@test "tls_load: it ends when its time is over, whatever the server does" {
	start_server -quiet
	kill -STOP "$SERVER_PID" $(pgrep -P "$SERVER_PID")
	within_ms 10000 'the end after 1 s' load_client --connections 5 \
	    --timeout 1 --retry
	assert_equal "$status" 1
	assert_contains "${lines[-1]}" 'ok 0 failed 5'
}

@test "tls_load: early data is sent with the second connection" {
	start_stock -early_data -naccept 6
	PORT=$STOCK_PORT
	load_client --connections 3 --sequential --resume early \
	    --send 'early word\n'
	assert_contains "${lines[0]}" 'early-data accepted 3 rejected 0'
	assert_contains "${lines[-1]}" 'ok 3 failed 0 resumed 3'
	wait_exit stock
	assert_equal "$(count_lines "$(<stock.out)" 'early word')" 6
	start_server -www
	load_client --connections 3 --resume early --request /
	assert_equal "$status" 1
	assert_contains "$stderr" 'allows no early data'
	stop_server
	start_server -www -early_data -workers 2
	load_client --connections 30 --parallel 5 --resume early --request / \
	    --expect '</HTML>'
	assert_contains "${lines[0]}" 'early-data accepted 30 rejected 0'
	assert_contains "${lines[-1]}" 'ok 30 failed 0 resumed 30'
}

# Each second connection meets a server that does not know the session.
@test "tls_load: what went through without being resumed is not tried again" {
	local kind first

	start_server -www
	first=$PORT
	start_named other -www
	start_alternate both "$first" "$PORT"
	for kind in id ticket tls13; do
		load_client --connections 10 --sequential --retry --request / \
		    --resume "$kind"
		assert_equal "$status" 1
		assert_contains "${lines[-1]}" 'ok 0 failed 10 resumed 0'
		assert_contains "$stderr" 'was not resumed'
	done
}

@test "tls_load --warm-up: each resumes the newest session, and only that counts" {
	local kind option

	while read -r kind option; do
		# shellcheck disable=SC2086 # none, or one
		start_server -www -workers 2 $option
		load_client --connections 60 --parallel 5 --warm-up \
		    --request / --resume "$kind" </dev/null
		assert_equal "${lines[0]}" warm
		if [ "$kind" = none ]; then
			assert_contains "${lines[-1]}" 'ok 60 failed 0 resumed 0'
		else
			assert_contains "${lines[-1]}" \
			    'ok 60 failed 0 resumed 60'
		fi
		assert_contains "$output" 'handshakes 60 '
		assert_contains "$output" 'answers 60 '
		stop_server
	done <<-EOT
	none
	id
	ticket
	tls13
	stateful -no_ticket
	early -early_data
	EOT
	assert_contains "$output" 'early-data accepted 60 rejected 0'
}

@test "tls_load --warm-up: no session, no measurement" {
	start_server -www -no_cache
	load_client --connections 60 --parallel 5 --warm-up --request / \
	    --resume id </dev/null
	assert_equal "$status" 1
	assert_lacks "$output" warm
	assert_contains "${lines[-1]}" 'ok 0 failed 60'
}

@test "tls_load --warm-up: what is not resumed any more is a failure" {
	start_server -www -workers 1 -cache_size 1
	load_client --connections 20 --parallel 2 --warm-up --request / \
	    --resume id </dev/null
	assert_equal "$status" 1
	assert_contains "$stderr" 'was not resumed'
}
