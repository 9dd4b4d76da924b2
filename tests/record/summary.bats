# The page of -summary: its numbers are those of -stats_json, whatever happens.

# shellcheck disable=SC2016,SC2034,SC2154 # expanded or set by the helpers

load ../lib/helpers

# The last page of a file as lines "name count"; of a list the sum.
page_numbers() # file
{
	awk '
	/^Summary after / { split("", n); part = ""; next }
	/^[A-Z]/ { part = $1; sub(",$", "", part); next }
	$2 == "connections:" {
		n["accepted"] = $1; n["open"] = $3; n["ended"] = $5
		n["lost"] = $7; next
	}
	$2 == "handshakes" {
		n["finished"] = $1; n["failed"] = $4; n["in_progress"] = $6
		n["lost in a handshake"] = $9; next
	}
	$1 == "count" { part = $2 == "p50" ? "rows" : "histogram"; next }
	part == "rows" { n[$NF] = $1; next }
	/^ / { n[part] += $1 }
	part == "Failures" && /^ / { sub(":$", "", $2); n["by " $2] += $1 }
	END { for (name in n) if (n[name] > 0) print name, n[name] }' "$1" |
	    sort
}

# The same from the last line of stats.json.
json_numbers()
{
	tail -n 1 stats.json | jq -r '.totals |
	.handshakes.finished as $finished |
	({accepted: .connections.accepted, open: .connections.open,
	  ended: .connections.ended, lost: .connections.lost,
	  finished: $finished, failed: .handshakes.failed,
	  in_progress: .handshakes.in_progress,
	  "lost in a handshake": .handshakes.lost, all: $finished,
	  histogram: $finished, Ciphers: $finished, Groups: $finished,
	  Failures: .handshakes.failed} + .versions + .kinds +
	  (.failures | with_entries(.key |= "by \(.)"))) | to_entries[] | select(.value > 0) | "\(.key) \(.value)"' | sort
}

assert_agrees() # file (default server.out)
{
	assert_equal "$(page_numbers "${1:-server.out}")" "$(json_numbers)"
}

# In the last page: so many, and the rest of the line.
has_row() # count, text
{
	local row

	printf -v row '%8d  %s' "$1" "$2"
	tac server.out | awk '{ print } /^Summary after / { exit }' |
	    grep -qxF -- "$row" || fail "no row: $row"
}

has_lines() # file, count
{
	[ -e "$1" ] && [ "$(wc -l <"$1")" -ge "$2" ]
}

nothing_open()
{
	local lines=0

	[ ! -e stats.json ] || lines=$(wc -l <stats.json)
	kill -USR1 "$SERVER_PID"
	wait_for 5 has_lines stats.json $((lines + 1)) &&
	    [ "$(tail -n 1 stats.json | jq .totals.connections.open)" = 0 ]
}

# A client may be gone before its worker knows.
settle()
{
	wait_for 10 nothing_open
}

start_summing() # server option...
{
	start_server -summary -stats_json stats.json "$@"
}

# covers: -summary
@test "60 clients of all kinds at 3 workers: each number is exact" {
	local i

	start_summing -workers 3 -www
	tls_load --connections 10 --resume id --groups X25519:P-256 --request / \
	    >/dev/null &
	LOADS+=($!)
	tls_load --connections 10 --resume tls13 --groups X25519:P-256 --request / \
	    >/dev/null &
	LOADS+=($!)
	tls_load --connections 14 --tls1_3 --groups P-384 --request / >/dev/null
	wait "${LOADS[@]}"
	LOADS=()
	for i in 1 2 3; do
		run ! client -tls1_2 -cipher PSK-AES128-CBC-SHA -psk 12 </dev/null
	done
	client -groups P-384 -ciphersuites TLS_CHACHA20_POLY1305_SHA256 \
	    </dev/null >/dev/null
	run ! client -verify_return_error -CAfile "$CERTS/server2.pem" \
	    </dev/null
	plain 'GET / HTTP/1.0\r\n\r\n' >/dev/null
	settle
	assert_agrees
	assert_contains "$(page_numbers server.out)" 'accepted 60'
	has_row 20 ECDHE-ECDSA-AES256-GCM-SHA384
	has_row 34 TLS_AES_256_GCM_SHA384
	has_row 1 TLS_CHACHA20_POLY1305_SHA256
	has_row 10 none
	has_row 15 secp384r1
	has_row 30 x25519
	has_row 3 'alert_sent: no shared cipher (connection 55)'
	has_row 1 'alert_received: unknown_ca (connection 59)'
	has_row 1 'not_tls: plain HTTP (connection 60)'
}

pages() # file
{
	grep -c '^Summary after ' "$1" || :
}

has_pages() # file, count
{
	[ "$(pages "$1")" -ge "$2" ]
}

@test "a page with each table on S and USR1, and at the end, however it comes" {
	local signal

	start_summing
	client_start one
	client_connected one
	type_to server 'S\n'
	wait_for 5 has_pages server.out 1
	wait_for 5 has_lines stats.json 1
	assert_agrees
	kill -USR1 "$SERVER_PID"
	wait_for 5 has_pages server.out 2
	client_end one
	kill -QUIT "$SERVER_PID"
	wait_exit server
	assert_equal "$(pages server.out)" 3
	assert_agrees
	for signal in TERM INT; do
		start_summing
		client_start one
		client_connected one
		kill -s "$signal" "$SERVER_PID"
		wait_exit server
		assert_equal "$(pages server.out)" 1
		assert_lacks "$(server_out)" 'server accepts'
		assert_agrees
		client_end one || :
	done
}

@test "-quiet: the page is printed, but where no data is" {
	start_summing -quiet
	client_start one -ign_eof
	type_to one 'some data\n'
	wait_for 5 file_has server.out 'some data'
	kill -USR1 "$SERVER_PID"
	wait_for 5 has_pages server.err 1
	wait_for 5 has_lines stats.json 1
	assert_agrees server.err
	client_end one
	kill -QUIT "$SERVER_PID"
	wait_exit server
	assert_equal "$(pages server.err)" 2
	assert_agrees server.err
	assert_equal "$(server_out)" 'some data'
}

@test "DTLS: its versions and kinds" {
	start_summing -dtls -naccept 1
	client_start one -dtls1_2
	client_connected one
	client_end one
	wait_exit server
	assert_agrees
	assert_contains "$(page_numbers server.out)" 'DTLSv1.2 1'
}

# libssl would tell the group of the session.
@test "a resumption without a key exchange has no group" {
	start_summing -workers 1 -www -allow_no_dhe_kex -groups P-384
	tls_load --tls1_3 --resume tls13 --request / >/dev/null
	client_start one -sess_out session -ign_eof
	type_to one 'GET / HTTP/1.0\r\n\r\n'
	wait_exit one
	client -sess_in session -allow_no_dhe_kex -groups P-521 </dev/null \
	    >/dev/null
	settle
	assert_agrees
	has_row 3 secp384r1
	has_row 1 none
	assert_contains "$(page_numbers server.out)" 'tls13_ticket 2'
}

@test "kill -9 in the middle of a load: the page agrees" {
	start_summing -workers 2 -www
	load_while_killed
	settle
	assert_agrees
	has_pages server.out 1
	[ "$(jq -s 'last.totals.deaths' stats.json)" = 3 ]
}

@test "a reload keeps all numbers" {
	local i

	start_summing -workers 2 -www
	for i in 2 3; do
		tls_load --connections 10 --request / >/dev/null
		kill -HUP "$SERVER_PID"
		wait_for 10 file_has server.err "reloaded: generation $i"
	done
	tls_load --connections 10 --request / >/dev/null
	settle
	assert_agrees
	assert_contains "$(page_numbers server.out)" 'all 30'
}

# It dies when the handshake is in the statistics and not yet in the tally.
@test "what a killed worker was counting is missing, and said so" {
	faulty handshake-counted:kill:1
	start_summing -workers 1
	client </dev/null >/dev/null || :
	wait_for 5 file_has server.err 'was killed by signal 9'
	kill -QUIT "$SERVER_PID"
	wait_exit server
	assert_agrees
	has_row 1 'more, whose worker died as it counted'
	assert_contains "$(page_numbers server.out)" 'lost 1'
}

# Of the server's largest shared mapping.
shared_bytes()
{
	local range size most=0

	while read -r range; do
		size=$((16#${range#*-} - 16#${range%-*}))
		[ "$size" -le "$most" ] || most=$size
	done < <(awk '/\/dev\/zero \(deleted\)/ { print $1 }' \
	    "/proc/$SERVER_PID/maps")
	echo "$most"
}

# Of one worker; there is room for four generations.
@test "without -summary there is no memory for it, and no page" {
	local with without

	start_server -workers 1 -summary
	with=$(shared_bytes)
	stop_server
	start_server -workers 1
	without=$(shared_bytes)
	echo "# -summary takes $((with - without)) bytes" >&3
	[ $((with - without)) -ge $((4 * 64 * 1024)) ]
	[ $((with - without)) -le $((4 * 80 * 1024)) ]
	client </dev/null >/dev/null
	kill -QUIT "$SERVER_PID"
	wait_exit server
	assert_equal "$(pages server.out)" 0
}
