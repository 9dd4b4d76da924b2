# Our server on a port that the kernel chooses: start, wait until it is ready,
# stop. Sets SERVER_PID and PORT.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # shared with the other libraries

# Ours. Sets SERVER_PID and PORT (empty for a UNIX socket) once it is ready.
start_server() # option...
{
	start_named server "$@"
}

start_named() # name, option...
{
	local name=$1 ready

	shift
	default_options "$@"
	ready=$(value_of ready_file "$@")
	if [ -n "$ready" ]; then
		rm -f "$ready"
	elif ! is_quiet "$@"; then
		ready=$name.out
	else
		ready=$name.ready
		rm -f "$ready"
		DEFAULTS+=(-ready_file "$ready")
	fi
	launch "$name" "$S_SERVER" "${DEFAULTS[@]}" "$@"
	SERVER_PID=${PIDS[$name]}
	if ! wait_for 10 says_accept_or_gone "$ready" "$SERVER_PID" ||
	    ! file_has "$ready" ACCEPT; then
		SERVERS+=("$SERVER_PID::$name")
		show_files "$name"
		fail "$name is not ready: ${DEFAULTS[*]} $*"
		return 1
	fi
	PORT=$(port_of_line "$ready" "${DEFAULTS[@]}" "$@")
	SERVERS+=("$SERVER_PID:$PORT:$name")
}

# -accept 127.0.0.1:0 and a certificate, where the options name none.
default_options() # option...
{
	local option

	DEFAULTS=(-cert "$CERTS/server.pem" -key "$CERTS/server-key.pem")
	for option; do
		case ${option#-} in
		-cert | cert | nocert | cert=* | -cert=*) DEFAULTS=() ;;
		esac
	done
	for option; do
		case ${option#-} in
		accept | port | unix | -accept | -port | accept=* | port=*)
			return
			;;
		esac
	done
	DEFAULTS+=(-accept 127.0.0.1:0)
}

# True if the program prints no ACCEPT with these options.
is_quiet() # option...
{
	local option

	for option; do
		case ${option#-} in
		quiet | brief | rev | -quiet | -brief | -rev) return 0 ;;
		esac
	done
	return 1
}

# Empty if the option is not there.
value_of() # name without dashes, option...
{
	local name=$1 option last=

	shift
	for option; do
		[ "${last##*-}" != "$name" ] || echo "$option"
		last=$option
	done
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
