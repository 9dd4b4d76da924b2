# One client after another, each with the session of the one before: what is
# kept, found and printed is as with the stock program, with one worker and
# with four that share it.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154 # for the helpers

load ../lib/helpers
load ../lib/in_turn

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

@test "SNI contexts: made under one, offered under the other" {
	local version ticket FIRST='-servername other.example' THEN CLIENTS=2

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
