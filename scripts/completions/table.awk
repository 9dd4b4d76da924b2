# Preprocessed C of the option table in; a line for each option out that the
# library has:
#
#	name	what	separator	words	text
#
# "what" is the kind of value: none, words (one of them, or a list of them with
# that separator), files, folders, hosts, number, text, or a list that the
# library knows, such as ciphers. Nothing is compiled or run for this, so that
# it also works with the compiler for another machine.

BEGIN {
	kinds["NONE"] = "none"
	kinds["STRING"] = kinds["HEX"] = "text"
	kinds["URI"] = kinds["INFILE"] = kinds["OUTFILE"] = "files"
	kinds["DIRECTORY"] = "folders"
	kinds["NUMBER"] = kinds["NON_NEGATIVE"] = kinds["POSITIVE"] = "number"
	kinds["INTMAX"] = kinds["BYTES"] = kinds["PORT"] = "number"
	kinds["EARLY_DATA"] = "number"
	kinds["PEM_DER"] = kinds["FORMAT"] = "words"
}

{ all = all $0 " " }

# The text of a member, its literals put together, or "".
function text_of(row, member,    rest, text) {
	if (!match(row, "\\." member " = \\(? *\""))
		return ""
	rest = substr(row, RSTART + RLENGTH - 1)
	while (match(rest, /^ *"([^"\\]|\\.)*"/)) {
		text = text substr(rest, 1, RLENGTH)
		rest = substr(rest, RLENGTH + 1)
	}
	gsub(/" *"/, "", text)
	gsub(/^ *"|"$/, "", text)
	gsub(/\\"/, "\"", text)
	return text
}

function kind_of(row) {
	if (!match(row, /\.kind = \(?KIND_[A-Z_]+/))
		return ""
	row = substr(row, RSTART, RLENGTH)
	sub(/.*KIND_/, "", row)
	return row
}

# As major * 256 + minor; 0 if the option is in every library.
function since_of(row,    part) {
	if (!match(row, /\.since = [^,}]*/))
		return 0
	row = substr(row, RSTART, RLENGTH)
	gsub(/[^0-9]+/, " ", row)
	split(row, part, " ")
	return part[1] * 256 + part[3]
}

function fail(message) {
	print "completions: " message | "cat >&2"
	failed = 1
	exit 1
}

function print_row(row,    name, kind, what, words, separator) {
	name = text_of(row, "name")
	kind = kind_of(row)
	words = text_of(row, "values")
	separator = text_of(row, "separator")
	if (name == "" || name in seen || since_of(row) > library)
		return
	if (!(kind in kinds))
		fail("-" name " has a kind of value that is not known here: " kind)
	seen[name] = 1
	what = kinds[kind]
	if (words ~ /^@/)
		what = substr(words, 2)
	else if (words != "")
		what = "words"
	else if (kind == "PEM_DER" || library >= 1024 && kind == "FORMAT")
		words = "PEM DER"
	else if (kind == "FORMAT")
		words = "PEM DER ENGINE"
	if (words ~ /^@/ || what != "words")
		words = ""
	printf "%s\t%s\t%s\t%s\t%s\n", name, what, separator, words,
	    text_of(row, "help")
	count++
}

END {
	if (failed)
		exit 1
	if (!match(all, /library [0-9]+ [0-9]+/))
		fail("the preprocessor does not name the library's version")
	split(substr(all, RSTART, RLENGTH), part, " ")
	library = part[2] * 256 + part[3]
	rows = split(all, row, /\.name = /)
	for (i = 2; i <= rows; i++)
		print_row(".name = " row[i])
	if (count < 100)
		fail("the preprocessor shows " count + 0 " options only")
}
