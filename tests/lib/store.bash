# Session stores: Redis or Valkey, whichever is installed, at a UNIX socket.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # for other libraries and the tests

# Its socket is NAME.sock in the test's folder; it keeps nothing on disk unless
# an option says so. Sets STORE to its URI.
start_store() # name, option of redis-server...
{
	local name=$1

	needs_store
	shift
	rm -f "$name.sock"
	launch "$name" "$(store_program)" --port 0 --unixsocket "$PWD/$name.sock" \
	    --save '' --dir "$PWD" --daemonize no "$@"
	STORE=redis+unix://$PWD/$name.sock
	wait_for 10 store_answers "$name"
}

# The same with TLS at a port of the loopback device; returns 1
# if it cannot do that. Sets STORE to its URI.
open_tls_port() # name
{
	local port tries=0

	store "$1" config set tls-cert-file "$CERTS/server.pem" \
	    tls-key-file "$CERTS/server-key.pem" tls-auth-clients no
	# None of them is ours alone: another one if it is taken.
	until
		port=$((20000 + RANDOM % 12000))
		[ "$(store "$1" config set tls-port "$port")" = OK ]
	do
		[ $((tries += 1)) -lt 20 ] || return 1
	done
	STORE=rediss://localhost:$port
}

# A command, as an administrator.
store() # name, word...
{
	local cli=redis-cli

	command -v "$cli" >/dev/null || cli=valkey-cli
	"$cli" -s "$1.sock" "${@:2}"
}

# One that wants a password answers, too.
store_answers() # name
{
	[[ $(store "$1" ping 2>&1) == @(PONG|*NOAUTH*) ]]
}

# Asks a store what is typed to it (tests/unit/store_drive.c).
start_asker() # name, URI, deadline in ms, password
{
	needs_store
	launch "$1" "$BUILD/tests/unit/store_drive" "${@:2}"
}

# Type a question, and wait for its answer.
asks() # name, question, answer
{
	local said before

	before=$(wc -l <"$1.out")
	type_to "$1" "$2\n"
	wait_for 10 has_lines "$1.out" $((before + 1))
	said=$(tail -n 1 "$1.out")
	[[ $said == "$3" ]] || fail "$1: $2: $said, not $3"
}

has_lines() # file, count
{
	[ "$(wc -l <"$1")" -ge "$2" ]
}

# So many servers that share the store of STORE, as if each was on a host of its
# own; named host1 and so on. Sets PORTS, and PORT to that of a balancer which
# gives them the clients in turn. A busy machine shall lose no answer: the
# deadline is long unless the options say otherwise.
start_hosts() # count, option...
{
	local count=$1 number

	PORTS=()
	for ((number = 1; number <= count; number++)); do
		start_named "host$number" -session_store "$STORE" \
		    -session_store_timeout 10000 "${@:2}"
		PORTS+=("$PORT")
	done
	# Kinds are one after another in a test.
	end_process balancer
	start_alternate balancer "${PORTS[@]}"
}

end_hosts()
{
	local name

	end_process balancer
	for name in "${!PIDS[@]}"; do
		[[ $name != host* ]] || end_process "$name"
	done
}

# A new key; with it a server has nothing to say about sealing.
make_key() # file
{
	(umask 077 && openssl rand -hex 32 >"$1")
}

# How often a command was called; nothing if never.
store_calls() # name, command
{
	store "$1" info commandstats |
	    sed -n "s/^cmdstat_$2:calls=\([0-9]*\),.*/\1/p"
}

store_program()
{
	command -v redis-server || command -v valkey-server
}

store_called() # name, command, count
{
	[ "$(store_calls "$1" "$2")" = "$3" ]
}

needs_store()
{
	ldd "$S_SERVER" | grep -q hiredis || skip 'built without hiredis'
	store_program >/dev/null ||
	    skip 'neither redis-server nor valkey-server is installed'
}
