# The command line of resumption-check.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

sessions=4	# first connections of each kind
times=10	# resumptions of each of them
parallel=1
timeout_s=10	# for a connection
asked=''	# kinds that -k named
request=''	# what the server is asked; empty: nothing
name=''		# of the server, for SNI
targets=()	# HOST:PORT of each server
extra=()	# for s_client

usage()
{
	cat <<-EOT
	usage: ${0##*/} [option ...] HOST:PORT ... [-- option of s_client ...]

	Opens TLS sessions, resumes each of them over new connections, and prints how
	often that went well, for each kind of resumption. With several addresses
	the connections go to all of them in turn. The kinds:

	  id        TLS 1.2, session ID
	  ticket    TLS 1.2, session ticket
	  tls13     TLS 1.3, ticket that holds the session
	  stateful  TLS 1.3, ticket that only names a session kept by the server
	  early     TLS 1.3, 0-RTT: early data is sent, and must be accepted

	  -c N         sessions to open of each kind, default $sessions
	  -n M         resumptions of each session, one after another, default $times
	  -k KIND,...  only these; one that the server does not offer is then a fault
	  -j N         sessions to work on at the same time, default $parallel; more are
               faster, but may fall into step with a balancer and miss a fault
	  -t SECONDS   time for a connection, default $timeout_s
	  -s NAME      server name to ask for (SNI), default HOST
	  -q           send no HTTP request; also with -starttls of s_client
	  -h           print this

	In TLS 1.2 all M connections offer the session of the first one. In TLS 1.3
	each offers the ticket that the connection before it got, since a ticket may
	be good for one use; a ticket that was refused is offered again, up to
	$refusals times in all, for another process may know it. Which of tls13 and
	stateful a server has is seen from its tickets.

	Where the answer to "GET / HTTP/1.0" has a line "Worker: NAME", a matrix
	tells which process resumed the sessions of which. s_server writes such a
	line with -www -label, nginx with: return 200 "Worker: \$pid\n"; a line
	"Host: NAME" before it, as of s_server -label_host, tells the host as well.
	Without it, several addresses are taken for several hosts.

	Certificates are not verified, nor those of the system loaded.

	Exit status: 0 all were resumed, 1 some were not, 2 wrong usage or no server.
	EOT
}

number() # option, value
{
	[[ $2 =~ ^[1-9][0-9]{0,5}$ ]] || die "-$1 takes a number, not $2"
	echo "$2"
}

kinds() # KIND,...
{
	local kind

	for kind in ${1//,/ }; do
		[ -n "${title[$kind]:-}" ] ||
		    die "-k takes ${all_kinds// /, }, not $kind"
		echo "$kind"
	done
}

parse() # argument...
{
	local option OPTIND=1 quiet=''

	while getopts :c:hj:k:n:qs:t: option; do
		case $option in
		c) sessions=$(number c "$OPTARG") || exit ;;
		h) usage; exit 0 ;;
		j) parallel=$(number j "$OPTARG") || exit ;;
		k) asked+=" $(kinds "$OPTARG")" || exit ;;
		n) times=$(number n "$OPTARG") || exit ;;
		q) quiet=yes ;;
		s) name=$OPTARG ;;
		t) timeout_s=$(number t "$OPTARG") || exit ;;
		:) die "-$OPTARG takes a value (-h for help)" ;;
		*) die "unknown option -$OPTARG (-h for help)" ;;
		esac
	done
	shift $((OPTIND - 1))
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		[[ $1 =~ ^.+:[^:]+$ ]] ||
		    die "not HOST:PORT: $1 (options of s_client come after --; -h for help)"
		targets+=("$1")
		shift
	done
	[ "${#targets[@]}" -gt 0 ] ||
	    die 'which server? HOST:PORT is missing (-h for help)'
	target=${targets[0]}
	extra=("${@:2}")
	case " ${extra[*]} " in
	*' -starttls '*) quiet=yes ;;
	esac
	[ -n "$quiet" ] ||
	    request=$'GET / HTTP/1.0\r\nHost: '${name:-${target%:*}}$'\r\n\r\n'
	[ -z "$name" ] || extra=(-servername "$name" "${extra[@]}")
}

wanted() # kind
{
	[ -z "$asked" ] || [[ " ${asked//$'\n'/ } " == *" $1 "* ]]
}
