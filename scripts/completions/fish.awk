# With frame.awk: the completion for fish.

BEGIN {
	between = "\n"
	values["none"] = ""
	values["files"] = " -r -F"
	values["folders"] = " -x -a '(__fish_complete_directories)'"
	values["hosts"] = " -x -a '(__fish_print_hostnames)'"
	values["options"] = " -x -a '@NAMES@'"
	values["number"] = values["text"] = " -x"
}

function quoted(text) {
	gsub(/[\\']/, "\\\\&", text)
	return quote text quote
}

function values_text(    list) {
	if ($2 in values)
		return values[$2]
	list = $2 == "words" ? $4 : "(__s_server_library " $2 ")"
	if ($3 != "")
		list = "(__s_server_list " $3 " " list ")"
	return " -x -a " quoted(list)
}

function library_text(name, command) {
	return "        case " name "\n            " command
}

function option_text() {
	return "__s_server_option -o " $1 " -l " $1 values_text() " -d " quoted($5)
}
