#!/usr/bin/env bats
# What connections cost in memory while they are idle, and what is left of it
# when they are gone.

load ../lib/helpers

# Sanitizers keep what was freed.
need_figures()
{
	! is_sanitized || skip 'sanitizers need memory of their own'
}

# Spare memory goes back a moment later, and a busy machine takes its time.
has_grown_at_most() # KiB at first, limit in KiB
{
	[ $(($(memory_kib) - $1)) -le "$2" ]
}

# Idle ones, a moment after they came.
idle_connections() # how many, KiB at first, KiB for each, option of tls_load...
{
	local count=$1 before=$2 each=$3 client

	shift 3
	rm -f hold
	mkfifo hold
	tls_load --connections "$count" --hold-until-eof "$@" <hold >held &
	client=$!
	exec 8>hold
	wait_for 60 file_has held "holding $count"
	wait_for 10 has_grown_at_most "$before" $((count * each)) || return 1
	assert_growth "$before" $((count * each)) || return 1
	exec 8>&-
	wait "$client"
	assert_contains "$(<held)" "ok $count failed 0"
}

# The promise is 20 KiB.
@test "an idle connection costs little memory, also if 1,000 come at once" {
	local before version way

	need_figures
	start_server -quiet -workers 1
	tls_load --connections 50 --parallel 1 >/dev/null
	before=$(memory_kib)
	for version in --tls1_3 --tls1_2; do
		for way in 50 1000; do
			idle_connections 1000 "$before" 30 "$version" \
			    --parallel "$way"
		done
	done
}

@test "what 3,000 clients at once needed goes back when they are gone" {
	local before

	need_figures
	start_server -quiet -workers 2
	tls_load --connections 50 --parallel 2 >/dev/null
	before=$(memory_kib)
	assert_contains "$(tls_load --connections 3000)" 'ok 3000 failed 0'
	wait_for 10 has_grown_at_most "$before" 8192
	assert_growth "$before" 8192
}

addresses_kib() # pid
{
	awk '/^VmSize/ { print $2 }' "/proc/$1/status"
}

@test "S_SERVER_MALLOC: the library's memory is malloc's" {
	need_figures
	start_server -www
	[ "$(addresses_kib "$SERVER_PID")" -ge $((16 * 1024 * 1024)) ]
	stop_server
	export S_SERVER_MALLOC=1
	start_server -www
	[ "$(addresses_kib "$SERVER_PID")" -le $((4 * 1024 * 1024)) ]
	assert_contains "$(tls_load --connections 200 --request /)" \
	    'ok 200 failed 0'
}

@test "without addresses for slabs malloc serves" {
	local limit

	need_figures
	# The other would leave next to nothing beside the slabs.
	for limit in 2000000 16810000; do
		(
			ulimit -v $limit
			start_server -www
			assert_contains "$(tls_load --connections 200 \
			    --request /)" 'ok 200 failed 0'
			stop_server
		)
	done
}
