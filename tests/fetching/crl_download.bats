# -crl_download: revocation lists from where clients' certificates say.

load ../lib/helpers
load ../lib/ocsp

CA=$CERTS/ca

# "openssl ca" needs files for what it knows of revocations: certificate 02.
make_list() # file, option of openssl ca...
{
	local file=$1

	shift
	printf 'R\t401231235959Z\t250101000000Z\t02\tunknown\t/CN=revoked\n' \
	    >list.txt
	echo 01 >list.number
	printf '%s\n' '[ca]' 'default_ca = x' '[x]' 'database = list.txt' \
	    'crlnumber = list.number' 'default_md = sha256' >list.cnf
	"$OPENSSL" ca -config list.cnf -gencrl -cert "$CA.pem" \
	    -keyfile "$CA-key.pem" -out list.pem "$@" 2>list.log
	"$OPENSSL" crl -in list.pem -outform DER -out "$file"
}

# NAME with this number, whose list is at URL.
make_client() # name, number, extension...
{
	local name=$1 SERIAL=$2

	shift 2
	make_certificate "$name" "$@"
}

# What the address sanitizer says once of a stack that is not its own.
mask_stack()
{
	grep -av -e 'WARNING: ASan is ignoring requested' \
	    -e '^False positive error reports may follow' \
	    -e '^For details see .*sanitizers/issues/189' || :
}

differs_crl_download()
{
	sed -E -e '/^s_server: warning: -crl_download has no effect/d' \
	    -e 's/(max_resp_len|max)=[0-9]+/\1=N/'
}

VERIFY="-verify 3 -verifyCAfile $CERTS/ca.pem -CAfile $CERTS/ca.pem"
CHECK="$VERIFY -crl_download -crl_check"

@test "a list is fetched as the stock program fetches it" {
	make_list list.crl -crldays 2
	start_http list file list.crl
	make_client good 1 "crlDistributionPoints=URI:http://$RESPONDER/a"
	make_client revoked 2 "crlDistributionPoints=URI:http://$RESPONDER/a"
	make_client delta 3 \
	    "crlDistributionPoints=URI:ldap://x/,URI:http://$RESPONDER/b" \
	    "freshestCRL=URI:http://$RESPONDER/delta"
	make_client https 4 "crlDistributionPoints=URI:https://$RESPONDER/a"
	make_client none 5 'basicConstraints=CA:FALSE'
	start_http garbage garbage
	make_client garbage 6 "crlDistributionPoints=URI:http://$RESPONDER/a"
	start_http huge huge
	make_client huge 7 "crlDistributionPoints=URI:http://$RESPONDER/a"
	rows <<-END
	-crl_download | $CHECK | -tls1_2 -cert good.pem -key good-key.pem | | mask=mask_stack
	-crl_download | $CHECK | -tls1_3 -cert good.pem -key good-key.pem | | mask=mask_stack
	-crl_download | $CHECK -verify_return_error | -tls1_2 -cert revoked.pem -key revoked-key.pem | | has=certificate\_revoked wait mask=mask_stack
	-crl_download | $CHECK | -cert delta.pem -key delta-key.pem | | mask=mask_stack
	-crl_download | $CHECK | -cert https.pem -key https-key.pem | | has=unable\_to\_get\_certificate\_CRL mask=mask_stack
	-crl_download | $CHECK | -cert none.pem -key none-key.pem | | has=unable\_to\_get\_certificate\_CRL mask=mask_stack
	-crl_download | $CHECK | -cert garbage.pem -key garbage-key.pem | | has=Unable\_to\_load\_CRL mask=mask_stack
	-crl_download | $CHECK | -cert huge.pem -key huge-key.pem | | has=max\_resp\_len mask=mask_stack differs=crl-download
	-crl_download | $VERIFY -crl_download -crl_check -crl_check_all | -cert good.pem -key good-key.pem | | has=verify\_return:1 mask=mask_stack
	-crl_download | $VERIFY -crl_download | -cert none.pem -key none-key.pem | | has=verify\_return:1 mask=mask_stack
	-crl_download | -verify 3 -CAfile $CERTS/ca.pem -crl_download -crl_check | -cert good.pem -key good-key.pem | | has=unable\_to\_get\_certificate\_CRL mask=mask_stack differs=crl-download
	END
}

# covers: -crl_download
@test "handshakes that need the same list wait for one request, others not" {
	local i

	make_list list.crl -crldays 2
	start_http late delay list.crl
	make_client good 1 "crlDistributionPoints=URI:http://$RESPONDER/a"
	start_server -www -workers 2 -verify 3 -verify_return_error \
	    -verifyCAfile "$CERTS/ca.pem" -crl_download -crl_check
	for i in 1 2 3 4 5 6; do
		client_start "c$i" -cert good.pem -key good-key.pem -ign_eof \
		    -tls1_2
	done
	wait_for 10 file_has late.out REQUEST
	within_ms 2000 'a client beside it' tls_load --request /
	for i in 1 2 3 4 5 6; do
		wait_for 10 file_has "c$i.out" 'Verify return code'
	done
	talk 'GET / HTTP/1.0\r\n\r\n' 'HTTP/1.0 200' -cert good.pem \
	    -key good-key.pem
	assert_equal "$(requests late)" 1
}

# covers: -crl_download
@test "a server of lists that is silent costs its time and no more" {
	start_http silent silent
	make_client good 1 "crlDistributionPoints=URI:http://$RESPONDER/a"
	start_server -www -workers 1 -verify 3 -status_timeout 1 \
	    -verifyCAfile "$CERTS/ca.pem" -crl_download -crl_check
	client_start waits -cert good.pem -key good-key.pem -ign_eof -tls1_2
	wait_for 10 file_has silent.out REQUEST
	tls_load --connections 5 --request /
	wait_for 10 file_has waits.out 'Verify return code'
	wait_for 10 file_has server.err 'Unable to load CRL via CDP'
	wait_for 10 file_has server.err 'unable to get certificate CRL'
}

# covers: -crl_download
@test "the server ends at once, and a client may leave, while a list is awaited" {
	start_http silent silent
	make_client good 1 "crlDistributionPoints=URI:http://$RESPONDER/a"
	start_server -workers 1 -verify 3 -verifyCAfile "$CERTS/ca.pem" \
	    -crl_download -crl_check
	client_start leaves -cert good.pem -key good-key.pem -ign_eof
	wait_for 10 file_has silent.out REQUEST
	end_process leaves KILL
	client_start waits -cert good.pem -key good-key.pem -ign_eof -tls1_2
	sleep 0.3
	type_to server 'Q\n'
	within_ms 2000 'the end' wait_exit server
	assert_nothing_left
}

# covers: -crl_download -async
@test "a list is waited for behind a provider that leaves its descriptor" {
	make_list list.crl -crldays 2
	start_http late delay list.crl
	make_client good 1 "crlDistributionPoints=URI:http://$RESPONDER/a"
	slow_provider >slow.conf
	export OPENSSL_CONF=$PWD/slow.conf SLOW_KEEPS=1
	start_server -www -workers 1 -verify 3 -verify_return_error -async \
	    -cert "$CERTS/server-rsa.pem" -key "$CERTS/server-rsa-key.pem" \
	    -verifyCAfile "$CERTS/ca.pem" -crl_download -crl_check
	unset OPENSSL_CONF
	talk 'GET / HTTP/1.0\r\n\r\n' 'HTTP/1.0 200' -cert good.pem \
	    -key good-key.pem
}

# What stock would ask for: it looks for lists before it verifies signatures.
assert_not_asked() # option of s_client...
{
	client "$@" </dev/null >client.out 2>&1 || :
	assert_equal "$(requests list)" 0
}

# A certificate of this name and a list at the responder, by any issuer.
make_other() # name, issuer's certificate, issuer's key, extension...
{
	local name=$1 ca=$2 key=$3

	shift 3
	"$OPENSSL" req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
	    -noenc -keyout "$name-key.pem" -subj "/CN=$name" \
	    -out "$name.csr" 2>/dev/null
	printf '%s\n' "crlDistributionPoints=URI:http://$RESPONDER/$name" \
	    'authorityKeyIdentifier=none' "$@" >"$name.ext"
	"$OPENSSL" x509 -req -in "$name.csr" -CA "$ca" -CAkey "$key" \
	    -set_serial "0x$RANDOM" -days 2 -extfile "$name.ext" \
	    -out "$name.pem" 2>/dev/null
}

@test "nothing is asked for a certificate that no trusted one has signed" {
	local subject

	make_list list.crl -crldays 2
	start_http list file list.crl
	make_client good 1 "crlDistributionPoints=URI:http://$RESPONDER/a"
	make_other own "$CA.pem" "$CA-key.pem"
	# The authority's name, and another key.
	subject=$("$OPENSSL" x509 -in "$CA.pem" -noout -subject -nameopt \
	    RFC2253,sep_comma_plus,-dn_rev)
	subject=${subject#subject=}
	"$OPENSSL" req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
	    -noenc -keyout fake-key.pem -out fake.pem \
	    -subj "/${subject//,//}" 2>/dev/null
	make_other forged fake.pem fake-key.pem
	# Under one that is good, but no authority.
	make_other below good.pem good-key.pem
	# By nobody but itself.
	"$OPENSSL" req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
	    -noenc -keyout self-key.pem -out self.pem -subj /CN=self \
	    -addext "crlDistributionPoints=URI:http://$RESPONDER/self" \
	    2>/dev/null
	# shellcheck disable=SC2086 # several options
	start_server -ign_eof $CHECK
	assert_not_asked -cert self.pem -key self-key.pem
	assert_not_asked -cert forged.pem -key forged-key.pem
	assert_not_asked -cert forged.pem -key forged-key.pem \
	    -cert_chain fake.pem
	assert_not_asked -cert below.pem -key below-key.pem \
	    -cert_chain good.pem
	wait_for 10 file_has server.err 'unable to get certificate CRL'
	client -cert own.pem -key own-key.pem </dev/null >client.out 2>&1
	assert_equal "$(requests list)" 1
}

# chain.pem: so many certificates below one with the authority's name and a key
# of its own, slow to verify; the client's is leaf.pem.
make_own_chain() # count
{
	local i subject key

	for key in own:brainpoolP512r1 leaf:P-256; do
		"$OPENSSL" genpkey -algorithm EC -out "${key%:*}-key.pem" \
		    -pkeyopt "ec_paramgen_curve:${key#*:}"
		"$OPENSSL" pkey -in "${key%:*}-key.pem" -pubout \
		    -out "${key%:*}.pub"
	done
	subject=$("$OPENSSL" x509 -in "$CA.pem" -noout -subject -nameopt \
	    RFC2253,sep_comma_plus,-dn_rev)
	subject=${subject#subject=}
	"$OPENSSL" req -x509 -new -key own-key.pem -subj "/${subject//,//}" \
	    -out link0.pem
	printf '%s\n' 'basicConstraints=CA:TRUE' 'authorityKeyIdentifier=none' \
	    >link.ext
	for ((i = 1; i <= $1; i++)); do
		key=own
		[ "$i" -lt "$1" ] || key=leaf
		"$OPENSSL" x509 -new -subj "/CN=$i" -force_pubkey "$key.pub" \
		    -CA "link$((i - 1)).pem" -CAkey own-key.pem -set_serial "$i" \
		    -days 2 -extfile link.ext -out "link$i.pem"
	done
	mv "link$1.pem" leaf.pem
	for ((i = $1 - 1; i > 0; i--)); do
		cat "link$i.pem"
	done >chain.pem
}

# Ticks of CPU that a worker spends on three handshakes with that chain.
chain_costs() # option...
{
	local i pid before after

	start_server -quiet -ign_eof -workers 1 -verify 100 \
	    -verifyCAfile "$CA.pem" "$@"
	pid=$(worker 1)
	before=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
	for i in 1 2 3; do
		client -cert leaf.pem -key leaf-key.pem -cert_chain chain.pem \
		    -tls1_2 </dev/null >client.out 2>&1 || :
	done
	after=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
	COST=$((after - before))
	stop_server
	[ "$(count_lines "$(server_err)" 'depth=0 ')" -ge 3 ]
}

# A list is looked for at each of its n certificates. If all below were verified
# each time, that would be n * n / 2 signatures.
# covers: -crl_download
@test "a long chain that a client made itself costs not much more with lists" {
	local plain

	make_own_chain 30
	chain_costs
	plain=$COST
	chain_costs -crl_download -crl_check_all
	assert_contains "$(server_err)" 'unable to get certificate CRL'
	echo "# $plain ticks, with lists $COST" >&3
	[ "$COST" -le $((5 * plain + 10 * SLOW)) ]
}

requests_are() # name, count
{
	[ "$(requests "$1")" -eq "$2" ]
}

@test "a client address has four lists fetched at once, others do not wait" {
	local i

	start_http silent silent
	for i in 1 2 3 4 5 6; do
		make_client "c$i" "$i" \
		    "crlDistributionPoints=URI:http://$RESPONDER/$i"
	done
	# shellcheck disable=SC2086 # several options
	start_server -workers 2 -ign_eof $CHECK -status_timeout $((20 * SLOW))
	for i in 1 2 3 4 5; do
		client_start "c$i" -cert "c$i.pem" -key "c$i-key.pem" -tls1_2
	done
	wait_for 10 requests_are silent 4
	sleep 0.5
	assert_equal "$(requests silent)" 4
	client_start other -cert c6.pem -key c6-key.pem -tls1_2 \
	    -bind 127.0.0.2:0
	wait_for 10 requests_are silent 5
	grep -q 'REQUEST GET /6' silent.out
}

# covers: -crl_download
@test "-crl_download that has no effect is told at the start (crl-download)" {
	start_server -verify 3 -CAfile "$CERTS/ca.pem" -crl_download -crl_check
	assert_contains "$(server_err)" \
	    's_server: warning: -crl_download has no effect without -verifyCAfile'
	stop_server
	# shellcheck disable=SC2086 # several options
	start_server $CHECK
	assert_lacks "$(server_err)" warning
}

# Whoever has issued it is verified in the midst of the client's verification.
@test "a list of another issuer, whose certificate the client sends" {
	make_client signer 9 'keyUsage=critical,cRLSign' \
	    'basicConstraints=critical,CA:FALSE' 'subjectKeyIdentifier=hash'
	printf '%s\n' '[ca]' 'default_ca = x' '[x]' 'database = list.txt' \
	    'crlnumber = list.number' 'default_md = sha256' '[exts]' \
	    'issuingDistributionPoint=critical,@idp' \
	    'authorityKeyIdentifier=keyid' '[idp]' 'indirectCRL=TRUE' \
	    >list.cnf
	: >list.txt
	echo 01 >list.number
	"$OPENSSL" ca -config list.cnf -gencrl -cert signer.pem \
	    -keyfile signer-key.pem -crldays 2 -crlexts exts -out list.pem \
	    2>list.log
	"$OPENSSL" crl -in list.pem -outform DER -out list.crl
	start_http list file list.crl
	make_client good 1 'crlDistributionPoints=point' '[point]' \
	    "fullname=URI:http://$RESPONDER/" 'CRLissuer=dirName:issuer' \
	    '[issuer]' 'CN=signer'
	for options in -crl_check -crl_check_all; do
		# shellcheck disable=SC2086 # several options
		start_server -ign_eof $VERIFY -crl_download $options \
		    -extended_crl -workers 1
		client -cert good.pem -key good-key.pem -cert_chain signer.pem \
		    </dev/null >client.out 2>&1
		assert_contains "$(<client.out)" 'Verify return code'
		wait_for 10 file_has server.err "$(named CN signer)"
		assert_lacks "$(server_err)" 'was killed'
		stop_server
	done
}

# A list of the authority with 02 and so many others.
make_long_list() # count
{
	{
		printf 'R\t401231235959Z\t250101000000Z\t02\tunknown\t/CN=revoked\n'
		seq -f '%.0f' $((10 ** 17)) $((10 ** 17 + $1)) |
		    awk '{ printf "R\t401231235959Z\t250101000000Z\t%s\t" \
			"unknown\t/CN=other\n", $1 }'
	} >list.txt
	echo 01 >list.number
	printf '%s\n' '[ca]' 'default_ca = x' '[x]' 'database = list.txt' \
	    'crlnumber = list.number' 'default_md = sha256' >list.cnf
	"$OPENSSL" ca -config list.cnf -gencrl -cert "$CA.pem" \
	    -keyfile "$CA-key.pem" -crldays 2 -out list.pem 2>list.log
	"$OPENSSL" crl -in list.pem -outform DER -out list.crl
}

# covers: -crl_max_bytes
@test "a list of megabytes is taken, kept and read once, by every worker" {
	local size

	make_long_list 40000
	size=$(wc -c <list.crl)
	[ "$size" -gt 1100000 ]
	start_http list file list.crl
	make_client good 1 "crlDistributionPoints=URI:http://$RESPONDER/a"
	make_client revoked 2 "crlDistributionPoints=URI:http://$RESPONDER/a"
	# shellcheck disable=SC2086 # several options
	start_server -www -workers 1 $CHECK -verify_return_error
	request='GET / HTTP/1.0\r\n\r\n'
	talk "$request" 'HTTP/1.0 200' -cert good.pem -key good-key.pem
	talk "$request" 'HTTP/1.0 200' -cert good.pem -key good-key.pem
	client -cert revoked.pem -key revoked-key.pem <<<"$request" \
	    >revoked.out 2>&1 || :
	wait_for 10 file_has server.err 'certificate revoked'
	kill_worker 1
	wait_for 10 has_workers 1
	talk "$request" 'HTTP/1.0 200' -cert good.pem -key good-key.pem
	assert_equal "$(requests list)" 1
	stop_server
	# shellcheck disable=SC2086 # several options
	start_server -ign_eof $CHECK -crl_max_bytes $((size - 1))
	client -cert good.pem -key good-key.pem </dev/null >small.out 2>&1
	wait_for 10 file_has server.err "max=$((size - 1))"
	stop_server
	# shellcheck disable=SC2086 # several options
	start_server -ign_eof $CHECK -crl_max_bytes "$size"
	client -cert good.pem -key good-key.pem </dev/null >enough.out 2>&1
	assert_lacks "$(server_err)" 'verify error'
}

# covers: -crl_max_bytes
@test "a list is asked for again when its worker had an older one" {
	make_list list.crl -crlsec 2
	start_http one file list.crl
	make_client good 1 "crlDistributionPoints=URI:http://$RESPONDER/a"
	# shellcheck disable=SC2086 # several options
	start_server -ign_eof -workers 1 $CHECK -crl_max_bytes 1000
	client -cert good.pem -key good-key.pem </dev/null >/dev/null 2>&1
	wait_for 10 requests_are one 1
	sleep 4
	client -cert good.pem -key good-key.pem </dev/null >/dev/null 2>&1
	wait_for 10 requests_are one 2
	wait_for 10 file_has server.err 'CRL has expired'
}

@test "-crl_max_bytes wants a sensible number" {
	run_server -crl_max_bytes 0
	assert_equal "$status" 1
	assert_contains "$stderr" '-crl_max_bytes'
	run_server -crl_max_bytes 1073741825
	assert_equal "$status" 1
	assert_contains "$stderr" '-crl_max_bytes'
}
