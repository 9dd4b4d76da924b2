# The examples of README.md do what it says, as they are written.

load ../lib/helpers

# The n-th block of shell commands.
example() # number
{
	awk -v want="$1" '/^```sh$/ { n++; inside = n == want; next }
	    /^```$/ { inside = 0 } inside' "$ROOT/README.md"
}

# With job control, as at a prompt: %1 is then a name for the server.
run_example() # number
{
	example "$1" | sed "s,/tmp/,$PWD/,g; s,build/s_server,$S_SERVER,g" \
	    >script
	cd "$ROOT" || return 1
	S_SERVER=$S_SERVER timeout $((150 * SLOW)) \
	    bash -m "$BATS_TEST_TMPDIR/script" </dev/null 3>&-
}

@test "200 clients at once are answered by four workers" {
	run run_example 1
	assert_equal "$status" 0
	assert_equal "$(awk '/Worker: [1-4]/ { n += $1 } END { print n }' \
	    <<<"$output")" 200
	assert_equal "$(grep -c 'Worker: [1-4]' <<<"$output")" 4
}

@test "50 peers of DTLS at once get back what they sent" {
	run run_example 2
	assert_equal "$status" 0
	# What bash says of its missing terminal stands there, too.
	assert_equal "$(count_lines "$output" 50)" 1
}

@test "resumption-check sees sessions resume on all workers" {
	run run_example 3
	assert_matches "$output" 'TLS 1.2 session ID +40 +40 +-  ok'
	assert_matches "$output" 'TLS 1.3 ticket +40 +40 +-  ok'
	assert_matches "$output" 'by another one: ([0-9]+) of \1\.'
}

@test "a summary at the end, and the same from the log" {
	local page

	run run_example 4
	page=$(grep -A 100 '^Time from' <<<"$output")
	assert_equal "$(count_lines "$page" '       8  TLS_AES_256_GCM')" 2
	assert_equal "$(grep -c '^       2  alert_received: unknown_ca' \
	    <<<"$page")" 2
	assert_contains "$output" 'Summary after '
	assert_contains "$output" 'Summary of '
}

@test "scripts/openssl stands in for the stock program" {
	run run_example 5
	assert_contains "$output" 'CIPHER is'
}

@test "a socket that systemd-socket-activate hands in is served" {
	command -v systemd-socket-activate >/dev/null ||
		skip 'systemd-socket-activate is not installed'
	run run_example 6
	assert_equal "$status" 0
	assert_contains "$output" Cipher
}

@test "a script steers a server, and waits for it without a loop" {
	run run_example 7
	assert_equal "$status" 0
	assert_contains "$output" 'ok generation 2 serves'
	assert_equal "$(grep -xc 10 <<<"$output")" 1
}

@test "no example waits for a server that has died" {
	local number

	printf '#!/bin/sh\nexit 3\n' >dies
	chmod +x dies
	S_SERVER=$PWD/dies
	for number in 1 2 3 4 5; do
		run run_example "$number"
		assert_contains "$output" 'No such process'
		[ "$status" -ne 124 ]
	done
}

@test "what README's first commands name is there" {
	[ -x "$ROOT/scripts/quickstart" ]
	[ -x "$ROOT/scripts/test" ]
	assert_contains "$(make -s -C "$ROOT" help)" install
}
