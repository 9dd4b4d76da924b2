# scripts/package, with stand-ins for the tools of Debian: what it gives them,
# what it says where something is missing, and that it leaves nothing. The
# package itself is made, installed and removed by "scripts/test-on --package".

load ../lib/helpers

setup()
{
	common_setup
	[[ $BUILD != */sanitize* ]] || skip 'it runs no server'
	git -C "$ROOT" rev-parse -q --verify HEAD >/dev/null 2>&1 ||
	    skip 'no Git clone here'
	mkdir tools temporary
	# As dpkg-buildpackage leaves it, with what it was given.
	tool dpkg-buildpackage "cp -R debian $PWD/given && ls >$PWD/tree &&
	    touch ../s-server_1_all.deb"
	tool dh ''
	tool lintian ''
}

tool() # name, shell command
{
	printf '#!/bin/sh\n%s\n' "$2" >"tools/$1"
	chmod 755 "tools/$1"
}

package() # argument...
{
	run env PATH="$PWD/tools:$PATH" TMPDIR="$PWD/temporary" \
	    DEBFULLNAME='A Tester' DEBEMAIL=tester@example.org \
	    timeout $((60 * SLOW)) "$ROOT/scripts/package" "$@"
}

@test "package: the control files are whole, and the last line is the package" {
	version=$("$S_SERVER" -version | sed -n 's/^s_server //p')
	package out
	assert_equal "$status" 0
	assert_equal "${lines[-1]}" "$PWD/out/s-server_1_all.deb"
	[ -f "${lines[-1]}" ]
	assert_equal "$(head -n 1 given/changelog)" \
	    "s-server ($version-1) unstable; urgency=medium"
	assert_matches "$(tail -n 1 given/changelog)" \
	    '^ -- A Tester <tester@example\.org>  [A-Z][a-z][a-z], .* [+-][0-9]{4}$'
	assert_contains "$(<given/control)" \
	    'Maintainer: A Tester <tester@example.org>'
	assert_contains "$(<given/copyright)" \
	    "$(sed -n 's/^Copyright (c)/Copyright:/p' "$ROOT/LICENSE")"
	assert_contains "$(<given/copyright)" ' THE SOFTWARE IS PROVIDED'
	run ! grep -rE '@[A-Z]+@' given
	# What is committed, and nothing else.
	assert_equal "$(grep -vx debian tree)" \
	    "$(git -C "$ROOT" ls-tree --name-only HEAD | grep -v '^\.')"
	[ ! -e "$ROOT/debian" ]
	assert_equal "$(ls temporary)" ''
}

@test "package: what fails is told in one line, and nothing is left" {
	tool lintian 'exit 1'
	package out
	assert_equal "$status" 1
	assert_equal "$output" 'package: lintian finds errors in the package'
	assert_equal "$(ls out temporary)" $'out:\n\ntemporary:'
	tool dpkg-buildpackage 'echo some reason; exit 2'
	package out
	assert_equal "$status" 1
	assert_equal "$output" $'some reason\npackage: the package cannot be built'
	package out -x
	assert_equal "$status" 1
	assert_equal "$output" 'package: usage: package [FOLDER]'
}

@test "package: what is missing is named" {
	mkdir bin
	for name in bash dirname env timeout realpath; do
		ln -s "$(command -v "$name")" bin
	done
	PATH=$PWD/bin run "$ROOT/scripts/package"
	assert_equal "$status" 1
	assert_equal "$output" 'package: no dpkg-buildpackage here: ./scripts/install-packages package'
}
