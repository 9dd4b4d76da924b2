# What the benches share. The server at work is $server, the load clients that
# run beside the script are $loads; $scratch is a folder. All of it goes when
# the script ends, however it ends.

# shellcheck shell=bash
# shellcheck disable=SC2034 # set for the scripts

# Numbers have a point.
export LC_ALL=C
# The scripts are at work in the top folder, wherever they were called, and
# their servers anywhere.
here=$OLDPWD
build=$(realpath -m "${BUILD:-build}")
openssl=${OPENSSL:-openssl}
ticks=$(getconf CLK_TCK)
cert=(-cert "$PWD/certs/server.pem" -key "$PWD/certs/server-key.pem")
server=
port=
listens=-t	# how $server does: -t TCP, -u UDP
loads=()
# A file that haproxy answers with; without it its answer is empty.
page=
# Connections that one load client holds.
held_each=5000
held_within=120	# seconds; a server that has no more descriptors waits
# Descriptors that a server may have, if the limits of the user allow them.
descriptors=65536
raw=
# What has to be built.
targets=(all load)
# The folder that servers of pages are in.
pages=

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# What was given for an argument has to be one.
whole_number() # name of the argument, value, least
{
	if ! [[ $2 =~ ^[0-9]{1,9}$ ]] || ((10#$2 < $3)); then
		die "$1 has to be a whole number from $3 on, not '$2'"
	fi
}

whole_numbers() # name of the argument, list, least
{
	local number

	[[ $2 =~ ^[0-9]+(,[0-9]+)*$ ]] ||
	    die "$1 has to be whole numbers with commas between, not '$2'"
	for number in ${2//,/ }; do
		whole_number "$1" "$number" "$3"
	done
}

# Options that take an argument each, into the variables of their names; all
# know --rows, the file for the raw rows.
take_options() # names, argument...
{
	local known="$1 rows" name

	shift
	while [ $# -gt 0 ]; do
		name=${1#--}
		[[ $1 == --* && " $known " == *" $name "* ]] ||
		    die "no such option: $1"
		[ $# -gt 1 ] || die "$1 takes an argument"
		if [ "$name" = rows ]; then
			raw=$(path_of "$2")
		else
			printf -v "$name" %s "$2"
		fi
		shift 2
	done
}

# Named where the script was called.
path_of() # path
{
	(cd "$here" && realpath -m "$1")
}

all_known() # option, list, list of what is known
{
	local word

	[ -n "$2" ] || die "$1 is one or more of $3"
	for word in ${2//,/ }; do
		[[ ,$3, == *",$word,"* ]] || die "$1 is of $3, not $word"
	done
}

end_server()
{
	[ -n "$server" ] || return 0
	kill "$server" 2>/dev/null || :
	wait "$server" 2>/dev/null || :
	server=
}

end_loads()
{
	[ "${#loads[@]}" -gt 0 ] || return 0
	kill "${loads[@]}" 2>/dev/null || :
	wait "${loads[@]}" 2>/dev/null || :
	loads=()
}

# All is built, and what a run leaves goes with its end.
prepare()
{
	make -s -j2 BUILD="$build" "${targets[@]}"
	./scripts/make-certs
	set_limit
	scratch=$(mktemp -d)
	trap 'end_loads; end_server; rm -rf "$scratch"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	mkfifo "$scratch/in" "$scratch/go"
}

# Not all servers go to the hard limit themselves, and some make room for all
# that the limit allows.
set_limit()
{
	local hard

	hard=$(ulimit -Hn)
	if [ "$hard" = unlimited ] || ((hard > descriptors)); then
		hard=$descriptors
	fi
	ulimit -Sn "$hard"
}

# Of a bench whose figure is the CPU time.
need_cpu_times()
{
	local ns=0

	{ read -r ns _ <"/proc/$$/schedstat"; } 2>/dev/null || :
	((ns > 0)) ||
	    die 'the kernel does not tell the CPU time of a process (schedstat)'
}

### Servers

# Where a program is, also one that only root has on its path; or nothing.
program() # name
{
	PATH=$PATH:${SBIN:-/usr/sbin:/usr/local/sbin} command -v "$1"
}

# In the background, until it listens: sets $server and $port. Nothing ever
# comes on its standard input, and it does not end.
start_program() # name, command...
{
	local name=$1 tries

	shift
	"$@" 0<>"$scratch/in" >/dev/null 2>"$scratch/out" &
	server=$!
	for ((tries = 0; tries < 200; tries++)); do
		port=$(port_of "$server" "$listens")
		[ -z "$port" ] || return 0
		kill -0 "$server" 2>/dev/null || break
		sleep 0.05
	done
	end_server
	echo "${0##*/}: $name did not start: $(cat "$scratch/out")" >&2
	return 1
}

# Becomes the program, in the folder $pages.
in_pages() # command...
{
	cd "$pages" || exit 1
	exec "$@"
}

start_ours() # option...
{
	start_program s_server "$build/s_server" -accept 127.0.0.1:0 \
	    "${cert[@]}" "$@"
}

start_stock() # option...
{
	start_program "$openssl s_server" "$openssl" s_server \
	    -accept 127.0.0.1:0 "${cert[@]}" "$@"
}

# What is in its block of the server comes after the number of workers.
start_nginx() # workers, directive...
{
	local workers=$1 as_user=

	shift
	# It must read what is in $scratch.
	[ "$(id -u)" -ne 0 ] || as_user='user root;'
	mkdir -p "$scratch/nginx"
	cat >"$scratch/nginx.conf" <<-END
		$as_user
		daemon off;
		worker_processes $workers;
		pid $scratch/nginx.pid;
		events { worker_connections $(ulimit -n); }
		http {
			access_log off;
			client_header_timeout 1h;
			client_body_temp_path $scratch/nginx/body;
			proxy_temp_path $scratch/nginx/proxy;
			fastcgi_temp_path $scratch/nginx/fastcgi;
			uwsgi_temp_path $scratch/nginx/uwsgi;
			scgi_temp_path $scratch/nginx/scgi;
			server {
				listen 127.0.0.1:$(free_port) ssl backlog=4096;
				ssl_protocols TLSv1.2 TLSv1.3;
				ssl_certificate ${cert[1]};
				ssl_certificate_key ${cert[3]};
				${*/%/;}
			}
		}
	END
	start_program nginx "$(program nginx)" -p "$scratch" \
	    -c "$scratch/nginx.conf" -e stderr
}

start_haproxy() # threads, connections, option of bind...
{
	local threads=$1 most=$2

	shift 2
	cat "${cert[1]}" "${cert[3]}" >"$scratch/haproxy.pem"
	cat >"$scratch/haproxy.conf" <<-END
		global
			nbthread $threads
			maxconn $most
		defaults
			mode http
			timeout client 1h
			timeout http-request 1h
		frontend bench
			bind 127.0.0.1:$(free_port) ssl crt $scratch/haproxy.pem $*
			http-request return status 200 ${page:+content-type \
				text/plain file $page}
	END
	start_program haproxy "$(program haproxy)" -q -db \
	    -f "$scratch/haproxy.conf"
}

# It sends what it deciphers to the server of a port.
start_hitch() # workers, port of 127.0.0.1
{
	local as_user=()

	# It refuses to be root.
	[ "$(id -u)" -ne 0 ] || as_user=(--user nobody)
	cat "${cert[1]}" "${cert[3]}" >"$scratch/hitch.pem"
	start_program hitch "$(program hitch)" --workers "$1" \
	    "${as_user[@]}" --backlog 1024 --log-level 0 \
	    --frontend "[127.0.0.1]:$(free_port)" \
	    --backend "[127.0.0.1]:$2" "$scratch/hitch.pem"
}

# For a program that does not let the kernel choose: below the kernel's own, so
# that no client has it.
free_port()
{
	local first number tries

	read -r first _ </proc/sys/net/ipv4/ip_local_port_range
	# Where nearly all are the kernel's, it will hardly take this one now.
	((first > 11000)) || first=32768
	for ((tries = 0; tries < 100; tries++)); do
		number=$((10000 + RANDOM % (first - 10000)))
		[ -n "$(ss -ltnH "sport = :$number")" ] || break
	done
	echo "$number"
}

# -quiet tells no port, and others not the one that was chosen. Of some it is a
# worker that listens.
port_of() # pid, -t or -u
{
	ss -ln"${2#-}"pH | awk -v who="$1 $(pgrep -d ' ' -P "$1")" '
	$4 ~ /^[0-9.]+:/ {
		n = split(who, pids, " ")
		for (i = 1; i <= n; i++)
			if (index($0, "pid=" pids[i] ",")) {
				sub(/.*:/, "", $4); print $4; exit
			}
	}'
}

### Load

# To its end, but so that a signal to the script is obeyed at once.
tls_load() # option of tls_load...
{
	local pid status=0

	"$build/tests/load/tls_load" --connect "127.0.0.1:$port" "$@" &
	pid=$!
	loads+=("$pid")
	wait "$pid" || status=$?
	forget_load "$pid"
	return "$status"
}

# In the background, tls_load --warm-up: once warm it goes on when descriptor 6
# is closed. False: it has ended instead. It writes to load and trouble below
# $scratch, and is $!, the last of $loads.
warm_up() # option of tls_load...
{
	: >"$scratch/load"
	"$build/tests/load/tls_load" --connect "127.0.0.1:$port" --warm-up \
	    "$@" <"$scratch/go" >"$scratch/load" 2>"$scratch/trouble" &
	loads+=($!)
	exec 6>"$scratch/go"
	until grep -qx warm "$scratch/load"; do
		kill -0 $! 2>/dev/null || return 1
		sleep 0.02
	done
}

# Clients that are warm before: sets $used to what $server uses for the rest.
measure_load() # option of tls_load...
{
	local before

	used=0
	if warm_up "$@"; then
		before=$(cpu_us "$server")
		exec 6>&-
		wait $! || :
		# The last ones are ended, and the server is at rest.
		sleep 0.05
		used=$(($(cpu_us "$server") - before))
	else
		exec 6>&-
	fi
	forget_load $!
}

# What came of measure_load: "CPU-us rate p50 p99 resumed errors".
figures_of_load() # CPU in us, connections
{
	awk -v used="$1" -v all="$2" '
	BEGIN { failed = all }
	/^answers/ { p50 = $4; p99 = $7 }
	/^handshakes/ { seconds = $4 }
	/^ok/ {
		ok = $2; failed = $4; resumed = $6
		if (p50 == "") { p50 = $8; p99 = $11 }
	}
	END {
		if (ok > 0)
			printf "%.1f %.0f %s %s %d %d\n", used / ok,
			    ok / seconds, p50, p99, resumed, failed
		else
			print "- - - - 0", failed
	}' "$scratch/load"
}

forget_load() # pid
{
	local pid others=()

	for pid in "${loads[@]}"; do
		[ "$pid" = "$1" ] || others+=("$pid")
	done
	loads=("${others[@]}")
}

# Opens connections and leaves them open, until end_loads or the end of the
# server. Each client process comes from an address of its own. False: they could
# not be held, which it says.
hold() # connections, option of tls_load...
{
	local left=$1 number n

	shift
	while ((left > 0)); do
		n=$((left < held_each ? left : held_each))
		left=$((left - n))
		number=${#loads[@]}
		: >"$scratch/held.$number"
		"$build/tests/load/tls_load" --connect "127.0.0.1:$port" \
		    --bind "127.0.0.$((2 + number))" --connections "$n" \
		    --parallel 50 --hold 3600 --timeout 3600 "$@" \
		    </dev/null >"$scratch/held.$number" 2>&1 &
		loads+=($!)
		await_held "$number" "$n" || return 1
	done
}

await_held() # number of the client, connections
{
	local said=$scratch/held.$1 end=$((SECONDS + held_within))

	until grep -q '^holding\|^tls_load:' "$said" ||
	    ! kill -0 "${loads[$1]}" 2>/dev/null || ((SECONDS > end)); do
		sleep 0.05
	done
	grep -qx "holding $2" "$said" && return 0
	[ -s "$said" ] || echo "no end of it in $held_within s" >"$said"
	echo "${0##*/}: $2 connections could not be held:" \
	    "$(head -n 1 "$said")" >&2
	return 1
}

### Figures

# Microseconds of CPU time that a server has used, all its processes together. Of
# those that have ended the kernel tells it in clock ticks, which are long. A
# process at work has used a little more.
cpu_us() # pid
{
	local pid file ns stat fields sum=0 ended=0

	for pid in "$1" $(pgrep -P "$1"); do
		for file in "/proc/$pid/task/"*/schedstat; do
			read -r ns _ <"$file"
			sum=$((sum + ns))
		done
		stat=$(<"/proc/$pid/stat")
		# From the state on: the name before it may hold spaces.
		read -ra fields <<<"${stat##*) }"
		ended=$((ended + fields[13] + fields[14]))
	done
	echo $((sum / 1000 + ended * 1000000 / ticks))
}

# KiB of all processes of a server.
pss() # pid
{
	# shellcheck disable=SC2046 # several of them
	pss_of "$1" $(pgrep -P "$1")
}

# KiB of processes: what several share counts in parts, and what files hold not
# at all, for the load client maps the same libraries.
pss_of() # pid...
{
	local pid

	for pid; do
		cat "/proc/$pid/smaps_rollup"
	done | awk '/^Pss_(Anon|Shmem):/ { sum += $2 } END { print sum }'
}

# Of the lines that a server got in its file.
median() # file below $scratch, column
{
	sort -n -k "$2,$2" "$scratch/$1" |
	    awk -v column="$2" '{ v[NR] = $column }
		END { print v[int((NR + 1) / 2)] }'
}

# Begins a file of raw rows: $raw, which is build/bench/NAME.tsv unless it was
# chosen before.
begin_raw() # name, column...
{
	raw=${raw:-$build/bench/$1.tsv}
	mkdir -p "$(dirname "$raw")"
	shift
	(IFS=$'\t'; printf '%s\n' "$*") >"$raw"
}

raw_row() # value...
{
	(IFS=$'\t'; printf '%s\n' "$*") >>"$raw"
}

# Of raw rows that are "round kind name CPU-us rate p50 p99 resumed errors note",
# a line for each name of a kind: "name CPU-us least most rate p50 p99 errors
# note": medians over the rounds, the least and the most of CPU-us, and the sum of
# the errors. "-" is what was not measured.
rows_of() # kind
{
	awk -F '\t' -v OFS='\t' -v kind="$1" '
	$2 == kind {
		if (!($3 in errors))
			names[++n_names] = $3
		errors[$3] += $9
		note[$3] = $10
		for (i = 4; i <= 7; i++)
			if ($i != "-")
				value[$3, i, ++count[$3, i]] = $i + 0
	}

	# The values are in v then, from the least to the most.
	function median(name, column,    i, j, n) {
		n = count[name, column]
		for (i = 1; i <= n; i++) {
			for (j = i; j > 1 && v[j - 1] > value[name, column, i]; j--)
				v[j] = v[j - 1]
			v[j] = value[name, column, i]
		}
		least = n > 0 ? v[1] : "-"
		most = n > 0 ? v[n] : "-"
		return n > 0 ? v[int((n + 1) / 2)] : "-"
	}

	END {
		for (k = 1; k <= n_names; k++) {
			name = names[k]
			rate = median(name, 5)
			p50 = median(name, 6)
			p99 = median(name, 7)
			cost = median(name, 4)
			print name, cost, least, most, rate, p50, p99,
			    errors[name], note[name]
		}
	}' "$raw"
}
