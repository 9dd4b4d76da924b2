# Instructions of the worker, counted by callgrind.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables
# shellcheck disable=SC2317 # functions are called by the name of the way

# valgrind puts them into the names of its FIFOs. It would look for other names
# once the server has written its title over its environment.
unset LOGNAME USER HOST HOSTNAME

# Without --trace-children a process that was forked does not obey vgdb.
count_instructions()
{
	count_all instructions valgrind -q --tool=callgrind \
	    --trace-children=yes --instr-atstart=no \
	    --vgdb-prefix="$scratch/vgdb" \
	    --callgrind-out-file="$scratch/callgrind.%p"
}

instructions_begin()
{
	tell_valgrind instrumentation on
}

instructions_end()
{
	tell_valgrind instrumentation off
	rm -f "$scratch/callgrind.$worker".*
	tell_valgrind dump
}

tell_valgrind() # command...
{
	timeout "$patience" vgdb --vgdb-prefix="$scratch/vgdb" \
	    --pid="$worker" "$@" >"$scratch/vgdb.said" 2>&1 ||
	    die "valgrind does not obey: $(head -n 1 "$scratch/vgdb.said")"
}

# Prints the instructions of the whole worker, and those of our own program in it.
# Each line of costs belongs to the object that was named last. A line after
# "calls" has the cost of the function that was called, which is counted elsewhere.
instructions_figures() # kind
{
	awk -v kind="$1" -v connections="$connections" -v program="$build/s_server" '
	function object(line,    number, name) {
		number = name = line
		sub(/^[^(]*/, "", number)
		sub(/ .*/, "", number)
		if (sub(/^[^ ]* /, "", name))
			names[number] = name
		return names[number]
	}
	/^ob=/ { own = object($0) == program }
	/^cob=/ { object($0) }
	/^calls=/ { called = 1; next }
	/^[-+*0-9]/ {
		if (!called) {
			all += $2
			ours += own ? $2 : 0
		}
		called = 0
	}
	END {
		printf "%s instructions %.0f\n", kind, all / connections
		printf "%s own-instructions %.0f\n", kind, ours / connections
	}' "$scratch/callgrind.$worker".*
}
