# The report: the table of all kinds, then the matrices and what is wrong.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

# Prints the report. Fails if a kind falls short, if a kind that was asked for is
# not offered, or if no kind is offered.
report()
{
	local kind short=() full=() missing=''

	for kind in $all_kinds; do
		if ! wanted "$kind"; then
			continue
		elif [ -n "${absent[$kind]:-}" ]; then
			missing=${asked:+yes}
		elif is_full "$kind"; then
			full+=("$kind")
		else
			short+=("$kind")
		fi
	done
	echo "${targets[*]}: $sessions sessions of each kind," \
	    "each resumed $times times"
	echo
	print_table
	[ "${#full[@]}" -eq 0 ] || print_matrix "${full[@]}"
	for kind in "${short[@]}"; do
		print_matrix "$kind"
	done
	[ "${#short[@]}" -eq 0 ] || echo
	for kind in "${short[@]}"; do
		diagnose "$kind"
	done
	if [ "${#full[@]}${#short[@]}" = 00 ]; then
		echo
		echo 'The server offers nothing to resume.'
		return 1
	fi
	[ -z "$missing" ] && [ "${#short[@]}" -eq 0 ]
}

print_table()
{
	local kind verdict data

	printf '%-24s %6s %8s %11s\n' '' tried resumed 'early data'
	for kind in $all_kinds; do
		wanted "$kind" || continue
		if [ -n "${absent[$kind]:-}" ]; then
			printf '%-24s not offered: %s\n' "${title[$kind]}" \
			    "${absent[$kind]}"
			continue
		fi
		verdict=ok data=-
		is_full "$kind" || verdict=SHORT
		[ "$kind" != early ] || data=${accepted[$kind]:-0}
		printf '%-24s %6d %8d %11s  %s\n' "${title[$kind]}" \
		    "${tried[$kind]:-0}" "${resumed[$kind]:-0}" "$data" \
		    "$verdict"
	done
}

is_full() # kind
{
	[ "${tried[$1]:-0}" -gt 0 ] &&
	    [ "${resumed[$1]:-0}" -eq "${tried[$1]}" ] &&
	    { [ "$1" != early ] || [ "${accepted[$1]:-0}" -eq "${tried[$1]}" ]; }
}
