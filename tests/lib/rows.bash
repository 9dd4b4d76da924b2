# Differential tests as a table: each row is a server of ours and the stock
# program with the same options and the same client, by same_as_stock.
#
#	load ../lib/helpers
#
#	@test "versions" {
#		rows <<-'END'
#		-rev | -rev -tls1_2 | -tls1_2 | hello\n | expect=olleh
#		-tls1_3 | -tls1_3 | | | has=TLSv1.3
#		END
#	}
#
# The columns, separated by " | ", blanks around them do not count, and those
# on the right may be left out:
#
#	covers		options that the row tests, for scripts/coverage-options,
#			or - for none
#	server		options of the server, as a shell reads them: '$CERTS/x'
#	client		options of s_client, likewise
#	text		for the client to type, with backslash escapes
#	words		of these:
#
#	expect=TEXT	the client leaves when it has printed TEXT, which must come
#	wait		the client leaves when the server has ended the connection
#	endless		the server does not get -naccept 1
#	refused		the servers end at once with status 1; there is no client
#	stdin=FILE	standard input of the servers; - for a closed one
#	scenario=FUNC	what happens instead, see same_as_stock
#	mask=FUNC	a filter that hides more than the mask does
#	has=TEXT	must stand in what our server or its client printed, so
#			that the row does not compare nothing with nothing
#	differs=NAME	an item of COMPATIBILITY in the manual page; the function
#			differs_NAME, with _ for -, is a filter that hides it
#
# TEXT has \_ for a blank. mask, has and differs may come several times. A row
# goes on in the next line after a backslash; "#" begins a comment line. OURS
# are options that only our servers get.
#
# Each row runs in a folder of its own, row-N, that starts as a copy of the
# test's folder; a few rows run at a time. All of them run, whatever fails.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # shared with the other libraries

ROWS_AT_ONCE=3

rows()
{
	local table=() lane number lanes=() failed=0

	read_rows
	[ -z "${S_SERVER_MUTANT:-}" ] || keep_rows_of "-$S_SERVER_MUTANT"
	[ "${#table[@]}" -gt 0 ] || fail 'a table without rows' || return 1
	for ((lane = 0; lane < ROWS_AT_ONCE; lane++)); do
		run_lane "$lane" 3>&- &
		lanes+=($!)
	done
	wait "${lanes[@]}" || :
	for number in "${!table[@]}"; do
		[ -e "row-$number/passed" ] || {
			printf 'row: %s\n' "${table[number]}"
			cat "row-$number.log" || :
			failed=$((failed + 1))
		} >&2
	done
	[ "$failed" -eq 0 ] ||
	    fail "$failed of ${#table[@]} rows failed"
}

# Standard input into table; a later table of the same test starts anew.
read_rows()
{
	local line row=''

	rm -rf row-*
	while IFS= read -r line || [ -n "$line" ]; do
		case $row$line in
		'' | '#'*) continue ;;
		*\\) row+="${line%\\} "; continue ;;
		esac
		table+=("$row$line")
		row=''
	done
}

# scripts/mutate-options wants to know what these alone notice, if there are any.
keep_rows_of() # option
{
	local row columns kept=()

	for row in "${table[@]}"; do
		columns=()
		split_row "$row"
		[[ " ${columns[0]} " != *" $1 "* ]] || kept+=("$row")
	done
	[ "${#kept[@]}" -eq 0 ] || table=("${kept[@]}")
}

# Every third row, one after another.
run_lane() # number of the first
{
	local number

	for ((number = $1; number < ${#table[@]}; number += ROWS_AT_ONCE)); do
		mkdir "row-$number"
		find . -mindepth 1 -maxdepth 1 ! -name 'row-*' \
		    -exec cp -a -t "row-$number" -- {} +
		# With || so that a failure does not end the lane.
		(
			cd "row-$number" && one_row "${table[number]}" &&
			    : >passed
		) >"row-$number.log" 2>&1 || :
	done
}

one_row() # row
{
	local columns=() options=() filters=() wanted=() STDIN=${STDIN:-}
	local expect='' refused='' text failed=0

	split_row "$1"
	parse_words ${columns[4]:+"${columns[4]}"} || return 1
	[ "${#filters[@]}" -eq 0 ] || options+=(-m row_filter)
	if [ -n "$refused" ]; then
		both_refuse "${columns[1]:-}" || failed=1
	else
		same_as_stock "${options[@]}" "${columns[1]:-}" \
		    "${columns[2]:-}" "${columns[3]:-}" || failed=1
	fi
	for text in "${wanted[@]}"; do
		grep -qaF -e "$text" server.out server.err server.client ||
		    fail "ours has not: $text" || failed=1
	done
	[ -z "$expect" ] || grep -qaF -e "$expect" server.client ||
	    fail "our client got no: $expect" || failed=1
	return "$failed"
}

both_refuse() # server options
{
	local more=cat name status failed=0 options=()

	[ "${#filters[@]}" -eq 0 ] || more=row_filter
	eval "options=($1)"
	default_options "${options[@]}"
	for name in server stock; do
		status=0
		limited "$name" "${DEFAULTS[@]}" "${options[@]}" \
		    </dev/null >"$name.out" 2>"$name.err" || status=$?
		echo "$status" >"$name.exit"
		: >"$name.client"
	done
	assert_equal "$(<server.exit)" 1 || failed=1
	compare_sides out 'standard output of the server' || failed=1
	compare_sides err 'standard error of the server' || failed=1
	compare_sides exit 'exit status of the server' || failed=1
	return "$failed"
}

limited() # server or stock, option...
{
	local program=("$S_SERVER")

	[ "$1" = server ] || program=("$OPENSSL" s_server)
	shift
	timeout $((10 * SLOW)) "${program[@]}" "$@" 3>&-
}

# A | is a separator where it stands alone, also twice in a row.
split_row() # row
{
	local rest=" ${1//$'\t'/ } " column

	while :; do
		column=${rest%%' | '*}
		column=${column#"${column%%[! ]*}"}
		columns+=("${column%"${column##*[! ]}"}")
		[[ $rest == *' | '* ]] || return 0
		rest=" ${rest#*' | '}"
	done
}

parse_words() # words, as they stand in the row
{
	local words=() word value

	[ "${#columns[@]}" -le 5 ] || fail 'too many columns' || return 1
	read -r -a words <<<"${1:-}" || :
	for word in "${words[@]}"; do
		value=${word#*=}
		value=${value//\\_/ }
		case $word in
		expect=?*) expect=$value; options+=(-e "$value") ;;
		wait) options+=(-w) ;;
		endless) options+=(-n) ;;
		refused) refused=yes ;;
		stdin=?*) STDIN=$value ;;
		scenario=?*) options+=(-f "$value") ;;
		mask=?*) filters+=("$value") ;;
		has=?*) wanted+=("$value") ;;
		differs=?*)
			in_compatibility "$value" ||
			    fail "not in COMPATIBILITY: $value" || return 1
			filters+=("differs_${value//-/_}")
			;;
		*) fail "no such word: $word" || return 1 ;;
		esac
	done
	for word in "${filters[@]}"; do
		declare -F "$word" >/dev/null ||
		    fail "no such function: $word" || return 1
	done
}

in_compatibility() # name
{
	awk -v item=".It Sy $1" '
	/^\.Sh / { here = ($2 == "COMPATIBILITY") }
	here && $0 == item { found = 1 }
	END { exit !found }' "$ROOT/man/s_server.1"
}

row_filter()
{
	filter_through "${filters[@]}"
}

filter_through() # function...
{
	local filter=${1:-}

	[ -n "$filter" ] || { cat; return; }
	shift
	"$filter" | filter_through "$@"
}

### Rows of the console

# Each line of the row's text is typed at the server's console, one after
# another. A text follows each, which must reach the client, and then one of
# the client's, which must reach the server: what the line did is over then.
console_scenario() # name, client option...
{
	local name=$1 units unit count=0

	shift
	client_start "$name-client" "$@"
	[[ $text == EARLY* ]] || wait_for 10 file_has "$name.out" 'CIPHER is'
	mapfile -t units < <(printf '%b' "${text#EARLY}")
	for unit in "${units[@]}"; do
		count=$((count + 1))
		type_to "$name" "$unit\n"
		sleep 0.1
		type_to "$name" "text-$count\n"
		wait_for 3 has_or_left "$name-client.out" "text-$count" || break
		type_to "$name-client" "answer-$count\n"
		wait_for 3 has_or_left "$name.out" "answer-$count" || break
	done
	client_end "$name-client" || return 1
	grep -a '^text-' "$name-client.out"
	return "$STATUS"
}

# Also true if the client has left.
has_or_left() # file, text
{
	file_has "$1" "$2" || ! running "$name-client"
}

# The rows of standard input are of that scenario. The stock program writes
# data past its buffer, hence the mask.
console_rows()
{
	rows < <(sed 's/$/ scenario=console_scenario mask=without_answers/')
}

without_answers()
{
	grep -v '^answer-'
}

### Named differences that more than one file meets

# What the client says after the server's own close_notify.
differs_farewell()
{
	awk '
	/^SSL3 alert read:warning:close notify$/ { next }
	after && /^<<< / { next }
	{ after = /^>>> .*Alert .*close_notify$/; print }'
}

# It counts a renegotiation that the server asks for up to three times.
differs_renegotiations()
{
	grep -v ' server renegotiates (SSL_accept())$'
}

# What does not begin leaves an error there, and the next read fails.
differs_stale_errors()
{
	grep -vE ':(SSL_key_update|can_renegotiate):' | sed 's/^ERROR$/DONE/'
}

# How often it waits is a matter of speed, too.
differs_dtls_delay()
{
	grep -vE '^DELAY$|^SSL_accept:error in SSLv3/TLS write server done$'
}
