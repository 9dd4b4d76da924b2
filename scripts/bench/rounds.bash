# The rounds of a bench. A round of a kind is measured again if a figure in it is
# too far from the median of that figure: something else was at work meanwhile.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

far=10	# percent of the median of the CPU time
all_rounds=0	# of all kinds
repeats=0	# how many of them were measured again
still_far=()	# a line for each kind with figures that remained far

# Calls a function with each kind in each of the $rounds, and then as often again
# for a kind as figures are far, but not more often than there are rounds. The
# function adds all rows of the kind in $round.
in_rounds() # function, kind...
{
	local measure_kind=$1 each

	shift
	for ((round = 1; round <= rounds; round++)); do
		for each; do
			echo "round $round of $rounds: $each" >&2
			"$measure_kind" "$each"
		done
	done
	for each; do
		all_rounds=$((all_rounds + rounds))
		repeat_far "$measure_kind" "$each"
	done
}

repeat_far() # function, kind
{
	local n percent name

	for ((n = 0; n < rounds; n++)); do
		read -r percent round name < <(far_of "$2") || return 0
		echo "round $round again: $2, as $name was $percent % off" >&2
		set_aside "$round" "$2"
		"$1" "$2"
		repeats=$((repeats + 1))
	done
	name=$(far_of "$2" | awk '!seen[$3]++ {
		printf "%s%s", sep, $3; sep = ", " }')
	[ -z "$name" ] || still_far+=("$2: $name")
}

# Prints "percent round name" of the figures of a kind that are far from their
# medians, the farthest first.
far_of() # kind
{
	awk -F '\t' -v kind="$1" -v far="$far" '
	$2 == kind && $1 !~ /^-/ && $4 + 0 > 0 {
		i = ++n[$3]
		round[$3, i] = $1
		figure[$3, i] = $4
		# Keep a sorted copy.
		for (; i > 1 && sorted[$3, i - 1] > $4; i--)
			sorted[$3, i] = sorted[$3, i - 1]
		sorted[$3, i] = $4 + 0
	}
	END {
		for (name in n) {
			median = sorted[name, int((n[name] + 1) / 2)]
			for (i = 1; i <= n[name]; i++) {
				percent = (figure[name, i] / median - 1) * 100
				if (percent > far || percent < -far)
					printf "%+.0f %s %s\n", percent,
					    round[name, i], name
			}
		}
	}' "$raw" | awk '{ print ($1 < 0 ? -$1 : $1), $0 }' |
	    sort -k 1,1nr -k 4 | cut -d ' ' -f 2-
}

# Rows of a round that was measured again stay in the file, with a minus before
# the number of the round. They do not count.
set_aside() # round, kind
{
	awk -F '\t' -v OFS='\t' -v round="$1" -v kind="$2" '
	$1 == round && $2 == kind { $1 = "-" $1 }
	{ print }' "$raw" >"$scratch/rows"
	cat "$scratch/rows" >"$raw"
}

tell_of_repeats()
{
	local line

	printf '\nMeasured again, for a figure beyond %d %% of its median: ' $far
	echo "$repeats of $all_rounds rounds"
	for line in "${still_far[@]}"; do
		echo "Still beyond it, $line"
	done
}
