# -console: who is typed to.

# shellcheck disable=SC2030,SC2031,SC2153,SC2154 # set by the helpers

load ../lib/helpers

# Connections one, two, ... in this order.
open_connections() # name...
{
	local name

	for name; do
		client_start "$name" -tls1_2
		client_connected "$name"
	done
	wait_for 10 master_knows $#
}

# So many connections since the start: what a worker says of one comes to the
# master behind the message that it is there.
master_knows() # count
{
	has_times server.out "$1" 'CIPHER is '
}

@test "-console oldest is the default" {
	start_server -workers 3 -console oldest
	open_connections one two
	type_to server 'text\n'
	wait_for 5 file_has one.out text
	assert_lacks "$(<two.out)" text
}

@test "-console newest goes to the last one, then to the one before" {
	start_server -workers 3 -console newest
	open_connections one two three
	type_to server 'for three\n'
	wait_for 5 file_has three.out 'for three'
	type_to server 'q\n'
	wait_exit three
	sleep 0.2
	type_to server 'for two\n'
	wait_for 5 file_has two.out 'for two'
	type_to server 'r\n'
	wait_for 5 file_has server.out 'Read BLOCK'
	client_start four
	wait_for 10 master_knows 4
	type_to server 'for four\n'
	wait_for 5 file_has four.out 'for four'
	assert_lacks "$(<one.out)" 'for '
}

@test "-console newest: what waits is for the one that connects" {
	start_server -workers 2 -console newest
	type_to server 'first\n'
	client_start one -quiet
	wait_for 5 file_has one.out first
	client_start two -quiet
	# Of one nothing is said: the text came first.
	wait_for 10 master_knows 1
	type_to server 'second\n'
	wait_for 5 file_has two.out second
}

@test "-console all: text and commands are for every connection" {
	local name

	start_server -workers 3 -console all
	open_connections one two three four
	type_to server 'r\n'
	wait_for 5 printed server.out 4 '^SSL_do_handshake -> 1'
	wait_for 5 printed server.out 4 '^Read BLOCK'
	type_to server 'first\n'
	type_to server 'second\n'
	for name in one two three four; do
		wait_for 5 file_has "$name.out" second
		assert_matches "$(<"$name.out")" 'first.*second'
	done
	type_to server 'S\n'
	wait_for 5 file_has four.out S
	# The statistics wait for the numbers of every worker, the text does not.
	wait_for 5 printed server.out 1 'server accepts \(SSL'
	client_end one
	type_to server 'q\n'
	for name in two three four; do
		wait_exit "$name"
	done
	client_start five
	wait_for 10 master_knows 5
	type_to server 'third\n'
	wait_for 5 file_has five.out third
	type_to server 'Q\n'
	wait_exit server
	assert_equal "$STATUS" 0
	wait_exit five
}

printed() # file, number, extended regular expression
{
	[ "$(grep -acE "$3" "$1")" -eq "$2" ]
}

# More than the kernel takes for it, from a file, in one piece after another.
@test "-console all: a peer that takes nothing is left out, and named" {
	start_server -workers 2 -console all
	open_connections stuck one two
	kill -STOP "$(pgrep -P "${PIDS[stuck]}")"
	seq -f '%01000.0f' 20000 >much
	cat much >&"${INPUTS[server]}" 3>&- &
	LOADS+=($!)
	wait_for 10 file_has server.err 'connection 1 takes nothing'
	wait_for 10 file_has one.out "$(tail -n 1 much)"
	wait_for 10 file_has two.out "$(tail -n 1 much)"
	grep '^0000' one.out | cmp - much
	kill -CONT "$(pgrep -P "${PIDS[stuck]}")"
	wait_for 10 is_typed_to_again
	assert_equal "$(grep -c 'takes nothing' server.err)" 1
}

# As soon as it has taken what waited for it.
is_typed_to_again()
{
	type_to server 'back again\n'
	file_has stuck.out 'back again'
}

@test "-console all: one alone that takes nothing is waited for" {
	start_server -console all
	open_connections slow
	kill -STOP "$(pgrep -P "${PIDS[slow]}")"
	seq -f '%01000.0f' 10000 >much
	cat much >&"${INPUTS[server]}" 3>&- &
	LOADS+=($!)
	sleep 2
	kill -CONT "$(pgrep -P "${PIDS[slow]}")"
	wait_for 10 file_has slow.out "$(tail -n 1 much)"
	grep '^0000' slow.out | cmp - much
	assert_lacks "$(server_err)" 'takes nothing'
}

@test "-console all survives the death of a worker and HUP" {
	start_server -workers 2 -console all -ign_eof
	open_connections one two
	kill_worker 1
	wait_for 5 has_workers 2
	client_start three
	wait_for 10 master_knows 3
	kill -HUP "$SERVER_PID"
	wait_for 5 file_has server.err 'reloaded: generation 2'
	client_start four
	wait_for 10 master_knows 4
	type_to server 'hello\n'
	wait_for 5 file_has three.out hello
	wait_for 5 file_has four.out hello
}

# covers: -console
@test "-console takes three words" {
	run_server -console youngest
	assert_equal "$status" 1
	assert_contains "$stderr" '-console youngest: not oldest, newest or all'
}
