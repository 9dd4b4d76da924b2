# What the tests of fetching share: responders on ports the kernel chooses, and
# certificates that name them.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # for other libraries and the tests

CA=$CERTS/intermediate

# "openssl ocsp", which knows all test certificates as good. Sets RESPONDER.
start_responder() # name, option of openssl ocsp...
{
	local name=$1

	shift
	make_index >index.txt
	launch "$name" "$OPENSSL" ocsp -index index.txt -CA "$CA.pem" \
	    -rsigner "$CA.pem" -rkey "$CA-key.pem" -port 0 "$@"
	wait_for 10 file_has "$name.out" ACCEPT || return 1
	RESPONDER=127.0.0.1:$(sed -n 's/^ACCEPT .*:\([0-9]*\) .*/\1/p' "$name.out")
}

# tests/lib/responder. Sets RESPONDER.
start_http() # name, mode, file
{
	local name=$1

	shift
	launch "$name" "$ROOT/tests/lib/responder" "$@"
	wait_for 10 file_has "$name.out" ACCEPT || return 1
	RESPONDER=127.0.0.1:$(sed -n 's/^ACCEPT //p' "$name.out")
}

requests() # name
{
	grep -c ^REQUEST "$1.out"
}

make_index()
{
	local file serial

	for file in "$CERTS"/server{,-rsa,2}.pem; do
		serial=$("$OPENSSL" x509 -in "$file" -noout -serial)
		printf 'V\t401231235959Z\t\t%s\tunknown\t/CN=%s\n' \
		    "${serial#*=}" "${file##*/}"
	done
}

# A response about certs/NAME.pem into NAME.ocsp.
make_response() # name, option of openssl ocsp...
{
	local name=$1

	shift
	make_index >index.txt
	"$OPENSSL" ocsp -index index.txt -CA "$CA.pem" -rsigner "$CA.pem" \
	    -rkey "$CA-key.pem" -issuer "$CA.pem" -cert "$CERTS/$name.pem" \
	    -respout "$name.ocsp" "$@" >/dev/null 2>&1
}

# NAME.pem and NAME-key.pem with these extensions; SERIAL is its number.
make_certificate() # name, extension...
{
	local name=$1

	shift
	"$OPENSSL" req -new -newkey ec \
	    -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout "$name-key.pem" \
	    -subj "/CN=$name" -out "$name.csr" 2>/dev/null
	printf '%s\n' "$@" >"$name.ext"
	"$OPENSSL" x509 -req -in "$name.csr" -CA "$CA.pem" \
	    -CAkey "$CA-key.pem" -set_serial "${SERIAL:-0x$RANDOM}" -days 2 \
	    -extfile "$name.ext" -out "$name.pem" 2>/dev/null
}

# What s_client says in TLS 1.3 of a server that staples nothing.
no_status()
{
	if library_is 3.6; then
		echo 'OCSP responses: no responses sent'
	else
		echo 'OCSP response: no response sent'
	fi
}

# Times and signatures of two responses.
mask_response()
{
	sed -E -e 's/^( *(Produced At|This Update|Next Update): ).*/\1TIME/' \
	    -e '/^ {8}([0-9a-f]{2}:){5,}[0-9a-f]{2}:?$/d' \
	    -e '/^ {8}([0-9a-f]{2}:?){1,18}$/d'
}

# From OpenSSL 3.6 on the stock program prints the reasons later, with an ERROR,
# or never.
differs_status_reasons()
{
	if library_is 3.6; then
		sed -E -e '/^THREAD:error:/d' -e 's/^ERROR$/DONE/'
	else
		cat
	fi
}
