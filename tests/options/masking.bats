# What others see of the command line holds no secret.

load ../lib/helpers

SECRETS=(-psk_identity -psk -psk 5ec4e7 --pass=pass:5ec4e7 -dpass pass:5ec4e7
    -srpuserseed 5ec4e7 -proxy http://me:5ec4e7@proxy.example:3128
    -status_url=http://me:5ec4e7@responder.example/)
MASKED='-psk_identity -psk -psk *** --pass=*** -dpass ***'
MASKED+=' -srpuserseed *** -proxy http://***@proxy.example:3128'
MASKED+=' -status_url=http://***@responder.example/'

command_lines()
{
	cat /proc/"$SERVER_PID"/cmdline "$(pgrep -P "$SERVER_PID" |
	    sed 's,.*,/proc/&/cmdline,')" | tr '\0' ' '
}

@test "of every kind of value what is secret is masked, and nothing else" {
	timeout 300 "$BUILD/tests/unit/masking_test"
}

@test "no title shows a secret, whatever stands before it" {
	start_server -nocert "${SECRETS[@]}" -workers 2 -ign_eof
	assert_lacks "$(ps -ww -o args -s "$SERVER_PID")" 5ec4e7
	assert_contains "$(ps -ww -o args -p "$SERVER_PID")" "$MASKED"
	assert_lacks "$(command_lines)" 5ec4e7
}

# A FIFO without a writer holds it up there.
@test "nothing is shown while files are read" {
	mkfifo phrase
	launch server "$S_SERVER" -accept 127.0.0.1:0 -psk 5ec4e7 \
	    -CAstore 'x://me:5ec4e7@store' -key2 'pkcs11:a?pin-value=5ec4e7' \
	    -cert "$CERTS/server.pem" -key "$CERTS/server-encrypted-key.pem" \
	    -pass file:phrase
	SERVER_PID=${PIDS[server]}
	SERVERS+=("$SERVER_PID::server")
	wait_for 5 reads_phrase
	assert_lacks "$(tr '\0' ' ' <"/proc/$SERVER_PID/cmdline")" 5ec4e7
	assert_contains "$(ps -ww -o args -p "$SERVER_PID")" \
	    '-CAstore x://***@store -key2 pkcs11:a?pin-value=***'
	kill -TERM "$SERVER_PID"
	wait_exit server
}

reads_phrase()
{
	[[ $(readlink "/proc/$SERVER_PID/exe") == */s_server ]] &&
	    pgrep -s "$SERVER_PID" -r S >/dev/null
}

@test "the page of -www masks the command line by the same rule" {
	local said

	start_server -www "${SECRETS[@]}"
	said=$(printf 'GET / HTTP/1.0\r\n\r\n' | client -quiet 2>/dev/null)
	assert_contains "$said" "$MASKED"
	assert_lacks "$said" 5ec4e7
}
