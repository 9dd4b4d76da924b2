# Waiting for a condition, never for a time: a busy machine takes its own; and how
# long a test lasts.
#
# Each deadline is multiplied by SLOW.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # shared with the other libraries

# How many of something: every day, and in the long form of a test.
rounds() # few, many
{
	if [ -n "${LONG:-}" ]; then
		echo "$2"
	else
		echo "$1"
	fi
}

now_ms()
{
	local now=$EPOCHREALTIME

	echo $((${now%.*} * 1000 + 10#${now#*.} / 1000))
}

# Call until it is true, at most so many seconds.
wait_for() # seconds, command...
{
	local S_SERVER_SLOW=$SLOW

	s_server_poll "$@" || fail "waited in vain for: ${*:2}"
}

# All deadlines that the program promises are tested at ten times their value,
# at least 2 s; the true figure is printed.
within_ms() # limit in ms, what, command...
{
	local limit=$1 what=$2 begin took

	shift 2
	begin=$(now_ms)
	"$@" || return 1
	took=$(($(now_ms) - begin))
	echo "# $what took $took ms (limit $limit ms)" >&3
	[ "$took" -le $((limit * SLOW)) ] || fail "$what took $took ms"
}

# To start sleep(1) would cost more than most of what is asked for meanwhile.
_s_server_pause() # seconds
{
	if [ -n "${SILENCE:-}" ]; then
		read -rt "$1" -u "$SILENCE" || :
	else
		sleep "$1"
	fi
}

# What a client has seen of the server, its master need not have written yet: a
# test waits for a line of a server that still runs.
file_has() # file, fixed string
{
	local text

	[ -e "$1" ] || return 1
	if IFS= read -r -d '' -n 65536 text <"$1"; then
		# It is longer, or not a text.
		grep -qaF -e "$2" -- "$1"
	else
		[[ $text == *"$2"* ]]
	fi
}

# As many lines, or more, begin with the string.
has_times() # file, count, beginning
{
	[ "$(count_lines "$(<"$1")" "$3")" -ge "$2" ]
}
