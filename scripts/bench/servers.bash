# The servers. A function that starts one sets $server to its pid and $port to its
# port, which is its own.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

openssl=${OPENSSL:-openssl}
cert=(-cert "$PWD/certs/server.pem" -key "$PWD/certs/server-key.pem")
server=
port=
listens=-t	# where $server listens: -t TCP, -u UDP
# The working folder of servers that send pages.
pages=
# Where the standard output of servers goes.
sink=/dev/null
# The file that haproxy answers with; if empty, its answer has no body.
page=

# Prints where a program is, even if only root has it on the path; or nothing.
program() # name
{
	PATH=$PATH:${SBIN:-/usr/sbin:/usr/local/sbin} command -v "$1"
}

# Succeeds if the server can be started. Ours, the stock program and those of
# tests/bench always can.
is_installed() # name
{
	case $1 in
	nginx | haproxy | hitch) program "$1" >/dev/null ;;
	esac
}

# Makes a page of 1000 bytes in a folder: sets $pages and $page.
make_page()
{
	pages=$scratch/pages
	page=$pages/page
	mkdir "$pages"
	printf '%1000s' '' | tr ' ' x >"$page"
}

# Starts a server in the background and waits until it listens: sets $server and
# $port. Its standard input stays open and empty.
start_program() # name, command...
{
	local name=$1 tries

	shift
	"$@" 0<>"$scratch/in" >"$sink" 2>"$scratch/out" &
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

# Runs the program in the folder $pages, in place of this process.
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

# The directives go into the block "server" of its configuration.
start_nginx() # workers, directive...
{
	local workers=$1 as_user=

	shift
	# It must be able to read $scratch.
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

# It sends what it deciphers to the server that listens on a port.
start_hitch() # workers, port of 127.0.0.1
{
	local as_user=()

	# hitch refuses to run as root.
	[ "$(id -u)" -ne 0 ] || as_user=(--user nobody)
	cat "${cert[1]}" "${cert[3]}" >"$scratch/hitch.pem"
	start_program hitch "$(program hitch)" --workers "$1" \
	    "${as_user[@]}" --backlog 1024 --log-level 0 \
	    --frontend "[127.0.0.1]:$(free_port)" \
	    --backend "[127.0.0.1]:$2" "$scratch/hitch.pem"
}

# Prints a port for a program that cannot let the kernel choose one. It is below
# the kernel's own ports, so that no client has it.
free_port()
{
	local first number tries

	read -r first _ </proc/sys/net/ipv4/ip_local_port_range
	# If nearly all ports are the kernel's, take one of them all the same.
	((first > 11000)) || first=32768
	for ((tries = 0; tries < 100; tries++)); do
		number=$((10000 + RANDOM % (first - 10000)))
		[ -n "$(ss -ltnH "sport = :$number")" ] || break
	done
	echo "$number"
}

# Prints the port that a server, or one of its workers, listens on: not all
# servers print the port that the kernel chose.
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
