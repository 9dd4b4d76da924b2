# Measuring, the file of raw rows, and the figures that are made of the rows.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

ticks=$(getconf CLK_TCK)	# of a second
raw=	# the file of the raw rows

# Called by a bench that measures CPU time.
need_cpu_times()
{
	local ns=0

	{ read -r ns _ <"/proc/$$/schedstat"; } 2>/dev/null || :
	((ns > 0)) ||
	    die 'the kernel does not tell the CPU time of a process (schedstat)'
}

# Prints the microseconds of CPU time that all processes of a server have used. For
# processes that have ended the kernel tells only clock ticks, which are long. A
# process that is running has used a little more than the kernel tells.
cpu_us() # pid
{
	local pid file ns stat fields sum=0 ended=0

	for pid in "$1" $(pgrep -P "$1"); do
		for file in "/proc/$pid/task/"*/schedstat; do
			read -r ns _ <"$file"
			sum=$((sum + ns))
		done
		stat=$(<"/proc/$pid/stat")
		# Begin at the state: the name before it may have spaces.
		read -ra fields <<<"${stat##*) }"
		ended=$((ended + fields[13] + fields[14]))
	done
	echo $((sum / 1000 + ended * 1000000 / ticks))
}

# Prints the KiB of all processes of a server.
pss() # pid
{
	# shellcheck disable=SC2046 # several of them
	pss_of "$1" $(pgrep -P "$1")
}

# Prints the KiB of processes. Of a page that several share each has a part, and
# pages of files do not count, because the load client maps the same libraries.
pss_of() # pid...
{
	local pid

	for pid; do
		cat "/proc/$pid/smaps_rollup"
	done | awk '/^Pss_(Anon|Shmem):/ { sum += $2 } END { print sum }'
}

# Prints the result of measure_load: "CPU-us rate p50 p99 resumed errors".
figures_of_load() # CPU in us, connections
{
	awk -v used="$1" -v all="$2" '
	BEGIN { failed = all }
	/^answers/ { p50 = $4; p99 = $7 }
	/^handshakes/ { seconds = $4 }
	/^ok/ {
		ok = $2; failed = $4; resumed = $6
		if (p50 == "") { p50 = $8; p99 = $11 }
	}
	END {
		if (ok > 0)
			printf "%.1f %.0f %s %s %d %d\n", used / ok,
			    ok / seconds, p50, p99, resumed, failed
		else
			print "- - - - 0", failed
	}' "$scratch/load"
}

# Prints the median of a column.
median() # file below $scratch, column
{
	sort -n -k "$2,$2" "$scratch/$1" |
	    awk -v column="$2" '{ v[NR] = $column }
		END { print v[int((NR + 1) / 2)] }'
}

# Begins a file of raw rows: $raw, which is build/bench/NAME.tsv unless it was
# chosen before.
begin_raw() # name, column...
{
	raw=${raw:-$build/bench/$1.tsv}
	mkdir -p "$(dirname "$raw")"
	shift
	(IFS=$'\t'; printf '%s\n' "$*") >"$raw"
}

raw_row() # value...
{
	(IFS=$'\t'; printf '%s\n' "$*") >>"$raw"
}

# The last line of a bench.
tell_of_raw()
{
	printf '\nRaw rows: %s\n' "${raw#"$PWD/"}"
}

# Reads raw rows "round kind name CPU-us rate p50 p99 resumed errors note" that
# count (rounds.bash), and prints a line for each name of a kind: "name CPU-us
# least most rate p50 p99 errors note". They are medians over the rounds, the
# least and the most of CPU-us, and the sum of the errors. "-" stands for a figure
# that was not measured.
rows_of() # kind
{
	awk -F '\t' -v OFS='\t' -v kind="$1" '
	$2 == kind && $1 !~ /^-/ {
		if (!($3 in errors))
			names[++n_names] = $3
		errors[$3] += $9
		note[$3] = $10
		for (i = 4; i <= 7; i++)
			if ($i != "-")
				value[$3, i, ++count[$3, i]] = $i + 0
	}

	# Leaves the values in v, from the least to the most.
	function median(name, column,    i, j, n) {
		n = count[name, column]
		for (i = 1; i <= n; i++) {
			for (j = i; j > 1 && v[j - 1] > value[name, column, i]; j--)
				v[j] = v[j - 1]
			v[j] = value[name, column, i]
		}
		least = n > 0 ? v[1] : "-"
		most = n > 0 ? v[n] : "-"
		return n > 0 ? v[int((n + 1) / 2)] : "-"
	}

	END {
		for (k = 1; k <= n_names; k++) {
			name = names[k]
			rate = median(name, 5)
			p50 = median(name, 6)
			p99 = median(name, 7)
			cost = median(name, 4)
			print name, cost, least, most, rate, p50, p99,
			    errors[name], note[name]
		}
	}' "$raw"
}
