# What the server writes to besides its clients: full disks, files of others,
# and readers that do not read.

# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154 # for the helpers

load helpers

### Files that are made

# The shell has the pid that the server will have.
server_after() # command that the shell runs before, option...
{
	local before=$1

	shift
	launch server bash -c "$before"'; exec "$@"' before "$S_SERVER" \
	    -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" \
	    -accept 127.0.0.1:0 "$@"
	wait_for 10 says_accept_or_gone server.out "${PIDS[server]}"
	SERVER_PID=${PIDS[server]}
	PORT=$(port_of_line server.out)
	SERVERS+=("$SERVER_PID:$PORT:server")
}

# covers: -ready_file
@test "-ready_file empties no file that somebody else's link points at" {
	echo precious >victim
	# shellcheck disable=SC2016 # the shell's own pid
	server_after 'ln -s victim ready.$$' -ready_file ready
	wait_for 5 test -e ready
	assert_contains "$(<ready)" "ACCEPT 127.0.0.1:$PORT"
	assert_equal "$(<victim)" precious
	stop_server
	assert_equal "$(find . -name '.ready*')" ''
}

@test "-ready_file takes the place of a link, and leaves what it points at" {
	echo precious >victim
	ln -s victim ready
	server_after : -ready_file ready
	wait_for 5 file_has ready ACCEPT
	assert_equal "$(<victim)" precious
	[ ! -L ready ]
}

@test "-ready_file replaces no FIFO and no folder" {
	local place

	mkfifo fifo
	mkdir folder
	for place in fifo folder; do
		run_server -nocert -accept 127.0.0.1:0 -ready_file "$place"
		assert_equal "$status" 1
		assert_contains "$stderr" "-ready_file $place: "
	done
	[ -p fifo ]
	[ -d folder ]
}

# covers: -keylogfile -msgfile
@test "files with secrets are their owner's only; old ones stay as they are" {
	: >old
	chmod 644 old
	server_after 'umask 0' -msg -msgfile messages -keylogfile secrets
	client </dev/null >/dev/null 2>&1
	stop_server
	assert_equal "$(stat -c %a messages secrets)" $'600\n600'
	server_after 'umask 0' -msg -msgfile old -keylogfile secrets
	stop_server
	assert_equal "$(stat -c %a old)" 644
}
