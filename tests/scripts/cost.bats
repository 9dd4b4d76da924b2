# scripts/check-cost: what a connection costs is what it cost before, and it
# notices when that is not so.

# shellcheck disable=SC2016,SC2030,SC2031,SC2153,SC2154 # for the helpers

load ../lib/helpers

setup()
{
	common_setup
	[[ $BUILD != */sanitize* ]] || skip 'it builds without sanitizers'
	KEPT=$BATS_FILE_TMPDIR/baseline
	COUNTED=$BATS_FILE_TMPDIR/counted.tsv
}

# In a session of its own, in which nothing may be left. OUTPUT is what it said.
check_cost() # option...
{
	launch cost env BUILD="$BUILD" TMPDIR="$PWD" LOGNAME=someone \
	    "$ROOT/scripts/check-cost" "$@" --rows "$PWD/rows.tsv"
	SERVERS+=("${PIDS[cost]}::cost")
	wait_exit cost 600
	OUTPUT=$(<cost.out)
	cat cost.out cost.err # seen if the test fails
	assert_equal "$(ls -d tmp.* 2>/dev/null)" ''
}

# Both tools are there, and allowed.
can_count()
{
	command -v valgrind >/dev/null || skip 'valgrind is not installed'
	strace -f -o /dev/null true || skip 'strace cannot trace here'
}

# What costs a minute to count is counted once, by the first test: $COUNTED. The
# baseline of that is $KEPT.
keep()
{
	can_count
	[ -e "$COUNTED" ] || count
	[ -e "$KEPT" ] || again --update --baseline "$KEPT"
}

count()
{
	check_cost
	! grep -q '	calls	' rows.tsv || cp rows.tsv "$COUNTED"
}

# With the figures that were counted.
again() # option...
{
	check_cost "$@" --counted "$COUNTED"
}

# All figures of the baseline that was counted here, multiplied.
scaled() # factor
{
	awk -v factor="$1" '
	$2 ~ /^(calls|.*instructions)$/ { $3 = sprintf("%.2f", $3 * factor) }
	{ print }' "$KEPT"
}

@test "check-cost: a connection costs what it cost before" {
	count
	assert_equal "$STATUS" 0
	assert_equal "$(grep -v '^ok ' <<<"$OUTPUT")" ''
}

@test "check-cost --update keeps each figure of each kind of work" {
	keep
	assert_equal "$STATUS" 0
	assert_equal "$OUTPUT" ''
	assert_equal "$(grep -c '	calls	' rows.tsv)" 8
	assert_equal "$(awk '$1 != "#" { print ($1 ~ /-/ ? $2 : $1)
	}' "$KEPT" |
	    sort | uniq -c | xargs)" \
	    '8 calls 1 compiler 8 instructions 1 libraries 8 own-instructions 1 processor 1 release'
	again --baseline "$KEPT"
	assert_equal "$STATUS" 0
	assert_equal "$(grep -c '^ok .*(+0.0%)$' <<<"$OUTPUT")" 24
}

@test "check-cost: five percent less or more fails, and says how much it is" {
	local figure

	keep
	scaled 1.05 >more.base
	scaled 0.95 >less.base
	# It counts three times before it believes that.
	check_cost --baseline "$PWD/more.base" --work tls12-id
	assert_equal "$STATUS" 1
	for figure in instructions 'own instructions' calls; do
		assert_matches "$OUTPUT" "not ok tls12-id: [0-9.]+ $figure, baseline [0-9.]+ \\(-[0-9.]+%\\): less"
	done
	assert_contains "$OUTPUT" 'scripts/check-cost --update'
	again --baseline "$PWD/less.base" --work tls12-id
	assert_equal "$STATUS" 1
	for figure in instructions 'own instructions' calls; do
		assert_matches "$OUTPUT" "not ok tls12-id: [0-9.]+ $figure, baseline [0-9.]+ \\(\\+[0-9.]+%\\): more"
	done
	assert_equal "$(grep -c '^not ok ' <<<"$OUTPUT")" 3
}

@test "check-cost: with other libraries only system calls are compared, each by its name" {
	keep
	awk '$1 == "libraries" { $2 = "Other" }
	$1 == "tls12-id" && $2 == "calls" {
		$3 -= 1
		sub(/ accept4 [0-9.]*/, "")
	}
	{ print }' "$KEPT" >baseline
	again --baseline "$PWD/baseline" --work tls12-id
	assert_equal "$STATUS" 1
	assert_equal "$(grep -cE '^ok tls12-id: [0-9]+ (own )?instructions # skip counted with other libraries: Other' \
	    <<<"$OUTPUT")" 2
	assert_matches "$OUTPUT" 'not ok tls12-id: [0-9.]+ calls'
	assert_contains "$OUTPUT" '# accept4 +1.'
}

@test "check-cost: another compiler matters to our own instructions, another processor to all, another release to system calls" {
	keep
	sed 's/^compiler /&another /' "$KEPT" >baseline
	again --baseline "$PWD/baseline" --work tls12-id
	assert_equal "$STATUS" 0
	assert_matches "$OUTPUT" 'ok tls12-id: [0-9]+ instructions, baseline'
	assert_contains "$OUTPUT" '# skip counted with other compiler: another'
	sed 's/^processor /&another /; s/^release /&Another /' "$KEPT" >baseline
	again --baseline "$PWD/baseline" --work tls12-id
	assert_equal "$STATUS" 0
	assert_contains "$OUTPUT" '# skip counted with other processor: another'
	assert_matches "$OUTPUT" 'ok tls12-id: [0-9]+ own instructions, baseline'
	assert_contains "$OUTPUT" 'calls # skip counted with other release: Another'
}

@test "check-cost: a tool that is not there is told, and no reason to fail" {
	mkdir bin
	ln -s /usr/local/bin/* /usr/bin/* bin 2>/dev/null || :
	rm -f bin/valgrind bin/strace
	PATH=$PWD/bin check_cost
	assert_equal "$STATUS" 0
	assert_equal "$OUTPUT" \
	    'ok calls # skip strace is not installed
ok instructions # skip valgrind is not installed'
	PATH=$PWD/bin check_cost --update --baseline "$PWD/baseline"
	assert_equal "$STATUS" 1
	assert_equal "$(<cost.err)" \
	    'check-cost: no baseline without calls: strace is not installed'
	[ ! -e baseline ]
}

@test "check-cost: interrupted, it leaves nothing" {
	local tool

	can_count
	for tool in callgrind strace; do
		launch cost env BUILD="$BUILD" TMPDIR="$PWD" \
		    "$ROOT/scripts/check-cost" --work tls13-256KiB
		SERVERS+=("${PIDS[cost]}::cost")
		wait_for 60 counts_with "$tool"
		kill -INT "${PIDS[cost]}"
		wait_exit cost
		assert_equal "$STATUS" 130
		assert_equal "$(ls -d tmp.* 2>/dev/null)" ''
	done
}

# Its clients have begun.
counts_with() # callgrind or strace
{
	compgen -G "tmp.*/$1*" >/dev/null &&
	    pgrep -s "${PIDS[cost]}" -x tls_load >/dev/null
}

@test "check-cost: a wrong argument is one line and exit status 1" {
	local arguments

	while read -r arguments; do
		# shellcheck disable=SC2086 # several
		run "$ROOT/scripts/check-cost" $arguments
		assert_equal "$status" 1
		assert_equal "${#lines[@]}" 1
		assert_matches "$output" '^check-cost: '
	done <<-EOT
	--baseline
	--baseline /nowhere
	--update --work tls12-id
	--connections none
	--nothing
	--counted
	--counted /nowhere
	--work tls14-full
	tls12-id
	EOT
}
