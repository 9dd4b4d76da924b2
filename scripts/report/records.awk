# Reads lines of -log: the records of connections, by side (1: the first file,
# 2: the second one). The log of a server that was killed may end in the middle
# of a line, and a full disk may have torn others, so each line is checked.
#
# The line is split at its quotes: what has an even number is a string then, and
# all the rest is structure. No backslash can be in the way.

BEGIN {
	# The members that are of interest.
	needs = "event version host connection peer accepted handshake" \
	    " failed_by protocol kind handshake_us cipher group end key lost"
	split(needs, list, " ")
	for (i in list)
		needed[list[i]] = 1
}

$0 != "" && $0 != "{}" {
	if (!parse($0))
		bad[side]++
	else if (field["event"] == "connection")
		take(side)
	else if (field["event"] == "end" && field["version"] == "1")
		lost[side] += field["lost"]
}

# Fills field; returns 0 if the line is no object of JSON.
function parse(line,   part, n, i, t)
{
	split("", field)
	if (index(line, "\\") > 0) {
		gsub(/\\\\/, "\001", line)
		gsub(/\\"/, "\002", line)
	}
	n = split(line, part, "\"")
	if (part[1] != "{" || n % 2 == 0)
		return 0
	stack = "{"
	path = ""
	want = "key"
	for (i = 2; i <= n; i += 2) {
		if (want == "key") {
			key = part[i]
			want = ":"
		} else if (want == "value") {
			keep(part[i])
			want = ","
		} else {
			return 0
		}
		t = part[i + 1]
		if (t == ":" && want == ":")
			want = "value"
		else if (t == "," && want == ",")
			want = stack ~ /\{$/ ? "key" : "value"
		else if (!structure(t))
			return 0
	}
	return want == "end"
}

# The text between two strings.
function structure(t,   c)
{
	while (t != "") {
		c = substr(t, 1, 1)
		if (want == ":" && c == ":") {
			want = "value"
		} else if (want == "value" && (c == "{" || c == "[")) {
			open(c)
		} else if (want == "value" &&
		    match(t, /^(-?[0-9]+(\.[0-9]+)?|true|false|null)/)) {
			keep(substr(t, 1, RLENGTH))
			want = ","
			t = substr(t, RLENGTH)
		} else if (want == "," && c == ",") {
			want = stack ~ /\{$/ ? "key" : "value"
		} else if (!closes(c)) {
			return 0
		}
		t = substr(t, 2)
	}
	return 1
}

# Only the first level is read, and the member "failure".
function open(c)
{
	path = stack == "{" && c == "{" && key == "failure" ? "failure" : "other"
	stack = stack c
	want = c == "{" ? "key" : "value"
	fresh = 1
}

function closes(c)
{
	if (c != "}" && c != "]")
		return 0
	if (substr(stack, length(stack)) != (c == "}" ? "{" : "["))
		return 0
	if (want != "," && !fresh)
		return 0
	stack = substr(stack, 1, length(stack) - 1)
	path = ""
	fresh = 0
	want = stack == "" ? "end" : ","
	return 1
}

function keep(value)
{
	fresh = 0
	if (key == "key" ? path == "failure" && stack == "{{" : stack == "{")
		if (key in needed)
			field[key] = value
}

# A record may come twice. Servers that share a file, and those before a
# restart, have connections of the same number.
function take(side,   id)
{
	if (field["version"] != "1") {
		strange[side]++
		return
	}
	id = side SUBSEP field["host"] SUBSEP field["connection"] SUBSEP \
	    field["peer"] SUBSEP substr(field["accepted"], 1, 16)
	if (id in seen)
		return
	seen[id] = 1
	raise(side, "connections")
	raise(side, field["end"] == "worker died" ? "lost" : \
	    field["end"] == "server ended" ? "open" : "ended")
	if (field["handshake"] == "finished")
		take_finished(side)
	else if (field["handshake"] == "failed")
		take_failed(side)
	else
		raise(side, field["end"] == "server ended" ? \
		    "in progress" : "handshakes lost")
}

function take_finished(side)
{
	raise(side, "finished")
	if ("protocol" in field)
		take_time(side, field["protocol"])
	if ("kind" in field)
		take_time(side, field["kind"])
	take_time(side, "all")
	if ("cipher" in field || "group" in field) {
		note(side, "Ciphers", shown(field["cipher"]))
		note(side, "Groups", shown(field["group"]))
	}
}

function take_failed(side,   reason)
{
	raise(side, "failed")
	reason = field["failed_by"]
	if (field["key"] != "")
		reason = reason ": " field["key"]
	reason = shown(reason)
	note(side, "Failures", reason)
	if (!((side, reason) in example) ||
	    field["connection"] + 0 < example[side, reason])
		example[side, reason] = field["connection"] + 0
}

function raise(side, what)
{
	number[side, what]++
}

function note(side, list, name)
{
	if (name == "")
		name = "none"
	if (!((list, name) in known)) {
		known[list, name] = 1
		names[list, ++known_count[list]] = name
	}
	number[side, list, name]++
	number[side, list]++
}

function take_time(side, row)
{
	times[side, row, bucket_of(field["handshake_us"])]++
	timed[side, row]++
}

# What may stand on a terminal: the file is anybody's.
function shown(text,   part, n, i)
{
	gsub(/\002/, "\"", text)
	# What gsub makes of a backslash depends on the awk.
	n = split(text, part, "\001")
	text = part[1]
	for (i = 2; i <= n; i++)
		text = text "\\" part[i]
	gsub(/[\001-\037\177-\377]/, "?", text)
	return text
}

### As in foundation/histogram.c

function bucket_of(us,   group)
{
	us = int(us)
	if (us < 0)
		us = 0
	for (group = 0; us >= 16; group++)
		us = int(us / 2)
	if (us >= 8) {
		us -= 8
		group++
	}
	return group < 32 ? group * 8 + us : 255
}
