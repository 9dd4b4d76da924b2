# The stock program, the oracle: the same client against ours and against it;
# what must vary is masked. rows.bash makes tables of such tests.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # shared with the other libraries

# The stock program, the oracle. Sets STOCK_PID and STOCK_PORT.
start_stock() # option...
{
	start_program stock stock "$OPENSSL s_server" "$@" || return 1
	STOCK_PID=$S_SERVER_PID
	STOCK_PORT=$S_SERVER_PORT
}

# Is the TLS library of this system as new as that?
library_is() # version, as 3.2
{
	local found wanted

	IFS=' .' read -ra found <<<"$("$OPENSSL" version)"
	IFS=. read -ra wanted <<<"$1"
	((found[1] > wanted[0] ||
	    (found[1] == wanted[0] && found[2] >= wanted[1])))
}

needs_library() # version
{
	library_is "$1" || skip "needs OpenSSL $1"
}

# OpenSSL 4 has none.
has_engines()
{
	"$OPENSSL" list -engines >/dev/null 2>&1
}

needs_engines()
{
	has_engines || skip 'this OpenSSL has no engines'
}

# How it prints names of certificates: "CN = x", or "CN=x".
named() # type, value
{
	if library_is 3.2; then
		echo "$1=$2"
	else
		echo "$1 = $2"
	fi
}

run_stock() # option...
{
	run --separate-stderr timeout 10 "$OPENSSL" s_server "$@" </dev/null
}

port_of_pid() # pid
{
	ss -tulnpH | awk -v who="pid=$1," '
	index($0, who) { sub(/.*:/, "", $5); print $5; exit }'
}

# What must vary between two runs of even the same program, and so is hidden
# before two outputs are compared; all else must be equal to the byte.
#
#  - PEM of the session: holds keys, random bytes and the time
#  - thread ids and source lines of the library's error lines
#  - ports the kernel chose, addresses in memory
#  - session ids, master secrets, PSKs, exporter output, session tickets
#  - times of sessions and clocks
#  - sizes of handshakes in s_client's summary: ECDSA signatures have 70 to 72
#    bytes; for the same reason the length of -msg's CertificateVerify,
#    ServerKeyExchange and whole records, and the hex dumps of -msg and -debug
#  - s_client's blocks about TLS 1.3 tickets: whether it still reads them
#    before it leaves is a race between it and its standard input
#  - the number of its socket in CONNECTED(...)
#  - -ready_file on the page of -www, which start_named may have added
#  - what sanitizers note of the stacks that libssl makes for jobs of -async
mask()
{
	awk '
	/^---$/ { held = held $0 "\n"; next }
	/^Post-Handshake New Session Ticket arrived/ {
		held = ""; ticket = 1; next
	}
	ticket { if (/^read R BLOCK$/) ticket = 0; next }
	/BEGIN SSL SESSION PARAMETERS/ { pem = 1 }
	/END SSL SESSION PARAMETERS/ { pem = 0 }
	pem && !/^-/ { next }
	/^    ([0-9a-f][0-9a-f] )*[0-9a-f][0-9a-f] *$/ { next }
	/^ *[0-9a-f]+ - ([0-9a-f][0-9a-f][ -])/ { next }
	{ printf "%s%s\n", held, $0; held = "" }
	END { printf "%s", held }' |
	sed -E \
	    -e 's/^[0-9A-F]{8,16}:error:/THREAD:error:/' \
	    -e 's/^(THREAD:error:.*:)[0-9]+:/\1LINE:/' \
	    -e 's/(ACCEPT .*):[0-9]+$/\1:PORT/' \
	    -e 's/(127\.0\.0\.1|\[?::1\]?):[0-9]{2,5}/\1:PORT/g' \
	    -e 's/0x[0-9a-f]{6,}/ADDRESS/g' \
	    -e '/^s_server /s/ -ready_file [^ ]*//' \
	    -e 's/^(    Keying material: ).*/\1HEX/' \
	    -e 's/^( *(Session-ID|Master-Key|Resumption PSK): ?)[0-9A-F]+$/\1HEX/' \
	    -e 's/^( *Start Time: ?).*/\1TIME/' \
	    -e 's/^(SSL handshake has read ).*/\1SIZES/' \
	    -e 's/^((<<<|>>>).*(CertificateVerify|ServerKeyExchange|Record|RecordHeader).*)length [0-9a-f]+/\1length N/' \
	    -e 's/^((<<<|>>>).*)\[length [0-9a-f]+\](, (CertificateVerify|ServerKeyExchange|RecordHeader).*)/\1[length N]\3/' \
	    -e 's/^(ssl_ech_servername_cb: connection .* at ).*/\1TIME/' \
	    -e 's/^CONNECTED\(.*/CONNECTED/' \
	    -e '/^==[0-9]+==WARNING: ASan is ignoring requested __asan_/d' \
	    -e '/^False positive error reports may follow$/d' \
	    -e '/^For details see https:\/\/github\.com\/google\/sanitizers\//d'
}

# The same client against ours and the stock program, both at once; what the
# two servers print, what the two clients print and how all end must be equal
# after the mask.
#
#	same_as_stock [-f SCENARIO] [-e TEXT] [-m FILTER] [-n] [-w] [-k] \
#	    'server options' 'client options' ['text for the client']
#
# The servers get "-naccept 1", so that they end by themselves with everything
# flushed; -n leaves it out, for a scenario that ends them otherwise. The client
# types its text and leaves when TEXT of -e has come back; with -w it leaves when
# the server has ended the connection. With -k only our server runs: what the
# stock program said the time before is kept. SCENARIO is a
# function that does something else: it is called with the server's name
# (server or stock) as $1 and the client options after it, in a process of its
# own, with PORT set; its output counts as the client's. It may use type_to "$1"
# and file_has "$1.out". FILTER is a function that hides more than the mask
# does. STDIN=file applies to the servers, as for launch, and OURS holds options
# that only our server gets.
same_as_stock()
{
	local scenario=plain_scenario expect='' more=cat limit='-naccept 1'
	local await='' kept=''

	while :; do
		case ${1:-} in
		-f) scenario=$2 ;;
		-e) expect=$2 ;;
		-m) more=$2 ;;
		-n) limit='' ;;
		-w) await=yes ;;
		-k) kept=yes ;;
		*) break ;;
		esac
		[[ $1 == -[nwk] ]] || shift
		shift
	done

	local server_options=() client_options=() text=${3:-} ours failed=0

	eval "server_options=($1 $limit)"
	eval "client_options=(${2:-})"
	(one_side server "${client_options[@]}") &
	ours=$!
	[ -n "$kept" ] || (one_side stock "${client_options[@]}") || failed=1
	wait "$ours" || failed=1
	[ "$failed" -eq 0 ] || return 1

	compare_sides out 'standard output of the server' || failed=1
	compare_sides err 'standard error of the server' || failed=1
	compare_sides exit 'exit status of the server' || failed=1
	compare_sides client 'output of the client' || failed=1
	compare_sides client-exit 'exit status of the client' || failed=1
	return "$failed"
}

# One of the two, in a process of its own. Leaves NAME.out and so on.
one_side() # name, client option...
{
	local name=$1 status=0

	shift
	forget_processes
	trap 'end_all || exit 1' EXIT
	if [ "$name" = server ]; then
		# shellcheck disable=SC2086 # several options
		start_server ${OURS:-} "${server_options[@]}" || exit 1
	else
		start_stock "${server_options[@]}" || exit 1
		PORT=$STOCK_PORT
	fi
	"$scenario" "$name" "$@" >"$name.client" || status=$?
	echo "$status" >"$name.client-exit"
	if ! wait_exit "$name"; then
		show_files "$name"
		exit 1
	fi
	echo "$STATUS" >"$name.exit"
	[ "$name" = server ] || hide_session
	assert_nothing_left || exit 1
}

# With OpenSSL 4.0 the stock program prints the session of -www on standard
# output, too: the item www-session of COMPATIBILITY.
hide_session()
{
	! file_has stock.out SSL-Session: || ! library_is 4.0 ||
	    sed -i -e '/^SSL-Session:/,/^    Extended master secret/d' \
		-e '/^    Max Early Data/d' stock.out
}

plain_scenario() # name, client option...
{
	local name=$1

	shift
	client_start "$name-client" "$@"
	[ -z "$text" ] || type_to "$name-client" "$text"
	if [ -n "$expect" ]; then
		wait_for 10 file_has "$name-client.out" "$expect" || :
	fi
	if [ -n "$await" ]; then
		wait_exit "$name-client" || return 1
	else
		client_end "$name-client" || return 1
	fi
	cat "$name-client.out"
	return "$STATUS"
}

# For a server that closes when it has answered: prints just the answer.
request_scenario() # name, client option...
{
	local name=$1

	shift
	client_start "$name-client" -quiet "$@"
	type_to "$name-client" "$text"
	wait_exit "$name-client"
	cat "$name-client.out"
	return "$STATUS"
}

compare_sides() # suffix, what it is
{
	local name

	# Most have said nothing on standard error.
	[ -s "server.$1" ] || [ -s "stock.$1" ] || return 0
	! cmp -s "server.$1" "stock.$1" || return 0
	for name in server stock; do
		case $more in
		cat) mask ;;
		*) mask | "$more" ;;
		esac <"$name.$1" >"$name.$1.masked"
	done
	diff -a -u --label "stock: $2" --label "ours: $2" \
	    "stock.$1.masked" "server.$1.masked" ||
	    fail "differs from the stock program: $2"
}
