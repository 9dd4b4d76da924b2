# A real session store, and what may become of it: whoever asks has an answer
# within the deadline, and never a wrong one.

load ../lib/helpers
load ../lib/store

@test "what one puts another finds, and only one of them takes it" {
	local i

	start_store store
	start_asker one "$STORE" 5000
	start_asker two "$STORE" 5000
	asks one 'put key of one' 'done'
	asks two 'get key' 'found of one'
	asks two 'put key of two' missed
	asks two 'take key' 'found of one'
	asks one 'take key' missed
	# Under its own name, and not for ever.
	asks one 'put key again' 'done'
	assert_equal "$(store store keys '*')" s_server:6B6579
	[ "$(store store ttl s_server:6B6579)" -gt 0 ]
	type_to one 'remove key\n'
	asks one 'get key' missed
	# All at once.
	for i in {1..200}; do
		echo "put $i x"
	done >puts
	printf 'take %s\n' {1..200} >takes
	"$BUILD/tests/unit/store_drive" "$STORE" 5000 <puts >put
	for i in {1..4}; do
		STDIN=takes start_asker "taker$i" "$STORE" 10000
	done
	for i in {1..4}; do
		wait_exit "taker$i" 30
		assert_equal "$STATUS" 0
	done
	assert_equal "$(cat taker*.out | grep -c found)" 200
	assert_equal "$(cat taker*.out | grep -c missed)" 600
	end_process one
	end_process two
}

@test "a store that is killed, and comes back empty" {
	start_store store
	start_asker one "$STORE" 5000
	asks one 'put key value' 'done'
	end_process store KILL
	rm -f store.sock
	asks one 'get key' failed
	asks one 'put key2 value' failed
	type_to one 'remove key3\n'
	start_store store
	# A removal came late, and nothing else that was asked meanwhile.
	wait_for 10 store_has store 'cmdstat_del:calls=1'
	asks one 'get key' missed
	asks one 'get key2' missed
	asks one 'put key other' 'done'
	asks one 'get key' 'found other'
	[ "$(grep -c . one.err)" -le 2 ]
	end_process one
}

@test "a store that is not there yet is found when it comes" {
	start_asker one "redis+unix://$PWD/store.sock" 5000
	type_to one 'wait 50\n'
	asks one 'get key' failed
	assert_contains "$(<one.err)" \
	    "s_server: session store $PWD/store.sock: cannot connect: No such file"
	start_store store
	wait_for 10 store_has store 'cmdstat_time:calls=1'
	wait_for 10 answers_again one
	end_process one
}

@test "a store that is stopped costs its deadline, and then nothing" {
	local i

	start_store store
	start_asker one "$STORE" 100
	asks one 'put key value' 'done'
	kill -STOP "${PIDS[store]}"
	for i in {1..21}; do
		type_to one 'get key\n'
	done
	wait_for 20 has_lines one.out 22
	assert_equal "$(grep -c failed one.out)" 21
	# Now it has been left alone.
	type_to one 'wait 20\n'
	within_ms 200 'an answer without a store' asks one 'get key' failed
	kill -CONT "${PIDS[store]}"
	wait_for 20 answers_again one
	asks one 'get key' 'found value'
	end_process one
}

@test "a full store, a value of another type, and a command that is forbidden" {
	local begin

	begin=$(now_ms)
	start_store store --maxmemory-policy noeviction
	start_asker one "$STORE" 5000
	asks one 'put key value' 'done'
	store store config set maxmemory 1
	asks one 'put other value' failed
	assert_contains "$(<one.err)" ': OOM command not allowed'
	asks one 'get key' 'found value'
	store store config set maxmemory 0
	store store lpush s_server:61 value
	asks one 'get a' failed
	asks one 'take a' failed
	# What another program wrote is no session, nor is another key's.
	store store set s_server:62 nonsense
	asks one 'get b' missed
	store store copy s_server:6B6579 s_server:63
	asks one 'get c' missed
	store store acl setuser default -getdel
	asks one 'take key' failed
	asks one 'get key' 'found value'
	# Once in ten seconds.
	[ "$(grep -c . one.err)" -le $((1 + ($(now_ms) - begin) / 10000)) ]
	end_process one
}

@test "with TLS, also when the store is killed and comes back" {
	local long port

	start_store store
	open_tls_port store || skip 'this store has no TLS'
	port=${STORE##*:}
	cat "$CERTS"/{ca,intermediate}.pem >trusted.pem
	start_asker one "rediss://127.0.0.1:$port" 5000 '' trusted.pem
	printf -v long '%03000d' 1
	asks one "put key $long" 'done'
	asks one 'get key' "found $long"
	end_process store KILL
	asks one 'get key' failed
	start_store store --tls-port "$port" --tls-auth-clients no \
	    --tls-cert-file "$CERTS/server.pem" \
	    --tls-key-file "$CERTS/server-key.pem"
	wait_for 10 answers_again one
	end_process one
	# Of another CA, and for another address.
	start_asker two "rediss://127.0.0.1:$port" 5000 '' \
	    "$CERTS/unknown-ca.pem"
	asks two 'get key' failed
	assert_contains "$(<two.err)" ': TLS: certificate verify failed: '
	start_asker three "rediss://127.0.0.2:$port" 5000 '' trusted.pem
	asks three 'get key' failed
	assert_contains "$(<three.err)" ': IP address mismatch'
	end_process two
	end_process three
}

@test "users and passwords" {
	start_store store --requirepass secret --user me on '>mine' '~*' +@all
	start_asker one "$STORE" 5000 secret
	asks one 'put key value' 'done'
	start_asker two "redis+unix://me@$PWD/store.sock?db=3" 5000 mine
	asks two 'put key value' 'done'
	assert_equal "$(store store -a secret --no-auth-warning -n 3 dbsize)" 1
	start_asker three "$STORE" 5000 wrong
	type_to three 'wait 50\n'
	asks three 'get key' failed
	assert_contains "$(<three.err)" 'it refuses user and password: WRONGPASS'
	assert_lacks "$(<three.err)" wrong
	start_asker four "$STORE" 5000
	type_to four 'wait 50\n'
	asks four 'get key' failed
	assert_contains "$(<four.err)" ': NOAUTH '
	for name in one two three four; do
		end_process "$name"
	done
}

store_has() # name, part of INFO commandstats
{
	store "$1" info commandstats | grep -qF "$2"
}

answers_again() # name
{
	local before

	before=$(wc -l <"$1.out")
	type_to "$1" 'get none\n'
	wait_for 10 has_lines "$1.out" $((before + 1))
	[ "$(tail -n 1 "$1.out")" = missed ]
}
