# What becomes of handshakes that wait for the session store: the store, the
# server or the client goes, or another one comes.

load ../lib/helpers
load ../lib/store

# One host with a session in the store, which is then stopped, and a client that
# waits for it.
wait_for_stopped_store() # server option...
{
	start_store store
	start_hosts 1 -www -no_ticket "$@"
	PORT=${PORTS[0]}
	session_of session
	kill -STOP "${PIDS[store]}"
	offer waiting
}

fetch_with() # option of s_client...
{
	printf 'GET / HTTP/1.0\r\n\r\n' | client -ign_eof -tls1_2 "$@" 2>&1
}

session_of() # file
{
	fetch_with -sess_out "$1" >/dev/null
}

# Sends its hello, and gets no answer.
offer() # name
{
	client_start "$1" -connect "127.0.0.1:$PORT" -tls1_2 -sess_in session \
	    -msg
	wait_for 10 file_has "$1.out" ClientHello
	wait_for 10 all_is_read
	type_to "$1" 'GET / HTTP/1.0\r\n\r\n'
}

# By the server: until then it is not sure that a worker has the connection.
all_is_read()
{
	ss -Htn "sport = :$PORT" |
	    awk '{ unread += $2 } END { exit unread > 0 }'
}

# The client that waited has its page.
is_served() # name, Reused or New
{
	wait_exit "$1" 20
	assert_equal "$STATUS" 0
	assert_contains "$(<"$1.out")" "$2, TLSv1.2"
	assert_contains "$(<"$1.out")" '</HTML>'
}

@test "the server reads its files again, and then it drains" {
	wait_for_stopped_store -workers 1
	kill -HUP "${PIDS[host1]}"
	wait_for 10 file_has host1.err ': reloaded: '
	offer second
	kill -QUIT "${PIDS[host1]}"
	sleep 0.3
	running host1
	kill -CONT "${PIDS[store]}"
	is_served waiting Reused
	is_served second Reused
	wait_exit host1
	assert_equal "$STATUS" 0
	end_hosts
}

# More of them than are sent at once.
@test "what the last connections of a server remove is removed" {
	start_store store
	start_hosts 1 -quiet -workers 1 -no_ticket
	launch load "$BUILD/tests/load/tls_load" --tls1_2 --hold-until-eof \
	    --connect "127.0.0.1:${PORTS[0]}" --connections 150
	wait_for 10 store_called store set 150
	SERVER_PID=${PIDS[host1]}
	kill -QUIT "$SERVER_PID"
	wait_for 10 has_child '(draining)'
	# Without a goodbye.
	end_process load KILL
	wait_exit host1
	store_called store del 150
	end_hosts
}

@test "the server ends" {
	wait_for_stopped_store -workers 2
	within_ms 2000 'the end' end_process host1 TERM
	wait_exit waiting
	kill -CONT "${PIDS[store]}"
	end_hosts
}

@test "the worker is killed" {
	wait_for_stopped_store -workers 1
	SERVER_PID=${PIDS[host1]}
	kill_worker 1
	wait_exit waiting
	kill -CONT "${PIDS[store]}"
	wait_for 10 has_workers 1
	assert_contains "$(fetch_with -sess_in session)" Reused,
	end_hosts
}

@test "the client goes, and the answer that it waited for does no harm" {
	local i

	wait_for_stopped_store -workers 1 -handshake_timeout 1
	for i in {1..5}; do
		offer "client$i"
	done
	for i in {1..3}; do
		end_process "client$i" KILL || :
	done
	# Of the others the server loses patience.
	for i in waiting client4 client5; do
		wait_exit "$i"
	done
	kill -CONT "${PIDS[store]}"
	assert_contains "$(fetch_with -sess_in session)" Reused,
	end_hosts
	assert_lacks "$(<host1.err)" 'session store'
}

@test "the store goes: all go on at once, without their sessions" {
	wait_for_stopped_store -workers 1
	offer second
	end_process store KILL
	within_ms 5000 'all without a session' is_served waiting New
	is_served second New
	# So does who comes later.
	within_ms 5000 'one more' fetch_with -sess_in session >said
	assert_contains "$(<said)" 'New, TLSv1.2'
	rm -f store.sock
	start_store store
	wait_for 10 resumes_again
	end_hosts
}

resumes_again()
{
	session_of again
	[[ $(fetch_with -sess_in again) == *Reused,* ]]
}

# WAITING: how many.
@test "hundreds wait when the store goes" {
	local count seconds limit

	count=${WAITING:-$(rounds 300 10000)}
	limit=$(ulimit -Hn)
	[ "$limit" = unlimited ] || [ "$limit" -gt $((count + 200)) ] ||
	    count=$((limit - 200))
	seconds=$((60 + count / 50))
	start_store store
	start_hosts 1 -www -no_ticket -workers 2
	PORT=${PORTS[0]}
	launch load "$BUILD/tests/load/tls_load" --connect "127.0.0.1:$PORT" \
	    --warm-up --connections "$count" --parallel "$count" --request / \
	    --resume id --timeout "$seconds"
	wait_for "$seconds" file_has load.out warm
	kill -STOP "${PIDS[store]}"
	close_input load
	wait_for 10 waits_for_many 250
	end_process store KILL
	wait_exit load "$seconds"
	end_hosts
	# Each has finished its handshake, and was not resumed.
	assert_contains "$(<load.out)" "handshakes $count "
	assert_contains "$(<load.out)" "failed $count resumed 0"
	assert_equal "$(grep -c ': was not resumed$' load.err)" 10
}

# Commands that lie in the store's socket: a GET has 93 bytes.
waits_for_many() # count
{
	ss -xn | awk -v path="$PWD/store.sock" -v least=$(($1 * 93)) \
	    '$5 == path { n += $3 } END { exit n < least }'
}

# The key in the store of the session that a client was given.
key_of() # file
{
	echo "s_server:$("$OPENSSL" sess_id -in "$1" -noout -text |
	    sed -n 's/^ *Session-ID: //p')"
}

# A client without a session in the store is served, and at once.
is_new()
{
	within_ms 3000 "$1" fetch_with -sess_in session >said
	assert_contains "$(<said)" New,
	assert_contains "$(<said)" '</HTML>'
}

@test "whatever is wrong with the store, clients are served" {
	local key

	start_store store
	start_hosts 1 -www -workers 1 -no_ticket -session_store_timeout 5000
	PORT=${PORTS[0]}
	session_of session
	key=$(key_of session)
	assert_equal "$(store store exists "$key")" 1
	store store acl setuser default -get
	is_new 'a command that is forbidden'
	store store acl setuser default +get -set
	session_of other
	assert_equal "$(store store exists "$(key_of other)")" 0
	store store acl setuser default +set
	store store config set maxmemory 1
	session_of other
	assert_equal "$(store store exists "$(key_of other)")" 0
	store store config set maxmemory 0
	assert_contains "$(fetch_with -sess_in session)" Reused,
	store store del "$key"
	store store lpush "$key" value
	is_new 'a value of another type'
	store store del "$key"
	store store set "$key" something
	is_new 'a value that is no session'
	store store del "$key"
	value_of "$key" nonsense | store store -x set "$key"
	is_new 'a value that holds no session'
	end_hosts
}

# As it stands in a store without a key (store_value.h).
value_of() # key, session
{
	printf '\x10\x01\0\0\0\0\0\0\0\0%s' "$2"
	printf '\x10%s\x01\0\0\0\0\0\0\0\0%s' "$1" "$2" |
	    "$OPENSSL" dgst -sha256 -binary | head -c 8
}
