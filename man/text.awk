# The manual page as plain text, in a C array: what -help_on prints.
#
#	awk -f man/text.awk man/s_server.1 >manual_text.c
#
# It knows the macros of mdoc(7) that the page uses, and fails at another one.
# A part begins with a line of its own: \1 and a kind, which is "chapter",
# "group", "options" or "text"; after a blank comes the title, or the names of
# the options. "text" goes on with a chapter or a group behind its options.

BEGIN {
	WIDTH = 78
	STEP = 8	# of a list
	OFFSET = 6	# of an example
	MARGIN = 4
	split("Ar Cm Dv Em Ev Fl Ic Li Nm No Ns Oc Oo Op Pa Pq Ql Sx Sy Ta" \
	    " Va Xr", names, " ")
	for (i in names)
		inline[names[i]] = 1
	indent = MARGIN
	print "/* Made of man/s_server.1 by man/text.awk. */"
	print "#include \"config/manual.h\"\n"
	print "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n"
	print "const char manual_text[] ="
}

function fail(why)
{
	print FILENAME ":" FNR ": " why >"/dev/stderr"
	failed = 1
	exit 1
}

# A line of the text. Each awk has an opinion of its own on backslashes in gsub.
function put(line,    i, c, out)
{
	sub(/ +$/, "", line)
	out = ""
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		out = out (c == "\\" || c == "\"" ? "\\" : "") c
	}
	print "    \"" out "\\n\""
}

function blanks(n)
{
	return sprintf("%" n "s", "")
}

function start(kind, names)
{
	print "    \"\\001" kind (names == "" ? "" : " " names) "\\n\""
	gap = 0
}

# A blank line before the next line, but not where a part begins.
function put_body(line)
{
	if (gap)
		put("")
	gap = 0
	put(line)
}

function flush_words(    n, part, i, line)
{
	n = split(text, part, " ")
	text = ""
	line = blanks(indent - hang) tag
	tag = ""
	if (n == 0)
		return
	for (i = 1; i <= n; i++) {
		if (length(line) + 1 + length(part[i]) > WIDTH &&
		    line !~ /^ *$/) {
			put_body(line)
			line = blanks(indent)
		}
		line = line (line ~ /^ *$/ ? "" : " ") part[i]
	}
	hang = 0
	put_body(line)
}

function paragraph()
{
	flush_words()
	gap = 1
}

function unescape(s)
{
	gsub(/\\&/, "", s)
	gsub(/\\e/, "\\", s)
	gsub(/\\\(dq/, "\"", s)
	return s
}

function add(s)
{
	if (out != "" && !glue)
		out = out " "
	out = out s
	glue = 0
}

function add_glued(s)
{
	glue = 1
	add(s)
}

# The words of a line, where quotes hold together: fields of token, from 1.
function tokenize(s,    n, word)
{
	n = 0
	while (s ~ /[^ ]/) {
		sub(/^ +/, "", s)
		if (match(s, /^"[^"]*"/)) {
			word = substr(s, 2, RLENGTH - 2)
			s = substr(s, RLENGTH + 1)
		} else {
			match(s, /^[^ ]+/)
			word = substr(s, 1, RLENGTH)
			s = substr(s, RLENGTH + 1)
		}
		token[++n] = word
	}
	return n
}

# One line of macros, such as "Fl accept Oo Ar host : Oc Ns Ar port".
function macros(s,    n, last, i, t, closing, kind)
{
	n = tokenize(s)
	last = n
	while (last > 1 && token[last] ~ /^[].,:;)?!]$/)
		last--
	out = ""
	glue = 0
	closing = ""
	kind = ""
	for (i = 1; i <= last; i++) {
		t = token[i]
		if (t in inline) {
			kind = t
			if (t == "Ns") {
				glue = 1
			} else if (t == "Oo") {
				add("[")
				glue = 1
			} else if (t == "Oc") {
				add_glued("]")
			} else if (t == "Ta") {
				add_glued("\t")
				glue = 1
			} else if (t == "Op" || t == "Pq" || t == "Ql") {
				add(t == "Op" ? "[" : t == "Pq" ? "(" : "'")
				glue = 1
				closing = (t == "Op" ? "]" : t == "Pq" ? ")" : \
				    "'") closing
			} else if (t == "Nm" &&
			    (i == last || token[i + 1] in inline)) {
				add("s_server")
			}
		} else if (t ~ /^[].,:;)?!]$/) {
			add_glued(t)
		} else if (t ~ /^[[(]$/) {
			add(t)
			glue = 1
		} else if (kind == "Xr" && t ~ /^[0-9]$/) {
			add_glued("(" t ")")
		} else {
			add((kind == "Fl" ? "-" : "") unescape(t))
		}
	}
	out = out closing
	for (; i <= n; i++)
		add_glued(token[i])
	return out
}

function words(s)
{
	text = text " " s
}

# "Bl -column" has a width of each column in quotes.
function list_begins(s,    n, i)
{
	paragraph()
	depth++
	n = tokenize(s)
	kind_of[depth] = token[2]
	if (kind_of[depth] == "-column")
		for (i = 3; i <= n; i++)
			column[i - 2] = length(token[i]) + 6
	else
		indent += kind_of[depth] == "-bullet" ? 2 : STEP
}

function list_ends()
{
	flush_words()
	if (kind_of[depth] != "-column")
		indent -= kind_of[depth] == "-bullet" ? 2 : STEP
	depth--
	gap = 1
	if (depth == 0 && in_options) {
		start("text")
		in_options = 0
	}
}

function row(s,    n, i, cells, line)
{
	n = split(macros(s), cells, "\t")
	line = blanks(indent)
	for (i = 1; i <= n; i++)
		line = line sprintf("%-" column[i] "s", cells[i])
	put_body(line)
}

function item(s)
{
	if (kind_of[depth] == "-column") {
		row(s)
		return
	}
	if (kind_of[depth] == "-bullet") {
		paragraph()
		tag = "-"
		hang = 2
		return
	}
	flush_words()
	if (!tags_only)
		gap = 1
	if (depth == 1 && s ~ /^Fl / && described)
		hold_option(s)
	else
		put_tag(macros(s))
	tags_only = 1
}

function put_tag(s)
{
	put_body(blanks(indent - STEP) s)
}

# Items that follow one another have one text, and are one part.
function hold_option(s)
{
	held_names = held_names (held == 0 ? "" : " ") token_of(s)
	held_tag[++held] = macros(s)
}

function token_of(s)
{
	tokenize(s)
	return token[2]
}

function release_options(    i)
{
	if (held == 0)
		return
	start("options", held_names)
	for (i = 1; i <= held; i++)
		put_tag(held_tag[i])
	held = 0
	held_names = ""
	in_options = 1
}

function heading(kind, s)
{
	flush_words()
	start(kind, s)
	put(s)
	if (kind == "chapter")
		described = s == "DESCRIPTION"
	indent = MARGIN
}

literal && $1 != ".Ed" {
	put_body(blanks(indent + OFFSET) unescape($0))
	next
}
$1 == ".It" { item(substr($0, 5)); next }
{ release_options(); tags_only = 0 }
!/^\./ { words(unescape($0)); next }
$1 == ".Dd" || $1 == ".Dt" || $1 == ".Os" { next }
$1 == ".Sh" { heading("chapter", substr($0, 5)); next }
$1 == ".Ss" { heading("group", substr($0, 5)); next }
$1 == ".Nd" { words("-"); words(substr($0, 5)); next }
$1 == ".Pp" { paragraph(); next }
$1 == ".Bl" { list_begins(substr($0, 2)); next }
$1 == ".El" { list_ends(); next }
$1 == ".Bd" { paragraph(); literal = 1; next }
$1 == ".Ed" { literal = 0; gap = 1; next }
$1 == ".Dl" {
	flush_words()
	put_body(blanks(indent + OFFSET) macros(substr($0, 5)))
	next
}
substr($1, 2) in inline { words(macros(substr($0, 2))); next }
{ fail("unknown macro: " $1) }

END {
	if (failed)
		exit 1
	flush_words()
	print "    ;"
}
