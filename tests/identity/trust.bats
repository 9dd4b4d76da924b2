# Whom the server trusts when it verifies clients: files, directories and
# stores, of its own and the system's; in all workers, contexts, generations.

load ../lib/helpers
load ../lib/x509

setup_file()
{
	make_x509
	mkdir "$X509/hashed"
	cp "$X509/ca.pem" "$X509/hashed"
	openssl rehash "$X509/hashed"
	openssl x509 -in "$X509/ca.pem" -outform DER -out "$X509/ca.der"
}

with() # name, name of the certificates of its chain
{
	echo "-cert $X509/$1.pem -key $X509/$1-key.pem" \
	    ${2:+-cert_chain "$X509/$2.pem"}
}

other="-CAfile $CERTS/unknown-ca.pem"

# What looking into a store leaves behind ends the stock program's connection.
differs_stale_errors()
{
	sed -E '/:error:(1C8000DE:.*search only supported|.*:param of incompatible type)/d
		s/^ERROR$/DONE/'
}

@test "files, directories and stores" {
	rows <<-'END'
	-CAstore | -verify 5 -CAstore $X509/ca.pem -verify_return_error | $(with good) | | has=verify\_return:1
	-CAstore | -verify 5 -CAstore file:$X509/ca.der -verify_return_error | $(with good) | | has=verify\_return:1
	-CAstore | -verify 5 -CAstore $X509/hashed -verify_return_error | $(with good) | | has=verify\_return:1 differs=stale-errors
	-CAstore | -verify 5 -CAstore $X509/sub.pem -CAfile $X509/ca.pem -verify_return_error | $(with deep) | | has=verify\_return:1
	-verifyCAfile | -verify 5 $other -verifyCAfile $X509/ca.pem -verify_return_error | $(with good) | | has=verify\_return:1
	-verifyCApath | -verify 5 $other -verifyCApath $X509/hashed -verify_return_error -tls1_2 | $(with good) | | has=verify\_return:1
	-verifyCAstore | -verify 5 $other -verifyCAstore $X509/ca.pem -verify_return_error | $(with good) | | has=verify\_return:1 differs=stale-errors
	-verifyCAfile | -verify 5 -CAfile $X509/ca.pem -verifyCAfile $CERTS/unknown-ca.pem | $(with good) | | has=num=20:
	-verifyCAfile -CRL | -verify 5 -verifyCAfile $X509/ca.pem -CRL $X509/revoked.crl -crl_check | $(with good) | | has=num=23:
	-no_ca_names | -verify 5 -CAfile $X509/ca.pem -no_ca_names | $(with good) | | has=No\_client\_certificate\_CA\_names\_sent
	-no_ca_names | -verify 5 -CAfile $X509/ca.pem -no_ca_names -tls1_2 | $(with good) | | has=No\_client\_certificate\_CA\_names\_sent
	-CAfile | -verify 5 -CAfile $X509/ca.pem -tls1_2 | $(with good) | | has=Acceptable\_client
	-verify | -verify -1 -CAfile $X509/ca.pem -verify_depth 0 | $(with deep sub) | | has=num=22:
	END
}

@test "what the system trusts, unless a file, directory or store is given" {
	export SSL_CERT_DIR=$X509/hashed SSL_CERT_FILE=$CERTS/ca.pem
	rows <<-'END'
	-no-CAfile | -verify 5 | $(with good) | | has=verify\_return:1
	-no-CApath | -verify 5 -no-CApath | $(with good) | | has=verify\_return:1 differs=stale-errors
	-no-CAstore | -verify 5 -no-CAstore | $(with good) | | has=verify\_return:1
	-no-CApath -no-CAstore | -verify 5 -no-CApath -no-CAstore | $(with good) | | has=num=19:
	-no-CAfile | -verify 5 -no-CAfile | -cert $CERTS/client-rsa.pem -key $CERTS/client-rsa-key.pem | | has=num=19:
	-CAfile | -verify 5 $other | $(with good) | | has=num=19:
	-CAstore | -verify 5 -CAstore $CERTS/unknown-ca.pem | $(with good) | | has=num=19: differs=stale-errors
	-verifyCAfile | -verify 5 -verifyCAfile $CERTS/unknown-ca.pem | $(with good) | | has=num=19:
	END
}

# The other tests do without the bundle of the machine.
# covers: -no-CAfile
@test "what this machine trusts" {
	unset SSL_CERT_FILE
	rows <<-'END'
	- | -verify 5 | $(with good) | | has=verify\_error
	-no-CAfile | -verify 5 -no-CAfile | $(with good) | | has=verify\_error
	END
}

# In the stock program a client that -servername switches over meets the other
# store.
# covers: -verifyCAfile -crl_check
@test "both contexts verify alike, in every worker" {
	local i name

	start_server -workers 3 -quiet -verify 5 -verify_return_error \
	    -CAfile "$CERTS/unknown-ca.pem" -verifyCAfile "$X509/ca.pem" -CRL "$X509/revoked.crl" \
	    -crl_check -cert2 "$CERTS/server2.pem" \
	    -key2 "$CERTS/server2-key.pem" -servername other.example
	for ((i = 0; i < 6; i++)); do
		for name in other.example localhost; do
			# shellcheck disable=SC2046
			client -tls1_2 -servername $name $(with server-only) \
			    </dev/null >/dev/null 2>&1 && fail 'wrong purpose'
			# shellcheck disable=SC2046
			client -tls1_2 -servername $name $(with no-ids) \
			    </dev/null >/dev/null
			# shellcheck disable=SC2046
			run client -tls1_2 -servername $name $(with good) \
			    </dev/null
			assert_equal "$status" 1
		done
	done
	wait_for 10 revoked 12
}

revoked() # how often
{
	[ "$(grep -c num=23: server.err)" -eq "$1" ]
}

# What the stock program cannot do with a file that holds no such object.
not_found()
{
	if library_is 4.0; then
		echo 'find or decode'
	elif library_is 3.2; then
		echo find
	else
		echo read
	fi
}

# covers: -CRL -verifyCAfile -CAstore
@test "HUP reads revocation lists and CA files again" {
	cp "$X509/empty.crl" list
	cp "$X509/ca.pem" ca.pem
	cp "$X509/ca.pem" store.pem
	start_server -workers 2 -verify 5 -verify_return_error -CRL list \
	    -crl_check -verifyCAfile ca.pem -CAstore store.pem \
	    -security_debug_verbose
	accepts good
	cp "$X509/revoked.crl" list
	accepts good
	reload 2
	refuses good 'certificate revoked'
	accepts no-ids
	echo rubbish >list
	refuse_reload "Could not $(not_found) CRL from list"
	rm list
	refuse_reload 'CRL from list: No such file'
	mkfifo list
	refuse_reload 'list is not a file that can be read again'
	rm list
	cp "$X509/empty.crl" list
	cp "$CERTS/unknown-ca.pem" ca.pem
	reload 3
	refuses good 'unable to get local issuer certificate'
	: >ca.pem
	refuse_reload 'CA certificates of ca.pem: no certificate or crl found'
	cp "$X509/ca.pem" ca.pem
	echo rubbish >store.pem
	refuse_reload 'no certificates in store.pem'
	rm store.pem
	mkfifo store.pem
	refuse_reload 'store.pem is no file that can be read again'
}

accepts() # name
{
	# shellcheck disable=SC2046
	client -tls1_2 $(with "$1") </dev/null >/dev/null 2>&1 ||
	    fail "does not accept $1"
}

refuses() # name, text of the server
{
	# shellcheck disable=SC2046
	client -tls1_2 $(with "$1") </dev/null >/dev/null 2>&1 &&
	    fail "accepts $1"
	wait_for 5 file_has server.err "$2"
}

reload() # generation
{
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err "generation $1 of the workers serves"
}

refuse_reload() # text
{
	REFUSED=$((${REFUSED:-0} + 1))
	kill -HUP "$SERVER_PID"
	wait_for 10 was_refused "$REFUSED"
	assert_contains "$(grep 'nothing is reloaded' server.err |
	    tail -n 1)" "$1"
}

was_refused() # times
{
	[ "$(grep -c 'nothing is reloaded' server.err)" -ge "$1" ]
}

# The stock program's lines first, then one that names the culprit.
# covers: -CRL -CRLform -CAstore -verifyCAfile -verifyCApath -verifyCAstore
# covers: -chainCAstore
@test "files that cannot be used end the start" {
	echo rubbish >bad
	: >empty
	mkfifo fifo
	local file unable='Unable to load CRL'

	! library_is 3.2 || unable='Could not '
	for file in none bad empty; do
		stops "-CRL $file" "$unable" "CRL from $file"
		stops "-verifyCAfile $file" 'Error loading store locations' \
		    "s_server: cannot load the CA certificates of $file"
	done
	stops "-CRL $X509/revoked.crl -CRLform DER" "$unable"
	stops "-CRL $X509/revoked.der -CRLform PEM" "$unable"
	stops "-CRL $X509/ca.pem" "$unable"
	stops '-CRLform P12' 'Invalid format "P12" for option -CRLform'
	stops '-verifyCAstore none' 'Error loading store locations' \
	    's_server: cannot load the CA certificates of none'
	stops '-CAstore none' 'CA certificates of none'
	stops '-CAstore nosuch:thing' 'CA certificates of nosuch:thing'
	stops '-verifyCApath none' 's_server: Not a directory: none'
	stops '-verifyCApath bad' 's_server: Not a directory: bad'
	stops_only_ours '-CAstore bad' 's_server: no certificates in bad'
	stops_only_ours '-verifyCAstore empty' 'no certificates in empty'
	refused '-CAstore fifo' 's_server: fifo is no file'
	refused "-CAstore FILE:$PWD/fifo" 'fifo is no file'
	refused "-verifyCAstore file://localhost$PWD/fifo" 'fifo is no file'
	refused "-chainCAstore file://$PWD/fifo" 'fifo is no file'
}

# covers: -policy -purpose -verify_name -verify_ip -attime -auth_level
# covers: -verify_depth -verify_hostname -verify_email
@test "values without sense end the start, as soon as they are read" {
	local option

	for option in '-policy bogus' '-policy 1.2.x' '-purpose bogus' \
	    '-verify_name bogus'; do
		# Before it says how deep it verifies.
		stops "$option -verify 1" 's_server: Invalid '
		assert_equal "$stderr" "$(<stock.err)"
	done
	for option in '-attime abc' '-attime 99999999999999999999' \
	    '-auth_level x' '-verify_depth ""'; do
		stops "$option" "s_server: Can't parse"
		# Ours names the option on a line of its own.
		assert_equal "$(grep -v " Option ${option% *} " <<<"$stderr")" \
		    "$(<stock.err)"
	done
	stops '-verify_ip nonsense' 's_server: -verify_ip nonsense: not an IP'
	stops '-verify_ip 1.2.3' 'not an IP address'
	stops_only_ours '-auth_level 6' 's_server: -auth_level 6: not 0 to 5'
	stops_only_ours '-auth_level -1' 's_server: -auth_level -1: not 0 to 5'
	stops_only_ours '-verify_depth -1' 'verify_depth -1: below 0'
	stops_only_ours "-verify_hostname ''" 'not a host name'
	stops_only_ours "-verify_email ''" 'not a mail address'
}

# Ours and the stock program: exit status 1, the texts in ours.
stops() # options, text...
{
	refused "$@"
	local ours=$stderr

	stock_status=0
	eval "timeout 10 $OPENSSL s_server -nocert -accept 127.0.0.1:0 $1" \
	    </dev/null >stock.out 2>stock.err || stock_status=$?
	assert_equal "$stock_status" 1
	stderr=$ours
}

# Differs by verify-values: the stock program serves.
stops_only_ours() # options, text...
{
	refused "$@"
}

refused() # options, text...
{
	local text

	eval "run_server -nocert -accept 127.0.0.1:0 $1"
	assert_equal "$status" 1
	shift
	for text; do
		assert_contains "$stderr" "$text"
	done
}

# The second handshake asks for a certificate, whose chain may have any length.
ask_again() # name, client option...
{
	local name=$1

	shift
	client_start "$name-client" "$@"
	client_connected "$name-client"
	type_to "$name" 'R\n'
	wait_for 5 file_has "$name.err" 'verify return:1' || :
	client_end "$name-client"
}

@test "asked for in a connection, without -verify: any depth will do" {
	rows <<-'END'
	-CAfile | -CAfile $X509/ca.pem -tls1_2 -verify_depth 0 -no_resumption_on_reneg | $(with deep sub) | | scenario=ask_again has=num=22: mask=results differs=renegotiations
	END
}

# The stock program prints them with the next flush.
results()
{
	sed '/^SSL_do_handshake -> /d; /^Read BLOCK/d'
}
