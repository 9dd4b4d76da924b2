# How clients' certificates are validated: each option of X.509 validation,
# revocation lists, and where the trust comes from.

load ../lib/helpers
load ../lib/x509

setup_file()
{
	make_x509
}

# Options of a client, which sends a chain if one is named.
with() # name, name of the certificates of its chain
{
	echo "-cert $X509/$1.pem -key $X509/$1-key.pem" \
	    ${2:+-cert_chain "$X509/$2.pem"}
}

# -verify with the root CA, deep enough for all.
trust="-verify 5 -CAfile $X509/ca.pem"

# What a wrong signature leaves behind ends the stock program's connection.
differs_stale_errors()
{
	sed -E '/:error:.*:(ASN1_item_verify|EVP_DigestVerifyFinal)/d
		s/^ERROR$/DONE/'
}

@test "revocation lists" {
	rows <<-'END'
	-CRL -crl_check | $trust -CRL $X509/revoked.crl -crl_check | $(with good) | | has=num=23:certificate\_revoked
	-CRL -crl_check | $trust -CRL $X509/empty.crl -crl_check | $(with good) | | has=verify\_return:1
	-crl_check | $trust -crl_check | $(with good) | | has=num=3:
	-CRLform | $trust -CRL $X509/revoked.der -CRLform DER -crl_check | $(with good) | | has=num=23:
	-CRL | $trust -CRL $X509/old.crl -crl_check -verify_return_error | $(with good) | | wait has=num=12:
	-crl_check | $trust -CRL $X509/empty.crl -crl_check -verify_return_error | $(with deep sub) | | wait has=num=3:
	-crl_check_all | -verify 5 -CAfile $X509/with-lists.pem -crl_check_all | $(with deep sub) | | has=num=23:
	-crl_check_all | $trust -CRL $X509/sub.crl -crl_check_all -tls1_2 | $(with deep sub) | | has=num=3:
	-use_deltas | -verify 5 -CAfile $X509/with-delta.pem -crl_check -use_deltas | $(with fresh) | | has=num=23:
	-use_deltas | -verify 5 -CAfile $X509/with-delta.pem -crl_check | $(with fresh) | | has=verify\_return:1
	-extended_crl | $trust -CRL $X509/indirect.crl -crl_check -extended_crl | $(with good) | | has=verify\_return:1
	-extended_crl | $trust -CRL $X509/indirect.crl -crl_check | $(with good) | | has=num=3:
	-extended_crl | $trust -CRL $X509/reasons.crl -crl_check -extended_crl | $(with good) | | has=num=23:
	END
}

@test "policies" {
	rows <<-'END'
	-policy_print | $trust -policy_check -policy_print | $(with policy policy-ca) | | has=Authority\_Policies:
	-policy_check | $trust -policy_check -policy_print | $(with good) | | has=<empty>
	-policy | $trust -policy 1.2.3.4 -policy_check -policy_print | $(with policy policy-ca) | | has=User\_Policies:
	-policy | $trust -policy 1.2.3.9 -policy anyPolicy -policy_check -policy_print | $(with policy policy-ca) | | has=1.2.3.4
	-policy -explicit_policy | $trust -policy 1.2.3.9 -explicit_policy | $(with policy policy-ca) | | has=num=43:
	-explicit_policy | $trust -policy 1.2.3.4 -explicit_policy -policy_print | $(with policy policy-ca) | | has=Policy:\_True
	-explicit_policy | $trust -explicit_policy -verify_return_error | $(with good) | | wait has=num=43:
	-inhibit_any | $trust -explicit_policy -policy 1.2.3.4 -inhibit_any | $(with any any-ca) | | has=num=43:
	-inhibit_any | $trust -explicit_policy -policy 1.2.3.4 -policy_print | $(with any any-ca) | | has=verify\_return:2
	-inhibit_map | $trust -explicit_policy -policy 1.2.3.4 -inhibit_map | $(with map map-ca) | | has=num=43:
	-inhibit_map | $trust -explicit_policy -policy 1.2.3.4 -policy_print | $(with map map-ca) | | has=verify\_return:2
	-policy_print | $trust -policy_check -policy_print -verify_quiet | $(with policy policy-ca)
	-policy_print | $trust -explicit_policy -verify_quiet | $(with good) | | has=num=43:
	END
}

@test "purposes, names, levels and times" {
	rows <<-'END'
	-purpose | $trust -purpose sslserver | $(with good) | | has=num=26:
	-purpose | $trust -purpose any | $(with server-only) | | has=verify\_return:1
	-purpose | $trust | $(with server-only) | | has=num=26:
	-verify_name | $trust -verify_name ssl_server | $(with good) | | has=num=26:
	-verify_depth | $trust -verify_depth 0 | $(with deep sub) | | has=num=22:
	-verify_depth | -verify 0 -CAfile $X509/ca.pem -verify_depth 0 | $(with deep sub) | | wait has=num=22:
	-auth_level | $trust -auth_level 4 | $(with good) | | has=num=67:
	-auth_level | $trust -auth_level 3 | $(with good) | | has=verify\_return:1
	-attime | $trust -attime 1 | $(with good) | | has=notBefore=
	-attime | $trust -attime 0x7fffffff0 | $(with good) | | has=notAfter=
	-attime | $trust -attime -5 -verify_return_error | $(with good) | | wait has=num=9:
	-no_check_time | -verify 5 -CAfile $CERTS/ca.pem -no_check_time | -cert $CERTS/client-expired.pem -key $CERTS/client-expired-key.pem | | has=verify\_return:1
	-no_check_time | $trust -attime 1 -no_check_time | $(with good) | | has=num=9:
	-verify_hostname | $trust -verify_hostname host.example -brief | $(with named) | | has=Verified\_peername:\_host.example
	-verify_hostname | $trust -verify_hostname a.wild.example -brief | $(with named) | | has=peername:\_*.wild
	-verify_hostname | $trust -verify_hostname other.example | $(with named) | | has=num=62:
	-verify_email | $trust -verify_email user@mail.example | $(with named) | | has=verify\_return:1
	-verify_email | $trust -verify_email other@mail.example | $(with named) | | has=num=63:
	-verify_ip | $trust -verify_ip 2001:db8::7 | $(with named) | | has=verify\_return:1
	-verify_ip | $trust -verify_ip 192.0.2.8 -verify_return_error | $(with named) | | wait has=num=64:
	END
}

@test "strict or lenient" {
	rows <<-'END'
	-ignore_critical | $trust -ignore_critical | $(with critical) | | has=verify\_return:1
	-ignore_critical | $trust | $(with critical) | | has=num=34:
	 | $trust | $(with no-times) | | has=num=13: has=num=14: has=notBefore= differs=stale-errors
	-x509_strict | $trust -x509_strict | $(with no-ids) | | has=num=85:
	-check_ss_sig | -verify 5 -CAfile $X509/broken.pem -check_ss_sig -verify_return_error | $(with under-broken) | | wait has=num=7:
	-check_ss_sig | -verify 5 -CAfile $X509/broken.pem | $(with under-broken) | | has=verify\_return:1
	-partial_chain | -verify 5 -CAfile $X509/sub.pem -partial_chain | $(with deep) | | has=verify\_return:1
	-partial_chain | -verify 5 -CAfile $X509/sub.pem | $(with deep) | | has=num=2: has=issuer=\_CN
	-allow_proxy_certs | $trust -allow_proxy_certs | $(with proxy user) | | has=Proxy
	-allow_proxy_certs | $trust | $(with proxy user) | | has=num=40:
	-suiteB_128_only | -verify 5 -CAfile $X509/p384-ca.pem -suiteB_128_only | $(with p384) | | has=num=60:
	-suiteB_128 | -verify 5 -CAfile $CERTS/ca.pem -suiteB_128 | -cert $CERTS/client-rsa.pem -key $CERTS/client-rsa-key.pem | | has=num=57:
	-suiteB_128 | -verify 5 -CAfile $X509/p384-ca.pem -suiteB_128 | $(with p384) | | has=verify\_return:1
	-suiteB_192 | $trust -suiteB_192 | $(with good) | | has=num=60:
	-suiteB_192 | -verify 5 -CAfile $X509/p384-ca.pem -suiteB_192 | $(with p384) | | has=verify\_return:1
	-issuer_checks -trusted_first -no_alt_chains | $trust -issuer_checks -trusted_first -no_alt_chains | $(with deep sub) | | has=verify\_return:1
	END
}
