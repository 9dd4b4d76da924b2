# The line of -progress: on a terminal only, and never in the way of text.

# shellcheck disable=SC2016,SC2034,SC2154 # expanded or set by the helpers

load ../lib/helpers

# A server with options in a terminal of 80 columns, which stays when the server
# has gone; what leads elsewhere may be among them. Sets SERVER_PID and PORT.
on_terminal() # option...
{
	need_terminal
	cat >script <<-END
		echo \$\$ >pid
		exec '$S_SERVER' -accept 127.0.0.1:0 -ready_file ready -progress \\
		    -cert '$CERTS/server.pem' -key '$CERTS/server-key.pem' $*
	END
	terminal new-session -d -x 80 -y 24 'sh script; sleep 600'
	wait_for 10 test -s ready
	SERVER_PID=$(<pid)
	PORT=$(sed 's/.*://' ready)
}

# The server has gone, and its line.
ends_without_line()
{
	kill -TERM "$SERVER_PID"
	wait_for 5 is_gone "$SERVER_PID"
	assert_lacks "$(screen)" handshakes/s
}

screen()
{
	terminal capture-pane -p | sed 's/ *$//' | sed '/^$/d'
}

last_line()
{
	screen | tail -n 1
}

shows() # regular expression for all of the last line
{
	[[ $(last_line) =~ ^$1$ ]]
}

LINE='[0-9]+ handshakes/s, [0-9]+ open, [0-9]+ failed, [0-9]+ resumed'

# covers: -progress
@test "-progress: a line with the numbers, which goes before all other text" {
	on_terminal -www -workers 2
	wait_for 5 shows '0 handshakes/s, 0 open, 0 failed, 0 resumed, 0 in all'
	tls_load --connections 5 --resume id --request / >/dev/null
	plain 'GET / HTTP/1.0\r\n\r\n' >/dev/null
	tls_load --connections 2 --silent >said &
	LOADS+=($!)
	wait_for 5 shows \
	    '[0-9]+ handshakes/s, 2 open, 1 failed, 5 resumed, 10 in all'
	# The error of that client had its own line.
	assert_equal "$(screen | grep -c 'handshakes/s')" 1
	assert_contains "$(screen)" ':error:0A00009C:SSL routines:'
	kill -USR1 "$SERVER_PID"
	wait_for 5 screen_has '10 server accepts that finished'
	assert_lacks "$(screen | grep -v '^[0-9]* handshakes/s,')" handshakes/s
	wait_for 5 shows "$LINE, 10 in all"
	ends_without_line
}

@test "-progress: a terminal that becomes narrow, or wide, gets what fits" {
	local width

	on_terminal -www
	wait_for 5 shows "$LINE, 0 in all"
	while read -r width want; do
		terminal resize-window -x "$width"
		wait_for 5 shows "$want"
	done <<-END
		20 0 handshakes/s
		50 $LINE
		43 0 handshakes/s, 0 open, 0 failed
		23 0 handshakes/s, 0 open
		22 0 handshakes/s
		90 $LINE, 0 in all
	END
	# Nothing fits. The terminal itself moves what was there.
	terminal resize-window -x 9
	sleep 1.5
	terminal resize-window -x 80
	wait_for 5 shows "$LINE, 0 in all"
	kill -TERM "$SERVER_PID"
	wait_for 5 is_gone "$SERVER_PID"
}

@test "-progress: data without an end of line is not written over" {
	on_terminal -quiet -ign_eof
	client_start one
	client_connected one
	wait_for 5 shows "$LINE, 1 in all"
	type_to one 'first part, '
	wait_for 5 shows 'first part,'
	sleep 1.5
	shows 'first part,'
	type_to one 'second part\n'
	wait_for 5 screen_has 'first part, second part'
	wait_for 5 shows "$LINE, 1 in all"
	ends_without_line
	assert_contains "$(screen)" 'first part, second part'
}

@test "-progress: the line stays on the terminal if only that is one" {
	on_terminal -www '>out'
	wait_for 5 shows "$LINE, 0 in all"
	kill -USR1 "$SERVER_PID"
	wait_for 5 file_has out 'server accepts'
	assert_lacks "$(<out)" handshakes
	shows "$LINE, 0 in all"
	ends_without_line
}

@test "-progress: nothing where standard error is no terminal" {
	on_terminal -www '2>err'
	client </dev/null >/dev/null
	sleep 1.2
	ends_without_line
	assert_lacks "$(screen)$(<err)" handshakes
}

@test "-progress: nothing while another program has the terminal" {
	need_terminal
	terminal new-session -d -x 80 -y 24 "exec bash --norc --noprofile -i"
	terminal send-keys "PS1='% '; '$S_SERVER' -accept 127.0.0.1:0 -progress \
-quiet -www -ready_file ready & clear" Enter
	wait_for 10 test -s ready
	sleep 1.5
	assert_lacks "$(screen)" handshakes/s
	terminal send-keys fg Enter
	wait_for 5 shows "$LINE, 0 in all"
	terminal send-keys C-c
}
