# What stands in a session store: sealed with the first of the keys, and opened
# with any of them. What cannot be opened is no session.

load ../lib/helpers
load ../lib/store

setup()
{
	common_setup
	needs_store
	make_key one
	make_key two
	(umask 077 && cat two one >both)
}

# A server with its own file of keys; as the others it has the store of STORE.
host() # name, option...
{
	start_named "$1" -www -workers 1 -session_store "$STORE" \
	    -session_store_timeout 10000 "${@:2}"
}

# Prints what a client says, which offers the session of a file if there is one;
# it leaves its session there.
visit() # port, file
{
	local offers=()

	[ ! -e "$2" ] || offers=(-sess_in "$2")
	printf 'GET / HTTP/1.0\r\n\r\n' | CLIENT_PORT=$1 client -ign_eof \
	    -tls1_2 -no_ticket "${offers[@]}" -sess_out "$2" 2>&1
}

resumes() # port, file
{
	[[ $(visit "$1" "$2") == *Reused,* ]]
}

is_new() # port, file
{
	[[ $(visit "$1" "$2") == *'New, TLSv1.2'* ]]
}

# The only value, in capital hexadecimal digits.
value()
{
	store store --raw get "$(store store keys '*')" | od -An -tx1 -v |
	    tr -d ' \n' | tr a-f A-F
}

secret_of() # file of a session
{
	openssl sess_id -in "$1" -noout -text | sed -n 's/^ *Master-Key: //p'
}

# covers: -session_store_key
@test "sealed sessions resume where the key is known, and nowhere else" {
	local first second other open

	start_store store
	host first -session_store_key one
	first=$PORT
	host second -session_store_key both
	second=$PORT
	make_key three
	host other -session_store_key three
	other=$PORT
	host open
	open=$PORT
	assert_contains "$(visit "$first" session)" 'New, '
	assert_matches "$(value)" '^11'
	assert_lacks "$(value)" "$(secret_of session)"
	resumes "$second" session
	is_new "$other" session
	wait_for 5 file_has other.err 'sealed with a key that is not in the file of -session_store_key'
	assert_matches "$(<other.err)" \
	    "^s_server: session store $PWD/store.sock: s_server:[0-9A-F]{64}: "
	end_process other
	# A session of the second host is sealed with a key that the first lacks.
	rm session
	visit "$second" session >/dev/null
	cp session kept
	resumes "$second" session
	is_new "$first" session
	# What is not sealed does not count either.
	store store flushall
	rm session
	visit "$open" session >/dev/null
	assert_contains "$(value)" "$(secret_of session)"
	cp session plain
	resumes "$open" session
	is_new "$first" plain
	is_new "$open" kept
	assert_equal "$(grep -l 'sessions are stored as they are' ./*.err)" \
	    ./open.err
}

@test "a value that was damaged, or that belongs to another key, is a miss" {
	local name key size

	start_store store
	for name in '' '-session_store_key one'; do
		# shellcheck disable=SC2086 # two words
		host server $name
		visit "$PORT" session >/dev/null
		cp session kept
		key=$(store store keys '*')
		size=$(store store strlen "$key")
		store store copy "$key" kept
		store store setrange "$key" $((size / 2)) "$(printf '\1\2\3')"
		is_new "$PORT" session
		wait_for 5 file_has server.err ": $key: it is damaged"
		cp kept session
		store store copy kept "$key" replace
		resumes "$PORT" session
		store store set "$key" nonsense
		cp kept session
		is_new "$PORT" session
		end_process server
		store store flushall
		rm -f session
	done
}

@test "HUP reads the keys again, and a bad file changes nothing" {
	start_store store
	cp one keys
	host server -session_store_key keys
	visit "$PORT" session >/dev/null
	echo 00 >>keys
	kill -HUP "${PIDS[server]}"
	wait_for 10 file_has server.err \
	    's_server: nothing is reloaded: -session_store_key keys: line 2: a key of less than 32 bytes'
	cp session kept
	resumes "$PORT" session
	cat two one >keys
	kill -HUP "${PIDS[server]}"
	wait_for 10 file_has server.err ': reloaded: generation 2'
	resumes "$PORT" kept
	rm session
	visit "$PORT" session >/dev/null
	cp two keys
	kill -HUP "${PIDS[server]}"
	wait_for 10 file_has server.err ': reloaded: generation 3'
	resumes "$PORT" session
	end_process server
}

@test "a file that is no list of keys is refused" {
	local line

	while IFS='|' read -r text line; do
		printf '%b' "$text" >bad
		chmod 600 bad
		run "$S_SERVER" -accept 127.0.0.1:0 -cert "$CERTS/server.pem" \
		    -key "$CERTS/server-key.pem" -session_store redis://a \
		    -session_store_key bad
		assert_equal "$status" 1
		assert_equal "${lines[-1]}" \
		    "s_server: -session_store_key bad: $line"
	done <<-'END'
	|no key in it
	# a key\nsecret\n|line 2: not a key in hexadecimal digits
	00ff\n|line 1: a key of less than 32 bytes
	END
	run "$S_SERVER" -accept 127.0.0.1:0 -cert "$CERTS/server.pem" \
	    -key "$CERTS/server-key.pem" -session_store redis://a \
	    -session_store_key missing
	assert_equal "${lines[-1]}" \
	    's_server: -session_store_key missing: No such file or directory'
}
