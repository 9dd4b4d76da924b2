# How a bench begins and ends. Each bench sources this file from the top folder;
# it sources the other parts: arguments, servers, load, figures, rounds.
#
# $scratch is a folder for the run. The folder, the server that is at work and
# the clients that run are gone when the script ends, however it ends.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

# Numbers are to have a decimal point.
export LC_ALL=C
# The folder where the script was called. The script works in the top folder.
here=$OLDPWD
build=$(realpath -m "${BUILD:-build}")
# The targets of make that the bench needs.
targets=(all load)
# Descriptors that a server may have, if the limits of the user allow them.
descriptors=65536

# shellcheck source=scripts/bench/arguments.bash
. scripts/bench/arguments.bash
# shellcheck source=scripts/bench/servers.bash
. scripts/bench/servers.bash
# shellcheck source=scripts/bench/load.bash
. scripts/bench/load.bash
# shellcheck source=scripts/bench/figures.bash
. scripts/bench/figures.bash
# shellcheck source=scripts/bench/rounds.bash
. scripts/bench/rounds.bash

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# Builds all that the bench needs, and makes the folder for the run. When the
# script ends, all that it has started and made is gone.
prepare()
{
	make -s -j2 BUILD="$build" "${targets[@]}"
	./scripts/make-certs
	set_limit
	scratch=$(mktemp -d)
	trap 'end_loads; end_server; rm -rf "$scratch"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	mkfifo "$scratch/in" "$scratch/go"
}

# Not all servers raise their limit of descriptors themselves, and some allocate
# memory for as many as the limit allows.
set_limit()
{
	local hard

	hard=$(ulimit -Hn)
	if [ "$hard" = unlimited ] || ((hard > descriptors)); then
		hard=$descriptors
	fi
	ulimit -Sn "$hard"
}

# Tries a command until it succeeds. Fails if the time is over before.
wait_until() # seconds, command...
{
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.05
	done
}
