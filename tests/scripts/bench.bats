# scripts/bench-handshakes and scripts/bench-plot: that they measure, say what they cannot
# measure, and leave nothing. No figure is right or wrong.

# shellcheck disable=SC2016,SC2030,SC2031,SC2153,SC2154 # for the helpers

load ../lib/helpers

setup()
{
	common_setup
	[[ $BUILD != */sanitize* ]] || skip 'it builds without sanitizers'
}

# In a session of its own, in which nothing may be left. OUTPUT is what it said.
bench() # option...
{
	launch bench env BUILD="$BUILD" "$ROOT/scripts/bench-handshakes" \
	    --rows "$PWD/rows.tsv" --rounds 1 --connections 20 --parallel 5 "$@"
	SERVERS+=("${PIDS[bench]}::bench")
	wait_exit bench 100
	OUTPUT=$(<bench.out)
}

# Of a table that was made of one kind of work.
row_of() # server
{
	grep "^$1 " <<<"$OUTPUT"
}

@test "bench: a table of costs, ratios, times and errors" {
	bench --servers ours,bare,libssl --work tls12-id,tls13-ecdsa
	assert_equal "$STATUS" 0
	assert_contains "$OUTPUT" 'TLS 1.2, session ID (tls12-id)'
	assert_contains "$OUTPUT" 'bare         - (no shared cache)'
	assert_matches "$OUTPUT" 'server +CPU us +of peer +of bare +of libssl +p50 ms +p99 ms +conn/s +errors'
	assert_equal "$(grep -cE '^ours( +[0-9]+\.[0-9]+| +-){6} +[0-9]+ +0$' \
	    <<<"$OUTPUT")" 2
	assert_equal "$(grep -cE '^libssl +[0-9.]+( +[0-9.-]+){2} +1.00$' \
	    <<<"$OUTPUT")" 2
	assert_contains "$OUTPUT" "Raw rows: $PWD/rows.tsv"
	assert_contains "$OUTPUT" 'of its median: 0 of 2 rounds'
	assert_equal "$(wc -l <rows.tsv)" 7
}

@test "bench: every kind of work that ours can do goes without an error" {
	bench --servers ours --workers 2
	assert_equal "$STATUS" 0
	assert_equal "$(count_lines "$OUTPUT" 'ours ')" 8
	assert_equal "$(awk -F '\t' '$3 == "ours" && $9 == 0 && $10 == ""' \
	    rows.tsv | wc -l)" 8
	assert_equal "$(awk -F '\t' '$8 == 20' rows.tsv | wc -l)" 5
}

@test "bench: a page as an answer to early data, which stock does not have" {
	bench --servers ours,stock --work tls13-early
	assert_equal "$STATUS" 0
	assert_contains "$OUTPUT" 'stock        - (no early data with pages)'
	assert_matches "$(row_of ours)" ' 0$'
	assert_lacks "$OUTPUT" 'no page for it'
}

@test "bench: two builds of ours are compared in one run" {
	ln -s "$S_SERVER" other
	bench --servers ours --work tls12-ticket --ours "$S_SERVER,$PWD/other"
	assert_contains "$OUTPUT" "ours-2: $PWD/other"
	assert_contains "$OUTPUT" 'of ours-1'
	assert_matches "$(row_of ours-1)" ' 1\.00 +[0-9.]+ +[0-9.]+ +[0-9]+ +0$'
	assert_matches "$(row_of ours-2)" ' 0$'
}

@test "bench: peers that are not installed, or do not start, have a row" {
	SBIN=/nowhere PATH=/usr/bin:/bin bench --work tls12-ticket \
	    --servers nginx,haproxy,hitch,ours --ours "$S_SERVER,/bin/false"
	assert_equal "$STATUS" 0
	for name in nginx haproxy hitch; do
		assert_matches "$(row_of "$name")" ' not installed$'
	done
	assert_matches "$(row_of ours-2)" ' did not start$'
	assert_matches "$(row_of ours-1)" ' 0$'
	assert_contains "$(<bench.err)" 'ours-2 did not start'
}

@test "bench: sessions that are not resumed are errors" {
	printf '#!/bin/sh\nexec "%s" "$@" -no_cache\n' "$S_SERVER" >forgetful
	chmod +x forgetful
	bench --servers ours --work tls12-id --ours "$PWD/forgetful"
	assert_equal "$STATUS" 0
	assert_matches "$(row_of ours)" ' all failed$'
	assert_equal "$(cut -f 9 rows.tsv | tail -n 1)" 20
	assert_contains "$(<bench.err)" 'no session came'
}

@test "bench: nginx answers from memory, too" {
	PATH=$PATH:/usr/sbin command -v nginx >/dev/null ||
	    skip 'nginx is not installed'
	bench --servers nginx-return,ours --work tls13-ticket
	assert_equal "$STATUS" 0
	assert_matches "$(row_of nginx-return)" ' 1\.00 .* 0$'
	assert_contains "$OUTPUT" 'of nginx-return'
}

# Its cost is 100 but for one round, in which it is 120 so often.
add_rows() # kind
{
	local cost=100

	if [ "$1 $round" = 'two 2' ] && ((odd-- > 0)); then
		cost=120
	fi
	raw_row "$round" "$1" ours "$cost" 1 1 1 1 0 ''
	raw_row "$round" "$1" bare 50 1 1 1 1 0 ''
}

@test "bench: a round with a figure far from its median is measured again" {
	local raw=$PWD/rows scratch=$PWD round rounds=3 odd

	for part in figures rounds; do
		# shellcheck disable=SC1090 # they are in scripts/bench
		. "$ROOT/scripts/bench/$part.bash"
	done
	odd=2
	begin_raw unit round kind
	in_rounds add_rows one two 2>said
	assert_equal "$(<said)" 'round 1 of 3: one
round 1 of 3: two
round 2 of 3: one
round 2 of 3: two
round 3 of 3: one
round 3 of 3: two
round 2 again: two, as ours was +20 % off
round 2 again: two, as ours was +20 % off'
	assert_contains "$(tell_of_repeats)" 'its median: 2 of 6 rounds'
	assert_lacks "$(tell_of_repeats)" 'Still'
	assert_equal "$(rows_of two | head -n 1 | cut -f 1-4)" \
	    $'ours\t100\t100\t100'
	assert_equal "$(grep -c ^-2 rows)" 4
	odd=1000
	begin_raw unit round kind
	in_rounds add_rows two 2>said
	assert_equal "$(grep -c again said)" 3
	assert_contains "$(tell_of_repeats)" 'Still beyond it, two: ours'
}

@test "bench: interrupted, it leaves nothing" {
	launch bench env BUILD="$BUILD" TMPDIR="$PWD" "$ROOT/scripts/bench-handshakes" \
	    --servers ours --work tls13-rsa --connections 100000 \
	    --rows "$PWD/rows.tsv"
	SERVERS+=("${PIDS[bench]}::bench")
	wait_for 60 file_has bench.err 'round 1'
	wait_for 60 client_runs
	kill -INT "${PIDS[bench]}"
	wait_exit bench
	assert_equal "$STATUS" 130
	assert_equal "$(ls -d tmp.* 2>/dev/null)" ''
}

client_runs()
{
	pgrep -s "${PIDS[bench]}" -x tls_load >/dev/null
}

@test "bench: a wrong argument is one line and exit status 1" {
	local arguments

	while read -r arguments; do
		# shellcheck disable=SC2086 # several
		run "$ROOT/scripts/bench-handshakes" $arguments
		assert_equal "$status" 1
		assert_equal "${#lines[@]}" 1
		assert_matches "$output" '^bench-handshakes: '
	done <<-EOT
	--rounds
	--rounds 0
	--connections many
	--work tls14
	--servers apache
	--nothing
	here
	EOT
	BUILD=$BUILD run "$ROOT/scripts/bench-handshakes" --ours /nowhere
	assert_equal "$status" 1
	assert_equal "$output" 'bench-handshakes: no program: /nowhere'
}

@test "bench-plot draws the rows, or says why not" {
	run "$ROOT/scripts/bench-plot" "$PWD/nothing.tsv"
	assert_equal "$status" 1
	assert_contains "$output" "no such file: $PWD/nothing.tsv"
	assert_equal "${#lines[@]}" 1
	run "$ROOT/scripts/bench-plot" "$ROOT/Makefile"
	assert_equal "$status" 1
	assert_contains "$output" 'not the rows of scripts/bench-handshakes'
	command -v gnuplot >/dev/null || skip 'gnuplot is not installed'
	bench --servers ours,bare,libssl --work tls12-id,tls13-ecdsa
	run "$ROOT/scripts/bench-plot" "$PWD/rows.tsv"
	assert_equal "$status" 0
	assert_contains "$(<rows-cost.svg)" tls12-id
	assert_contains "$(<rows-latency.svg)" ours
	assert_equal "$(head -c 4 rows-cost.png | tail -c 3)" PNG
}
