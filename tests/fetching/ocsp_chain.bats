# -status_all: the status of each certificate that the server sends, as the stock
# program of OpenSSL 3.6 staples it.

load ../lib/helpers
load ../lib/ocsp

LEAF='-cert leaf.pem -key leaf-key.pem'
STAPLED='has=Cert\_Status:\_good mask=mask_response'

# Root signs upper, upper signs lower, lower signs leaf. Each names the responder
# of its issuer.
setup()
{
	common_setup
	library_is 3.6 || return 0
	"$OPENSSL" req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
	    -noenc -keyout root-key.pem -out root.pem -subj /CN=root \
	    2>openssl.log
	make_link root upper 0x11 'basicConstraints = critical, CA:TRUE'
	make_link upper lower 0x12 'basicConstraints = critical, CA:TRUE'
	make_link lower leaf 0x13 'extendedKeyUsage = serverAuth'
	cat lower.pem upper.pem >chain.pem
	cat chain.pem root.pem >chain-root.pem
}

make_link() # issuer, name, serial, extension
{
	local CA=$1

	start_responder "responder-$1" -nmin 5
	SERIAL=$3 make_certificate "$2" "$4" \
	    "authorityInfoAccess = OCSP;URI:http://$RESPONDER/"
}

# For lib/ocsp.bash.
make_index()
{
	printf 'V\t401231235959Z\t\t%s\tunknown\t/CN=%s\n' 11 upper 12 lower \
	    13 leaf
}

# NAME.ocsp, a response about a certificate.
make_response_of() # issuer, name
{
	"$OPENSSL" ocsp -index index.txt -CA "$1.pem" -rsigner "$1.pem" \
	    -rkey "$1-key.pem" -issuer "$1.pem" -cert "$2.pem" -ndays 1 \
	    -respout "$2.ocsp" >/dev/null 2>&1
}

@test "-status_all is refused where the library takes one response only" {
	library_is 3.6 && skip 'the library takes several'
	run_server -status_all -cert "$CERTS/server.pem" \
	    -key "$CERTS/server-key.pem" -accept 127.0.0.1:0
	assert_equal "$status" 1
	assert_contains "$stderr" 's_server: -status_all needs OpenSSL 3.6; '
}

@test "the responders of the whole chain are asked as by the stock program" {
	needs_library 3.6
	rows <<-END
	-status_all | $LEAF -status_all -status_verbose -cert_chain chain.pem -CAfile root.pem | -status -tls1_3 | | $STAPLED has=responses:\_3
	-status_all | $LEAF -status_all -cert_chain chain.pem -CAfile root.pem | -status -tls1_3 | | $STAPLED has=responses:\_3
	-status_all | $LEAF -status_all -status_verbose -cert_chain chain-root.pem | -status -tls1_3 | | $STAPLED has=with\_index\_3
	-status_all | $LEAF -status_all -status_verbose -cert_chain chain.pem | -status -tls1_3 | | $STAPLED has=retrieve\_issuer
	-status_all | $LEAF -status_all -status_verbose -cert_chain chain.pem -CAfile root.pem | -status -tls1_2 | | $STAPLED has=responses:\_1
	-status_all | $LEAF -status_all -status_verbose -cert_chain chain.pem -CAfile root.pem -dtls | -status -dtls | | $STAPLED has=responses:\_1
	-status_all | $LEAF -status_all -status_verbose -CAfile chain-root.pem | -status -tls1_3 | | $STAPLED has=responses:\_1
	-status_all | $LEAF -status_all -status_verbose -build_chain -chainCAfile chain-root.pem | -status -tls1_3 | | $STAPLED has=with\_index\_3
	-status_all | $LEAF -status_all -status_verbose | -status -tls1_3 | | has=with\_index\_0
	-status_all | $LEAF -status_all -status_verbose -cert_chain chain.pem | -tls1_3 | | has=CONNECTED
	-status_verbose | $LEAF -status_verbose -cert_chain chain.pem -msg | -status -tls1_3 | | $STAPLED has=responses:\_1 mask=sizes
	-status_verbose | $LEAF -status_verbose -msg | -status -tls1_2 | | has=with\_index\_0 mask=sizes
	END
}

# Signatures in responses have 70 to 72 bytes.
sizes()
{
	sed -E 's/length [0-9a-f]+/length N/'
}

@test "a certificate without status leaves the others theirs" {
	needs_library 3.6
	local CA=lower

	SERIAL=0x13 make_certificate bad 'authorityInfoAccess = OCSP;URI:foo:bar'
	SERIAL=0x13 make_certificate none \
	    'authorityInfoAccess = OCSP;URI:http://127.0.0.1:1/'
	rows <<-END
	-status_all | -cert bad.pem -key bad-key.pem -status_all -status_verbose -cert_chain chain.pem | -status -tls1_3 | | $STAPLED has=parse\_AIA differs=status-reasons
	-status_all | -cert none.pem -key none-key.pem -status_all -status_verbose -cert_chain chain.pem -CAfile root.pem | -status -tls1_3 | | $STAPLED has=querying\_responder differs=status-reasons
	-status_verbose | -cert bad.pem -key bad-key.pem -status_verbose | -status -tls1_2 | | has=parse\_AIA differs=status-reasons
	-status_timeout | -cert none.pem -key none-key.pem -status_timeout 3 -CAfile chain.pem | -status -tls1_2 | | has=querying\_responder differs=status-reasons
	END
}

@test "responses from files go to the certificates that they are about" {
	needs_library 3.6
	make_response_of root upper
	make_response_of upper lower
	make_response_of lower leaf
	rows <<-END
	-status_all -status_file | $LEAF -status_all -status_verbose -cert_chain chain.pem -status_file lower.ocsp -status_file leaf.ocsp -status_file upper.ocsp | -status -tls1_3 | | $STAPLED has=responses:\_3
	-status_all -status_file | $LEAF -status_all -status_verbose -cert_chain chain.pem -status_file lower.ocsp | -status -tls1_3 | | $STAPLED has=with\_index\_2
	-status_all -status_file | $LEAF -status_all -status_verbose -cert_chain chain-root.pem -status_file leaf.ocsp -status_file upper.ocsp | -status -tls1_3 | | $STAPLED has=with\_index\_1
	-status_file | $LEAF -status_verbose -status_file lower.ocsp -status_file leaf.ocsp | -status -tls1_3 | | has=with\_index\_0
	-status_file | $LEAF -status_verbose -cert_chain chain.pem -status_file lower.ocsp -status_file leaf.ocsp | -status -tls1_2 | | $STAPLED
	-status_file | $LEAF -status_verbose -status_file lower.ocsp | -status -tls1_3 | | has=good mask=mask_response
	-status_file | $LEAF -status_verbose -cert_chain chain.pem -status_file lower.ocsp | -status -tls1_3 | | has=with\_index\_0
	END
}

# The stock program asks one responder after the other.
# covers: -status_all -status_timeout
@test "a chain of silent responders holds up its own handshake only, and once" {
	needs_library 3.6
	local CA=root silent

	start_http silent silent
	silent="authorityInfoAccess = OCSP;URI:http://$RESPONDER/"
	SERIAL=0x21 make_certificate one "$silent" \
	    'basicConstraints = critical, CA:TRUE'
	CA=one SERIAL=0x22 make_certificate two "$silent"
	start_server -www -workers 1 -cert two.pem -key two-key.pem \
	    -cert_chain one.pem -CAfile root.pem -status_all -status_timeout 2
	client_start waits -status -tls1_3 -ign_eof
	wait_for 10 file_has silent.out REQUEST
	within_ms 1900 'a client beside it' tls_load --request / \
	    --expect 'HTTP/1.0 200'
	within_ms 3900 'both responders' wait_for 10 file_has waits.out \
	    'OCSP responses: no responses sent'
	assert_equal "$(requests silent)" 2
}

# covers: -status_all
@test "the answers about a chain are kept for all workers" {
	needs_library 3.6
	start_server -www -workers 3 -cert leaf.pem -key leaf-key.pem \
	    -cert_chain chain.pem -CAfile root.pem -status_all
	tls_load --connections 60 --status --request /
	end_process responder-root
	end_process responder-upper
	end_process responder-lower
	client_start late -status -tls1_3 -ign_eof
	wait_for 10 file_has late.out 'OCSP responses: number of responses: 3'
}

# covers: -status_file
@test "HUP reads all response files again" {
	needs_library 3.6
	make_response_of lower leaf
	make_response_of upper lower
	start_server -cert leaf.pem -key leaf-key.pem -cert_chain chain.pem \
	    -status_all -status_file leaf.ocsp -status_file lower.ocsp
	echo rubbish >new
	mv new lower.ocsp
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err \
	    'nothing is reloaded: -status_file lower.ocsp: not an OCSP'
	assert_contains "$(client -status -tls1_3 </dev/null 2>&1)" \
	    'OCSP responses: number of responses: 2'
	make_response_of root upper
	mv upper.ocsp lower.ocsp
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err 'reloaded: generation 2'
	assert_contains "$(client -status -tls1_3 </dev/null 2>&1)" \
	    'Responder Id: CN = root'
}
