# For Bats: "bats_load_library s_server". A test file calls s_server_cleanup in
# its teardown, and in teardown_file if its setup_file starts a server.

# shellcheck shell=bash

# shellcheck source=scripts/harness/s_server.bash
. "${BASH_SOURCE[0]%/*}/s_server.bash"

# Bats notes the call stack before each command. What fails is a line of the
# test, so it need not do that in the library.
! declare -F bats_add_debug_exclude_path >/dev/null ||
    bats_add_debug_exclude_path "$(realpath "${BASH_SOURCE[0]%/*}")"
