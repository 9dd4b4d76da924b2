# "make install" puts there what a user needs, each of it works from there, and
# "make uninstall" leaves all as it was before.

load ../lib/helpers

setup()
{
	common_setup
	[[ $BUILD != */sanitize* ]] || skip 'it is about files'
	PLACE=$PWD/place
	PREFIX=/usr/local
}

# make, not as a part of the make that may have called the tests.
plain_make() # argument...
{
	env -u MAKEFLAGS -u MAKELEVEL -u WERROR -u V -u OPENSSL_DIR \
	    timeout $((240 * SLOW)) make -s -C "$ROOT" BUILD="$BUILD" \
	    DESTDIR="$PLACE" PREFIX="$PREFIX" "$@"
}

# Modes and names of all that is there.
listing() # folder
{
	(cd "$1" && find . -printf '%M %p %l\n' | sort -k 2)
}

expected_files()
{
	local file

	cat <<-EOF
	755 bin/s_server
	755 bin/s_server-log-report
	755 bin/s_server-openssl
	755 bin/s_server-resumption-check
	644 share/bash-completion/completions/s_server
	644 share/bash-completion/completions/s_server-openssl
	644 share/fish/vendor_completions.d/s_server-openssl.fish
	644 share/fish/vendor_completions.d/s_server.fish
	644 share/man/man1/s_server-log-report.1
	644 share/man/man1/s_server-openssl.1
	644 share/man/man1/s_server-resumption-check.1
	644 share/man/man1/s_server.1
	644 share/s_server/installed
	644 share/zsh/site-functions/_s_server
	EOF
	cd "$ROOT" || return
	for file in man/*.[2-8]; do
		echo "644 share/man/man${file##*.}/${file##*/}"
	done
	for file in scripts/{resumption,report}/*; do
		echo "644 share/s_server/${file#scripts/}"
	done
	for file in scripts/harness/*.bash; do
		echo "644 share/s_server/${file##*/}"
		echo "644 lib/bats/s_server/${file##*/}"
	done
	for file in scripts/systemd/*.{service,socket}; do
		echo "644 lib/systemd/system/${file##*/}"
	done
}

@test "make install: these files, and nothing is built or written but them" {
	touch before
	plain_make install
	assert_equal "$(cd "$PLACE$PREFIX" && find . -type f -printf '%m %P\n' |
		sort -k 2)" "$(expected_files | grep -v '/\*\.' | sort -k 2)"
	assert_equal "$(cd "$BUILD" &&
		find s_server src workers completions -newer "$OLDPWD/before")" ''
	assert_equal "$(find "$PLACE" -type d -not -perm 755)" ''
	# They say nothing of where they were built, nor of DESTDIR.
	run ! grep -rlF -e "$ROOT" -e "$PLACE" "$PLACE$PREFIX/share" \
	    "$PLACE$PREFIX"/bin/s_server-*
	run ! grep -rE '@[A-Z]+@' "$PLACE$PREFIX/lib"
}

@test "what is installed works from there" {
	local bin share words

	PREFIX="/opt/it's a folder & more"
	plain_make install
	bin=$PLACE$PREFIX/bin share=$PLACE$PREFIX/share
	# In a unit it is one word, whatever is in it.
	read -ra words < <(sed -n 's/^ExecStart=//p' \
	    "$PLACE$PREFIX/lib/systemd/system/s_server.service")
	assert_equal "$(printf '%b\n' "${words[@]}")" "$(printf '%s\n' \
	    "$PREFIX/bin/s_server" -options "$PREFIX/etc/s_server/options")"
	S_SERVER=$bin/s_server
	start_server -www -label -workers 2
	assert_equal "$(readlink "/proc/$SERVER_PID/exe")" "$S_SERVER"
	run timeout $((30 * SLOW)) "$bin/s_server-resumption-check" -k tls13 \
	    -c 1 -n 2 "127.0.0.1:$PORT" 3>&-
	assert_equal "$status" 0
	assert_contains "$output" 'TLS 1.3 ticket'
	stop_server
	run "$bin/s_server-resumption-check"
	assert_contains "$output" 's_server-resumption-check: which server?'
	run "$bin/s_server-log-report" /dev/null
	assert_contains "$output" ' 0 connections: '
	# By a link first on PATH, as a harness has it.
	mkdir first
	ln -s "$bin/s_server-openssl" first/openssl
	unset S_SERVER
	PATH=$PWD/first:$PATH run openssl s_server -version
	assert_equal "$output" "$("$bin/s_server" -version)"
	PATH=$PWD/first:$PATH run openssl version
	assert_equal "$output" "$(openssl version)"
	for page in "$share"/man/man*/*; do
		run mandoc -T lint -W error "$page"
		assert_equal "$status $output" '0 '
	done
	bash -c '. "$1" && complete -p s_server s_server-openssl' bash \
	    "$share/bash-completion/completions/s_server"
}

@test "make uninstall leaves all as it was before, also among foreign files" {
	mkdir -p "$PLACE$PREFIX"/{bin,share/man/man1,share/zsh/site-functions} \
	    "$PLACE/usr/local/lib/empty"
	echo foreign >"$PLACE$PREFIX/bin/other"
	echo foreign >"$PLACE$PREFIX/share/man/man1/other.1"
	chmod 700 "$PLACE$PREFIX/share/man"
	listing "$PLACE" >before
	plain_make install
	[ -x "$PLACE$PREFIX/bin/s_server" ]
	# As an update would.
	plain_make install
	plain_make uninstall
	listing "$PLACE" | diff before -
	# What others put into our folders stays.
	plain_make install
	touch "$PLACE$PREFIX/share/s_server/theirs"
	plain_make uninstall
	listing "$PLACE" | diff before - | grep '^[<>]' >rest || :
	assert_equal "$(<rest)" "> drwxr-xr-x ./usr/local/share/s_server 
> $(stat -c %A before) ./usr/local/share/s_server/theirs "
	run plain_make uninstall
	assert_equal "$status $output" "0 installation: nothing is installed in $PLACE$PREFIX/share/s_server"
}

@test "an update takes away what only the earlier version had" {
	plain_make install
	mkdir "$PLACE$PREFIX/share/old"
	touch "$PLACE$PREFIX/share/old/part"
	printf '%s\n' "file $PREFIX/share/old/part" "folder $PREFIX/share/old" \
	    >>"$PLACE$PREFIX/share/s_server/installed"
	plain_make install
	[ ! -e "$PLACE$PREFIX/share/old/part" ]
	plain_make uninstall
	assert_equal "$(ls -A "$PLACE")" ''
}

@test "somebody who may not write to build/ installs into a folder of his own" {
	[ "$(id -u)" -eq 0 ] || skip 'needs root to be somebody else'
	setpriv --reuid 65534 --clear-groups test -r "$ROOT/Makefile" ||
	    skip 'nobody else may read this tree'
	# Nobody else may enter the folder of this test.
	own=$(mktemp -d)
	chown 65534 "$own"
	run env -u MAKEFLAGS -u MAKELEVEL setpriv --reuid 65534 --clear-groups \
	    make -s -C "$ROOT" BUILD="$BUILD" PREFIX="$own/home" install
	found=$(cd "$own" && find . -name s_server -perm 755 -type f)
	rm -rf "$own"
	assert_equal "$status $output" '0 '
	assert_equal "$found" ./home/bin/s_server
}

@test "an install that fails half-way can be taken away, too" {
	mkdir -p "$PLACE$PREFIX/share"
	echo foreign >"$PLACE$PREFIX/share/man"
	listing "$PLACE" >before
	run plain_make install
	assert_equal "$status" 2
	[ -x "$PLACE$PREFIX/bin/s_server" ]
	plain_make uninstall
	listing "$PLACE" | diff before -
}

# In place of a program that the script calls: the Nth call ends the script.
deadly() # program, N
{
	mkdir -p deadly
	: >calls
	cat >"deadly/$1" <<-END
	#!/bin/sh
	echo >>'$PWD/calls'
	[ "\$(wc -l <'$PWD/calls')" -ne $2 ] || kill -s KILL "\$PPID"
	exec $(command -v "$1") "\$@"
	END
	chmod +x "deadly/$1"
}

@test "an install or uninstall that is killed half-way can be taken away, too" {
	mkdir -p "$PLACE$PREFIX/bin"
	listing "$PLACE" >before
	deadly install 15
	PATH=$PWD/deadly:$PATH run plain_make install
	assert_equal "$status" 2
	[ -x "$PLACE$PREFIX/bin/s_server" ]
	rm deadly/install
	plain_make uninstall
	listing "$PLACE" | diff before -
	# What the earlier version had is known, too.
	plain_make install
	touch "$PLACE$PREFIX/bin/old"
	echo "file $PREFIX/bin/old" >>"$PLACE$PREFIX/share/s_server/installed"
	deadly install 15
	PATH=$PWD/deadly:$PATH run plain_make install
	assert_equal "$status" 2
	rm deadly/install
	deadly rm 5
	PATH=$PWD/deadly:$PATH run plain_make uninstall
	assert_equal "$status" 2
	plain_make uninstall
	listing "$PLACE" | diff before -
}

@test "an install for which there is no room can be taken away, too" {
	local room

	mkdir -p "$PLACE$PREFIX/bin"
	listing "$PLACE" >before
	# In KiB: not even the record, then some files but not the server.
	for room in 0 64; do
		run bash -c 'ulimit -f "$1"; trap "" XFSZ; shift; exec "$@"' \
		    bash "$room" env -u MAKEFLAGS -u MAKELEVEL make -s \
		    -C "$ROOT" BUILD="$BUILD" DESTDIR="$PLACE" \
		    PREFIX="$PREFIX" install
		assert_equal "$status" 2
		assert_contains "$output" 'File too large'
		[ "$room" -eq 0 ] || plain_make uninstall
		listing "$PLACE" | diff before -
	done
}

@test "a folder where a program would be is left alone" {
	mkdir -p "$PLACE$PREFIX/bin/s_server"
	listing "$PLACE" >before
	run plain_make install
	assert_equal "$status" 2
	assert_contains "$output" \
	    "there is a folder in this place: $PLACE$PREFIX/bin/s_server"
	listing "$PLACE" | diff before -
}

@test "a folder that depends on where one stands is refused" {
	PREFIX=home
	run plain_make install
	assert_equal "$status" 2
	assert_contains "$output" \
	    'installation: BINDIR must begin with a /: home/bin'
	[ ! -e "$PLACE" ]
}

@test "make install keeps the OpenSSL of the build" {
	mkdir built
	echo '/opt/some openssl /opt/some/libssl.so 3.5.0' >built/openssl.used
	run plain_make -n install BUILD="$PWD/built"
	assert_contains "$output" 'OPENSSL_DIR=/opt/some has no'
}

@test "make install keeps a build without hiredis" {
	local is

	pkg-config --exists hiredis || skip 'no hiredis is installed'
	is=$(pkg-config --modversion libssl)
	mkdir built
	echo "$is" >built/openssl.used
	run plain_make -n V=1 install BUILD="$PWD/built"
	assert_contains "$output" ' -o '
	assert_lacks "$output" HIREDIS
	echo "$is with hiredis $(pkg-config --modversion hiredis)" \
	    >built/openssl.used
	run plain_make -n V=1 install BUILD="$PWD/built"
	assert_contains "$output" -DHIREDIS
}
