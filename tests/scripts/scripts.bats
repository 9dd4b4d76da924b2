# The scripts and make targets that users and harnesses call.

load ../lib/helpers

setup()
{
	common_setup
	SCRIPTS=$ROOT/scripts
}

# make, not as a part of the make that may have called the tests.
plain_make() # argument...
{
	env -u MAKEFLAGS -u MAKELEVEL -u WERROR -u V \
	    timeout $((120 * SLOW)) make -C "$ROOT" BUILD="$BUILD" "$@"
}

@test "openssl s_server is this server, under the caller's own pid" {
	S_SERVER=$BUILD/s_server launch server "$SCRIPTS/openssl" s_server \
	    -accept 127.0.0.1:0 -workers 2 -cert "$CERTS/server.pem" \
	    -key "$CERTS/server-key.pem"
	wait_for 10 file_has server.out ACCEPT
	PORT=$(port_of_line server.out -accept 127.0.0.1:0)
	SERVERS+=("${PIDS[server]}:$PORT:server")
	assert_equal "$(readlink "/proc/${PIDS[server]}/exe")" "$S_SERVER"
	assert_equal "$(port_of_pid "${PIDS[server]}")" "$PORT"
	client </dev/null >/dev/null
	stop_server
}

@test "any other openssl command is the system's, also if the script is first on PATH" {
	run "$SCRIPTS/openssl" version
	assert_equal "$status" 0
	assert_equal "$output" "$(PATH=/usr/bin:/bin openssl version)"
	ln -s "$SCRIPTS/openssl" openssl
	PATH=$PWD:$SCRIPTS:$PATH run timeout 10 openssl version
	assert_equal "$status" 0
	assert_contains "$output" OpenSSL
}

@test "openssl without a system openssl says so" {
	mkdir bin
	ln -s "$(command -v sh)" "$(command -v readlink)" \
	    "$(command -v dirname)" bin
	PATH=$PWD/bin run -127 "$SCRIPTS/openssl" version
	assert_contains "$output" 'no system openssl'
}

@test "quickstart shows clients served and resumed by all workers" {
	BUILD=$BUILD run timeout $((120 * SLOW)) "$SCRIPTS/quickstart"
	assert_equal "$status" 0
	assert_contains "$output" 'ok 200 failed 0'
	assert_contains "$output" 'worker 4: served'
	# A worker on a busy machine may lose its turn now and then.
	assert_equal "$(grep -cE '^pairs 100 on-another-worker (9.|100)$' \
	    <<<"$output")" 4
	assert_equal "$(count_lines "$output" \
	    'ok 100 failed 0 resumed 100')" 4
	assert_contains "$output" ' 300 session cache hits'
	assert_contains "${lines[-1]}" "${BUILD#"$ROOT"/}/s_server -accept 4433"
}

@test "quickstart --run leaves the server in the foreground, with its options" {
	launch server env BUILD="$BUILD" "$SCRIPTS/quickstart" --run \
	    -accept 127.0.0.1:0 -workers 2
	wait_for 60 file_has server.out ACCEPT
	PORT=$(port_of_line server.out -accept 127.0.0.1:0)
	SERVERS+=("${PIDS[server]}:$PORT:server")
	client </dev/null >/dev/null
	stop_server
}

@test "install-packages says nothing when all is there" {
	run "$SCRIPTS/install-packages" test
	assert_equal "$status" 0
	assert_equal "$output" ''
}

@test "install-packages without apt-get names the packages and stops" {
	mkdir bin
	ln -s "$(command -v bash)" "$(command -v id)" bin
	PATH=$PWD/bin run bash "$SCRIPTS/install-packages" build
	assert_equal "$status" 1
	assert_contains "$output" gcc
	assert_contains "$output" libssl-dev
	assert_lacks "$output" shellcheck
	PATH=$PWD/bin run bash "$SCRIPTS/install-packages" test
	assert_equal "$status" 1
	assert_contains "$output" bats
}

# Stand-ins for the tools of a Debian machine that has nothing yet.
bare_machine() # exit status of apt-get
{
	local tool

	mkdir bin
	for tool in bash id cat rm mktemp tail env; do
		ln -s "$(command -v "$tool")" bin
	done
	printf '#!/bin/bash\necho "apt-get $*" >>"%s/calls"\nexit %s\n' \
	    "$PWD" "$1" >bin/apt-get
	printf '#!/bin/bash\nshift\nexec "$@"\n' >bin/sudo
	chmod +x bin/apt-get bin/sudo
}

@test "install-packages installs what is missing and says what" {
	bare_machine 0
	PATH=$PWD/bin run bash "$SCRIPTS/install-packages" build
	assert_equal "$status" 0
	assert_contains "$output" 'Installing: gcc'
	assert_matches "$(<calls)" 'install .*libbsd-dev'
}

@test "install-packages without a network: one clear line" {
	bare_machine 100
	PATH=$PWD/bin run bash "$SCRIPTS/install-packages" build
	assert_equal "$status" 1
	assert_contains "${lines[-1]}" 'could not install'
	assert_contains "${lines[-1]}" network
}

# A copy of what check-layers looks at, to plant mistakes in.
copy_tree()
{
	mkdir tree
	cp -r "$ROOT/src" "$ROOT/workers" "$ROOT/include" tree
}

@test "the layers hold" {
	run "$SCRIPTS/check-layers"
	[[ ${#lines[@]} -eq 1 && $output = 'no new objects in '* ]] ||
	    assert_equal "$output" ''
	assert_equal "$status" 0
}

@test "check-layers finds every kind of planted mistake" {
	local file header

	while read -r file header; do
		rm -rf tree
		copy_tree
		echo "#include $header" >>"tree/$file"
		run "$SCRIPTS/check-layers" tree
		assert_equal "$status" 1
		assert_contains "$output" "$file: "
		header=${header//[\"<>]/}
		assert_contains "$output" "$header"
	done <<-'EOT'
	src/master/master.c "worker.h"
	src/master/master.c "tls/tls_context.h"
	src/master/master.c <openssl/ssl.h>
	workers/accept/acceptor.c <openssl/ssl.h>
	workers/accept/acceptor.c "connection/connection.h"
	workers/base/loop.c "shared/shared.h"
	workers/handlers/brief.c "net/transport.h"
	workers/text/outlet.c "master/master.h"
	src/sessions/session_cache.c <openssl/ssl.h>
	src/foundation/log.c "config/config.h"
	src/config/config.c "shared/shared.h"
	src/tls/tls_context.c "connection/connection.h"
	src/tls/base/tls_error.c "tls/ocsp.h"
	src/fetch/transfer.c "master/master.h"
	include/master/process.h "worker.h"
	src/foundation/log.c "foundation/nothing.h"
	EOT
	rm -rf tree
	copy_tree
	mkdir tree/src/new
	echo >tree/src/new/stray.c
	run "$SCRIPTS/check-layers" tree
	assert_equal "$status" 1
	assert_contains "$output" 'src/new/stray.c: is in no layer'
}

# Three files that need each other round about, and one that only needs them.
@test "check-layers finds a planted circle" {
	local pair file needed

	mkdir -p tree/build
	cp -a "$ROOT/src" "$ROOT/workers" "$ROOT/include" tree
	BUILD=build run "$SCRIPTS/check-layers" tree
	assert_equal "$output" 'no new objects in build: circles are not looked for'
	assert_equal "$status" 0
	cp -a "$BUILD/src" "$BUILD/workers" tree/build
	BUILD=build run "$SCRIPTS/check-layers" tree
	[ -z "$output" ] || skip "$output"
	for pair in one:two two:three three:one four:one; do
		file=src/foundation/${pair%:*}
		needed=${pair#*:}
		printf '%s\n' "int ${pair%:*}(void);" "int $needed(void);" \
		    "int ${pair%:*}(void) { return $needed() + 1; }" \
		    >"tree/$file.c"
		cc -c -o "tree/build/$file.o" "tree/$file.c"
	done
	BUILD=build run "$SCRIPTS/check-layers" tree
	assert_equal "$status" 1
	assert_equal "$(sort <<<"$output")" "$(sort <<-'EOT'
	src/foundation/one.c: is in a circle: needs two of src/foundation/two.c
	src/foundation/two.c: is in a circle: needs three of src/foundation/three.c
	src/foundation/three.c: is in a circle: needs one of src/foundation/one.c
	EOT
	)"
}

# A tree with one test, of the options that a server with this -help has.
coverage_of() # test, line of -help...
{
	rm -rf tree
	mkdir -p tree/{scripts,man} tree/tests/{lib,any}
	cp "$SCRIPTS/coverage-options" tree/scripts
	cp "$ROOT/tests/lib/claims.awk" tree/tests/lib
	echo '.It Fl one' >tree/man/s_server.1
	echo '-one' >tree/tests/lib/stock-options
	printf '%s' "$1" >tree/tests/any/one.bats
	shift
	printf '%s\n' '#!/bin/sh' "printf ' %s\\n' $*" >tree/server
	chmod +x tree/server
	S_SERVER=./server run tree/scripts/coverage-options
}

@test "coverage-options finds what has no test, no manual, no -help" {
	local used=$'# covers: -one\n@test "t" {\n\tstart_server -one\n}\n'
	local row=$'@test "t" {\n\trows <<-END\n\t-one | -one\n\tEND\n}\n'

	coverage_of "$used" -one
	assert_equal "$status" 0
	assert_matches "$output" $'-one +yes +yes +- +tests/any/one.bats:2\n'
	coverage_of "$row" -one
	assert_equal "$status" 0
	coverage_of '' -one
	assert_equal "$status" 1
	assert_matches "$output" '-one +yes +yes +- +NONE'
	coverage_of "$used" -one -two
	assert_equal "$status" 1
	assert_matches "$output" '-two +yes +no +- +NONE'
	coverage_of "$used" -two
	assert_equal "$status" 1
	assert_matches "$output" '-one +no +yes +- +tests/any/one.bats:2'
	# Claims that are not true: the option is the client's, or unknown.
	coverage_of "${used/start_server/same_as_stock \'\'}" -one
	assert_equal "$status" 1
	assert_contains "$output" 'tests/any/one.bats:2: -one is not used: t'
	coverage_of "${row/| -one/| | -one}" -one
	assert_equal "$status" 1
	assert_contains "$output" 'tests/any/one.bats:1: -one is not used: t'
	coverage_of "${used//-one/-three}" -one
	assert_equal "$status" 1
	assert_contains "$output" 'no such option: -three'
}

@test "a warning ends a build only with WERROR=1" {
	local all=(all unit load bench-programs fuzz)

	echo 'void gone(void) __attribute__((deprecated));
		static inline void call_it(void) { gone(); }' >deprecated.h
	run plain_make BUILD="$PWD/user" CFLAGS="-include $PWD/deprecated.h" \
	    "$PWD/user/src/foundation/text.o"
	assert_equal "$status" 0
	assert_contains "$output" deprecated-declarations
	run plain_make BUILD="$PWD/ours" CFLAGS="-include $PWD/deprecated.h" \
	    WERROR=1 "$PWD/ours/src/foundation/text.o"
	assert_equal "$status" 2
	assert_contains "$output" deprecated-declarations
	# Nor does one in any other program that users build.
	assert_lacks "$(plain_make -n BUILD="$PWD/none" "${all[@]}")" -Werror
}

# glibc refuses then what it cannot check.
@test "flags of a distribution are taken beside our own" {
	run plain_make BUILD="$PWD/new" CFLAGS='-O2 -Werror' \
	    CPPFLAGS=-D_FORTIFY_SOURCE=2 "$PWD/new/src/master/stats_file.o"
	[ "$status" = 0 ] || fail "$output"
}

@test "make prints a line a file, with V=1 the commands, with -s nothing" {
	local what=(BUILD="$PWD/new" "$PWD/new/tests/load/numbers")

	run plain_make --no-print-directory "${what[@]}"
	assert_equal "$status" 0
	assert_equal "$(sort <<<"$output")" \
	    "$(printf '%s\n' 'CC tests/load/memory_client.c' \
		'CC tests/load/numbers.c' "LD $PWD/new/tests/load/numbers")"
	rm -r new
	run plain_make -s "${what[@]}"
	assert_equal "$status $output" '0 '
	rm -r new
	run plain_make V=1 "${what[@]}"
	assert_equal "$status" 0
	assert_contains "$output" '-c -o '
	assert_lacks "$output" 'CC tests'
}

### Another OpenSSL

# The system's own, as if it were installed elsewhere.
another_openssl() # folder, as lib64
{
	local real

	real=$(pkg-config --variable=libdir libssl)
	mkdir -p other/include "other/$1"
	ln -s /usr/include/openssl other/include/openssl
	ln -s "$real"/lib{ssl,crypto}.so* "$real/pkgconfig" "other/$1"
}

numbers_with() # the OpenSSL of this folder, if one is named
{
	run plain_make --no-print-directory BUILD="$PWD/new" \
	    ${1:+OPENSSL_DIR="$1"} "$PWD/new/tests/load/numbers"
	[ "$status" = 0 ] || fail "$output"
}

@test "OPENSSL_DIR builds with another OpenSSL, and runs with it" {
	local folder

	for folder in lib64 lib lib/any .; do
		rm -rf other
		another_openssl "$folder"
		numbers_with "$PWD/other"
		assert_contains "$(ldd new/tests/load/numbers)" \
		    "=> $(realpath "other/$folder")/libssl.so"
	done
	assert_contains "$(plain_make -n BUILD="$PWD/none" \
	    OPENSSL_DIR="$PWD/other")" "-isystem $PWD/other/include"
}

# One of our functions must not be named as one that the library has inside.
@test "a static library is taken where there is no other" {
	local objects libraries

	read -ra libraries <<<"$(pkg-config --static --libs-only-l libssl) \
$(pkg-config --libs libbsd-overlay)"
	gcc -x c -o trial - "${libraries[@]}" <<<'int main(void) { return 0; }' ||
	    skip 'this system has not all that its libssl.a needs'
	another_openssl lib
	rm other/lib/lib*
	cp -s "$(pkg-config --variable=libdir libssl)"/lib{ssl,crypto}.a \
	    other/lib || skip 'this system has no libssl.a'
	numbers_with "$PWD/other"
	assert_lacks "$(ldd new/tests/load/numbers)" libssl
	! is_sanitized || skip 'the rest is not for objects with sanitizers'
	mapfile -t objects < <(cd "$ROOT" && find src workers -name '*.c' |
	    sed "s|^|$BUILD/|; s|c\$|o|")
	# With it, if the build is.
	# shellcheck disable=SC2046 # several words or none
	gcc -pthread -o static "${objects[@]}" "$BUILD/manual_text.o" -Lother/lib \
	    "${libraries[@]}" $(ldd "$S_SERVER" | grep -q hiredis &&
		pkg-config --libs hiredis)
	./static -version >/dev/null
}

@test "objects of one OpenSSL are not used with another" {
	another_openssl lib64
	numbers_with
	numbers_with
	assert_contains "$output" 'up to date'
	numbers_with "$PWD/other"
	assert_contains "$output" 'CC tests/load/numbers.c'
	numbers_with "$PWD/other"
	assert_contains "$output" 'up to date'
	numbers_with
	assert_contains "$output" 'CC tests/load/numbers.c'
	assert_lacks "$(ldd new/tests/load/numbers)" "$PWD/other"
}

@test "a wrong OPENSSL_DIR is one line, and does not keep from cleaning" {
	run plain_make --no-print-directory OPENSSL_DIR=/nowhere
	assert_equal "$status" 2
	assert_equal "${#lines[@]}" 1
	assert_contains "$output" \
	    'OPENSSL_DIR=/nowhere has no include/openssl/opensslv.h'
	another_openssl lib64
	rm other/lib64/*
	numbers_with
	run plain_make --no-print-directory BUILD="$PWD/new" \
	    OPENSSL_DIR="$PWD/other"
	assert_equal "$status" 2
	assert_equal "${#lines[@]}" 1
	assert_contains "$output" "OPENSSL_DIR=$PWD/other has no libssl"
	rm -r new
	PKG_CONFIG=false run plain_make --no-print-directory BUILD="$PWD/new"
	assert_equal "$status" 2
	assert_equal "${#lines[@]}" 1
	assert_contains "$output" 'no OpenSSL is installed for building'
	# And cleaning does not read what a user types.
	mkfifo silent
	run plain_make -n clean OPENSSL_DIR=/nowhere 0<>silent
	assert_equal "$status" 0
}

@test "make help lists the targets" {
	local target

	run plain_make -s help
	assert_equal "$status" 0
	for target in all clean help test lint unit load bench bench-plot \
	    install uninstall; do
		assert_matches "$output" "(^|"$'\n'")$target  +[a-z]"
	done
}

@test "make-certs shows what openssl said when it failed" {
	mkdir bin
	printf '#!/bin/sh\necho "no entropy today" >&2\nexit 1\n' >bin/openssl
	chmod +x bin/openssl
	PATH=$PWD/bin:$PATH run "$SCRIPTS/make-certs" "$PWD/certs"
	assert_equal "$status" 1
	assert_contains "$output" 'no entropy today'
	assert_equal "$(ls -A certs)" ''
}

@test "make-certs makes nothing anew without a reason" {
	local before

	before=$(stat -c %y "$CERTS/server.pem")
	"$SCRIPTS/make-certs"
	assert_equal "$(stat -c %y "$CERTS/server.pem")" "$before"
	"$SCRIPTS/make-certs" "$PWD/certs" >/dev/null
	run openssl verify -CAfile certs/ca.pem -untrusted certs/chain.pem \
	    certs/server.pem certs/server-rsa.pem certs/client-chain.pem
	assert_equal "$status" 0
}

# All linters but those that look at the whole tree are made up.
@test "lint fails for what its version of a linter finds, and skips another's" {
	local name

	mkdir linters
	for name in clang-format clang-tidy cppcheck shellcheck; do
		# shellcheck disable=SC2016 # for the script
		printf '%s\n' '#!/bin/sh' 'echo "version $LINTERS"' \
		    '[ "$1" = --version ]' >"linters/$name"
	done
	for name in gcc clang mandoc; do
		printf '%s\n' '#!/bin/sh' >"linters/$name"
	done
	chmod +x linters/*
	export PATH=$PWD/linters:$PATH
	LINTERS=99.1.2 run "$SCRIPTS/lint"
	assert_equal "$status" 0
	assert_contains "$output" \
	    'skip   clang-tidy: the tree is for version 14, this is 99.1.2'
	assert_equal "$(grep -c '^skip ' <<<"$output")" 5
	LINTERS=14.0.6 run "$SCRIPTS/lint"
	assert_equal "$status" 1
	assert_equal "$(grep -c '^FAILED clang' <<<"$output")" 2
	assert_equal "$(grep -c '^skip ' <<<"$output")" 3
}
