# One client after another, each with the session of the one before: what is
# kept, found and printed is as with the stock program, with one worker and
# with four that share it.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154 # for the helpers

load ../lib/helpers

CLIENTS=3

# So many clients. FIRST and THEN hold options for the first one, and for all
# others; OFFER=no: these offer no session.
in_turn() # name, client option...
{
	local name=$1 i options

	shift
	for ((i = 1; i <= CLIENTS; i++)); do
		options=(-sess_out "$name.session$i")
		# shellcheck disable=SC2206 # several options
		if [ "$i" -eq 1 ]; then
			options+=(${FIRST:-})
		else
			options+=(${THEN:-})
			[ "${OFFER:-}" = no ] || [ ! -s "$name.session" ] ||
			    options+=(-sess_in "$name.session")
		fi
		client_start "$name-$i" "$@" "${options[@]}"
		type_to "$name-$i" "text of $i\\n"
		wait_for 10 told_or_gone "$name" "$i" || return 1
		client_end "$name-$i"
		echo "status $STATUS"
		cat "$name-$i.out"
		[ ! -s "$name.session$i" ] ||
		    mv "$name.session$i" "$name.session"
		# The stock program says so only with its next words.
		[ "$name" = stock ] ||
		    wait_for 10 has_lines "$name.out" $i 'CONNECTION CLOSED'
	done
}

# TLS 1.3 clients save a session when its ticket comes, and in TLS 1.2 it comes
# before the server speaks.
told_or_gone() # name, number
{
	file_has "$1.out" "text of $2" || ! running "$1-$2"
}

has_lines() # file, count, beginning
{
	[ "$(count_lines "$(<"$1")" "$3")" -ge "$2" ]
}

# With one worker, then with four.
in_turn_as_stock() # server options, client options
{
	local OURS

	for OURS in '-workers 1' '-workers 4'; do
		rm -f ./*.session*
		same_as_stock -n -f in_turn "-naccept $CLIENTS $1" "$2" ||
		    fail "with $OURS: $*"
	done
}

resumed() # how many of the clients
{
	assert_equal "$(count_lines "$(<server.client)" Reused)" "$1"
	assert_equal "$(count_lines "$(<server.out)" 'Reused session-id')" "$1"
}

row() # the row of the last table
{
	assert_contains "$(tail -n 12 server.out)" "$(printf '%4d %s' "$1" "$2")"
}

@test "plain: session IDs, tickets, stateful tickets" {
	in_turn_as_stock '' -tls1_2
	resumed 2
	in_turn_as_stock '' -tls1_3
	resumed 2
	in_turn_as_stock -no_ticket -tls1_2
	resumed 2
	row 1 'items in the session cache'
	in_turn_as_stock -no_ticket -tls1_3
	resumed 2
	row 4 'items in the session cache'
}

# covers: -no_cache
@test "-no_cache" {
	in_turn_as_stock -no_cache -tls1_2
	resumed 2
	in_turn_as_stock -no_cache -tls1_3
	resumed 2
	in_turn_as_stock '-no_cache -no_ticket' -tls1_2
	resumed 0
	in_turn_as_stock '-no_cache -no_ticket' -tls1_3
	resumed 0
	row 2 'session cache misses'
}

# covers: -ext_cache
@test "-ext_cache says what is put into the cache and found there" {
	in_turn_as_stock -ext_cache -tls1_2
	assert_lacks "$(server_err)" cache
	resumed 2
	in_turn_as_stock '-ext_cache -no_ticket' -tls1_2
	assert_equal "$(server_err)" 'New session added to external cache
Lookup session: cache hit
Lookup session: cache hit'
	resumed 2
	row 2 'callback cache hits'
	row 0 'items in the session cache'
	row 0 'cache full overflows (20480 allowed)'
	in_turn_as_stock -ext_cache -tls1_3
	assert_equal "$(count_lines "$(server_err)" 'New session added')" 4
	assert_lacks "$(server_err)" 'Lookup session'
	in_turn_as_stock '-ext_cache -no_ticket' -tls1_3
	assert_equal "$(count_lines "$(server_err)" 'Lookup session: cache hit')" 2
}

@test "-ext_cache with -quiet, -brief and -www speaks too" {
	local options

	same_as_stock -f request_scenario '-ext_cache -www -no_ticket' \
	    -tls1_2 'GET / HTTP/1.0\r\n\r\n'
	assert_equal "$(server_err)" 'New session added to external cache'
	for options in -quiet -brief; do
		same_as_stock -e x "-ext_cache $options -no_ticket" -tls1_2 'x\n'
		assert_contains "$(server_err)" 'New session added'
	done
}

@test "-ext_cache finds nothing for the session of another server" {
	start_server -quiet -no_ticket
	client_start foreign12 -tls1_2 -sess_out foreign12
	wait_for 10 test -s foreign12
	client_end foreign12
	client_start foreign13 -tls1_3 -sess_out foreign13
	wait_for 10 test -s foreign13
	client_end foreign13
	stop_server
	CLIENTS=1
	for version in 12 13; do
		FIRST="-sess_in $PWD/foreign$version" in_turn_as_stock \
		    '-ext_cache -no_ticket' -tls1_${version#1}
		assert_contains "$(server_err)" 'Lookup session: cache miss'
		row 0 'session cache misses'
	done
}

@test "-ext_cache does nothing with -no_cache" {
	in_turn_as_stock '-ext_cache -no_cache -no_ticket' -tls1_3
	assert_equal "$(server_err)" ''
	row 2 'session cache misses'
}

@test "-ext_cache takes no early data, but with -no_anti_replay" {
	local THEN

	echo early >early
	THEN="-early_data $PWD/early"
	in_turn_as_stock '-ext_cache -early_data' -tls1_3
	assert_contains "$(server_err)" 'Lookup session: cache hit'
	assert_lacks "$(server_out)" 'Early data received'
	# On a pipe the stock program's data overtake its text.
	rm -f ./*.session*
	same_as_stock -n -m without_early -f in_turn \
	    "-naccept $CLIENTS -ext_cache -early_data -no_anti_replay" -tls1_3
	assert_contains "$(server_out)" 'Early data received'
}

without_early()
{
	sed '/^early$/d'
}

# How many tickets are sent is in the messages; s_client's own words about them
# are masked. A resumed session is renewed by one.
# covers: -num_tickets
@test "-num_tickets 0, 1, 4" {
	local n ticket expected

	for n in 0 1 4; do
		for ticket in '' -no_ticket; do
			in_turn_as_stock "-num_tickets $n $ticket -msg" -tls1_3
			expected=$((n == 0 ? 0 : n + 2))
			assert_equal "$(grep -c 'NewSessionTicket$' server.out)" \
			    $expected
			resumed $((n == 0 ? 0 : 2))
		done
	done
}

# covers: -no_resume_ephemeral
@test "-no_resume_ephemeral: only what had no ephemeral key exchange resumes" {
	local ticket

	for ticket in '' -no_ticket; do
		in_turn_as_stock "-no_resume_ephemeral $ticket" -tls1_2
		resumed 0
		row 0 'items in the session cache'
		in_turn_as_stock "-no_resume_ephemeral $ticket" -tls1_3
		resumed 2
		in_turn_as_stock "-no_resume_ephemeral $ticket \
		    -cert $CERTS/server-rsa.pem -key $CERTS/server-rsa-key.pem" \
		    '-tls1_2 -cipher AES128-SHA256'
		resumed 2
	done
}

# covers: -id_prefix
@test "-id_prefix begins the session IDs" {
	local version

	for version in -tls1_2 -tls1_3; do
		in_turn_as_stock '-id_prefix abc' $version
		assert_equal "$(server_err)" "id_prefix 'abc' set."
		in_turn_as_stock '-id_prefix abc -no_ticket' $version
		resumed 2
	done
	# In TLS 1.3 the ticket is the ID.
	"$OPENSSL" sess_id -noout -text -in server.session >text
	assert_contains "$(<text)" '0000 - 61 62 63 '
	in_turn_as_stock '-id_prefix abc -no_ticket' -tls1_2
	"$OPENSSL" sess_id -noout -text -in server.session >text
	assert_contains "$(<text)" 'Session-ID: 616263'
}

@test "-id_prefix of 32 bytes: one session, all others are refused" {
	local prefix CLIENTS=2 OFFER=no version

	for prefix in $(printf '%032d %040d' 0 0); do
		in_turn_as_stock "-id_prefix $prefix -no_ticket" -tls1_2
		assert_contains "$(server_err)" \
		    'warning: id_prefix is too long, only one new session will be'
		assert_contains "$(server_err)" 'ssl session id callback failed'
		row 1 'items in the session cache'
	done
	# Tickets hold their session themselves.
	for version in -tls1_2 -tls1_3; do
		in_turn_as_stock "-id_prefix $prefix" $version
		assert_lacks "$(server_err)" failed
	done
}

# 256 IDs are possible: of 60 taken by chance, two would be the same.
@test "-id_prefix of 31 bytes: no worker gives an ID that another one gave" {
	local i

	start_server -quiet -no_ticket -workers 4 -id_prefix "$(printf %031d 0)"
	for ((i = 0; i < 60; i++)); do
		client -tls1_2 </dev/null 2>/dev/null |
		    sed -n 's/^ *Session-ID: //p'
	done >ids
	assert_equal "$(sort -u ids | wc -l)" 60
	assert_equal "$(sort -u ids | cut -c 1-62 | sort -u)" \
	    "$(printf '30%.0s' {1..31})"
}

@test "-id_prefix with a second context is told twice" {
	in_turn_as_stock "-id_prefix '' -servername other.example \
	    -cert2 $CERTS/server2.pem -key2 $CERTS/server2-key.pem" -tls1_2
	assert_equal "$(server_err)" "id_prefix '' set.
id_prefix '' set."
}

@test "SNI contexts: made under one, offered under the other" {
	local version ticket FIRST='-servername other.example' THEN

	for version in -tls1_2 -tls1_3; do
		for ticket in '' -no_ticket; do
			for THEN in "$FIRST" '-servername localhost' \
			    -noservername; do
				in_turn_sni "$version" "$ticket"
			done
		done
	done
}

# The stock program's last table counts its first context only.
in_turn_sni() # version, ticket option
{
	local OURS='-workers 4'

	rm -f ./*.session*
	same_as_stock -n -m without_counts -f in_turn \
	    "-naccept $CLIENTS -servername other.example $2 \
	    -cert2 $CERTS/server2.pem -key2 $CERTS/server2-key.pem" "$1"
}

without_counts()
{
	sed -E '/ (server accepts|session cache|callback cache)/d'
}

# Two servers with one key: whose tickets they are is then no question.
@test "a session resumes under the -context that it was made under, only" {
	local version

	head -c 80 /dev/urandom >key
	chmod 600 key
	start_named one -www -workers 2 -context one -ticket_keys key
	start_named another -www -workers 2 -context another -ticket_keys key
	start_named same -www -workers 2 -context one -ticket_keys key
	for version in -tls1_2 -tls1_3; do
		rm -f session
		assert_contains "$(page one $version -sess_out session)" 'New, TLS'
		assert_contains "$(page one $version -sess_in session)" 'Reused, TLS'
		assert_contains "$(page same $version -sess_in session)" 'Reused, TLS'
		assert_contains "$(page another $version -sess_in session)" 'New, TLS'
	done
}

page() # server, option of s_client...
{
	PORT=$(port_of_line "$1.out")
	shift
	printf 'GET / HTTP/1.0\r\n\r\n' | client -ign_eof "$@" 2>&1
}
