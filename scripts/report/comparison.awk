# Two files side by side.

function compare(   i)
{
	printf "Comparison of %s and %s\n", name1, name2
	print "  before   after  change"
	compare_row("connections", "connections")
	compare_row("finished", "handshakes finished")
	compare_row("failed", "handshakes failed")
	compare_row("handshakes lost", "handshakes lost with their worker")
	compare_times()
	compare_list("Ciphers", 64)
	compare_list("Groups", 64)
	compare_list("Failures", 20)
	tell_bad(1, name1)
	tell_bad(2, name2)
}

function compare_row(what, text)
{
	printf "%8d%8d%8s  %s\n", number[1, what], number[2, what],
	    difference(number[1, what], number[2, what]), text
}

function difference(before, after)
{
	return before + 0 == after + 0 ? "=" : sprintf("%+d", after - before)
}

function compare_times(   i)
{
	if (number[1, "finished"] + number[2, "finished"] == 0)
		return
	print title["times"]
	print "  p50 before     after  change  p99 before     after  change"
	for (i = 1; i <= rows_count; i++)
		if (timed[1, rows[i]] + timed[2, rows[i]] > 0)
			print time_change(rows[i], 50) \
			    time_change(rows[i], 99) "  " rows[i]
	compare_histogram()
}

function time_change(row, percent,   before, after, change)
{
	before = percentile_us(1, row, percent)
	after = percentile_us(2, row, percent)
	if (before <= 0 || after < 0)
		change = ""
	else if (before == after)
		change = "="
	else
		change = sprintf("%+.0f%%", (after - before) / before * 100)
	return sprintf("%12s%10s%8s", time_text(before), time_text(after),
	    change)
}

# Each in parts of its own whole: one may have many more.
function compare_histogram(   i, s, most, line)
{
	find_powers()
	print "  before   after      from"
	for (i = first; i <= last; i++)
		for (s = 1; s <= 2; s++)
			if (power[s, i] > most[s] + 0)
				most[s] = power[s, i]
	for (i = first; i <= last; i++) {
		line = sprintf("%8d%8d%10s%-18s%s", power[1, i], power[2, i],
		    time_text(least(8 * i)), compare_bar(1, i, most[1]),
		    compare_bar(2, i, most[2]))
		sub(/ +$/, "", line)
		print line
	}
}

function compare_bar(s, i, most)
{
	return most > 0 ? bar_text(power[s, i], most, 16) : ""
}

function compare_list(list, limit,   i, name, rest)
{
	if (known_count[list] == 0)
		return
	sort_names(list)
	print heading(list)
	for (i = 1; i <= 2; i++)
		rest[i] = number[i, list]
	for (i = 1; i <= limit && i <= known_count[list]; i++) {
		name = names[list, i]
		rest[1] -= number[1, list, name]
		rest[2] -= number[2, list, name]
		printf "%8d%8d%8s  %s", number[1, list, name],
		    number[2, list, name],
		    difference(number[1, list, name], number[2, list, name]), name
		print (list == "Failures" ? compare_example(name) : "")
	}
	if (rest[1] + rest[2] > 0)
		printf "%8d%8d%8s  others\n", rest[1], rest[2],
		    difference(rest[1], rest[2])
}

function compare_example(name)
{
	if ((1, name) in example && (2, name) in example)
		return " (connections " example[1, name] ", " \
		    example[2, name] ")"
	if ((2, name) in example)
		return " (new: connection " example[2, name] ")"
	return " (gone: connection " example[1, name] ")"
}
