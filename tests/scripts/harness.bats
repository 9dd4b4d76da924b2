# The library for harnesses: in bash and dash, with and without Bats, with our
# server and with the stock program. And what it must notice.

load ../lib/helpers

setup()
{
	common_setup
	export S_SERVER OPENSSL S_SERVER_SLOW=$SLOW
	unset S_SERVER_DIR
	shells=('bash -eu -o pipefail' 'dash -eu')
}

# A script of a harness, from standard input, in this shell.
harness() # shell
{
	{
		echo ". $HARNESS/s_server.bash"
		echo s_server_trap
		cat
	} >script
	# shellcheck disable=SC2086 # with options
	without_bats timeout $((60 * SLOW)) $1 script </dev/null 3>&-
}

without_bats() # command...
{
	env -u BATS_TEST_TMPDIR -u BATS_FILE_TMPDIR -u BATS_RUN_TMPDIR \
	    -u BATS_VERSION "$@"
}

# The same in each shell: exit status, and what must and must not be said.
fails_with() # part of what it says...; the script is standard input
{
	local script shell part

	script=$(cat)
	for shell in "${shells[@]}"; do
		run harness "$shell" <<<"$script"
		[ "$status" -eq 1 ] || fail "$shell: $status" "$output"
		for part; do
			assert_contains "$output" "$part"
		done
		assert_lacks "$output" 'the script went on'
	done
}

# In place of a server: the commands are what is wrong with it.
strange_server() # shell commands
{
	# shellcheck disable=SC2016 # of the other shell
	printf '#!/bin/sh\n[ "$*" != -help ] || exit 0\n%s\n' "$1" >strange
	chmod +x strange
	S_SERVER=$PWD/strange
}

no_sessions() # pids of their leaders from standard input
{
	local pid

	while read -r pid; do
		no_session "$pid" || fail "session $pid is left"
	done
}

@test "start, client, expectations, statistics, text, reload, stop" {
	local shell

	for shell in "${shells[@]}"; do
		run --separate-stderr harness "$shell" <<-'END'
			IFS='
			'
			s_server_start -workers 2
			[ "$(s_server_pid)" = "$S_SERVER_PID" ]
			[ "$(s_server_address)" = "127.0.0.1:$S_SERVER_PORT" ]
			mkfifo typed
			openssl s_client -CAfile "$(s_server_certificate)" \
			    -verify_return_error -verify_hostname localhost \
			    -quiet -connect "$S_SERVER_ADDRESS" \
			    <typed >answers 2>/dev/null &
			exec 5>typed
			echo 'hello' >&5
			s_server_expect 10 '^CIPHER is [A-Z0-9_]+$'
			s_server_expect 10 '^hello$'
			s_server_send 'to you'
			s_server_poll 10 grep -q 'to you' answers
			[ "$(s_server_stat handshakes.finished)" = 1 ]
			s_server_reload
			s_server_start -n two -www -workers 1
			[ "$(s_server_port -n two)" = "$S_SERVER_PORT" ]
			[ "$(s_server_port)" != "$S_SERVER_PORT" ]
			curl -s --cacert "$(s_server_certificate)" \
			    "https://localhost:$S_SERVER_PORT/" >page
			grep -q Cipher page
			s_server_stop -n two
			s_server_send Q
			s_server_wait 10
			s_server_stat handshakes.finished connections.ended
			exec 5>&-
			wait
		END
		assert_equal "$stderr" ''
		assert_equal "$output" $'1\n1'
		assert_equal "$status" 0
		rm typed
	done
}

@test "an expectation goes on after the line of the last one" {
	strange_server 'echo ACCEPT 127.0.0.1:1; echo one; echo two; echo one
		echo three >&2; exec sleep 60'
	for shell in "${shells[@]}"; do
		run harness "$shell" <<-'END'
			s_server_start
			s_server_expect 5 '^one$'
			s_server_expect 5 '^(one|three)$'
			! s_server_expect 0 '^one$'
			! s_server_expect 0 'two'
			s_server_expect -a 0 'two'
			s_server_expect -e 5 'three'
			s_server_stop
		END
		assert_equal "$status" 0
		assert_contains "$output" \
		    's_server_expect: server: no line matches within 0 s: two'
	done
	fails_with 's_server_expect: not a regular expression: (' <<-'END'
		s_server_start
		s_server_expect 5 '('
		echo 'the script went on'
	END
}

@test "an expectation finds lines with bytes of every kind" {
	local shell

	strange_server 'echo "ACCEPT 127.0.0.1:1"
		printf "first \\377\\001\\033[1m\\n\\303\\050 second \\0 end\\n"
		exec sleep 60'
	for shell in "${shells[@]}"; do
		LC_ALL=C.UTF-8 run harness "$shell" <<-'END'
			s_server_start
			s_server_expect 5 first
			s_server_expect 5 'second .* end$'
			! s_server_expect 0 first 2>/dev/null || exit 1
			s_server_stop
			echo found
		END
		assert_equal "$status $output" '0 found'
	done
}

@test "a time that is no number is refused at once, in one line" {
	local shell call

	for shell in "${shells[@]}"; do
		run harness "$shell" <<-'END'
			! s_server_start -t x || exit 1
			s_server_start
			for call in 's_server_expect x A' 's_server_expect 1.5 A' \
			    's_server_expect_stat x cache.hits 0' \
			    's_server_wait x' 's_server_reload x' \
			    's_server_poll x true'; do
				! $call || exit 1
			done
			s_server_stop
		END
		assert_equal "$status" 0
		assert_equal "$(cut -d : -f 1 <<<"$output")" \
		    "$(printf 's_server_%s\n' start expect expect \
			expect_stat wait reload poll)"
	done
}

@test "stop of what has been stopped is no failure" {
	local shell

	for shell in "${shells[@]}"; do
		run harness "$shell" <<-'END'
			s_server_start
			s_server_stop
			s_server_stop
			s_server_stop -x 143
			! s_server_stop -x 0 2>/dev/null || exit 1
		END
		assert_equal "$status $output" '0 '
	done
}

@test "an expectation does not wait for a server that has ended" {
	strange_server 'echo ACCEPT 127.0.0.1:1; echo last words; exit 3'
	within_ms 20000 'two expectations' fails_with \
	    'no line matches: never; it ended with status 3' 'last words' <<-'END'
		s_server_start
		s_server_expect 600 never
		echo 'the script went on'
	END
}

@test "statistics have the names and values of -stats_json" {
	local shell

	for shell in "${shells[@]}"; do
		run --separate-stderr harness "$shell" <<-'END'
			s_server_start -workers 2 -stats_json stats
			openssl s_client -connect "$S_SERVER_ADDRESS" \
			    </dev/null >/dev/null 2>&1
			s_server_expect_stat 5 connections.ended 1
			s_server_stop
			s_server_stat >said
		END
		assert_equal "$stderr" ''
		tail -n 1 stats | jq -r '
		    [paths(scalars) as $p | {
			name: [$p[] | if type == "number" then . + 1 else . end] |
			    map(tostring) | join("."),
			value: getpath($p) }] | .[] |
		    "\(.name | sub("^totals\\."; "")) \(.value)"' >wanted
		# Jq 1.6 knows no null among the scalars' paths, and prints 0.2
		# where 0.200 was read.
		sed -i -e '/ null$/d' -e '/^uptime_s /d' said wanted
		diff wanted said
		assert_contains "$(cat said)" 'per_worker.2.worker 2'
	done
	fails_with 's_server_stat: no statistic is named handshake.finished;' \
	    ' handshakes.finished ' <<-'END'
		s_server_start
		s_server_stat handshake.finished
		echo 'the script went on'
	END
	fails_with 's_server_expect_stat: server: deaths is 0 after 0 s, not 7' \
	    <<-'END'
		s_server_start
		s_server_expect_stat 0 deaths 7
		echo 'the script went on'
	END
}

@test "start tells why there is no server" {
	fails_with 's_server_start: two ended with status 1 before it was ready:' \
	    'Address already in use' <<-'END'
		s_server_start
		s_server_start -n two -accept "$S_SERVER_ADDRESS"
		echo 'the script went on'
	END
	fails_with 's_server_start: server ended with status 1' \
	    'Unknown option: -no_such' <<-'END'
		s_server_start -no_such
		echo 'the script went on'
	END
	fails_with 's_server_start: server runs already' <<-'END'
		s_server_start
		s_server_start
		echo 'the script went on'
	END
	fails_with 's_server_start: not a name: a/b' <<-'END'
		s_server_start -n a/b
		echo 'the script went on'
	END
	S_SERVER=/none/s_server
	fails_with 's_server_start: there is no program /none/s_server' <<-'END'
		s_server_start
		echo 'the script went on'
	END
}

@test "start does not wait for a program that does not answer -help" {
	printf '#!/bin/sh\nexec sleep 60\n' >deaf
	chmod +x deaf
	S_SERVER=$PWD/deaf
	S_SERVER_SLOW=1 fails_with \
	    "s_server_start: $S_SERVER -help does not end within 1 s" <<-'END'
		s_server_start -t 1 -www
		echo 'the script went on'
	END
}

@test "start ends a server that does not become ready" {
	strange_server 'echo $$ >>pids; echo wait; exec sleep 600'
	fails_with 's_server_start: server was not ready within 1 s:' \
	    'wait' <<-'END'
		s_server_start -t 1
		echo 'the script went on'
	END
	no_sessions <pids
}

@test "stop notices a server that has crashed" {
	fails_with 's_server_stop: server was ended by signal 6' \
	    '/server.out:' <<-'END'
		s_server_start
		kill -s ABRT "$S_SERVER_PID"
		s_server_stop
		echo 'the script went on'
	END
	strange_server 'echo ACCEPT 127.0.0.1:1; read -r line'
	fails_with 's_server_stop: server ended with status 0' <<-'END'
		s_server_start
		s_server_send end
		s_server_poll 5 test -s "$S_SERVER_DIR/server.status"
		s_server_stop -x 3
		echo 'the script went on'
	END
}

@test "stop notices a worker that was killed" {
	fails_with 's_server_stop: server said on standard error:' \
	    'was killed by signal 9' <<-'END'
		s_server_start
		kill -s KILL "$(pgrep -P "$S_SERVER_PID" -n)"
		s_server_expect_stat 5 deaths 1
		s_server_stop
		echo 'the script went on'
	END
	for shell in "${shells[@]}"; do
		run harness "$shell" <<-'END'
			s_server_start
			kill -s KILL "$(pgrep -P "$S_SERVER_PID" -n)"
			s_server_expect -e 5 'was killed by signal 9'
			s_server_stop
		END
		assert_equal "$output" ''
		assert_equal "$status" 0
	done
}

@test "stop notices lines on standard error, unless they are allowed" {
	# shellcheck disable=SC2016 # of the other shell
	local client='openssl s_client -tls1_1 -connect "$S_SERVER_ADDRESS" \
		    </dev/null >/dev/null 2>&1 || :'

	fails_with 's_server_stop: server said on standard error: ERROR' <<-END
		s_server_start
		$client
		s_server_stop
		echo 'the script went on'
	END
	for shell in "${shells[@]}"; do
		run harness "$shell" <<-END
			s_server_start -quiet
			s_server_allow '^ERROR$|:error:'
			$client
			s_server_stat handshakes.failed
			s_server_stop
		END
		assert_equal "$output" 1
		assert_equal "$status" 0
	done
}

@test "stop kills a server that is deaf, and what a server left" {
	strange_server 'trap "" TERM; echo $$ >>pids; echo ACCEPT 127.0.0.1:1
		while :; do sleep 1; done'
	S_SERVER_END=1 fails_with 'did not end by TERM' \
	    's_server_stop: server was ended by signal 9' <<-'END'
		S_SERVER_END=1
		s_server_start
		s_server_stop
		echo 'the script went on'
	END
	strange_server 'sleep 600 & echo $! >>pids; echo ACCEPT 127.0.0.1:1
		trap "exit 0" TERM; wait'
	fails_with 'server left processes: ' <<-'END'
		s_server_start
		s_server_stop
		echo 'the script went on'
	END
	no_sessions <pids
}

@test "a script that fails leaves nothing, and shows what the server said" {
	local shell

	for shell in "${shells[@]}"; do
		run harness "$shell" <<-'END'
			s_server_start -www
			echo "$S_SERVER_PID $S_SERVER_DIR" >was
			false
			echo 'the script went on'
		END
		assert_equal "$status" 1
		assert_contains "$output" "ACCEPT 127.0.0.1:"
		assert_lacks "$output" 'the script went on'
		read -r pid folder <was
		no_session "$pid"
		[ ! -e "$folder" ]
	done
}

@test "a script that is ended while it starts a server leaves nothing" {
	local shell pid

	for shell in "${shells[@]}"; do
		run harness "$shell" <<-'END'
			before() { kill -s TERM $$; }
			S_SERVER_DIR=$PWD
			S_SERVER_BEFORE=before s_server_start -nocert
			echo 'the script went on'
		END
		assert_equal "$status" 143
		assert_lacks "$output" 'the script went on'
		for pid in $(pgrep -x s_server); do
			[ "$(readlink "/proc/$pid/cwd")" != "$PWD" ]
		done
	done
}

@test "a script that is ended leaves nothing" {
	local shell

	for shell in "${shells[@]}"; do
		rm -f was
		cat >script <<-END
			. $HARNESS/s_server.bash
			s_server_trap
			s_server_start
			echo "\$S_SERVER_PID \$S_SERVER_DIR" >was
			while :; do sleep 0.1; done
		END
		# shellcheck disable=SC2086 # with options
		launch harness env -u BATS_TEST_TMPDIR -u BATS_FILE_TMPDIR \
		    $shell script
		wait_for 10 test -s was
		kill -s TERM "${PIDS[harness]}"
		wait_exit harness
		assert_equal "$STATUS" 143
		read -r pid folder <was
		no_session "$pid"
		[ ! -e "$folder" ]
	done
}

@test "the stock program can be in its place" {
	local shell program

	for program in "$OPENSSL s_server" "$ROOT/scripts/openssl s_server"; do
		for shell in "${shells[@]}"; do
			SERVER=$S_SERVER
			export S_SERVER="$program"
			run harness "$shell" <<-'END'
				s_server_start
				openssl s_client -connect "$S_SERVER_ADDRESS" \
				    </dev/null >/dev/null 2>&1
				s_server_expect 10 'CIPHER is'
				s_server_start -n quiet -quiet -www
				curl -sk "https://$S_SERVER_ADDRESS" >page
				grep -q Cipher page
				s_server_stop -n quiet
				s_server_stop
			END
			assert_equal "$output" ''
			assert_equal "$status" 0
			S_SERVER=$SERVER
		done
	done
	S_SERVER="$OPENSSL s_server"
	fails_with 's_server_stat: server has no statistics: the stock' <<-'END'
		s_server_start
		s_server_stat handshakes.finished
		echo 'the script went on'
	END
	fails_with 's_server_reload: server is the stock program' <<-'END'
		s_server_start
		s_server_reload
		echo 'the script went on'
	END
}

@test "servers of -dtls, -unix, -naccept, -options and of any address" {
	local shell

	for shell in "${shells[@]}"; do
		run harness "$shell" <<-'END'
			s_server_start -accept 0 -naccept 1
			case $S_SERVER_ADDRESS in
			'[::1]:'[1-9]* | 127.0.0.1:[1-9]*) ;;
			*) false ;;
			esac
			openssl s_client -connect "$S_SERVER_ADDRESS" \
			    </dev/null >/dev/null 2>&1
			s_server_wait
			s_server_start -dtls
			s_server_stop -s INT
			s_server_start -unix socket -brief
			[ "$S_SERVER_ADDRESS" = socket ]
			[ -z "$(s_server_port)" ]
			s_server_stop -s QUIT
			printf 'unix %s\nquiet\n' "$PWD/more" >options
			s_server_start -options options
			[ "$S_SERVER_ADDRESS" = "$PWD/more" ]
			s_server_stop
		END
		assert_equal "$output" ''
		assert_equal "$status" 0
	done
}

# Bats inside of Bats.
inner_bats() # file
{
	sed -i 's/^%/@/' "$1"
	without_bats timeout $((60 * SLOW)) bats --tap "$1" </dev/null 3>&-
}

@test "Bats: a server of the file, one of a test, and a test that fails" {
	mkdir libraries
	ln -s "$HARNESS" libraries/s_server
	cat >inner.bats <<-'END'
		bats_load_library s_server
		setup_file() {
			s_server_start -www
			export FILE_PORT=$S_SERVER_PORT
		}
		teardown() { s_server_cleanup; }
		teardown_file() { s_server_stop; }
		%test "of the file" {
			curl -sk "https://127.0.0.1:$FILE_PORT/" | grep -q Cipher
			s_server_expect_stat 5 handshakes.finished 1
			run s_server_stat no.such
			[ "$status" -eq 1 ]
		}
		%test "of a test" {
			s_server_start -n own
			echo "$S_SERVER_PID" >>"$PIDS_FILE"
			[ "$(s_server_port)" = "$FILE_PORT" ]
			run s_server_stop -n own
			[ "$status" -eq 0 ]
		}
		%test "fails" {
			s_server_start -n own
			echo "$S_SERVER_PID" >>"$PIDS_FILE"
			s_server_expect -n own 0 'never'
		}
		%test "forgets to stop it" {
			run s_server_start -n own
			[ "$status" -eq 0 ]
			s_server_pid -n own >>"$PIDS_FILE"
		}
	END
	PIDS_FILE=$PWD/pids BATS_LIB_PATH=$PWD/libraries run inner_bats inner.bats
	assert_equal "$(grep -E '^(not )?ok' <<<"$output")" \
	    'ok 1 of the file
ok 2 of a test
not ok 3 fails
ok 4 forgets to stop it'
	assert_contains "$output" 's_server_expect: own: no line matches within 0 s'
	assert_contains "$output" 'ACCEPT 127.0.0.1:'
	assert_equal "$(wc -l <pids)" 3
	no_sessions <pids
}

@test "Bats: load s_server, and a crash that teardown_file notices" {
	cp "$HARNESS/s_server.bash" .
	cat >inner.bats <<-'END'
		load s_server
		setup_file() { s_server_start; }
		teardown_file() { s_server_stop; }
		%test "kills it" {
			kill -KILL "$(s_server_pid)"
		}
	END
	run inner_bats inner.bats
	assert_equal "$status" 1
	assert_contains "$output" 's_server_stop: server was ended by signal 9'
}

# The block of this language that names the library.
readme_block() # language
{
	awk -v begin="^\`\`\`$1\$" '
	$0 ~ begin { inside = 1; text = ""; next }
	/^```$/ { if (inside && text ~ /s_server/) printf "%s", text; inside = 0 }
	inside { text = text $0 "\n" }' "$ROOT/README.md"
}

# As "make install" lays it out.
installed()
{
	mkdir -p prefix/bin prefix/share/s_server
	ln -sf "$S_SERVER" prefix/bin/s_server
	cp "$HARNESS"/* prefix/share/s_server
}

@test "README's script runs in the tree and from an installed copy" {
	local shell

	installed
	readme_block bash >example
	for shell in "${shells[@]}"; do
		for S_SERVER_HARNESS in "$HARNESS" "$PWD/prefix/share/s_server"; do
			export S_SERVER_HARNESS
			# shellcheck disable=SC2086 # with options
			PATH=$PWD/prefix/bin:$PATH run without_bats \
			    env -u S_SERVER timeout $((60 * SLOW)) $shell example
			assert_equal "$output" '50 clients were served'
			assert_equal "$status" 0
		done
	done
}

@test "README's Bats file runs in the tree and from an installed copy" {
	installed
	readme_block bats >inner.bats
	# Other authorities than that of the example, on each machine.
	unset SSL_CERT_FILE
	export CURL_CA_BUNDLE=$CERTS/ca.pem
	BATS_LIB_PATH=$PWD/prefix/share run env -u S_SERVER bash -c '
	    '"$(declare -f inner_bats without_bats)"'; inner_bats inner.bats'
	assert_equal "$(grep -cE '^ok' <<<"$output")" 2
	assert_equal "$status" 0
	sed -i "s,^bats_load_library .*,bats_load_library $HARNESS/load.bash," \
	    inner.bats
	run inner_bats inner.bats
	assert_equal "$(grep -cE '^ok' <<<"$output")" 2
	assert_equal "$status" 0
}

@test "the manual describes each function and variable" {
	local name page=$ROOT/man/s_server-harness.7

	while read -r name; do
		grep -q "^\.It Ic .*$name\b" "$page" || fail "not described: $name"
	done < <(sed -n 's/^\(s_server_[a-z_]*\)().*/\1/p' \
	    "$HARNESS/s_server.bash")
	while read -r name; do
		[[ $name == S_SERVER_KIND ]] || grep -q "^\.It Ev .*$name\b" "$page" ||
		    fail "not described: $name"
	done < <(grep -o 'S_SERVER_[A-Z]*' "$HARNESS/s_server.bash" | sort -u)
	mandoc -T lint -W warning "$page"
}
