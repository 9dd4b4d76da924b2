# -nextprotoneg, beside -alpn, and names of protocols that are odd.

load ../lib/helpers

long=$(printf 'a%.0s' {1..255})
second="-servername two -cert2 $CERTS/server2.pem -key2 $CERTS/server2-key.pem"

without_accepts()
{
	sed -E '/ (server accepts|session cache)/d'
}

differs_peer_names()
{
	perl -pe 's/\\x([0-9a-f]{2})/chr hex $1/ge'
}

@test "protocols by NPN" {
	rows <<-'END'
	-nextprotoneg | -nextprotoneg a,b | -tls1_2 -nextprotoneg b | hello\n | \
		has=NEXTPROTO\_is\_b
	-nextprotoneg | -nextprotoneg b,a | -tls1_2 -nextprotoneg a,b | | \
		has=Next\_protocol:\_(1)\_b
	-nextprotoneg | -nextprotoneg a,b | -tls1_2 -nextprotoneg c | | \
		has=NEXTPROTO\_is\_c
	-nextprotoneg | -nextprotoneg ,a,,b, | -tls1_2 -nextprotoneg b | | \
		has=NEXTPROTO\_is\_b
	-nextprotoneg | -nextprotoneg $long,b | -tls1_2 -nextprotoneg $long | | \
		has=NEXTPROTO\_is\_aaaaaaaaaa
	-nextprotoneg | -nextprotoneg a,b -brief | -tls1_2 -nextprotoneg b
	-nextprotoneg | -nextprotoneg a,b | -tls1_2
	-nextprotoneg | -nextprotoneg a,b | -tls1_3 -alpn b
	-nextprotoneg | -nextprotoneg a,b | -nextprotoneg b
	-nextprotoneg | -nextprotoneg a,b $second | -tls1_2 -nextprotoneg b \
		-servername one | | has=NEXTPROTO
	-nextprotoneg | -nextprotoneg a,b $second | -tls1_2 -nextprotoneg b \
		-servername two | | mask=without_accepts
	END
}

@test "NPN and ALPN together" {
	rows <<-'END'
	-alpn -nextprotoneg | -nextprotoneg a,b -alpn b,c | \
		-tls1_2 -nextprotoneg a -alpn c | | has=selected:\_c
	-alpn -nextprotoneg | -nextprotoneg a,b -alpn b,c | \
		-tls1_2 -nextprotoneg a | | has=NEXTPROTO\_is\_a
	-alpn -nextprotoneg | -nextprotoneg a -alpn b | \
		-tls1_2 -nextprotoneg a -alpn c | | wait has=ERROR
	-alpn | -alpn ,a,,b, | -alpn b | | has=selected:\_b
	-alpn | -alpn $long | -alpn a,$long | | has=selected:\_aaaaaaaaaa
	-alpn | -alpn $'\x01\xff' | -alpn $'\x01\xff' | | has=selected: \
		differs=peer-names
	-alpn | -alpn b,a | -alpn a,b | | has=selected:\_b
	END
}

@test "-nextprotoneg leaves no room for TLS 1.3 alone" {
	run_stock -tls1_3 -nextprotoneg a
	assert_equal "$status" 1
	expected=$stderr
	run_server -tls1_3 -nextprotoneg a
	assert_equal "$status" 1
	assert_equal "$stderr" "$expected"
	run_server -nextprotoneg a -tls1_2 -tls1_3
	assert_equal "$status" 1
}

# The stock program ends without a word.
@test "lists of protocols that are none" {
	local option list

	for option in alpn nextprotoneg; do
		for list in '' ',' "$long,a$long"; do
			run_stock -cert "$CERTS/server.pem" \
			    -key "$CERTS/server-key.pem" "-$option" "$list"
			assert_equal "$status" 1
			run_server -cert "$CERTS/server.pem" \
			    -key "$CERTS/server-key.pem" "-$option" "$list"
			assert_equal "$status" 1
			assert_contains "$stderr" "s_server: -$option $list: "
			assert_equal "${#stderr_lines[@]}" 1
		done
	done
}

# covers: -nextprotoneg
@test "every worker names the protocols" {
	local i

	start_server -workers 4 -nextprotoneg a,b -ign_eof
	for ((i = 0; i < 8; i++)); do
		assert_contains "$(client -tls1_2 -nextprotoneg b </dev/null \
		    2>&1)" 'Next protocol: (1) b'
	done
}
