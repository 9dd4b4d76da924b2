# DTLS: what it has in common with TLS, and several clients.

# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # for the helpers, or by them

load ../lib/helpers

# The stock client waits half a second before it leaves.
ROWS_AT_ONCE=6

CERT2="-cert2 $CERTS/server2.pem -key2 $CERTS/server2-key.pem"
CLIENT="-cert $CERTS/client-rsa.pem -key $CERTS/client-rsa-key.pem"
EXPIRED="-cert $CERTS/client-expired.pem -key $CERTS/client-expired-key.pem"

differs_statistics()
{
	sed '/server accepts/d'
}

@test "features that are TLS's, too" {
	rows <<-'END'
	- | -dtls -nocert -psk abcd | -dtls -psk abcd | hello\n | has=PSK-AES256
	- | -dtls -alpn h2,foo | -dtls -alpn foo,bar | | has=selected:\_foo
	- | -dtls -servername foo $CERT2 | -dtls -servername foo | | has=Switching differs=statistics
	- | -dtls -servername foo $CERT2 | -dtls -servername bar | | has=Hostname
	- | -dtls -servername foo -servername_fatal $CERT2 | -dtls -servername bar | | has=ERROR
	- | -dtls -verify 2 -CAfile $CERTS/ca.pem | -dtls $CLIENT | | has=verify\_return:1
	- | -dtls -Verify 2 -CAfile $CERTS/ca.pem -verify_return_error | -dtls $EXPIRED | | has=certificate\_has\_expired
	- | -dtls -use_srtp SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM -keymatexport EXTRACTOR-dtls_srtp -keymatexportlen 60 | -dtls -use_srtp SRTP_AEAD_AES_128_GCM | | has=profile=SRTP_AEAD_AES_128_GCM
	-use_srtp | -dtls -use_srtp SRTP_AES128_CM_SHA1_80 | -dtls -use_srtp SRTP_AES128_CM_SHA1_80 | | has=profile=SRTP_AES128_CM_SHA1_80
	- | -dtls -use_srtp SRTP_AES128_CM_SHA1_80 | -dtls -use_srtp SRTP_AEAD_AES_128_GCM | | has=CIPHER
	- | -dtls -early_data | -dtls | hello\n | has=No\_early\_data\_received
	- | -dtls -no_ticket | -dtls | hello\n | has=CIPHER
	- | -dtls -crlf -brief | -dtls | hello\n | has=hello
	- | -dtls -nextprotoneg a,b | -dtls -nextprotoneg b | | has=unexpected\_message
	- | -dtls -max_send_frag 512 | -dtls | hello\n | has=hello
	- | -dtls -no_cache -no_dhe | -dtls | hello\n | has=hello
	END
}


# covers: -dtls -listen
@test "with -listen more than the first client are served (dtls-listen)" {
	local i

	start_server -dtls -listen -workers 3 -naccept 4 -quiet
	for i in 1 2 3 4; do
		talk "from $i\n" 'Verify return' -dtls >/dev/null
	done
	wait_exit server
	assert_equal "$(sort server.out)" "$(printf 'from %d\n' 1 2 3 4)"
}

@test "a client that died begins anew from its port (dtls-parallel)" {
	local port

	start_server -dtls -workers 2 -naccept 2 -stats_json stats.json
	client_start first -dtls
	type_to first 'one\n'
	wait_for 10 file_has server.out one
	port=$(ss -unH "dport = :$PORT" | awk '{ sub(/.*:/, "", $3); print $3 }')
	kill -KILL -- "-${PIDS[first]}"
	assert_contains "$(talk 'two\n' 'Verify return' -dtls \
	    -bind "127.0.0.1:$port")" 'Cipher is'
	wait_exit server
	assert_contains "$(<server.out)" $'\ntwo\n'
	assert_equal "$(jq .totals.handshakes.finished stats.json)" 2
}

one_after_another() # name, client option...
{
	local name=$1 i resume=()

	shift
	for i in 1 2; do
		[ "$i" -eq 1 ] || resume=(-sess_in "$name.session")
		client_start "$name-$i" "$@" -sess_out "$name.session" \
		    "${resume[@]}"
		type_to "$name-$i" "hello\n"
		client_connected "$name-$i"
		client_end "$name-$i"
		grep -a ', Cipher is ' "$name-$i.out"
		# For so long the stock program hears nobody else.
		sleep 0.8
	done
}

# covers: -naccept -no_ticket
@test "two clients one after another, and resumption" {
	rows <<-'END'
	- | -dtls -naccept 2 | -dtls | | endless scenario=one_after_another has=Reused has=2\_server\_accepts
	- | -dtls -no_ticket -naccept 2 | -dtls | | endless scenario=one_after_another has=Reused
	- | -dtls -no_ticket -naccept 2 -state -mtu 256 | -dtls | | endless scenario=one_after_another has=verify\_request
	- | -dtls -nocert -psk abcd -naccept 2 | -dtls -psk abcd | | endless scenario=one_after_another has=Reused
	END
}

# covers: -no_ticket
@test "sessions resume on every worker, and are counted" {
	local kind option i

	for kind in ticket id; do
		[ "$kind" = ticket ] && option='' || option=-no_ticket
		# shellcheck disable=SC2086
		start_server -dtls -workers 3 -quiet -ign_eof \
		    -stats_json stats-$kind $option
		talk 'x\n' 'Verify return' -dtls -sess_out session >/dev/null
		for i in 1 2 3 4 5 6; do
			assert_contains "$(talk 'x\n' 'Verify return' -dtls \
			    -sess_in session)" 'Reused, TLSv1.2'
		done
		stop_server QUIT
		assert_equal "$(jq ".totals.kinds.dtls_$kind" stats-$kind)" 6
		assert_equal "$(jq '.totals.versions["DTLSv1.2"]' \
		    stats-$kind)" 7
	done
}
