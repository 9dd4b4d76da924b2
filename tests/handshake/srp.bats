# -srpvfile and -srpuserseed. Neither the stock program nor s_client do SRP (srp,
# in the manual page): the lines are those of older versions, and curl is the
# client.

load ../lib/helpers

# A file of verifiers for alice and bob, whose password is "secret".
setup()
{
	common_setup
	: >users
	"$OPENSSL" srp -srpvfile users -add -userinfo 'the first' -gn 1024 \
	    -passout pass:secret alice
	"$OPENSSL" srp -srpvfile users -add -gn 2048 -passout pass:secret bob
}

as_user() # name, password, option of curl...
{
	local name=$1 password=$2

	shift 2
	timeout $((10 * SLOW)) curl -sk --tls-max 1.2 --tlsauthtype SRP \
	    --ciphers SRP@SECLEVEL=0 --tlsuser "$name" \
	    --tlspassword "$password" "$@" "https://127.0.0.1:$PORT/" 3>&-
}

logs_in() # name
{
	assert_contains "$(as_user "$1" secret)" \
	    'Cipher is SRP-AES-256-CBC-SHA'
}

# curl says that the handshake failed.
is_refused() # name, password
{
	local status=0

	as_user "$@" || status=$?
	assert_equal "$status" 35
}

# covers: -srpvfile
@test "a user with a password" {
	local pid

	needs_srp
	start_server -nocert -srpvfile users -naccept 1
	as_user alice secret &
	pid=$!
	wait_for 10 file_has server.out 'GET / HTTP'
	type_to server 'HTTP/1.0 200 ok\r\nContent-Length: 0\r\n\r\n'
	wait "$pid"
	wait_exit server
	assert_equal "$STATUS" 0
	assert_equal "$(<server.err)" "SRP username = \"alice\"
SRP parameters set: username = \"alice\" info=\"the first\" "
	assert_contains "$(<server.out)" "LOOKUP during accept alice
LOOKUP done the first
-----BEGIN SSL SESSION PARAMETERS-----"
	assert_contains "$(<server.out)" 'CIPHER is SRP-AES-256-CBC-SHA'
}

# covers: -srpvfile
@test "a user beside a certificate, in the other modes" {
	needs_srp
	start_server -srpvfile users -www -ign_eof
	logs_in bob
	stop_server
	assert_contains "$(<server.out)" 'LOOKUP done'
	echo hello >page
	start_server -srpvfile users -WWW -quiet -ign_eof
	assert_equal "$(as_user bob secret --request-target /page)" hello
	stop_server
	assert_equal "$(<server.out)" ''
}

# covers: -srpvfile
@test "an unknown user, and a wrong password" {
	needs_srp
	start_server -nocert -srpvfile users -www -ign_eof
	is_refused nobody secret
	wait_for 10 file_has server.err 'psk identity not found'
	assert_contains "$(<server.err)" "User nobody doesn't exist"
	assert_contains "$(<server.out)" 'LOOKUP not successful'
	is_refused alice wrong
	wait_for 10 file_has server.err 'decryption failed or bad record mac'
	logs_in alice
}

# covers: -srpuserseed
@test "with a seed nobody learns who is a user" {
	needs_srp
	start_server -nocert -srpvfile users -srpuserseed grain -www -ign_eof
	is_refused nobody secret
	wait_for 10 file_has server.err 'decryption failed or bad record mac'
	assert_contains "$(<server.err)" 'username = "nobody" info="<NULL>"'
	assert_lacks "$(<server.err)" "doesn't exist"
	logs_in alice
}

# A handshake with another suite asks nobody for a name.
# covers: -srpvfile
@test "who does not log in is served as before" {
	start_server -srpvfile users -CAfile "$CERTS/ca.pem" -verify 1 \
	    -naccept 2 -ign_eof
	assert_contains "$(client -tls1_2 </dev/null 2>&1)" 'Cipher is ECDHE'
	assert_contains "$(client </dev/null 2>&1)" \
	    'No client certificate CA names sent'
	wait_exit server
	assert_lacks "$(<server.err)" SRP
}

# covers: -srpvfile
@test "twelve users at once, on every worker, and another one after HUP" {
	local i pids=()

	needs_srp
	start_server -nocert -srpvfile users -workers 3 -www -ign_eof
	for ((i = 0; i < 12; i++)); do
		as_user bob secret >"client-$i" &
		pids+=($!)
	done
	wait "${pids[@]}"
	assert_equal "$(grep -la 'Cipher is SRP' client-* | wc -l)" 12
	"$OPENSSL" srp -srpvfile users -add -gn 1024 -passout pass:secret carol
	is_refused carol secret
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'generation 2'
	logs_in carol
	echo nonsense >users
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'nothing is reloaded'
	logs_in carol
	rm users
	mkfifo users
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err \
	    'users is not a file that can be read again'
}

refused() # line, file
{
	run_server -nocert -accept 127.0.0.1:0 -srpvfile "$2"
	assert_equal "$status" 1
	assert_equal "$stderr" "$1"
}

# covers: -srpvfile
@test "files of verifiers that are none" {
	echo nonsense >nonsense
	head -n 1 users | cut -f 1-4 >short
	: >empty
	refused 'Cannot initialize SRP verifier file "none":ret=3' none
	refused 'Cannot initialize SRP verifier file "nonsense":ret=1' nonsense
	refused 'Cannot initialize SRP verifier file "short":ret=1' short
	refused 's_server: -srpvfile empty: there is no user in it' empty
	refused 's_server: -srpvfile .: there is no user in it' .
}
