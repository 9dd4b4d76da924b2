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

@test "HEAD of a FIFO waits for no writer, but for the head of one's own" {
	start_server -WWW -workers 1
	head_of fifo "HTTP/1.0 200 ok
Content-type: text/plain
"
	stop_server
	start_server -HTTP -workers 1
	client_start head -quiet
	type_to head 'HEAD /fifo HTTP/1.0\r\n\r\n'
	# In one write: the server closes the FIFO after the head.
	printf 'HTTP/1.0 200 ok\r\nX: y\r\n\r\nbody' >answer
	cat answer >fifo
	wait_exit head
	assert_equal "$(<head.out)" $'HTTP/1.0 200 ok\r\nX: y\r\n\r'
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

@test "-zerocopy_sendfile is -sendfile, too" {
	needs_library 3.2
	printf 'hello\n' >a.txt
	rows <<-'END'
	-zerocopy_sendfile | -WWW -zerocopy_sendfile | | \
		GET /a.txt HTTP/1.0\r\n\r\n | scenario=request_scenario \
		has=depends\_on\_-sendfile has=depends\_on\_-ktls \
		has=KTLS\_is\_not\_available has=hello
	-zerocopy_sendfile | -HTTP -zerocopy_sendfile -sendfile -quiet | | \
		GET /a.txt HTTP/1.0\r\n\r\n | scenario=request_scenario \
		has=depends\_on\_-ktls has=hello
	-zerocopy_sendfile | -zerocopy_sendfile | | | \
		refused has=Can't\_use\_-sendfile
	-zerocopy_sendfile | -www -zerocopy_sendfile | | | \
		refused has=Can't\_use\_-sendfile
	END
}

# covers: -zerocopy_sendfile
@test "every worker serves files with it" {
	local i

	needs_library 3.2
	printf 'hello\n' >a.txt
	start_server -workers 3 -WWW -zerocopy_sendfile -quiet
	for ((i = 0; i < 6; i++)); do
		assert_contains "$(get_file a.txt)" hello
	done
	assert_equal "$(grep -c 'KTLS is not available' server.err)" 6
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

# What curl gets of a file that the worker has in memory, or not.
content() # path
{
	curl -sk --http0.9 "https://127.0.0.1:$PORT/$1"
}

@test "a file in memory is served until it changes, however it changes" {
	local tracer worker n

	strace -D -f -o /dev/null true || skip 'strace cannot trace here'
	start_server -WWW -workers 1
	sleep 0.06
	assert_equal "$(content a.txt)" hello
	worker=$(workers)
	strace -qq -e trace=open,openat -o opens -p "$worker" &
	tracer=$!
	LOADS+=("$tracer")
	wait_for 5 is_traced "$worker"
	assert_equal "$(content a.txt)" hello
	assert_equal "$(content ./a.txt)" hello
	assert_equal "$(content link)" hello
	kill "$tracer"
	wait "$tracer" || :
	assert_equal "$(grep -cF '"a.txt"' opens)" 0
	# In place, with the same size and the time of before.
	touch -r a.txt stamp
	printf 'HELLO\n' >a.txt
	touch -r stamp a.txt
	assert_equal "$(content a.txt)" HELLO
	printf 'other\n' >new
	mv new a.txt
	assert_equal "$(content a.txt)" other
	for n in {100..130}; do
		printf '%d\n' "$n" >a.txt
		assert_equal "$(content a.txt)" "$n"
	done
	sleep 0.06
	assert_equal "$(content a.txt)" 130
	rm a.txt
	assert_contains "$(content a.txt)" 'No such file'
}

@test "a file in memory has the same head and body, with HEAD as well" {
	local file

	start_server -WWW -workers 1
	sleep 0.06
	content page.html >first
	curl -skI "https://127.0.0.1:$PORT/page.html" >answered
	assert_equal "$(content page.html)" "$(<first)"
	assert_contains "$(<answered)" 'Content-length: 12'
	head -c 65536 /dev/urandom >large
	head -c 65537 /dev/urandom >larger
	sleep 0.06
	for file in large larger; do
		content "$file" | cmp - "$file"
		content "$file" | cmp - "$file"
	done
	stop_server
	start_server -HTTP -workers 1
	content own >/dev/null
	content own >/dev/null
	curl -skI "https://127.0.0.1:$PORT/own" | tr -d '\r' >answered
	assert_contains "$(<answered)" 'Content-type: x/y'
	assert_lacks "$(<answered)" 'not here'
}
