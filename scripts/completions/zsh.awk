# With frame.awk: the completion for zsh.

BEGIN {
	between = " \\\n"
	action["files"] = "_files"
	action["folders"] = "_directories"
	action["hosts"] = "_hosts"
	action["options"] = "(@NAMES@)"
	action["number"] = action["text"] = " "
}

function quoted(text) {
	gsub(/'/, "'\\\\&'", text)
	return quote text quote
}

function action_text() {
	if ($2 in action)
		return action[$2]
	if ($3 == "")
		return $2 == "words" ? "(" $4 ")" : "_s_server_library " $2
	return "_sequence -s " $3 " " \
	    ($2 == "words" ? "compadd - " $4 : "_s_server_library - " $2)
}

function library_text(name, command) {
	return "\t" name ") list=$(" command ") ;;"
}

function option_text(    text, word) {
	text = $5
	gsub(/[][\\]/, "\\\\&", text)
	text = "[" text "]"
	if ($2 != "none") {
		word = action_text()
		gsub(/:/, "\\\\&", word)
		text = "=" text ":" ($2 == "words" ? "value" : $2) ":" word
	}
	return "\t    " quoted("*-" $1 text)
}
