# -servername: the second certificate, in every worker.

load ../lib/helpers

second="-cert2 $CERTS/server2.pem -key2 $CERTS/server2-key.pem"
named="-servername other.example $second"

# The stock program's last table counts its first context only; ours counts
# every connection.
without_accepts()
{
	sed -E '/ (server accepts|session cache hits|session cache misses)/d'
}

# covers: -servername -cert2 -key2
@test "the name chooses the certificate" {
	same_as_stock -m without_accepts "$named" '-servername other.example'
	assert_contains "$(<server.out)" 'Switching server context.'
	assert_contains "$(<server.client)" "$(named CN other.example)"
	same_as_stock -m without_accepts "$named -tls1_2" \
	    '-servername OTHER.example'
}

@test "another name, or none, gets the first certificate" {
	same_as_stock "$named" '-servername somebody.else'
	same_as_stock "$named -tls1_2" '-servername somebody.else'
	same_as_stock "$named" '-noservername'
	assert_contains "$(<server.client)" "$(named CN localhost)"
}

# covers: -servername_fatal
@test "-servername_fatal refuses another name" {
	same_as_stock -w "$named -servername_fatal" '-servername somebody.else'
	assert_contains "$(<server.err)" ERROR
}

@test "what a terminal could not show is escaped" {
	same_as_stock "$named" "-servername $'\\x1b[31m\\xff'"
	assert_contains "$(<server.out)" 'extension: "\x1b[31m\xff"'
}

@test "every worker has both certificates" {
	local i

	# shellcheck disable=SC2086
	start_server -workers 4 -quiet $named
	for ((i = 0; i < 8; i++)); do
		assert_contains "$(client -servername other.example \
		    </dev/null 2>&1)" "$(named CN other.example)"
		assert_contains "$(client -servername else.example \
		    </dev/null 2>&1)" "$(named CN localhost)"
	done
}

@test "-cert2 defaults to server2.pem" {
	cat "$CERTS/server2.pem" "$CERTS/server2-key.pem" >server2.pem
	same_as_stock -m without_accepts '-servername other.example' \
	    '-servername other.example'
}

@test "a second certificate that cannot be read is named" {
	run_server -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" \
	    -accept 127.0.0.1:0 -servername a -cert2 none.pem
	assert_equal "$status" 1
	assert_contains "$stderr" \
	    'second server certificate private key from none.pem'
}
