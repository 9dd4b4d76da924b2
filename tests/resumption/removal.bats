# Which sessions survive the end of a connection: as with the stock program,
# and what is gone is gone for all workers.

load ../lib/helpers

leave() # PORT VERSION SESSIONS HOW PREFIX [SESSION]
{
	timeout $((30 * SLOW)) "$BUILD/tests/load/leave" "$@"
}

# Clients that leave in every way; a line for each, about the sessions that they
# were given: does each still resume? The next connection is another worker's.
fates() # port
{
	local port=$1 version how count i words

	for version in 1.2 1.3; do
		count=1
		[ "$version" = 1.2 ] || count=2
		for how in orderly silent reset alert refuse; do
			rm -f got-*
			if [ "$how" = refuse ]; then
				leave "$port" $version $count orderly got
				leave "$port" $version 1 refuse other got-1
			else
				leave "$port" $version $count $how got
				# It waits for no answer.
				[ $how != reset ] || sleep 0.1
			fi >/dev/null
			words=$version-$how:
			for ((i = 1; i <= count; i++)); do
				words+=" $(leave "$port" $version 1 orderly \
				    other got-$i)"
			done
			echo "$words"
		done
	done
}

fates_as_stock() # server option...
{
	start_stock "$@"
	fates "$STOCK_PORT" >stock.fates
	end_process stock
	start_server -workers 4 "$@"
	fates "$PORT" >server.fates
	stop_server
	diff stock.fates server.fates || fail "differs from stock: $*"
	diff - server.fates
}

@test "a session survives a goodbye and a reset, not silence nor an alert" {
	local mode

	for mode in -quiet -www -rev; do
		fates_as_stock -no_ticket "$mode" <<-END
			1.2-orderly: reused
			1.2-silent: new
			1.2-reset: reused
			1.2-alert: new
			1.2-refuse: new
			1.3-orderly: reused reused
			1.3-silent: reused new
			1.3-reset: reused reused
			1.3-alert: reused new
			1.3-refuse: new reused
		END
	done
}

# covers: -ignore_unexpected_eof
@test "a session survives silence with -ignore_unexpected_eof" {
	fates_as_stock -no_ticket -quiet -ignore_unexpected_eof <<-END
		1.2-orderly: reused
		1.2-silent: reused
		1.2-reset: reused
		1.2-alert: new
		1.2-refuse: new
		1.3-orderly: reused reused
		1.3-silent: reused reused
		1.3-reset: reused reused
		1.3-alert: reused new
		1.3-refuse: new reused
	END
}

# Those of TLS 1.2 are tickets here.
@test "sessions that allow early data go the same ways" {
	fates_as_stock -quiet -early_data <<-END
		1.2-orderly: reused
		1.2-silent: reused
		1.2-reset: reused
		1.2-alert: reused
		1.2-refuse: reused
		1.3-orderly: reused reused
		1.3-silent: reused new
		1.3-reset: reused reused
		1.3-alert: reused new
		1.3-refuse: new reused
	END
}

@test "stateless tickets survive everything" {
	fates_as_stock -quiet <<-END
		1.2-orderly: reused
		1.2-silent: reused
		1.2-reset: reused
		1.2-alert: reused
		1.2-refuse: reused
		1.3-orderly: reused reused
		1.3-silent: reused reused
		1.3-reset: reused reused
		1.3-alert: reused reused
		1.3-refuse: reused reused
	END
}

# libssl's own store, which holds nothing for long, must not report that a
# session was displaced: there would be no second one of these.
@test "with -early_data sessions do not displace each other" {
	local i

	start_server -quiet -early_data -workers 1
	for i in 1 2 3 4 5; do
		leave "$PORT" 1.3 2 orderly "got$i" >/dev/null
		# TLS 1.2 session IDs go through the same callbacks.
		leave "$PORT" 1.2 1 orderly "old$i" >/dev/null
	done
	for i in 1 2 3 4 5; do
		assert_equal "$(leave "$PORT" 1.3 1 orderly x "got$i-1")" reused
		assert_equal "$(leave "$PORT" 1.3 1 orderly x "got$i-2")" reused
		assert_equal "$(leave "$PORT" 1.2 1 orderly x "old$i-1")" reused
	done
}
