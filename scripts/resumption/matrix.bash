# Which process resumed the sessions of which: what was counted, and the matrix.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

columns=12	# of a matrix at most
# By kind: what was counted, and the reason of the first failure.
declare -A tried=() resumed=() accepted=() failed=() reason=()
# The same by kind/issuer/resumer.
declare -A cell_tried=() cell_resumed=()

count()
{
	local kind how early_data issuer resumer why cell

	while IFS='|' read -r kind how early_data issuer resumer why; do
		cell=$kind/$issuer/$resumer
		((tried[$kind] += 1, cell_tried[$cell] += 1))
		case $how in
		Reused) ((resumed[$kind] += 1, cell_resumed[$cell] += 1)) ;;
		'')
			((failed[$kind] += 1))
			reason[$kind]=${reason[$kind]:-$why}
			;;
		esac
		[ "$early_data" != accepted ] || ((accepted[$kind] += 1))
	done
}

# Sets NAMES to the names of all processes that issued or resumed these kinds.
name_processes() # kind...
{
	local cell kind issuer resumer

	mapfile -t NAMES < <(
		for cell in "${!cell_tried[@]}"; do
			IFS=/ read -r kind issuer resumer <<<"$cell"
			[[ " $* " == *" $kind "* ]] || continue
			[ -z "$issuer" ] || [ -z "$resumer" ] ||
			    printf '%s\n' "$issuer" "$resumer"
		done | sort -Vu
	)
}

# Sets TRIED and RESUMED to the sums of one cell over kinds.
cell() # issuer, resumer, kind...
{
	local kind at

	TRIED=0 RESUMED=0
	for kind in "${@:3}"; do
		at=$kind/$1/$2
		((TRIED += ${cell_tried[$at]:-0}))
		((RESUMED += ${cell_resumed[$at]:-0}))
	done
}

# Sums up all cells. Sets OWN_... for sessions that came back to the process that
# had issued them, and OTHER_... for all others.
sum_cells() # kind...
{
	local issuer resumer

	OWN_TRIED=0 OWN_RESUMED=0 OTHER_TRIED=0 OTHER_RESUMED=0
	for issuer in "${NAMES[@]}"; do
		for resumer in "${NAMES[@]}"; do
			cell "$issuer" "$resumer" "$@"
			if [ "$issuer" = "$resumer" ]; then
				((OWN_TRIED += TRIED, OWN_RESUMED += RESUMED))
			else
				((OTHER_TRIED += TRIED))
				((OTHER_RESUMED += RESUMED))
			fi
		done
	done
}

# Prints one matrix for these kinds, or nothing if the answers named no process.
# Kinds that went well share a matrix.
print_matrix() # kind...
{
	local kind issuer resumer width=7 list=''

	name_processes "$@"
	[ "${#NAMES[@]}" -gt 0 ] || return 0
	for kind; do
		list+=", ${title[$kind]}"
	done
	echo
	echo "${list#, }: issued by (down), resumed by (across)"
	for issuer in "${NAMES[@]}"; do
		[ "${#issuer}" -le "$width" ] || width=${#issuer}
	done
	if [ "${#NAMES[@]}" -le "$columns" ]; then
		printf "%${width}s" ''
		printf " %${width}s" "${NAMES[@]}"
		echo
		for issuer in "${NAMES[@]}"; do
			print_row "$@"
		done
	else
		echo "(${#NAMES[@]} processes: too many to show)"
	fi
	sum_cells "$@"
	echo "By the process that had issued it: $OWN_RESUMED of $OWN_TRIED;" \
	    "by another one: $OTHER_RESUMED of $OTHER_TRIED."
}

print_row() # kind...
{
	local text

	printf "%${width}s" "$issuer"
	for resumer in "${NAMES[@]}"; do
		cell "$issuer" "$resumer" "$@"
		text=-
		[ "$TRIED" -eq 0 ] || text=$RESUMED/$TRIED
		printf " %${width}s" "$text"
	done
	echo
}
