# Signals, the death of the master, and that nothing outlives it.

load ../lib/helpers

start_with_open_clients()
{
	start_server -workers 4 "$@"
	client_start one
	client_connected one
	client_start two
	client_connected two
}

ended_by() # signal, status
{
	start_with_open_clients
	kill -s "$1" "$SERVER_PID"
	within_ms 3000 "the end by $1" wait_for 5 session_empty_but_zombie
	wait_exit server
	assert_equal "$STATUS" "$2"
	assert_equal "$(listeners "$PORT")" 0
	assert_nothing_left
}

session_empty_but_zombie()
{
	is_gone "$SERVER_PID" && [ -z "$(pgrep -s "$SERVER_PID" -r R,S,D,T)" ]
}

@test "TERM ends everything at once, by that signal" {
	ended_by TERM 143
}

@test "INT ends everything at once, by that signal" {
	ended_by INT 130
}

@test "TERM ends it with a stopped worker, too" {
	start_with_open_clients
	kill -STOP "$(pgrep -P "$SERVER_PID" -f 'worker 2')"
	kill -TERM "$SERVER_PID"
	within_ms 3000 'TERM with a stopped worker' \
	    wait_for 5 session_empty_but_zombie
	wait_exit server
	assert_equal "$STATUS" 143
}

@test "a signal to the whole process group changes nothing about it" {
	start_with_open_clients
	kill -TERM -- "-$SERVER_PID"
	wait_exit server
	assert_equal "$STATUS" 143
	assert_lacks "$(server_err)" 'worker'
}

@test "after KILL of the master no worker is left, not even a stopped one" {
	start_with_open_clients
	kill -STOP "$(pgrep -P "$SERVER_PID" -f 'worker 3')"
	kill -KILL "$SERVER_PID"
	within_ms 10000 'the end of the workers' \
	    wait_for 10 session_empty_but_zombie
	wait_exit server
	assert_equal "$(listeners "$PORT")" 0
	start_server -accept "127.0.0.1:$PORT"
	client </dev/null >/dev/null
}

# The kernel takes a while to end heavy workers, and took clients meanwhile.
# Where no worker has the processor in that moment it still does: so once in a
# few times is enough.
@test "after KILL of the master nobody is connected any more" {
	local try refused=0

	preload heavy
	for try in {1..8}; do
		start_server -www -workers 3
		kill -KILL "$SERVER_PID"
		wait "$SERVER_PID" || :
		! can_connect || continue
		refused=1
		break
	done
	[ "$refused" -eq 1 ]
}

can_connect()
{
	(exec 4<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null
}

@test "QUIT: what is open goes on, nothing new is accepted, then status 0" {
	start_with_open_clients
	kill -QUIT "$SERVER_PID"
	wait_for 5 refuses
	type_to one 'still there\n'
	wait_for 5 file_has server.out 'still there'
	client_end one
	sleep 0.3
	running server
	pgrep -f -s "$SERVER_PID" 'draining'
	client_end two
	wait_exit server
	assert_equal "$STATUS" 0
	assert_contains "$(server_out)" '   2 server accepts that finished'
}

refuses()
{
	[ "$(listeners "$PORT")" -eq 0 ]
}

@test "a second QUIT ends at once" {
	start_with_open_clients
	kill -QUIT "$SERVER_PID"
	wait_for 5 refuses
	kill -QUIT "$SERVER_PID"
	within_ms 5000 'the end by a second QUIT' \
	    wait_for 10 is_gone "$SERVER_PID"
	wait_exit server
	assert_equal "$STATUS" 0
}

@test "USR1 prints the statistics" {
	start_server -workers 3
	client </dev/null >/dev/null
	client </dev/null >/dev/null
	kill -USR1 "$SERVER_PID"
	wait_for 5 file_has server.out '   2 server accepts that finished'
	running server
}

@test "output that nobody reads does not hold up TERM" {
	mkfifo full
	exec 7<>full
	# Fill the pipe, so that nothing at all can be written.
	dd if=/dev/zero of=full bs=64K count=1 oflag=nonblock \
	    2>/dev/null || :
	(
		exec 3>&-
		exec setsid env --default-signal=INT,QUIT,PIPE,HUP "$S_SERVER" \
		    -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" \
		    -accept 127.0.0.1:0 -ready_file ready -workers 2 \
		    </dev/null >full 2>server.err
	) &
	PIDS[server]=$!
	SERVER_PID=$!
	: >server.out
	wait_for 10 file_has ready ACCEPT
	PORT=$(port_of_line ready -accept 127.0.0.1:0)
	SERVERS+=("$SERVER_PID:$PORT:server")
	kill -TERM "$SERVER_PID"
	within_ms 3000 'TERM with a full pipe' wait_for 5 is_gone "$SERVER_PID"
	wait_exit server
	assert_equal "$STATUS" 143
	exec 7>&-
}

@test "the titles name master and workers, and no secret" {
	start_server -workers 2 -pass pass:geheim
	assert_contains "$(ps -o args= -p "$SERVER_PID")" \
	    's_server: master: -cert'
	assert_lacks "$(ps -o args= -p "$SERVER_PID")" geheim
	pgrep -f -P "$SERVER_PID" "^s_server: worker 1 of 127.0.0.1:$PORT\$"
	pgrep -f -P "$SERVER_PID" "^s_server: worker 2 of 127.0.0.1:$PORT\$"
}

# libbsd would cut it after 255 bytes.
@test "the title of the master has all of a long command line" {
	local words=-www i title

	for i in {1..40}; do
		words+=" -psk_hint hint-$i"
	done
	# shellcheck disable=SC2086
	start_server $words -alpn last -workers 1
	title=$(ps -ww -o args= -p "$SERVER_PID")
	assert_contains "$title" "hint-40 -alpn last -workers 1"
	assert_equal "$(titles_of_children)" \
	    's_server: worker 1 of 127.0.0.1:PORT'
}

titles_of_children()
{
	ps -ww -o args= --ppid "$SERVER_PID" | sed "s/:$PORT\$/:PORT/" | sort
}

# A title that is just being written may be seen in part.
titles_are() # text
{
	titles_of_children >titles
	[ "$(<titles)" = "$1" ]
}

await_titles() # text
{
	wait_for 10 titles_are "$1" || { cat titles; return 1; }
}

# libbsd would put a space behind it.
@test "a title as long as the path of the program ends with its last letter" {
	local folder='' title="s_server: worker 1 of $PWD/socket"

	while [ $((${#PWD} + 1 + ${#folder} + 1 + 8)) -lt ${#title} ]; do
		folder+=d
	done
	mkdir "$folder"
	ln -s "$S_SERVER" "$folder/s_server"
	S_SERVER=$PWD/$folder/s_server
	start_server -unix "$PWD/socket" -workers 1
	await_titles "$title"
}

# covers: -unix -6
@test "titles name the address, of whatever kind" {
	start_server -6 -accept 0 -workers 1 -status -status_url 'http://[::1]/'
	await_titles $'s_server: fetcher of [::]:PORT\ns_server: worker 1 of [::]:PORT'
	stop_server
	start_server -accept '[::1]:0' -workers 1
	await_titles 's_server: worker 1 of [::1]:PORT'
	stop_server
	start_server -dtls -workers 1
	await_titles 's_server: worker 1 of 127.0.0.1:PORT'
	stop_server
	start_server -unix "$PWD/worker 2" -workers 1
	await_titles "s_server: worker 1 of $PWD/worker 2"
	assert_equal "$(workers)" "$(pgrep -P "$SERVER_PID")"
	launch one timeout $((60 * SLOW)) "$OPENSSL" s_client \
	    -unix "$PWD/worker 2"
	client_connected one
	kill -QUIT "$SERVER_PID"
	wait_for 5 has_child 'worker 2 \(draining\)$'
	client_end one
	wait_exit server
}

@test "USR1 with -quiet: the table on standard error" {
	start_server -quiet
	kill -USR1 "$SERVER_PID"
	wait_for 5 file_has server.err 'cache full overflows'
	[ ! -s server.out ]
}

@test "TERM again and again does not put off the end" {
	local begin

	start_server -workers 2
	kill -STOP "$(worker 1)"
	begin=$(now_ms)
	while kill -TERM "$SERVER_PID" 2>/dev/null && ! is_gone "$SERVER_PID"; do
		[ $(($(now_ms) - begin)) -lt $((10000 * SLOW)) ]
		sleep 0.02
	done
	wait_exit server
	assert_equal "$STATUS" 143
}

### Signals that the caller ignores

# Servers from now on are started with these ignored.
ignore() # signal...
{
	printf '#!/bin/sh\ntrap "" %s\nexec "%s" "$@"\n' "$*" "$S_SERVER" \
	    >ignoring
	chmod +x ignoring
	S_SERVER=$PWD/ignoring
}

still_serves()
{
	sleep 0.3
	running server
	client </dev/null >/dev/null
}

@test "INT and TERM that were ignored at the start stay ignored" {
	ignore INT TERM
	start_server -workers 2
	kill -INT "$SERVER_PID"
	kill -TERM "$SERVER_PID"
	kill -TERM -- "-$SERVER_PID"
	still_serves
	kill -QUIT "$SERVER_PID"
	wait_exit server
	assert_equal "$STATUS" 0
	assert_contains "$(server_out)" '   1 server accepts that finished'
}

@test "QUIT, HUP and USR1 of kill are obeyed though they were ignored" {
	ignore QUIT HUP USR1
	start_server -workers 2
	kill -USR1 "$SERVER_PID"
	wait_for 5 file_has server.out 'server accepts that finished'
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'reloaded: generation 2'
	still_serves
	kill -INT "$SERVER_PID"
	wait_exit server
	assert_equal "$STATUS" 130
	start_server -workers 2
	kill -QUIT "$SERVER_PID"
	wait_exit server
	assert_equal "$STATUS" 0
}

# It ignores INT and QUIT there, and gives the null device as input.
start_in_background() # name, command...
{
	local name=$1

	shift
	# shellcheck disable=SC2016
	launch "$name" sh -c '"$@" & echo $! >pid; wait $!' sh "$@" \
	    -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" \
	    -accept 127.0.0.1:0
	wait_for 10 file_has "$name.out" ACCEPT || return 1
	PORT=$(port_of_line "$name.out")
	SERVERS+=("${PIDS[$name]}:$PORT:$name")
}

survives() # signal
{
	kill -s "$1" "$(<pid)"
	sleep 0.3
	! is_gone "$(<pid)"
}

@test "in the background of a script it survives INT, as the stock program" {
	start_in_background stock "$OPENSSL" s_server
	survives INT
	kill -TERM "$(<pid)"
	wait_exit stock
	start_in_background server "$S_SERVER" -ign_eof
	survives INT
	client </dev/null >/dev/null
	kill -QUIT "$(<pid)"
	wait_exit server
	assert_equal "$STATUS" 0
}

@test "a terminal whose signals are ignored ends nothing, nor does its end" {
	need_terminal
	terminal new-session -d -x 100 -y 50 "sleep 600"
	terminal new-window "echo \$\$ >pid; trap '' INT QUIT HUP USR1; \
	    exec '$S_SERVER' -workers 2 -accept 127.0.0.1:0 -ready_file ready \
	    -cert '$CERTS/server.pem' -key '$CERTS/server-key.pem' \
	    2>server.err"
	wait_for 5 file_has ready ACCEPT
	SERVER_PID=$(<pid)
	PORT=$(port_of_line ready)
	terminal send-keys C-c
	terminal send-keys $'C-\\'
	wait_for 5 screen_has $'^\\'
	sleep 0.3
	client </dev/null >/dev/null
	terminal kill-window
	sleep 0.5
	client </dev/null >/dev/null
	# The terminal is nobody's any more, and who kills is heard.
	assert_lacks "$(<server.err)" reloaded
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'reloaded: generation 2'
	client </dev/null >/dev/null
	kill -QUIT "$SERVER_PID"
	wait_for 5 is_gone "$SERVER_PID"
}
