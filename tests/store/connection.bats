# How the workers find the session store, and how they are let in.

load ../lib/helpers
load ../lib/store

# covers: -session_store
@test "each worker has one connection, to the database that the URI names" {
	start_store store
	start_server -workers 3 -session_store "$STORE"
	wait_for 10 has_connections store 3 db=0
	end_process server
	wait_for 10 has_connections store 0 db=0
	start_server -workers 2 -session_store "$STORE?db=7"
	wait_for 10 has_connections store 2 db=7
	end_process server
	assert_equal "$(complaints)" ''
}

# covers: -session_store_pass
@test "users and passwords, which nobody sees" {
	start_store store --requirepass everybody --user me on '>my own' '~*' +@all
	PASSWORD=everybody
	echo "$PASSWORD" >password
	start_server -workers 1 -session_store "$STORE" \
	    -session_store_pass file:password
	wait_for 10 has_connections store 1 user=default
	end_process server
	start_server -workers 1 -session_store "${STORE/:\/\//://me@}" \
	    -session_store_pass 'pass:my own'
	wait_for 10 has_connections store 1 user=me
	[[ $(tr '\0' ' ' <"/proc/${PIDS[server]}/cmdline") == \
	    *"-session_store redis+unix://***@/"*" -session_store_pass ***"* ]]
	end_process server
	start_server -workers 1 -session_store "$STORE" \
	    -session_store_pass pass:other
	wait_for 10 file_has server.err \
	    ': it refuses user and password: WRONGPASS '
	end_process server
}

@test "with TLS the store must prove who it is" {
	start_store store
	open_tls_port store || skip 'this store has no TLS'
	cat "$CERTS"/{ca,intermediate}.pem >trusted.pem
	start_server -workers 2 -session_store "$STORE" -CAfile trusted.pem
	wait_for 10 has_connections store 2 laddr=127.0.0.1:
	end_process server
	assert_equal "$(complaints)" ''
	start_server -workers 1 -session_store "$STORE"
	wait_for 10 file_has server.err ': TLS: certificate verify failed: '
	end_process server
	# The certificate is good, but for another address.
	start_server -workers 1 -CAfile trusted.pem \
	    -session_store "${STORE/localhost/127.0.0.2}"
	wait_for 10 file_has server.err ': IP address mismatch'
	end_process server
}

@test "a name that nobody knows, and a store that is not there" {
	local begin

	needs_store
	start_server -workers 2 -session_store redis://nowhere.invalid:1/2
	wait_for 20 file_has server.err \
	    's_server: session store nowhere.invalid:1: no address: '
	echo hello | client >/dev/null
	end_process server
	begin=$(now_ms)
	start_server -workers 2 -session_store redis://127.0.0.1:1
	wait_for 10 file_has server.err \
	    's_server: session store 127.0.0.1:1: cannot connect: Connection refused'
	echo hello | client >/dev/null
	end_process server
	# All workers together, once in ten seconds.
	[ "$(complaints | wc -l)" -le $((1 + ($(now_ms) - begin) / 10000)) ]
}

@test "what cannot be meant is refused" {
	needs_store
	refuses "-session_store: it begins with none of redis://, rediss:// and redis+unix://" \
	    -session_store http://a
	refuses "-session_store: a password in it is not allowed: -session_store_pass takes that" \
	    -session_store redis://me:secret@a
	refuses "-session_store names a user: -session_store_pass is missing" \
	    -session_store redis://me@a
	refuses "-session_store_pass has no effect without -session_store" \
	    -session_store_pass pass:a
	refuses "-session_store_key has no effect without -session_store" \
	    -session_store_key a
	refuses "-no_cache leaves no room for -session_store" \
	    -session_store redis://a -no_cache
	refuses "-id_prefix is longer than 16 bytes: too few bytes of a session ID are random for -session_store" \
	    -session_store redis://a -id_prefix 12345678901234567
}

@test "a password that cannot be read is refused, by the name of its option" {
	needs_store
	run "$S_SERVER" -accept 127.0.0.1:0 -cert "$CERTS/server.pem" \
	    -key "$CERTS/server-key.pem" -session_store redis://a \
	    -session_store_pass file:missing
	assert_equal "$status" 1
	assert_contains "$output" "Can't open file missing"
	assert_equal "${lines[-1]}" \
	    's_server: -session_store_pass: there is no password'
}

# What the server has said, apart from a line at its start.
complaints()
{
	grep -v ': sessions are stored as they are' server.err || :
}

@test "a program without hiredis says so" {
	! ldd "$S_SERVER" | grep -q hiredis || skip 'built with hiredis'
	refuses '-session_store: this program was built without hiredis' \
	    -session_store redis://a
}

refuses() # line, option...
{
	run "$S_SERVER" -accept 127.0.0.1:0 -cert "$CERTS/server.pem" \
	    -key "$CERTS/server-key.pem" "${@:2}"
	assert_equal "$status" 1
	assert_equal "$output" "s_server: $1"
}

# That is in so many lines of the list of clients, ours not counted.
has_connections() # name, count, text
{
	store "$1" ${PASSWORD:+-a "$PASSWORD"} client list 2>/dev/null >clients
	[ "$(grep -v cmd=client clients | grep -cF " $3")" -eq "$2" ]
}
