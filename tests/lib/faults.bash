# Servers that have something wrong, slow or strange in them on purpose. For
# those that are started after the call.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # shared with the other libraries

# Use the build with fault points, and one of them.
faulty() # POINT:ACTION[:WORKER]
{
	S_SERVER=$BUILD/faults/s_server
	[ -x "$S_SERVER" ] || skip "there is no $BUILD/faults/s_server"
	export S_SERVER_FAULT=$1
}

# Servers from now on have tests/load/NAME.so loaded before them.
preload() # name
{
	local library=$BUILD/tests/load/$1.so

	! is_sanitized || skip 'sanitizers want nothing loaded before them'
	[ -e "$library" ] || skip "there is no $library"
	printf '#!/bin/bash\nLD_PRELOAD=%s exec "%s" "$@"\n' \
	    "$library" "$S_SERVER" >"$1-server"
	chmod +x "$1-server"
	S_SERVER=$PWD/$1-server
}

# A configuration file with slow_provider.c, which takes its time to sign.
slow_provider()
{
	cat <<-END
		openssl_conf = all
		[all]
		providers = providers
		alg_section = algorithms
		[providers]
		default = usual
		slow = slow
		[usual]
		activate = 1
		[slow]
		module = $BUILD/tests/load/slow_provider.so
		activate = 1
		[algorithms]
		default_properties = ?provider=slow
	END
}

# Do the server's processes look for leaks and bad memory accesses?
is_sanitized()
{
	grep -qa __asan_init "$S_SERVER"
}
