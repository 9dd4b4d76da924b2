# The commands of the control socket, each with several workers and with
# connections that are open.

# shellcheck disable=SC2034,SC2154 # set by the helpers

load ../lib/helpers
load ../lib/control

start() # option...
{
	start_server -workers 3 -control ctl "$@"
}

### Statistics

@test "stats: the line of -stats_json, also from many at once" {
	start -www
	tls_load --connections 30 --parallel 10 --request / >/dev/null
	ctl_says ok wait 'connections.ended >= 30'
	ctl stats >answer
	assert_equal "$(tail -n +2 answer)" ok
	assert_equal "$(head -n 1 answer | jq -r '[.version, .reason,
	    .totals.handshakes.finished, (.per_worker | length)] | @csv')" \
	    '1,"control",30,3'
	ctl_stay many 40 'stats
stats
'
	kill -USR1 "$SERVER_PID"
	type_to many '\n'
	wait_exit many
	assert_equal "$(grep -c '^ok$' many.out)" 80
	assert_equal "$(grep '^{' many.out | jq .totals.handshakes.finished |
		sort | uniq -c | xargs)" '80 30'
	wait_for 5 file_has server.out '  30 server accepts that finished'
}

@test "stats: who does not answer is named, and who dies holds up nobody" {
	start -www
	local stopped

	stopped=$(worker 2)
	kill -STOP "$stopped"
	ctl stats >answer
	kill -CONT "$stopped"
	assert_equal "$(sed -n 1p answer | jq -c .silent)" '[2]'
	assert_equal "$(ctl stats | sed -n 1p | jq -c .silent)" '[]'
	kill_worker 3
	ctl_says ok wait 'deaths == 1' 5
	assert_equal "$(ctl stats | sed -n 1p | jq -c .silent)" '[]'
}

@test "wait: until it is so, at most so long, for any number of the totals" {
	start -www
	local path begin

	launch waits "$S_SERVER" -ctl ctl wait 'handshakes.finished >= 20' 100
	launch gives_up "$S_SERVER" -ctl ctl wait 'handshakes.finished > 20' 1
	tls_load --connections 19 --parallel 5 --request / >/dev/null
	running waits
	tls_load --connections 1 --request / >/dev/null
	wait_exit waits
	assert_equal "$STATUS" 0
	assert_equal "$(<waits.out)" ok
	wait_exit gives_up
	assert_equal "$STATUS" 1
	assert_matches "$(<gives_up.out)" \
	    '^error not so within 1 s: handshakes.finished is [0-9]+$'
	# Each number of the object has its name.
	ctl stats | sed -n 1p | jq -r '.totals | . as $t | paths(numbers) |
	    . as $p | [join("."), ($t | getpath($p))] | @tsv' >numbers
	[ "$(wc -l <numbers)" -gt 30 ]
	sed 's/^\(.*\)\t\(.*\)$/wait \1 == \2 0/' numbers >lines
	ctl_raw "$(grep -v connections <lines)\\n" >answers
	assert_equal "$(sort -u answers)" ok
	for words in 'deaths == 0' 'deaths!=1' 'handshakes.finished>=20' \
	    'handshakes.finished <= 20' 'handshakes.finished < 21' \
	    'handshakes.finished>19' 'kinds.full == 20 0' \
	    'versions.TLSv1.3 == 20'; do
		ctl_says ok wait "$words"
	done
	ctl_says ok wait connections.accepted == 20 5
}

@test "wait: what is no condition has status 2" {
	start -www
	local words

	for words in '' 'deaths' 'deaths = 0' 'deaths > -1' 'deaths > x' \
	    '0 < deaths' 'deaths == 0 1 2' 'deaths == 0 x' \
	    'deaths == 99999999999999999999' 'deaths == 0 99999999999'; do
		run ctl wait "$words"
		assert_equal "$status:$output" \
		    '2:error usage: wait EXPRESSION [SECONDS]'
	done
	for words in death totals.deaths connections connections. .deaths \
	    versions versions.TLSv1 versions.TLSv2 kinds.none connections.x; do
		run ctl wait "$words == 0" 0
		[ "$words" != versions.TLSv1 ] || {
			assert_equal "$status" 0
			continue
		}
		assert_equal "$status:$output" \
		    "2:error wait: no statistic is named $words"
	done
}

@test "wait: begins before the server, and sees its end" {
	local pid

	launch early "$S_SERVER" -ctl ctl wait 'connections.ended >= 3'
	launch never "$S_SERVER" -ctl ctl wait 'connections.ended > 3'
	start -www -naccept 3
	tls_load --connections 3 --parallel 3 --request / >/dev/null
	wait_exit early
	assert_equal "$STATUS:$(<early.out)" 0:ok
	wait_exit never
	assert_equal "$STATUS:$(<never.out)" '1:error the server has ended'
	wait_exit server
}

### What is read and kept

@test "reload: answers when new connections meet what is new, or why not" {
	cp "$CERTS/server.pem" cert.pem
	cp "$CERTS/server-key.pem" key.pem
	start -cert cert.pem -key key.pem
	local said

	client_start open
	client_connected open
	cp "$CERTS/server2.pem" cert.pem
	ctl_says 'error nothing is reloaded: the private key does not belong to the certificate in cert.pem' reload
	cp "$CERTS/server2-key.pem" key.pem
	ctl_says 'ok generation 2 serves' reload
	said=$(client </dev/null 2>/dev/null)
	assert_contains "$said" other.example
	# Beside the one of before there are three.
	wait_for 5 has_workers 4
	kill_worker 4
	# One reload may be for several that ask.
	ctl_stay many 5 'reload
'
	rm key.pem
	ctl_raw 'reload\n' >last
	type_to many '\n'
	wait_exit many
	assert_equal "$(grep -c '^ok generation [34] serves$' many.out)" 5
	assert_matches "$(<last)" '^error nothing is reloaded: '
	assert_contains "$(<last)" \
	    'private key from key.pem: No such file'
	type_to open 'still here\n'
	wait_for 5 file_has server.out 'still here'
	client_end open
}

get_session() # file, option of s_client...
{
	client_start get -sess_out "$1" "${@:2}"
	client_connected get
	# In TLS 1.3 a ticket comes later than the handshake.
	type_to server 'a word\n'
	wait_for 5 file_has get.out 'a word'
	client_end get
}

resumes() # file, option of s_client...
{
	client -sess_in "$1" "${@:2}" </dev/null 2>/dev/null | grep -q '^Reused'
}

@test "rotate: tickets of before are good, and renewed; not for keys of files" {
	start -quiet
	local version

	for version in tls1_2 tls1_3; do
		get_session session-$version -$version
	done
	ctl_says ok rotate
	for version in tls1_2 tls1_3; do
		resumes session-$version -$version
	done
	# A key is kept for as long as its tickets are good; so many are not.
	ctl_raw "$(printf 'rotate\\n%.0s' {1..70})" >answers
	assert_equal "$(sort answers | uniq -c | xargs)" '70 ok'
	run ! resumes session-tls1_2 -tls1_2
	stop_server
	(umask 077 && head -c 80 /dev/urandom >keys)
	start -quiet -ticket_keys keys
	ctl_says 'error the ticket keys come from files' rotate
	assert_contains "$(server_err)" \
	    's_server: the ticket keys come from files: HUP reads them'
}

@test "flush sessions: nothing of before is resumed, what comes later is" {
	start -quiet -no_ticket
	local version

	for version in tls1_2 tls1_3; do
		get_session session-$version -$version
	done
	resumes session-tls1_2 -tls1_2
	ctl_says ok flush sessions
	assert_equal "$(ctl stats | sed -n 1p | jq .cache.items)" 0
	for version in tls1_2 tls1_3; do
		run ! resumes session-$version -$version
		get_session session-$version -$version
		resumes session-$version -$version
	done
}

### The end

@test "drain: what is open goes on, and then the server ends" {
	start
	client_start open
	client_connected open
	ctl_says ok drain
	ctl_says ok drain
	wait_for 5 is_free "$PORT"
	type_to open 'still here\n'
	wait_for 5 file_has server.out 'still here'
	ctl_says ok wait 'connections.open == 1'
	client_end open
	wait_exit server
	assert_equal "$STATUS" 0
	[ ! -e ctl ]
}

@test "quit: every connection ends, also while the server drains" {
	start
	client_start open
	client_connected open
	ctl_says ok drain
	ctl_says ok quit
	wait_exit server
	assert_equal "$STATUS" 0
	wait_exit open
	[ ! -e ctl ]
	# Commands that come in the same moment are answered, too.
	start
	assert_equal "$(ctl_raw 'quit\nquit\ndrain\nreload\n')" \
	    $'ok\nok\nerror the server is ending\nerror the server is ending'
	wait_exit server
	assert_equal "$STATUS" 0
}

@test "help: each command has a line, and its usage is true" {
	start -www
	local line

	ctl help >lines
	assert_equal "$(tail -n 1 lines)" ok
	while read -r line; do
		line=${line%%  *}
		assert_contains "$(grep '^\.It Ic ' \
		    "$ROOT/man/s_server.1" | tr -d '[]')" \
		    "Ic ${line%% *}"
	done < <(head -n -1 lines)
}
