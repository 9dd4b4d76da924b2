# How each server is started so that it can do a kind of work of
# bench-handshakes, and why some of them cannot.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables
# shellcheck disable=SC2317 # functions are called by the names of servers

backend_port=	# of the plain server behind hitch, once it runs

# Starts a server: sets $server, $port, and $request for the client. If there is
# nothing to measure, sets $note to the reason.
start() # name
{
	local brand=${1%-*} options=()

	note=
	request=(--request /page)
	if ! is_installed "$brand"; then
		note='not installed'
		return
	fi
	"options_of_$brand"
	[ -z "$note" ] || return 0
	case $1 in
	nginx-return) options+=("return 200 \"$(<"$page")\"") ;;
	esac
	start_with_options "$1" || note='did not start'
}

options_of_ours()
{
	options=(-WWW "${quiet[@]}")
	case $kind in
	tls13-stateful) options+=(-no_ticket) ;;
	tls13-early) options+=(-early_data) ;;
	esac
}

# The stock program cannot combine -early_data with pages.
options_of_stock()
{
	options_of_ours
	[ "$kind" != tls13-early ] || note='- (no early data with pages)'
}

options_of_nginx()
{
	options=("root $pages")
	case $kind in
	tls12-id | tls13-stateful)
		options+=('ssl_session_cache shared:bench:20m'
		    'ssl_session_tickets off')
		;;
	tls13-early) options+=('ssl_early_data on') ;;
	esac
}

options_of_haproxy()
{
	case $kind in
	tls12-id | tls13-stateful) options=(no-tls-tickets) ;;
	tls13-early) options=(allow-0rtt) ;;
	esac
}

options_of_hitch()
{
	no_sessions
}

options_of_bare()
{
	no_sessions
}

# These servers have no cache for several processes, and no early data.
no_sessions()
{
	case $kind in
	tls12-id | tls13-stateful) note='- (no shared cache)' ;;
	tls13-early) note='- (no early data)' ;;
	esac
}

start_with_options() # name
{
	case $1 in
	ours*) start_program "$1" in_pages "${program_of[$1]}" "${cert[@]}" \
	    -accept 127.0.0.1:0 -workers "$workers" "${options[@]}" ;;
	stock) start_program "$1" in_pages "$openssl" s_server "${cert[@]}" \
	    -accept 127.0.0.1:0 "${options[@]}" ;;
	nginx*) start_nginx "$workers" "${options[@]}" ;;
	haproxy) start_haproxy "$workers" 4000 "${options[@]}" ;;
	hitch)
		start_backend || return 1
		start_hitch "$workers" "$backend_port"
		;;
	bare) start_program "$1" "$build/tests/bench/bare_loop" "$workers" \
	    "${cert[1]}" "${cert[3]}" ;;
	esac
}

# Starts the plain server behind hitch. end_loads ends it with the clients.
start_backend()
{
	[ -z "$backend_port" ] || return 0
	start_program plain_page "$build/tests/bench/plain_page" || return 1
	loads+=("$server")
	backend_port=$port
}
