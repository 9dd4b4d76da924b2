# More and fewer workers while the server runs, and new ones in place of old
# ones: no client notices.

# shellcheck disable=SC2016,SC2034,SC2154 # for jq, or set by the helpers

load ../lib/helpers
load ../lib/control

start() # option...
{
	start_server -control ctl "$@"
}

# The numbers of those that do not drain.
serving()
{
	pgrep -a -P "$SERVER_PID" -f '^s_server: worker' | grep -v draining |
	    sed 's/.*: worker \([0-9]*\) .*/\1/' | sort -n | xargs
}

worker_of() # number of a connection
{
	ctl connections | grep '^{' |
	    jq "select(.connection == $1).worker"
}

# covers: -workers_max
@test "workers: as many as are asked for serve, up to -workers_max" {
	start -www -workers 2 -workers_max 5
	assert_equal "$(serving)" '1 2'
	ctl_says 'ok 5 workers' workers 5
	assert_equal "$(serving)" '1 2 3 4 5'
	tls_load --connections 50 --parallel 10 --request / >/dev/null
	ctl_says ok wait 'connections.ended == 50'
	assert_equal "$(ctl stats | sed -n 1p | jq -c \
	    '[.per_worker[] | .connections.accepted > 0]')" \
	    '[true,true,true,true,true]'
	ctl_says 'ok 3 workers' workers 3
	wait_for 5 has_workers 3
	assert_equal "$(serving)" '1 2 3'
	ctl_says 'error there can be 1 to 5 workers (-workers_max)' workers 6
	ctl_says 'error there can be 1 to 5 workers (-workers_max)' workers 0
	ctl_says 'error usage: workers NUMBER' workers
	ctl_says 'ok 3 workers' workers 3
	# Who dies is replaced if its number is wanted.
	kill_worker 3
	ctl_says 'ok 4 workers' workers 4
	ctl_says ok wait 'deaths == 1'
	wait_for 5 has_workers 4
	assert_equal "$(serving)" '1 2 3 4'
	ctl_says 'ok 1 workers' workers 1
	wait_for 5 has_workers 1
	ctl_says 'ok generation 2 serves' reload
	wait_for 5 has_workers 1
	ctl_says 'ok 5 workers' workers 5
	assert_equal "$(serving)" '1 2 3 4 5'
	assert_equal "$(grep -v reloaded server.err)" \
	    "$(grep killed server.err)"
}

@test "workers: without -workers_max there can be as many as at the start" {
	start -www -workers 2
	ctl_says 'error there can be 1 to 2 workers (-workers_max)' workers 3
	ctl_says 'ok 1 workers' workers 1
	ctl_says 'ok 2 workers' workers 2
	assert_equal "$(serving)" '1 2'
	stop_server
	refuses_start 's_server: -workers_max 2: fewer than -workers 3' \
	    -nocert -workers 3 -workers_max 2
}

@test "workers: those that leave finish what they have" {
	start -workers 4
	local i killed

	for i in 1 2 3 4; do
		client_start c$i
		client_connected c$i
	done
	ctl_says 'ok 1 workers' workers 1
	assert_equal "$(serving)" 1
	for i in 1 2 3 4; do
		ctl_says ok send $i "hello $i"
		wait_for 5 file_has c$i.out "hello $i"
	done
	# One that leaves and dies is not replaced.
	kill_worker 4
	ctl_says ok wait 'deaths == 1'
	has_workers 3
	# New ones beside those that still drain, in other places.
	ctl_says 'ok 4 workers' workers 4
	assert_equal "$(serving)" '1 2 3 4'
	client_start last
	client_connected last
	for i in 1 2 3 4; do
		if [ -e "/proc/${PIDS[c$i]}" ] &&
		    [ -n "$(worker_of $i)" ]; then
			ctl_says ok send $i "again $i"
			wait_for 5 file_has c$i.out "again $i"
		fi
	done
	assert_equal "$(ctl connections | grep -c '^{')" 4
}

# Connections of the workers that have the number 2.
of_second()
{
	ctl connections | grep -c '"worker":2,'
}

@test "workers: places that are taken are told, and nothing changes" {
	start -quiet -workers 1 -workers_max 2
	local i clients=()

	for i in 1 2 3 4; do
		ctl_says 'ok 2 workers' workers 2
		# Until the second one has a connection of its own.
		until [ "$(of_second)" -ge "$i" ]; do
			[ "${#clients[@]}" -lt 30 ]
			clients+=("c${#clients[@]}")
			client_start "${clients[-1]}"
			client_connected "${clients[-1]}"
		done
		ctl_says 'ok 1 workers' workers 1
	done
	has_workers 5
	ctl_says 'error too many workers of before still drain' workers 2
	assert_equal "$(serving)" 1
	for i in "${clients[@]}"; do
		client_end "$i"
	done
	ctl_says ok wait 'connections.open == 0'
	wait_for 5 has_workers 1
	ctl_says 'ok 2 workers' workers 2
	assert_equal "$(serving)" '1 2'
}

@test "worker N restart: the successor serves before the old one leaves" {
	start -workers 3
	local old i said

	for i in 1 2 3; do
		client_start c$i
		client_connected c$i
	done
	old=$(workers)
	for i in 1 2 3; do
		ctl_says ok worker $i restart
	done
	assert_equal "$(serving)" '1 2 3'
	# No old one serves, and each finishes what it has.
	assert_equal "$(grep -cFxf <(echo "$old") <(workers))" 3
	for i in 1 2 3; do
		ctl_says ok send $i "hello $i"
		wait_for 5 file_has c$i.out "hello $i"
		client_end c$i
	done
	wait_for 5 has_workers 3
	assert_equal "$(server_err)" \
	    "$(printf 's_server: worker %d is restarted\n' 1 2 3)"
	ctl_says 'error there is no worker 4' worker 4 restart
	ctl_says 'error there is no worker 0' worker 0 restart
	ctl_says 'error usage: worker NUMBER restart' worker 1
	ctl_says 'error usage: worker NUMBER restart' worker 1 stop
	# One that is stopped is not waited for.
	i=$(worker 2)
	kill -STOP "$i"
	ctl_says ok worker 2 restart
	assert_equal "$(workers | wc -l)" 4
	kill -CONT "$i"
	wait_for 5 has_workers 3
}

accepted_by_2()
{
	ctl stats | sed -n 1p | jq '.per_worker[1].connections.accepted'
}

@test "worker N restart: the old one serves as long as the new one starts" {
	local before

	start_stopping -www
	go_on
	ctl_says ok wait 'deaths == 0'
	PORT=$(port_of_line server.out)
	launch restarts "$S_SERVER" -ctl ctl worker 2 restart
	wait_for 10 has_stopped
	before=$(accepted_by_2)
	tls_load --connections 20 --parallel 5 --request / >/dev/null
	[ "$(accepted_by_2)" -gt "$before" ]
	running restarts
	go_on
	wait_exit restarts
	assert_equal "$STATUS:$(<restarts.out)" 0:ok
	wait_for 5 has_workers 2
	before=$(accepted_by_2)
	tls_load --connections 20 --parallel 5 --request / >/dev/null
	[ "$(accepted_by_2)" -gt "$before" ]
}

@test "worker N restart: ends no connection to make a place" {
	start -workers 1
	local i

	for i in 1 2 3 4; do
		[ $i -eq 1 ] || ctl_says ok worker 1 restart
		client_start c$i
		client_connected c$i
	done
	ctl_says 'error too many workers of before still drain' \
	    worker 1 restart
	has_workers 4
	for i in 1 2 3 4; do
		ctl_says ok send $i "hello $i"
		wait_for 5 file_has c$i.out "hello $i"
	done
	# It waits for a place that soon is free.
	launch waits "$S_SERVER" -ctl ctl worker 1 restart
	client_end c1
	wait_exit waits
	assert_equal "$STATUS:$(<waits.out)" 0:ok
	assert_equal "$(ctl connections | grep -c '^{')" 3
}

@test "restarts, reloads and new numbers at once follow one another" {
	start -www -workers 3 -workers_max 4
	local i pid said
	local commands=(reload 'worker 1 restart' 'worker 2 restart'
	    'workers 4' reload 'worker 3 restart' 'worker 1 restart')

	tls_load --duration 3 --parallel 10 --request / >load.out &
	LOADS+=($!)
	for _ in 1 2 3; do
		for i in "${!commands[@]}"; do
			launch "c$i" "$S_SERVER" -ctl ctl "${commands[i]}"
		done
		sleep 0.1
		# It may just be leaving for its successor.
		until pid=$(worker 1) && kill -KILL "$pid" 2>/dev/null; do
			sleep 0.02
		done
		for i in "${!commands[@]}"; do
			wait_exit "c$i" 20
			assert_matches "$STATUS $(<"c$i.out")" '^0 ok'
		done
		wait_for 10 has_workers 4
		assert_equal "$(serving)" '1 2 3 4'
		ctl_says 'ok 3 workers' workers 3
		wait_for 10 has_workers 3
	done
	wait "${LOADS[@]}" || :
	LOADS=()
	# Only the connections of the three that were killed may fail.
	ctl_says ok wait 'deaths == 3'
	said=$(tail -n 1 load.out)
	echo "# restarts, reloads, kills: $said" >&3
	[ "$(ctl_stat handshakes.failed)" -le 30 ]
}

@test "restarts and new numbers under load: no handshake fails" {
	start -www -workers 3 -workers_max 6 -handshake_timeout 30
	local i said

	tls_load --duration 3 --parallel 20 --request / >load.out &
	LOADS+=($!)
	for i in {1..6}; do
		ctl_says ok worker $((i % 3 + 1)) restart
		ctl_says "ok $((i % 5 + 2)) workers" workers $((i % 5 + 2))
		ctl_says 'ok 3 workers' workers 3
	done
	wait "${LOADS[@]}" || :
	LOADS=()
	said=$(tail -n 1 load.out)
	echo "# 6 restarts, 12 other numbers: $said" >&3
	assert_contains "$said" ' failed 0 '
	wait_for 10 has_workers 3
}

@test "-naccept is exact over workers that come and go" {
	start -www -workers 2 -workers_max 4 -naccept 60
	local i

	tls_load --connections 20 --parallel 5 --request / >/dev/null
	ctl_says 'ok 4 workers' workers 4
	tls_load --connections 20 --parallel 5 --request / >/dev/null
	ctl_says ok worker 1 restart
	ctl_says 'ok 1 workers' workers 1
	tls_load --connections 20 --parallel 5 --request / >/dev/null
	wait_exit server
	assert_equal "$STATUS" 0
	assert_contains "$(tail -n 12 server.out)" \
	    '  60 server accepts that finished'
}

@test "nothing begins once the server ends" {
	start -workers 2
	client_start open
	client_connected open
	ctl_says ok drain
	ctl_says 'error the server is ending' worker 1 restart
	ctl_says 'error the server is ending' workers 1
	ctl_says ok send 1 text
	wait_for 5 file_has open.out text
	client_end open
	wait_exit server
	assert_equal "$STATUS" 0
}

@test "peers of DTLS are served by workers that come and go" {
	start -dtls -echo -workers 1 -workers_max 3
	local i

	for i in 1 2 3; do
		ctl_says "ok $i workers" workers $i
		talk 'hello\n' hello -dtls >/dev/null
		ctl_says ok worker 1 restart
		talk 'hello\n' hello -dtls >/dev/null
	done
	ctl_says 'ok 1 workers' workers 1
	talk 'hello\n' hello -dtls >/dev/null
	ctl_says ok wait 'handshakes.finished == 7'
}
