# The connected commands r R k K c, and GET /reneg of -www.

# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # for the helpers, or by them

load ../lib/helpers

# covers: r R
@test "r and R renegotiate in TLS 1.2" {
	console_rows <<-'END'
	|  | -tls1_2 | r\n | differs=renegotiations has=do_handshake\_->\_1 has=Read\_BLOCK has=2\_server\_accepts\_that\_finished has=text-1
	|  | -tls1_2 | r\nr\nr\n | differs=renegotiations has=text-3 has=4\_server\_accepts\_that\_finished
	|  | -tls1_2 | R\n | differs=renegotiations has=Read\_BLOCK
	-no_resumption_on_reneg | -no_resumption_on_reneg | -tls1_2 | R\n | differs=renegotiations has=Read\_BLOCK
	| -no_ticket -cipher ECDHE-ECDSA-AES128-SHA -no_etm | -tls1_2 | r\n | differs=renegotiations has=Read\_BLOCK
	| -state | -tls1_2 | r\n | differs=renegotiations has=write\_hello\_request
	| -cipher ALL:@SECLEVEL=0 | -tls1 -cipher ALL:@SECLEVEL=0 | r\n | differs=renegotiations has=Read\_BLOCK
	END
}

# covers: R
@test "R asks for a certificate" {
	cp "$CERTS"/client-ecdsa*.pem .
	console_rows <<-'END'
	| -no_resumption_on_reneg | -tls1_2 -cert client-ecdsa.pem -key client-ecdsa-key.pem | R\n | differs=renegotiations has=ECDSA\_client has=unable\_to\_get\_local
	| -no_resumption_on_reneg -CAfile $CERTS/ca.pem | -tls1_2 -cert client-ecdsa.pem -key client-ecdsa-key.pem | r\nR\nr\n | differs=renegotiations has=verify\_return:1
	| -no_resumption_on_reneg -verify_return_error | -tls1_2 -cert client-ecdsa.pem -key client-ecdsa-key.pem | R\n | differs=renegotiations has=certificate\_verify\_failed
	END
}

# covers: k K
@test "k and K update the keys in TLS 1.3" {
	console_rows <<-'END'
	|  | -tls1_3 | k\n | has=do_handshake\_->\_1
	| -msg | -tls1_3 | k\nk\n | has=>>>\_TLS\_1.3,\_Handshake\_[length\_0005],\_KeyUpdate
	| -msg | -tls1_3 | K\n | has=Read\_BLOCK has=<<<\_TLS\_1.3,\_Handshake\_[length\_0005],\_KeyUpdate
	|  | -tls1_3 | k\nK\nk\nK\n | has=text-4
	END
}

# covers: c
@test "c asks for a certificate in TLS 1.3" {
	cp "$CERTS"/client-ecdsa*.pem .
	console_rows <<-'END'
	|  | -tls1_3 -enable_pha -cert client-ecdsa.pem -key client-ecdsa-key.pem | c\n | has=ECDSA\_client has=Read\_BLOCK
	| -CAfile $CERTS/ca.pem -verify_return_error | -tls1_3 -enable_pha -cert client-ecdsa.pem -key client-ecdsa-key.pem | c\nk\nc\n | has=verify\_return:1
	| -verify_return_error | -tls1_3 -enable_pha -cert client-ecdsa.pem -key client-ecdsa-key.pem | c\n | has=certificate\_verify\_failed
	|  | -tls1_3 -enable_pha | c\n | has=do_handshake\_->\_1 has=Read\_BLOCK
	|  | -tls1_3 | c\n | has=Failed\_to\_initiate\_request has=extension\_not\_received has=text-1
	|  | -tls1_2 | c\n | has=Failed\_to\_initiate\_request has=wrong\_ssl\_version has=text-1
	END
}

# covers: r R k K c B
@test "commands of another version of TLS, and refused ones" {
	console_rows <<-'END'
	|  | -tls1_3 | r\nR\n | differs=stale-errors has=do_handshake\_->\_1 has=text-2
	|  | -tls1_2 | k\nK\n | differs=stale-errors has=do_handshake\_->\_1 has=text-2
	|  | -tls1_2 | k\nc\n | differs=stale-errors has=Failed\_to\_initiate
	| -no_renegotiation | -tls1_2 | r\n | differs=stale-errors has=do_handshake\_->\_1
	|  | -tls1_2 -no_renegotiation | r\n | differs=renegotiations has=no\_renegotiation has=ERROR
	|  | -tls1_2 | rx\nRx\nk \ncc\nB\n | has=text-5
	END
}

client_renegotiates() # name, client option...
{
	local name=$1

	shift
	client_start "$name-client" "$@"
	client_connected "$name-client"
	type_to "$name-client" 'R\n'
	wait_for 5 file_has "$name-client.err" RENEGOTIATING
	sleep 0.2
	type_to "$name-client" 'hello\n'
	wait_for 2 has_or_left "$name.out" hello || :
	client_end "$name-client" || return 1
	return "$STATUS"
}

# covers: -client_renegotiation
@test "a client renegotiates, where it may" {
	rows <<-'END'
	-client_renegotiation | -client_renegotiation | -tls1_2 | | scenario=client_renegotiates has=Read\_BLOCK has=1\_server\_renegotiates
	-no_renegotiation | -client_renegotiation -no_renegotiation | -tls1_2 | | scenario=client_renegotiates has=DISABLED
	| | -tls1_2 | | scenario=client_renegotiates has=1\_server\_renegotiates
	END
}

# The page of a request to renegotiate, which shows the statistics, too.
page()
{
	request_scenario "$@" | grep -aE '^HTTP|^Error|^<|^New|^Reused|Cipher is|ISSUER|CN ='
}

# covers: /reneg /renegcert
@test "-www: GET /reneg and /renegcert renegotiate before they answer" {
	cp "$CERTS"/client-ecdsa*.pem .
	rows <<-'END'
	-www | -www | -tls1_2 | GET /reneg\n | scenario=page differs=renegotiations has=SSL_renegotiate\_->\_1 has=HTTP/1.0\_200\_ok
	-www | -www -no_resumption_on_reneg | -tls1_2 -cert client-ecdsa.pem -key client-ecdsa-key.pem | GET /renegcert\n | scenario=page differs=renegotiations has=SSL_renegotiate\_->\_1 has=ECDSA\_client has=verify\_return:1
	-www | -www -no_resumption_on_reneg | -tls1_2 | GET /renegcert\n | scenario=page differs=renegotiations has=HTTP/1.0\_200\_ok
	-www | -www | -tls1_2 -no_renegotiation | GET /reneg\n | scenario=page differs=renegotiations has=SSL_renegotiate\_->\_1
	-WWW | -WWW | -tls1_2 | GET /reneg HTTP/1.0\n | scenario=page has=Error\_opening
	-HTTP | -HTTP | -tls1_2 | GET /stats HTTP/1.0\n | scenario=page has=Error\_opening
	END
}

@test "-www: GET /reneg is answered in TLS 1.3, and behind a whole request" {
	start_server -www
	assert_contains "$(talk 'GET /reneg\n' '</HTML>' -tls1_3)" 'HTTP/1.0 200'
	wait_for 10 file_has server.out 'SSL_renegotiate -> 0'
	assert_contains "$(talk 'GET /renegcert HTTP/1.1\r\nHost: x\r\n\r\n' \
	    '</HTML>' -tls1_2)" '   1 server renegotiates (SSL_accept())'
	wait_for 10 file_has server.out 'SSL_renegotiate -> 1'
}

@test "commands that are there before the handshake wait for it" {
	local unit

	for unit in r k c; do
		start_named "early-$unit"
		type_to "early-$unit" "$unit\n"
		client_start "client-$unit" -tls1_2
		wait_for 5 file_has "early-$unit.out" 'CIPHER is'
		if [ "$unit" = c ]; then
			wait_for 5 file_has "early-$unit.out" 'Failed to initiate'
		else
			wait_for 5 file_has "early-$unit.out" \
			    'SSL_do_handshake -> 1'
		fi
		type_to "early-$unit" 'hello\n'
		wait_for 5 file_has "client-$unit.out" hello
		client_end "client-$unit"
	done
}

# covers: q R
@test "commands meet the console connection among many, in any worker" {
	local i

	start_server -workers 4 -no_resumption_on_reneg
	for i in 1 2 3 4 5 6; do
		client_start "c$i" -tls1_2 -cert "$CERTS/client-ecdsa.pem" \
		    -key "$CERTS/client-ecdsa-key.pem"
		client_connected "c$i"
	done
	tls_load --connections 2000 --parallel 8 >load.out 2>&1 3>&- &
	LOADS+=($!)
	for i in 1 2 3 4 5 6; do
		type_to server 'R\n'
		wait_for 5 has_lines server.out "$i" '^SSL_do_handshake -> 1'
		wait_for 5 has_lines server.err "$i" \
		    '^depth=0 .*ECDSA client$.*'
		type_to server "after $i\n"
		wait_for 5 file_has "c$i.out" "after $i"
		type_to server 'q\n'
		wait_exit "c$i"
		[ "$i" -eq 6 ] || assert_lacks "$(<c$((i + 1)).out)" after
	done
	wait_for 5 file_has server.out 'Read BLOCK'
}

has_lines() # file, number at least, extended regular expression
{
	[ "$(grep -acE "$3" "$1")" -ge "$2" ]
}

@test "a client that does not answer a renegotiation holds up nothing" {
	start_server -workers 1
	client_start mute -tls1_2
	client_connected mute
	kill -STOP "$(pgrep -P "${PIDS[mute]}")"
	type_to server 'r\n'
	wait_for 5 file_has server.out 'SSL_do_handshake -> 1'
	type_to server 'r\n'
	type_to server 'first\n'
	type_to server 'second\n'
	talk 'x\n' 'Verify return code' >/dev/null
	kill -CONT "$(pgrep -P "${PIDS[mute]}")"
	wait_for 5 file_has mute.out second
	assert_matches "$(<mute.out)" 'first.*second'
	# It is the stock client that does not end after this.
	end_process mute
}

@test "commands from a terminal and from the end of a pipe" {
	need_terminal
	terminal new-session -d -x 100 -y 50 "sleep 600"
	terminal set-option -g remain-on-exit on
	terminal new-window "'$S_SERVER' -workers 2 -accept 127.0.0.1:0 \
	    -cert '$CERTS/server.pem' -key '$CERTS/server-key.pem' \
	    -ready_file ready; echo status \$?"
	wait_for 5 file_has ready ACCEPT
	PORT=$(port_of_line ready)
	client_start one -tls1_3
	client_connected one
	terminal send-keys K Enter
	wait_for 5 screen_has 'SSL_do_handshake -> 1'
	terminal send-keys c Enter
	wait_for 5 screen_has 'Failed to initiate request'
	terminal send-keys Kay Enter
	wait_for 5 file_has one.out Kay
	terminal send-keys Q Enter
	wait_for 5 screen_has 'status 0'
	wait_exit one
	printf 'r\n' >typed
	STDIN=typed start_server -ign_eof
	client_start two -tls1_2
	wait_for 5 file_has server.out 'Read BLOCK'
	client_end two
}
