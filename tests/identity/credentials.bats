# Keys and certificates: formats, pass phrases, chains, and what is said of
# those that cannot be used.

load ../lib/helpers

pair="-cert $CERTS/server.pem -key $CERTS/server-key.pem"

# A start that fails: like stock, and before any worker is forked. With
# last_line set ours says that as well, at the end.
refused_like_stock() # option...
{
	local ours

	run_server -accept 127.0.0.1:0 -workers 3 "$@"
	assert_equal "$status" 1
	ours=$(printf '%s\n%s\n' "$output" "$stderr" | mask)
	run_stock -accept 127.0.0.1:0 "$@"
	assert_equal "$status" 1
	assert_equal "$ours" "$(printf '%s\n%s\n%s' "$output" "$stderr" \
	    "${last_line:-}" | mask)"
}

refused() # text of the error, option...
{
	local text=$1

	shift
	run_server -accept 127.0.0.1:0 -workers 3 "$@"
	assert_equal "$status" 1
	assert_contains "$stderr" "$text"
	assert_lacks "$output" ACCEPT
}

# covers: -cert -key
@test "PEM, DER and PKCS#12 files" {
	same_as_stock "-cert $CERTS/server-both.pem" ''
	same_as_stock "-cert $CERTS/server.der -key $CERTS/server-key.der" ''
	same_as_stock "-cert $CERTS/server.der -certform DER \
	    -key $CERTS/server-key.der -keyform DER" ''
	start_server -cert "$CERTS/server.p12" -pass pass:secret
	assert_contains "$(client </dev/null 2>&1)" "$(named CN localhost)"
}

@test "RSA keys" {
	same_as_stock "-cert $CERTS/server-rsa.pem \
	    -key $CERTS/server-rsa-key.pem" ''
	same_as_stock "-tls1_2 -cert $CERTS/server-rsa.pem \
	    -key $CERTS/server-rsa-key.pem" ''
}

# covers: -cert_chain
@test "a chain is sent with the certificate" {
	same_as_stock "$pair -cert_chain $CERTS/chain.pem" '-showcerts'
	assert_contains "$(<server.client)" "$(named CN 'Test intermediate CA')"
	assert_contains "$(<server.client)" ' 1 s:'
}

# covers: -nocert
@test "-nocert: no certificate, no handshake without PSK" {
	same_as_stock -w '-nocert' ''
}

# covers: -pass
@test "pass phrases from the command line, environment, file, descriptor" {
	local key="-cert $CERTS/server.pem -key $CERTS/server-encrypted-key.pem"

	same_as_stock "$key -pass pass:secret" ''
	export PHRASE=secret
	same_as_stock "$key -pass env:PHRASE" ''
	echo secret >phrase
	same_as_stock "$key -pass file:phrase" ''
	# shellcheck disable=SC2086
	STDIN=phrase start_server $key -pass stdin -ign_eof
	client </dev/null >/dev/null
}

@test "a terminal is asked once, whatever the number of workers" {
	need_terminal
	terminal new-session -d -x 100 -y 50 "'$S_SERVER' -workers 4 \
	    -accept 127.0.0.1:0 -cert '$CERTS/server.pem' \
	    -key '$CERTS/server-encrypted-key.pem'"
	wait_for 5 screen_has 'Enter pass phrase for'
	terminal send-keys secret Enter
	wait_for 5 screen_has ACCEPT
	assert_equal "$(terminal capture-pane -p -S - |
	    grep -c 'Enter pass phrase')" 1
}

@test "files that cannot be used are named" {
	echo garbage >bad.pem
	refused_like_stock -cert none.pem
	refused_like_stock -cert bad.pem
	refused_like_stock -cert "$CERTS/server.pem" -key none.pem
	refused_like_stock -cert "$CERTS/server.pem" -key bad.pem
	refused_like_stock -cert none.pem -key "$CERTS/server-key.pem"
	# shellcheck disable=SC2086
	refused_like_stock $pair -cert_chain none.pem
	# shellcheck disable=SC2086
	refused_like_stock $pair -cert_chain bad.pem
	refused_like_stock -cert "$CERTS/server.pem" -certform DER \
	    -key "$CERTS/server-key.pem"
}

# Ours ends with a line that names the culprit.
belongs_not_to() # file, option...
{
	last_line="s_server: the private key does not belong to the certificate in $1"
	shift
	refused_like_stock "$@" || return 1
	last_line=''
}

@test "a key of another certificate is refused, whatever its type" {
	local one=$CERTS/server rsa=$CERTS/server-rsa two=$CERTS/server2

	belongs_not_to "$one.pem" -cert "$one.pem" -key "$two-key.pem"
	belongs_not_to "$one.pem" -cert "$one.pem" -key "$rsa-key.pem"
	belongs_not_to "$rsa.pem" -cert "$rsa.pem" -key "$one-key.pem"
	belongs_not_to "$two.pem" -cert "$one.pem" -key "$one-key.pem" \
	    -dcert "$two.pem" -dkey "$rsa-key.pem"
	belongs_not_to "$two.pem" -cert "$one.pem" -key "$one-key.pem" \
	    -servername x -cert2 "$two.pem" -key2 "$rsa-key.pem"
}

@test "wrong and unreadable pass phrases are refused" {
	local key="-key $CERTS/server-encrypted-key.pem"

	# shellcheck disable=SC2086
	refused_like_stock -cert "$CERTS/server.pem" $key -pass pass:wrong
	refused_like_stock -pass foo:bar
	refused_like_stock -pass env:NOSUCH
	refused_like_stock -pass file:/nowhere
	refused 'fd:77' -pass fd:77
	refused 'fd:x' -pass fd:x
}

@test "DH parameters that cannot be used are refused" {
	echo garbage >bad.pem
	# shellcheck disable=SC2086
	refused 'DH parameters from none.pem' $pair -dhparam none.pem
	# shellcheck disable=SC2086
	refused 'DH parameters from bad.pem' $pair -dhparam bad.pem
}

@test "server.pem in the current folder is the default" {
	cp "$CERTS/server-both.pem" server.pem
	start_named server -accept 127.0.0.1:0 -cert server.pem
	stop_server
	launch server "$S_SERVER" -accept 127.0.0.1:0
	wait_for 5 file_has server.out ACCEPT
	PORT=$(port_of_line server.out)
	SERVERS+=("${PIDS[server]}:$PORT:server")
	assert_contains "$(client </dev/null 2>&1)" "$(named CN localhost)"
	assert_contains "$(client </dev/null 2>&1)" 'Test intermediate CA'
	assert_lacks "$(server_err)" self-signed
}

@test "without any certificate one is made, and said so" {
	launch server "$S_SERVER" -accept 127.0.0.1:0 -workers 2
	wait_for 5 file_has server.out ACCEPT
	PORT=$(port_of_line server.out)
	SERVERS+=("${PIDS[server]}:$PORT:server")
	assert_equal "$(grep -c self-signed server.err)" 1
	client -verify_hostname localhost </dev/null >client.out 2>&1
	assert_contains "$(<client.out)" "$(named CN localhost)"
	# All workers have the same one.
	client </dev/null 2>/dev/null | openssl x509 >one
	client </dev/null 2>/dev/null | openssl x509 >two
	cmp one two
	openssl x509 -in one -noout -checkip 127.0.0.1 |
	    grep -q 'does match'
	# Who names a file means it.
	refused 'none.pem' -cert none.pem
	refused 'server.pem' -key "$CERTS/server-key.pem"
}
