# The record of each connection: what its members say, that none is missing, and
# that the sums agree with the statistics, whenever a worker is killed.

# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # expanded or set by the helpers

load ../lib/helpers

# Each connection counts once: the first record of its number.
SUMS='
def first_of_each: reduce .[] as $r ({}; ($r.connection | tostring) as $n |
    if has($n) then . else .[$n] = $r end) | [.[]];
def count(f): [.[] | select(f)] | length;
def sum(f): [.[] | f] | add // 0;
[.[] | select(.event == "connection")] | first_of_each |
. as $all | {
    accepted: length,
    open: count(.end == "server ended"),
    ended: count(.end != "worker died" and .end != "server ended"),
    lost: count(.end == "worker died"),
    timed_out: count(.end == "deadline"),
    finished: count(.handshake == "finished"),
    failed: count(.handshake == "failed"),
    in_progress: count(.handshake == "unfinished" and
	.end == "server ended"),
    unfinished: count(.handshake == "unfinished" and
	.end != "server ended"),
    failures: (["alert_sent", "alert_received", "timeout", "closed",
	"not_tls", "ended", "other"] |
	map(. as $f | {key: $f, value: ($all | count(.failed_by == $f))}) |
	from_entries),
    versions: (["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", "DTLSv1",
	"DTLSv1.2"] |
	map(. as $v | {key: $v, value: ($all | count(.protocol == $v))}) |
	from_entries),
    kinds: (["full", "tls12_id", "tls12_ticket", "tls13_ticket",
	"tls13_stateful", "tls13_psk", "dtls_id", "dtls_ticket"] |
	map(. as $k | {key: $k, value: ($all | count(.kind == $k))}) |
	from_entries),
    early: [count(.early_data == "accepted"), count(.early_data == "rejected")],
    bytes: {socket_in: sum(.socket_in), socket_out: sum(.socket_out),
	data_in: sum(.data_in), data_out: sum(.data_out)}
}'

STATS='.totals | {
    accepted: .connections.accepted, ended: .connections.ended,
    open: .connections.open, in_progress: .handshakes.in_progress,
    lost: .connections.lost, timed_out: .connections.timed_out,
    finished: .handshakes.finished, failed: .handshakes.failed,
    unfinished: .handshakes.lost, failures, versions, kinds,
    early: [.early_data.accepted, .early_data.rejected], bytes
}'

# The server has ended: log.json and stats.json agree in every number.
sums_agree()
{
	jq -s -S "$SUMS" log.json >sums
	tail -n 1 stats.json | jq -S "$STATS" >stats
	diff -u stats sums
}

# The record of the last connection, as one line.
last_record()
{
	jq -c 'select(.event == "connection")' log.json | tail -n 1
}

has_records() # count
{
	[ "$(jq -c 'select(.event == "connection")' log.json | wc -l)" -ge "$1" ]
}

# A client, and then what a filter of jq says of its record.
record_of() # filter, option of s_client...
{
	local before

	before=$(jq -c 'select(.event == "connection")' log.json | wc -l)
	client "${@:2}" </dev/null >client.out 2>&1 || :
	wait_for 5 has_records $((before + 1))
	last_record | jq -c "$1"
}

# The same for a client that connects to an address.
record_at() # address:port, filter
{
	local before

	before=$(jq -c 'select(.event == "connection")' log.json | wc -l)
	"$OPENSSL" s_client -connect "$1" </dev/null >client.out 2>&1 || :
	wait_for 5 has_records $((before + 1))
	last_record | jq -r "$2"
}

@test "who and when: numbers, addresses, times in their order" {
	start_server -quiet -workers 2 -www -log log.json -label_host alpha \
	    -accept 127.0.0.1:0
	tls_load --connections 4 --sequential --request /
	wait_for 5 has_records 4
	[ "$(jq -s 'map(select(.event == "connection").connection) | sort' -c \
	    log.json)" = '[1,2,3,4]' ]
	run last_record
	assert_equal "$(jq -r '.event, .version, .host, .transport' <<<"$output" |
		paste -sd ' ')" 'connection 1 alpha tcp'
	assert_matches "$(jq -r .peer <<<"$output")" '^127\.0\.0\.1:[0-9]+$'
	assert_equal "$(jq -r .local <<<"$output")" "127.0.0.1:$PORT"
	assert_matches "$(jq -r .time <<<"$output")" \
	    '^20[0-9-]{8}T[0-9:]{8}\.[0-9]{6}Z$'
	[ "$(jq '.first_byte_us <= .hello_us and
	    .hello_us <= .handshake_us and .handshake_us <= .first_data_us and
	    .first_data_us <= .last_data_us and .last_data_us <= .end_us and
	    .accepted < .time' <<<"$output")" = true ]
	stop_server
}

@test "our address is the one that the client has reached" {
	start_server -quiet -workers 2 -log log.json -4 -accept "*:0"
	for at in 127.0.0.1 127.0.0.2; do
		assert_equal "$(record_at "$at:$PORT" .local)" "$at:$PORT"
	done
	stop_server
	start_server -quiet -workers 2 -log log.json -accept 127.0.0.3:0
	assert_equal "$(record_at "127.0.0.3:$PORT" .local)" "127.0.0.3:$PORT"
	stop_server
}

@test "what a full handshake settled, and only what applies" {
	start_server -quiet -workers 2 -www -log log.json -alpn h2,http/1.1 \
	    -verify 1 -CAfile "$CERTS/ca.pem" \
	    -cert "$CERTS/server-rsa.pem" -key "$CERTS/server-rsa-key.pem" \
	    -cipher ALL:@SECLEVEL=0
	own=$(openssl x509 -in "$CERTS/server-rsa.pem" -outform DER | sha256sum)
	his=$(openssl x509 -in "$CERTS/client-ecdsa.pem" -outform DER | sha256sum)
	run record_of '[.protocol, .kind, .cipher, .group, .signature, .alpn,
	    .certificate.sha256, has("client_certificate")]' \
	    -tls1_3 -groups X448 -alpn h2
	assert_equal "$output" "[\"TLSv1.3\",\"full\",\"TLS_AES_256_GCM_SHA384\",\"x448\",\"rsa_pss_rsae_sha256\",\"h2\",\"${own%% *}\",false]"
	run record_of '[.protocol, .group, .signature, has("alpn"),
	    .client_certificate.sha256, .client_certificate.subject,
	    .client_certificate.issuer, .client_certificate.verify,
	    .peer_signature]' -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256 \
	    -sigalgs RSA+SHA384:ECDSA+SHA256 \
	    -cert "$CERTS/client-ecdsa.pem" -key "$CERTS/client-ecdsa-key.pem"
	assert_equal "$output" "[\"TLSv1.2\",\"x25519\",\"rsa_pkcs1_sha384\",false,\"${his%% *}\",\"CN=ECDSA client,O=s_server tests\",\"CN=Test root CA,O=s_server tests\",\"ok\",\"ecdsa_secp256r1_sha256\"]"
	# With a key exchange of RSA nobody signs, and there is no group.
	run record_of '[.cipher, has("group"), has("signature"),
	    has("certificate")]' -tls1_2 -cipher AES128-SHA
	assert_equal "$output" '["AES128-SHA",false,false,true]'
	# A certificate that does not verify is told of by the reason.
	run record_of '.client_certificate.verify' -tls1_3 \
	    -cert "$CERTS/client-expired.pem" -key "$CERTS/client-expired-key.pem"
	assert_contains "$output" 'expired'
	stop_server
}

@test "a resumption has no certificate of ours, nor a signature" {
	start_server -quiet -workers 2 -www -log log.json -stats_json stats.json
	tls_load --connections 1 --resume id --tls1_2
	tls_load --connections 1 --resume ticket --tls1_2
	tls_load --connections 1 --resume tls13
	wait_for 5 has_records 6
	end_process server QUIT
	jq -c 'select(.kind != "full" and .event == "connection") |
	    [.kind, has("group"), has("signature"), has("certificate")]' \
	    log.json >resumed
	diff - resumed <<-'END'
	["tls12_id",false,false,false]
	["tls12_ticket",false,false,false]
	["tls13_ticket",true,false,false]
	END
	sums_agree
}

@test "keys shared in advance: who the client says it is" {
	start_server -quiet -workers 2 -www -log log.json -nocert \
	    -psk 0123456789abcdef -psk_identity alice
	run record_of '[.kind, .psk_identity, has("certificate")]' -tls1_2 \
	    -psk 0123456789abcdef -psk_identity alice
	assert_equal "$output" '["full","alice",false]'
	run record_of '[.kind, has("certificate"), has("signature")]' -tls1_3 \
	    -psk 0123456789abcdef -psk_identity alice
	assert_equal "$output" '["tls13_psk",false,false]'
	stop_server
}

@test "early data, a second hello, new keys" {
	start_server -quiet -early_data -workers 2 -rev -log log.json \
	    -stats_json stats.json -groups P-384
	tls_load --connections 5 --resume early --groups P-384 --send 'hello\n' \
	    --expect olleh
	run record_of .hello_retry_request -tls1_3 -groups P-256:P-384
	assert_equal "$output" true
	wait_for 5 has_records 11
	[ "$(jq -s -c 'map(select(.early_data == "accepted")) |
	    map(.early_data_bytes)' log.json)" = '[6,6,6,6,6]' ]
	end_process server QUIT
	sums_agree
}

@test "how a connection ended" {
	start_server -quiet -workers 1 -rev -log log.json -stats_json stats.json \
	    -idle_timeout 1 -handshake_timeout 1
	local how ends=0

	for how in orderly silent reset alert; do
		timeout $((30 * SLOW)) "$BUILD/tests/load/leave" "$PORT" 1.3 \
		    0 $how left || :
		wait_for 5 has_records $((++ends))
	done
	plain 'hello, I am no client' >/dev/null || :
	wait_for 5 has_records 5
	client -tls1_3 < <(sleep $((3 * SLOW))) >/dev/null 2>&1 || :
	wait_for 5 has_records 6
	# It has not said a word.
	send_hex <<<'- wait'
	wait_for 5 has_records 7
	end_process server QUIT
	jq -r 'select(.event == "connection") | .handshake + ", " + .end' \
	    log.json >ends
	diff - ends <<-'END'
	finished, close_notify by the peer
	finished, end of file
	finished, reset
	finished, error
	failed, error
	finished, deadline
	failed, deadline
	END
	sums_agree
}

@test "200 clients at once, four workers: 200 records, the sums exact" {
	start_server -quiet -workers 4 -www -log log.json -stats_json stats.json
	tls_load --connections 100 --parallel 100 --request / &
	tls_load --connections 50 --resume tls13 --parallel 50 --request /
	wait $!
	end_process server QUIT
	[ "$(jq -s 'map(select(.event == "connection").connection) | unique |
	    length' log.json)" = 200 ]
	sums_agree
}

@test "none is missing when workers are killed, and the sums stay exact" {
	local i

	start_server -quiet -workers 4 -www -log log.json -stats_json stats.json
	launch load "$BUILD/tests/load/tls_load" --connect "127.0.0.1:$PORT" \
	    --duration 4 --parallel 20 --retry --request /
	kill_in_turn 2 'worker 1 '
	kill_in_turn 2 'worker 2 '
	wait_exit load 20
	end_process server QUIT
	[ "$(jq -c 'select(.event == "connection" and .end == "worker died")' \
	    log.json | wc -l)" -gt 0 ]
	sums_agree
}

@test "nor at any step from the end of a connection to its record" {
	local point

	for point in card-written-down card-change card-changed log-write \
	    log-written; do
		rm -f log.json stats.json
		faulty "$point:kill:1"
		start_server -quiet -workers 2 -www -log log.json \
		    -stats_json stats.json
		tls_load --connections 6 --sequential --retry --request / || :
		end_process server QUIT
		sums_agree || fail "$point"
	done
}

@test "a server that is told to end at once has a record of what was open" {
	start_server -quiet -workers 2 -rev -log log.json -log_events all \
	    -stats_json stats.json
	client_start one
	client_start two
	client_connected one
	client_connected two
	# This one says nothing.
	launch three bash -c "exec 4<>/dev/tcp/127.0.0.1/$PORT; read -r"
	wait_for 5 file_has log.json '"connection":3,'
	end_process server TERM
	[ "$(jq -s -c 'map(select(.event == "connection") |
	    .handshake + ", " + .end) | sort' log.json)" = \
	    '["finished, server ended","finished, server ended","unfinished, server ended"]' ]
	sums_agree
}

@test "datagrams" {
	start_server -dtls -quiet -workers 2 -log log.json \
	    -stats_json stats.json
	tls_load --dtls --connections 5
	wait_for 5 has_records 5
	end_process server QUIT
	run last_record
	assert_equal "$(jq -c '[.transport, .protocol, .handshake]' \
	    <<<"$output")" '["udp","DTLSv1.2","finished"]'
	sums_agree
}

@test "lines for each step, if asked for" {
	start_server -quiet -workers 2 -www -log log.json -log_events all
	tls_load --connections 3 --request /
	plain 'hello, I am no client' >/dev/null || :
	wait_for 5 has_records 4
	end_process server QUIT
	[ "$(jq -s -c 'map(select(.connection != null).event) | group_by(.) |
	    map([.[0], length])' log.json)" = \
	    '[["accepted",4],["connection",4],["handshake",4]]' ]
	[ "$(jq -s 'map(select(.event == "handshake" and
	    .handshake == "finished") | has("cipher")) | all' log.json)" = true ]
}

# Two servers with the same ticket keys.
@test "a resumption tells on which host and worker the session was made" {
	local kind

	head -c 80 /dev/urandom >keys
	start_server -quiet -workers 2 -www -log log.json -label_host alpha \
	    -ticket_keys keys
	for kind in id ticket; do
		tls_load --connections 1 --resume $kind --tls1_2
	done
	tls_load --connections 1 --resume tls13
	talk 'GET / HTTP/1.0\r\n\r\n' '200 ok' -tls1_3 -sess_out session
	wait_for 5 has_records 7
	stop_server
	[ "$(jq -s -c 'map(select(.kind != "full" and .event == "connection") |
	    [.kind, .made_by.host, (.made_by.worker != .worker)])' log.json)" = \
	    '[["tls12_id","alpha",true],["tls12_ticket","alpha",true],["tls13_ticket","alpha",true]]' ]
	[ "$(jq -s 'map(select(.kind == "full")) | any(has("made_by"))' \
	    log.json)" = false ]
	start_named beta -quiet -workers 1 -www -log log2.json -label_host beta \
	    -ticket_keys keys
	talk 'GET / HTTP/1.0\r\n\r\n' '200 ok' -tls1_3 -sess_in session
	end_process beta QUIT
	[ "$(jq -s -c 'map(select(.event == "connection").made_by)' \
	    log2.json)" = '[{"host":"alpha","worker":1}]' ]
}

# covers: -log
@test "a renegotiation that resumes leaves a full handshake what it was" {
	start_server -tls1_2 -workers 1 -log log.json -control ctl
	client_start one -tls1_2
	client_connected one
	run -0 "$S_SERVER" -ctl ctl r 1
	# It says so after each handshake.
	wait_for 10 has_times one.err 2 "Can't use"
	close_input one
	wait_for 5 has_records 1
	run last_record
	assert_equal "$(jq -c '[.kind, .renegotiations, has("made_by")]' \
	    <<<"$output")" '["full",1,false]'
	stop_server
}

@test "connections for which there was no room in shared memory are counted" {
	faulty card:fail:1
	start_server -quiet -workers 2 -www -log log.json
	tls_load --connections 4 --sequential --request /
	wait_for 5 has_records 4
	kill_worker 1
	end_process server QUIT
	[ "$(jq -s -c 'map(select(.event == "connection").connection) | sort' \
	    log.json)" = '[1,2,3,4]' ]
	# As many as the worker has met.
	[ "$(jq -s -c 'map(select(.event == "connection" and .worker == 1)) |
	    length' log.json)" -ge 1 ]
	[ "$(jq -s -c '(map(select(.worker == 1 and .event == "connection")) |
	    length) as $n | map(select(.event == "worker_died" or
	    .event == "end") | .partial and .without_card == $n)' log.json)" = \
	    '[true,true]' ]
}
