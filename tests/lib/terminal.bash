# A terminal for the server: tmux, of this test's own.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # shared with the other libraries

# A tmux server of this test's own, which ends with it.
terminal() # command of tmux...
{
	timeout 10 tmux -S "$BATS_TEST_TMPDIR/tmux" -f /dev/null "$@" 3>&-
}

screen_has() # text
{
	terminal capture-pane -p -S - | grep -qF -- "$1"
}

need_terminal()
{
	command -v tmux >/dev/null || skip 'tmux is not installed'
}
