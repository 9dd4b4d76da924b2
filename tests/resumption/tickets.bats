# Session tickets: the keys that seal them, when these change, and key files
# that several servers share.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # set by or for the helpers

load ../lib/helpers

# Ends when the server closes, and so has read the tickets of TLS 1.3.
fetch() # option of s_client...
{
	printf 'GET / HTTP/1.0\r\n\r\n' | client -ign_eof "$@" 2>&1
}

# The same from one of several servers.
fetch_from() # port, option of s_client...
{
	local CLIENT_PORT=$1

	shift
	fetch "$@"
}

# What s_client prints of a session, of the file of -sess_out.
session() # file
{
	"$OPENSSL" sess_id -in "$1" -noout -text
}

# In such a text the last ticket, as a dump.
ticket_in() # text
{
	awk '/^ *0000 - / { ticket = "" }
	    /^ *[0-9a-f]+0 - / { ticket = ticket $0 "\n" }
	    END { printf "%s", ticket }' <<<"$1"
}

# The name of the key, which begins the ticket (RFC 5077, section 4).
sealed_with() # text
{
	ticket_in "$1" | sed -n 's/^ *0000 - \(.\{47\}\).*/\1/p' | tr -d ' -'
}

# When the session began, as the server's page has it.
start_time() # text
{
	sed -n 's/^ *Start Time: \([0-9]*\).*/\1/p' <<<"$1" | tail -n 1
}

key_name() # file with a key
{
	od -An -v -tx1 -N 16 "$1" | tr -d ' \n'
}

make_key() # file, bytes
{
	(umask 077 && head -c "$2" /dev/urandom >"$1")
}

# Are new tickets sealed with another key than this one?
seals_otherwise() # name of a key, option of s_client...
{
	local key=$1

	shift
	OTHER=$(sealed_with "$(fetch "$@")")
	[ "$OTHER" != "$key" ]
}

reused() # port, option of s_client...
{
	assert_contains "$(fetch_from "$@")" 'Reused, TLSv1.'
}

not_reused() # port, option of s_client...
{
	assert_contains "$(fetch_from "$@")" 'New, TLSv1.'
}

### Rotation

# covers: -ticket_rotate
@test "after rotations tickets resume on every worker, and are renewed" {
	local version key i page served

	for version in -tls1_2 -tls1_3; do
		start_server -www -label -workers 3 -ticket_rotate 1 \
		    -session_timeout 60
		key=$(sealed_with "$(fetch $version -sess_out first)")
		for i in 1 2; do
			wait_for 10 seals_otherwise "$key" $version
			key=$OTHER
		done
		served=
		for i in 1 2 3; do
			page=$(fetch $version -sess_in first)
			assert_contains "$page" 'Reused, TLSv1.'
			[ "$(sealed_with "$page")" != \
			    "$(sealed_with "$(session first)")" ]
			served+=$(sed -n 's/^Worker: //p' <<<"$page")
		done
		assert_matches "$served" '^(123|231|312|132|213|321)$'
		stop_server
	done
}

@test "-ticket_rotate 0: the key stays, and TLS 1.2 keeps its ticket" {
	local first12 first13 second12 second13

	start_server -www -workers 2 -ticket_rotate 0 -session_timeout 60
	first12=$(fetch -tls1_2 -sess_out first12)
	first13=$(fetch -tls1_3 -sess_out first13)
	sleep 1.5
	second12=$(fetch -tls1_2 -sess_in first12)
	second13=$(fetch -tls1_3 -sess_in first13)
	assert_contains "$second12" 'Reused, TLSv1.2'
	assert_contains "$second13" 'Reused, TLSv1.3'
	assert_equal "$(ticket_in "$second12")" "$(ticket_in "$first12")"
	[ "$(ticket_in "$second13")" != "$(ticket_in "$first13")" ]
	assert_equal "$(sealed_with "$second13")" "$(sealed_with "$first13")"
	assert_equal "$(sealed_with "$first13")" "$(sealed_with "$first12")"
}

# s_client goes on with the session that it has in the end: the last of its
# connections offers the renewed ticket.
@test "a renewed TLS 1.2 ticket resumes, and makes the session no younger" {
	local first page

	start_server -www -workers 2 -ticket_rotate 1 -session_timeout 60
	first=$(fetch -tls1_2 -sess_out first)
	sleep 1.2
	wait_for 10 seals_otherwise "$(sealed_with "$first")" -tls1_2
	page=$(fetch -tls1_2 -sess_in first -reconnect)
	assert_contains "$page" 'Reused, TLSv1.2'
	assert_lacks "$page" 'New, TLSv1.2'
	[ "$(sealed_with "$page")" != "$(sealed_with "$first")" ]
	assert_equal "$(start_time "$page")" "$(start_time "$first")"
}

@test "a TLS 1.3 ticket of a session that was resumed is as young as that" {
	local first page

	start_server -www -workers 2 -ticket_rotate 1 -session_timeout 60
	first=$(fetch -tls1_3 -sess_out first)
	sleep 1.2
	page=$(fetch -tls1_3 -sess_in first -sess_out second)
	assert_contains "$page" 'Reused, TLSv1.3'
	[ "$(start_time "$page")" -gt "$(start_time "$first")" ]
	reused "$PORT" -tls1_3 -sess_in second
}

@test "no ticket resumes after its lifetime" {
	start_server -www -workers 2 -ticket_rotate 1 -session_timeout 2
	fetch -tls1_2 -sess_out first >/dev/null
	sleep 3.5
	not_reused "$PORT" -tls1_2 -sess_in first
}

@test "a rotation that a stopped master missed is done late" {
	local key page

	start_server -www -workers 2 -ticket_rotate 1 -session_timeout 60
	kill -STOP "$SERVER_PID"
	key=$(sealed_with "$(fetch -tls1_2 -sess_out first)")
	sleep 2.5
	# Workers go on with the keys that they have.
	assert_equal "$(sealed_with "$(fetch -tls1_2)")" "$key"
	kill -CONT "$SERVER_PID"
	wait_for 5 seals_otherwise "$key" -tls1_2
	page=$(fetch -tls1_2 -sess_in first)
	assert_contains "$page" 'Reused, TLSv1.2'
	[ "$(sealed_with "$page")" != "$key" ]
}

# Workers die in the middle of whatever they do, and a new key comes every
# second; a connection that died may be tried again, but must then be resumed.
all_resume_while_rotating() # kind of tls_load
{
	local i pid pairs

	start_server -workers 4 -ticket_rotate 1 -session_timeout 60
	tls_load --duration 4 --parallel 20 --retry --resume "$1" >said 2>&1 &
	LOADS+=($!)
	for i in 1 2 3 4 1 2 3 4 1 2; do
		sleep 0.4
		pid=$(worker "$i")
		[ -z "$pid" ] || kill -KILL "$pid"
	done
	wait "${LOADS[@]}" || :
	LOADS=()
	echo "# $(tail -n 1 said)" >&3
	pairs=$(sed -n 's/^ok \([0-9]*\) .*/\1/p' said)
	[ "${pairs:-0}" -ge 100 ] || fail "$(<said)"
	assert_contains "$(<said)" "ok $pairs failed 0 resumed $pairs "
	stop_server
}

@test "all resume while workers are killed and keys rotate" {
	all_resume_while_rotating ticket
	all_resume_while_rotating tls13
}

@test "a rotation for which 64 keys are too few is refused" {
	cannot_start '-ticket_rotate 116: at least 117 for tickets that live 7200 seconds' \
	    -ticket_rotate 116
	cannot_start '-ticket_rotate 1: at least 2 for tickets that live 62 seconds' \
	    -ticket_rotate 1 -session_timeout 62
	start_server -ticket_rotate 117
	stop_server
	start_server -ticket_rotate 1 -session_timeout 61
	stop_server
	# Without the option it is as long as need be.
	start_server -session_timeout 100000000
}

### Randomness

# An engine whose random bytes are always the same, so that the keys are, too.
fixed_random()
{
	needs_engines
	FIXED=$BUILD/tests/load/fixed_random.so
	[ -e "$FIXED" ] || skip 'make load builds it'
}

# One server after another: does the second resume the first one's session?
# A cookie, a certificate and session IDs are made with it on the way.
resumes_of_last() # start_server or start_stock, name, option of s_client...
{
	local start=$1 name=$2 port

	shift 2
	for session in -sess_out -sess_in; do
		"$start" -www -engine "$FIXED" || return 1
		[ "$name" = server ] && port=$PORT || port=$STOCK_PORT
		page=$(fetch_from "$port" "$session" "$name-session" "$@")
		end_process "$name"
	done
	assert_contains "$page" 'Reused, TLSv1.'
}

@test "an engine that replaces all randomness makes the ticket keys, too" {
	local version

	fixed_random
	for version in -tls1_2 -tls1_3; do
		resumes_of_last start_stock stock $version
		resumes_of_last start_server server $version
	done
}

@test "without randomness for a new ticket key the old ones go on" {
	local key

	fixed_random
	FIXED_RANDOM_ENDS=$PWD/end start_server -www -workers 2 \
	    -ticket_rotate 1 -session_timeout 60 -engine "$FIXED"
	fetch -tls1_2 -sess_out first >/dev/null
	: >end
	wait_for 10 file_has server.err 'the ticket keys are not rotated'
	assert_contains "$(server_err)" 's_server: cannot make random bytes'
	rm end
	reused "$PORT" -tls1_2 -sess_in first
	stop_server
}

### Key files

# One clear line, and status 1.
cannot_start() # message, option...
{
	local message=$1

	shift
	run_server -accept 127.0.0.1:0 -cert "$CERTS/server.pem" \
	    -key "$CERTS/server-key.pem" "$@"
	assert_equal "$status" 1 || return 1
	assert_equal "$stderr" "s_server: $message"
}

# Two servers; sessions of each are offered to the other.
start_two() # options of the first one, of the second one
{
	local options

	read -ra options <<<"$1"
	start_named one -www -workers 2 "${options[@]}"
	ONE=$PORT
	read -ra options <<<"$2"
	start_named two -www -workers 2 "${options[@]}"
	TWO=$PORT
}

end_two()
{
	end_process one
	end_process two
	assert_nothing_left
}

exchange() # reused or not_reused, option of s_client...
{
	local said=$1 version

	shift
	for version in -tls1_2 -tls1_3; do
		fetch_from "$ONE" $version "$@" -sess_out one.session >/dev/null
		fetch_from "$TWO" $version "$@" -sess_out two.session >/dev/null
		"$said" "$TWO" $version "$@" -sess_in one.session
		"$said" "$ONE" $version "$@" -sess_in two.session
	done
}

@test "servers that share a key file resume each other's sessions" {
	local size

	for size in 48 80; do
		make_key shared $size
		start_two '-ticket_keys shared' '-ticket_keys shared'
		exchange reused
		assert_equal "$(sealed_with "$(session one.session)")" "$(key_name shared)"
		end_two
	done
	start_two '-ticket_keys shared' ''
	exchange not_reused
}

# covers: -ticket_keys -ticket_keys_format
@test "the order of the parts is nginx's or Apache's" {
	make_key nginx 48
	{
		head -c 16 nginx
		tail -c 16 nginx
		head -c 32 nginx | tail -c 16
	} >apache
	chmod 600 apache
	start_two '-ticket_keys nginx' \
	    '-ticket_keys apache -ticket_keys_format apache'
	exchange reused
	end_two
	start_two '-ticket_keys nginx -ticket_keys_format nginx' \
	    '-ticket_keys apache'
	exchange not_reused
}

@test "the first file seals, the others open and are renewed" {
	local version key page

	make_key old 48
	make_key older 80
	make_key new 80
	for key in older old; do
		for version in -tls1_2 -tls1_3; do
			start_server -www -ticket_keys $key
			fetch $version -sess_out "$key$version" >/dev/null
			stop_server
		done
	done
	start_server -www -workers 2 -ticket_keys new -ticket_keys old \
	    -ticket_keys older
	for key in old older; do
		for version in -tls1_2 -tls1_3; do
			page=$(fetch $version -sess_in "$key$version")
			assert_contains "$page" 'Reused, TLSv1.'
			assert_equal "$(sealed_with "$page")" "$(key_name new)"
		done
	done
	stop_server
	start_server -www -ticket_keys new
	for version in -tls1_2 -tls1_3; do
		not_reused "$PORT" $version -sess_in "old$version"
	done
}

@test "64 files are taken, and no more" {
	local i options=()

	for i in {1..65}; do
		make_key "key$i" 80
		options+=(-ticket_keys "key$i")
	done
	start_server -www -ticket_keys key64
	fetch -tls1_2 -sess_out session >/dev/null
	stop_server
	start_server -www "${options[@]:0:128}"
	reused "$PORT" -tls1_2 -sess_in session
	stop_server
	cannot_start '-ticket_keys key65: only 64 keys may be given' \
	    "${options[@]}"
}

# A handshake begins in the first context, whichever it ends in.
@test "tickets of the second context are sealed with the keys of the files" {
	local two="-servername other.example -cert2 $CERTS/server2.pem"

	two+=" -key2 $CERTS/server2-key.pem"
	make_key shared 80
	start_two "-ticket_keys shared $two" "-ticket_keys shared $two"
	exchange reused -servername other.example
	assert_equal "$(sealed_with "$(session one.session)")" "$(key_name shared)"
}

@test "with -no_ticket there are none, whatever the keys" {
	make_key shared 80
	start_two '-ticket_keys shared -no_ticket' '-ticket_keys shared'
	assert_equal "$(ticket_in "$(fetch_from "$ONE" -tls1_2)")" ''
	fetch_from "$TWO" -tls1_2 -sess_out session >/dev/null
	not_reused "$ONE" -tls1_2 -sess_in session
	# As wide as a session ID, and found in the cache.
	fetch_from "$ONE" -tls1_3 -sess_out session >/dev/null
	assert_equal "$(ticket_in "$(session session)" | wc -l)" 2
	reused "$ONE" -tls1_3 -sess_in session
}

@test "a key file that is no good is named" {
	local size

	make_key good 80
	: >empty
	mkdir folder
	mkfifo fifo
	for size in 0 1 47 49 79 81 5000; do
		make_key "key$size" $size
		cannot_start "-ticket_keys key$size: $size bytes, not 48 or 80" \
		    -ticket_keys "key$size"
	done
	cannot_start '-ticket_keys none: No such file or directory' \
	    -ticket_keys none
	cannot_start '-ticket_keys good/x: Not a directory' -ticket_keys good/x
	cannot_start '-ticket_keys folder: not a regular file' \
	    -ticket_keys folder
	cannot_start '-ticket_keys fifo: not a regular file' -ticket_keys fifo
	cannot_start '-ticket_keys /dev/zero: not a regular file' \
	    -ticket_keys /dev/zero
	cannot_start '-ticket_keys none: No such file or directory' \
	    -ticket_keys good -ticket_keys none
	cannot_start '-ticket_keys good: 80 bytes, not 48' -ticket_keys good \
	    -ticket_keys_format apache
	if [ "$(id -u)" -ne 0 ]; then
		chmod 000 good
		cannot_start '-ticket_keys good: Permission denied' \
		    -ticket_keys good
	fi
}

@test "a key file that others may read gets a warning" {
	local mode

	make_key key 80
	for mode in 640 604; do
		chmod $mode key
		start_server -ticket_keys key
		assert_contains "$(server_err)" \
		    's_server: -ticket_keys key: warning: others than its owner may read it'
		stop_server
	done
	chmod 600 key
	start_server -ticket_keys key
	assert_equal "$(server_err)" ''
}

@test "keys of files do not rotate" {
	make_key key 80
	cannot_start '-ticket_rotate 600: keys of -ticket_keys do not rotate' \
	    -ticket_keys key -ticket_rotate 600
	start_server -www -ticket_keys key -ticket_rotate 0 -session_timeout 1
	sleep 1.2
	assert_equal "$(sealed_with "$(fetch -tls1_2)")" "$(key_name key)"
}

### The context

# covers: -context_hex
@test "a session resumes under its context, however that is written" {
	make_key shared 80
	start_two '-ticket_keys shared -context one' \
	    '-ticket_keys shared -context_hex 6f6E65'
	exchange reused
	assert_contains "$(fetch_from "$TWO" -tls1_2)" 'Session-ID-ctx: 6F6E65'
	end_two
	start_two '-ticket_keys shared' '-ticket_keys shared -context_hex 00'
	exchange not_reused
	end_two
	start_server -www -context_hex "$(printf '%062x' 10)fF"
	assert_contains "$(fetch -tls1_2)" \
	    "Session-ID-ctx: $(printf '%062X' 10)FF"
}

### nginx

fetch_from_nginx() # option of s_client...
{
	printf 'GET / HTTP/1.0\r\n\r\n' | timeout $((10 * SLOW)) "$OPENSSL" \
	    s_client -unix nginx.sock -ign_eof "$@" 2>&1 3>&-
}

# The command of the manual page, for the certificate in cert.pem.
nginx_context()
{
	awk '/^context=\$\(/ { inside = 1 }
	    inside { print }
	    inside && /cut -d/ { exit }' "$ROOT/man/s_server.1" >context.sh
	cp "$CERTS/server.pem" cert.pem
	bash -c '. ./context.sh; echo "$context"'
}

@test "sessions of nginx resume on ours, and ours on nginx" {
	local size version context

	context=$(nginx_context)
	assert_matches "$context" '^[0-9a-f]{40}$'
	for size in 48 80; do
		make_key shared $size
		start_nginx nginx "ssl_session_ticket_key $PWD/shared"
		start_server -www -workers 2 -ticket_keys shared \
		    -context_hex "$context"
		for version in -tls1_2 -tls1_3; do
			assert_contains "$(fetch_from_nginx $version \
			    -sess_out nginx.session)" 'New, TLSv1.'
			assert_equal "$(sealed_with "$(session nginx.session)")" \
			    "$(key_name shared)"
			reused "$PORT" $version -sess_in nginx.session
			reused "$PORT" $version -sess_in nginx.session
			fetch $version -sess_out our.session >/dev/null
			assert_contains "$(fetch_from_nginx $version \
			    -sess_in our.session)" 'Reused, TLSv1.'
		done
		end_process nginx
		stop_server
	done
	# The context is what it takes.
	start_nginx nginx "ssl_session_ticket_key $PWD/shared"
	start_server -www -ticket_keys shared
	fetch_from_nginx -tls1_3 -sess_out nginx.session >/dev/null
	not_reused "$PORT" -tls1_3 -sess_in nginx.session
}
