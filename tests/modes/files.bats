# -WWW and -HTTP: files of the current folder.

# shellcheck disable=SC2016,SC2153,SC2154 # expanded or set by the helpers

load ../lib/helpers

setup()
{
	common_setup
	printf 'hello\n' >a.txt
	printf '<b>bold</b>\n' >page.html
	printf '<b>bold</b>\n' >page.htm
	printf '<?php ?>\n' >page.php
	printf 'HTTP/1.0 404 no\r\nContent-type: x/y\r\n\r\nnot here\n' >own
	: >empty
	: >.html
	printf 'dots\n' >..a
	mkdir folder
	printf 'inside\n' >folder/file
	ln -s a.txt link
	mkfifo fifo
}

# The library's error line names the source of the file that raised it: theirs
# BIO_new_file, ours our own.
source_of_error()
{
	sed -E 's/^(THREAD:error:[^:]*:[^:]*:)[^:]*:([^:]*:)[^:]*:LINE:/\1\2/' |
	    tr -d '\r'
}

answer_as_stock() # mode and other options, request
{
	same_as_stock -f request_scenario -m source_of_error "$1" '' "$2"
}

# covers: -WWW
@test "present files, with the type by their names" {
	local file

	for file in a.txt page.html page.htm page.php folder/file empty \
	    ..a .html link; do
		answer_as_stock -WWW "GET /$file HTTP/1.0\\r\\n\\r\\n" ||
		    fail "$file"
		assert_contains "$(server_err)" "FILE:$file"
	done
	answer_as_stock -WWW 'GET /page.html HTTP/1.0\r\n'
	assert_contains "$(<server.client)" 'Content-type: text/html'
}

# covers: -HTTP
@test "-HTTP adds no header of its own" {
	answer_as_stock -HTTP 'GET /own HTTP/1.0\r\n\r\n'
	assert_contains "$(<server.client)" 'HTTP/1.0 404 no'
	assert_lacks "$(<server.client)" '200 ok'
	answer_as_stock -HTTP 'GET /a.txt HTTP/1.0\r\n\r\n'
	assert_equal "$(<server.client)" hello
}

@test "missing files" {
	answer_as_stock -WWW 'GET /missing HTTP/1.0\r\n\r\n'
	assert_contains "$(<server.client)" "Error opening 'missing' mode='r'"
	answer_as_stock -HTTP 'GET /missing HTTP/1.0\r\n\r\n'
	assert_contains "$(<server.client)" '200 ok'
	answer_as_stock -WWW 'GET / HTTP/1.0\r\n'
	answer_as_stock -WWW 'GET /a.txt/x HTTP/1.0\r\n'
}

@test "folders" {
	answer_as_stock -WWW 'GET /folder HTTP/1.0\r\n'
	assert_contains "$(<server.client)" "'folder' is a directory"
	answer_as_stock -HTTP 'GET /folder/ HTTP/1.0\r\n'
	answer_as_stock -WWW 'GET /. HTTP/1.0\r\n'
}

@test "no way out of the folder" {
	local path

	for path in .. ../x folder/.. folder/../../x folder/../a.txt a:b :; do
		answer_as_stock -WWW "GET /$path HTTP/1.0\\r\\n" ||
		    fail "$path"
		assert_contains "$(<server.client)" "contains '..' or ':'"
	done
	answer_as_stock -HTTP 'GET //etc/passwd HTTP/1.0\r\n'
	assert_contains "$(<server.client)" 'is an invalid path'
	answer_as_stock -WWW 'GET /\\etc HTTP/1.0\r\n'
	answer_as_stock -WWW 'GET /folder\\..\\x HTTP/1.0\r\n'
}

@test "request lines that are none" {
	answer_as_stock -WWW 'GET /a.txt\r\n'
	assert_contains "$(<server.client)" 'is an invalid file name'
	answer_as_stock -HTTP 'GET /a.txt\n'
	answer_as_stock -WWW 'POST /x\nGET x\nGET\n\nGET /a.txt HTTP/1.0\n'
	assert_contains "$(<server.client)" hello
}

@test "GET /stats is the status page with -WWW and a file with -HTTP" {
	answer_as_stock -WWW 'GET /stats HTTP/1.0\r\n'
	assert_contains "$(<server.client)" '</pre></BODY></HTML>'
	answer_as_stock -HTTP 'GET /stats HTTP/1.0\r\n'
	assert_contains "$(<server.client)" "Error opening 'stats'"
}

@test "a path of 16 KiB and more" {
	local path

	path=$(head -c 40000 /dev/zero | tr '\0' a)
	answer_as_stock -WWW "GET /$path HTTP/1.0\\r\\n"
	assert_contains "$(<server.client)" 'is an invalid file name'
}

# The stock program answers neither (http-methods).
@test "HEAD gets the head of a file with its length, and POST is refused" {
	start_server -WWW
	head_of page.html "HTTP/1.0 200 ok
Content-type: text/html
Content-length: 12
"
	head_of empty "HTTP/1.0 200 ok
Content-type: text/plain
Content-length: 0
"
	head_of folder "HTTP/1.0 200 ok
Content-type: text/plain
Content-length: 25
"
	is_refused -X POST --data-binary @page.html
	is_refused -X PUT -T page.html
	is_refused -X POST -d "$(head -c 60000 /dev/zero | tr '\0' a)"
	run -0 fetch_with page.html -X GET
	assert_equal "$output" '<b>bold</b>'
	stop_server
	start_server -HTTP
	head_of own "HTTP/1.0 404 no
Content-type: x/y
"
	is_refused -X POST --data-binary @page.html
	# A file without a head has none to show.
	run -52 fetch_with a.txt -I
	run -0 talk_until_end 'HEAD /own HTTP/1.0\r\n\r\n'
	assert_equal "$output" $'HTTP/1.0 404 no\r\nContent-type: x/y\r\n\r'
	run -0 talk_until_end 'HEAD /page.html HTTP/1.0\r\n\r\n'
	assert_equal "$output" ''
	# One that begins like a head.
	echo 'HTTPS is no head' >almost
	run -0 talk_until_end 'HEAD /almost HTTP/1.0\r\n\r\n'
	assert_equal "$output" ''
}

@test "a head of a file ends, however long it is" {
	{
		printf 'HTTP/1.0 200 ok\r\nX: '
		head -c 1000000 /dev/zero | tr '\0' a
	} >endless
	printf 'HTTP/1.0 200 ok\nX: a\n\nX: b\n\n' >lines
	start_server -HTTP
	run -0 talk_until_end 'HEAD /endless HTTP/1.0\r\n\r\n'
	assert_equal "${#output}" 16384
	run -0 talk_until_end 'HEAD /lines HTTP/1.0\r\n\r\n'
	assert_equal "$output" 'HTTP/1.0 200 ok
X: a'
}

# A method that never ends is no reason to wait.
@test "a request of another method may be of any length" {
	local path

	path=$(head -c 40000 /dev/zero | tr '\0' a)
	start_server -WWW
	run -0 talk_until_end "POST /$path HTTP/1.0\\r\\n\\r\\n"
	assert_contains "$output" '501 Not Implemented'
}

fetch_with() # path, option of curl...
{
	local path=$1

	shift
	timeout $((10 * SLOW)) curl -sS -k "$@" "https://127.0.0.1:$PORT/$path"
}

head_of() # path, what comes
{
	run -0 fetch_with "$1" -I
	assert_equal "$output" "${2//$'\n'/$'\r\n'}"$'\r'
}

is_refused() # option of curl...
{
	run -0 fetch_with page.html -i "$@"
	assert_matches "$output" '^HTTP/1.0 501 Not Implemented'
	assert_contains "$output" 'Allow: GET, HEAD'
	assert_lacks "$output" bold
}

# All that the server says to a request, until it closes.
talk_until_end() # request
{
	printf '%b' "$1" | client -quiet 2>/dev/null
}

@test "-quiet does not name the files" {
	answer_as_stock '-WWW -quiet' 'GET /a.txt HTTP/1.0\r\n'
	assert_equal "$(server_err)" ''
}

@test "a device is refused at once (files-only)" {
	start_server -WWW -workers 1
	ln -s /dev/zero zero
	run -0 get_file zero
	assert_contains "$output" "Error opening 'zero' mode='r'"
}

# Its writer comes when the server has it open, or before.
fifo_scenario() # name, client option...
{
	local name=$1

	shift
	mkfifo "$name.fifo"
	[ -z "${EARLY:-}" ] || launch "$name-writer" sh -c "echo one >$name.fifo"
	client_start "$name-client" -quiet "$@"
	type_to "$name-client" "GET /$name.fifo HTTP/1.0\r\n\r\n"
	[ -n "${EARLY:-}" ] ||
	    launch "$name-writer" sh -c "{ echo one; sleep 0.3; echo two; } \
		>$name.fifo"
	wait_exit "$name-client"
	wait_exit "$name-writer"
	cat "$name-client.out"
}

hide_fifo()
{
	sed 's/^\(FILE:\).*/\1/'
}

@test "a FIFO is served as the stock program serves it" {
	local mode

	for mode in -WWW -HTTP; do
		rm -f ./*.fifo
		same_as_stock -f fifo_scenario -m hide_fifo "$mode"
		assert_contains "$(<server.client)" 'one
two'
		rm -f ./*.fifo
		EARLY=yes same_as_stock -f fifo_scenario -m hide_fifo "$mode"
		assert_contains "$(<server.client)" one
	done
}

start_get() # name, path
{
	client_start "$1" -quiet
	type_to "$1" "GET /$2 HTTP/1.0\\r\\n\\r\\n"
	wait_for 10 file_has server.err "FILE:$2"
}

@test "others are served while a FIFO has no writer, and while it is slow" {
	local i feed

	start_server -WWW -workers 1
	start_get slow fifo
	run -0 get_file a.txt
	assert_contains "$output" hello
	exec {feed}>fifo
	for i in 1 2 3 4 5; do
		echo "piece $i" >&"$feed"
		wait_for 10 file_has slow.out "piece $i"
		run -0 get_file a.txt
		assert_contains "$output" hello
	done
	exec {feed}>&-
	wait_exit slow
	assert_equal "$(tr -d '\r' <slow.out)" "HTTP/1.0 200 ok
Content-type: text/plain

$(printf 'piece %d\n' 1 2 3 4 5)"
}

@test "a writer that says nothing ends the answer" {
	start_server -HTTP -workers 1
	start_get none fifo
	: >fifo
	wait_exit none
	assert_equal "$(<none.out)" ''
}

@test "much comes through a FIFO, in order, to a client that reads late" {
	local writer

	head -c 2000000 /dev/urandom >large
	start_server -HTTP -workers 1
	cat large >fifo 3>&- &
	writer=$!
	run -0 read_late /fifo
	wait "$writer"
	assert_equal "$output" 2000000
	cat large >fifo 3>&- &
	writer=$!
	timeout $((30 * SLOW)) curl -sk --http0.9 -o got \
	    "https://127.0.0.1:$PORT/fifo"
	wait "$writer"
	cmp large got
}

# How many descriptors the only worker has open for a file.
open_files() # path
{
	find "/proc/$(worker 1)/fd" -lname "$PWD/$1" 2>/dev/null | wc -l
}

opens() # count, path
{
	[ "$(open_files "$2")" -eq "$1" ]
}

@test "a client that leaves before a writer comes takes nothing from the next" {
	local signal

	start_server -WWW -workers 1
	for signal in TERM KILL; do
		: >server.err
		start_get leaves fifo
		opens 1 fifo
		end_process leaves "$signal"
		wait_for 10 opens 0 fifo
	done
	# One that says goodbye leaves, too.
	: >server.err
	client_start polite
	type_to polite 'GET /fifo HTTP/1.0\r\n\r\n'
	wait_for 10 file_has server.err FILE:fifo
	client_end polite
	wait_for 10 opens 0 fifo
	: >server.err
	start_get stays fifo
	echo words >fifo
	wait_exit stays
	assert_contains "$(<stays.out)" words
	assert_equal "$(server_err)" FILE:fifo
}

@test "a client that leaves amid a FIFO ends it for the writer" {
	local feed

	start_server -WWW -workers 1
	start_get leaves fifo
	exec {feed}>fifo
	echo words >&"$feed"
	wait_for 10 file_has leaves.out words
	end_process leaves KILL
	wait_for 10 opens 0 fifo
	run ! sh -c "echo more >&$feed" 3>&-
	exec {feed}>&-
	run -0 get_file a.txt
	assert_contains "$output" hello
}

@test "a worker that is killed while it waits for a writer" {
	start_server -WWW -workers 1
	start_get waits fifo
	kill -KILL "$(worker 1)"
	wait_exit waits
	wait_for 10 has_workers 1
	: >server.err
	start_get next fifo
	echo words >fifo
	wait_exit next
	assert_contains "$(<next.out)" words
}

@test "many FIFOs wait at once, and are served in any order" {
	local i count=60

	start_server -WWW -workers 2 -quiet
	for ((i = 0; i < count; i++)); do
		mkfifo "fifo.$i"
		timeout $((60 * SLOW)) curl -sk -o "got.$i" \
		    "https://127.0.0.1:$PORT/fifo.$i" 3>&- &
		LOADS+=("$!")
	done
	run -0 get_file a.txt
	assert_contains "$output" hello
	# To open each waits for its reader.
	for ((i = count - 1; i >= 0; i--)); do
		# shellcheck disable=SC2016
		timeout $((30 * SLOW)) sh -c 'echo "words $1" >"fifo.$1"' \
		    feed "$i" 3>&-
	done
	wait "${LOADS[@]}"
	for ((i = 0; i < count; i++)); do
		assert_equal "$(<"got.$i")" "words $i"
	done
}

@test "the server ends, and -idle_timeout holds, while a FIFO is waited for" {
	start_server -WWW -workers 1 -idle_timeout 1
	start_get idle fifo
	wait_exit idle
	assert_contains "$(server_err)" 'ran out of -idle_timeout'
	opens 0 fifo
	stop_server
	start_server -WWW -workers 1
	start_get waits fifo
	stop_server
	wait_exit waits
}

@test "HEAD of a FIFO waits for no writer, but for the head of one's own" {
	start_server -WWW -workers 1
	head_of fifo "HTTP/1.0 200 ok
Content-type: text/plain
"
	stop_server
	start_server -HTTP -workers 1
	client_start head -quiet
	type_to head 'HEAD /fifo HTTP/1.0\r\n\r\n'
	printf 'HTTP/1.0 200 ok\r\nX: y\r\n\r\nbody' >fifo
	wait_exit head
	assert_equal "$(<head.out)" $'HTTP/1.0 200 ok\r\nX: y\r\n\r'
}

get_file() # path
{
	printf 'GET /%s HTTP/1.0\r\n\r\n' "$1" |
	    client -quiet 2>/dev/null | tr -d '\r'
}

@test "curl gets a large file whole, also many at once" {
	local i pids=()

	head -c 5000000 /dev/urandom >large
	start_server -WWW -workers 2 -cert_chain "$CERTS/chain.pem"
	for i in 1 2 3 4 5 6 7 8; do
		timeout $((30 * SLOW)) curl -sS --cacert "$CERTS/ca.pem" \
		    --resolve "localhost:$PORT:127.0.0.1" \
		    -o "got.$i" "https://localhost:$PORT/large" &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	for i in 1 2 3 4 5 6 7 8; do
		cmp large "got.$i"
	done
}

@test "a client that reads nothing of a large file costs bounded memory" {
	local hold

	truncate -s 300M large
	start_server -WWW -workers 1
	mkfifo unread
	exec {hold}<>unread
	launch reader timeout $((30 * SLOW)) bash -c "exec $hold>&-
		exec '$OPENSSL' s_client -quiet \
		    -connect 127.0.0.1:$PORT >unread"
	type_to reader 'GET /large HTTP/1.0\r\n\r\n'
	wait_for 10 file_has server.err 'FILE:large'
	sleep 0.5
	assert_memory 10000
	run -0 get_file a.txt
	assert_contains "$output" hello
	exec {hold}>&-
}

# Longer than a client that says nothing is waited for at the end.
read_late() # path
{
	timeout $((30 * SLOW)) "$BUILD/tests/load/late_reader" "$PORT" "$1" \
	    1500 3>&-
}

@test "a client that begins to read late gets all of a file" {
	truncate -s 20M large
	start_server -HTTP
	run -0 read_late /large
	assert_equal "$output" $((20 * 1024 * 1024))
}

# Not even of an answer that any kernel seems to take at once.
@test "a client that begins to read late gets all, though the kernel takes little" {
	head -c 12000 /dev/zero >small
	preload narrow
	start_server -HTTP
	run -0 read_late /small
	assert_equal "$output" 12000
}

@test "files opened in another mode, and by the kernel" {
	rows <<-'END'
	-http_server_binmode | -WWW -http_server_binmode | | \
		GET /none HTTP/1.0\r\n\r\n | scenario=request_scenario mask=source_of_error \
		has=mode='rb'
	-http_server_binmode | -HTTP -http_server_binmode | | \
		GET /none HTTP/1.0\r\n\r\n | scenario=request_scenario mask=source_of_error \
		has=fopen(none,\_rb)
	-http_server_binmode | -WWW | | \
		GET /none HTTP/1.0\r\n\r\n | scenario=request_scenario mask=source_of_error \
		has=mode='r'
	-http_server_binmode | -WWW -http_server_binmode | | \
		GET /a.txt HTTP/1.0\r\n\r\n | scenario=request_scenario mask=source_of_error has=hello
	-sendfile | -WWW -sendfile | | \
		GET /a.txt HTTP/1.0\r\n\r\n | scenario=request_scenario mask=source_of_error \
		has=KTLS\_is\_not\_available
	-sendfile | -HTTP -sendfile | | \
		GET /a.txt HTTP/1.0\r\n\r\n | scenario=request_scenario mask=source_of_error \
		has=KTLS\_is\_not\_available
	-sendfile | -WWW -sendfile -quiet | | \
		GET /a.txt HTTP/1.0\r\n\r\n | scenario=request_scenario mask=source_of_error
	-sendfile | -WWW -sendfile | | \
		GET /none HTTP/1.0\r\n\r\n | scenario=request_scenario mask=source_of_error
	END
}

@test "-sendfile where no file is sent" {
	local options

	for options in -sendfile '-sendfile -www' '-sendfile -early_data'; do
		# shellcheck disable=SC2086 # several options
		run_stock -cert "$CERTS/server.pem" \
		    -key "$CERTS/server-key.pem" -accept 127.0.0.1:0 $options
		assert_equal "$status" 1
		expected=$stderr
		# shellcheck disable=SC2086
		run_server -cert "$CERTS/server.pem" \
		    -key "$CERTS/server-key.pem" -accept 127.0.0.1:0 $options
		assert_equal "$status" 1
		assert_equal "$stderr" "$expected"
	done
}
