# DTLS: how associations end.

load helpers

# The time that a process had of the processors, in ms.
cpu_ms() # pid
{
	awk -v hz="$(getconf CLK_TCK)" \
	    '{ sub(/.*\) /, ""); print int(($12 + $13) * 1000 / hz) }' \
	    "/proc/$1/stat"
}

# covers: -dtls
@test "a peer whose handshake failed costs nothing while it lingers" {
	local before i used

	start_server -dtls -workers 1 -cipher AES128-SHA -quiet
	before=$(cpu_ms "$(worker 1)")
	for ((i = 0; i < 6; i++)); do
		client -dtls -cipher AES256-SHA || :
	done >client.all 2>&1
	sleep 1
	assert_contains "$(<client.all)" 'alert handshake failure'
	used=$(($(cpu_ms "$(worker 1)") - before))
	echo "# $used ms for six" >&3
	[ "$used" -lt $((200 * SLOW)) ]
}
