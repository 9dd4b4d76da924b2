# -www: the status page.

# shellcheck disable=SC2016,SC2153,SC2154 # expanded or set by the helpers

load ../lib/helpers

# The command line differs by -accept alone, which mask hides, and by our
# -ready_file, which is not used here.
page_as_stock() # server options, client options, request
{
	same_as_stock -f request_scenario "-www $1" "$2" "${3:-GET / HTTP/1.0\r\n\r\n}"
	assert_contains "$(<server.client)" '</pre></BODY></HTML>'
}

# covers: -www
@test "the page is the stock program's, TLS 1.3 and 1.2" {
	page_as_stock '' -tls1_3
	page_as_stock '' -tls1_2
	assert_contains "$(<server.client)" 'New, TLSv1.2, Cipher is ECDHE-'
}

# covers: /stats
@test "any path, any lines before, and no header needed" {
	page_as_stock '' '' 'GET /some/where?else HTTP/1.1\r\nHost: x\r\n\r\n'
	page_as_stock '' '' 'hello\n\nHost: x\nPOST it\nGET it\n'
	page_as_stock '' '' 'GET /stats HTTP/1.0\n'
}

@test "the page of a client with a certificate, and of one without" {
	page_as_stock '-verify 2 -CAfile $CERTS/ca.pem' \
	    '-cert $CERTS/client-rsa.pem -key $CERTS/client-rsa-key.pem'
	assert_contains "$(<server.client)" 'Subject: O=s_server tests, CN=RSA client'
	page_as_stock '-verify 2 -CAfile $CERTS/ca.pem' ''
	assert_contains "$(<server.client)" 'no client certificate available'
}

@test "the page with other ciphers, groups, signatures" {
	page_as_stock '-cert $CERTS/server-rsa.pem -key $CERTS/server-rsa-key.pem
	    -cipher AES128-SHA:AES256-SHA:ECDHE-RSA-AES128-GCM-SHA256' \
	    '-tls1_2 -cipher AES128-SHA'
	assert_contains "$(<server.client)" 'New, SSLv3, Cipher is AES128-SHA'
	page_as_stock '-groups P-256 -sigalgs ECDSA+SHA256' ''
	page_as_stock '' '-requestCAfile $CERTS/ca.pem'
}

@test "the page of a resumed session" {
	same_as_stock -n -f resumed_page '-www -naccept 2' -tls1_2
	assert_contains "$(<server.client)" 'Reused, TLSv1.2, Cipher is'
	same_as_stock -n -f resumed_page '-www -naccept 2' -tls1_3
	assert_contains "$(<server.client)" 'Reused, TLSv1.3, Cipher is'
}

resumed_page() # name, client option...
{
	local name=$1 text='GET / HTTP/1.0\r\n\r\n'

	shift
	request_scenario "$name" "$@" -sess_out "$name.session" >/dev/null
	request_scenario "$name" "$@" -sess_in "$name.session"
}

@test "what a client could take for HTML is escaped" {
	page_as_stock "-context 'a<b>&c' -keymatexport '<script>'" ''
	assert_contains "$(<server.client)" '-context a&lt;b&gt;&amp;c '
}

@test "curl and HTTP/1.1 are content with the page" {
	start_server -www -cert_chain "$CERTS/chain.pem"
	run -0 timeout 10 curl -sS --cacert "$CERTS/ca.pem" \
	    "https://localhost:$PORT/" --resolve "localhost:$PORT:127.0.0.1"
	assert_contains "$output" '</pre></BODY></HTML>'
}

# The stock program answers neither (http-methods).
@test "HEAD gets the head of the page, and other methods are refused" {
	local options

	start_server -www
	as_curl -I
	assert_matches "$output" \
	    '^HTTP/1.0 200 ok[[:space:]]+Content-type: text/html[[:space:]]+Content-length: [0-9]{4}'
	assert_lacks "$output" HTML
	for options in '-X POST' '-X POST -d some=data' '-X DELETE' \
	    '-X OPTIONS'; do
		# shellcheck disable=SC2086 # several options
		as_curl -i $options
		assert_matches "$output" '^HTTP/1.0 501 Not Implemented'
		assert_matches "$output" 'Allow: GET, HEAD'
	done
	# The page is as long as HEAD says, but for the digits of counts.
	as_curl -I
	length=$(sed -n 's/^Content-length: \([0-9]*\).*/\1/p' <<<"$output")
	size=$(timeout 10 curl -sk "https://127.0.0.1:$PORT/" | wc -c)
	[ $((length - size)) -lt 100 ] && [ $((size - length)) -lt 100 ]
}

as_curl() # option of curl...
{
	run -0 timeout $((10 * SLOW)) curl -sS -k "$@" "https://127.0.0.1:$PORT/"
}

# Much of it is never read, and nothing of it kept.
@test "a body that nobody wants costs bounded memory" {
	local before

	head -c 30000000 /dev/zero >body
	start_server -www -workers 1
	as_curl -I
	before=$(memory_kib)
	run -0 timeout $((20 * SLOW)) curl -sS -k -i -H 'Expect:' \
	    --data-binary @body "https://127.0.0.1:$PORT/"
	assert_matches "$output" '^HTTP/1.0 501 Not Implemented'
	as_curl -I
	assert_growth "$before" 4000
}

@test "a failed handshake prints the errors alone" {
	same_as_stock -www '-tls1_2 -cipher aNULL:@SECLEVEL=0'
	assert_contains "$(server_err)" 'no shared cipher'
	assert_lacks "$(server_err)" ERROR
	same_as_stock '-www -quiet' '-tls1_2 -cipher aNULL:@SECLEVEL=0'
	assert_lacks "$(server_err)" 'no shared cipher'
}

@test "a client that leaves without a request costs nothing" {
	same_as_stock -www ''
	assert_equal "$(server_err)" ''
	same_as_stock -f no_tls -www '' 'GET / HTTP/1.0\r\n\r\n'
	assert_contains "$(server_err)" 'http request'
	assert_equal "$(<server.client)" ''
}

no_tls() # name
{
	CLIENT_PORT=$PORT plain "$text"
}

@test "a client that is killed instead of a request is no error" {
	same_as_stock -f killed -www ''
	assert_equal "$(server_err)" ''
}

killed() # name
{
	client_start "$1-client"
	client_connected "$1-client"
	end_process "$1-client" KILL
}

# covers: -label_host
@test "-label_host names the host on the page and in the lines" {
	start_server -www -label_host alpha-1.example -workers 2 -ign_eof
	run -0 get_one
	assert_matches "$output" $'\nHost: alpha-1.example\nWorker: [12]\n'
	timeout 5 bash -c 'exec 4<>"/dev/tcp/127.0.0.1/$1"
		echo nonsense >&4; cat <&4' leave "$PORT" >/dev/null 2>&1 || :
	wait_for 5 file_has server.err 'handshake failed'
	assert_matches "$(server_err)" \
	    '^\[[0-9]+\] host alpha-1\.example from 127\.0\.0\.1:[0-9]+: handshake failed: '
	stop_server
	start_server -label_host b -ign_eof
	client </dev/null >/dev/null 2>&1
	wait_for 5 file_has server.out 'CONNECTION CLOSED'
	assert_matches "$(server_out)" \
	    $'\nhost b worker [0-9]+ connection 1 from 127.0.0.1:[0-9]+\n-----B'
}

@test "a bad name for -label_host is refused" {
	local name

	for name in '' 'two words' $'a\nACCEPT' '<b>' "$(printf 'a%.0s' {1..64})"; do
		run_server -label_host "$name"
		assert_equal "$status" 1
		assert_contains "$stderr" \
		    "-label_host ${name//$'\n'/\\x0a}: not 1 to 63 letters"
	done
}

@test "-label adds the worker's number" {
	start_server -www -label -workers 1
	run -0 get_one
	assert_contains "$output" 'Worker: 1'
	stop_server
	start_server -www -workers 1
	run -0 get_one
	assert_lacks "$output" 'Worker:'
}

get_one()
{
	printf 'GET / HTTP/1.0\r\n\r\n' | client -quiet 2>/dev/null
}

@test "fifty pages at once" {
	local i pids=()

	start_server -www -workers 2
	for i in $(seq 50); do
		get_one >"page.$i" &
		pids+=($!)
	done
	wait "${pids[@]}"
	for i in $(seq 50); do
		file_has "page.$i" '</pre></BODY></HTML>' ||
		    fail "page $i is not complete"
	done
}

@test "an endless request line costs bounded memory" {
	start_server -www -workers 1
	head -c 20000000 /dev/zero | tr '\0' x |
	    client -quiet -no_ign_eof >/dev/null 2>&1
	assert_memory 10000
	run -0 get_one
	assert_contains "$output" '</pre></BODY></HTML>'
}
