# The page of one file: that of src/shared/summary.c, which has the same
# numbers in shared memory. Both change together.

BEGIN {
	versions = "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3 DTLSv1 DTLSv1.2"
	kinds = "full tls12_id tls12_ticket tls13_ticket tls13_stateful" \
	    " tls13_psk dtls_id dtls_ticket"
	rows_count = split("all " versions " " kinds, rows, " ")
	bar = "########################################"
	title["times"] = \
	    "Time from accepting the client to the end of its handshake"
	title["Failures"] = "Failures, and the first connection of each"
}

END {
	if (side == 2)
		compare()
	else
		page()
}

function page(   i, n)
{
	printf "Summary of %s\n", name1
	printf "%8d connections: %d open, %d ended, %d lost with their worker\n",
	    number[1, "connections"], number[1, "open"], number[1, "ended"],
	    number[1, "lost"]
	printf "%8d handshakes finished; %d failed, %d in progress, %d lost" \
	    " with their worker\n", number[1, "finished"],
	    number[1, "failed"], number[1, "in progress"],
	    number[1, "handshakes lost"]
	if (number[1, "finished"] > 0) {
		print title["times"]
		print "   count       p50       p90       p99       max"
		for (i = 1; i <= rows_count; i++)
			page_row(rows[i])
		page_histogram()
		page_list("Ciphers", known_count["Ciphers"])
		page_list("Groups", known_count["Groups"])
	}
	if (number[1, "failed"] > 0)
		page_list("Failures", 10)
	tell_bad(1, name1)
}

function page_row(row)
{
	if (timed[1, row] > 0)
		printf "%8d%10s%10s%10s%10s  %s\n", timed[1, row],
		    percentile(1, row, 50), percentile(1, row, 90),
		    percentile(1, row, 99), percentile(1, row, 100), row
}

function page_histogram(   i, most)
{
	find_powers()
	print "   count      from"
	for (i = first; i <= last; i++)
		printf "%8d%10s%s\n", power[1, i], time_text(least(8 * i)),
		    bar_text(power[1, i], most_of_all, 40)
}

function page_list(list, limit,   i, name, rest)
{
	sort_names(list)
	print heading(list)
	rest = number[1, list]
	for (i = 1; i <= limit && i <= known_count[list]; i++) {
		name = names[list, i]
		rest -= number[1, list, name]
		printf "%8d  %s", number[1, list, name], name
		if (list == "Failures")
			printf " (connection %d)", example[1, name]
		print ""
	}
	if (rest > 0)
		printf "%8d  others\n", rest
	if (list != "Failures" && number[1, "finished"] > number[1, list])
		printf "%8d  more, which their worker could not tell\n",
		    number[1, "finished"] - number[1, list]
}

function tell_bad(side, name)
{
	if (bad[side] > 0)
		print "Not counted: " several(bad[side], "bad line") " of " name
	if (strange[side] > 0)
		print "Not counted: " several(strange[side], "record") \
		    " of " name ", of an unknown version"
	if (lost[side] > 0)
		print "Not counted: " several(lost[side], "line") \
		    ", which the server could not write to " name
}

function heading(list)
{
	return list in title ? title[list] : list
}

function several(n, what)
{
	return n " " what (n == 1 ? "" : "s")
}

# The most frequent first, of the second file if there is one.
function sort_names(list,   i, j, n, name)
{
	n = known_count[list]
	for (i = 2; i <= n; i++) {
		name = names[list, i]
		for (j = i - 1; j > 0 &&
		    comes_before(list, name, names[list, j]); j--)
			names[list, j + 1] = names[list, j]
		names[list, j + 1] = name
	}
}

function comes_before(list, a, b,   i, x, y)
{
	for (i = side; i >= 1; i--) {
		x = number[i, list, a] + 0
		y = number[i, list, b] + 0
		if (x != y)
			return x > y
	}
	return (a "") < (b "")
}

# Over all sides: power, most_of_all, and the first and last with a count.
function find_powers(   i, j, s)
{
	most_of_all = 0
	first = 32
	last = 0
	for (i = 0; i < 32; i++)
		for (s = 1; s <= side; s++) {
			power[s, i] = 0
			for (j = 8 * i; j < 8 * i + 8; j++)
				power[s, i] += times[s, "all", j]
			if (power[s, i] == 0)
				continue
			if (i < first)
				first = i
			last = i
			if (power[s, i] > most_of_all)
				most_of_all = power[s, i]
		}
}

function bar_text(count, most, size,   n)
{
	n = int(count / most * size + 0.5)
	if (n == 0 && count > 0)
		n = 1
	return n > 0 ? "  " substr(bar, 1, n) : ""
}

### As in foundation/histogram.c

function least(bucket,   group, time)
{
	group = int(bucket / 8)
	if (group == 0)
		return bucket
	for (time = bucket % 8 + 8; group > 1; group--)
		time *= 2
	return time
}

function middle(bucket)
{
	return least(bucket) + int((least(bucket + 1) - least(bucket)) / 2)
}

# In microseconds; -1 if nothing was counted.
function percentile_us(side, row, percent,   all, wanted, sum, i)
{
	all = timed[side, row] + 0
	wanted = int(all / 100) * percent + int((all % 100 * percent + 99) / 100)
	for (i = 0; i < 256; i++) {
		sum += times[side, row, i]
		if (sum >= wanted && sum > 0)
			return middle(i)
	}
	return -1
}

function percentile(side, row, percent)
{
	return time_text(percentile_us(side, row, percent))
}

function time_text(us,   unit)
{
	if (us < 0)
		return "-"
	for (unit = 1; us >= 999.5 && unit < 3; unit++)
		us /= 1000
	return sprintf(unit > 1 && us < 9.95 ? "%.1f %s" : "%.0f %s", us,
	    substr("usmss", 2 * unit - 1, 2))
}
