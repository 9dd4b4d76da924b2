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

# Of each connection, from one accept4 or, over UDP, connect to the next: what
# most of them have, for where a client is late one has a wait more. A line that
# begins with "<" is the end of a call seen before, which was on its way while the
# other process made one; most often on a busy machine. It is late.so that sleeps,
# luck when malloc(3) finds that the heap needs another size, and a matter of the
# machine whether it takes a call to read the clock.
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

	# What comes before the first one is the end of the last one.
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
