# What the tests rely on must itself be able to fail.

load ../lib/helpers

# In place of a server: it obeys all signals but TERM.
start_deaf() # name
{
	S_SERVER_END=1
	launch "$1" bash -c 'trap "" TERM; echo ACCEPT
		while :; do read -rt 1; done'
	wait_for 10 file_has "$1.out" ACCEPT
	DEAF=${PIDS[$1]}
}

@test "stop_server fails if the server had to be killed, and leaves nothing" {
	local result=0

	start_deaf server
	SERVERS+=("$DEAF::server")
	stop_server 2>said || result=$?
	assert_equal "$result" 1
	assert_contains "$(cat said)" "server ($DEAF) did not end by TERM"
	assert_equal "$STATUS" 137
	no_session "$DEAF"
}

@test "stop_server is content with any signal that is obeyed" {
	start_deaf server
	SERVERS+=("$DEAF::server")
	stop_server HUP
	assert_equal "$STATUS" 129
}

@test "the teardown fails if anything had to be killed, and leaves nothing" {
	local result=0

	start_deaf server
	SERVERS+=("$DEAF::server")
	common_teardown 2>said || result=$?
	assert_equal "$result" 1
	assert_contains "$(cat said)" "server ($DEAF) did not end by TERM"
	no_session "$DEAF"
	common_teardown
}

@test "a comparison fails if one side had to be killed" {
	local result=0

	deaf_scenario() # name, client option...
	{
		plain_scenario "$@"
		start_deaf "$1-deaf"
	}
	same_as_stock '' '' 'text\n'
	same_as_stock -f deaf_scenario '' '' 'text\n' 2>said || result=$?
	assert_equal "$result" 1
	assert_matches "$(cat said)" 'server-deaf .* did not end by TERM'
}

@test "a test that fails names its line, also if a helper failed" {
	sed 's/^%/@/' >failing.bats <<-END
		load $ROOT/tests/lib/helpers
		helper() { assert_equal "\$1" b; }
		%test "in a library" {
		        assert_equal a b
		        true
		}
		%test "in a helper" {
		        helper a
		        true
		}
		%test "in a condition" {
		        [[ a == b ]]
		        true
		}
		%test "in a redirected helper" {
		        helper a >said
		        true
		}
	END
	run timeout $((20 * SLOW)) bats failing.bats
	assert_equal "$(grep -o 'in test file.*' <<<"$output" |
	    grep -o 'line [0-9]*' | tr '\n' ' ')" \
	    'line 4 line 8 line 12 line 16 '
}
