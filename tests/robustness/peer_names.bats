# What a client or a responder calls itself does not speak for the server: no
# line of its own, no command to the terminal, no HTML.

# shellcheck disable=SC2016,SC2153,SC2154 # expanded or set by the helpers

load ../lib/helpers
load ../lib/ocsp

false_line='ACCEPT 6.6.6.6:1'
name=$'\x1b[31m\x9b2J\nACCEPT 6.6.6.6:1'
shown='\x1b[31m\x9b2J\x0aACCEPT 6.6.6.6:1'

# Data apart, nothing that the server prints may have such a byte or line.
assert_harmless() # name of the server
{
	local file

	for file in "$1.out" "$1.err"; do
		! LC_ALL=C grep -anP '[\x00-\x08\x0b-\x1f\x7f-\xff]' "$file" ||
		    fail "a byte that is not printable in $file"
		! grep -anF "$false_line" "$file" | grep -a "^[0-9]*:ACCEPT" ||
		    fail "a false line in $file"
	done
}

# A handshake, good or bad, and the end of the server.
meet() # option of s_client...
{
	client "$@" </dev/null >meet.out 2>&1 || :
	wait_exit server
	assert_harmless server
}

@test "names of ALPN, offered and chosen" {
	start_server -naccept 1 -alpn "a,$name"
	meet -alpn "b,$name"
	assert_contains "$(server_out)" \
	    "ALPN protocols advertised by the client: b, $shown"
	assert_contains "$(server_out)" "ALPN protocols selected: $shown"
}

@test "names of ALPN in -trace" {
	start_server -naccept 1 -trace -quiet
	meet -alpn "b,$name,c"
	assert_contains "$(server_out)" "          $shown
          c"
}

@test "the choice of NPN" {
	start_server -naccept 1 -nextprotoneg a
	meet -tls1_2 -nextprotoneg "$name"
	assert_contains "$(server_out)" "NEXTPROTO is $shown"
}

@test "the identity of a PSK" {
	start_server -naccept 1 -nocert -psk 0123 -debug
	meet -tls1_2 -psk 0123 -psk_identity "$name"
	assert_contains "$(server_out)" "identity_len=25 identity=$shown"
	assert_contains "$(server_out)" \
	    "(got '$shown' expected 'Client_identity')"
}

@test "the identity of a PSK on the page" {
	start_server -www -nocert -psk 0123
	run -0 talk 'GET / HTTP/1.0\r\n\r\n' '</BODY>' -tls1_2 -psk 0123 \
	    -psk_identity '<b>"&'
	assert_contains "$output" 'PSK identity: &lt;b&gt;&quot;&amp;'
}

@test "the user of SRP" {
	needs_srp
	: >users
	"$OPENSSL" srp -srpvfile users -add -gn 1024 -passout pass:secret alice
	start_server -naccept 1 -nocert -srpvfile users
	timeout $((10 * SLOW)) curl -sk --tls-max 1.2 --tlsauthtype SRP \
	    --ciphers SRP@SECLEVEL=0 --tlsuser "$name" --tlspassword x \
	    "https://127.0.0.1:$PORT/" 3>&- || :
	wait_exit server
	assert_harmless server
	assert_contains "$(server_err)" "SRP username = \"$shown\""
	assert_contains "$(server_err)" "User $shown doesn't exist"
	assert_contains "$(server_out)" "LOOKUP during accept $shown"
}

# A line ends the name, and so does a blank or a colon.
@test "names of files" {
	local file=$'\x1b[31m\rACCEPT'

	echo hello >"$file"
	start_server -naccept 1 -WWW
	printf 'GET /%s HTTP/1.0\r\n\r\n' "$file" |
	    client -quiet >meet.out 2>/dev/null
	wait_exit server
	assert_harmless server
	assert_contains "$(<meet.out)" hello
	assert_contains "$(server_err)" 'FILE:\x1b[31m\x0dACCEPT'
}

@test "the name of the server" {
	start_server -naccept 1 -servername other \
	    -cert2 "$CERTS/server2.pem" -key2 "$CERTS/server2-key.pem"
	meet -servername "$name"
	assert_contains "$(server_out)" \
	    "Hostname in TLS extension: \"$shown\""
}

@test "why a responder refuses" {
	printf 'HTTP/1.0 305 \x1b[31m\x9b2J\rACCEPT 6.6.6.6:1' >status
	start_http rude refuse status
	start_server -naccept 1 -status_url "http://$RESPONDER/" \
	    -CAfile "$CERTS/intermediate.pem"
	meet -status
	assert_contains "$(server_err)" \
	    'reason=\x1b[31m\x9b2J\x0dACCEPT 6.6.6.6:1'
}

subject=$'\x1b[31m\nACCEPT 6.6.6.6:1'

make_named() # name of the files, subject, extension
{
	"$OPENSSL" req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
	    -noenc -keyout "$1-key.pem" -subj "/CN=$2" -addext "$3" \
	    -out "$1.pem" 2>/dev/null
}

@test "subjects of certificates, however they are to be printed" {
	local form

	make_named rude "$subject" nsComment=$'\x1b[31m\\nACCEPT 6.6.6.6:1'
	for form in lname utf8,lname,sep_multiline compat oneline,-esc_msb \
	    RFC2253,-esc_ctrl; do
		start_server -naccept 1 -verify 1 -nameopt "$form"
		meet -cert rude.pem -key rude-key.pem
		assert_contains "$(server_err)" '[31m'
	done
}

@test "a user who wants UTF-8 in subjects has it" {
	make_named good 'Müller' 'nsComment=good'
	start_server -naccept 1 -verify 1 -nameopt oneline,-esc_msb
	client -cert good.pem -key good-key.pem </dev/null >/dev/null 2>&1
	wait_exit server
	assert_contains "$(server_err)" 'depth=0 CN = M'
}

# Later clients compress their certificates in TLS 1.3.
@test "certificates in -trace" {
	make_named rude "$subject" nsComment=$'\x1b[31m\\nACCEPT 6.6.6.6:1'
	start_server -naccept 1 -verify 1 -trace -quiet
	meet -tls1_2 -cert rude.pem -key rude-key.pem
	assert_contains "$(server_out)" '                \x1b[31m\x0aACCEPT 6.6.6.6:1'
}

# The trace has the certificate in PEM after what it says of it.
@test "alternative names of a certificate in -trace that begin one in PEM" {
	local file text

	text=$(hex 'x\n-----BEGIN CERTIFICATE-----\nACCEPT\nDONE')
	{
		printf '%s\n' '[req]' 'distinguished_name = subject' \
		    'x509_extensions = exts' '[subject]' '[exts]'
		printf 'subjectAltName = DER:30%02x82%02x%s\n' \
		    $((${#text} / 2 + 2)) $((${#text} / 2)) "$text"
	} >rude.cnf
	"$OPENSSL" req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
	    -noenc -keyout rude-key.pem -config rude.cnf -subj /CN=rude \
	    -out rude.pem 2>/dev/null
	start_server -naccept 1 -verify 1 -trace -quiet
	meet -tls1_2 -cert rude.pem -key rude-key.pem
	assert_contains "$(server_out)" 'DNS:x'
	for file in server.out server.err; do
		! grep -anE '^(ACCEPT|DONE)' "$file" ||
		    fail "a false line in $file"
	done
}

@test "certificates and names of authorities on the page" {
	make_named rude '<script>"&' 'nsComment=<i>'
	start_server -www -verify 1
	run -0 talk 'GET / HTTP/1.0\r\n\r\n' '</BODY>' -cert rude.pem \
	    -key rude-key.pem -requestCAfile rude.pem
	assert_lacks "$output" '<script>'
	assert_lacks "$output" '<i>'
	assert_contains "$output" '&lt;i&gt;'
	assert_contains "$output" \
	    "Acceptable server certificate CA names
$(library_is 3.2 && echo 'CN=&lt;script&gt;&quot;&amp;' ||
		echo 'CN = &quot;&lt;script&gt;\&quot;&amp;&quot;')"
	assert_contains "$output" \
	    'Subject: CN=&lt;script&gt;&quot;&amp;'
}

@test "what a client says is printed as it came" {
	start_server -naccept 1 -quiet
	client_start says -quiet
	type_to says "$name"
	wait_for 10 file_has server.out "$false_line"
	client_end says
	wait_exit server
	assert_equal "$(<server.out)" "$name"
}
