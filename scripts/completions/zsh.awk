# The table of table.awk in; the completion for zsh out, with "library" and
# "template" as files.

BEGIN { FS = "\t"; quote = "'" }

function quoted(text) {
	gsub(/'/, "'\\\\&'", text)
	return quote text quote
}

function action() {
	if ($2 == "files")
		return "_files"
	if ($2 == "folders")
		return "_directories"
	if ($2 == "hosts")
		return "_hosts"
	if ($2 == "options")
		return "(NAMES)"
	if ($2 == "number" || $2 == "text")
		return " "
	if ($2 == "words" && $3 == "")
		return "(" $4 ")"
	if ($3 == "")
		return "_s_server_library " $2
	return "_sequence -s " $3 " " \
	    ($2 == "words" ? "compadd - " $4 : "_s_server_library - " $2)
}

FILENAME == library {
	name = $0
	sub(/ .*/, "", name)
	sub(/^[^ ]* /, "")
	from_library = from_library "\t" name ") list=$(" $0 ") ;;\n"
	next
}

FILENAME == template {
	gsub(/NAMES/, names, options)
	if ($0 == "@OPTIONS@")
		printf "%s", options
	else if ($0 == "@LIBRARY@")
		printf "%s", from_library
	else
		print
	next
}

{
	names = names (names == "" ? "" : " ") $1
	text = $5
	gsub(/[][\\]/, "\\\\&", text)
	kind = $2 == "words" ? "value" : $2
	word = action()
	gsub(/:/, "\\\\&", word)
	options = options (options == "" ? "" : " \\\n") "\t    " \
	    quoted("*-" $1 ($2 == "none" ? "" : "=") "[" text "]" \
	    ($2 == "none" ? "" : ":" kind ":" word))
}
