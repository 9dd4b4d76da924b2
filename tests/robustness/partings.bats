# How long a peer may take to go after the server has said goodbye: no reset
# costs the peer the end of an answer.

# shellcheck disable=SC2153,SC2154 # set by the helpers

load ../lib/helpers

setup()
{
	common_setup
	head -c 1000 /dev/zero | tr '\0' x >small
	head -c 3000000 /dev/zero | tr '\0' x >large
}

# Clients at once, and how many of them print the same. With -WWW an answer
# has a head of 45 bytes. A client that a busy machine made too late says nothing
# of the server.
part_together() # clients, path, bytes more to send, milliseconds
{
	local i

	for ((i = 0; i < $1; i++)); do
		part "${@:2}" >"part$i" 2>&1 &
		LOADS+=($!)
	done
	wait "${LOADS[@]}" || :
	LOADS=()
	sed 's/too late/polite/' part* | sort | uniq -c | sed 's/^ *//'
	rm part*
}

descriptors()
{
	find "/proc/$(worker 1)/fd" -type l | wc -l
}

holds() # descriptors, at the most
{
	[ "$(descriptors)" -le "$1" ]
}

holds_more() # than so many descriptors
{
	! holds "$1"
}

@test "a peer that leaves late gets its answer, and no reset" {
	local head late mode

	for mode in -WWW -HTTP; do
		head=0
		[ "$mode" = -HTTP ] || head=45
		start_server "$mode" -workers 2
		for late in 0 10 200; do
			run -0 part_together 10 /small 0 "$late"
			assert_equal "$output" "10 $((1000 + head)) bytes whole
10 polite"
		done
		run -0 part_together 4 /large 0 100
		assert_equal "$output" "4 $((3000000 + head)) bytes whole
4 polite"
		stop_server
	done
}

@test "a peer that still sends gets its answer, too" {
	start_server -WWW -workers 1
	run -0 part_together 5 /small 4000000 0
	assert_equal "$output" "5 1045 bytes whole
5 polite"
	run -0 part_together 5 /large 60000 100
	assert_equal "$output" "5 3000045 bytes whole
5 polite"
}

@test "a peer that says nothing is let go, and nobody waits meanwhile" {
	local idle

	start_server -WWW -workers 1
	run -0 part /small 0 0
	idle=$(descriptors)
	part_together 20 /small 0 $((2000 * SLOW)) >late &
	LOADS+=($!)
	wait_for 10 holds_more $((idle + 5))
	tls_load --connections 50 --request /small >/dev/null
	within_ms 5000 'letting 20 peers go' wait_for 20 holds "$idle"
	wait "${LOADS[@]}"
	LOADS=()
	assert_equal "$(<late)" "20 1045 bytes whole
20 reset"
}

@test "the server ends though peers stay" {
	start_server -WWW -workers 2
	part_together 10 /small 0 $((1500 * SLOW)) >late &
	LOADS+=($!)
	wait_for 10 has_times server.err 10 FILE:small
	kill -TERM "$SERVER_PID"
	within_ms 2000 'the end' wait_exit server
	wait "${LOADS[@]}"
	LOADS=()
	assert_contains "$(<late)" '10 1045 bytes whole'
}

@test "-naccept: the last peer may take its time" {
	start_server -WWW -naccept 1 -workers 2
	run -0 part /small 0 200
	assert_equal "$output" "1045 bytes whole
polite"
	wait_exit server
	assert_equal "$STATUS" 0
}

@test "peers that are to go use up descriptors only until they are gone" {
	ulimit -Sn 64
	ulimit -Hn 64 2>/dev/null || skip 'the limit cannot be lowered'
	start_server -WWW -workers 1
	ulimit -Sn 64
	run -0 part_together 100 /small 0 150
	assert_equal "$output" "100 1045 bytes whole
100 polite"
}
