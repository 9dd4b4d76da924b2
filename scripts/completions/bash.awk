# The table of table.awk in; the completion for bash out, with "library" and
# "template" as files.

BEGIN { FS = "\t"; quote = "'" }

FILENAME == library {
	name = $0
	sub(/ .*/, "", name)
	sub(/^[^ ]* /, "")
	from_library = from_library "\t" name ") " $0 " ;;\n"
	next
}

FILENAME == template {
	if ($0 == "@VALUES@")
		printf "%s", values
	else if ($0 == "@LIBRARY@")
		printf "%s", from_library
	else {
		sub(/@OPTIONS@/, options)
		print
	}
	next
}

{
	options = options (options == "" ? "" : " ") "-" $1
	if ($2 != "none")
		values = values "\t" $1 ") echo " quote $2 " " \
		    ($3 == "" ? "one" : $3) " " $4 quote " ;;\n"
}
