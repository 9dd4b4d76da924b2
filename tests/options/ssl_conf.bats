# The library's own options, those of SSL_CONF_cmd: for each a handshake that
# goes another way with it, as with the stock program.

# shellcheck disable=SC2016,SC2034,SC2317 # for the rows

load ../lib/helpers
load ../lib/in_turn

# What old versions and suites need.
old='-cipher ALL:@SECLEVEL=0'
rsa="-cert $CERTS/server-rsa.pem -key $CERTS/server-rsa-key.pem"

@test "one version only" {
	rows <<-'END'
		-tls1 | -tls1 $old | $old | | has=Protocol\_\_:\_TLSv1
		-tls1_1 | -tls1_1 $old | $old | | has=TLSv1.1
		-tls1_2 | -tls1_2 | | | has=TLSv1.2
		-tls1_3 | -tls1_3 | -tls1_2 | | wait has=ERROR
	END
}

@test "without a version" {
	rows <<-'END'
		-no_tls1 | -no_tls1 $old | -tls1 $old | | wait has=ERROR
		-no_tls1_1 | -no_tls1_1 $old | -tls1_1 $old | | wait has=ERROR
		-no_tls1_2 | -no_tls1_2 | -tls1_2 | | wait has=ERROR
		-no_tls1_3 | -no_tls1_3 | | | has=TLSv1.2
		-no_ssl3 | -no_ssl3 | -tls1_2 | | has=TLSv1.2
		-min_protocol | -min_protocol TLSv1.3 | -tls1_2 | | wait has=ERROR
		-max_protocol | -max_protocol TLSv1.2 | | | has=TLSv1.2
		-min_protocol -max_protocol | -min_protocol TLSv1.2 \
		    -max_protocol TLSv1.2 | | | has=TLSv1.2
	END
}

@test "ciphers and groups" {
	local aes=TLS_AES_256_GCM_SHA384 chacha=TLS_CHACHA20_POLY1305_SHA256
	local chacha_first=$chacha:$aes

	rows <<-'END'
		-cipher | -tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256 | | | \
		    has=ECDHE-ECDSA-AES128-GCM-SHA256
		-prioritize_chacha | -serverpref -prioritize_chacha | \
		    -ciphersuites $chacha_first | | \
		    has=is\_TLS_CHACHA20_POLY1305_SHA256
		-serverpref | -serverpref | -ciphersuites $chacha_first | | \
		    has=is\_TLS_AES_256_GCM_SHA384
		-groups | -groups P-384 | | | has=secp384r1
		-curves | -curves P-384 | | | has=secp384r1
		-named_curve | -named_curve P-384 | | | has=secp384r1
	END
}

@test "how strict, how lenient" {
	rows <<-'END'
		-strict | -strict | -tls1_2 -sigalgs ECDSA+SHA384 | | \
		    wait has=no\_shared\_cipher
		-bugs | -tls1 -bugs -rev -msg $old $rsa | -tls1 \
		    -cipher AES128-SHA:@SECLEVEL=0 | hello\n | \
		    expect=olleh has=AES128-SHA
		-no_comp | -no_comp | -tls1_2 | | has=Compression:\_NONE
		-comp | -comp | -tls1_2 | | has=Compression:\_NONE
	END
}

@test "the forms of messages and records" {
	rows <<-'END'
		-no_etm | -tls1_2 -no_etm -cipher ECDHE+AES+SHA | -tlsextdebug
		-no_middlebox | -no_middlebox -msg -tls1_3
		-record_padding | -record_padding 512 -debug $rsa
		-num_tickets | -num_tickets 0
		-num_tickets | -num_tickets 4 -msg
		-no_ticket | -tls1_2 -no_ticket | | | has=Session-ID:
	END
}

@test "without the extended master secret" {
	needs_library 3.2
	rows <<-'END'
		-no_ems | -tls1_2 -no_ems | | | has=Extended\_master\_secret:\_no
		- | -tls1_2 | | | has=Extended\_master\_secret:\_yes
		-no_ems | -no_ems -dtls1_2 | -dtls1_2 | | \
		    has=Extended\_master\_secret:\_no
	END
}

# RFC 7627, section 5.3: a session resumes as it was made only.
@test "sessions without the extended master secret" {
	needs_library 3.2
	in_turn_as_stock '-tls1_2 -no_ems'
	resumed 2
	in_turn_as_stock '-tls1_2 -no_ems -no_ticket'
	resumed 2
}

# Two connections; the second client offers the session of the first and no
# group that the server has.
resume_without_group() # name, client option...
{
	local name=$1 turn options

	shift
	options=(-allow_no_dhe_kex -sess_out "$name.session")
	for turn in 1 2; do
		client_start "$name-$turn" "${options[@]}" "$@"
		# Else it is a race which of the two comes first.
		[ "$turn" -eq 1 ] ||
		    wait_for 10 file_has "$name-$turn.out" NewSessionTicket
		type_to "$name-$turn" "hello $turn\\n"
		wait_for 10 file_has "$name.out" "hello $turn" || return 1
		client_end "$name-$turn"
		# The stock program says so only with its next words.
		[ "$name" = stock ] ||
		    wait_for 10 file_has "$name.out" 'CONNECTION CLOSED'
		options=(-sess_in "$name.session" -groups P-521
		    -allow_no_dhe_kex)
	done
	cat "$name-2.out"
}

# The second client offers its session, and a key exchange with it or without.
resume_either_way() # name, client option...
{
	local name=$1 turn options

	shift
	options=(-sess_out "$name.session")
	for turn in 1 2; do
		client_start "$name-$turn" -allow_no_dhe_kex "${options[@]}" "$@"
		type_to "$name-$turn" "hello $turn\\n"
		wait_for 10 file_has "$name.out" "hello $turn" || return 1
		client_end "$name-$turn"
		[ "$name" = stock ] ||
		    wait_for 10 file_has "$name.out" 'CONNECTION CLOSED'
		options=(-sess_in "$name.session" -msg)
	done
	# Tickets and the text cross one another.
	sed '/Verify return code:/q' "$name-2.out"
}

@test "TLS 1.3 resumes without a key exchange though there could be one" {
	needs_library 3.3
	rows <<-'END'
		-prefer_no_dhe_kex | -prefer_no_dhe_kex -allow_no_dhe_kex \
		    -naccept 2 | -tls1_3 | | endless has=Reused \
		    scenario=resume_either_way
		- | -allow_no_dhe_kex -naccept 2 | -tls1_3 | | endless \
		    has=Reused scenario=resume_either_way
		-prefer_no_dhe_kex | -prefer_no_dhe_kex -naccept 2 | \
		    -tls1_3 | | endless has=Reused scenario=resume_either_way
		-prefer_no_dhe_kex | -prefer_no_dhe_kex -allow_no_dhe_kex \
		    -no_ticket -naccept 2 | -tls1_3 | | endless has=Reused \
		    scenario=resume_either_way
	END
}

# The length of the ServerHello tells whether there is a key in it.
# covers: -prefer_no_dhe_kex
@test "every worker resumes so" {
	local i

	needs_library 3.3
	start_server -workers 3 -allow_no_dhe_kex -prefer_no_dhe_kex
	client_start first -sess_out session
	wait_for 10 test -s session
	client_end first
	for ((i = 0; i < 6; i++)); do
		client -sess_in session -allow_no_dhe_kex -trace \
		    </dev/null >client.out 2>/dev/null
		assert_contains "$(<client.out)" 'Reused, TLSv1.3'
		assert_lacks "$(sed -n '/ServerHello,/,/^$/p' client.out)" \
		    key_share
	done
}

@test "TLS 1.3 resumes without a key exchange" {
	rows <<-'END'
		-allow_no_dhe_kex | -allow_no_dhe_kex -groups X25519 \
		    -naccept 2 | -tls1_3 | | endless has=Reused \
		    scenario=resume_without_group
	END
}
