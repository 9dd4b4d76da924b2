# What the tests say that they cover, one claim a line, tab-separated:
#
#	awk -f tests/lib/claims.awk tests/*/*.bats
#
#	option or command, file, line of the test, name of the test,
#	"used" or "unused"
#
# A claim is the first column of a row (see rows.bash), or a comment above a
# test: "# covers: -status -status_url", for commands "# covers: r R".
#
# "used" says that the option stands on a command line of our server: in the
# second column of the row or, since a row may show what is without it, of
# another one of the test; or in the test, or a function of the file that it
# calls, in a statement that starts a server, or in a variable of that. This
# reads shell by its outward form, as the tests are written; whether the option
# matters is for scripts/mutate-options to find out.

BEGIN {
	starts_server = "(^|[^a-z_])(start_server|start_named|start_hosts|" \
	    "same_as_stock|in_turn_as_stock|run_server|refuses_start|start_given|" \
	    "run_given|S_SERVER|scripts/openssl|rows)([^a-z_]|$)"
	is_table = "^[ \t]*([a-z_]+_)?rows <<"
}

FNR == 1 {
	if (NR > 1)
		end_of_file()
	file = FILENAME
}

# A statement: lines joined at backslashes, with its here-document.
here != "" {
	text = $0
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	if (text == here)
		here = ""
	statement = statement "\n" $0
	if (here == "")
		keep(statement)
	next
}
{
	statement = joined $0
	if (/\\$/) {
		joined = substr(statement, 1, length(statement) - 1) " "
		next
	}
	joined = ""
	if (match(statement, /<<-?'?[A-Z]+/)) {
		here = substr(statement, RSTART, RLENGTH)
		gsub(/[^A-Z]/, "", here)
		next
	}
	keep(statement)
}

END {
	end_of_file()
}

# To the unit (a test or a function) that it belongs to.
function keep(text,    name) {
	if (unit == "" && text ~ /^# covers:/) {
		covers = covers substr(text, 10)
	} else if (unit == "" && text ~ /^@test /) {
		name = text
		sub(/^@test "/, "", name)
		sub(/" \{$/, "", name)
		unit = "@" (++tests)
		test_name[tests] = name
		test_line[tests] = FNR
		test_covers[tests] = covers
		covers = ""
	} else if (unit == "" && text ~ /^[a-z_0-9]+\(\)/) {
		unit = text
		sub(/\(.*/, "", unit)
		functions[unit] = 1
	} else if (text ~ /^}/) {
		unit = ""
	} else if (text !~ /^[ \t]*#/) {
		if (unit == "" && text == "")
			covers = ""
		count[unit]++
		body[unit, count[unit]] = text
	}
}

function end_of_file(    i, name, changed) {
	do {
		changed = 0
		for (name in functions)
			if (!(name in starters) && has_starter(name))
				changed = starters[name] = 1
	} while (changed)
	for (i = 1; i <= tests; i++)
		claims_of(i)
	tests = 0
	unit = covers = joined = here = ""
	split("", functions)
	split("", starters)
	split("", count)
	split("", body)
	split("", test_covers)
}

function has_starter(name,    i) {
	for (i = 1; i <= count[name]; i++)
		if (is_starter(body[name, i]))
			return 1
	return 0
}

function is_starter(text,    name) {
	if (text ~ starts_server)
		return 1
	for (name in starters)
		if (has_word(text, name))
			return 1
	return 0
}

function has_word(text, word) {
	return text ~ ("(^|[^A-Za-z0-9_])" word "([^A-Za-z0-9_]|$)")
}

function claims_of(test,    i, words, claims, lines) {
	gather("@" test)
	claims = test_covers[test]
	for (i = 1; i <= gathered; i++)
		if (all_text[i] ~ is_table)
			claims = claims " " column(all_text[i], 1)
	if (split(claims, words, " ") == 0)
		return
	lines = with_variables(server_lines())
	for (i = 1; i in words; i++)
		if (words[i] != "-")
			claim(test, words[i], lines)
}

# all_text: the statements of a test and of the functions that it calls, and
# those outside of both.
function gather(name,    i, todo, done, next_one, other) {
	gathered = 0
	split("", done)
	todo = name
	while (todo != "") {
		next_one = todo
		sub(/ .*/, "", next_one)
		sub(/^[^ ]* ?/, "", todo)
		if (next_one in done)
			continue
		done[next_one] = 1
		for (i = 1; i <= count[next_one]; i++) {
			all_text[++gathered] = body[next_one, i]
			for (other in functions)
				if (has_word(body[next_one, i], other))
					todo = todo == "" ? other : todo " " other
		}
	}
	for (i = 1; i <= count[""]; i++)
		all_text[++gathered] = body["", i]
}

function server_lines(    i, lines) {
	for (i = 1; i <= gathered; i++)
		if (all_text[i] ~ is_table)
			lines = lines "\n" column(all_text[i], 2)
		else if (all_text[i] ~ /^[ \t]*same_as_stock /)
			lines = lines "\n" server_argument(all_text[i])
		else if (is_starter(all_text[i]))
			lines = lines "\n" all_text[i]
	return lines
}

# The first argument of same_as_stock after its flags.
function server_argument(text,    word) {
	sub(/^[ \t]*same_as_stock[ \t]+/, "", text)
	while (text != "") {
		match(text, /^(\$?'[^']*'|"([^"\\]|\\.)*"|[^ \t'"])+/)
		if (RSTART == 0)
			return text
		word = substr(text, 1, RLENGTH)
		text = substr(text, RLENGTH + 1)
		sub(/^[ \t]+/, "", text)
		if (word ~ /^-[fem]$/)
			sub(/^[^ \t]+[ \t]+/, "", text)
		else if (word !~ /^-[nwk]$/)
			return word
	}
	return ""
}

# And what is in the variables that it uses, and so on.
function with_variables(lines,    i, name, rest, seen, defines) {
	rest = lines
	while (match(rest, /\$\{?[a-z_][a-z_0-9]*/)) {
		name = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH)
		gsub(/[${]/, "", name)
		if (name in seen)
			continue
		seen[name] = 1
		defines = "(^|[^a-z_])" name "(\\+?=|\\[| in )"
		if (is_read(name))
			defines = defines "|^[ \t]*done <<"
		for (i = 1; i <= gathered; i++)
			if (all_text[i] ~ defines) {
				lines = lines "\n" all_text[i]
				rest = rest "\n" all_text[i]
			}
	}
	return lines
}

# Is it the variable of a loop over a here-document?
function is_read(name,    i) {
	for (i = 1; i <= gathered; i++)
		if (all_text[i] ~ ("read -r .*" name))
			return 1
	return 0
}

# One column of all rows of a table.
function column(table, number,    i, n, lines, columns, result) {
	gsub(/\\\n/, " ", table)
	n = split(table, lines, "\n")
	for (i = 2; i < n; i++) {
		gsub(/\t/, " ", lines[i])
		gsub(/ \| /, " |  ", lines[i])
		if (lines[i] ~ /^ *#/)
			continue
		split(" " lines[i], columns, / \|( |$)/)
		result = result " " columns[number]
	}
	return result
}

function claim(test, what, lines) {
	printf "%s\t%s\t%d\t%s\t%s\n", what, file, test_line[test],
	    test_name[test], is_used(what, lines) ? "used" : "unused"
}

# A command is typed in the test, a page requested.
function is_used(what, lines,    i) {
	if (what ~ /^-/) {
		gsub(/['"=()\\;\t\n]/, " ", lines)
		gsub(/ --/, " -", lines)
		return index(" " lines " ", " " what " ") > 0
	}
	for (i = 1; i <= gathered; i++)
		if (all_text[i] ~ ("(^|[^A-Za-z0-9]|\\\\n)" what "(\\\\n|['\"; ])"))
			return 1
	return 0
}
