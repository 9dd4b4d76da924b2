# What handshakes that wait for a responder share, and what they hold up.

load ../lib/helpers
load ../lib/ocsp

# What is good for nothing serves for a second, so that its tenfold is over.
# covers: -status_url
@test "an answer about another certificate is not kept" {
	make_response server2 -ndays 1
	start_http liar file server2.ocsp
	start_server -www -workers 2 -status_url "http://$RESPONDER/" \
	    -CAfile "$CERTS/chain.pem"
	# Later libraries do not send it.
	tls_load --connections 2 --status --request / || library_is 3.6
	sleep 1.1
	tls_load --connections 2 --status --request / || library_is 3.6
	assert_equal "$(requests liar)" 2
}

# covers: -status_timeout
@test "others are served while one handshake waits for a silent responder" {
	start_http silent silent
	start_server -www -workers 1 -status_timeout 2 \
	    -status_url "http://$RESPONDER/" -CAfile "$CERTS/chain.pem"
	client_start waits -status -ign_eof
	wait_for 10 file_has silent.out REQUEST
	within_ms 1900 'a client beside it' tls_load --request / \
	    --expect 'HTTP/1.0 200'
	file_has waits.out 'OCSP response' && fail 'it did not wait'
	wait_for 10 file_has waits.out "$(no_status)"
}

# covers: -status_url
@test "a hundred handshakes at once on three workers cost one request" {
	make_response server -ndays 1
	start_http late delay server.ocsp
	start_server -www -workers 3 -status_url "http://$RESPONDER/" \
	    -CAfile "$CERTS/chain.pem"
	tls_load --connections 100 --status --request /
	tls_load --connections 100 --status --request / --tls1_2
	assert_equal "$(requests late)" 1
}

# covers: -status
@test "an answer is asked for again when its next update is due" {
	make_authority
	make_response_for 2
	start_http responder file short.ocsp
	start_server -www -workers 2 -cert short.pem -key short-key.pem -status \
	    -status_url "http://$RESPONDER/" -CAfile authority.pem
	tls_load --connections 10 --status --request /
	assert_equal "$(requests responder)" 1
	sleep 3
	tls_load --connections 1 --status --request /
	assert_equal "$(requests responder)" 2
}

# An authority with an RSA key, whose signatures are all of one length.
make_authority()
{
	"$OPENSSL" req -x509 -newkey rsa:2048 -noenc -keyout authority-key.pem \
	    -out authority.pem -subj /CN=authority 2>openssl.log
	"$OPENSSL" req -new -newkey rsa:2048 -noenc -keyout short-key.pem \
	    -subj /CN=short -out short.csr 2>openssl.log
	"$OPENSSL" x509 -req -in short.csr -CA authority.pem \
	    -CAkey authority-key.pem -set_serial 7 -out short.pem \
	    2>openssl.log
}

# short.ocsp, whose next update is due in so many seconds: "openssl ocsp" counts
# in minutes, so its response gets another time and is signed again.
make_response_for() # seconds
{
	printf 'V\t401231235959Z\t\t07\tunknown\t/CN=short\n' >short.txt
	"$OPENSSL" ocsp -index short.txt -CA authority.pem -nmin 5 \
	    -rsigner authority.pem -rkey authority-key.pem \
	    -issuer authority.pem -cert short.pem -respout long.ocsp \
	    >/dev/null 2>&1
	perl -MPOSIX -e '
	sub content { # offset: begin and end of what an element holds
		my ($at) = @_;
		my $n = ord substr($_, $at + 1, 1);
		return ($at + 2, $at + 2 + $n) if $n < 128;
		my $size = unpack("N", substr("\0\0\0\0" .
		    substr($_, $at + 2, $n - 128), -4));
		return ($at + 2 + $n - 128, $at + 2 + $n - 128 + $size);
	}
	local $/ = undef;
	$_ = <STDIN>;
	my $due = strftime("%Y%m%d%H%M%SZ", gmtime(time + $ARGV[0]));
	s/(\xa0\x11\x18\x0f)\d{14}Z/$1$due/ or die;
	my $at = index($_, "\x04\x82", 20);	# the octets with the response
	($at) = content($at);			# its sequence
	($at) = content($at);			# what is signed
	my (undef, $end) = content($at);
	open(my $out, ">:raw", "signed") or die;
	print $out substr($_, $at, $end - $at);
	close($out);
	my $signature = `openssl dgst -sha256 -sign authority-key.pem signed`;
	my ($string) = (content($end))[1];	# behind the algorithm
	my ($bits) = content($string);
	substr($_, $bits + 1, 256) = $signature;
	print;' "$1" <long.ocsp >short.ocsp
}

fetcher()
{
	pgrep -P "$SERVER_PID" -f 's_server: fetcher'
}

another_fetcher() # pid of the one before
{
	local pid

	pid=$(fetcher) && [ "$pid" != "$1" ]
}

# covers: -status_url
@test "a fetcher that is killed is replaced and goes on with what was asked" {
	local before

	make_response server -ndays 1
	start_http late delay server.ocsp
	start_server -www -workers 2 -status_url "http://$RESPONDER/" \
	    -CAfile "$CERTS/chain.pem"
	client_start waits -status -ign_eof
	wait_for 10 file_has late.out REQUEST
	before=$(fetcher)
	kill -KILL "$before"
	wait_for 10 another_fetcher "$before"
	wait_for 10 file_has waits.out 'Cert Status: good'
	wait_for 10 file_has server.err 'the fetcher (pid'
	tls_load --connections 4 --status --request /
}

# covers: -status_url
@test "a worker that is killed while a handshake waits leaves it to the next" {
	make_response server -ndays 1
	start_http late delay server.ocsp
	start_server -www -workers 1 -status_url "http://$RESPONDER/" \
	    -CAfile "$CERTS/chain.pem"
	client_start waits -status -ign_eof
	wait_for 10 file_has late.out REQUEST
	kill_worker 1
	wait_exit waits
	wait_for 10 has_workers 1
	tls_load --connections 4 --status --request /
	assert_equal "$(requests late)" 1
}

# covers: -status_timeout
@test "the time limit of handshakes goes on while one waits" {
	start_http silent silent
	start_server -www -workers 1 -handshake_timeout 1 -status_timeout 30 \
	    -status_url "http://$RESPONDER/" -CAfile "$CERTS/chain.pem"
	client_start waits -status -ign_eof
	wait_for 10 file_has silent.out REQUEST
	wait_exit waits
	wait_for 10 file_has server.err 'ran out of -handshake_timeout'
}

# covers: -status
@test "the server ends at once while a handshake waits" {
	start_http silent silent
	start_server -workers 1 -status -status_url "http://$RESPONDER/" \
	    -CAfile "$CERTS/chain.pem"
	client_start waits -status -ign_eof
	wait_for 10 file_has silent.out REQUEST
	type_to server 'Q\n'
	within_ms 2000 'the end' wait_exit server
	assert_nothing_left
}

# covers: -status_url
@test "with -stateless, and with early data, a client gets the status too" {
	make_response server -ndays 1
	start_http late delay server.ocsp
	STDIN=/dev/zero start_server -stateless -workers 2 -quiet \
	    -status_url "http://$RESPONDER/" -CAfile "$CERTS/chain.pem"
	client_start stateless -status -tls1_3 -no_middlebox
	wait_for 10 file_has stateless.out 'Cert Status: good'
	stop_server
	STDIN=/dev/zero start_server -early_data -workers 2 -quiet \
	    -status_url "http://$RESPONDER/" -CAfile "$CERTS/chain.pem"
	client_start early -status -tls1_3
	wait_for 10 file_has early.out 'Cert Status: good'
}

# covers: -status_file
@test "a status file is read again on HUP" {
	make_response server -ndays 1
	cp server.ocsp now.ocsp
	start_server -www -workers 2 -status_file now.ocsp
	talk '' 'Cert Status' -status | grep 'Next Update' >first
	make_response server -ndays 100
	cp server.ocsp now.ocsp
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'reloaded: generation 2'
	talk '' 'Cert Status' -status | grep 'Next Update' >second
	assert_equal "$(cmp first second >/dev/null || echo differ)" differ
}

# shellcheck disable=SC2031,SC2154 # run_server sets them
refuses() # line, option...
{
	local line=$1

	shift
	run_server -accept 127.0.0.1:0 -cert "$CERTS/server.pem" \
	    -key "$CERTS/server-key.pem" "$@"
	assert_equal "$status" 1 && assert_contains "$stderr" "$line"
}

# covers: -status_file -status_url -status_timeout
@test "what is wrong with the status options is told at start" {
	: >empty
	refuses '-status_file missing: cannot be read' -status_file missing
	refuses '-status_file empty: not an OCSP' -status_file empty
	refuses '-status_file /: ' -status_file /
	refuses '-status_file' -status_file "$CERTS/ca.pem"
	refuses 'Error parsing -status_url argument' -status_url foo:bar
	refuses '-status_url: not the URL' -status_url http://
	refuses "Can't parse \"x\" as a number" -status_timeout x
}

# Whoever is not heard counts as dead at once: the tenth would end the server.
# covers: -status_url
@test "a fetcher that replaces a killed one is heard at once" {
	make_response server -ndays 1
	start_http responder file server.ocsp
	start_server -www -workers 1 -status_url "http://$RESPONDER/" \
	    -CAfile "$CERTS/chain.pem"
	kill_in_turn 11 's_server: fetcher'
	assert_lacks "$(server_err)" 'giving up'
	tls_load --status --request / --timeout 10
	assert_equal "$(requests responder)" 1
}
