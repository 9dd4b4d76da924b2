# What many connections print at once, and readers that are slow or gone.

# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154 # for the helpers

load helpers

everything=(-state -debug -trace -tlsextdebug -security_debug_verbose
    -verify 1 -CAfile "$CERTS/ca.pem")

# Every line of a session block, the table and the life of a connection.
of_blocks='^(-----(BEGIN|END)|[A-Za-z0-9+/]+=*$|Shared |Signature Alg|Supported |Peer sign|CIPHER is|Secure Reneg|DONE$|ERROR$|shutting down|CONNECTION CLOSED|worker [0-9]+ connection |Client certificate|subject=|issuer=|Using default|ACCEPT|No client|---$|Acceptable|$| +[0-9]+ [a-z])'

@test "all debugging options, 100 clients at once: nothing torn or lost" {
	local count begin took

	start_server -workers 4 -label "${everything[@]}"
	begin=$(now_ms)
	tls_load --connections 100 --parallel 100 --tls1_2 >load.out
	took=$(($(now_ms) - begin))
	stop_server QUIT
	echo "# 100 clients took $took ms, $(wc -c <server.out) bytes" >&3
	[ "$took" -lt $((20000 * SLOW)) ]
	run -1 grep -avE "^\[[0-9]+\] |$of_blocks" server.out
	run -1 grep -avE '^(\[[0-9]+\] |verify depth is |Security callback)' server.err
	count=$(grep -acE '^\[[0-9]+\]     ClientHello, Length' server.out)
	assert_equal "$count" 100
	each_connection server.out '    ClientHello, Length=' 1
	each_connection server.out '    ServerHelloDone, Length=0' 1
	each_connection server.out 'TLS client extension "extended master' 1
	each_connection server.err 'SSL_accept:SSLv3/TLS read client hello' 1
	each_connection server.err 'SSL_accept:SSLv3/TLS write finished' 1
	assert_equal "$(grep -ac '^CIPHER is' server.out)" 100
	assert_equal "$(grep -ac '^CONNECTION CLOSED' server.out)" 100
	[ "$(grep -acE '^\[[0-9]+\] write to 0x' server.out)" -ge 200 ]
}

# Each of the 100 has so many lines that begin with this text.
each_connection() # file, text, number
{
	local wrong

	wrong=$(awk -v text="$2" -v wanted="$3" '
	{ at = index($0, "] ") }
	at && index(substr($0, at + 2), text) == 1 { n[$1]++ }
	END {
		for (i = 1; i <= 100; i++)
			if (n["[" i "]"] != wanted)
				print i, n["[" i "]"] + 0
	}' "$1")
	[ -z "$wrong" ] || fail "$1: not $3 times: $2" "$wrong"
}

@test "without -label no line has a number, and none is lost either" {
	start_server -workers 4 "${everything[@]}"
	tls_load --connections 100 --parallel 100 --tls1_3 >load.out
	stop_server QUIT
	run -1 grep -aE '^\[[0-9]+\] ' server.out server.err
	assert_equal "$(grep -ac '^    ClientHello, Length' server.out)" 100
	assert_equal "$(grep -ac '^    EncryptedExtensions, Length' \
	    server.out)" 100
	assert_equal "$(grep -ac '^CIPHER is' server.out)" 100
}

@test "verify lines of a connection stay together and have its number" {
	local i pids=()

	start_server -workers 4 -label -msg -state -verify 2 \
	    -CAfile "$CERTS/ca.pem"
	for ((i = 0; i < 30; i++)); do
		client -cert "$CERTS/client-ecdsa.pem" \
		    -key "$CERTS/client-ecdsa-key.pem" </dev/null \
		    >/dev/null 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
	stop_server QUIT
	assert_equal "$(grep -acE '^\[[0-9]+\] verify return:1$' server.err)" \
	    60
	# Of each connection depth 1 and then depth 0, nobody else between.
	grep -aE '\] (depth=|verify return)' server.err >lines
	awk '{ if ($1 != last) runs++; last = $1 } END { exit runs != 30 }' lines
}

@test "the last line of a worker that cannot go on arrives" {
	faulty accept-claimed:fatal:1
	start_server -workers 2
	for _ in 1 2 3 4; do
		client </dev/null >/dev/null 2>&1 || :
	done
	wait_for 5 file_has server.err 's_server: fault accept-claimed'
	wait_for 5 file_has server.err 'worker 1 (pid'
}
