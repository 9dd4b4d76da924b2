# The table of bench-handshakes.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

# Prints the table of the kind of work that is chosen.
show()
{
	printf '\n%s (%s)\n' "$title" "$kind"
	rows_of "$kind" | awk -F '\t' '
	{
		row[NR] = $0
		cost[$1] = $2 + 0
		if ($1 ~ /^(nginx|nginx-return|haproxy|hitch)$/ && $2 != "-" &&
		    (best == "" || cost[$1] < cost[best]))
			best = $1
	}

	function ratio(name, other) {
		if (cost[name] == 0 || cost[other] == 0)
			return "-"
		return sprintf("%.2f", cost[name] / cost[other])
	}

	function show() {
		printf "%-12s %8.1f %15s %8s %9s", $1, $2, ratio($1, best),
		    ratio($1, "bare"), ratio($1, "libssl")
		if (several)
			printf " %9s", ratio($1, "ours-1")
		if ($1 != "libssl")
			printf " %8.2f %8.2f %8d %8d", $6, $7, $5, $8
		print ""
	}

	END {
		several = "ours-1" in cost
		printf "%-12s %8s %15s %8s %9s", "server", "CPU us",
		    best == "" ? "of peer" : "of " best, "of bare",
		    "of libssl"
		if (several)
			printf " %9s", "of ours-1"
		printf " %8s %8s %8s %8s\n", "p50 ms", "p99 ms", "conn/s",
		    "errors"
		for (i = 1; i <= NR; i++) {
			$0 = row[i]
			if ($2 != "-")
				show()
			else
				printf "%-12s %s\n", $1,
				    $9 == "" ? "all failed" : $9
		}
	}'
}
