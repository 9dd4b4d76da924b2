# What every test needs, in one line: the folders and programs, the clean-up, and
# all libraries beside this file.
#
#	load ../lib/helpers
#
#	@test "a client is served" {
#		start_server -naccept 1
#		echo hello | client
#		wait_exit server
#		assert_contains "$(server_out)" 'CIPHER is'
#	}
#
#	assertions	what a test says of texts
#	waiting		for a condition, with a deadline
#	process		what runs in the background; it ends with the test
#	server		ours: start, ready, port, stop
#	workers		its children, and its memory
#	faults		servers with something wrong in them on purpose
#	others		servers of others, relays
#	client		s_client, the load client, plain bytes
#	terminal	tmux
#	stock		the same with the stock program
#	rows		tables of such tests
#
# Each test has a folder of its own, $BATS_TEST_TMPDIR, and starts in it. A file
# with a setup() or teardown() of its own calls common_setup and common_teardown.
# What only some subjects need, they load themselves: given, ocsp, x509.
#
# BUILD		folder of the program, default build
# SLOW		factor for all deadlines: sanitizers want 4, valgrind 15
# LONG		1: many more rounds, where a test says so (rounds)

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # set for the tests, or by Bats

bats_require_minimum_version 1.8.0

LIB=$(cd "${BASH_SOURCE[0]%/*}" && pwd -P)
ROOT=${LIB%/tests/lib}
CERTS=$ROOT/certs
OPENSSL=${OPENSSL:-openssl}
BUILD=${BUILD:-build}
case $BUILD in
/*) ;;
*) BUILD=$ROOT/$BUILD ;;
esac
S_SERVER=$BUILD/s_server
SLOW=${SLOW:-1}
export LC_ALL=C
# The client must not read the user's settings, nor the server a proxy's.
unset OPENSSL_CONF SSL_CERT_DIR SSLKEYLOGFILE
# Whom the machine trusts is nothing that a test may depend on. To read its
# bundle of certificates is nine tenths of what the start of a client costs.
export SSL_CERT_FILE=$CERTS/none.pem
unset http_proxy https_proxy HTTPS_PROXY ALL_PROXY all_proxy

HARNESS=$ROOT/scripts/harness
# shellcheck source=scripts/harness/s_server.bash
. "$HARNESS/s_server.bash"
# This env can do it; the library need not try.
_s_server_env='env --default-signal=INT,QUIT,PIPE,HUP'
S_SERVER_CERT=$CERTS/server.pem S_SERVER_KEY=$CERTS/server-key.pem

for library in assertions waiting process server workers faults others client \
    terminal stock rows; do
	# shellcheck disable=SC1090 # linted by itself
	. "$LIB/$library.bash"
done
unset library

common_setup()
{
	cd "$BATS_TEST_TMPDIR" || return 1
	# Bats notes the call stack before each command, to name the line that
	# failed. To note it in the libraries, too, would double the time of all
	# tests; the line of the test is enough. Even to ask Bats for each
	# command whether it is one of those costs a tenth.
	bats_add_debug_exclude_path "$LIB"
	bats_add_debug_exclude_path "$HARNESS"
	# shellcheck disable=SC2016 # for the trap
	trap '[[ $BASH_SOURCE == @("$LIB"|"$HARNESS")/* ]] || bats_debug_trap "$BASH_SOURCE"' DEBUG
	# Load clients that run beside the test: they end with it.
	LOADS=()
	# A pipe from which nothing comes, for wait_for.
	exec {SILENCE}<> <(:)
	# Bash may have forgotten the process that made the pipe.
	wait $! 2>/dev/null || :
}

setup()
{
	common_setup
}

# Fails a test that did not fail itself, if anything of it had to be killed or
# was left.
common_teardown()
{
	local failed=0

	[ "${#LOADS[@]}" -eq 0 ] || kill -TERM "${LOADS[@]}" 2>/dev/null || :
	[ ! -S "$BATS_TEST_TMPDIR/tmux" ] || terminal kill-server || :
	end_all || failed=1
	assert_nothing_left || failed=1
	return "$failed"
}

teardown()
{
	common_teardown
}
