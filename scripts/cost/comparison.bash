# The comparison of what was counted with the baseline.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

tolerance=3	# percent
failed=0	# 1: a figure differs


compare_all()
{
	local kind figure value details

	while read -r kind figure value details; do
		compare "$kind" "$figure" "$value" "$details"
	done <"$scratch/counted"
}

compare() # kind, figure, value, details
{
	local before details reason verdict
	local line="$1: $3 ${2/-/ }"

	read -r before details <<<"$(described "$1 $2" "$baseline")"
	reason=$(why_skipped "$2")
	if [ -z "$before" ]; then
		failure "$line, of which the baseline has none"
	elif [ -n "$reason" ]; then
		echo "ok $line # skip $reason"
	else
		verdict=$(judge "$2" "$3" "$before")
		line+=", baseline $before (${verdict#* })"
		case $verdict in
		same*) echo "ok $line" ;;
		*) failure "$line: ${verdict% *}" ;;
		esac
		[[ $verdict == same* ]] || tell_calls "$4" "$details"
	fi
}

failure() # line
{
	echo "not ok $1"
	failed=1
}

# Prints why a figure cannot be compared, or nothing if it can.
why_skipped() # figure
{
	local word words=() before now

	case $1 in
	instructions) words=(libraries processor) ;;
	own-instructions) words=(libraries compiler) ;;
	calls) words=(release) ;;
	esac
	for word in "${words[@]}"; do
		before=$(described "$word" "$baseline")
		now=$(described "$word" "$scratch/described")
		[ "$before" = "$now" ] || {
			echo "counted with other $word: $before; here: $now"
			return
		}
	done
}

# Prints the value of a word in a file of descriptions and figures.
described() # word, file
{
	sed -n "s/^$1 //p" "$2"
}

# Prints "same", "more" or "less", and the difference in percent.
judge() # figure, value, that of the baseline
{
	awk -v figure="$1" -v now="$2" -v before="$3" -v percent="$tolerance" '
	BEGIN {
		limit = before * percent / 100
		if (figure == "calls" && limit >= 0.5)
			limit = 0.499
		change = now - before
		print (change > limit ? "more" : change < -limit ? "less" : \
		    "same"), sprintf("%+.1f%%", change / before * 100)
	}'
}

# Prints the calls that differ, from two lists of name and number.
tell_calls() # now, before
{
	awk -v now="$1" -v before="$2" '
	function read(list, into,    words, n, i) {
		n = split(list, words, " ")
		for (i = 1; i < n; i += 2) {
			into[words[i]] = words[i + 1]
			names[words[i]] = 1
		}
	}
	BEGIN {
		read(now, is)
		read(before, was)
		for (name in names) {
			change = is[name] - was[name]
			if (change >= 0.2 || change <= -0.2)
				printf "# %s %+.2f\n", name, change
		}
	}' | sort
}
