# Certificates and revocation lists for the tests of X.509 validation, made in
# the folder X509 once a file:
#
#	load ../lib/x509
#	setup_file() { make_x509; }
#
# Everything hangs below the root CA ca.pem. A client NAME has NAME.pem and
# NAME-key.pem; all have the same key, but for p384.

# shellcheck shell=bash
# shellcheck disable=SC2154 # set by Bats

X509=${BATS_FILE_TMPDIR:-}/x509

make_x509()
{
	mkdir "$X509"
	(
		cd "$X509" && set -e
		make_keys
		make_authorities
		make_clients
		make_policy_clients
		make_lists
	) 2>"$BATS_FILE_TMPDIR/x509.log" ||
	    { cat "$BATS_FILE_TMPDIR/x509.log" >&2; return 1; }
}

make_keys()
{
	local curve

	for curve in 256 384; do
		openssl genpkey -algorithm EC -out p$curve.key \
		    -pkeyopt ec_paramgen_curve:P-$curve
	done
}

# A certificate signed by the issuer's, or by itself. Extensions are lines
# of x509v3_config(5).
make_one() # name, issuer, common name, extensions, option of openssl x509...
{
	local name=$1 issuer=$2 subject=$3 key=p256
	local sign=(-CA "$issuer.pem" -CAkey "$issuer-key.pem")

	[[ $name != p384* ]] || key=p384
	[[ $subject == /* ]] || subject=/CN=$subject
	cp "$key.key" "$name-key.pem"
	[ "$name" != "$issuer" ] || sign=(-signkey "$name-key.pem")
	printf '%s\n' "$4" >"$name.ext"
	shift 4
	openssl req -new -key "$name-key.pem" -subj "$subject" |
	    openssl x509 -req "${sign[@]}" -extfile "$name.ext" -days 3650 \
		-out "$name.pem" "$@"
}

ids='subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid'
authority="basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
$ids"
client="extendedKeyUsage = clientAuth
$ids"

make_authorities()
{
	make_one ca ca 'Root' "$authority"
	make_one sub ca 'Intermediate' "$authority"
	make_one p384-ca p384-ca 'P-384 root' "$authority" -sha384
	# Its signature of itself is damaged.
	make_one broken broken 'Broken root' "$authority"
	openssl x509 -in broken.pem -outform DER |
	    perl -0777 -pe 's/(.)$/chr(ord($1) ^ 1)/se' |
	    openssl x509 -inform DER -out broken.new
	mv broken.new broken.pem
}

make_clients()
{
	make_one good ca 'Good client' "$client"
	make_one deep sub 'Deep client' "$client"
	make_one under-broken broken 'Client of the broken root' "$client"
	make_one p384 p384-ca 'P-384 client' "$client" -sha384
	make_one named ca 'Named client' "$client
		subjectAltName = DNS:host.example, DNS:*.wild.example, \
		    email:user@mail.example, IP:192.0.2.7, IP:2001:db8::7"
	make_one server-only ca 'Server' "extendedKeyUsage = serverAuth
		$ids"
	make_one critical ca 'Critical client' "$client
		1.3.6.1.4.1.8072.9999.1 = critical, DER:0500"
	make_one no-ids ca 'Client without key ids' \
	    'extendedKeyUsage = clientAuth'
	make_one fresh ca 'Client with delta lists' "$client
		freshestCRL = URI:http://crl.example/delta"
	# Its times are none, and so its signature is wrong.
	make_one no-times ca 'Client without times' "$client"
	openssl x509 -in no-times.pem -outform DER |
	    perl -0777 -pe 's/\d{5}Z/xxxxxZ/g' |
	    openssl x509 -inform DER -out no-times.new
	mv no-times.new no-times.pem
	make_one user ca 'User' "$client
		keyUsage = digitalSignature"
	make_one proxy user '/CN=User/CN=Proxy' "$ids
		proxyCertInfo = critical, language:id-ppl-anyLanguage"
}

# 1.2.3.4 in the intermediate CA: there, any, or mapped to 1.2.3.5.
make_policy_clients()
{
	local ca="$authority
certificatePolicies"

	make_one policy-ca ca 'Policy CA' "$ca = 1.2.3.4"
	make_one policy policy-ca 'Policy client' "$client
		certificatePolicies = 1.2.3.4"
	make_one any-ca ca 'Any policy CA' "$ca = 2.5.29.32.0"
	make_one any any-ca 'Any policy client' "$client
		certificatePolicies = 1.2.3.4"
	make_one map-ca ca 'Mapping CA' "$ca = 1.2.3.4
		policyMappings = 1.2.3.4:1.2.3.5"
	make_one map map-ca 'Mapped client' "$client
		certificatePolicies = 1.2.3.5"
}

# A list of what the CA has revoked. The extensions may lead to more sections.
make_list() # name, CA, extensions, certificate that is revoked...
{
	local name=$1 ca=$2 number=01 dates=()

	printf '%s\n' '[ca]' 'default_ca = this' '[this]' 'database = index' \
	    'crlnumber = crlnumber' 'default_md = sha256' \
	    'default_crl_days = 3650' 'crl_extensions = list' '[list]' \
	    'authorityKeyIdentifier = keyid' "$3" >list.cnf
	# Older than its base: of two that would do, the library takes the newer.
	[ "$name" != delta ] || number=02 dates=(-crl_lastupdate \
	    20200101000000Z -crl_nextupdate 20491231235959Z)
	[ "$name" != old ] || dates=(-crl_lastupdate 20200101000000Z \
	    -crl_nextupdate 20200201000000Z)
	rm -f index*
	: >index
	echo "$number" >crlnumber
	shift 3
	while [ $# -gt 0 ]; do
		list_command -revoke "$1.pem" -crl_reason keyCompromise
		shift
	done
	list_command -gencrl -out "$name.crl" "${dates[@]}"
}

list_command() # option of openssl ca...
{
	openssl ca -config list.cnf -cert "$ca.pem" -keyfile "$ca-key.pem" "$@"
}

make_lists()
{
	make_list empty ca ''
	make_list sub sub '' deep
	make_list revoked ca '' good
	make_list old ca ''
	make_list delta ca '2.5.29.27 = critical, DER:020101' fresh
	make_list indirect ca \
	    'issuingDistributionPoint = critical, indirectCRL:TRUE'
	make_list reasons ca 'issuingDistributionPoint = critical, @point
[point]
onlysomereasons = keyCompromise' good
	openssl crl -in revoked.crl -outform DER -out revoked.der
	cat ca.pem empty.crl sub.crl >with-lists.pem
	cat ca.pem empty.crl delta.crl >with-delta.pem
}
