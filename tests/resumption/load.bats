# Every session resumes, whichever worker gets it: many clients at once, also
# while workers are killed, and while sessions are stored late.

load ../lib/helpers

# What the kinds of tls_load need of the server.
server_options() # kind
{
	case $1 in
	stateful) echo -no_ticket ;;
	early) echo -www -early_data ;;
	esac
}

# Early data is a request, which is answered at once.
client_options() # kind
{
	[ "$1" != early ] || echo --request / --expect 'TLSv1.3,'
}

start_for() # kind, option...
{
	local kind=$1

	shift
	# shellcheck disable=SC2046 # several options or none
	start_server -workers 4 $(server_options "$kind") "$@"
}

resumes_all() # kind
{
	local said

	start_for "$1"
	# shellcheck disable=SC2046 # several options or none
	said=$(tls_load --connections 1000 --parallel 50 --resume "$1" \
	    $(client_options "$1")) || fail "$said"
	assert_contains "$said" 'ok 1000 failed 0 resumed 1000'
	[ "$1" != early ] ||
	    assert_contains "$said" 'early-data accepted 1000 rejected 0'
}

@test "1,000 of 1,000 for 50 clients at once: TLS 1.2 session ID" {
	resumes_all id
}

@test "1,000 of 1,000 for 50 clients at once: TLS 1.2 ticket" {
	resumes_all ticket
}

@test "1,000 of 1,000 for 50 clients at once: TLS 1.3 ticket" {
	resumes_all tls13
}

@test "1,000 of 1,000 for 50 clients at once: TLS 1.3, stateful ticket" {
	resumes_all stateful
}

@test "1,000 of 1,000 for 50 clients at once: TLS 1.3, early data" {
	resumes_all early
}

reported_killed() # count
{
	[ "$(grep -c 'was killed by signal 9' server.err)" -eq "$1" ]
}

# A connection that died with its worker may be tried again; one that went
# through without being resumed is a failure at once (tls_load --help).
resumes_all_while_killed() # kind
{
	local killed=0 pairs pid

	pairs=$(rounds 1000 3000)
	start_for "$1"
	# shellcheck disable=SC2046 # several options or none
	tls_load --connections "$pairs" --parallel 50 --retry --resume "$1" \
	    $(client_options "$1") >said 2>&1 &
	LOADS+=($!)
	sleep 0.3
	while ! is_gone "${LOADS[0]}"; do
		wait_for 10 has_workers 4
		pid=$(worker $((killed % 4 + 1)))
		kill -KILL "$pid"
		killed=$((killed + 1))
		sleep 1
	done
	wait "${LOADS[@]}" || :
	LOADS=()
	echo "# killed $killed workers: $(tail -n 1 said)" >&3
	assert_contains "$(<said)" "ok $pairs failed 0 resumed $pairs "
	[ "$killed" -ge 1 ]
	wait_for 10 reported_killed "$killed"
}

@test "all while a worker a second is killed: TLS 1.2 session ID" {
	resumes_all_while_killed id
}

@test "all while a worker a second is killed: TLS 1.2 ticket" {
	resumes_all_while_killed ticket
}

@test "all while a worker a second is killed: TLS 1.3 ticket" {
	resumes_all_while_killed tls13
}

@test "all while a worker a second is killed: TLS 1.3, stateful ticket" {
	resumes_all_while_killed stateful
}

@test "all while a worker a second is killed: TLS 1.3, early data" {
	resumes_all_while_killed early
}

# The client resumes as soon as it has finished its handshake; its session is
# stored 50 ms after that was ready to be sent.
@test "none misses its session at once on another worker, stored 50 ms late" {
	local kind said

	faulty session-store:50
	for kind in id stateful; do
		start_for "$kind" -no_ticket
		said=$(tls_load --connections 100 --parallel 20 --at-once \
		    --resume "$kind") || fail "$said"
		assert_contains "$said" 'ok 100 failed 0 resumed 100'
		stop_server
	done
}
