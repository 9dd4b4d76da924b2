# -ext_cache: what is put into the cache and found there, as the stock program
# says it.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154 # for the helpers

load ../lib/helpers
load ../lib/in_turn

# covers: -ext_cache
@test "-ext_cache says what is put into the cache and found there" {
	in_turn_as_stock -ext_cache -tls1_2
	assert_lacks "$(server_err)" cache
	resumed 2
	in_turn_as_stock '-ext_cache -no_ticket' -tls1_2
	assert_equal "$(server_err)" 'New session added to external cache
Lookup session: cache hit
Lookup session: cache hit'
	resumed 2
	row 2 'callback cache hits'
	row 0 'items in the session cache'
	row 0 'cache full overflows (20480 allowed)'
	in_turn_as_stock -ext_cache -tls1_3
	assert_equal "$(count_lines "$(server_err)" 'New session added')" 4
	assert_lacks "$(server_err)" 'Lookup session'
	in_turn_as_stock '-ext_cache -no_ticket' -tls1_3
	assert_equal "$(count_lines "$(server_err)" 'Lookup session: cache hit')" 2
}

@test "-ext_cache with -quiet, -brief and -www speaks too" {
	local options

	same_as_stock -f request_scenario '-ext_cache -www -no_ticket' \
	    -tls1_2 'GET / HTTP/1.0\r\n\r\n'
	assert_equal "$(server_err)" 'New session added to external cache'
	for options in -quiet -brief; do
		same_as_stock -e x "-ext_cache $options -no_ticket" -tls1_2 'x\n'
		assert_contains "$(server_err)" 'New session added'
	done
}

@test "-ext_cache finds nothing for the session of another server" {
	start_server -quiet -no_ticket
	client_start foreign12 -tls1_2 -sess_out foreign12
	wait_for 10 test -s foreign12
	client_end foreign12
	client_start foreign13 -tls1_3 -sess_out foreign13
	wait_for 10 test -s foreign13
	client_end foreign13
	stop_server
	CLIENTS=1
	for version in 12 13; do
		FIRST="-sess_in $PWD/foreign$version" in_turn_as_stock \
		    '-ext_cache -no_ticket' -tls1_${version#1}
		assert_contains "$(server_err)" 'Lookup session: cache miss'
		row 0 'session cache misses'
	done
}

@test "-ext_cache does nothing with -no_cache" {
	in_turn_as_stock '-ext_cache -no_cache -no_ticket' -tls1_3
	assert_equal "$(server_err)" ''
	row 2 'session cache misses'
}

@test "-ext_cache takes no early data, but with -no_anti_replay" {
	local THEN

	echo early >early
	THEN="-early_data $PWD/early"
	in_turn_as_stock '-ext_cache -early_data' -tls1_3
	assert_contains "$(server_err)" 'Lookup session: cache hit'
	assert_lacks "$(server_out)" 'Early data received'
	# On a pipe the stock program's data overtake its text.
	rm -f ./*.session*
	same_as_stock -n -m without_early -f in_turn \
	    "-naccept $CLIENTS -ext_cache -early_data -no_anti_replay" -tls1_3
	assert_contains "$(server_out)" 'Early data received'
}

without_early()
{
	sed '/^early$/d'
}
