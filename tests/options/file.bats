# Options from a file: -options FILE.

load ../lib/helpers

# A file with these lines, and what the server says of it. @ is the program's
# own beginning of a line, with the file.
refuses_lines() # message, lines (with backslash escapes), option...
{
	local message=${1//@/s_server: options.conf}

	printf '%b' "$2" >options.conf
	refuses_start "$message" -options options.conf "${@:3}"
}

title()
{
	ps -ww -o args= -p "$SERVER_PID"
}

### What is in a file

# covers: -options
@test "-options takes options from files, among others and in their order" {
	cat >first.conf <<-'END'
		# what all of our servers have

		-workers 3   # one for each client
		accept	127.0.0.1:0
		  --label_host=first
	END
	echo 'label_host second' >second.conf
	start_server -www -workers 2 -options first.conf -options second.conf
	assert_equal "$(pgrep -c -P "$SERVER_PID")" 3
	assert_contains "$(printf 'GET / HTTP/1.0\r\n\r\n' |
	    client -quiet 2>/dev/null)" 'Host: second'
	stop_server
	start_server -www -options second.conf -options=first.conf -workers 1
	assert_equal "$(pgrep -c -P "$SERVER_PID")" 1
	assert_contains "$(printf 'GET / HTTP/1.0\r\n\r\n' |
	    client -quiet 2>/dev/null)" 'Host: first'
}

# The line of -keymatexport is printed as the label was read.
# covers: -options
@test "values in quotes have blanks, quotes, backslashes and the # in them" {
	local value label

	while IFS='|' read -r value label; do
		printf 'keymatexport %s\r\nno_ticket # \r\nnaccept 1\r\n' "$value" \
		    >options.conf
		start_server -options options.conf
		client </dev/null >/dev/null 2>&1 || :
		wait_exit server
		assert_contains "$(server_err)$(server_out)" \
		    "    Label: '$label'"
	done <<-'END'
		plain|plain
		"a b"|a b
		'a "b"  c'|a "b"  c
		"a \"b\" \\ \c"|a "b" \ \c
		a#b|a#b
		"#"|#
		one' and 't"wo"|one and two
		C:\tmp|C:\tmp
	END
}

# covers: -options
@test "a list of values may be longer than the command line" {
	local i

	for i in {1..40}; do
		head -c 80 /dev/urandom >"key.$i"
		echo "ticket_keys key.$i"
	done >options.conf
	head -c 79 /dev/urandom >key.40
	run_server -options options.conf
	assert_equal "$status" 1
	assert_contains "$stderr" 'key.40: '
}

# covers: -options
@test "an empty file, one of comments, one without a last line feed" {
	local text

	for text in '' '\n\n' '# nothing' '  \t \r\n#\n' \
	    '\xef\xbb\xbf-quiet\n' quiet; do
		refuses_lines "s_server: Unknown option: -x$HINT" "$text" -x
	done
}

# covers: -options
@test "what a user asks in a file is answered" {
	printf 'version\n' >options.conf
	run_server -options options.conf
	assert_equal "$status" 0
	assert_matches "$output" '^s_server [0-9]'
	printf 'verify 3\nhelp_on -naccept\n' >options.conf
	run_server -options options.conf
	assert_equal "$status" 0
	assert_equal "$stderr" 'verify depth is 3'
	assert_matches "$output" '^    -naccept number'
}

### What is wrong there

# covers: -options
@test "errors name the file and the line" {
	refuses_lines "@:3: Unknown option: -servr_name$HINT
s_server: Did you mean -servername?" '# names\n\n-servr_name x\n'
	refuses_lines "@:1: Option -port needs a value$HINT" 'port\n4433\n'
	refuses_lines "@:1: Option -quiet does not take a value$HINT" quiet=1
	refuses_lines "@:2: Can't parse \"x\" as a number
s_server: Option -workers wants a number$HINT" 'quiet\r\nworkers x\r\n'
	refuses_lines "options.conf:1: Not a hex number '0g'
s_server: Option -psk wants a hex number" 'psk 0g'
	refuses_lines "@:2: -console oldst: not oldest, newest or all" \
	    '\nconsole oldst'
	refuses_lines "@:1: -accept argument names no port" 'accept :'
	refuses_lines "verify depth is 3
@:2: Unknown option: -x$HINT" 'verify 3\n--x=1'
}

# covers: -options
@test "control characters of a file, and of its name, are harmless" {
	refuses_lines "@:1: Unknown option: -\\x1b[1m$HINT" '\x1b[1m\n'
	echo port >$'a\n\e[1m'
	refuses_start "s_server: a\\x0a\\x1b[1m:1: Option -port needs a value$HINT" \
	    -options $'a\n\e[1m'
}

# covers: -options
@test "a line that is not an option and its value" {
	local extra='Extra argument'

	! library_is 3.2 || extra='Extra option:'
	refuses_lines "@:2: a quote is not closed" 'quiet\npsk_hint "a\n"'
	refuses_lines "@:1: a quote is not closed" "psk_hint 'a\\\\'b'"
	refuses_lines "@:1: more than an option and its value; a value with$(
	) blanks needs quotes" 'psk_hint a b'
	refuses_lines "@:1: $extra \"3\"$HINT" 'quiet 3'
	refuses_lines "@:1: Unknown option: -$HINT" '--\n'
	refuses_lines "@:2: a NUL byte" 'quiet\nqui\x00et\n'
}

# covers: -options
@test "rules for options hold across files" {
	local flags='Cannot supply multiple protocol flags'

	refuses_lines "options.conf:2: $flags" 'tls1_2\ntls1_3\n'
	printf 'tls1_2\n' >options.conf
	refuses_start "options.conf:1: $flags" -tls1_3 -options options.conf
	refuses_start "$flags" -options options.conf -tls1_3
}

# covers: -options
@test "files that are not there, are no files, or are too large" {
	refuses_lines "@:1: -options does not go into a file" \
	    'options other.conf'
	refuses_start "s_server: -options none: No such file or directory" \
	    -options none
	refuses_start "s_server: -options .: Is a directory" -options .
	refuses_start "s_server: Option -options needs a value$HINT" -options
	head -c 1048576 /dev/zero | tr '\0' '\n' >options.conf
	refuses_start "s_server: Unknown option: -x$HINT" -options options.conf -x
	echo >>options.conf
	refuses_start "s_server: -options options.conf: more than 1048576 bytes" \
	    -options options.conf
}

# covers: -options
@test "a file that may not be read" {
	[ "$(id -u)" -ne 0 ] || skip 'root may read all files'
	echo quiet >options.conf
	chmod 0 options.conf
	refuses_start "s_server: -options options.conf: Permission denied" \
	    -options options.conf
}

# covers: -options
@test "a FIFO is read to its end, but not waited for for ever" {
	mkfifo never fifo
	launch waiting "$S_SERVER" -options never
	refuses_start "s_server: /dev/fd/9:1: Unknown option: -x$HINT" \
	    -options /dev/fd/9 9< <(echo x)
	launch server "$S_SERVER" -options fifo
	{
		echo 'workers 2'
		wait_for 5 listed_as_reader
		echo 'x'
	} >fifo
	wait_exit server
	assert_equal "$STATUS" 1
	assert_equal "$(<server.err)" "s_server: fifo:2: Unknown option: -x$HINT"
	wait_exit waiting 20
	assert_equal "$STATUS" 1
	assert_equal "$(<waiting.err)" "s_server: -options never: not$(
	) written to its end within 10 seconds"
}

# It has read the first line, and sleeps.
listed_as_reader()
{
	[ "$(ps -o stat= -p "${PIDS[server]}" | cut -c 1)" = S ]
}

### What others see

# covers: -options
@test "nothing of a file is in a title, nor on the page of -www" {
	local pid said

	printf '%s\n' 'psk 5ec4e7' 'psk_identity 5ec4e7-me' \
	    'pass "pass:5ec4e7"' 'proxy http://me:5ec4e7@proxy.example' \
	    'www' >options.conf
	start_server -nocert -options options.conf -workers 2
	assert_matches "$(title)" ' -options options.conf '
	for pid in "$SERVER_PID" $(pgrep -P "$SERVER_PID"); do
		assert_lacks "$(tr '\0' ' ' <"/proc/$pid/cmdline")" 5ec4e7
	done
	said=$(printf 'GET / HTTP/1.0\r\n\r\n' |
	    client -quiet -psk 5ec4e7 -psk_identity 5ec4e7-me 2>/dev/null)
	assert_contains "$said" '-options options.conf'
	assert_lacks "${said%%PSK*}" 5ec4e7
}

# covers: -options
@test "a reload does not read the file again" {
	echo 'label_host before' >options.conf
	start_server -www -options options.conf -ign_eof
	echo 'label_host after' >options.conf
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'generation 2'
	assert_contains "$(printf 'GET / HTTP/1.0\r\n\r\n' |
	    client -quiet 2>/dev/null)" 'Host: before'
}
