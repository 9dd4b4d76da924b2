# What the server is: reachable, how it ends its answers, what it offers.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

# By kind: why the server does not offer it.
declare -A absent=()
# By kind: what processes must share.
declare -A shared=([id]='session cache' [ticket]='ticket key'
	[tls13]='ticket key' [stateful]='session cache' [early]='ticket key')

probe()
{
	CLOSES=''
	[ -n "$request" ] || CLOSES=no
	for target in "${targets[@]}"; do
		look
		[ -n "$SHAKEN" ] || die "$target: $REASON"
		[ -n "$CLOSES" ] || CLOSES=${ENDED:-no}
		LABELS=${LABEL:+yes}
	done
	probe_id
	probe_ticket
	probe_tls13
}

# Makes a connection. If an error of TLS ends it, the kind is not offered. After
# any other error the script ends, because there is no server.
look() # option of s_client...
{
	connect "$@"
	[ -n "$SHAKEN" ] || [ -z "$NOT_TLS" ] || die "$target: $REASON"
}

why_not() # what it may be, given that there was a handshake
{
	[ -n "$SHAKEN" ] && echo "$1" || echo "$REASON"
}

probe_id()
{
	wanted id || return 0
	look -tls1_2 -no_ticket
	[ -n "$SESSION_ID" ] || absent[id]=$(why_not 'no session ID comes')
}

probe_ticket()
{
	wanted ticket || return 0
	look -tls1_2
	[ "$TICKET" -gt 0 ] || absent[ticket]=$(why_not 'no ticket comes')
}

# One connection tells about all kinds of TLS 1.3.
probe_tls13()
{
	local none

	wanted tls13 || wanted stateful || wanted early || return 0
	AWAIT=$scratch/ticket look -tls1_3
	if [ "$TICKET" -eq 0 ]; then
		none=$(why_not 'no ticket comes')
		absent[tls13]=$none absent[stateful]=$none absent[early]=$none
		return
	fi
	if [ "$TICKET" -eq 32 ]; then
		absent[tls13]='its tickets are stateful'
		shared[early]=${shared[stateful]}
	else
		absent[stateful]='its tickets are stateless'
	fi
	[ "$EARLY_MAX" -gt 0 ] ||
	    absent[early]='its tickets allow no early data'
}
