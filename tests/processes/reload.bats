# HUP: certificates, keys and what else comes from files are read again, and a
# new generation of workers takes over, unnoticed by clients.

load ../lib/helpers

# A server with files of the test's own, which then change.
start_renewable() # option...
{
	use_certificate server
	start_server -cert cert.pem -key key.pem "$@"
	RELOADS=0
}

# The files are replaced whole, as whoever renews them should do it.
use_certificate() # name in certs
{
	cp "$CERTS/$1.pem" new.pem && mv new.pem cert.pem
	cp "$CERTS/$1-key.pem" new.pem && mv new.pem key.pem
}

# HUP, and wait until new connections meet what is new.
reload()
{
	RELOADS=$((RELOADS + 1))
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err \
	    "reloaded: generation $((RELOADS + 1)) of the workers serves"
}

# HUP with something bad: refused with one line that holds a text.
refuse_reload() # text
{
	local before now lines

	lines=$(wc -l <server.err)
	before=$(workers)
	kill -HUP "$SERVER_PID"
	wait_for 10 has_lines server.err $((lines + 1))
	now=$(tail -n +$((lines + 1)) server.err)
	assert_matches "$now" '^s_server: nothing is reloaded: '
	assert_contains "$now" "$1"
	sleep 0.2
	assert_equal "$(wc -l <server.err)" $((lines + 1))
	assert_equal "$(workers)" "$before"
	assert_equal "$(served_certificate)" "${2:-$(named CN localhost)}"
}

has_lines() # file, number
{
	[ "$(wc -l <"$1")" -ge "$2" ]
}

# Of the certificate that a new client is given, the end of the subject.
served_certificate()
{
	client </dev/null 2>/dev/null |
	    sed -nE 's/^subject=.*(CN ?= ?.*)/\1/p'
}

@test "a new certificate for new connections; what is open goes on" {
	start_renewable -workers 3
	local old

	client_start old
	client_connected old
	old=$(workers)
	use_certificate server2
	assert_equal "$(served_certificate)" "$(named CN localhost)"
	reload
	assert_equal "$(served_certificate)" "$(named CN other.example)"
	[ "$(served_certificate)" = "$(named CN other.example)" ]
	[ "$(served_certificate)" = "$(named CN other.example)" ]
	# The old connection is with the only old worker that is left.
	wait_for 5 has_workers 4
	pgrep -f -P "$SERVER_PID" \
	    "^s_server: worker [123] of 127\.0\.0\.1:$PORT \(draining\)\$"
	type_to old 'still here\n'
	wait_for 5 file_has server.out 'still here'
	type_to server 'the same to you\n'
	wait_for 5 file_has old.out 'the same to you'
	client_end old
	wait_for 5 has_workers 3
	[ -z "$(comm -12 <(sort <<<"$old") <(workers | sort))" ]
	# All numbers of before, and nothing is lost in the statistics.
	assert_equal "$(ps -o args= --ppid "$SERVER_PID" | sort)" "$(
		printf "s_server: worker %s of 127.0.0.1:$PORT\n" 1 2 3)"
	kill -USR1 "$SERVER_PID"
	wait_for 5 file_has server.out '   5 server accepts that finished'
}

@test "a file that is bad changes nothing, with one line" {
	cp "$CERTS/dhparam.pem" dh.pem
	cp "$CERTS/ca.pem" ca.pem
	cp "$CERTS/chain.pem" chain.pem
	start_renewable -CAfile ca.pem -dhparam dh.pem -cert_chain chain.pem \
	    -workers 2

	rm key.pem
	refuse_reload 'private key from key.pem: No such file or directory'
	: >key.pem
	refuse_reload 'key.pem'
	echo rubbish >key.pem
	refuse_reload 'key.pem'
	cp "$CERTS/server2-key.pem" key.pem
	refuse_reload 'does not belong to the certificate in cert.pem'
	cp "$CERTS/server-rsa-key.pem" key.pem
	refuse_reload 'does not belong to the certificate in cert.pem'
	cp "$CERTS/server-encrypted-key.pem" key.pem
	refuse_reload 'key.pem'
	use_certificate server
	rm cert.pem
	mkfifo cert.pem
	refuse_reload 'cert.pem is not a file that can be read again'
	rm cert.pem
	refuse_reload 'server certificate from cert.pem'
	use_certificate server
	for file in dh ca chain; do
		mv $file.pem good.pem
		refuse_reload $file.pem
		echo rubbish >$file.pem
		refuse_reload $file.pem
		mv good.pem $file.pem
	done
	use_certificate server2
	reload
	assert_equal "$(served_certificate)" "$(named CN other.example)"
}

@test "the second certificate, the chain and the CA names are new too" {
	use_certificate server
	mv cert.pem cert2.pem
	mv key.pem key2.pem
	cp "$CERTS/chain.pem" chain.pem
	cp "$CERTS/ca.pem" ca.pem
	start_renewable -servername second.example -cert2 cert2.pem \
	    -key2 key2.pem -cert_chain chain.pem -CAfile ca.pem -verify 1
	local said

	cp "$CERTS/server2.pem" cert2.pem
	cp "$CERTS/server2-key.pem" key2.pem
	cp "$CERTS/ca.pem" chain.pem
	cp "$CERTS/unknown-ca.pem" ca.pem
	reload
	said=$(client -servername second.example </dev/null 2>/dev/null)
	assert_matches "$said" 'subject=.*other.example'
	said=$(client -showcerts </dev/null 2>/dev/null)
	assert_equal "$(grep -c 'BEGIN CERTIFICATE' <<<"$said")" 2
	assert_contains "$said" "$(sed -n 2p "$CERTS/ca.pem")"
	assert_matches "$said" 'CA names.*nknown'
}

@test "20 reloads under load: no handshake fails" {
	start_renewable -www -workers 4 -handshake_timeout 30
	local i said names=(server server2)

	tls_load --duration 8 --parallel 30 --request / >load.out &
	LOADS+=($!)
	for i in {1..20}; do
		sleep 0.2
		use_certificate "${names[i % 2]}"
		reload
	done
	wait "${LOADS[@]}" || :
	LOADS=()
	said=$(tail -n 1 load.out)
	echo "# 20 reloads: $said" >&3
	assert_contains "$said" ' failed 0 '
	wait_for 10 has_workers 4
}

@test "sessions of before resume after a reload" {
	start_renewable -quiet -workers 2
	local said

	for version in tls1_2 tls1_3; do
		client_start first -"$version" -sess_out session
		type_to server 'hello\n'
		wait_for 5 file_has first.out hello
		client_end first
		reload
		said=$(client -"$version" -sess_in session </dev/null 2>/dev/null)
		assert_contains "$said" Reused
	done
}

# A session whose ticket the server seals now.
get_session() # file, option of s_client...
{
	local file=$1

	shift
	client_start get -sess_out "$file" "$@"
	client_connected get
	# In TLS 1.3 a ticket comes later than the handshake.
	type_to server 'a word\n'
	wait_for 5 file_has get.out 'a word'
	client_end get
}

resumes() # file, option of s_client...
{
	local file=$1

	shift
	client -sess_in "$file" "$@" </dev/null 2>/dev/null | grep -q '^Reused'
}

@test "ticket keys of files are read again" {
	umask 077
	head -c 80 /dev/urandom >old
	head -c 48 /dev/urandom >new
	cp old first
	cp old second
	start_renewable -quiet -workers 2 -ticket_keys first -ticket_keys second
	get_session tls12 -tls1_2
	get_session tls13 -tls1_3
	cp new first
	reload
	resumes tls12 -tls1_2
	resumes tls13 -tls1_3
	get_session later -tls1_3
	cp new second
	reload
	run ! resumes tls12 -tls1_2
	run ! resumes tls13 -tls1_3
	resumes later -tls1_3
	truncate -s 47 second
	refuse_reload '-ticket_keys second: 47 bytes'
	rm second
	refuse_reload '-ticket_keys second: No such file'
	mkfifo second
	refuse_reload '-ticket_keys second: not a regular file'
	rm second
	cp new second
	# Nothing is done by halves.
	cp old first
	rm key.pem
	refuse_reload key.pem
	resumes later -tls1_3
}

# With those of the new file only the old session would be lost.
@test "ticket keys stay if anything else of the reload fails" {
	faulty renew:fail
	umask 077
	head -c 80 /dev/urandom >keys
	start_renewable -quiet -workers 2 -ticket_keys keys
	get_session session -tls1_3
	head -c 80 /dev/urandom >new
	mv new keys
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'fault renew'
	resumes session -tls1_3
	resumes session -tls1_3
}

@test "a pass phrase that was read is not read again" {
	local key="-cert cert.pem -key key.pem" source

	use_certificate server
	cp "$CERTS/server-encrypted-key.pem" key.pem
	echo secret >phrase
	for source in stdin fd:7; do
		RELOADS=0
		# Only the phrase is there; after it standard input is closed.
		printf 'secret\n' >input
		# shellcheck disable=SC2086
		STDIN=input start_server $key -pass $source -ign_eof 7<phrase
		client </dev/null >/dev/null
		reload
		client </dev/null >/dev/null
		stop_server
	done
	STDIN=/dev/null
	# shellcheck disable=SC2086
	start_server $key -pass file:phrase -ign_eof
	RELOADS=0
	echo wrong >phrase
	refuse_reload key.pem
	rm phrase
	mkfifo phrase
	refuse_reload "Can't read again file:phrase"
	rm phrase
	echo secret >phrase
	reload
}

@test "a pass phrase that was typed is not asked for again" {
	need_terminal
	use_certificate server
	cp "$CERTS/server-encrypted-key.pem" key.pem
	terminal new-session -d -x 100 -y 50 "echo \$\$ >pid; \
	    exec '$S_SERVER' -accept 127.0.0.1:0 -cert cert.pem -key key.pem"
	wait_for 5 screen_has 'Enter pass phrase for'
	terminal send-keys secret Enter
	wait_for 5 screen_has ACCEPT
	kill -HUP "$(<pid)"
	wait_for 5 screen_has 'reloaded: generation 2'
	# Encrypted otherwise: nobody is asked, nothing is lost.
	openssl pkey -in "$CERTS/server-key.pem" -aes128 -passout pass:other \
	    -out key.pem
	kill -HUP "$(<pid)"
	wait_for 5 screen_has 'nothing is reloaded:'
	assert_equal "$(terminal capture-pane -p -S - |
	    grep -c 'Enter pass phrase')" 1
	terminal send-keys S Enter
	wait_for 5 screen_has 'server accepts'
	terminal send-keys Q Enter
	wait_for 5 is_gone "$(<pid)"
}

@test "when four generations are open the oldest is ended" {
	start_renewable -workers 2
	local name

	for name in one two three four; do
		[ "$name" = one ] || reload
		client_start "$name"
		client_connected "$name"
	done
	# One worker each of the three before, and the two of now.
	wait_for 5 has_workers 5
	reload
	wait_for 5 is_gone "${PIDS[one]}"
	file_has server.err 'connections of the oldest generation are ended'
	for name in two three four; do
		running "$name"
	done
	type_to two 'the second\n'
	wait_for 5 file_has server.out 'the second'
}

@test "a stopped worker of before holds up no reload" {
	start_renewable -workers 2
	local i stopped

	for i in 1 2 3 4 5; do
		stopped=$(workers | tail -n 1)
		kill -STOP "$stopped"
		reload
		client </dev/null >/dev/null
	done
	# Of the stopped ones two or three are left, and TERM ends them all.
	kill -TERM "$SERVER_PID"
	within_ms 5000 'TERM' wait_for 10 is_gone "$SERVER_PID"
	wait_exit server
	assert_equal "$STATUS" 143
}

@test "workers killed around a reload are replaced by new ones only" {
	start_renewable -workers 4
	local i

	for i in {1..8}; do
		use_certificate server2
		kill -HUP "$SERVER_PID"
		sleep "0.0$i"
		kill -KILL "$(worker $((i % 4 + 1)))" 2>/dev/null || :
		RELOADS=$((RELOADS + 1))
		wait_for 10 file_has server.err \
		    "generation $((RELOADS + 1)) of the workers serves"
		wait_for 10 has_workers 4
		assert_equal "$(served_certificate)" "$(named CN other.example)"
	done
}

@test "HUP again while a reload is under way: files are read once more" {
	faulty worker-start:300
	start_renewable -workers 2
	kill -HUP "$SERVER_PID"
	sleep 0.1
	use_certificate server2
	kill -HUP "$SERVER_PID"
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'reloaded: generation 3'
	assert_equal "$(served_certificate)" "$(named CN other.example)"
	sleep 0.5
	assert_lacks "$(server_err)" 'generation 4'
}

@test "-naccept is exact over reloads, and QUIT ends all generations" {
	start_renewable -naccept 3 -workers 2
	client_start one
	client_connected one
	reload
	client_start two
	client_connected two
	reload
	client </dev/null >/dev/null
	wait_for 5 refuses_clients
	running server
	kill -HUP "$SERVER_PID"
	wait_for 5 file_has server.err 'HUP: nothing is reloaded any more'
	client_end one
	client_end two
	wait_exit server
	assert_equal "$STATUS" 0
	assert_contains "$(server_out)" '   3 server accepts that finished'
}

refuses_clients()
{
	[ "$(listeners "$PORT")" -eq 0 ]
}

@test "the certificate that was made at the start stays" {
	start_server -nocert -cipher ALL:aNULL:@SECLEVEL=0 -tls1_2
	RELOADS=0
	reload
	stop_server
	launch server "$S_SERVER" -accept 127.0.0.1:0
	SERVER_PID=${PIDS[server]}
	wait_for 10 file_has server.out ACCEPT
	PORT=$(port_of_line server.out -accept 127.0.0.1:0)
	SERVERS+=("$SERVER_PID:$PORT:server")
	RELOADS=0
	client -showcerts </dev/null 2>/dev/null | sed -n '/BEGIN/,/END/p' >before
	reload
	client -showcerts </dev/null 2>/dev/null | sed -n '/BEGIN/,/END/p' >after
	cmp before after
	[ -s after ]
}

@test "nohup: the end of the terminal ends nothing, HUP reloads" {
	need_terminal
	use_certificate server
	terminal new-session -d "nohup '$S_SERVER' -ign_eof \
	    -accept 127.0.0.1:0 -cert cert.pem -key key.pem \
	    </dev/null >server.out 2>server.err & echo \$! >pid; wait"
	wait_for 5 file_has server.out ACCEPT
	SERVER_PID=$(<pid)
	PORT=$(port_of_line server.out -accept 127.0.0.1:0)
	terminal kill-server
	RELOADS=0
	sleep 0.3
	file_has server.err 'reloaded: generation 2' && RELOADS=1
	reload
	client </dev/null >/dev/null
	kill -TERM "$SERVER_PID"
	wait_for 5 is_gone "$SERVER_PID"
}

@test "without a terminal on its descriptors it ends with its window" {
	need_terminal
	use_certificate server
	terminal new-session -d "sleep 600"
	terminal new-window "'$S_SERVER' -ign_eof -accept 127.0.0.1:0 \
	    -cert cert.pem -key key.pem </dev/null >server.out 2>server.err & \
	    echo \$! >pid; wait"
	wait_for 5 file_has server.out ACCEPT
	terminal kill-window
	wait_for 5 is_gone "$(<pid)"
	assert_equal "$(listeners "$(port_of_line server.out)")" 0
}
