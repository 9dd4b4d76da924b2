# -status: what the stock program does with a responder, a file or a proxy.

load ../lib/helpers
load ../lib/ocsp

TRUST="-CAfile $CERTS/chain.pem"
TWO="-cert $CERTS/server.pem -key $CERTS/server-key.pem"
TWO+=" -dcert $CERTS/server-rsa.pem -dkey $CERTS/server-rsa-key.pem"
STAPLED='has=Cert\_Status:\_good mask=mask_response'


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
	-status_verbose | -status_verbose -cert bad-aia.pem -key bad-aia-key.pem $TRUST | -status | | has=parse\_AIA differs=status-reasons
	-status_verbose | -status_verbose -status_url http://$RESPONDER/ $TRUST | | | has=CONNECTED
	-status_verbose | -status_verbose -status_url http://$RESPONDER/ | -status | | has=retrieve\_issuer
	-status_verbose | -status_verbose | -status | | has=callback\_called
	-status | -status | -status | | has=no\_AIA
	-status_verbose | -status_verbose -status_url http://$RESPONDER/ $TRUST -servername x -cert2 \$CERTS/server2.pem -key2 \$CERTS/server2-key.pem | -status -servername x | | $STAPLED differs=statistics
	-status_url | -status_verbose -status_url http://$RESPONDER/ $TRUST $TWO | -status -tls1_2 -cipher aRSA | | $STAPLED has=Serial\_Number:\_04
	-status_url | -status_verbose -status_url http://$RESPONDER/ $TRUST $TWO | -status -tls1_2 -cipher aECDSA | | $STAPLED has=Serial\_Number:\_03
	-status_url | -status_verbose -status_url http://$RESPONDER/ $TRUST $TWO | -status -tls1_3 -sigalgs rsa_pss_rsae_sha256 | | $STAPLED has=Serial\_Number:\_04
	-status_verbose | -www -status_verbose -status_url http://$RESPONDER/ $TRUST | -status | GET /\r\n | scenario=request_scenario has=response\_sent mask=mask_response mask=only_err
	-status_verbose | -rev -status_verbose -status_url http://$RESPONDER/ $TRUST | -status | hello\n | expect=olleh $STAPLED
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
	-status_url | -status_verbose -status_url http://127.0.0.1:1/ $TRUST | -status | | has=Connection\_refused differs=status-reasons
	-status_url | -status -status_url http://name.invalid:80/ $TRUST | -status | | has=BIO_lookup_ex differs=status-reasons
	-status_url | -status_verbose -status_url https://127.0.0.1:1/ $TRUST | -status | | has=Connection\_refused differs=status-reasons
	-status_url | -status_verbose -status_url http://$RESPONDER/ $TRUST | -status | | has=querying\_responder differs=status-reasons
	-proxy | -status -proxy http://127.0.0.1:1/ -status_url http://$RESPONDER/ $TRUST | -status | | has=Connection\_refused differs=status-reasons
	END
}

@test "a response from a file" {
	make_response server -ndays 1
	rows <<-END
	-status_file | -status_file server.ocsp | -status | | has=Cert\_Status:\_good
	-status_file | -status_verbose -status_file server.ocsp | -status -tls1_2 | | has=Cert\_Status:\_good
	END
}

# The request, and with it the name of the server, is what a proxy is given.
@test "responders are asked through a proxy" {
	start_responder responder -nmin 5
	local responder=$RESPONDER

	start_http proxy proxy
	rows <<-END
	-proxy | -status -proxy http://$RESPONDER/ -status_url http://$responder/ $TRUST | -status | | $STAPLED
	-proxy -no_proxy | -status -proxy http://127.0.0.1:1 -no_proxy 127.0.0.1 -status_url http://$responder/ $TRUST | -status | | $STAPLED
	END
	assert_equal "$(requests proxy)" 2
	export http_proxy=http://127.0.0.1:1/
	rows <<-END
	-status | -status -status_url http://$responder/ $TRUST | -status | | has=Connection\_refused differs=status-reasons
	-no_proxy | -status -no_proxy 127.0.0.1 -status_url http://$responder/ $TRUST | -status | | $STAPLED
	END
	unset http_proxy
}

@test "a responder that is slow, endless or a liar costs no more than with the stock program" {
	make_response server2 -ndays 1
	start_http huge huge
	local huge=$RESPONDER

	start_http silent silent
	local silent=$RESPONDER

	start_http drip drip server2.ocsp
	local drip=$RESPONDER

	start_http liar file server2.ocsp
	rows <<-END
	-status_timeout | -status_timeout 1 -status_url http://$silent/ $TRUST | -status | | has=querying\_responder differs=status-reasons
	-status_timeout | -status_timeout 1 -status_url http://$drip/ $TRUST | -status -tls1_2 | | has=querying\_responder differs=status-reasons
	-status_url | -status_url http://$huge/ $TRUST | -status | | has=querying\_responder differs=status-reasons
	-status_verbose | -status_verbose -status_url http://$RESPONDER/ $TRUST | -status | | has=Cert\_Status:\_good
	END
}
