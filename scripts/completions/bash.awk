# With frame.awk: the completion for bash.

BEGIN { between = "\n" }

function library_text(name, command) {
	return "\t" name ") " command " ;;"
}

function option_text() {
	if ($2 == "none")
		return ""
	return "\t" $1 ") echo " quote $2 " " ($3 == "" ? "one" : $3) " " $4 \
	    quote " ;;"
}
