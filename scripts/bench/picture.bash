# Pictures of the figures, by gnuplot. Only the scripts that draw need this part.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

can_draw()
{
	command -v gnuplot >/dev/null
}

# The commands for gnuplot come on standard input.
draw_picture() # terminal (svg or png), size, file
{
	{
		echo "set terminal $1 size $2"
		echo "set output '$3'"
		cat
	} | gnuplot >"$scratch/said" 2>&1 ||
	    die "gnuplot: $(tail -n 1 "$scratch/said")"
}
