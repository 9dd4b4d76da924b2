# scripts/log-report: the page of -summary, from a log.

# shellcheck disable=SC2016,SC2034,SC2154 # expanded or set by the helpers

load ../lib/helpers

report() # argument...
{
	timeout $((20 * SLOW)) "$ROOT/scripts/log-report" "$@" 3>&-
}

# The record of a connection, with these members more.
record() # connection, members...
{
	printf '{"event":"connection","version":1,"time":"%s","worker":1,"connection":%d,"transport":"tcp","peer":"127.0.0.1:%d","accepted":"%s"' \
	    2026-11-29T21:27:06.415054Z "$1" $((20000 + $1)) \
	    2026-11-29T21:27:06.407346Z
	printf ',%s' "${@:2}"
	printf '}\n'
}

finished() # connection, microseconds, cipher
{
	record "$1" '"handshake":"finished","protocol":"TLSv1.3","kind":"full"' \
	    "\"handshake_us\":$2,\"cipher\":\"$3\",\"group\":\"x25519\"" \
	    '"certificate":{"subject":"CN=a","sha256":"00"}' \
	    '"end":"close_notify by the peer"'
}

failed() # connection, why, key
{
	record "$1" "\"handshake\":\"failed\",\"failed_by\":\"$2\"" \
	    "\"failure\":{\"reason\":\"x\",\"key\":\"$3\"},\"end\":\"error\""
}

@test "the page of a log is that of -summary" {
	start_server -summary -workers 3 -www -log log
	tls_load --connections 10 --resume id --request / >/dev/null
	tls_load --connections 10 --resume tls13 --request / >/dev/null
	run ! client -tls1_2 -cipher PSK-AES128-CBC-SHA -psk 12 </dev/null
	run ! client -verify_return_error -CAfile "$CERTS/server2.pem" \
	    </dev/null
	plain 'GET / HTTP/1.0\r\n\r\n' >/dev/null
	kill -QUIT "$SERVER_PID"
	wait_exit server
	report log >page
	assert_equal "$(sed -n 1p page)" 'Summary of log'
	assert_equal "$(sed 1d page)" \
	    "$(sed '1,/^Summary after/d' server.out)"
	[ "$(wc -l <page)" -ge 20 ]
	report - <log >again
	assert_equal "$(sed 1d again)" "$(sed 1d page)"
}

# Numbers of the whole, and of versions and kinds.
counts() # file
{
	sed -n '2,3p' "$1"
	awk '/^   count  *p50/ { rows = 1; next } /^ *count/ { rows = 0 }
	    rows { print $1, $NF }' "$1"
}

@test "kill -9 in the middle of a load: the log says what the page says" {
	start_server -summary -workers 2 -www -log log
	load_while_killed
	kill -QUIT "$SERVER_PID"
	wait_exit server
	report log >page
	sed -n '/^Summary after/,$p' server.out >ours
	assert_equal "$(counts page)" "$(counts ours)"
	assert_matches "$(counts page)" ' [1-9][0-9]* lost with their worker'
	assert_lacks "$(<page)" 'Not counted'
}

@test "what counts: the first record of a connection, and what is whole" {
	{
		finished 1 1000 A
		finished 2 2000 A
		failed 3 alert_sent 'no shared cipher'
		# Again: the server writes for a worker that died, with less detail.
		record 1 '"handshake":"finished","protocol":"TLSv1.3","kind":"full"' \
		    '"handshake_us":1000,"end":"worker died"'
		record 4 '"handshake":"finished","protocol":"TLSv1.2"' \
		    '"kind":"tls12_id","handshake_us":3,"end":"worker died"'
		record 5 '"handshake":"unfinished","end":"worker died"'
		record 11 '"handshake":"unfinished","end":"server ended"'
		# Another server of the same file.
		finished 1 1000 A | sed 's/21:27:06/21:30:06/g'
		# Others.
		finished 6 1000 A | sed 's/"connection",/"accepted",/'
		finished 7 1000 A | sed 's/"version":1/"version":2/'
		printf '{"event":"end","version":1,"lost":%d,"a":{"lost":9}}\n' \
		    2 3
		# A disk that was full, and a server that was killed.
		finished 8 1000 A | head -c 200
		finished 9 1000 A
		printf 'no json\n{}\n{"a":[1,{"b":2}],"c":-1.5,"d":null}\n[]\n\n'
		printf '{"a":1}}\n{"a" 1}\n{"a":1,}\n{"a":[1}\n{"a":x}\n'
		finished 10 1000 A | head -c 100
	} >log
	assert_equal "$(report log)" "$(cat <<-'END'
	Summary of log
	       7 connections: 1 open, 4 ended, 2 lost with their worker
	       4 handshakes finished; 1 failed, 1 in progress, 1 lost with their worker
	Time from accepting the client to the end of its handshake
	   count       p50       p90       p99       max
	       4    992 us    2.0 ms    2.0 ms    2.0 ms  all
	       1      3 us      3 us      3 us      3 us  TLSv1.2
	       3    992 us    2.0 ms    2.0 ms    2.0 ms  TLSv1.3
	       3    992 us    2.0 ms    2.0 ms    2.0 ms  full
	       1      3 us      3 us      3 us      3 us  tls12_id
	   count      from
	       1      0 us  ####################
	       0      8 us
	       0     16 us
	       0     32 us
	       0     64 us
	       0    128 us
	       0    256 us
	       2    512 us  ########################################
	       1    1.0 ms  ####################
	Ciphers
	       3  A
	       1  more, which their worker could not tell
	Groups
	       3  x25519
	       1  more, which their worker could not tell
	Failures, and the first connection of each
	       1  alert_sent: no shared cipher (connection 3)
	Not counted: 9 bad lines of log
	Not counted: 1 record of log, of an unknown version
	Not counted: 5 lines, which the server could not write to log
	END
	)"
}

@test "two logs side by side" {
	local i

	for i in 1 2 3 4; do
		finished "$i" 1000 A >>before
	done
	failed 5 alert_sent 'no shared cipher' >>before
	failed 6 closed '' >>before
	{
		for i in 1 2; do
			finished "$i" 4000 A
		done
		finished 3 4000 B
		failed 5 alert_sent 'no shared cipher'
		failed 6 alert_sent 'no shared cipher'
		failed 7 not_tls 'plain HTTP'
	} >after
	assert_equal "$(report before after)" "$(cat <<-'END'
	Comparison of before and after
	  before   after  change
	       6       6       =  connections
	       4       3      -1  handshakes finished
	       2       3      +1  handshakes failed
	       0       0       =  handshakes lost with their worker
	Time from accepting the client to the end of its handshake
	  p50 before     after  change  p99 before     after  change
	      992 us    4.0 ms   +300%      992 us    4.0 ms   +300%  all
	      992 us    4.0 ms   +300%      992 us    4.0 ms   +300%  TLSv1.3
	      992 us    4.0 ms   +300%      992 us    4.0 ms   +300%  full
	  before   after      from
	       4       0    512 us  ################
	       0       0    1.0 ms
	       0       3    2.0 ms                    ################
	Ciphers
	       4       2      -2  A
	       0       1      +1  B
	Groups
	       4       3      -1  x25519
	Failures, and the first connection of each
	       1       2      +1  alert_sent: no shared cipher (connections 5, 5)
	       0       1      +1  not_tls: plain HTTP (new: connection 7)
	       1       0      -1  closed (gone: connection 6)
	END
	)"
}

@test "what a log holds cannot command the terminal, nor count as another" {
	local name='a\\\"b","cipher":"C\u001b[2J'

	finished 1 1000 "$name" >log
	finished 2 1000 $'\033[2J\302\233' >>log
	record 3 '"handshake":"failed","failed_by":"x\"}{\\"' >>log
	report log >page
	assert_equal "$(tr -d '\n -~' <page)" ''
	assert_contains "$(<page)" '1  C\u001b[2J'
	assert_contains "$(<page)" '1  ?[2J??'
	assert_contains "$(<page)" '1  x"}{\ (connection 3)'
}

@test "100,000 records take no more than some seconds" {
	awk -v line="$(finished 12345 1000 A)" 'BEGIN {
		at = index(line, "12345")
		before = substr(line, 1, at - 1)
		behind = substr(line, at + 5)
		for (i = 1; i <= 100000; i++)
			print before i behind
	}' >log
	within_ms 30000 'a page on 100,000 records' report log >page
	assert_contains "$(<page)" '  100000 connections: 0 open, 100000 ended'
}

@test "names of files, and those that cannot be read" {
	finished 1 1000 A >name1=x
	finished 1 1000 A >-file
	assert_contains "$(report name1=x)" 'Summary of name1=x'
	assert_contains "$(report ./-file name1=x)" '1       1       =  A'
	: >empty
	assert_contains "$(report name1=x empty)" '1       0      -1  A'
	assert_contains "$(report empty name1=x)" '0       1      +1  A'
	mkdir folder
	run ! report none
	assert_equal "$output" 'log-report: none: there is no such file'
	run ! report name1=x folder
	assert_equal "$output" 'log-report: folder: this is a folder'
}

# An awk of this name, first on PATH.
with_awk() # command...
{
	mkdir -p other
	printf '#!/bin/sh\nexec %s "$@"\n' "$*" >other/awk
	chmod +x other/awk
}

@test "each awk that is here makes the same page" {
	local awk tried=0

	{
		finished 1 1234567 'a\\\"b'
		finished 2 99 B
		failed 3 closed x
		echo torn
	} >log
	report log log >page
	for awk in mawk gawk 'gawk --posix' original-awk 'busybox awk'; do
		command -v "${awk%% *}" >/dev/null || continue
		with_awk "$awk"
		PATH=$PWD/other:$PATH report log log >again
		diff page again
		tried=$((tried + 1))
	done
	[ "$tried" -gt 1 ] || skip 'there is only one'
}
