# System calls of the worker, counted by strace.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables
# shellcheck disable=SC2317 # functions are called by the name of the way

count_calls()
{
	count_all calls strace -D -f -qq -o "$scratch/strace"
}

calls_begin()
{
	calls_before=$(wc -l <"$scratch/strace")
}

calls_end()
{
	tail -n +$((calls_before + 1)) "$scratch/strace" >"$scratch/calls"
}

# The calls of a connection are those from one accept4 (over UDP: connect) to the
# next. Of each kind of call the number counts that most connections have: if a
# client is late, its connection has one wait more. A line that begins with "<" is
# the end of a call that another line has begun, because the other process made a
# call meanwhile. Some calls do not count: late.so makes those that sleep, luck
# decides when malloc(3) asks for another size of the heap, and the machine
# decides whether it takes a call to read the clock.
calls_figures() # kind
{
	awk -v connections="$connections" -v worker="$worker" '
	$1 == worker && ($2 ~ /^(accept4|connect)\(/ || \
	    ($2 == "<..." && $3 ~ /^(accept4|connect)$/)) && $NF ~ /^[0-9]+$/ {
		number++
	}
	$1 == worker && $2 ~ /^[a-z]/ && $2 !~ /^(clock_.*|gettimeofday|brk)\(/ {
		sub(/\(.*/, "", $2)
		count($2)
		count(" all")
	}

	# Calls before the first connection belong to the end of the last one.
	function count(name) {
		names[name]
		calls[number % connections, name]++
	}

	function usual(name,    i, n, often, best) {
		for (i = 0; i < connections; i++)
			often[calls[i, name] + 0]++
		for (n in often)
			if (often[n] > often[best] ||
			    (often[n] == often[best] && n + 0 < best + 0))
				best = n
		return best
	}

	END {
		for (name in names)
			if (usual(name) > 0)
				print name, usual(name)
	}' "$scratch/calls" | sort | awk -v kind="$1" '
	$1 == "all" { $1 = kind " calls" }
	{ printf "%s%s", (NR > 1 ? " " : ""), $0 }
	END { print "" }'
}
