# The options of the session cache that all workers share.

# shellcheck disable=SC2034,SC2154 # set or used by the helpers

load ../lib/helpers

# Ends when the server closes, and so has read the tickets of TLS 1.3.
fetch() # option of s_client...
{
	printf 'GET / HTTP/1.0\r\n\r\n' | client -ign_eof "$@" 2>&1
}

refused() # message, option...
{
	local message=$1

	shift
	run_server -cert "$CERTS/server.pem" -key "$CERTS/server-key.pem" \
	    -accept 127.0.0.1:0 "$@"
	assert_equal "$status" 1 || return 1
	assert_contains "$stderr" "s_server: $message" || return 1
	assert_lacks "$output" ACCEPT
}

@test "-cache_size, -cache_bytes and -session_timeout want sensible numbers" {
	refused "Negative number \"-1\" for option -cache_size$HINT" \
	    -cache_size -1
	refused "Can't parse \"many\" as a number
s_server: Option -cache_size wants a number$HINT" -cache_size many
	refused "Value \"131071\" for option -cache_bytes is below 131072$HINT" \
	    -cache_bytes 131071
	refused "Value \"-1\" for option -cache_bytes is below 131072$HINT" \
	    -cache_bytes -1
	refused "Non-positive number \"0\" for option -session_timeout$HINT" \
	    -session_timeout 0
	start_server -cache_size 1 -cache_bytes 131072 -session_timeout 1
}

# Before anything is mapped or forked: where memory is promised lightly, a
# worker would be killed for it much later.
# covers: -cache_bytes
@test "a cache that is too large for the machine is refused at start" {
	local has=', this machine has [1-9][0-9]*$'

	refused '-cache_size 2000000000: ' -cache_size 2000000000
	assert_matches "$stderr" \
	    "^[^:]*: [^:]*: [1-9][0-9]* bytes of shared memory needed$has"
	refused '-cache_bytes 900000000000: ' -cache_bytes 900000000000
	assert_matches "$stderr" "$has"
	refused '-cache_bytes 9223372036854775807: more memory than any' \
	    -cache_bytes 9223372036854775807
	refused '-cache_size 2000000000: ' -cache_size 2000000000 \
	    -cache_bytes 131072
	# Less than the machine has, and more than this process may have.
	is_sanitized || (
		ulimit -v 500000
		refused '-cache_size 1000000: cannot map ' -cache_size 1000000
	)
}

@test "the table names -cache_size, and else the number of the stock program" {
	for options in '-cache_size 7' '-cache_size 7 -no_cache'; do
		# shellcheck disable=SC2086 # several options
		start_server -www $options
		assert_contains "$(fetch)" 'cache full overflows (7 allowed)'
		stop_server
	done
	start_server -www -cache_bytes 1000000
	assert_contains "$(fetch)" 'cache full overflows (128 allowed)'
}

@test "with -cache_size 0 nothing is kept, and no session ID is given" {
	local page

	start_server -www -cache_size 0 -no_ticket
	page=$(fetch -tls1_2 -sess_out session)
	assert_contains "$page" '   0 items in the session cache'
	assert_contains "$page" 'New, TLSv1.2'
	# The client has nothing to save.
	[ ! -e session ]
}

# The session that stayed is the one that was made last.
# covers: -cache_size
@test "with -cache_size 1 the newest session is kept, on any worker" {
	local i

	start_server -www -workers 3 -cache_size 1 -no_ticket
	for i in 1 2 3; do
		fetch -tls1_2 -sess_out session$i >/dev/null
	done
	assert_contains "$(fetch -tls1_2 -sess_in session3)" 'Reused, TLSv1.2'
	assert_contains "$(fetch -tls1_2 -sess_in session2)" 'New, TLSv1.2'
	assert_contains "$(fetch -tls1_2 -sess_in session3)" 'New, TLSv1.2'
}

# covers: -session_timeout
@test "after -session_timeout no kind of session resumes" {
	local life=$((3 * SLOW)) server options n

	start_named keeps -www -workers 2
	start_named ticket -www -workers 2 -session_timeout $life
	start_named id -www -workers 2 -session_timeout $life -no_ticket
	cat >kinds <<-'EOF'
		keeps -tls1_2
		ticket -tls1_2
		ticket -tls1_3
		id -tls1_2
		id -tls1_3
	EOF
	each_kind '' 'Reused, TLSv1' "Timeout   : $life (sec)"
	sleep $((life + 2))
	each_kind keeps 'Reused, TLSv1' ''
	each_kind 'ticket|id' 'New, TLSv1' "Timeout   : $life (sec)"
}

# Connects with the session of each kind that matches, or makes it first.
each_kind() # expression, what the page must say...
{
	local server options n=0 page

	while read -r server options; do
		((++n))
		[[ $server =~ $1 ]] || continue
		PORT=$(port_of_line "$server.out")
		# shellcheck disable=SC2086 # several options
		[ -e session$n ] || fetch $options -sess_out session$n >/dev/null
		# shellcheck disable=SC2086
		page=$(fetch $options -sess_in session$n)
		assert_contains "$page" "$2"
		[ "$server" = keeps ] || assert_contains "$page" "$3"
	done <kinds
}
