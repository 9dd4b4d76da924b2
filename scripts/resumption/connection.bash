# One connection, made by s_client, and what its output tells.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

patience_ms=1000 # for what a server need not send: tickets, an answer
target=''	# HOST:PORT to connect to
fifo=''		# standard input of the s_client that runs
client=''	# pid of the s_client that runs

# Runs s_client until its connection has told all that it can. Sets
#
#	SHAKEN		New or Reused; empty: there was no handshake
#	SESSION_ID	of TLS 1.2
#	TICKET		size of the last session ticket
#	EARLY_MAX	how much early data that ticket allows
#	EARLY		accepted, rejected or none; empty: not told
#	LABEL		of the process that answered, with its host if that is known
#	HOST		of that process; or its address, if several were given
#	ENDED		yes: the server closed the connection
#	REASON		the first error in words
#	NOT_TLS		yes: that error is not one of TLS
#
# These must be set before:
#
#	CLOSES		yes, no: the server closes after its answer, or does not;
#			empty: find that out
#	LABELS		yes: the answer names its process
#	AWAIT		file: wait for a TLS 1.3 ticket, which goes into it
connect() # option of s_client...
{
	local to from part='' line limit unasked='' answer='' block=''

	SHAKEN='' SESSION_ID='' TICKET=0 EARLY_MAX=0 EARLY='' LABEL='' ENDED=''
	REASON='' NOT_TLS='' HOST=''
	[ "${#targets[@]}" -eq 1 ] || HOST=$(name_target)
	now_ms
	limit=$((NOW + timeout_s * 1000))
	exec {to}<>"$fifo"
	# s_client sees the end of its input only if nobody has the other end.
	exec {from}< <(exec <"$fifo" {to}>&- 2>&1 && run_client "$@")
	client=$!
	case " $* " in
	*' -early_data '*) unasked=yes ;;
	*) ask "$to" ;;
	esac
	while listen; do
		if [ -n "$unasked" ] && [ -n "$EARLY" ]; then
			unasked=''
			[ "$EARLY" = accepted ] || ask "$to"
		fi
		! is_complete || break
	done
	leave
}

# Certificates are not verified, so none are loaded: that would take most of the
# time.
run_client() # option of s_client...
{
	[ -z "${AWAIT:-}" ] || set -- "$@" -sess_out "$AWAIT"
	SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/dev/null exec "$openssl" \
	    s_client -connect "$target" "${extra[@]}" "$@"
}

# Prints the address of the server, without characters that a key cannot have.
name_target()
{
	echo "${target//[^A-Za-z0-9.:-]/}"
}

# Reads a line, or returns after a moment, because s_client does not say at once
# that a ticket came. Fails if the time is over, or at the end of the output; then
# ENDED is yes.
listen()
{
	now_ms
	[ "$NOW" -lt "$limit" ] || return 1
	if IFS= read -r -t 0.02 -u "$from" line; then
		understand "$part${line%$'\r'}"
		part=''
	elif [ $? -gt 128 ]; then
		part+=$line
	else
		ENDED=yes
		return 1
	fi
}

# Sets NOW. It is called too often to print the time from a subshell.
now_ms()
{
	local now=$EPOCHREALTIME

	NOW=$((${now%.*} * 1000 + 10#${now#*.} / 1000))
}

# The client may be gone already.
ask() # descriptor
{
	[ -z "$request" ] || { printf '%s' "$request" >&"$1"; } 2>/dev/null
}

# Succeeds if the connection has told all that it was made for.
is_complete()
{
	[ -n "$SHAKEN" ] && [ "$CLOSES" != yes ] || return 1
	# Tickets and an answer may still come, but not much later.
	if [ "$limit" -gt $((NOW + patience_ms)) ]; then
		limit=$((NOW + patience_ms))
	fi
	[ "$CLOSES" = no ] || return 1
	[ -z "${AWAIT:-}" ] || [ -s "$AWAIT" ] || return 1
	[ "${LABELS:-}" != yes ] || [ -n "$LABEL" ]
}

# The end of its input makes s_client say goodbye.
leave()
{
	local ended=$ENDED

	exec {to}>&-
	now_ms
	limit=$((NOW + patience_ms))
	while [ -n "$SHAKEN" ] && [ -z "$ENDED" ]; do
		listen || break
	done
	if [ -z "$ENDED" ]; then
		end_client
		[ -n "$SHAKEN" ] || REASON="no answer in $timeout_s s" NOT_TLS=yes
	fi
	ENDED=$ended
	client=''
	exec {from}<&-
	[ -n "$SHAKEN$REASON" ] || REASON='the server closed the connection'
}

end_client()
{
	[ -z "$client" ] || kill "$client" 2>/dev/null
}

# The line is one of s_client, or one of the answer, which comes after those.
understand() # line
{
	case $1 in
	*[0-9A-F]:error:*) understand_error "$1" ;;
	'Host: '*) understand_host "${1#Host: }" ;;
	'Worker: '*) understand_label "${1#Worker: }" ;;
	HTTP/1*) answer=yes ;;
	*'New Session Ticket arrived'*) block=yes ;;
	'SSL-Session:') [ -n "$answer" ] || block=yes ;;
	'---' | 'read R BLOCK') block='' ;;
	*)
		[ -z "$block" ] || understand_session "$1"
		[ -n "$answer" ] || understand_handshake "$1"
		;;
	esac
}

# The server chose the text, which is printed later and is a key of arrays.
understand_label() # text
{
	[[ ! $1 =~ ^[A-Za-z0-9._-]{1,20}$ ]] || LABEL=${HOST:+$HOST:}$1
}

understand_host() # text
{
	[[ ! $1 =~ ^[A-Za-z0-9._-]{1,63}$ ]] || HOST=$1
}

understand_handshake() # line
{
	case $1 in
	*', (NONE), Cipher is (NONE)') ;;
	'New, '*', Cipher is '*) SHAKEN=New ;;
	'Reused, '*', Cipher is '*) SHAKEN=Reused ;;
	'Early data was accepted') EARLY=accepted ;;
	'Early data was rejected') EARLY=rejected ;;
	'Early data was not sent') EARLY=none ;;
	esac
}

# The line is one of the block that s_client prints about a session.
understand_session() # line
{
	case $1 in
	'    Session-ID: '?*) SESSION_ID=${1##* } ;;
	'    TLS session ticket:') TICKET=0 ;;
	'    '[0-9a-f]*' - '*) TICKET=$((TICKET + 16)) ;;
	'    Max Early Data: '[1-9]*) EARLY_MAX=${1##* } ;;
	esac
}

# The line has the fields thread:error:code:library:function:reason:file:line:more
understand_error() # line
{
	local fields

	[ -z "$REASON" ] || return 0
	IFS=: read -ra fields <<<"$1"
	REASON=${fields[5]:-unknown}
	[ "$REASON" != 'system lib' ] || REASON=${fields[-1]}
	[ "${fields[3]}" = 'SSL routines' ] || NOT_TLS=yes
}
