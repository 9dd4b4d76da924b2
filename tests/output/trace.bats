# -trace and -tlsextdebug.

# shellcheck disable=SC2016,SC2154 # expanded or set by the helpers

load ../lib/helpers

# Whatever is random or a time, and how long an ECDSA signature is; and the
# data, which the stock program writes past its buffer.
without_values()
{
	sed -E -e 's/(gmt_unix_time=|random_bytes \(len=28\): |session_id \(len=32\): |verify_data \(len=[0-9]+\): |Signature \(len=|ticket_age_add=|ticket_nonce \(len=[0-9]+\): |ticket \(len=[0-9]+\): |key_exchange: +\(len=[0-9]+\): |ecdh_Yc \(len=[0-9]+\): |Opaque Data|point \(len=[0-9]+\): ).*/\1/' \
	    -e 's/^( *)(Length = |(Certificate|CertificateVerify|ServerKeyExchange|NewSessionTicket|Finished), Length=)[0-9]+/\1\2N/' \
	    -e 's/^( +[0-9a-f]{4} - ).*/\1/' | grep -vE '^ *[0-9a-f]+( |-)|^ +[0-9A-F]{30,}$|^hello$'
}

@test "-trace explains each message in words" {
	rows <<-'END'
	-trace | -trace | -tls1_3 | hello\n | mask=without_values has=Received\_ has=EncryptedExtensions
	-trace | -trace | -tls1_2 | hello\n | mask=without_values has=ServerHelloDone has=TLS_ECDHE_ECDSA
	-trace | -trace -quiet | -tls1_3 | | mask=without_values has=CertificateVerify
	-trace | -trace -msg | -tls1_2 | hello\n | mask=without_values has=<<<\_TLS
	-trace | -msg -trace | -tls1_2 | hello\n | mask=without_values has=Received\_
	-trace | -trace -verify 1 -CAfile $CERTS/ca.pem | -tls1_3 -cert $CERTS/client-ecdsa.pem -key $CERTS/client-ecdsa-key.pem | hello\n | mask=without_values has=CertificateRequest
	-trace | -trace -rev | -tls1_2 | hello\n | expect=olleh mask=without_values has=ClientHello
	END
}

@test "-trace with -msgfile" {
	rows <<-'END'
	-trace -msgfile | -trace -msgfile both.msg | -tls1_2 | hello\n | has=CIPHER\_is
	END
	start_server -naccept 1 -trace -msgfile server.msg
	talk 'x\n' 'Verify return code' -tls1_3 >/dev/null
	wait_exit server
	start_stock -naccept 1 -trace -msgfile stock.msg
	CLIENT_PORT=$STOCK_PORT talk 'x\n' 'Verify return code' -tls1_3 >/dev/null
	wait_exit stock
	diff <(mask <stock.msg | without_values) \
	    <(mask <server.msg | without_values)
	assert_matches "$(<server.msg)" 'Sent (TLS )?Record'
	assert_lacks "$(server_out)" ' Record'
}

@test "-msgfile keeps the messages of -trace whole" {
	local i pids=()

	start_server -workers 4 -trace -msgfile all.msg
	for ((i = 0; i < 20; i++)); do
		client -tls1_2 </dev/null >/dev/null 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
	stop_server
	assert_equal "$(grep -acE '^    ClientHello, Length=[0-9]+$' all.msg)" 20
	assert_equal "$(grep -acE '^    ServerHelloDone, Length=0$' all.msg)" 20
}

@test "-tlsextdebug prints the client's extensions" {
	rows <<-'END'
	-tlsextdebug | -tlsextdebug | -tls1_2 -servername a.b -status -alpn h2 -nextprotoneg h2 | hello\n | has=TLS\_client\_extension\_"server\_name"\_(id=0),\_len=8 has="status\_request" has="next\_protocol"
	-tlsextdebug | -tlsextdebug | -tls1_3 -servername a.b -enable_pha -maxfraglen 1024 | hello\n | has="key\_share" has="post\_handshake\_auth" has="max\_fragment\_length"
	-tlsextdebug | -tlsextdebug -quiet | -tls1_2 | hello\n | has=hello
	-tlsextdebug | -tlsextdebug -msg -state | -tls1_3 | | mask=without_values has="psk\_kex\_modes"
	END
}

@test "-tlsextdebug names every extension as the stock program" {
	rows <<-'END'
	-tlsextdebug | -tlsextdebug | | | scenario=all_extensions has=TLS\_client\_extension
	END
}

# A ClientHello with each of the types, empty but for the first ones.
all_extensions()
{
	local type hex='' body size

	for type in $(seq 0 60) 13172 65281 65000; do
		hex+=$(printf '%04x0000' "$type")
	done
	body=0303$(printf '00%.0s' {1..32})000002c02b0100
	body+=$(printf %04x $((${#hex} / 2)))$hex
	size=$((${#body} / 2))
	printf '160301%04x01%06x%s wait\n' $((size + 4)) "$size" "$body" |
	    send_hex
}
