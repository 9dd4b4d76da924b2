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
	    'bench-growth -x' 'bench-log -x' 'check-cost -x'; do
		is_plain "'$ROOT'/scripts/$call"
	done
}

# A wrong argument of each script. Those of "openssl" are for the program.
wrong_arguments()
{
	cat <<-'EOF'
	bench-bulk x
	bench-dtls -x
	bench-dtls 3 x
	bench-dtls 1 2 3
	bench-growth x
	bench-log x
	bench-handshakes x
	bench-memory x
	bench-plot -x
	bench-plot a b
	bench-start x
	bench-store x
	check-cost x
	check-layers -x
	check-layers none
	check-layers . .
	coverage-options x
	install-packages x
	install-packages test x
	installation
	installation x
	installation install x
	lint x
	log-report
	log-report -x
	log-report a b c
	make-certs -x
	make-certs a b
	mutate-options x
	mutate-options -none
	package -x
	package a b
	quickstart x
	resumption-check -x
	resumption-check x
	suites/enter
	suites/enter x true
	suites/try-package
	suites/try-package x
	test x
	test --all x
	test-on x
	test-on trixie sid
	test-valgrind -x
	test-valgrind none.bats
	EOF
}

@test "each script answers a wrong argument with one line and its usage" {
	local call script

	mkdir empty
	while read -r call; do
		# In a folder of this test, where nothing may be left.
		run --separate-stderr timeout $((10 * SLOW)) \
		    bash -c "cd empty && exec '$ROOT'/scripts/$call" </dev/null
		echo "$call: status $status: $output$stderr"
		[[ $status == [12] && -z $output ]]
		assert_equal "${#stderr_lines[@]}" 1
		script=${call%% *}
		assert_matches "$stderr" "^${script##*/}: .*(usage: |-h for help)"
		assert_equal "$(ls empty)" ''
	done < <(wrong_arguments)
	# None is forgotten.
	while read -r script; do
		wrong_arguments | grep -q "^${script#"$ROOT"/scripts/}\( \|\$\)" ||
		    [[ $script == */openssl ]] || {
			echo "not tried: $script"
			return 1
		}
	done < <(find "$ROOT/scripts" -type f -perm -100 -exec grep -lIm1 '^#!.*sh$' {} +)
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
