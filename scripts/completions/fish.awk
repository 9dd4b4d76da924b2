# The table of table.awk in; the completion for fish out, with "library" and
# "template" as files.

BEGIN { FS = "\t"; quote = "'" }

function quoted(text) {
	gsub(/[\\']/, "\\\\&", text)
	return quote text quote
}

function values() {
	if ($2 == "none")
		return ""
	if ($2 == "files")
		return " -r -F"
	if ($2 == "folders")
		return " -x -a " quoted("(__fish_complete_directories)")
	if ($2 == "hosts")
		return " -x -a " quoted("(__fish_print_hostnames)")
	if ($2 == "options")
		return " -x -a " quoted("NAMES")
	if ($2 == "number" || $2 == "text")
		return " -x"
	if ($2 == "words" && $3 == "")
		return " -x -a " quoted($4)
	return " -x -a " quoted("(" ($3 == "" ? "" : "__s_server_list " $3 " ") \
	    ($2 == "words" ? $4 : \
	    ($3 == "" ? "" : "(") "__s_server_library " $2 \
	    ($3 == "" ? "" : ")")) ")")
}

FILENAME == library {
	name = $0
	sub(/ .*/, "", name)
	sub(/^[^ ]* /, "")
	from_library = from_library "        case " name "\n            " $0 "\n"
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
	options = options "__s_server_option -o " $1 values() " -d " \
	    quoted($5) "\n"
}
