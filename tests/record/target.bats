# -log: where the lines go, and what becomes of them on the way there.

# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # expanded or set by the helpers

load ../lib/helpers

# As many connections have a line each, and every line is JSON.
logged() # file, connections
{
	[ "$(jq -r 'select(.event == "connection") | .connection' "$1" |
		sort -nu | wc -l)" = "$2" ]
}

no_line_is_torn() # file
{
	jq -e . "$1" >/dev/null
}

# covers: -log
@test "each connection has a line in the file, whatever the worker" {
	start_server -quiet -workers 3 -www -log log.json
	tls_load --connections 60 --parallel 20
	wait_for 5 logged log.json 60
	no_line_is_torn log.json
}

# covers: -log_events
@test "a list of events that is none is refused" {
	refuses_start "s_server: -log_events connection,: not a list of accepted, handshake, connection or all" \
	    -log_events connection,
	refuses_start "s_server: -log_events none: not a list of accepted, handshake, connection or all" \
	    -log_events none
	start_server -quiet -workers 1 -www -log log.json -log_events accepted
	tls_load --connections 3
	stop_server
	run -1 grep -q '"event":"connection"' log.json
}
