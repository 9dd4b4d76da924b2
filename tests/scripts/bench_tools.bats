# scripts/bench-growth, bench-log, bench-memory, bench-bulk, bench-start and
# bench-store: that they measure, say what they cannot measure, and leave nothing. No figure is right or
# wrong.

# shellcheck disable=SC2030,SC2031,SC2153,SC2154 # for the helpers

load ../lib/helpers

setup()
{
	common_setup
	[[ $BUILD != */sanitize* ]] || skip 'it builds without sanitizers'
	mkdir temporary
}

# In a session of its own, in which nothing may be left. OUTPUT is what it said.
run_bench() # script, option...
{
	local script=$1

	shift
	launch bench env BUILD="$BUILD" TMPDIR="$PWD/temporary" \
	    "$ROOT/scripts/$script" --rows "$PWD/rows.tsv" "$@"
	SERVERS+=("${PIDS[bench]}::bench")
	wait_exit bench 100
	OUTPUT=$(<bench.out)
	assert_equal "$(ls temporary)" ''
}

# A line of a table; the pattern goes to its end.
assert_row() # pattern
{
	grep -qE "^ *$1\$" <<<"$OUTPUT" || fail "no row like: $1" "$OUTPUT"
}

FIGURE='[0-9]+(\.[0-9]+)?'

@test "bench-growth: a table for each thing that grows, and a picture" {
	local figures=" +$FIGURE +$FIGURE +$FIGURE +$FIGURE +0" title

	run_bench bench-growth --rounds 1 --connections 20 --parallel 1,5 \
	    --idle 0,20 --workers 1,2 --sessions 200,500
	assert_equal "$STATUS" 0
	for title in 'clients at once' 'idle connections beside' 'workers' \
	    'sessions in the cache' 'those in the full cache'; do
		assert_contains "$OUTPUT" "$title"
	done
	assert_row "5$figures"
	assert_row "20$figures"
	assert_row "2$figures"
	assert_equal "$(grep -cE "^ +500$figures\$" <<<"$OUTPUT")" 2
	[ "$(grep -cE " 1\.00 +$FIGURE +$FIGURE +0\$" <<<"$OUTPUT")" -ge 5 ]
	assert_equal "$(wc -l <rows.tsv)" 11
	command -v gnuplot >/dev/null || skip 'gnuplot is not installed'
	assert_contains "$(<rows.svg)" 'workers'
	assert_equal "$(head -c 4 rows.png | tail -c 3)" PNG
}

@test "bench-log: what -log adds, for each kind of work" {
	run_bench bench-log --starts 2 --bursts 5 --connections 10 --parallel 5 \
	    --work tls12-ecdsa,tls13-ticket
	assert_equal "$STATUS" 0
	local figures=" +$FIGURE us +[+-]$FIGURE us \\+- *$FIGURE +-?$FIGURE %"
	assert_row "TLS 1.2, full, ECDSA P-256$figures"
	assert_row "TLS 1.3, ticket$figures"
	assert_equal "$(wc -l <rows.tsv)" 21
}

@test "bench-memory: an idle connection, and a worker" {
	run_bench bench-memory --connections 60 --servers ours,bare \
	    --workers 1,2 --rest 0
	assert_equal "$STATUS" 0
	assert_row "ours +60 +50 +$FIGURE +$FIGURE"
	assert_row "ours +60 +60 +$FIGURE +$FIGURE"
	assert_row "bare +60 +60 +$FIGURE +$FIGURE"
	assert_row "libssl +- +- +$FIGURE +1.00"
	assert_row "1 +$FIGURE +$FIGURE +-?$FIGURE +$FIGURE"
	assert_row "2 +$FIGURE +$FIGURE +-?$FIGURE +$FIGURE"
	assert_equal "$(wc -l <rows.tsv)" 9
}

@test "bench-bulk: both ways, and what is said of kernel TLS" {
	local clients way

	SBIN=/nowhere PATH=/usr/bin:/bin run_bench bench-bulk --rounds 1 --mib 1
	assert_equal "$STATUS" 0
	for clients in 1 4; do
		assert_row "download +$clients nginx +not installed"
		assert_row "download +$clients ours( +$FIGURE){4}  stock"
		assert_row "download +$clients ours-sendfile( +$FIGURE){4}  stock"
		for way in upload upload-file upload-pipe; do
			assert_row "$way +$clients ours( +$FIGURE){4}  stock"
			assert_row "$way +$clients stock( +$FIGURE){4}  stock"
		done
	done
	assert_contains "$OUTPUT" 'Kernel TLS: '
	assert_contains "$OUTPUT" 'Ours with -sendfile says: Warning: sendfile'
}

@test "bench-bulk: against nginx where it is installed" {
	PATH=$PATH:/usr/sbin command -v nginx >/dev/null ||
	    skip 'nginx is not installed'
	run_bench bench-bulk --rounds 1 --mib 1
	assert_equal "$STATUS" 0
	assert_row "download +4 nginx +$FIGURE +1\.00 +$FIGURE +1\.00  nginx"
	assert_row "download +4 ours( +$FIGURE){4}  nginx"
}

@test "bench-start: the start, and the respawn of a worker" {
	run_bench bench-start --rounds 1 --workers 1,3
	assert_equal "$STATUS" 0
	assert_row "stock program +$FIGURE +1\.00 +$FIGURE"
	assert_row "3 worker\(s\)( +$FIGURE){3}"
	assert_row "1 of 1( +$FIGURE){4}"
	assert_row "1 of 3( +$FIGURE){4}"
	assert_equal "$(wc -l <rows.tsv)" 6
}

@test "bench-store: a store against the cache, one server and several, and alone" {
	local what

	PATH=$PATH:/usr/sbin command -v redis-server valkey-server >/dev/null ||
	    skip 'neither redis-server nor valkey-server is installed'
	[ -x "$BUILD/tests/unit/store_drive" ] || skip 'built without hiredis'
	run_bench bench-store --rounds 1 --connections 20 --parallel 5 \
	    --servers 1,2 --requests 1000
	assert_equal "$STATUS" 0
	assert_row "cache +$FIGURE +1\.00( +$FIGURE){4} +0"
	for what in unix loopback 1 2; do
		assert_row "$what( +$FIGURE){6} +0"
	done
	assert_row "unix, 1 client, 16 at once( +$FIGURE){3}"
	assert_row "loopback, 5 clients( +$FIGURE){3}"
	assert_equal "$(wc -l <rows.tsv)" 6
}

@test "the benches: interrupted, they leave nothing" {
	local script

	while read -r script options; do
		# shellcheck disable=SC2086 # several
		launch bench env BUILD="$BUILD" TMPDIR="$PWD/temporary" \
		    "$ROOT/scripts/$script" --rows "$PWD/rows.tsv" $options
		SERVERS+=("${PIDS[bench]}::bench")
		wait_for 60 at_work
		kill -TERM "${PIDS[bench]}"
		wait_exit bench
		assert_equal "$STATUS" 143
		assert_equal "$(ls temporary)" ''
		assert_nothing_left
	done <<-EOT
	bench-growth --parallel 50 --connections 1000000
	bench-log --starts 1000
	bench-memory --connections 20000 --servers ours
	bench-bulk --rounds 1000
	bench-start --rounds 1000
	EOT
}

at_work()
{
	pgrep -s "${PIDS[bench]}" -x 'tls_load|s_server' >/dev/null
}

@test "the benches: a wrong argument is one line and exit status 1" {
	local script arguments

	while read -r script arguments; do
		# shellcheck disable=SC2086 # several
		run "$ROOT/scripts/$script" $arguments
		assert_equal "$status" 1
		assert_equal "${#lines[@]}" 1
		assert_matches "$output" "^$script: "
	done <<-EOT
	bench-growth --rounds 0
	bench-growth --parallel 1,many
	bench-growth --sessions
	bench-growth --sessions 100
	bench-growth here
	bench-log --starts 1
	bench-log --bursts 4
	bench-log --work tls14
	bench-memory --servers apache
	bench-memory --connections 0
	bench-memory --workers ,
	bench-bulk --mib 2048
	bench-bulk --rounds
	bench-bulk 3
	bench-start --workers 0
	bench-start --nothing 1
	EOT
}
