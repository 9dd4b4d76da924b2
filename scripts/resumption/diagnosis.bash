# Why a kind is not resumed each time, in words.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

# Of each process, the one that stands for its group.
declare -A GROUP=()

# Prints what is wrong with a kind.
diagnose() # kind
{
	local kind=$1 all=${tried[$1]} good=${resumed[$1]:-0}
	local bad=${failed[$1]:-0}

	echo "${title[$kind]}:"
	if [ "$bad" -eq "$all" ]; then
		echo '  No connection went through.'
	elif [ "$good" -eq "$all" ]; then
		echo '  All were resumed, but early data was rejected.'
	elif [ "$good" -eq 0 ]; then
		echo '  Nothing was resumed: what the server issues it does not' \
		    'take back.'
	elif [ "$good" -eq $((all - bad)) ]; then
		echo '  All connections that went through were resumed.'
	else
		name_processes "$kind"
		diagnose_sharing "$kind"
	fi
	[ "$bad" -eq 0 ] || echo "  $bad of $all connections failed," \
	    "the first one: ${reason[$kind]}."
}

# Prints why some processes do not know the sessions of others.
diagnose_sharing() # kind
{
	local what=${shared[$1]} groups

	if [ "${#NAMES[@]}" -eq 0 ]; then
		echo '  Resumed only now and then, as if several processes' \
		    'answered and each had'
		echo "  its own $what."
		return
	elif ! group_processes "$1"; then
		echo "  Not every process has the same $what, or sessions get lost."
		names_have_hosts ||
		    echo '  Or processes of several hosts have the same names' \
			'(s_server: -label_host).'
		return
	elif groups_are_hosts; then
		echo "  Each host has its own $what: a session resumes only on the" \
		    'host that'
		echo '  issued it.'
		return
	fi
	groups=$(list_groups)
	case $groups in
	*[!\;]' '*)
		echo "  Processes share the $what only within groups:"
		echo "  $groups."
		;;
	*)
		echo "  Each process has its own $what: a session resumes only" \
		    'on the one'
		echo '  that issued it.'
		;;
	esac
}

# Processes that resume sessions of each other are a group. Sets GROUP. Fails if
# there are no clear groups: each group must always resume its own sessions, and
# never those of another group.
group_processes() # kind
{
	local issuer resumer name from

	GROUP=()
	for name in "${NAMES[@]}"; do
		GROUP[$name]=$name
	done
	for issuer in "${NAMES[@]}"; do
		for resumer in "${NAMES[@]}"; do
			cell "$issuer" "$resumer" "$1"
			[ "$RESUMED" -gt 0 ] || continue
			[ "$RESUMED" -eq "$TRIED" ] || return 1
			from=${GROUP[$resumer]}
			for name in "${NAMES[@]}"; do
				[ "${GROUP[$name]}" != "$from" ] ||
				    GROUP[$name]=${GROUP[$issuer]}
			done
		done
	done
	for issuer in "${NAMES[@]}"; do
		for resumer in "${NAMES[@]}"; do
			[ "${GROUP[$issuer]}" = "${GROUP[$resumer]}" ] ||
			    continue
			cell "$issuer" "$resumer" "$1"
			[ "$RESUMED" -eq "$TRIED" ] || return 1
		done
	done
}

# Prints the groups, such as "1 2; 3 4".
list_groups()
{
	local leader name members list=''

	for leader in "${NAMES[@]}"; do
		members=''
		for name in "${NAMES[@]}"; do
			[ "${GROUP[$name]}" != "$leader" ] || members+=" $name"
		done
		[ -z "$members" ] || list+=";$members"
	done
	echo "${list#; }"
}

names_have_hosts()
{
	[[ "${NAMES[*]}" == *:* ]]
}

# Succeeds if there are several hosts, and each is a group.
groups_are_hosts()
{
	local name other same_host same_group hosts=1

	names_have_hosts || return 1
	for name in "${NAMES[@]}"; do
		for other in "${NAMES[@]}"; do
			same_host='' same_group=''
			[ "${name%:*}" != "${other%:*}" ] || same_host=yes
			[ "${GROUP[$name]}" != "${GROUP[$other]}" ] ||
			    same_group=yes
			[ "$same_host" = "$same_group" ] || return 1
			[ -n "$same_host" ] || hosts=2
		done
	done
	[ "$hosts" -gt 1 ]
}
