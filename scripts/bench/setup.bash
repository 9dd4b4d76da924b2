# How a bench begins and ends. It is sourced by each of them, from the top
# folder, and brings the other parts along: arguments, servers, load, figures.
#
# $scratch is a folder for the run. The folder, the server that is at work and
# the clients that run are gone when the script ends, however it ends.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

# Numbers have a point.
export LC_ALL=C
# Where the script was called; it works in the top folder, and its servers
# anywhere.
here=$OLDPWD
build=$(realpath -m "${BUILD:-build}")
# What has to be built.
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

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# Builds all that a bench needs, and makes sure that what the run leaves goes
# when it ends.
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

# Not all servers go to the hard limit themselves, and some make room for all
# that the limit allows.
set_limit()
{
	local hard

	hard=$(ulimit -Hn)
	if [ "$hard" = unlimited ] || ((hard > descriptors)); then
		hard=$descriptors
	fi
	ulimit -Sn "$hard"
}

# Tries a command until it succeeds; false if it has not within the time.
wait_until() # seconds, command...
{
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.05
	done
}
