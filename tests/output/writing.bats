# What the server writes to besides its clients: full disks, files of others,
# and readers that do not read. And files that are too large to be read.

# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154 # for the helpers

load ../lib/helpers

### Disks that are full for a while

# A server whose folder disk/ is a disk of its own, of so many KiB; DISK is its
# path from outside. Standard output is disk/out, and standard error server.err
# unless STREAMS says so. With FULL it is full from the beginning.
start_on_disk() # KiB, option...
{
	local size=$1

	shift
	default_options "$@"
	unshare -m true 2>/dev/null || skip 'no name space of its own'
	mkdir -p disk
	export FULL=${FULL:-}
	# shellcheck disable=SC2016 # for the inner shell
	launch server unshare -m bash -c '
		mount -t tmpfs -o size="$1"k none disk || exit
		case $2 in
		both) exec >>disk/out 2>&1 ;;
		disk) exec >disk/out 2>disk/err ;;
		file) exec >disk/out ;;
		swapped) exec 2>disk/err ;;
		esac
		shift 2
		[ -z "$FULL" ] || cat /dev/zero 2>/dev/null >disk/filler
		exec "$@"' disk "$size" "${STREAMS:-file}" \
	    "$S_SERVER" "${DEFAULTS[@]}" -ready_file ready "$@"
	SERVER_PID=${PIDS[server]}
	wait_for 10 ready_or_gone
	DISK=/proc/$SERVER_PID/root$PWD/disk
	PORT=$(sed 's/.*://' ready)
	SERVERS+=("$SERVER_PID:$PORT:server")
}

ready_or_gone()
{
	[ -s ready ] || is_gone "$SERVER_PID"
}

# To the last byte.
fill_disk()
{
	! cat /dev/zero >"$DISK/filler" 2>/dev/null
}

empty_disk()
{
	rm "$DISK/filler"
}

# On a full disk a file still takes what its last page has room for.
last_page_is_full() # file
{
	local size

	size=$(stat -c %s "$1")
	[ "$size" -gt 0 ] && [ $((size % 4096)) -eq 0 ]
}

quiet_client() # option of s_client...
{
	client "$@" </dev/null >/dev/null 2>&1
}

served() # file, number of clients that it tells of
{
	[ "$(grep -ac '^CIPHER is' "$1")" -ge "$2" ]
}

@test "a disk that is full for a while loses nothing and tears nothing" {
	local i

	start_on_disk 256 -workers 2 -msg
	quiet_client
	wait_for 5 served "$DISK/out" 1
	fill_disk
	for i in 1 2 3 4 5; do
		quiet_client
	done
	wait_for 5 file_has server.err 'cannot write to standard output'
	run -1 served "$DISK/out" 6
	empty_disk
	wait_for 5 served "$DISK/out" 6
	quiet_client
	wait_for 5 served "$DISK/out" 7
	all_is_whole "$DISK/out" 7
	assert_equal "$(server_err | grep -c s_server:)" 1
	assert_contains "$(server_err)" \
	    's_server: cannot write to standard output: No space left on device'
}

# Every line of a session block and of -msg, once for each client.
all_is_whole() # file, number of clients
{
	local line

	for line in '-----BEGIN SSL SESSION' '-----END SSL SESSION' \
	    'CIPHER is' 'Shared ciphers' 'CONNECTION CLOSED'; do
		assert_equal "$line $(grep -ac "^$line" "$1")" "$line $2"
	done
	assert_equal "$(grep -ac ', ClientHello$' "$1")" "$2"
	grep -aE '^(<<<|>>>|    [0-9a-f][0-9a-f] )' "$1" >lines
	run -1 grep -vE '^((<<<|>>>) TLS 1\.[0-3], [A-Za-z ]+ \[length [0-9a-f]{4}\](, [A-Za-z_ ]+)?|   ( [0-9a-f]{2}){1,16})$' lines
}

@test "what a full disk does not take is counted, and clients go on" {
	local lost size

	start_on_disk 4096 -workers 2 -msg -debug
	fill_disk
	tls_load --connections 400 --parallel 50 --tls1_2 >load.out
	assert_contains "$(<load.out)" 'ok 400 failed 0'
	empty_disk
	wait_for 5 file_has server.err 'were lost'
	quiet_client
	wait_for 5 served "$DISK/out" 1
	lost=$(sed -n 's/^s_server: \([0-9]*\) bytes of standard output were lost$/\1/p' \
	    server.err)
	size=$(stat -c %s "$DISK/out")
	echo "# $size bytes were written, $lost lost" >&3
	[ "$lost" -gt 1000000 ]
}

@test "one file for both streams: the words about it are in it as well" {
	STREAMS=both start_on_disk 256 -workers 1 -state
	fill_disk
	quiet_client
	quiet_client
	wait_for 5 last_page_is_full "$DISK/out"
	quiet_client
	empty_disk
	wait_for 5 served "$DISK/out" 3
	wait_for 5 file_has "$DISK/out" 'cannot write to standard'
	quiet_client
	wait_for 5 served "$DISK/out" 4
	assert_equal "$(grep -c '^s_server: cannot write to standard' \
	    "$DISK/out")" 1
	assert_equal "$(grep -ac '^SSL_accept:SSLv3/TLS write finished$' \
	    "$DISK/out")" 4
}

@test "a standard error that is full does not hold up standard output" {
	STREAMS=swapped start_on_disk 4096 -workers 1 -state -security_debug
	fill_disk
	tls_load --connections 200 --parallel 20 --tls1_2 >load.out
	assert_contains "$(<load.out)" 'ok 200 failed 0'
	wait_for 5 served server.out 200
	empty_disk
	wait_for 5 file_has "$DISK/err" 'cannot write to standard error'
	quiet_client
	wait_for 5 file_has "$DISK/err" 'SSL_accept:'
}

@test "/dev/full takes nothing, and 400 clients are served all the same" {
	start_on_nothing -workers 4 -msg -debug -state
	tls_load --connections 400 --parallel 50 >load.out
	assert_contains "$(<load.out)" 'ok 400 failed 0'
	kill -QUIT "$SERVER_PID"
	within_ms 10000 'QUIT with /dev/full' wait_for 60 is_gone "$SERVER_PID"
	wait_exit server
	assert_equal "$STATUS" 0
}

# Both streams are /dev/full, but two files of that name.
start_on_nothing() # option...
{
	default_options "$@"
	mknod full c 1 7 2>/dev/null || skip 'cannot make a device'
	launch server bash -c 'exec >/dev/full 2>full; exec "$@"' full \
	    "$S_SERVER" "${DEFAULTS[@]}" -ready_file ready "$@"
	SERVER_PID=${PIDS[server]}
	wait_for 10 ready_or_gone
	PORT=$(sed 's/.*://' ready)
	SERVERS+=("$SERVER_PID:$PORT:server")
}

@test "the end waits for a full disk, but not for long, and says what is lost" {
	local signal

	for signal in TERM QUIT; do
		start_on_disk 256 -workers 2 -msg
		quiet_client
		fill_disk
		quiet_client
		wait_for 5 file_has server.err 'cannot write to'
		kill -s "$signal" "$SERVER_PID"
		within_ms 10000 "$signal with a full disk" \
		    wait_for 60 is_gone "$SERVER_PID"
		wait_exit server
		assert_matches "$(tail -n 1 server.err)" \
		    '^s_server: [0-9]+ bytes of standard output were lost$'
		rm ready
	done
	assert_equal "$STATUS" 0
}

@test "at the end a disk that has room again gets the rest" {
	start_on_disk 256 -workers 2 -msg
	fill_disk
	quiet_client
	wait_for 5 file_has server.err 'cannot write to'
	exec {OUT}<"$DISK/out"
	empty_disk
	kill -QUIT "$SERVER_PID"
	wait_exit server
	assert_equal "$(server_err | grep -c lost)" 0
	cat <&"$OUT" >all
	exec {OUT}<&-
	all_is_whole all 1
	assert_contains "$(<all)" 'server accepts that finished'
}

@test "a reader that went away stops neither clients nor the other stream" {
	mkfifo server.gone
	default_options
	launch server bash -c 'exec 4<>server.gone >server.gone; exec 4<&-
		exec "$@"' gone "$S_SERVER" "${DEFAULTS[@]}" -workers 2 \
	    -ready_file ready -state
	SERVER_PID=${PIDS[server]}
	wait_for 10 ready_or_gone
	PORT=$(sed 's/.*://' ready)
	SERVERS+=("$SERVER_PID:$PORT:server")
	tls_load --connections 50 --parallel 10 >load.out
	assert_contains "$(<load.out)" 'ok 50 failed 0'
	wait_for 5 file_has server.err 'SSL_accept:'
	assert_lacks "$(server_err)" 'cannot write'
}

# Tables come on standard error, which is a file, when a signal asks for them.
ask_for_statistics() # times that this is
{
	kill -USR1 "$SERVER_PID"
	wait_for 5 told_statistics "$1"
}

told_statistics() # times
{
	[ "$(grep -c 'items in the session cache' server.err)" -ge "$1" ]
}

has_lines() # file, count
{
	[ "$(wc -l <"$1")" -ge "$2" ]
}

# covers: -stats_json
@test "a line of -stats_json that a full disk tore is completed" {
	local size

	STREAMS=none start_on_disk 256 -workers 4 -quiet -stats_json disk/stats
	ask_for_statistics 1
	wait_for 5 has_lines "$DISK/stats" 1
	size=$(stat -c %s "$DISK/stats")
	fill_disk
	ask_for_statistics 2
	ask_for_statistics 3
	ask_for_statistics 4
	# The last page of the file took some of the second line.
	[ "$(stat -c %s "$DISK/stats")" -gt "$size" ]
	empty_disk
	wait_for 5 file_has server.err 'bytes of -stats_json disk/stats were lost'
	ask_for_statistics 5
	wait_for 5 has_lines "$DISK/stats" 3
	assert_equal "$(jq -r .reason "$DISK/stats")" $'signal\nsignal\nsignal'
	assert_equal "$(grep -c s_server: server.err)" 2
	kill -QUIT "$SERVER_PID"
	wait_exit server
}

### Files that all workers write

# The labels of a line of the key log, which has one.
glued_secrets() # file
{
	grep -cE '(CLIENT|SERVER|EXPORTER)_[A-Z_0-9]+ .*(CLIENT|SERVER|EXPORTER)_' "$1" ||
	    :
}

whole_secrets() # file
{
	grep -cE '^[A-Z_0-9]+ [0-9a-f]{64} [0-9a-f]{96}$' "$1" || :
}

torn_secrets() # file
{
	grep -cvE '^[A-Z_0-9]+ [0-9a-f]{64} [0-9a-f]{96}$|^#' "$1" || :
}

# covers: -keylogfile
@test "secrets that a full disk tore are not glued to those that follow" {
	local whole i

	STREAMS=none start_on_disk 64 -workers 4 -quiet \
	    -keylogfile disk/secrets
	quiet_client -tls1_3
	fill_disk
	for i in {1..8}; do
		quiet_client -tls1_3
	done
	wait_for 5 file_has server.err \
	    'cannot write to -keylogfile disk/secrets: No space left on device'
	whole=$(whole_secrets "$DISK/secrets")
	empty_disk
	for i in {1..8}; do
		quiet_client -tls1_3
	done
	assert_equal "$(glued_secrets "$DISK/secrets")" 0
	# Or none, if it was torn before its end of line.
	[ "$(torn_secrets "$DISK/secrets")" -le 1 ]
	[ "$(whole_secrets "$DISK/secrets")" -ge $((whole + 40)) ]
	sleep 1
	quiet_client -tls1_3
	wait_for 5 file_has server.err \
	    ' bytes of -keylogfile disk/secrets were lost'
	assert_equal "$(grep -c s_server: server.err)" 2
}

@test "a key log that an earlier run left torn is not glued to" {
	printf 'CLIENT_RANDOM torn' >secrets
	start_server -quiet -keylogfile secrets
	client -tls1_3 </dev/null >/dev/null 2>&1
	stop_server
	assert_equal "$(head -n 1 secrets)" 'CLIENT_RANDOM torn'
	assert_equal "$(whole_secrets secrets)" 5
	assert_equal "$(wc -l <secrets)" 6
}

# covers: -msgfile
@test "messages that a full disk tore are not glued to those that follow" {
	local i

	STREAMS=none start_on_disk 256 -workers 4 -msg -msgfile disk/messages
	quiet_client
	fill_disk
	for i in 1 2 3 4; do
		quiet_client
	done
	wait_for 5 file_has server.err 'cannot write to -msgfile disk/messages: '
	empty_disk
	for i in {1..8}; do
		quiet_client
	done
	# A heading begins its line, and so does what follows it.
	run -1 grep -aE '.(<<<|>>>)' "$DISK/messages"
	[ "$(grep -acE '^<<< .*, ClientHello$' "$DISK/messages")" -ge 9 ]
	kill -TERM "$SERVER_PID"
	wait_exit server
	assert_contains "$(tail -n 1 server.err)" \
	    'bytes of -msgfile disk/messages were lost'
}

# One worker cannot know what another one tore; the lock's holder can.
@test "what does not fit into a FIFO is torn, but not glued" {
	mkfifo unread
	start_server -workers 4 -msg -msgfile unread
	tls_load --connections 100 --parallel 20 >/dev/null
	assert_equal "$(grep -c 'cannot write to -msgfile unread: nobody reads' \
	    server.err)" 1
	timeout $((20 * SLOW)) cat unread >messages 3>&- &
	LOADS+=($!)
	wait_for 5 test -s messages
	sleep 1
	tls_load --connections 200 --parallel 20 >/dev/null
	wait_for 5 file_has server.err ' bytes of -msgfile unread were lost'
	stop_server
	wait "${LOADS[@]}"
	LOADS=()
	run -1 grep -aE '.(<<<|>>>)' messages
	run -1 grep -avE '^$|^(<<<|>>>)|^ ' messages
}

@test "a key log on a full disk, or a FIFO, does not keep the server from it" {
	FULL=yes STREAMS=none start_on_disk 64 -quiet -keylogfile disk/secrets
	assert_contains "$(server_err)" \
	    'cannot write to -keylogfile disk/secrets: No space left on device'
	empty_disk
	quiet_client -tls1_3
	assert_equal "$(whole_secrets "$DISK/secrets")" 5
	stop_server
	mkfifo fifo messages
	start_server -quiet -keylogfile fifo -msg -msgfile messages
	client -tls1_3 </dev/null >/dev/null 2>&1
	timeout $((20 * SLOW)) cat fifo >secrets 3>&- &
	LOADS+=($!)
	wait_for 5 file_has secrets SERVER_TRAFFIC_SECRET_0
	stop_server
}

### Files that are made

# The shell has the pid that the server will have.
server_after() # command that the shell runs before, option...
{
	local before=$1

	shift
	launch server bash -c "$before"'; exec "$@"' before "$S_SERVER" \
	    -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" \
	    -accept 127.0.0.1:0 "$@"
	wait_for 10 says_accept_or_gone server.out "${PIDS[server]}"
	SERVER_PID=${PIDS[server]}
	PORT=$(port_of_line server.out)
	SERVERS+=("$SERVER_PID:$PORT:server")
}

# covers: -ready_file
@test "-ready_file empties no file that somebody else's link points at" {
	echo precious >victim
	# shellcheck disable=SC2016 # the shell's own pid
	server_after 'ln -s victim ready.$$' -ready_file ready
	wait_for 5 test -e ready
	assert_contains "$(<ready)" "ACCEPT 127.0.0.1:$PORT"
	assert_equal "$(<victim)" precious
	stop_server
	assert_equal "$(find . -name '.ready*')" ''
}

@test "-ready_file takes the place of a link, and leaves what it points at" {
	echo precious >victim
	ln -s victim ready
	server_after : -ready_file ready
	wait_for 5 file_has ready ACCEPT
	assert_equal "$(<victim)" precious
	[ ! -L ready ]
}

@test "-ready_file replaces no FIFO and no folder" {
	local place

	mkfifo fifo
	mkdir folder
	for place in fifo folder; do
		run_server -nocert -accept 127.0.0.1:0 -ready_file "$place"
		assert_equal "$status" 1
		assert_contains "$stderr" "-ready_file $place: "
	done
	[ -p fifo ]
	[ -d folder ]
}

# covers: -keylogfile -msgfile
@test "files with secrets are their owner's only; old ones stay as they are" {
	: >old
	chmod 644 old
	server_after 'umask 0' -msg -msgfile messages -keylogfile secrets
	client </dev/null >/dev/null 2>&1
	stop_server
	assert_equal "$(stat -c %a messages secrets)" $'600\n600'
	server_after 'umask 0' -msg -msgfile old -keylogfile secrets
	stop_server
	assert_equal "$(stat -c %a old)" 644
}

### Files that are read

# covers: -cert
@test "a file of 30 GB is refused by its name, whatever is to be read from it" {
	local own=(-cert "$CERTS/server.pem" -key "$CERTS/server-key.pem")
	local option

	truncate -s 30G huge
	run_server -accept 127.0.0.1:0 -cert huge
	assert_equal "$status" 1
	assert_contains "$stderr" 's_server: huge: 32212254720 bytes'
	for option in -key -cert_chain -dcert -dhparam -CAfile -CAstore \
	    -verifyCAfile -chainCAfile -CRL -status_file -psk_session \
	    -srpvfile -serverinfo -xcert -ticket_keys; do
		run_server -accept 127.0.0.1:0 "${own[@]}" "$option" huge
		assert_equal "$option $status" "$option 1"
		assert_matches "$stderr" \
		    's_server: (-ticket_keys )?huge: 32212254720 bytes'
	done
	run_server -accept 127.0.0.1:0 "${own[@]}" -CAstore "file:$PWD/huge"
	assert_equal "$status" 1
}

@test "HUP with a certificate of 30 GB: it is named, and TERM is obeyed" {
	cp "$CERTS/server.pem" cert.pem
	start_server -cert cert.pem -key "$CERTS/server-key.pem" -workers 2
	truncate -s 30G cert.pem
	kill -HUP "$SERVER_PID"
	wait_for 5 file_has server.err 'cert.pem: 32212254720 bytes'
	client </dev/null >/dev/null
	kill -TERM "$SERVER_PID"
	within_ms 2000 'TERM after such a HUP' wait_for 5 is_gone "$SERVER_PID"
	wait_exit server
	assert_lacks "$(server_err)" 'reloaded: generation'
}

@test "as much as may be read, without sense, takes no minutes" {
	local option

	truncate -s 64M zeros
	for option in CAstore CRL cert_chain; do
		run_server -accept 127.0.0.1:0 -cert "$CERTS/server.pem" \
		    -key "$CERTS/server-key.pem" "-$option" zeros
		assert_equal "$option $status" "$option 1"
		assert_contains "$stderr" zeros
	done
}

@test "a certificate behind others and many words is found" {
	local i

	for i in {1..20}; do
		openssl x509 -text -in "$CERTS/chain.pem"
	done >chain.pem
	(cat "$CERTS/server-key.pem"; openssl x509 -text \
	    -in "$CERTS/server.pem") >cert.pem
	start_server -cert cert.pem -cert_chain chain.pem
	client </dev/null 2>/dev/null >client.out
	assert_contains "$(<client.out)" "s:$(named O 's_server tests')"
}
