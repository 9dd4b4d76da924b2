# The table of differential tests itself: that a row fails when it must.

load ../lib/helpers

# What the table on standard input says; it must fail.
failing_rows()
{
	local table

	table=$(cat)
	run rows <<<"$table"
	assert_equal "$status" 1
}

@test "rows that hold: text, words, files of the test, a long row" {
	echo Q >quit
	rows <<-'END'
		# A comment, and an empty line.

		- | -rev -tls1_2 | -tls1_2 | hello\n | expect=olleh \
		    has=Protocol\_version:\_TLSv1.2
		- | -tls1_3 | -tls1_2 | | wait has=ERROR
		- | -crlf
		- | -tls1_2 | | | stdin=quit endless
	END
	assert_equal "$(<row-0/server.exit)" 0
	assert_contains "$(<row-1/server.err)" ERROR
	assert_equal "$(<row-3/quit)" Q
}

@test "a row fails where anything differs, and its difference is shown" {
	local OURS='-label'

	failing_rows <<-'END'
		- | -tls1_2
		- | -tls1_3 | | | mask=hide_worker
		- | -tls1_3
	END
	assert_contains "$output" 'row: - | -tls1_3'
	assert_contains "$output" '+worker 1'
	assert_contains "$output" '2 of 3 rows failed'
	assert_equal "$(count_lines "$output" 'row: ')" 2
}

hide_worker()
{
	sed -e '/^worker 1 /d' -e 's/^\[1\] //'
}

@test "a row fails without the text that it must have" {
	failing_rows <<-'END'
		- | -tls1_2 | | | has=CIPHER\_is has=no\_such\_text
	END
	assert_contains "$output" 'ours has not: no such text'
	failing_rows <<-'END'
		- | -rev | | hello\n | expect=hello
	END
	assert_contains "$output" 'our client got no: hello'
}

@test "a difference has a name in the manual page" {
	differs_no_such_item() { cat; }
	differs_parallel() { cat; }
	differs_mtu() { cat; }

	rows <<-'END'
		- | -tls1_2 | | | differs=parallel
	END
	failing_rows <<-'END'
		- | -tls1_2 | | | differs=no-such-item
	END
	assert_contains "$output" 'not in COMPATIBILITY: no-such-item'
	# An item elsewhere in the page does not count.
	failing_rows <<-'END'
		- | -tls1_2 | | | differs=mtu
	END
}

@test "a table that is wrong fails" {
	failing_rows </dev/null
	assert_contains "$output" 'without rows'
	failing_rows <<-'END'
		- | -tls1_2 | | | expects=x
		- | -tls1_2 | | | has=
		- | -tls1_2 | | | mask=no_such_function
		- | -tls1_2 | | | wait | wait
		- | -no_such_option
	END
	assert_contains "$output" 'no such word: expects=x'
	assert_contains "$output" 'no such word: has='
	assert_contains "$output" 'no such function: no_such_function'
	assert_contains "$output" 'too many columns'
	assert_contains "$output" '5 of 5 rows failed'
}

@test "rows leave alone what the test has started" {
	start_server -naccept 2
	rows <<-'END'
		- | -tls1_2
		- | -tls1_3
	END
	running server
	client </dev/null >/dev/null 2>&1
	close_input server
	stop_server
}

@test "servers that must end at once fail a row where they serve" {
	rows <<-'END'
		- | -tls1_2 -tls1_3 | | | refused has=multiple\_protocol
	END
	failing_rows <<-'END'
		- | -cert none.pem | | | refused has=no\_such\_text
		- | -verify 1 -Verify | | | refused
		- | -tls1_2 -dhparam none.pem | | | refused
	END
	assert_contains "$output" '2 of 3 rows failed'
}
