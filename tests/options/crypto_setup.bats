# What options do to the library as a whole: providers, engines, properties of
# algorithms, random seeds, its configuration file; and what it adds to the
# certificates: chains from other stores, extensions of the server's own.

load ../lib/helpers

pair="-cert $CERTS/server.pem -key $CERTS/server-key.pem"
rsa="-dcert $CERTS/server-rsa.pem -dkey $CERTS/server-rsa-key.pem"
second="-servername other.example -cert2 $CERTS/server2.pem -key2 $CERTS/server2-key.pem"
engine="-engine keeper -keyform ENGINE"

# Ours has a line that names what could not be used.
differs_culprits()
{
	sed -E -e '/^s_server: cannot (use|load) /d' \
	    -e '/^s_server: Option -[^ ]+ wants a directory$/d'
}

# Ours counts both contexts.
differs_statistics()
{
	sed '/server accepts/d'
}

# Where the stock program goes on.
refused() # text of the error, option...
{
	local text=$1

	shift
	run_server -accept 127.0.0.1:0 -cert "$CERTS/server.pem" \
	    -key "$CERTS/server-key.pem" "$@"
	assert_equal "$status" 1
	assert_contains "$stderr" "$text"
	assert_lacks "$output" ACCEPT
}

pem_block() # name, hexadecimal bytes
{
	printf -- '-----BEGIN %s-----\n' "$1"
	perl -e 'print pack("H*", $ARGV[0])' "$2" | base64
	printf -- '-----END %s-----\n' "$1"
}

setup()
{
	common_setup
	export OPENSSL_ENGINES=$BUILD/tests/load KEEPER=$CERTS
	export OPENSSL_CONF=$PWD/openssl.cnf
	cat "$CERTS"/{ca,intermediate}.pem >all.pem
	echo garbage >bad.pem
	: >empty
	head -c 100 /dev/urandom >seed
	mkdir hashed
	cp "$CERTS"/{ca,intermediate}.pem hashed
	openssl rehash hashed
	pem_block 'SERVERINFO FOR TESTS' ff110003616263 >info.pem
	pem_block 'SERVERINFOV2 FOR TESTS' 000001d0ff110003616263 >info2.pem
	pem_block 'SERVERINFO FOR TESTS' 000000 >short.pem
	cat >openssl.cnf <<-END
		openssl_conf = init
		[init]
		ssl_conf = sections
		[sections]
		server = server
		bad = bad
		pair = pair
		[server]
		MaxProtocol = TLSv1.2
		CipherString = ECDHE-ECDSA-AES128-GCM-SHA256
		[bad]
		NoSuchCommand = 1
		[pair]
		Certificate = $CERTS/server2.pem
		PrivateKey = $CERTS/server2-key.pem
	END
}

@test "providers, in their order" {
	rows <<-END
	-provider | $pair -provider legacy -provider default | | | \
	    has=CIPHER\_is
	-provider | $pair -provider legacy | | | refused
	-provider | $pair -provider base | | | refused
	-provider | $pair -provider nosuch | | | refused
	-provider | $pair -provider nosuch -provider another | | | refused
	-provider-path | $pair -provider-path /nowhere -provider legacy | | | \
	    refused
	-provider | $pair -provider legacy -provider default \
	    -provider-path /nowhere
	END
}

# The seed of a key, without the key that follows from it.
make_seed()
{
	"$OPENSSL" genpkey -algorithm ML-DSA-44 -out seed-key.pem \
	    -provparam ml-dsa.output_formats=seed-only
	"$OPENSSL" req -x509 -new -key seed-key.pem -subj /CN=seed -days 2 \
	    -out seed.pem
}

@test "parameters of providers" {
	local seed="-cert seed.pem -key seed-key.pem"
	local no_seeds=ml-dsa.input_formats=priv-only

	needs_library 3.5
	make_seed
	rows <<-END
	- | $seed | | | has=CIPHER\_is
	-provparam | $seed -provparam $no_seeds | | | refused has=seed-key.pem
	-provparam | $seed -provparam :$no_seeds | | | refused has=seed-key.pem
	-provparam | $seed -provparam default:$no_seeds | | | \
	    refused has=seed-key.pem
	-provparam | $seed -provider default -provider legacy \
	    -provparam 'legacy:${no_seeds/=/ = }' | | | has=CIPHER\_is
	-provparam | $seed -provider legacy -provparam $no_seeds \
	    -provider default | | | has=CIPHER\_is
	-provparam | $seed -provparam '$no_seeds ' | | | refused
	-provparam | $seed -provparam '${no_seeds/=/ = }' | | | refused
	-provparam | $seed -provparam $no_seeds \
	    -provparam ml-dsa.input_formats=seed-only | | | has=CIPHER\_is
	-provparam | $seed -provparam legacy:$no_seeds -provider legacy | | | \
	    refused has=legacy
	-provparam | $seed -provparam none:a=b | | | refused has=none
	-provparam | $seed -provparam a | | | refused has=malformed
	-provparam | $seed -provparam '' | | | refused has=malformed
	-provparam | $seed -provparam =b | | | refused has=malformed
	-provparam | $seed -provparam ' =b' | | | refused has=malformed
	-provparam | $seed -provparam default:=b | | | refused has=malformed
	-provparam | $seed -provparam a=b=c -provparam a= | | | has=CIPHER\_is
	END
}

# covers: -provparam
@test "the value of a parameter is not shown" {
	needs_library 3.5
	start_server -provparam default:pin=5ec4e7 -www
	assert_lacks "$(ps -ww -o args -s "$SERVER_PID")" 5ec4e7
	assert_contains "$(printf 'GET / HTTP/1.0\r\n\r\n' |
	    client -quiet 2>/dev/null)" '-provparam ***'
}

@test "-propquery chooses algorithms, or leaves none" {
	rows <<-END
	-propquery | $pair -propquery provider=default
	-propquery | $pair -propquery ?fips=yes
	-propquery | $pair -propquery fips=yes | | | refused differs=culprits
	-propquery | $pair -propquery fips=yes -provider default | | | \
	    refused differs=culprits
	END
	# Nobody has such properties: not even to open a file.
	rows <<-END
	-propquery | $pair -propquery no=such | | | refused has=no=such
	-propquery -xcert | -xcert $CERTS/server.pem -xkey $CERTS/server-key.pem \
	    -propquery no=such | | | refused has=Server\_Certificate
	-propquery -CRL | -nocert -CRL all.pem -propquery no=such | | | \
	    refused has=loading\_CRL
	-propquery -CAstore | -nocert -CAstore all.pem -propquery no=such | | | \
	    refused differs=culprits
	END
	refused 'cannot use -propquery garb age===' -propquery 'garb age==='
}

# The engine completes the name of the key, so that no file has it.
@test "keys of an engine" {
	needs_engines
	[ -e "$OPENSSL_ENGINES/keeper.so" ] || skip 'make load builds it'
	rows <<-END
	-engine -keyform | -cert $CERTS/server.pem -key server $engine | | | \
	    has=Engine\_"keeper"\_set. has=CIPHER\_is
	-engine | $pair -engine $OPENSSL_ENGINES/keeper.so | | | has="keeper"
	-engine -dkeyform | $pair -engine keeper -dcert $CERTS/server-rsa.pem \
	    -dkey server-rsa -dkeyform ENGINE | -tls1_2 -cipher aRSA | | has=-RSA-
	-keyform | -cert $CERTS/server.pem -key nosuch $engine | | | refused
	-keyform | -cert $CERTS/server.pem -key server2 $engine | | | \
	    refused differs=key-mismatch
	-keyform | $pair -keyform ENGINE | | | refused
	-dkeyform | $pair $rsa -dkeyform ENGINE | | | refused
	-engine | $pair -engine dynamic -keyform ENGINE | | | refused
	-engine | $pair -engine auto | | | has=auto\_ENGINE
	END
	refused 'Invalid engine "bogus"' -engine bogus
	refused 'Invalid engine "all.pem"' -engine all.pem
}

differs_key_mismatch()
{
	sed '/^s_server: the private key does not belong/d'
}

# covers: -engine -keyform
@test "keys of an engine in several workers, and after HUP" {
	needs_engines
	[ -e "$OPENSSL_ENGINES/keeper.so" ] || skip 'make load builds it'
	start_server -workers 2 -cert "$CERTS/server.pem" -key server \
	    -engine keeper -keyform ENGINE
	kill -HUP "$SERVER_PID"
	wait_for 5 file_has server.err 'reloaded: generation 2'
	assert_contains "$(client </dev/null 2>&1)" "$(named CN localhost)"
	assert_contains "$(client </dev/null 2>&1)" "$(named CN localhost)"
}

# Stock does not know the option there, which tells nobody why.
# covers: -engine
@test "-engine where the library has no engines" {
	! has_engines || skip 'this OpenSSL has engines'
	refused '-engine keeper: OpenSSL' -engine keeper
	refused 'has no engines' -engine auto
}

@test "-rand takes seeds, and names files that have none" {
	rows <<-END
	-rand | $pair -rand seed:seed
	-rand | $pair -rand none | | | refused
	-rand | $pair -rand seed:none -rand none2 | | | refused has=none2
	-rand | $pair -rand none -pass foo:bar | | | refused
	END
	refused "Can't load empty into RNG" -rand empty
	refused "Can't load hashed into RNG" -rand seed:hashed
}

# covers: -writerand
@test "-writerand leaves a seed at the end" {
	same_as_stock "$pair -writerand seed.out" ''
	assert_equal "$(stat -c '%s %a' seed.out)" '1024 600'
	rows <<-END
	-writerand | $pair -writerand /nowhere/seed | | | has=Cannot\_write
	-writerand | $pair -writerand hashed | | | has=Cannot\_write
	END
}

@test "-ssl_config sets the first context up from a section" {
	rows <<-END
	-ssl_config | $pair -ssl_config server | | | has=AES128
	-ssl_config | $pair -ssl_config server -tls1_3 | | | has=TLSv1.3
	-ssl_config | $pair -ssl_config server $second | \
	    -servername other.example | | has=AES256 differs=statistics
	-ssl_config | -nocert -ssl_config pair | | | has=other.example
	-ssl_config | $pair -ssl_config nosuch | | | refused
	-ssl_config | $pair -ssl_config bad | | | refused
	END
	export OPENSSL_CONF=$PWD/none.cnf
	rows <<-END
	- | $pair
	-ssl_config | $pair -ssl_config server | | | refused
	END
}

@test "-serverinfo answers clients that ask for an extension" {
	rows <<-END
	-serverinfo | $pair -serverinfo info.pem | \
	    -tls1_2 -serverinfo 65297 | | has=BEGIN\_SERVERINFO
	-serverinfo | $pair -serverinfo info2.pem | \
	    -tls1_2 -serverinfo 65297 | | has=BEGIN\_SERVERINFO
	-serverinfo | $pair $rsa -serverinfo info.pem | \
	    -tls1_2 -cipher aRSA -serverinfo 65297
	-serverinfo | $pair $second -serverinfo info.pem | -tls1_2 \
	    -serverinfo 65297 -servername other.example | | differs=statistics
	-serverinfo | $pair -serverinfo none.pem | | | refused differs=culprits
	-serverinfo | $pair -serverinfo bad.pem | | | refused differs=culprits
	-serverinfo | $pair -serverinfo empty | | | refused differs=culprits
	-serverinfo | $pair -serverinfo short.pem | | | refused differs=culprits
	-serverinfo | $pair -serverinfo all.pem | | | refused differs=culprits
	END
}

@test "chains from a store of their own" {
	rows <<-END
	-chainCAfile | $pair -chainCAfile all.pem | -showcerts | | has=2\_s:
	-chainCAfile | $pair -chainCAfile all.pem -build_chain | -showcerts | | \
	    has=2\_s:
	-chainCApath | $pair -chainCApath hashed | -showcerts | | has=2\_s:
	-chainCAstore | $pair -chainCAstore all.pem | -showcerts | | has=2\_s:
	-chainCAstore | $pair -chainCAstore file:$PWD/hashed -build_chain | \
	    -showcerts | | has=2\_s:
	-chainCAfile -xcert -xchain_build | $pair -xcert $CERTS/server-rsa.pem \
	    -xkey $CERTS/server-rsa-key.pem -xchain_build \
	    -chainCAfile all.pem | -showcerts | | has=2\_s:
	-chainCAfile | $pair -chainCAfile none.pem | | | refused differs=culprits
	-chainCAfile | $pair -chainCAfile bad.pem | | | refused differs=culprits
	-chainCApath | $pair -chainCApath none | | | refused differs=culprits
	-chainCAstore | $pair -chainCAstore none.pem | | | \
	    refused differs=culprits
	-chainCAstore | $pair -chainCAstore foo:bar | | | \
	    refused differs=culprits
	# The second context does not have it.
	-chainCAfile | $pair -chainCAfile all.pem $second | \
	    -showcerts -servername other.example | | differs=statistics
	END
	refused 'no certificates in bad.pem' -chainCAstore bad.pem
}

# covers: -chainCAfile -serverinfo
@test "HUP reads chains and extensions again" {
	start_server -workers 2 -chainCAfile all.pem -serverinfo info.pem
	assert_contains "$(client -showcerts -tls1_2 </dev/null 2>&1)" ' 2 s:'
	cp "$CERTS/ca.pem" all.pem
	pem_block 'SERVERINFO FOR TESTS' ff120003616263 >info.pem
	kill -HUP "$SERVER_PID"
	wait_for 5 file_has server.err 'reloaded: generation 2'
	client -showcerts -tls1_2 -serverinfo 65298 </dev/null >client.out 2>&1
	assert_lacks "$(<client.out)" ' 2 s:'
	assert_contains "$(<client.out)" 'BEGIN SERVERINFO'
	echo garbage >info.pem
	kill -HUP "$SERVER_PID"
	wait_for 5 file_has server.err \
	    'nothing is reloaded: cannot use -serverinfo info.pem'
}
