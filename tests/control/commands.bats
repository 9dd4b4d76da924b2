# The commands of the control socket, each with several workers and with
# connections that are open.

# shellcheck disable=SC2016,SC2034,SC2154 # for perl and jq, or set by the helpers

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

@test "stats: the totals are the sums of the workers, also under load" {
	start -www

	tls_load --duration 1 --parallel 10 --request / >/dev/null &
	LOADS+=($!)
	ctl_says ok wait 'connections.ended >= 20'
	for _ in 1 2 3; do
		ctl_raw "$(printf 'stats\\n%.0s' {1..100})"
	done >answers
	wait "${LOADS[@]}" || :
	LOADS=()
	assert_equal "$(grep '^{' answers | jq -c '
	    [.totals.connections.accepted, .totals.bytes.socket_in] ==
	    [([.per_worker[].connections.accepted] | add),
	    ([.per_worker[].bytes.socket_in] | add)]' | sort | uniq -c |
		xargs)" '300 true'
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

@test "wait: nothing is so before the server is ready" {
	start_stopping -www
	ctl_says 'error the server is not ready yet' wait 'deaths == 0' 0
	launch waits "$S_SERVER" -ctl ctl wait 'deaths == 0'
	assert_equal "$(ctl_stat deaths)" 0
	running waits
	go_on
	wait_exit waits
	assert_equal "$STATUS" 0
	file_has server.out ACCEPT
}

### What is read and kept

@test "reload: answers when new connections meet what is new, or why not" {
	cp "$CERTS/server.pem" cert.pem
	cp "$CERTS/server-key.pem" key.pem
	start -cert cert.pem -key key.pem
	local pid said

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
	pid=$(workers | tail -n 1)
	kill -KILL "$pid"
	wait_for 5 is_gone "$pid"
	# One reload may be for several that ask while it has not begun.
	kill -STOP "$SERVER_PID"
	ctl_stay many 5 'reload
'
	kill -CONT "$SERVER_PID"
	type_to many '\n'
	wait_exit many
	assert_equal "$(grep -c '^ok generation [34] serves$' many.out)" 5
	rm key.pem
	ctl_raw 'reload\n' >last
	assert_matches "$(<last)" '^error nothing is reloaded: '
	assert_contains "$(<last)" \
	    'private key from key.pem: No such file'
	type_to open 'still here\n'
	wait_for 5 file_has server.out 'still here'
	client_end open
}

@test "reopen, and reload, write to the file that has the path now" {
	start -www -log log
	tls_load --connections 5 --parallel 5 --request / >/dev/null
	ctl_says ok wait 'connections.ended == 5'
	mv log log.1
	ctl_says ok reopen
	tls_load --connections 6 --parallel 6 --request / >/dev/null
	ctl_says ok wait 'connections.ended == 11'
	mv log log.2
	ctl_says 'ok generation 2 serves' reload
	tls_load --connections 7 --parallel 7 --request / >/dev/null
	ctl_says ok wait 'connections.ended == 18'
	ctl_says ok rotate
	rm log
	mkdir log
	ctl_says 'error the file of -log cannot be opened anew' reopen
	stop_server
	assert_equal "$(cat log.1 log.2 | jq -r .event | sort | uniq -c | xargs)" \
	    '11 connection 1 start'
	start -www
	ctl_says 'error no -log has a path' reopen
}

@test "reload: begins at once, also if nothing else happens" {
	start -www
	ctl_stay stays 1 'reload
'
	wait_for 5 file_has server.err 'generation 2 of the workers serves'
	type_to stays '\n'
	wait_exit stays
	assert_contains "$(<stays.out)" 'ok generation 2 serves'
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

@test "flush sessions: those in a store are not this server's alone" {
	ldd "$S_SERVER" | grep -q hiredis || skip 'built without hiredis'
	start -quiet -session_store redis://127.0.0.1:1
	ctl_says 'error -session_store has the sessions, of other servers, too' \
	    flush sessions
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
		line=${line/#LETTER/q}
		assert_contains "$(grep '^\.It Ic ' \
		    "$ROOT/man/s_server.1" | tr -d '[]')" \
		    "Ic ${line%% *}"
	done < <(head -n -1 lines)
}

### Text and commands for one connection

@test "send: text as typed for this connection, whichever it is" {
	start
	local i

	for i in 1 2 3 4 5; do
		client_start c$i
		client_connected c$i
	done
	for i in 4 2 5 1 3; do
		ctl_says ok send $i "  to $i,  with blanks"
		wait_for 5 file_has c$i.out "  to $i,  with blanks"
	done
	ctl_says ok send 2 ''
	# What is typed goes on beside it.
	type_to server 'typed\n'
	wait_for 5 file_has c1.out typed
	ctl_says 'error no connection 6 is open' send 6 text
	ctl_says 'error usage: send CONNECTION TEXT' send 3
	ctl_says 'error usage: send CONNECTION TEXT' send x text
	ctl_says 'error usage: send CONNECTION TEXT' send 99999999999999999999 x
	# A dead worker's connections are not open.
	kill_worker 1
	ctl_says ok wait 'deaths == 1'
	run ctl send 1 text
	assert_equal "$status" 1
	assert_equal "$(grep -c '^to' c1.out c2.out c3.out)" "$(printf 'c%d.out:0\n' 1 2 3)"
}

@test "letters: the console's commands, for the connection that is named" {
	start
	client_start one -tls1_3
	client_connected one
	client_start two -tls1_3 -enable_pha -msg
	client_connected two
	ctl_says ok k 2
	wait_for 5 file_has two.out KeyUpdate
	ctl_says ok K 2
	wait_for 5 has_times server.out 2 'SSL_do_handshake -> 1'
	ctl_says ok c 2
	wait_for 5 file_has two.out CertificateRequest
	ctl_says ok B 2
	wait_for 5 file_has two.out B
	client_start three -tls1_2 -msg
	client_connected three
	ctl_says ok r 3
	wait_for 5 file_has three.out HelloRequest
	ctl_says ok wait 'handshakes.renegotiations == 1'
	ctl_says ok R 3
	ctl_says ok wait 'handshakes.renegotiations == 2'
	ctl_says ok q 2
	wait_exit two
	ctl_says 'error no connection 2 is open' q 2
	ctl_says ok P 3
	wait_exit three
	ctl_says 'error usage: LETTER CONNECTION' k
	ctl_says 'error usage: LETTER CONNECTION' k 1 2
	ctl_says 'error unknown command: x 1' x 1
	type_to one 'still here\n'
	wait_for 5 file_has server.out 'still here'
}

fills_no_more()
{
	local before

	before=$(wc -l <fills.out)
	sleep 0.5
	[ "$before" -gt 0 ] && [ "$(wc -l <fills.out)" -eq "$before" ]
}

@test "a unit waits for the one before, and the client of a deaf peer for that" {
	start -quiet
	local big

	ctl_says 'error with -quiet and -brief a letter is text: send it' k 1
	client_start deaf
	client_connected deaf
	# The server prints nothing that says that it knows the connection.
	ctl_says ok wait 'handshakes.finished == 1'
	kill -STOP "${PIDS[deaf]}" "$(pgrep -P "${PIDS[deaf]}")"
	# More than goes into the sockets, in lines of the console's.
	big=$(printf '%01000d' 0)
	for _ in {1..12000}; do echo "send 1 $big"; done >lines
	launch fills perl -MSocket -e '
		socket(my $fd, PF_UNIX, SOCK_STREAM, 0) or die;
		connect($fd, sockaddr_un("ctl")) or die;
		open(my $lines, "<", "lines") or die;
		while (<$lines>) {
			syswrite($fd, $_);
			my $answer = <$fd>;
			print $answer;
			$| = 1;
		}'
	wait_for 30 fills_no_more
	launch waits "$S_SERVER" -ctl ctl send 1 text
	client_start second
	client_connected second
	ctl_says ok wait 'handshakes.finished == 2'
	ctl_says ok send 2 hello
	wait_for 5 file_has second.out hello
	running waits
	kill -CONT "${PIDS[deaf]}" "$(pgrep -P "${PIDS[deaf]}")"
	wait_exit fills 60
	wait_exit waits 60
	wait_for 60 file_has deaf.out text
}

@test "in a mode without a console no connection takes text" {
	start -www
	ctl_says 'error in this mode connections take no text' send 1 text
	ctl_says 'error in this mode connections take no text' k 1
	stop_server
	# These modes are brief.
	start -echo
	ctl_says 'error in this mode connections take no text' k 1
	stop_server
	start -crlf
	client_start one
	client_connected one
	ctl_says ok send 1 text
	wait_for 5 file_has one.out $'text\r'
}

@test "connections: a line for each, with the names of -log" {
	start -www
	ctl_says ok connections
	launch silent perl -MSocket -e '
		socket(my $fd, PF_INET, SOCK_STREAM, 0) or die;
		connect($fd, sockaddr_in($ARGV[0], inet_aton("127.0.0.1"))) or die;
		<STDIN>;' "$PORT"
	ctl_says ok wait 'connections.open == 1'
	client_start one -tls1_2
	client_connected one
	client_start two -tls1_3
	client_connected two
	ctl_says ok wait 'connections.open == 3'
	ctl_says ok wait 'handshakes.finished == 2'
	ctl connections >answer
	assert_equal "$(tail -n 1 answer)" ok
	assert_equal "$(grep '^{' answer | jq -sr '
	    sort_by(.connection)[] | [.connection, .phase, .handshake,
	    .protocol, .kind, .transport] | @csv')" "$(cat <<-END
		1,"handshake","unfinished",,,"tcp"
		2,"open","finished","TLSv1.2","full","tcp"
		3,"open","finished","TLSv1.3","full","tcp"
	END
	)"
	assert_equal "$(grep '^{' answer | jq -sr '[.[].worker] | sort | @csv')" 1,2,3
	assert_equal "$(grep '^{' answer | jq -sc "[.[] |
	    .age_ms >= 0 and .age_ms < $((60000 * SLOW)) and
	    .local == \"127.0.0.1:$PORT\" and
	    (.peer | startswith(\"127.0.0.1:\"))] | unique")" '[true]'
	# Those of a worker that dies are gone.
	kill_worker 2
	ctl_says ok wait 'deaths == 1'
	assert_equal "$(ctl connections | grep -c '^{')" 2
	close_input silent
	wait_exit silent
}

@test "close: this connection ends in order, and no other one" {
	start
	local i others

	for i in 1 2 3 4; do
		client_start c$i -tls1_3
		client_connected c$i
	done
	launch silent perl -MSocket -e '
		socket(my $fd, PF_INET, SOCK_STREAM, 0) or die;
		connect($fd, sockaddr_in($ARGV[0], inet_aton("127.0.0.1"))) or die;
		print "said: ", <$fd> // "nothing";' "$PORT"
	ctl_says ok wait 'connections.open == 5'
	ctl_says ok close 3
	wait_exit c3
	assert_contains "$(<c3.out)" closed
	ctl_says 'error no connection 3 is open' close 3
	ctl_says 'error no connection 77 is open' close 77
	ctl_says ok close 5
	wait_exit silent
	assert_equal "$(ctl_stat failures.ended)" 1
	ctl_says ok wait 'connections.open == 3'
	# Its worker dies instead.
	ctl connections | grep '^{' >list
	mapfile -t others < <(jq -s '(.[] | select(.connection == 1)).worker as $w |
	    .[] | select(.worker != $w).connection' list)
	i=$(jq 'select(.connection == 1).worker' list)
	kill -STOP "$(worker "$i")"
	launch closes "$S_SERVER" -ctl ctl close 1
	wait_for 5 running closes
	sleep 0.2
	running closes
	kill_worker "$i"
	wait_exit closes
	assert_equal "$STATUS:$(<closes.out)" 0:ok
	[ "${#others[@]}" -gt 0 ]
	for i in "${others[@]}"; do
		ctl_says ok send "$i" 'still here'
		wait_for 5 file_has "c$i.out" 'still here'
	done
}
