# Servers of others, and what stands between our server and its clients.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # shared with the other libraries

# nginx with as many workers as WORKERS says (default 1), at the UNIX socket
# NAME.sock, since it takes no port 0. Its answer names the worker by its pid.
start_nginx() # name, directive of the server block...
{
	local name=$1 program

	program=$(PATH=$PATH:/usr/sbin command -v nginx) ||
	    skip 'nginx is not installed'
	shift
	mkdir -p "$name.temp"
	cat >"$name.conf" <<-END
		daemon off;
		worker_processes ${WORKERS:-1};
		pid $name.pid;
		events { }
		http {
			access_log off;
			client_body_temp_path $name.temp/body;
			proxy_temp_path $name.temp/proxy;
			fastcgi_temp_path $name.temp/fastcgi;
			uwsgi_temp_path $name.temp/uwsgi;
			scgi_temp_path $name.temp/scgi;
			server {
				listen unix:$PWD/$name.sock ssl;
				ssl_protocols TLSv1.2 TLSv1.3;
				ssl_certificate $CERTS/server.pem;
				ssl_certificate_key $CERTS/server-key.pem;
				${*/%/;}
				return 200 "Worker: \$pid\n";
			}
		}
	END
	rm -f "$name.sock"
	launch "$name" "$program" -p "$PWD" -c "$PWD/$name.conf" -e stderr
	SERVERS+=("${PIDS[$name]}::$name")
	wait_for 10 listens_at "$PWD/$name.sock"
}

listens_at() # path of a UNIX socket
{
	ss -lxnH | grep -qF " $1 "
}

# A bad path for datagrams to the server of this port (relay.c says what it can
# do to them). Sets PORT to the relay's; end_relay tells what it did.
start_relay() # name, port, option of relay...
{
	local name=$1 port=$2

	shift 2
	launch "$name" "$BUILD/tests/load/relay" "$@" "$port"
	wait_for 10 says_accept_or_gone "$name.out" "${PIDS[$name]}" ||
	    return 1
	PORT=$(port_of_line "$name.out")
}

# How often a trouble befell datagrams must be more than never.
end_relay() # name, trouble...
{
	local name=$1 trouble

	close_input "$name"
	wait_exit "$name" || return 1
	shift
	for trouble; do
		assert_matches "$(tail -n 1 "$name.out")" " $trouble [1-9]" ||
		    return 1
	done
}

# One port for several servers, which get its connections in turn: ports, or
# absolute paths of UNIX sockets. Sets PORT.
start_alternate() # name, target...
{
	local name=$1

	shift
	launch "$name" "$BUILD/tests/load/alternate" "$@"
	wait_for 10 says_accept_or_gone "$name.out" "${PIDS[$name]}" ||
	    return 1
	PORT=$(port_of_line "$name.out")
	SERVERS+=("${PIDS[$name]}:$PORT:$name")
}
