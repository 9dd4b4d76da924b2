# Sessions resume on every worker, and as with the stock program.

# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # expanded or set by the helpers

load ../lib/helpers

# Clients one after another never meet the same worker twice in a row, so each
# session comes from another worker than the one that resumes it.
resumes_on_another_worker() # kind of tls_load, server option...
{
	local kind=$1 said

	shift
	start_server -www -label -workers 4 "$@"
	said=$(tls_load --sequential --request / --connections 100 \
	    --resume "$kind") || fail "$said"
	assert_contains "$said" 'ok 100 failed 0'
	assert_contains "$said" 'resumed 100'
	assert_elsewhere "$said" 100
}

@test "100 of 100 on another worker: TLS 1.2 session ID" {
	resumes_on_another_worker id
	stop_server
	resumes_on_another_worker id -no_ticket
}

@test "100 of 100 on another worker: TLS 1.2 ticket" {
	resumes_on_another_worker ticket
}

@test "100 of 100 on another worker: TLS 1.3 ticket" {
	resumes_on_another_worker tls13
}

@test "100 of 100 on another worker: TLS 1.3, stateful ticket" {
	resumes_on_another_worker stateful -no_ticket
}

# Ends when the server closes, and so has read the tickets of TLS 1.3.
fetch() # option of s_client...
{
	printf 'GET / HTTP/1.0\r\n\r\n' | client -ign_eof "$@" 2>&1
}

worker_of() # output of fetch
{
	sed -n 's/^Worker: \([0-9]*\).*/\1/p' <<<"$1"
}

replaced() # number, pid of its predecessor
{
	local pid

	pid=$(worker "$1")
	[ -n "$pid" ] && [ "$pid" != "$2" ]
}

survives_its_worker() # server options, client options
{
	local page number pid server_options client_options

	read -ra server_options <<<"$1"
	read -ra client_options <<<"$2"
	start_server -www -label -workers 3 "${server_options[@]}"
	page=$(fetch "${client_options[@]}" -sess_out session)
	assert_contains "$page" 'New, TLSv1.'
	number=$(worker_of "$page")
	pid=$(worker "$number")
	kill -KILL "$pid"
	wait_for 5 replaced "$number" "$pid"
	page=$(fetch "${client_options[@]}" -sess_in session)
	assert_contains "$page" 'Reused, TLSv1.'
	stop_server
}

@test "sessions survive kill -9 of the worker that issued them" {
	survives_its_worker '-no_ticket' '-tls1_2'
	survives_its_worker '' '-tls1_2'
	survives_its_worker '' '-tls1_3'
	survives_its_worker '-no_ticket' '-tls1_3'
}

# Nor after all of them: what is shared is not theirs.
@test "sessions survive kill -9 of every worker" {
	local number pid

	start_server -www -workers 2 -no_ticket
	fetch -tls1_2 -sess_out session >/dev/null
	for number in 1 2; do
		pid=$(worker $number)
		kill -KILL "$pid"
		wait_for 5 replaced $number "$pid"
	done
	assert_contains "$(fetch -tls1_2 -sess_in session)" 'Reused, TLSv1.2'
}

@test "a session that is stored 50 ms late resumes all the same" {
	local kind

	faulty session-store:50
	for kind in id stateful; do
		start_server -www -label -workers 4 -no_ticket
		run -0 tls_load --sequential --request / --connections 20 --resume $kind
		assert_contains "$output" 'ok 20 failed 0'
		assert_elsewhere "$output" 20
		stop_server
	done
}

# The second connection begins as soon as the client of the first one knows its
# session, while the worker still stores it.
@test "a client that is faster than the store resumes all the same" {
	local i

	faulty session-store:500
	for i in 1 2; do
		start_server -quiet -workers 2 -no_ticket
		client_start first -tls1_2 -sess_out session
		wait_for 10 test -s session
		assert_contains "$(client -tls1_2 -sess_in session </dev/null \
		    2>&1)" 'Reused, TLSv1.2'
		client_end first
		stop_server
		rm session
	done
}

### As the stock program

# Two clients one after the other; the second one offers the first one's
# session. OTHER holds options for the second one alone.
again() # name, client option...
{
	local name=$1

	shift
	client_start "$name-one" "$@" -sess_out "$name.session"
	type_to "$name-one" 'one\n'
	wait_for 10 test -s "$name.session"
	wait_for 10 file_has "$name.out" one
	client_end "$name-one"
	cat "$name-one.out"
	# The stock program says so only with its next words.
	[ "$name" = stock ] ||
	    wait_for 10 file_has "$name.out" 'CONNECTION CLOSED'
	# shellcheck disable=SC2086 # several options
	client_start "$name-two" "$@" -sess_in "$name.session" ${OTHER:-}
	type_to "$name-two" 'two\n'
	wait_for 10 file_has "$name.out" two
	client_end "$name-two"
	cat "$name-two.out"
}

resumes_as_stock() # server options, client options
{
	same_as_stock -n -f again "-naccept 2 $1" "$2"
}

was_resumed()
{
	assert_contains "$(<server.out)" 'Reused session-id'
	assert_contains "$(<server.client)" 'Reused, TLSv1.'
}

was_not_resumed()
{
	assert_lacks "$(<server.out)" 'Reused session-id'
	assert_lacks "$(<server.client)" 'Reused, TLSv1.'
}

@test "session block and table of a resumed session, TLS 1.2" {
	resumes_as_stock '' -tls1_2
	was_resumed
	assert_contains "$(<server.out)" '   1 session cache hits'
	resumes_as_stock -no_ticket -tls1_2
	was_resumed
	assert_contains "$(<server.out)" '   1 session cache hits'
}

@test "session block and table of a resumed session, TLS 1.3" {
	resumes_as_stock '' -tls1_3
	was_resumed
	assert_contains "$(<server.out)" '   1 session cache hits'
	resumes_as_stock -no_ticket -tls1_3
	was_resumed
}

@test "with -no_cache, tickets resume and session IDs do not" {
	resumes_as_stock -no_cache -tls1_2
	was_resumed
	resumes_as_stock -no_cache -tls1_3
	was_resumed
	resumes_as_stock '-no_cache -no_ticket' -tls1_2
	was_not_resumed
	resumes_as_stock '-no_cache -no_ticket' -tls1_3
}

@test "a session of another server is a miss" {
	start_server -www -no_ticket
	fetch -tls1_2 -sess_out foreign12 >/dev/null
	fetch -tls1_3 -sess_out foreign13 >/dev/null
	stop_server
	same_as_stock -e 'New, TLSv1.2' -no_ticket \
	    '-tls1_2 -sess_in foreign12' 'x\n'
	assert_contains "$(<server.out)" '   1 session cache misses'
	same_as_stock -e 'New, TLSv1.3' -no_ticket \
	    '-tls1_3 -sess_in foreign13' 'x\n'
	assert_contains "$(<server.out)" '   1 session cache misses'
}

# covers: -context
@test "sessions carry the -context, and resume under it" {
	local version

	for version in -tls1_2 -tls1_3; do
		resumes_as_stock '-context one' "$version"
		was_resumed
	done
	start_server -www -context one
	# 6F6E65 is "one".
	assert_contains "$(fetch -tls1_2)" 'Session-ID-ctx: 6F6E65'
}

# A session context can be tested only where a session could be found at all:
# the certificate's verification is part of it, so one is always set.
@test "sessions of clients with certificates resume" {
	resumes_as_stock '-Verify 2 -CAfile $CERTS/ca.pem' \
	    '-tls1_2 -cert $CERTS/client-rsa.pem -key $CERTS/client-rsa-key.pem'
	was_resumed
	resumes_as_stock '-Verify 2 -CAfile $CERTS/ca.pem' \
	    '-tls1_3 -cert $CERTS/client-rsa.pem -key $CERTS/client-rsa-key.pem'
	was_resumed
}

### Two contexts

second="-cert2 $CERTS/server2.pem -key2 $CERTS/server2-key.pem"

# The stock program's last table counts its first context only; ours counts
# every connection.
without_counts()
{
	sed -E '/ (server accepts|session cache hits|session cache misses)/d'
}

# A session made under one name, offered under the other.
crosses_as_stock() # version, name of the first client, of the second
{
	local OTHER="-servername $3"

	same_as_stock -n -m without_counts -f again \
	    "-naccept 2 -servername other.example $second" "$1 -servername $2"
	assert_contains "$(<server.out)" 'Reused session-id'
}

@test "a session made under one context and offered under the other one" {
	local version

	for version in -tls1_2 -tls1_3; do
		crosses_as_stock "$version" other.example localhost
		crosses_as_stock "$version" localhost other.example
	done
}

@test "sessions of the second context resume on every worker" {
	local kind version ticket page i

	for kind in '-tls1_2 -no_ticket' '-tls1_2' '-tls1_3' \
	    '-tls1_3 -no_ticket'; do
		read -r version ticket <<<"$kind"
		# shellcheck disable=SC2086 # several options
		start_server -www -workers 3 -servername other.example \
		    $second $ticket
		fetch "$version" -servername other.example -sess_out session \
		    >/dev/null
		for i in 1 2 3; do
			page=$(fetch "$version" -servername other.example \
			    -sess_in session)
			assert_contains "$page" 'Reused, TLSv1.'
		done
		stop_server
	done
}

@test "a session with a client certificate of 20 KiB resumes on any worker" {
	local names

	names=$(printf 'DNS:host%04d.a-name-of-some-length.example,' {1..500})
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout big-key.pem -out big.pem -days 2 -subj /CN=big \
	    -addext "subjectAltName=${names%,}" 2>/dev/null
	[ "$(openssl x509 -in big.pem -outform DER | wc -c)" -gt 20000 ]
	start_server -quiet -workers 3 -no_ticket -verify 1
	for version in tls1_2 tls1_3; do
		client_start big "-$version" -cert big.pem -key big-key.pem \
		    -sess_out session
		client_connected big
		type_to server "word of $version\n"
		wait_for 5 file_has big.out "word of $version"
		client_end big
		for _ in 1 2 3; do
			assert_contains "$(client "-$version" -sess_in session \
			    -cert big.pem -key big-key.pem </dev/null 2>&1)" \
			    'Reused, TLS'
		done
	done
}
