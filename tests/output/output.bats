# What many connections print at once, and readers that are slow or gone.

# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154 # for the helpers

load ../lib/helpers

everything=(-state -debug -trace -tlsextdebug -security_debug_verbose
    -verify 1 -CAfile "$CERTS/ca.pem")

# Every line of a session block, the table and the life of a connection.
of_blocks='^(-----(BEGIN|END)|[A-Za-z0-9+/]+=*$|Shared |Signature Alg|Supported |Peer sign|CIPHER is|Secure Reneg|This TLS version|worker [0-9]+ connection |Client certificate|subject=|issuer=|Using default|ACCEPT|No client|---$|Acceptable|$| +[0-9]+ [a-z])'

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
	assert_equal "$(grep -acE '^\[[0-9]+\] CONNECTION CLOSED' server.out)" 100
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

@test "a worker that cannot even begin says why" {
	faulty worker-start:fatal:1
	run_server -accept 127.0.0.1:0 -cert "$CERTS/server.pem" \
	    -key "$CERTS/server-key.pem" -workers 2 -ign_eof
	assert_equal "$status" 1
	assert_equal "$(grep -c '^s_server: fault worker-start$' \
	    <<<"$stderr")" 10
	assert_contains "$stderr" 'giving up'
}

# Standard output is a FIFO that nobody reads until read_on; errors are a file.
unread_output() # option...
{
	mkfifo server.out
	exec {UNREAD}<>server.out
	start_server -ready_file ready "$@"
}

# To a file that is complete when the server has ended.
read_on()
{
	cat <&"$UNREAD" >read.out 3>&- &
	LOADS+=($!)
}

@test "an unread standard output does not hold up standard error" {
	local i

	unread_output -brief -workers 1
	client_start talker -quiet
	seq -f '%01000.0f' 5000 >much
	cat much >&"${INPUTS[talker]}" 3>&- &
	LOADS+=($!)
	# As much as goes stands in the pipe, and in the server.
	sleep 1
	for i in 1 2 3 4 5; do
		client </dev/null >/dev/null 2>&1
	done
	wait_for 5 summaries 6
	read_on
	wait_for 10 file_has read.out "$(tail -n 1 much)"
	cmp much read.out
}

summaries() # number
{
	[ "$(grep -ac '^Protocol version' server.err)" -eq "$1" ]
}

@test "output that nobody reads: all wait, nothing is lost, TERM is quick" {
	unread_output -workers 2 -debug -trace -msg -trace
	tls_load --connections 300 --parallel 50 --tls1_2 --timeout 60 \
	    >load.out 2>&1 &
	LOADS+=($!)
	sleep 2
	has_workers 2
	[ ! -s load.out ]
	assert_memory 40000
	read_on
	wait_for 20 file_has load.out 'ok 300 failed 0'
	wait_for 10 closed 300
	assert_equal "$(grep -ac '^    ClientHello, Length' read.out)" 300
	assert_equal "$(grep -ac '^CIPHER is' read.out)" 300
	kill "${LOADS[-1]}"
	tls_load --connections 300 --parallel 50 --tls1_2 --timeout 5 \
	    >/dev/null 2>&1 &
	LOADS+=($!)
	sleep 2
	kill -TERM "$SERVER_PID"
	within_ms 3000 'TERM with unread output' wait_exit server
}

closed() # number
{
	[ "$(grep -ac '^CONNECTION CLOSED' read.out)" -eq "$1" ]
}

# covers: -state -msg
@test "the order of the two streams is kept where they are one" {
	local line want=('<<< TLS 1.3, .*ClientHello'
	    'SSL_accept:SSLv3/TLS read client hello'
	    '>>> TLS 1.2, .*ServerHello$'
	    'SSL_accept:SSLv3/TLS write server hello'
	    '<<< TLS 1.2, .*ClientKeyExchange'
	    'SSL_accept:SSLv3/TLS read client key exchange')

	launch server bash -c 'exec "$@" >>both 2>&1' both "$S_SERVER" \
	    -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" \
	    -accept 127.0.0.1:0 -state -msg -naccept 3 -workers 3
	wait_for 10 file_has both ACCEPT
	PORT=$(port_of_line both)
	tls_load --connections 3 --tls1_2 >/dev/null
	wait_exit server
	for line in "${want[@]}"; do
		assert_equal "$(grep -acE "^$line" both)" 3
	done
	# What one connection says in one step is in one piece.
	grep -aoE "$(IFS='|'; echo "${want[*]:0:4}")" both |
	    sed -E 's/, .*, /, /' | uniq -c >order
	assert_equal "$(wc -l <order)" 12
}

@test "clients that are served in one turn wake the master once" {
	local tracer worker

	strace -D -f -o /dev/null true || skip 'strace cannot trace here'
	echo page >page
	start_server -WWW -workers 1
	worker=$(workers)
	strace -qq -e trace=sendmsg -o calls -p "$worker" &
	tracer=$!
	LOADS+=("$tracer")
	wait_for 5 is_traced "$worker"
	tls_load --connections 400 --parallel 50 --request /page
	kill "$tracer"
	stop_server QUIT
	assert_equal "$(grep -c '^FILE:page$' server.err)" 400
	[ "$(grep -c sendmsg calls)" -lt 350 ]
}

@test "text that goes to /dev/null is not made, and errors are said as ever" {
	local tracer worker

	strace -D -f -o /dev/null true || skip 'strace cannot trace here'
	ln -s /dev/null server.out
	start_server -workers 1 -tls1_2 -ready_file ready
	worker=$(workers)
	strace -qq -e trace=sendmsg,write -o calls -p "$worker" &
	tracer=$!
	LOADS+=("$tracer")
	wait_for 5 is_traced "$worker"
	head -c 100000 /dev/zero | client >/dev/null 2>&1
	client -tls1_3 </dev/null >/dev/null 2>&1 || :
	wait_for 5 file_has server.err 'unsupported protocol'
	kill "$tracer"
	wait "$tracer" || :
	# The master is woken once (MESSAGE_TEXT_THERE, 21), for the error.
	assert_equal "$(grep -cF 'iov_base="\25\0' calls)" 1
}
