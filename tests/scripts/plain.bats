# What scripts and programs print is plain lines, on a terminal, too: no colours
# and nothing that goes back in a line. So NO_COLOR asks for nothing that they
# do not do. A script that begins to colour needs one place that decides it.

load ../lib/helpers

# Runs it on a terminal that can do everything.
on_terminal() # command, as a shell reads it
{
	env -u NO_COLOR TERM=xterm-256color timeout $((20 * SLOW)) \
	    script -qefc "$1" /dev/null </dev/null 2>&1
}

# A terminal ends each line with CR LF.
is_plain() # command, as a shell reads it
{
	command -v script >/dev/null || skip 'script is not installed'
	on_terminal "$1" >said || :
	[ -s said ] || fail "$1: says nothing"
	! sed 's/\r$//' said | LC_ALL=C grep -q "[^[:print:][:space:]]\|$(
	    printf '\r')" || fail "$1: $(cat -v said)"
}

@test "no source of a script has a colour or a return of the cursor" {
	run grep -rnE '\<tput\>|\\(033|e|E|x1[bB]|u001[bB])\[|setaf|--colou?r' \
	    "$ROOT/scripts" "$ROOT/Makefile"
	assert_equal "$output" ''
	# Bats draws on a terminal, unless it is told not to.
	run grep -rn '\<bats "\$' "$ROOT/scripts"
	assert_equal "$output" ''
}

@test "usage and errors of the scripts are plain on a terminal" {
	local call

	for call in 'quickstart --help' 'resumption-check -h' \
	    'resumption-check --none' 'bench-plot a b' 'coverage-options x' \
	    'test x' 'test-on' 'package -x' 'bench-handshakes -x' \
	    'bench-start -x' 'bench-bulk -x' 'bench-memory -x' \
	    'bench-growth -x' 'check-cost -x'; do
		is_plain "'$ROOT'/scripts/$call"
	done
}

@test "what the programs say is plain on a terminal" {
	is_plain "'$S_SERVER' -help"
	is_plain "'$S_SERVER' -help_on modes"
	is_plain "'$S_SERVER' -servr_name"
	is_plain "'$BUILD/tests/load/tls_load' --help"
	is_plain "make -s -C '$ROOT' help"
}

@test "the check sees colours and a return" {
	run is_plain "printf 'a\\033[1mb\\n'"
	assert_equal "$status" 1
	run is_plain "printf 'a\\rb\\n'"
	assert_equal "$status" 1
	is_plain "printf 'a\\tb\\nc\\n'"
}
