# What the completions for all shells have in common. In are, in this order, the
# table of table.awk, and by the names "library" and "template" the lists that
# the library knows, and the text around it all. A file for each shell has
#
#	between			what stands between two options
#	option_text()		of the row that is being read; "" for none
#	library_text(name, command)

BEGIN { FS = "\t"; quote = "'" }

function add(mark, text, separator) {
	if (text != "")
		inserted[mark] = inserted[mark] \
		    (inserted[mark] == "" ? "" : separator) text
}

FILENAME == library {
	name = command = $0
	sub(/ .*/, "", name)
	sub(/^[^ ]* /, "", command)
	add("@LIBRARY@", library_text(name, command), "\n")
	next
}

FILENAME == template {
	text = $0 in inserted ? inserted[$0] : $0
	gsub(/@NAMES@/, names, text)
	print text
	next
}

{
	names = names (names == "" ? "" : " ") $1
	add("@OPTIONS@", option_text(), between)
}
