# The arguments of the benches. If an argument is wrong, the script prints one
# line and ends. A script that has options without an argument names them in
# $bare_options, for the usage.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2086,SC2154 # the scripts share their variables

# Sets the variables of all options; each option takes an argument.
take_options() # names, argument...
{
	local known=$1

	shift
	while [ $# -gt 0 ]; do
		take_option "$known" "$@"
		shift 2
	done
}

# The first of the arguments is one of these options, the second its argument,
# which goes into the variable of the option's name. All scripts know --rows, the
# file for the raw rows.
take_option() # names, argument...
{
	local known="$1 rows" name=${2#--}

	[[ $2 == --* && " $known " == *" $name "* ]] ||
	    die "no such option: $2; usage: ${0##*/}$(
		[ -z "${bare_options:-}" ] ||
		    printf ' [%s]' $bare_options
		printf ' [--%s ...]' $known
	    )"
	[ $# -gt 2 ] || die "$2 takes an argument"
	if [ "$name" = rows ]; then
		raw=$(path_of "$3")
	else
		printf -v "$name" %s "$3"
	fi
}

# A path that is relative to where the script was called.
path_of() # path
{
	(cd "$here" && realpath -m -- "$1")
}

whole_number() # option, value, least
{
	if ! [[ $2 =~ ^[0-9]{1,9}$ ]] || ((10#$2 < $3)); then
		die "$1 has to be a whole number from $3 on, not '$2'"
	fi
}

whole_numbers() # option, list, least
{
	local number

	[[ $2 =~ ^[0-9]+(,[0-9]+)*$ ]] ||
	    die "$1 has to be whole numbers with commas between, not '$2'"
	for number in ${2//,/ }; do
		whole_number "$1" "$number" "$3"
	done
}

all_known() # option, list, list of what is known
{
	local word

	[ -n "$2" ] || die "$1 is one or more of $3"
	for word in ${2//,/ }; do
		[[ ,$3, == *",$word,"* ]] || die "$1 is of $3, not $word"
	done
}
