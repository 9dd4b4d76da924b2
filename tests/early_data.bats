# 0-RTT: what clients send along with their first message, in the stock
# program's words, and accepted once at most over all workers.

# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # expanded or set by the helpers

load helpers

setup()
{
	common_setup
	echo 'early words' >early
}

### As the stock program

# On a pipe the stock program's early data overtakes the text around it. Where
# ours stands is tested on its own.
without_words()
{
	grep -av '^early words$'
}

# Clients one after the other: the first one gets a session, each further one
# offers it with early data. NAME-1.out and so on are what they print. FIRST
# and LATER hold options for the first and the others; CLIENTS is how many.
in_turn() # name, client option...
{
	local name=$1 i options

	shift
	for ((i = 1; i <= ${CLIENTS:-2}; i++)); do
		options="-sess_in $name.session -early_data early ${LATER:-}"
		[ "$i" -gt 1 ] || options="-sess_out $name.session ${FIRST:-}"
		# shellcheck disable=SC2086 # several options
		client_start "$name-$i" "$@" $options
		type_to "$name-$i" "late $i\n"
		wait_for 10 file_has "$name.out" "late $i" || return 1
		client_end "$name-$i"
		cat "$name-$i.out"
		# The stock program says so only with its next words.
		[ "$name" = stock ] ||
		    wait_for 10 file_has "$name.out" 'CONNECTION CLOSED'
	done
}

early_as_stock() # server options, client options
{
	same_as_stock -n -m without_words -f in_turn \
	    "-naccept ${CLIENTS:-2} $1" "${2:-}"
}

@test "early data is received" {
	early_as_stock -early_data
	assert_contains "$(<server-1.out)" 'Early data was not sent'
	assert_contains "$(<server-2.out)" 'Early data was accepted'
	assert_contains "$(<server.out)" 'No early data received
-----BEGIN SSL'
	# Not where the stock program's are, but where it means them to be.
	assert_contains "$(<server.out)" 'Early data received:
early words

End of early data
-----BEGIN SSL'
}
