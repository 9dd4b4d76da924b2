# What a test says of texts: each fails with the text that it was given.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # shared with the other libraries

fail()
{
	printf '%s\n' "$@" >&2
	return 1
}

assert_equal() # actual, expected
{
	[ "$1" = "$2" ] || fail 'expected:' "$2" 'actual:' "$1"
}

assert_contains() # text, part (a fixed string)
{
	[[ $1 == *"$2"* ]] || fail "does not contain: $2" 'text:' "$1"
}

assert_lacks() # text, part
{
	[[ $1 != *"$2"* ]] || fail "contains: $2" 'text:' "$1"
}

assert_matches() # text, extended regular expression
{
	[[ $1 =~ $2 ]] || fail "does not match: $2" 'text:' "$1"
}

# How often a fixed string begins a line of a text.
count_lines() # text, beginning of the line
{
	awk -v part="$2" 'index($0, part) == 1 { n++ } END { print n + 0 }' \
	    <<<"$1"
}
