# The file with the number of the master.

load ../lib/helpers

refused() # part of the error, option...
{
	local part=$1

	shift
	run_server -nocert -workers 2 -accept 127.0.0.1:0 "$@"
	assert_equal "$status" 1
	assert_contains "$stderr" "$part"
	assert_equal "$(grep -c s_server: <<<"$stderr")" 1
}

# covers: -pidfile
@test "-pidfile is there when the server is ready, and gone when it has ended" {
	local signal

	for signal in TERM INT QUIT; do
		start_server -workers 2 -pidfile pid
		assert_equal "$(<pid)" "$SERVER_PID"
		kill -"$signal" "$SERVER_PID"
		wait_exit server
		[ ! -e pid ]
	done
	start_server -workers 2 -pidfile pid -naccept 1 -www
	client </dev/null >client.out
	wait_exit server
	[ ! -e pid ]
}

# covers: -pidfile
@test "-pidfile of another server: refused with its number, and kept" {
	start_named first -pidfile pid
	refused "-pidfile pid: process ${PIDS[first]} has it" -pidfile pid
	assert_equal "$(<pid)" "${PIDS[first]}"
	end_process first
	[ ! -e pid ]
}

# covers: -pidfile
@test "-pidfile of a killed master is taken over at once" {
	local i

	for i in 1 2 3; do
		start_server -workers 3 -pidfile pid
		kill -KILL "$SERVER_PID"
		assert_equal "$(<pid)" "$SERVER_PID"
		wait_exit server
	done
	start_server -workers 3 -pidfile pid
	assert_equal "$(<pid)" "$SERVER_PID"
}

# covers: -pidfile
@test "-pidfile is removed if the server cannot start" {
	start_named first
	refused 'Address already in use' -pidfile pid -accept "127.0.0.1:$PORT"
	[ ! -e pid ]
	run_server -cert /nowhere -accept 127.0.0.1:0 -pidfile pid
	assert_equal "$status" 1
	[ ! -e pid ]
}

# covers: -pidfile
@test "-pidfile does not take the place of anything else" {
	cp "$CERTS/server-key.pem" key.pem
	mkfifo fifo
	mkdir folder
	refused '-pidfile key.pem: there is something' -pidfile key.pem
	cmp key.pem "$CERTS/server-key.pem"
	refused '-pidfile fifo: there is something' -pidfile fifo
	refused '-pidfile folder: there is something' -pidfile folder
	refused '-pidfile /dev/null: there is something' -pidfile /dev/null
	refused '-pidfile /nowhere/pid: No such file' -pidfile /nowhere/pid
	[ -c /dev/null ]
	# At the end the link would go, and its file stay.
	echo 7 >elsewhere
	ln -s elsewhere link
	ln -s nothing dangling
	refused '-pidfile link: there is something' -pidfile link
	refused '-pidfile dangling: there is something' -pidfile dangling
	assert_equal "$(<elsewhere)" 7
	[ ! -e nothing ]
	# Nor is another one removed that has come to its place.
	start_server -workers 1 -pidfile pid
	mv pid elsewhere
	echo 7 >pid
	stop_server
	assert_equal "$(<pid)" 7
}

# covers: -pidfile
@test "-pidfile that may not be read: the reason" {
	[ "$(id -u)" -ne 0 ] || skip 'root may read all files'
	echo 7 >pid
	chmod 0 pid
	refused '-pidfile pid: Permission denied' -pidfile pid
}
