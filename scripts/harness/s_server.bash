# Servers for tests of TLS clients, in any shell that has "local" (bash, dash,
# busybox), with or without Bats. s_server-harness(7) describes each function.
#
#	. /usr/local/share/s_server/s_server.bash
#
#	s_server_trap
#	s_server_start -www
#	curl -k "https://$S_SERVER_ADDRESS/"
#	s_server_expect 5 'CIPHER is'
#	s_server_stop
#
# All that is known of a server is in files: NAME.run (NAME.done after its end)
# has its process, kind and address, NAME.status its exit status, NAME.out and
# NAME.err what it printed. So each function works in a subshell, and in a test
# for what setup_file started.
#
# Works under "set -eu" and pipefail, whatever IFS is. In dash "local" alone keeps
# the value of the caller: each local variable gets a value. Functions that begin
# with "_" may use the local variables of their callers.

# shellcheck shell=dash

# Beside this file are the programs of the same installation, or of the tree.
# Dash does not tell a file where it is: there PATH decides.
_s_server_program()
{
	local here='' place=''

	if [ -n "${BASH_VERSION:-}" ]; then
		# shellcheck disable=SC3028 # in bash only
		here=$(dirname -- "${BASH_SOURCE:-.}")
		for place in "$here/../../bin" "$here/../../build"; do
			[ ! -x "$place/s_server" ] || {
				echo "$(cd -- "$place" && pwd)/s_server"
				return
			}
		done
	fi
	echo s_server
}

S_SERVER=${S_SERVER:-$(_s_server_program)}
# Of the server that was started last.
S_SERVER_PID='' S_SERVER_ADDRESS='' S_SERVER_PORT=''

# --- small things ------------------------------------------------------------

_s_server_fail() # words of the one line
{
	local IFS=' '

	printf '%s\n' "$*" >&2
	return 1
}

_s_server_is_number()
{
	case ${1:-} in
	'' | *[!0-9]*) return 1 ;;
	esac
}

_s_server_is_time() # function, seconds
{
	_s_server_is_number "$2" ||
	    _s_server_fail "$1: not a number of seconds: $2"
}

# Sets the caller's "dir": where the servers of this script, test or setup_file
# have their files; empty if a script has not started one.
_s_server_dir()
{
	dir=${S_SERVER_DIR:-${BATS_TEST_TMPDIR:-${BATS_FILE_TMPDIR:-}}}
}

_s_server_make_dir()
{
	_s_server_dir
	[ -z "$dir" ] || return 0
	dir=$(mktemp -d) || return 1
	S_SERVER_DIR=$dir _s_server_made=$dir
}

# Sets the caller's "base": the files of this server begin so. In a Bats test
# that is one of the test, or else one that setup_file started.
_s_server_find() # function, name
{
	local dir=''

	_s_server_dir
	for base in "$dir/$2" "${BATS_FILE_TMPDIR:-/nowhere}/$2"; do
		[ ! -e "$base.run" ] && [ ! -e "$base.done" ] || return 0
	done
	_s_server_fail "$1: there is no server $2"
}

# A command that is true at last, within so many seconds; it is asked 25 times at
# least, since the machine may have stood still for that long. What has taken
# long is asked for less often. Zero seconds: it is asked once.
s_server_poll() # seconds, command...
{
	local limit=0 now=0 end='' calls=0 pause=0.01

	_s_server_is_time s_server_poll "${1:-}" || return 1
	limit=$(($1 * ${S_SERVER_SLOW:-1}))
	shift
	until "$@"; do
		IFS=. read -r now _ </proc/uptime
		end=${end:-$((now + limit))}
		calls=$((calls + 1))
		[ "$limit" -gt 0 ] || return 1
		[ "$calls" -lt 25 ] || [ "$now" -le "$end" ] || return 1
		case $calls in
		3) pause=0.02 ;;
		5) pause=0.04 ;;
		7) pause=0.08 ;;
		esac
		_s_server_pause "$pause"
	done
}

_s_server_pause() # seconds
{
	sleep "$1"
}

# A zombie has ended; when it is reaped is the affair of its parent.
_s_server_is_gone() # pid
{
	local stat=''

	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
	case ${stat##*)} in
	' Z'* | ' X'*) return 0 ;;
	esac
	return 1
}

# Sets pid, kind and address, which are the caller's.
_s_server_read() # base
{
	# shellcheck disable=SC2034 # the caller may not need all
	{
		IFS=' ' read -r pid kind address <"$1.run" ||
		    IFS=' ' read -r pid kind address <"$1.done"
	} 2>/dev/null
}

_s_server_running() # base
{
	local pid='' kind='' address=''

	[ -e "$1.run" ] && [ ! -s "$1.status" ] && _s_server_read "$1" &&
	    ! _s_server_is_gone "$pid"
}

_s_server_has_ended()
{
	! _s_server_running "$1"
}

# How it ended, in words, from its exit status in a shell.
_s_server_end_in_words() # base
{
	local status=''

	[ ! -s "$1.status" ] || read -r status <"$1.status"
	if [ -z "$status" ]; then
		echo 'ended; nobody saw how'
	elif [ "$status" -gt 128 ]; then
		echo "was ended by signal $((status - 128))"
	else
		echo "ended with status $status"
	fi
}

# What one needs to see after a failure.
_s_server_show() # base
{
	local file=''

	[ "${S_SERVER_LINES:-20}" -gt 0 ] || return 0
	for file in "$1.out" "$1.err"; do
		[ -s "$file" ] || continue
		echo "--- last lines of $file:"
		tail -n "${S_SERVER_LINES:-20}" -- "$file"
	done >&2
}

# --- start -------------------------------------------------------------------

# Once a shell: INT and QUIT are ignored in the background of a script, and some
# harnesses ignore PIPE and HUP. Not every env can undo that.
_s_server_default_signals()
{
	[ -z "${_s_server_env+set}" ] || return 0
	_s_server_env='env --default-signal=INT,QUIT,PIPE,HUP'
	$_s_server_env true 2>/dev/null || _s_server_env=
}

_s_server_exec() # command...
{
	# shellcheck disable=SC2086 # a command with options
	exec setsid $_s_server_env "$@" >"$base.out" 2>"$base.err"
}

# s_server-openssl looks at S_SERVER, too: it must not run itself.
_s_server_forget_program()
{
	case $S_SERVER in
	*' '*) unset S_SERVER ;;
	esac
}

# Whoever waits for a line must not see that of an earlier run.
_s_server_forget_run() # base
{
	local file=''

	true >"$1.out" && true >"$1.err" || return 1
	for file in "$1.status" "$1.out.seen" "$1.err.seen" "$1.allowed"; do
		[ ! -e "$file" ] || true >"$file" || return 1
	done
}

# In a session of its own, so that it has no terminal and all that it forks can
# be found again. A shell waits for it beside the caller, and notes how it
# ended: nobody else can, if a subshell or another process asks.
#
# The program holds its own FIFO open for writing, too: it sees no end of file.
_s_server_launch() # base, command...
{
	local base="$1" input="${S_SERVER_INPUT:-}" IFS=' '

	shift
	_s_server_default_signals
	[ -n "$input" ] || [ -p "$base.in" ] || mkfifo "$base.in" || return 1
	S_SERVER_PID=$( (
		set +e
		_s_server_forget_program
		${S_SERVER_BEFORE:-:}
		# Bats waits for whoever holds 3.
		[ -z "${BATS_VERSION:-}" ] || exec 3>&-
		case $input in
		'') _s_server_exec "$@" 0<>"$base.in" & ;;
		-) _s_server_exec "$@" <&- & ;;
		*) _s_server_exec "$@" <"$input" & ;;
		esac
		# Here, so that a signal that ends the harness now leaves none.
		echo "$! program -" >"$base.run"
		echo $!
		# What ends the whole harness must not end this shell first.
		trap '' HUP INT QUIT TERM
		exec </dev/null >/dev/null 2>&1
		wait $!
		echo $? >"$base.status"
	) & )
	[ -n "$S_SERVER_PID" ]
}

# Has the command options that the stock program has not? To ask costs a
# process: the answer is kept for the shell and its children. Sets kind, which is
# the caller's, as "seconds" is.
_s_server_kind() # command of the server...
{
	local help='' status=0

	case ${_S_SERVER_KIND:-} in
	"$*="?*) ;;
	*)
		help=$(_s_server_forget_program
		    timeout -k 1 "$((seconds * ${S_SERVER_SLOW:-1}))" \
			"$@" -help 2>&1 </dev/null) || status=$?
		case $status in
		124 | 137)
			_s_server_fail "s_server_start: $* -help does not end" \
			    "within $seconds s"
			return 1
			;;
		esac
		case $help in
		*-stats_json*) _S_SERVER_KIND="$*=ours" ;;
		*) _S_SERVER_KIND="$*=stock" ;;
		esac
		export _S_SERVER_KIND
		;;
	esac
	kind=${_S_SERVER_KIND##*=}
}

# The options that concern the harness, in variables of the caller; the last one
# of a kind counts, as for the server.
_s_server_scan() # option...
{
	local word='' value='' option=''

	for word; do
		case $option in
		-accept | -port | -ready_file | -stats_json | -unix) value=$word ;;
		*)
			option=$word value=
			case $option in
			--*) option=${option#-} ;;
			esac
			case $option in
			*=*) value=${option#*=} option=${option%%=*} ;;
			esac
			;;
		esac
		case $option in
		-cert | -nocert) cert=given ;;
		-quiet | -brief | -rev | -options) quiet=yes ;;
		-accept | -port) listen=$value ;;
		-unix) listen=unix:$value ;;
		-ready_file) ready=$value ;;
		-stats_json) json=$value ;;
		esac
		[ -z "$value" ] || option=
	done
}

# A certificate for localhost that clients may trust (-CAfile), and its key in
# the same file. Made once, in Bats for the whole file: what setup_file starts
# and what a test starts have the same. Of several that make it at once the first
# one wins.
s_server_certificate()
{
	local dir='' file='' made=''

	_s_server_make_dir || return 1
	file=${S_SERVER_DIR:-${BATS_FILE_TMPDIR:-$dir}}
	file=${S_SERVER_CERT:-$file/certificate.pem}
	if [ ! -e "$file" ]; then
		made=$(mktemp "$file.XXXXXX") || return 1
		_s_server_make_certificate "$made" || return 1
		ln "$made" "$file" 2>/dev/null || [ -e "$file" ] || return 1
		rm -f "$made"
	fi
	printf '%s\n' "$file"
}

_s_server_make_certificate() # file
{
	local openssl="${OPENSSL:-openssl}" said=''

	said=$("$openssl" req -x509 -newkey ec -nodes -days 30 \
	    -pkeyopt ec_paramgen_curve:P-256 -subj /CN=localhost \
	    -addext subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1 \
	    -keyout "$1.key" -out "$1" 2>&1) || {
		_s_server_fail "s_server_certificate: $openssl:" \
		    "$(printf '%s\n' "$said" | tail -n 1)"
		return 1
	}
	cat "$1.key" >>"$1"
	rm -f "$1.key"
}

s_server_start() # [-n NAME] [-t SECONDS] option...
{
	local name=server seconds=10 dir='' base='' kind=''
	local cert='' listen='' quiet='' ready='' json=''

	while :; do
		case ${1:-} in
		-n) name=${2:-} ;;
		-t) seconds=${2:-} ;;
		*) break ;;
		esac
		shift
		[ $# -eq 0 ] || shift
	done
	case $name in
	'' | *[!A-Za-z0-9_-]*)
		_s_server_fail "s_server_start: not a name: $name"
		return 1
		;;
	esac
	_s_server_is_time s_server_start "$seconds" || return 1
	_s_server_make_dir || return 1
	base=$dir/$name
	! _s_server_running "$base" ||
	    _s_server_fail "s_server_start: $name runs already" || return 1
	_s_server_find_kind || return 1
	_s_server_scan "$@"
	_s_server_start_with_defaults "$@"
}

# S_SERVER is a program, or a command of several words.
_s_server_find_kind()
{
	local IFS=' '

	if command -v "$S_SERVER" >/dev/null; then
		_s_server_kind "$S_SERVER"
	elif command -v "${S_SERVER%% *}" >/dev/null; then
		# shellcheck disable=SC2086
		_s_server_kind $S_SERVER
	else
		_s_server_fail "s_server_start: there is no program $S_SERVER" \
		    '(S_SERVER)'
	fi
}

_s_server_start_with_defaults() # option...
{
	local IFS=' '

	if [ -z "$listen" ]; then
		listen=127.0.0.1:0
		set -- -accept "$listen" "$@"
	fi
	if [ -z "$cert" ]; then
		cert=${S_SERVER_CERT:-}
		[ -n "$cert" ] || cert=$(s_server_certificate) || return 1
		set -- -cert "$cert" -key "${S_SERVER_KEY:-$cert}" "$@"
	fi
	if [ "$kind" = ours ] && [ -n "$quiet" ] && [ -z "$ready" ]; then
		ready=$base.ready
		set -- -ready_file "$ready" "$@"
	fi
	if [ "$kind" = ours ] && [ "${S_SERVER_STATS:-}" != no ] &&
	    [ -z "$json" ]; then
		json=$base.json
		rm -f "$json"
		set -- -stats_json "$json" "$@"
	fi
	[ -z "$ready" ] || rm -f "$ready"
	if command -v "$S_SERVER" >/dev/null; then
		set -- "$S_SERVER" "$@"
	else
		# shellcheck disable=SC2086
		set -- $S_SERVER "$@"
	fi
	_s_server_forget_run "$base" && _s_server_launch "$base" "$@" || return 1
	printf '%s\n' "$json" >"$base.stats"
	_s_server_await_ready "$@"
}

# With the variables of s_server_start.
_s_server_await_ready() # command...
{
	local why=''

	if s_server_poll "$seconds" _s_server_ready_or_gone; then
		_s_server_is_ready && [ ! -s "$base.status" ] &&
		    _s_server_note_address && return 0
		_s_server_await_status "$base"
		why="$(_s_server_end_in_words "$base") before it was ready"
	else
		why="was not ready within $seconds s"
	fi
	_s_server_fail "s_server_start: $name $why: $*" || :
	_s_server_end "$base" TERM || :
	_s_server_show "$base"
	_s_server_is_done "$base"
	return 1
}

_s_server_ready_or_gone()
{
	_s_server_is_ready || _s_server_has_ended "$base"
}

# In the way in which this server tells it: in a file, by a line, or, if it is
# the stock program and quiet, not at all. Then its socket tells.
_s_server_is_ready()
{
	local line=''

	if [ -n "$ready" ]; then
		[ -s "$ready" ]
	elif [ -n "$quiet" ]; then
		[ -n "$(_s_server_socket "$S_SERVER_PID")" ]
	else
		_s_server_read_accept
	fi
}

# Sets the caller's "line". A part of that line is none.
_s_server_read_accept()
{
	while IFS= read -r line; do
		case $line in
		ACCEPT*) return 0 ;;
		esac
	done <"$base.out"
	return 1
}

# The port on which the process listens, in hexadecimal digits: of a TCP socket in
# state 0A, or of a UDP one.
_s_server_socket() # pid
{
	{
		# shellcheck disable=SC2012 # no names of files
		ls -l "/proc/$1/fd" | sed -n 's/.*socket:\[\(.*\)\]/own \1/p'
		cat "/proc/$1/net/tcp" "/proc/$1/net/tcp6" \
		    "/proc/$1/net/udp" "/proc/$1/net/udp6"
	} 2>/dev/null | awk '
	$1 == "own" { own[$2] = 1; next }
	($4 == "0A" || $4 == "07") && $10 in own {
		sub(/.*:/, "", $2); print $2; exit
	}'
}

# The line names the address only if the port was 0; else the options do. A
# client cannot connect to "any address": the loopback address stands for it.
_s_server_note_address()
{
	local line='' host='' port=''

	if [ -n "$ready" ]; then
		read -r line <"$ready"
	elif [ -z "$quiet" ]; then
		_s_server_read_accept || return 1
	fi
	line=${line#ACCEPT}
	line=${line# }
	line=${line:-$listen}
	case $listen in
	unix:*) line=$listen ;;
	esac
	case $line in
	unix:*) host=${line#unix:} ;;
	# A path that stood in the file of -options.
	localhost:*[!0-9]*) host=${line#localhost:} ;;
	*:*) host=${line%:*} port=${line##*:} ;;
	*) port=$line ;;
	esac
	if [ "$port" = 0 ]; then
		port=$((0x$(_s_server_socket "$S_SERVER_PID")))
	fi
	case $host in
	'' | '*' | 0.0.0.0) host=127.0.0.1 ;;
	'[::]' | ::) host='[::1]' ;;
	esac
	# shellcheck disable=SC2034 # for the caller
	S_SERVER_PORT=$port
	S_SERVER_ADDRESS=$host${port:+:$port}
	echo "$S_SERVER_PID $kind $S_SERVER_ADDRESS" >"$base.run"
}

# --- what is known of it -----------------------------------------------------

_s_server_ask() # function, what, [-n NAME]
{
	local function="$1" what="$2" base='' pid='' kind='' address=''

	shift 2
	[ "${1:-}" = -n ] || set -- -n server
	_s_server_find "$function" "${2:-}" || return 1
	_s_server_read "$base"
	case $what in
	pid) echo "$pid" ;;
	address) echo "$address" ;;
	port) echo "${address##*:}" | sed '/[^0-9]/d' ;;
	*) cat "$base.$what" ;;
	esac
}

s_server_pid() # [-n NAME]
{
	_s_server_ask s_server_pid pid "$@"
}

s_server_address() # [-n NAME]
{
	_s_server_ask s_server_address address "$@"
}

s_server_port() # [-n NAME]
{
	_s_server_ask s_server_port port "$@"
}

s_server_log() # [-n NAME]
{
	_s_server_ask s_server_log out "$@"
}

s_server_errors() # [-n NAME]
{
	_s_server_ask s_server_errors err "$@"
}

# --- statistics --------------------------------------------------------------

# A line of JSON as lines "name value", as connections.accepted 5: totals without
# that word, elements of arrays by their number from 1.
_s_server_flatten()
{
	awk '
	function name(  i, text) {
		text = ""
		for (i = 1; i <= depth; i++)
			text = text (text == "" ? "" : ".") part[i]
		sub(/^totals\./, "", text)
		return text
	}
	{
		depth = 0
		while (match($0, /"[^"]*"|[{}\[\]:,]|[^"{}\[\]:, \t]+/)) {
			token = substr($0, RSTART, RLENGTH)
			$0 = substr($0, RSTART + RLENGTH)
			if (token == "{" || token == "[") {
				list[++depth] = token == "["
				part[depth] = list[depth] ? 1 : ""
			} else if (token == "}" || token == "]") {
				depth--
			} else if (token == ",") {
				if (list[depth])
					part[depth]++
			} else if (token != ":") {
				gsub(/"/, "", token)
				if (!list[depth] && part[depth] == "" ||
				    substr($0, 1, 1) == ":")
					part[depth] = token
				else
					print name(), token
			}
		}
	}'
}

_s_server_count_lines() # file
{
	awk 'END { print NR }' "$1" 2>/dev/null || echo 0
}

_s_server_has_lines() # file, count
{
	[ "$(_s_server_count_lines "$1")" -ge "$2" ]
}

# Sets the caller's "json" to a file whose last line is the state of now, or of
# the end if the server has ended.
_s_server_fresh_stats() # function, name of the server
{
	local count=0 pid='' kind='' address=''

	_s_server_read "$base"
	json=
	[ ! -e "$base.stats" ] || read -r json <"$base.stats" || :
	[ -n "$json" ] || _s_server_fail "$1: $2 has no statistics:" \
	    'the stock program cannot tell them' || return 1
	if _s_server_running "$base"; then
		count=$(_s_server_count_lines "$json")
		kill -s USR1 "$pid" 2>/dev/null || :
		s_server_poll 5 _s_server_lines_or_gone "$json" \
		    $((count + 1)) || _s_server_fail \
		    "$1: $2 does not tell its statistics" || return 1
	fi
	[ -s "$json" ] || {
		_s_server_fail "$1: $2 wrote no statistics to $json"
		_s_server_show "$base"
		return 1
	}
}

_s_server_lines_or_gone() # file, count
{
	_s_server_has_lines "$1" "$2" || [ -s "$base.status" ]
}

s_server_stat() # [-n NAME] STATISTIC...
{
	local name=server base='' json='' flat='' value='' statistic=''

	[ "${1:-}" != -n ] || { name=${2:-} && shift $(($# > 1 ? 2 : 1)); }
	_s_server_find s_server_stat "$name" &&
	    _s_server_fresh_stats s_server_stat "$name" || return 1
	flat=$(tail -n 1 "$json" | _s_server_flatten)
	[ $# -gt 0 ] || printf '%s\n' "$flat"
	for statistic; do
		value=$(printf '%s\n' "$flat" |
		    awk -v name="$statistic" '$1 == name { print $2 }')
		[ -n "$value" ] || _s_server_fail \
		    "s_server_stat: no statistic is named $statistic; there are:" \
		    "$(_s_server_names "$flat")" || return 1
		printf '%s\n' "$value"
	done
}

# Those of the workers have the same names after per_worker.N.
_s_server_names() # statistics
{
	printf '%s\n' "$1" | awk '
	!/^(per_worker|handshake_times|silent)/ { printf "%s%s", sep, $1; sep = " " }
	END { print ", per_worker.1.connections.accepted ..." }'
}

# What s_server_stat refuses will not change.
_s_server_stat_is() # statistic, value
{
	seen=$(s_server_stat -n "$name" "$1") || {
		seen=
		return 0
	}
	[ "$seen" = "$2" ]
}

# A client may know of its end before the server counts it.
s_server_expect_stat() # [-n NAME] SECONDS STATISTIC VALUE
{
	local name=server seen='' base=''

	[ "${1:-}" != -n ] || { name=${2:-} && shift $(($# > 1 ? 2 : 1)); }
	_s_server_find s_server_expect_stat "$name" &&
	    _s_server_is_time s_server_expect_stat "${1:-}" || return 1
	if ! s_server_poll "${1:-}" _s_server_stat_is "${2:-}" "${3:-}"; then
		_s_server_fail "s_server_expect_stat: $name: $2 is $seen" \
		    "after $1 s, not $3" || :
		_s_server_show "$base"
		return 1
	fi
	[ -n "$seen" ]
}

# --- what it prints ----------------------------------------------------------

# Sets the caller's "found": the number of the line, or nothing.
_s_server_look() # file, line before the first one, regular expression
{
	found=$(tail -n "+$(($2 + 1))" -- "$1" | LC_ALL=C grep -naE -e "$3" |
	    LC_ALL=C sed -n '1s/:.*//p') || :
	[ -n "$found" ]
}

_s_server_is_regex()
{
	local status=0

	echo | grep -qE -e "$1" 2>/dev/null || status=$?
	[ -n "$1" ] && [ "$status" -lt 2 ]
}

_s_server_look_or_gone()
{
	_s_server_look "$@" || _s_server_has_ended "$base"
}

# A line that matches, after the one that the last expectation found.
s_server_expect() # [-n NAME] [-a] [-e] SECONDS REGEX
{
	local name=server base='' stream=out what=line from='' found=''

	while :; do
		case ${1:-} in
		-n)
			name=${2:-}
			shift
			;;
		-a) from=0 ;;
		-e) stream=err what='line on standard error' ;;
		*) break ;;
		esac
		shift
	done
	_s_server_find s_server_expect "$name" &&
	    _s_server_is_time s_server_expect "${1:-}" || return 1
	_s_server_is_regex "${2:-}" || _s_server_fail \
	    "s_server_expect: not a regular expression: ${2:-}" || return 1
	[ "$stream" = out ] || s_server_allow -n "$name" "${2:-}" || return 1
	[ -n "$from" ] || [ ! -s "$base.$stream.seen" ] ||
	    read -r from <"$base.$stream.seen"
	if s_server_poll "${1:-}" _s_server_look_or_gone "$base.$stream" \
	    "${from:=0}" "${2:-}" &&
	    # What it wrote between the look and its end.
	    _s_server_look "$base.$stream" "$from" "$2"; then
		echo $((from + found)) >"$base.$stream.seen"
		return 0
	fi
	if _s_server_running "$base"; then
		_s_server_fail "s_server_expect: $name:" \
		    "no $what matches within $1 s: $2" || :
	else
		_s_server_fail "s_server_expect: $name:" \
		    "no $what matches: $2; it" \
		    "$(_s_server_end_in_words "$base")" || :
	fi
	_s_server_show "$base"
	return 1
}

# Lines on standard error that are no fault, now or later.
s_server_allow() # [-n NAME] REGEX
{
	local name=server base=''

	[ "${1:-}" != -n ] || { name=${2:-} && shift $(($# > 1 ? 2 : 1)); }
	_s_server_find s_server_allow "$name" || return 1
	_s_server_is_regex "${1:-}" || _s_server_fail \
	    "s_server_allow: not a regular expression: ${1:-}" || return 1
	printf '%s\n' "${1:-}" >>"$base.allowed"
}

# --- what is told to it ------------------------------------------------------

# A line on its standard input: a command, or text for the client.
s_server_send() # [-n NAME] TEXT
{
	local name=server base=''

	[ "${1:-}" != -n ] || { name=${2:-} && shift $(($# > 1 ? 2 : 1)); }
	_s_server_find s_server_send "$name" || return 1
	_s_server_running "$base" || _s_server_fail \
	    "s_server_send: $name $(_s_server_end_in_words "$base")" || return 1
	# shellcheck disable=SC2016 # for the other shell
	printf '%s\n' "${1:-}" | timeout 5 sh -c 'cat >"$1"' sh "$base.in" ||
	    _s_server_fail "s_server_send: $name does not read: ${1:-}"
}

# Certificates and keys anew; done when the new workers serve.
s_server_reload() # [-n NAME] [SECONDS]
{
	local name=server base='' pid='' kind='' address='' from=0 found=''
	local said='^s_server: (reloaded|nothing is reloaded)'

	[ "${1:-}" != -n ] || { name=${2:-} && shift $(($# > 1 ? 2 : 1)); }
	_s_server_find s_server_reload "$name" &&
	    _s_server_is_time s_server_reload "${1:-10}" || return 1
	_s_server_read "$base"
	[ "$kind" = ours ] || _s_server_fail \
	    "s_server_reload: $name is the stock program, which cannot" ||
	    return 1
	s_server_allow -n "$name" '^s_server: reloaded' || return 1
	from=$(_s_server_count_lines "$base.err")
	kill -s HUP "$pid" 2>/dev/null || :
	if s_server_poll "${1:-10}" _s_server_look_or_gone "$base.err" "$from" \
	    "$said" && _s_server_look "$base.err" "$from" "$said"; then
		said=$(sed -n "$((from + found))p" "$base.err")
		case $said in
		*': reloaded'*) return 0 ;;
		esac
		_s_server_fail "s_server_reload: $name: ${said#s_server: }"
		return 1
	fi
	_s_server_fail "s_server_reload: $name does not reload" || :
	_s_server_show "$base"
	return 1
}

# --- end ---------------------------------------------------------------------

# Processes of its session, without zombies.
_s_server_session() # pid of its leader
{
	{ set +f; cat /proc/[0-9]*/stat 2>/dev/null || :; } | awk -v session="$1" '{
		pid = $1
		sub(/.*\) /, "")
		if ($4 == session && $1 != "Z" && $1 != "X")
			print pid
	}'
}

_s_server_session_is_over()
{
	[ -z "$(_s_server_session "$1")" ]
}

_s_server_is_done() # base
{
	[ ! -e "$1.run" ] || mv -f "$1.run" "$1.done"
}

# Fails if it did not obey and had to be killed.
_s_server_end_process() # name, pid, signal
{
	kill -s "$3" "$2" 2>/dev/null || :
	kill -s CONT "$2" 2>/dev/null || :
	! s_server_poll "${S_SERVER_END:-10}" _s_server_is_gone "$2" || return 0
	_s_server_fail "$1 ($2) did not end by $3" || :
	kill -s KILL -- "-$2" 2>/dev/null || :
	s_server_poll 10 _s_server_is_gone "$2" || :
	return 1
}

# The shell that waits for it needs a moment.
_s_server_await_status() # base
{
	s_server_poll 2 test -s "$1.status" || :
}

# Ends it and all that it left. Fails if it had to be killed, or left a process.
_s_server_end() # base, signal
{
	local base="$1" pid='' kind='' address='' failed=0 left='' IFS=' '

	_s_server_read "$base"
	! _s_server_running "$base" ||
	    _s_server_end_process "${base##*/}" "$pid" "$2" || failed=1
	_s_server_await_status "$base"
	if ! s_server_poll 2 _s_server_session_is_over "$pid"; then
		left=$(_s_server_session "$pid" | tr '\n' ' ')
		failed=1
		_s_server_fail "${base##*/} left processes: ${left% }" || :
		# shellcheck disable=SC2086 # several
		kill -s KILL $left 2>/dev/null || :
	fi
	return "$failed"
}

# What is no fault on standard error: the rows of the table of statistics, which
# a quiet server prints there, and what Q prints.
_s_server_usual='^( *[0-9]+ (items in the session cache|(client|server) (connects|renegotiates|accepts)|session cache (hits|misses|timeouts)|callback cache hits|cache full overflows)|shutdown accept socket$)'

# What stands on standard error and is not allowed: the first line.
_s_server_unexpected() # base
{
	[ -s "$1.err" ] || return 0
	if [ -s "$1.allowed" ]; then
		LC_ALL=C grep -avE -f "$1.allowed" -- "$1.err" || :
	else
		cat -- "$1.err"
	fi | LC_ALL=C grep -avE -e "$_s_server_usual" | sed -n 1p
}

# It has ended: was that as it should?
_s_server_check_end() # function, name, expected statuses
{
	local status='' line='' failed=0

	[ ! -s "$base.status" ] || read -r status <"$base.status"
	case " $3 " in
	*" ${status:-unknown} "*) ;;
	*)
		_s_server_fail "$1: $2 $(_s_server_end_in_words "$base")" || :
		failed=1
		;;
	esac
	line=$(_s_server_unexpected "$base") || :
	[ -z "$line" ] || {
		_s_server_fail "$1: $2 said on standard error: $line" || :
		failed=1
	}
	return "$failed"
}

# Ends it, and fails if anything about it was not as it should.
s_server_stop() # [-n NAME] [-s SIGNAL] [-x STATUS]
{
	local name=server base='' signal=TERM status='' failed=0

	while :; do
		case ${1:-} in
		-n) name=${2:-} ;;
		-s) signal=${2:-} ;;
		-x) status=${2:-} ;;
		*) break ;;
		esac
		shift
		[ $# -eq 0 ] || shift
	done
	_s_server_find s_server_stop "$name" || return 1
	# What was wrong with it was told at its end.
	[ -e "$base.run" ] || [ -n "$status" ] || return 0
	if [ -z "$status" ]; then
		status=0
		if _s_server_running "$base"; then
			case $signal in
			INT) status='0 130' ;;
			TERM) status='0 143' ;;
			esac
		fi
	fi
	_s_server_end "$base" "$signal" || failed=1
	_s_server_check_end s_server_stop "$name" "$status" || failed=1
	[ "$failed" -eq 0 ] || _s_server_show "$base"
	_s_server_is_done "$base"
	return "$failed"
}

# The same for one that ends by itself, as with -naccept.
s_server_wait() # [-n NAME] [-x STATUS] [SECONDS]
{
	local name=server base='' status=0

	while :; do
		case ${1:-} in
		-n) name=${2:-} ;;
		-x) status=${2:-} ;;
		*) break ;;
		esac
		shift
		[ $# -eq 0 ] || shift
	done
	_s_server_find s_server_wait "$name" &&
	    _s_server_is_time s_server_wait "${1:-10}" || return 1
	if ! s_server_poll "${1:-10}" _s_server_has_ended "$base"; then
		_s_server_fail "s_server_wait: $name did not end within" \
		    "${1:-10} s" || :
		_s_server_show "$base"
		_s_server_end "$base" TERM || :
		_s_server_is_done "$base"
		return 1
	fi
	s_server_stop -n "$name" -x "$status"
}

# Whatever is left, for the end of a test that may have failed. Not what
# setup_file started, unless it is called in teardown_file.
s_server_cleanup()
{
	local dir='' file='' failed=0 glob=''

	case $- in
	*f*) glob=-f ;;
	esac
	set +f
	_s_server_dir
	for file in "${dir:-/nowhere}"/*.run; do
		[ -e "$file" ] || continue
		_s_server_end "${file%.run}" TERM || failed=1
		_s_server_show "${file%.run}"
		_s_server_is_done "${file%.run}"
	done
	[ -z "$glob" ] || set "$glob"
	if [ -n "${_s_server_made:-}" ]; then
		rm -rf "$_s_server_made"
		_s_server_made='' S_SERVER_DIR=
	fi
	return "$failed"
}

# For scripts without Bats: the clean-up at their end, however they end. What the
# servers said is shown if the script failed.
s_server_trap()
{
	# In quotes: bash may split by what IFS was in a function that "set -e"
	# has left.
	trap '_s_server_at_exit "$?"' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

_s_server_at_exit() # exit status of the script
{
	trap - EXIT
	[ "$1" -ne 0 ] || S_SERVER_LINES=0
	s_server_cleanup || exit 1
	exit "$1"
}
