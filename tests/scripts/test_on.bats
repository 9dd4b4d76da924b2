# scripts/test-on: what it cannot do it says in one line, and it leaves no mount,
# no process and no half-made system, however it ends. A debootstrap of ours
# stands in for the real one; no system is made here.

# shellcheck disable=SC2016,SC2030,SC2031,SC2153,SC2154 # for the helpers

load ../lib/helpers

setup()
{
	common_setup
	[[ $BUILD != */sanitize* ]] || skip 'it runs no server'
	mkdir tools cache
	tool apt-get 'echo "Debian http://mirror.example/debian"'
	tool debootstrap "touch $PWD/called"
}

tool() # name, shell command
{
	printf '#!/bin/sh\n%s\n' "$2" >"tools/$1"
	chmod 755 "tools/$1"
}

test_on() # argument...
{
	run timeout 60 env PATH="$PWD/tools:$PATH" TEST_ON_CACHE="$PWD/cache" \
	    "$ROOT/scripts/test-on" "$@"
}

needs_namespaces()
{
	[ "$(id -u)" -eq 0 ] || skip 'only root can make another Debian'
	unshare --mount --pid --fork true 2>/dev/null ||
	    skip 'this machine does not let root make namespaces'
	git -C "$ROOT" rev-parse -q --verify HEAD >/dev/null 2>&1 ||
	    skip 'no Git clone here'
}

# debootstrap got as far as a mount in the new system, and hangs.
start_hanging()
{
	tool debootstrap "mkdir -p \$4
		mount -t tmpfs tmpfs \$4
		echo \$\$ >$PWD/called
		exec sleep 1000"
	launch test_on env PATH="$PWD/tools:$PATH" TEST_ON_CACHE="$PWD/cache" \
	    "$ROOT/scripts/test-on" trixie
	SERVERS+=("${PIDS[test_on]}::test_on")
	wait_for 20 test -s called
}

assert_nothing_mounted()
{
	! grep -F "$PWD" /proc/self/mounts
}

@test "test-on: a word that is no release of Debian, and none at all" {
	test_on --core trixy
	assert_equal "$status" 1
	assert_contains "$output" 'usage: test-on'
	test_on trixie sid
	assert_equal "$status" 1
	assert_contains "$output" 'usage: test-on'
	test_on
	assert_equal "$status" 1
	assert_contains "$output" 'usage: test-on'
}

@test "test-on: who is not root is told so" {
	[ "$(id -u)" -eq 0 ] || skip 'needs root to be somebody else'
	run timeout 60 setpriv --reuid 65534 --clear-groups -- \
	    bash -c "cd / && bash -s sid" <"$ROOT/scripts/test-on"
	assert_equal "$status" 2
	assert_equal "$output" \
	    'test-on: only root can make another Debian: run it as root'
}

@test "test-on: apt that names no mirror" {
	needs_namespaces
	tool apt-get 'exit 0'
	test_on trixie
	assert_equal "$status" 2
	assert_equal "$output" 'test-on: apt names no mirror of Debian here'
	[ ! -e called ]
}

@test "test-on: a debootstrap that fails: its reason, and nothing is left" {
	needs_namespaces
	tool debootstrap 'mkdir -p $4/usr
		mount -t tmpfs tmpfs $4/usr
		echo "I: Retrieving InRelease"
		echo "E: Failed getting release file of trixie"
		exit 1'
	test_on trixie
	assert_equal "$status" 2
	assert_equal "${lines[-1]}" "test-on: debootstrap could not make trixie: E: Failed getting release file of trixie"
	assert_equal "$(ls cache)" trixie.lock
	assert_nothing_mounted
}

@test "test-on: INT, TERM and KILL while a system is made leave nothing" {
	needs_namespaces
	for signal in INT TERM KILL; do
		start_hanging
		kill -s "$signal" "${PIDS[test_on]}"
		wait_exit test_on
		assert_nothing_left
		assert_nothing_mounted
		rm called
	done
}

@test "test-on: two of the same release do not meet" {
	needs_namespaces
	start_hanging
	test_on trixie
	assert_equal "$status" 2
	assert_equal "$output" "test-on: another run uses $PWD/cache/trixie"
	kill "${PIDS[test_on]}"
	wait_exit test_on
}
