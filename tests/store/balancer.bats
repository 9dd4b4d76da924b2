# Three hosts with one session store behind HAProxy: every kind of session resumes
# on each of them, and scripts/resumption-check sees it.

load ../lib/helpers
load ../lib/store

setup()
{
	common_setup
	needs_store
	[ -x /usr/sbin/haproxy ] || skip 'HAProxy is not installed'
	make_key store.key
	(umask 077 && head -c 80 /dev/urandom >ticket.key)
}

# Clients one after another go to one host after another. Sets PORT.
start_haproxy() # port...
{
	local tries=0 target

	until [ $((tries += 1)) -gt 20 ]; do
		# None of them is ours alone: another one if it is taken.
		PORT=$((20000 + RANDOM % 12000))
		cat >haproxy.conf <<-END
			defaults
			    mode tcp
			    timeout connect 10s
			    timeout client 60s
			    timeout server 60s
			listen tls
			    bind 127.0.0.1:$PORT
			    balance roundrobin
		END
		for target; do
			echo "    server s$target 127.0.0.1:$target"
		done >>haproxy.conf
		launch haproxy /usr/sbin/haproxy -db -f haproxy.conf
		SERVERS+=("${PIDS[haproxy]}:$PORT:haproxy")
		wait_for 10 listens_or_gone haproxy "$PORT"
		! running haproxy || return 0
	done
	fail 'HAProxy does not start' "$(<haproxy.err)"
}

listens_or_gone() # name, port
{
	! running "$1" || [ -n "$(ss -Hltn "sport = :$2")" ]
}

start_hosts_behind_haproxy() # option...
{
	local host ports=()

	start_store store
	for host in alpha beta gamma; do
		start_named "$host" -www -label -label_host "$host" -workers 2 \
		    -session_store "$STORE" -session_store_key store.key \
		    -session_store_timeout 10000 -ticket_keys ticket.key "$@"
		ports+=("$PORT")
	done
	start_haproxy "${ports[@]}"
}

check() # option...
{
	run timeout $((60 * SLOW)) "$ROOT/scripts/resumption-check" \
	    -t $((10 * SLOW)) "$@" "127.0.0.1:$PORT" 3>&-
	assert_equal "$status" 0
	assert_contains "$output" 'alpha'
	assert_contains "$output" 'gamma'
	assert_matches "$output" 'by another one: ([0-9]+) of \1'
}

all_resume() # title
{
	assert_matches "$output" "(^|"$'\n'")$1 +([0-9]+) +\\2 +(-|\\2)  ok"
}

@test "session IDs and tickets, of three hosts" {
	start_hosts_behind_haproxy
	check -c 1
	all_resume 'TLS 1.2 session ID'
	all_resume 'TLS 1.2 ticket'
	all_resume 'TLS 1.3 ticket'
}

@test "stateful tickets and early data, of three hosts" {
	start_hosts_behind_haproxy -early_data
	check -k stateful,early -c 1
	all_resume 'TLS 1.3 stateful ticket'
	all_resume 'TLS 1.3 0-RTT'
}
