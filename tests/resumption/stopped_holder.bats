# A worker that is stopped while it holds a lock of the session cache.

# shellcheck disable=SC2034,SC2154 # set or used by the helpers

load ../lib/helpers

is_stopped() # worker
{
	[[ $(ps -o stat= -p "$(worker "$1")") == T* ]]
}

served_or_stuck() # client
{
	file_has "$1.out" 'Verify return code:' || is_stopped 2
}

# Clients that stay, the first one with its session in the file session, until
# worker 2 has stopped at its first access to the cache, which has one shard.
# STUCK is its client. False if that is the first one.
stop_a_holder()
{
	local i

	faulty session-locked:stop:2
	start_server -label -workers 4 -no_ticket -cache_size 100
	client_start one -tls1_2 -sess_out session
	wait_for 10 served_or_stuck one || return 1
	! is_stopped 2 || return 1
	for ((i = 2; i < 20; i++)); do
		STUCK=client$i
		client_start "$STUCK" -tls1_2
		wait_for 10 served_or_stuck "$STUCK"
		! is_stopped 2 || return 0
	done
	fail 'worker 2 does not stop'
}

next_try()
{
	local name

	for name in "${!PIDS[@]}"; do
		end_process "$name"
	done
}

offer() # session
{
	client -tls1_2 -sess_in "$1" </dev/null 2>&1 | grep -E '^(New|Reused), '
}

@test "look-ups miss, inserts are dropped, removals are done later" {
	local i said begin

	for i in 1 2 3 4 5 6; do
		! stop_a_holder || break
		next_try
	done
	is_stopped 2
	# Nobody hangs, and nobody waits for long.
	assert_contains "$(offer session)" 'New, TLSv1.2'
	begin=$(now_ms)
	said=$(tls_load --connections 100 --sequential --tls1_2)
	echo "# 100 connections took $(($(now_ms) - begin)) ms" >&3
	assert_contains "$said" 'ok 100 failed 0'
	assert_contains "$(offer session)" 'New, TLSv1.2'
	# Its end without a goodbye removes the session from the cache.
	kill -KILL "$(pgrep -P "${PIDS[one]}")"
	wait_for 10 file_has server.out 'CONNECTION CLOSED'
	wait_exit one

	kill -CONT "$(worker 2)"
	client_connected "$STUCK"
	assert_contains "$(offer session)" 'New, TLSv1.2'
	said=$(tls_load --connections 50 --sequential --resume id --tls1_2)
	assert_contains "$said" 'resumed 50'
}
