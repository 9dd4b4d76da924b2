# -psk and its kin: keys shared with clients, in every version and worker.

load ../lib/helpers

key=0123456789abcdef
shared="-nocert -psk $key"

setup()
{
	common_setup
	cp "$CERTS/server.pem" certificate.pem
}

# The stock program's early data overtakes its heading.
differs_flush()
{
	grep -av '^Early data received:$'
}

# A session of TLS 1.3 from a server of ours, in FILE.
make_session() # file, server option...
{
	local file=$1

	shift
	start_server -ign_eof "$@"
	client_start maker -sess_out "$file"
	type_to maker 'late\n'
	wait_for 10 file_has server.out late
	client_end maker
	stop_server
}

@test "a shared key instead of a certificate" {
	rows <<-'END'
	-psk | $shared -tls1_2 | -psk $key | hello\n | has=CIPHER\_is\_DHE-PSK
	-psk | $shared -tls1_3 | -psk $key | hello\n | has=Reused\_session-id
	-psk | $shared | -psk $key -tls1_2 -cipher PSK-AES128-CBC-SHA | | \
		has=CIPHER\_is\_PSK-AES128-CBC-SHA
	-psk | $shared | -psk $key -ciphersuites TLS_CHACHA20_POLY1305_SHA256
	-psk | $shared | -psk $key -ciphersuites TLS_AES_128_GCM_SHA256 | | \
		has=Reused\_session-id
	-psk | $shared | -psk $key -ciphersuites TLS_AES_256_GCM_SHA384 | | wait \
		has=ERROR
	-psk | $shared | -psk 0123 | | wait has=ERROR
	-psk | $shared -tls1_2 | -psk 0123 | | wait has=ERROR
	-psk | -psk $key | -tls1_2 | | has=CIPHER\_is\_ECDHE-ECDSA
	-psk | -psk $key | | | has=CIPHER\_is\_TLS_AES_256
	-psk | -psk 00 -psk $key | -psk $key
	-psk | $shared -debug -tls1_2 | -psk $key | | has=fetched\_PSK\_len=8
	-psk | $shared -debug | -psk $key | | \
		has=PSK\_key\_given,\_setting\_server\_callback
	-psk | $shared -debug -quiet | -psk $key | | \
		has=PSK\_key\_given,\_setting\_server\_callback
	-psk | $shared -brief | -psk $key
	-psk | $shared -rev | -psk $key | hello\n | expect=olleh
	END
}

@test "identities and hints" {
	rows <<-'END'
	-psk_identity | $shared -psk_identity me -tls1_2 | -psk $key \
		-psk_identity me | | has=CIPHER\_is\_DHE-PSK
	-psk_identity | $shared -psk_identity me -tls1_2 | -psk $key | | \
		has=(got\_'Client_identity'\_expected\_'me')
	-psk_identity | $shared -psk_identity me -tls1_2 | -psk $key \
		-psk_identity $'\\x1b[31m' | | has=PSK\_warning
	-psk_identity | $shared -psk_identity me -debug -tls1_2 | -psk $key | | \
		has=identity_len=15
	-psk_identity | $shared -psk_identity me | -psk $key \
		-psk_identity me | | has=Reused\_session-id
	-psk_identity | $shared -psk_identity me | -psk $key | | wait has=ERROR
	-psk_identity | -psk $key -psk_identity me | -psk $key | | \
		has=CIPHER\_is\_TLS
	-psk_hint | $shared -psk_hint it -tls1_2 | -psk $key | | \
		has=PSK\_identity\_hint:\_it
	-psk_hint | $shared -psk_hint it | -psk $key
	-psk_hint | $shared -psk_hint it -tls1_3 | -psk $key | | \
		has=NO\_identity\_hint\_in\_TLSv1.3
	END
}

# There is a random number in a ticket, which seldom is a byte shorter, and then
# the ticket, in whole blocks, may be shorter by a block.
any_ticket_size()
{
	sed -E 's/^(write to .*)\(7[0-9]+ bytes => 7[0-9]+ .*/\1SIZE/'
}

@test "a session as a key" {
	make_session session
	rows <<-'END'
	-psk_session | -nocert -psk_session session | -psk_session session | \
		hello\n | has=Reused\_session-id
	-psk_session | -nocert -psk_session session -debug | \
		-psk_session session | | mask=any_ticket_size
	-psk_session | -nocert -psk_session session -psk $key | -psk $key
	-psk_session | -nocert -psk_session session -psk $key -tls1_2 | -psk $key
	-psk_session | -psk_session session | | | has=CIPHER\_is
	-psk_session | -psk_session session | -tls1_2 -psk_session session
	END
}

@test "tickets, stateful ones and early data beside a shared key" {
	make_session session -early_data
	rows <<-'END'
	-psk | $shared -num_tickets 3 | -psk $key | hello\n | has=Reused
	-psk | $shared -no_ticket | -psk $key | hello\n | has=Reused
	-psk | $shared -early_data | -psk $key | hello\n | has=No\_early\_data
	-psk_session | -nocert -psk_session session -early_data | \
		-psk_session session -early_data certificate.pem | | \
		has=End\_of\_early\_data differs=flush
	-psk_session | -nocert -psk_session session -early_data -max_early_data 7 \
		| -psk_session session -early_data certificate.pem | | \
		has=Early\_data\_received differs=flush
	-psk_session | -nocert -psk_session session | \
		-psk_session session -early_data certificate.pem
	-psk_session | -nocert -psk_session session -early_data -alpn a | \
		-psk_session session -early_data certificate.pem | | differs=flush
	END
}

# The second certificate has no key exchange of its own for this.
@test "a shared key and -servername" {
	second="-servername two -cert2 $CERTS/server2.pem"
	second+=" -key2 $CERTS/server2-key.pem"
	without_accepts()
	{
		sed -E '/ (server accepts|session cache hits)/d'
	}
	rows <<-'END'
	-psk | -psk $key $second | -psk $key -servername two | | \
		mask=without_accepts has=Switching
	-psk | -psk $key $second -psk_hint it -tls1_2 | -cipher PSK -psk $key \
		-servername two | | mask=without_accepts has=Switching
	END
}

# As the stock program accepts it again and again.
@test "early data with a shared key can be sent again" {
	local i

	make_session session -early_data
	start_server -nocert -psk_session session -early_data -workers 3 \
	    -ign_eof -stats_json -
	for ((i = 0; i < 4; i++)); do
		client -psk_session session -early_data certificate.pem \
		    </dev/null >client.out 2>&1
		assert_contains "$(<client.out)" 'Early data was accepted'
	done
	stop_server QUIT
	assert_contains "$(<server.out)" '"early_data":{"accepted":4,"rejected":0}'
}

# The session's suite is the client's last choice.
@test "early data with a shared key for another cipher suite is refused" {
	local gcm=TLS_AES_128_GCM_SHA256 chacha=TLS_CHACHA20_POLY1305_SHA256

	make_session session -early_data -ciphersuites "$gcm"
	start_server -nocert -psk_session session -early_data -ign_eof
	client -psk_session session -early_data certificate.pem \
	    -ciphersuites "$chacha:$gcm" </dev/null >client.out 2>&1
	assert_contains "$(<client.out)" 'Early data was rejected'
	assert_contains "$(<client.out)" "Reused, TLSv1.3, Cipher is $chacha"
	client -psk_session session -early_data certificate.pem \
	    -ciphersuites "$gcm:$chacha" </dev/null >client.out 2>&1
	assert_contains "$(<client.out)" 'Early data was accepted'
}

# covers: -psk
@test "many clients at once, on every worker, counted as a kind of their own" {
	local i pids=()

	start_server -nocert -psk "$key" -workers 3 -quiet -ign_eof \
	    -stats_json stats.json
	for ((i = 0; i < 24; i++)); do
		client -psk "$key" "-tls1_$((2 + i % 2))" </dev/null \
		    >"client-$i" 2>&1 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	assert_equal "$(grep -l 'Cipher is [DT][HL].*' client-* | wc -l)" 24
	stop_server QUIT
	assert_equal "$(jq -c '.totals.kinds' stats.json)" '{"full":12,'$(
	)'"tls12_id":0,"tls12_ticket":0,"tls13_ticket":0,'$(
	)'"tls13_stateful":0,"tls13_psk":12,'$(
	)'"dtls_id":0,"dtls_ticket":0}'
	assert_equal "$(jq '.totals.sessions.hits' stats.json)" 12
}

# covers: -psk
@test "a session made with a shared key resumes on any worker" {
	local version

	start_server -nocert -psk "$key" -workers 3 -quiet -ign_eof \
	    -stats_json stats.json
	for version in 2 3; do
		client_start "maker-$version" -psk "$key" "-tls1_$version" \
		    -sess_out "session-$version"
		type_to "maker-$version" "late-$version\n"
		wait_for 10 file_has server.out "late-$version"
		wait_for 10 test -s "session-$version"
		client_end "maker-$version"
	done
	assert_contains "$(client -tls1_2 -psk "$key" -sess_in session-2 \
	    </dev/null 2>&1)" 'Reused, TLSv1.2'
	assert_contains "$(client -tls1_3 -sess_in session-3 </dev/null 2>&1)" \
	    'Reused, TLSv1.3'
	stop_server QUIT
	assert_contains "$(<stats.json)" '"kinds":{"full":1,"tls12_id":0,'$(
	)'"tls12_ticket":1,"tls13_ticket":1,"tls13_stateful":0,"tls13_psk":1,'$(
	)'"dtls_id":0,"dtls_ticket":0}'
}

# covers: -psk_session
@test "another session after HUP, and none that is bad" {
	make_session one
	make_session two
	cp one session
	start_server -nocert -psk_session session -workers 2 -quiet -ign_eof
	assert_contains "$(client -psk_session one </dev/null 2>&1)" Reused
	cp two session
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'generation 2'
	assert_contains "$(client -psk_session two </dev/null 2>&1)" Reused
	assert_lacks "$(client -psk_session one </dev/null 2>&1)" Reused
	echo nonsense >session
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err \
	    "nothing is reloaded: Can't read PSK session file session"
	assert_contains "$(client -psk_session two </dev/null 2>&1)" Reused
	rm session
	mkfifo session
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err \
	    'session is not a file that can be read again'
}

# covers: -psk
@test "no process shows the key" {
	start_server -nocert -psk "$key" -workers 2 -ign_eof
	assert_lacks "$(ps -o args -s "$SERVER_PID")" "$key"
	assert_contains "$(ps -o args -s "$SERVER_PID")" '-psk ***'
	stop_server
	start_server -nocert "--psk=$key" -ign_eof
	assert_lacks "$(ps -o args -s "$SERVER_PID")" "$key"
	assert_lacks "$(tr '\0' ' ' <"/proc/$SERVER_PID/cmdline")" "$key"
}

# covers: -pass -dpass -srpuserseed
@test "nor pass phrases and seeds" {
	start_server -nocert -pass pass:hidden1 --dpass=pass:hidden2 \
	    -srpuserseed hidden3 -workers 2 -ign_eof
	assert_lacks "$(ps -o args -s "$SERVER_PID")" hidden
	assert_lacks "$(tr '\0' ' ' <"/proc/$SERVER_PID/cmdline")" hidden
	assert_contains "$(ps -o args -s "$SERVER_PID")" \
	    '-pass *** --dpass=*** -srpuserseed *** -workers 2'
}

### What cannot be used

# covers: -psk_session -psk_hint
@test "files and hints that the stock program refuses too" {
	local options long

	long=$(printf 'x%.0s' {1..300})
	echo nonsense >nonsense
	: >empty
	for options in '-psk_session none' '-psk_session nonsense' \
	    '-psk_session empty' '-psk_session .' \
	    '-psk_session certificate.pem' "-psk_hint $long" \
	    '-psk ab -debug -psk_session none'; do
		# shellcheck disable=SC2086 # several options
		run_stock -nocert -accept 127.0.0.1:0 $options
		assert_equal "$status" 1
		expected=$(mask <<<"$stderr")
		expected_output=$output
		# shellcheck disable=SC2086
		run_server -nocert -accept 127.0.0.1:0 $options
		assert_equal "$status" 1
		assert_equal "$(mask <<<"$stderr")" "$expected"
		assert_equal "$output" "$expected_output"
	done
}

refused() # line, option...
{
	local line=$1

	shift
	run_server -nocert -accept 127.0.0.1:0 "$@"
	assert_equal "$status" 1
	assert_equal "$stderr" "s_server: $line"
}

# The stock program fails in each handshake.
# covers: -psk -psk_session
@test "keys and sessions that could never be used (shared-keys)" {
	make_session old -tls1_2
	refused '-psk: an odd number of hexadecimal digits' -psk abc
	refused '-psk: an empty key' -psk ''
	refused '-psk: longer than 512 bytes' \
	    -psk "$(printf 'ab%.0s' {1..513})"
	refused '-psk_session old: not a session of TLS 1.3' -psk_session old
}

# covers: -psk
@test "a key of the greatest length" {
	local long

	long=$(printf 'ab%.0s' {1..512})
	start_server -nocert -psk "$long" -quiet -ign_eof
	assert_contains "$(client -tls1_3 -psk "$long" </dev/null 2>&1)" \
	    'Reused, TLSv1.3'
}
