# What bench and bench-dtls share. The server at work is $server; $scratch is a
# folder that goes when the script ends.

# shellcheck shell=bash
# shellcheck disable=SC2034 # set for the scripts

build=${BUILD:-build}
openssl=${OPENSSL:-openssl}
ticks=$(getconf CLK_TCK)
server=

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

end_server()
{
	[ -n "$server" ] || return 0
	kill "$server" 2>/dev/null || :
	wait "$server" 2>/dev/null || :
	server=
}

# All is built, and what a run leaves goes with its end.
prepare()
{
	make -s -j2 BUILD="$build" all load
	./scripts/make-certs
	scratch=$(mktemp -d)
	trap 'end_server; rm -rf "$scratch"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# Clock ticks that a server has used, all its processes together.
cpu_ticks() # pid
{
	local pid stat sum=0 fields

	for pid in "$1" $(pgrep -P "$1"); do
		stat=$(<"/proc/$pid/stat")
		# From the state on: the name before it may hold spaces.
		read -ra fields <<<"${stat##*) }"
		sum=$((sum + fields[11] + fields[12] + fields[13] + fields[14]))
	done
	echo "$sum"
}

# Of the lines that a server got in its file.
median() # file below $scratch, column
{
	sort -n -k "$2,$2" "$scratch/$1" |
	    awk -v column="$2" '{ v[NR] = $column }
		END { print v[int((NR + 1) / 2)] }'
}
