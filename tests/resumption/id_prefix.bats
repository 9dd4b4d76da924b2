# -id_prefix: how session IDs begin, and what becomes of those that are too long.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154 # for the helpers

load ../lib/helpers
load ../lib/in_turn

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
