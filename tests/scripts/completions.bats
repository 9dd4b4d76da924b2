# The completions that the build makes from the table of the options, in real
# shells.

load ../lib/helpers

setup()
{
	common_setup
	MADE=$BUILD/completions
	[ -e "$MADE/bash" ] || skip 'this build has no completions'
	mkdir folder_of_keys
	touch server_key.pem
}

# What is typed before Tab, and what shall stand there then.
typed()
{
	cat <<-'EOF'
	s_server -conso|s_server -console
	s_server -console ol|s_server -console oldest
	s_server -console=ne|s_server -console=newest
	s_server -console bad|s_server -console bad
	s_server -no_ticket -stats_j|s_server -no_ticket -stats_json
	s_server -groups ffdhe20|s_server -groups ffdhe2048
	s_server -groups ffdhe2048:ffdhe30|s_server -groups ffdhe2048:ffdhe3072
	s_server -groups=ffdhe2048:ffdhe30|s_server -groups=ffdhe2048:ffdhe3072
	s_server -named_curve ffdhe81|s_server -named_curve ffdhe8192
	s_server -cipher ECDHE-RSA-AES256-G|s_server -cipher ECDHE-RSA-AES256-GCM-SHA384
	s_server -ciphersuites TLS_CH|s_server -ciphersuites TLS_CHACHA20_POLY1305_SHA256
	s_server -sigalgs ed25519:ed4|s_server -sigalgs ed25519:ed448
	s_server -alpn h2,htt|s_server -alpn h2,http/1.1
	s_server -max_protocol DTLSv1.|s_server -max_protocol DTLSv1.2
	s_server -certform D|s_server -certform DER
	s_server -purpose time|s_server -purpose timestampsign
	s_server -cert server_|s_server -cert server_key.pem
	s_server -key server_|s_server -key server_key.pem
	s_server -CApath folder_|s_server -CApath folder_of_keys/
	s_server -help_on stats_js|s_server -help_on stats_json
	s_server --conso|s_server --console
	s_server --console ol|s_server --console oldest
	s_server --console=ne|s_server --console=newest
	s_server --key server_|s_server --key server_key.pem
	s_server --servr_name --conso|s_server --servr_name --console
	s_server -groups "ffdhe20|s_server -groups "ffdhe2048"
	s_server -groups "ffdhe2048:ffdhe30|s_server -groups "ffdhe2048:ffdhe3072"
	s_server -cert "a b" -conso|s_server -cert "a b" -console
	s_server -port server_|s_server -port server_
	s_server-openssl s_serv|s_server-openssl s_server
	s_server-openssl s_server -console ol|s_server-openssl s_server -console oldest
	EOF
}

# The line of an interactive shell goes to a file when Ctrl-T is pressed.
in_terminal() # shell...
{
	terminal new-session -d -x 200 -y 50 "$*"
	wait_for 10 test -e ready
}

assert_completed() # typed, wanted
{
	local before

	before=$(wc -l <lines)
	terminal send-keys -l "$1"
	terminal send-keys Tab C-t
	wait_for 10 has_more_lines "$before"
	# A space may follow, or what the next key takes away. Not every shell
	# closes the quote.
	assert_matches "$(tail -n 1 lines)" "^${2%\"}\"?[ =:,]?\$"
}

has_more_lines() # number
{
	[ "$(wc -l <lines)" -gt "$1" ]
}

assert_all_completed()
{
	local text wanted

	: >lines
	while IFS='|' read -r text wanted; do
		assert_completed "$text" "$wanted"
	done < <(typed)
}

# Options that need a later library than this one are not offered.
names_of_help()
{
	"$S_SERVER" -help 2>&1 | sed -nE '
	s/^ (-[^ ]+).*\(from OpenSSL ([0-9.]+)\)$/\1 \2/p
	t
	s/^ (-[^ ]+).*/\1 0/p' | while read -r name since; do
		! is_later "$since" || continue
		echo "$name"
	done | sort -u
}

is_later() # version
{
	local own

	own=$("$S_SERVER" -version | sed -n 's/.*OpenSSL \([0-9]*\.[0-9]*\).*/\1/p' |
	    head -n 1)
	[ "$1" != "$own" ] && printf '%s\n' "$own" "$1" | sort -VC
}

@test "completion in bash" {
	need_terminal
	cat >rc <<-EOF
	PS1='$ '
	. '$MADE/bash'
	bind 'set bell-style none'
	say() { printf '%s\n' "\$READLINE_LINE" >>lines; READLINE_LINE=; }
	bind -x '"\C-t": say'
	touch ready
	EOF
	in_terminal bash --rcfile rc -i
	assert_all_completed
	assert_completed 's_server "-conso' 's_server "-console"'
	assert_completed 's_server -groups="ffdhe2048:ffdhe30' \
	    's_server -groups="ffdhe2048:ffdhe3072"'
	assert_completed 's_server --conso' 's_server --console'
	assert_completed 's_server -pass std' 's_server -pass stdin'
}

@test "completion in zsh" {
	need_terminal
	command -v zsh >/dev/null || skip 'zsh is not installed'
	mkdir functions
	cp "$MADE/zsh" functions/_s_server
	cat >.zshrc <<-EOF
	PS1='$ '
	fpath=($PWD/functions \$fpath)
	autoload -U compinit
	compinit -u -D
	zstyle ':completion:*' insert-tab false
	say() { print -r -- "\$BUFFER" >>lines; BUFFER= }
	zle -N say
	bindkey '^T' say
	touch ready
	EOF
	in_terminal env ZDOTDIR="$PWD" zsh -i
	assert_all_completed
}

@test "completion in fish" {
	local text wanted found

	command -v fish >/dev/null || skip 'fish is not installed'
	export HOME=$PWD XDG_CONFIG_HOME=$PWD XDG_DATA_HOME=$PWD
	while IFS='|' read -r text wanted; do
		found=$(fish -c "source '$MADE/fish'; complete -C '$text'")
		# Nothing is offered for what is no value of the option. The
		# quote is the command line's.
		wanted=${wanted//\"/}
		assert_equal "$text: ${found%%$'\t'*}" "$text: $(
			[ "${text//\"/}" = "$wanted" ] || echo "${wanted##* }"
		)"
	done < <(typed)
}

@test "what is completed are the options of -help, with an older library fewer" {
	names_of_help >wanted
	[ "$(wc -l <wanted)" -gt 200 ]
	sed -n "s/^_s_server_names='\(.*\)'/\1/p" "$MADE/bash" | tr ' ' '\n' |
	    sed 's/^/-/' | sort | diff wanted -
	sed -nE "s/^\t    '\*(-[^]=[]+)=?\[.*/\1/p" "$MADE/zsh" | sort |
	    diff wanted -
	sed -nE 's/^__s_server_option -o ([^ ]+) .*/-\1/p' "$MADE/fish" | sort |
	    diff wanted -
}
