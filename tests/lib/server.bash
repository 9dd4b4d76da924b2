# Our server on a port that the kernel chooses: start, wait until it is ready,
# stop. Sets SERVER_PID and PORT. The library for harnesses does the work
# (scripts/harness); processes are those of process.bash.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # shared with the other libraries

# Ours. Sets SERVER_PID and PORT (empty for a UNIX socket) once it is ready.
start_server() # option...
{
	start_named server "$@"
}

start_named() # name, option...
{
	start_program "$1" ours "$S_SERVER" "${@:2}" || return 1
	SERVER_PID=$S_SERVER_PID
	PORT=$S_SERVER_PORT
}

# Any server that has the options of the stock program. What the library for
# harnesses would ask it first (which kind it is) is known here, and statistics
# are for the tests to ask for.
start_program() # name, ours or stock, program, option...
{
	local S_SERVER=$3 _S_SERVER_KIND="$3=$2" S_SERVER_STATS=no S_SERVER_DIR=.
	local S_SERVER_SLOW=$SLOW failed=0

	S_SERVER_PORT=
	# A test may start another one of the same name.
	[ ! -e "$1.run" ] || : >"$1.run"
	s_server_start -n "$1" "${@:4}" || failed=1
	SERVERS+=("$S_SERVER_PID:$S_SERVER_PORT:$1")
	return "$failed"
}

# -accept 127.0.0.1:0 and a certificate, where the options name none.
default_options() # option...
{
	local cert='' listen='' quiet='' ready='' json=''

	_s_server_scan "$@"
	DEFAULTS=()
	[ -n "$cert" ] ||
	    DEFAULTS+=(-cert "$S_SERVER_CERT" -key "$S_SERVER_KEY")
	[ -n "$listen" ] || DEFAULTS+=(-accept 127.0.0.1:0)
}

says_accept_or_gone() # file, pid
{
	file_has "$1" ACCEPT || is_gone "$2"
}

# The line names the port only if it was 0; otherwise it is in the options.
port_of_line() # file, option...
{
	local port option last=

	port=$(sed -n 's/^ACCEPT.*:\([0-9][0-9]*\)$/\1/p' "$1" | head -n 1)
	shift
	for option; do
		case $last in
		-accept | -port | --accept | --port) port=${port:-${option##*:}} ;;
		esac
		last=$option
	done
	echo "$port"
}

server_out()
{
	cat "${1:-server}.out"
}

server_err()
{
	cat "${1:-server}.err"
}

# End it as a harness does, and check that it obeyed and nothing is left.
stop_server() # signal (default TERM)
{
	end_process server "${1:-TERM}" || return 1
	assert_nothing_left
}

# In the foreground, for what ends by itself: fills status, output, stderr.
run_server() # option...
{
	run --separate-stderr timeout $((10 * SLOW)) "$S_SERVER" "$@" </dev/null
}

# The line that follows what is said of a wrong option.
HINT=$'\ns_server: Use -help for summary.'

# The server ends at once, and says on standard error just this.
refuses_start() # message, option...
{
	local message=$1

	shift
	run_server "$@"
	assert_equal "$status" 1 || return 1
	assert_equal "$output" '' || return 1
	assert_equal "$stderr" "$message"
}
