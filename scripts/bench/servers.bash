# The servers: each is started with a certificate on a port of its own, and
# $server is then its pid, $port its port.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

openssl=${OPENSSL:-openssl}
cert=(-cert "$PWD/certs/server.pem" -key "$PWD/certs/server-key.pem")
server=
port=
listens=-t	# how $server does: -t TCP, -u UDP
# The folder that servers of pages are in.
pages=
# A file that haproxy answers with; without it its answer is empty.
page=

# Where a program is, also one that only root has on its path; or nothing.
program() # name
{
	PATH=$PATH:${SBIN:-/usr/sbin:/usr/local/sbin} command -v "$1"
}

# Whether the server can be started: ours, the stock program and those of
# tests/bench always can.
is_installed() # name
{
	case $1 in
	nginx | haproxy | hitch) program "$1" >/dev/null ;;
	esac
}

# A page of 1000 bytes in a folder: sets $pages and $page.
make_page()
{
	pages=$scratch/pages
	page=$pages/page
	mkdir "$pages"
	printf '%1000s' '' | tr ' ' x >"$page"
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

end_server()
{
	[ -n "$server" ] || return 0
	kill "$server" 2>/dev/null || :
	wait "$server" 2>/dev/null || :
	server=
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
