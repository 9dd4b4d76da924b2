# The units of systemd: they are valid, they fence the server in, and the server
# needs nothing that is behind the fence. No systemd need run.

load ../lib/helpers

# What "make install" does, with the program under test.
setup()
{
	common_setup
	command -v systemd-analyze >/dev/null ||
		skip 'systemd-analyze is not installed'
	mkdir units
	for unit in "$ROOT"/scripts/systemd/*.{service,socket}; do
		sed -e "s|@BINDIR@/s_server|$S_SERVER|" \
		    -e "s|@SYSCONFDIR@|$PWD|" "$unit" >"units/${unit##*/}"
	done
}

@test "systemd-analyze verify has nothing to say of the units" {
	run systemd-analyze verify --man=no units/*
	assert_equal "$status" 0
	assert_equal "$output" ''
}

@test "systemd-analyze security: an exposure below 2.0" {
	local level

	level=$(systemd-analyze security --offline=yes --no-pager \
	    units/s_server.service |
	    sed -n 's/.*Overall exposure level.*: \([0-9.]*\) .*/\1/p')
	echo "# exposure level $level" >&3
	assert_matches "$level" '^[01]\.[0-9]$'
}

# The system calls that the unit allows, one a line. A list that begins with ~
# takes away.
allowed_calls()
{
	{
		systemd-analyze --no-pager syscall-filter 2>/dev/null
		sed -n 's/^SystemCallFilter=/FILTER /p' units/s_server.service
	} | awk '
	function set(name, value,    i, words, n) {
		if (name !~ /^@/) {
			allowed[name] = value
			return
		}
		n = split(members[name], words)
		for (i = 1; i <= n; i++)
			set(words[i], value)
	}
	/^@/ { name = $1 }
	/^ +[a-z0-9_@]/ { members[name] = members[name] " " $1 }
	/^FILTER/ {
		value = !sub(/~/, "", $2)
		set("@default", 1)
		for (i = 2; i <= NF; i++)
			set($i, value)
	}
	END {
		for (name in allowed)
			if (allowed[name])
				print name
	}' | sort
}

# Those that strace has seen.
used_calls() # file
{
	sed -nE 's/^[0-9]+ +(<\.\.\. )?([a-z0-9_]+)(\(| resumed).*/\2/p' "$1" |
	    sort -u
}

traced() # options of the load client, --, option of the server...
{
	local load=()

	while [ "$1" != -- ]; do
		load+=("$1")
		shift
	done
	printf '#!/bin/sh\nexec strace -f -qq -o "%s" "%s" "$@"\n' \
	    "$PWD/calls" "$BUILD/s_server" >traced
	chmod +x traced
	S_SERVER=$PWD/traced start_server "${@:2}" -workers 2 -pidfile pid \
	    -stats_json stats -keylogfile keys
	SERVERS=()
	SERVER_PID=$(<pid)
	tls_load "${load[@]}" >/dev/null
	kill -HUP "$SERVER_PID"
	wait_for 10 file_has server.err reloaded
	kill -USR1 "$SERVER_PID"
	kill_worker 1
	wait_for 5 has_workers 2
	kill -QUIT "$SERVER_PID"
	wait_exit server
	used_calls calls >>used
	cat calls >>all-calls
}

@test "the server needs no system call that the unit forbids" {
	command -v strace >/dev/null || skip 'strace is not installed'
	! is_sanitized || skip 'a sanitizer needs others'
	traced --connections 5 --request / -- -www -status -status_url \
	    http://127.0.0.1:9/ -status_timeout 1
	traced --connections 5 --request /pid -- -WWW -sendfile -ktls -async
	traced --connections 5 --dtls --echo 1 -- -dtls -echo -idle_timeout 1
	allowed_calls >allowed
	[ "$(wc -l <allowed)" -gt 200 ]
	[ "$(sort -u used | wc -l)" -gt 40 ]
	assert_equal "$(sort -u used | comm -23 - allowed)" ''
	# Writable memory is not executable, and no other family is asked for.
	run grep -E 'PROT_WRITE\|PROT_EXEC|AF_(NETLINK|PACKET|ALG)' all-calls
	assert_equal "$status" 1
}
