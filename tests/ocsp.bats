#!/usr/bin/env bats

load helpers
load rows
load ocsp

TRUST='-CAfile $CERTS/chain.pem'
STAPLED='has=Cert\_Status:\_good mask=mask_response'

# The client waits for the end of its handshake by its own text.
@test "a responder is asked as the stock program asks it" {
	start_responder responder -nmin 5
	make_certificate aia "authorityInfoAccess = OCSP;URI:http://$RESPONDER/"
	make_certificate bad-aia 'authorityInfoAccess = OCSP;URI:foo:bar'
	rows <<-END
	-status_verbose -status_url | -status_verbose -status_url http://$RESPONDER/ $TRUST | -status -tls1_2 | | $STAPLED
	-status_verbose -status_url | -status_verbose -status_url http://$RESPONDER/ $TRUST | -status -tls1_3 | | $STAPLED
	-status | -status -status_url http://$RESPONDER/ $TRUST | -status | | $STAPLED
	-status_url | -status_url http://$RESPONDER/ $TRUST | -status | | $STAPLED
	-status_timeout | -status_timeout 9 -status_verbose -status_url http://$RESPONDER/ $TRUST | -status | | $STAPLED
	-status_verbose | -status_verbose -cert aia.pem -key aia-key.pem $TRUST | -status | | has=AIA\_URL mask=mask_response
	-status_verbose | -status_verbose -cert bad-aia.pem -key bad-aia-key.pem $TRUST | -status | | has=parse\_AIA
	-status | -status_verbose -status_url http://$RESPONDER/ $TRUST | | | has=CONNECTED
	-status | -status_verbose -status_url http://$RESPONDER/ | -status | | has=retrieve\_issuer
	-status_verbose | -status_verbose | -status | | has=callback\_called
	-status | -status | -status | | has=no\_AIA
	-status | -status_verbose -status_url http://$RESPONDER/ $TRUST -servername x -cert2 \$CERTS/server2.pem -key2 \$CERTS/server2-key.pem | -status -servername x | | $STAPLED differs=statistics
	-status | -www -status_verbose -status_url http://$RESPONDER/ $TRUST | -status | GET /\r\n | scenario=request_scenario has=response\_sent mask=mask_response mask=only_err
	-status | -rev -status_verbose -status_url http://$RESPONDER/ $TRUST | -status | hello\n | expect=olleh $STAPLED
	END
}

# The stock program counts the first context only.
differs_statistics()
{
	sed -E 's/^ *[01] (server accepts)/   N \1/'
}

# The page names the command line and the time.
only_err()
{
	grep -a cert_status || :
}

@test "a responder that cannot be asked is said so as by the stock program" {
	start_http garbage garbage
	rows <<-END
	-status_url | -status_verbose -status_url http://127.0.0.1:1/ $TRUST | -status | | has=Connection\_refused
	-status_url | -status -status_url http://name.invalid:80/ $TRUST | -status | | has=BIO_lookup_ex
	-status_url | -status_verbose -status_url https://127.0.0.1:1/ $TRUST | -status | | has=Connection\_refused
	-status_url | -status_verbose -status_url http://$RESPONDER/ $TRUST | -status | | has=querying\_responder mask=mask_garbage
	-proxy | -status -proxy http://127.0.0.1:1/ -status_url http://$RESPONDER/ $TRUST | -status | | has=Connection\_refused
	END
}

mask_garbage()
{
	sed -E 's/(HTTP routines.*:).*/\1/'
}

@test "a response from a file" {
	make_response server -ndays 1
	rows <<-END
	-status_file | -status_file server.ocsp | -status | | has=Cert\_Status:\_good
	-status_file | -status_verbose -status_file server.ocsp | -status -tls1_2 | | has=Cert\_Status:\_good
	END
}
