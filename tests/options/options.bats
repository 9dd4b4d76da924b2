# The command line: the stock program's grammar and errors, our own options,
# the help, and the manual page that names them all.

load ../lib/helpers

# Each line of standard input is a command line, as a shell reads it.
each_line() # function that gets the options
{
	local line words failed=0

	while IFS= read -r line; do
		[ -n "$line" ] || continue
		eval "words=($line)"
		"$1" "${words[@]}" || { echo "^ with: $line" >&2; failed=1; }
	done
	return "$failed"
}

# Both end with status 1, after the same text.
# Ours has a second line, which names the option, or the word that is too much,
# and a last one, which names an option that may be meant.
without_culprits()
{
	sed -E '/^s_server: (Option -[^ ]+ wants a |Extra argument "|Did you mean -)/d'
}

fails_as_stock() # option...
{
	local expected

	run_stock "$@"
	assert_equal "$status" 1 || return 1
	expected=$(printf '%s\n---\n%s' "$output" "$stderr" | mask)
	run_server "$@"
	assert_equal "$status" 1 || return 1
	assert_equal "$(printf '%s\n---\n%s' "$output" "$stderr" | mask |
	    without_culprits)" "$expected"
}

refused() # message, option...
{
	refuses_start "s_server: $1" "${@:2}"
}

not_a_number() # value, option
{
	printf '%s\n' "Can't parse \"$1\" as a number" \
	    "s_server: Option -$2 wants a number${HINT}"
}

@test "what cannot be used of the command line is named" {
	local extra='Extra argument'

	refused "$(not_a_number abc naccept)" -naccept abc
	refused "$(not_a_number 1k mtu)" -mtu=1k
	refused "Value \"3000000000\" outside integer range
s_server: Option -verify wants a number from -2147483648 to 2147483647$HINT" \
	    -verify 3000000000
	refused "Not a directory: none
s_server: Option -CApath wants a directory$HINT" -CApath none
	run_server -psk 0g
	assert_equal "$stderr" "Not a hex number '0g'
s_server: Option -psk wants a hex number"
	if library_is 3.2; then
		extra='Extra option:'
	else
		refused "$extra \"\"$HINT" ''
	fi
	refused "$extra \"stray\"$HINT" -quiet stray -www
	refused "$extra \"-x\"$HINT" -- -x
}

@test "unknown options, missing and unwanted values, stray arguments" {
	each_line fails_as_stock <<-'EOF'
		-x
		--x=1
		---x
		-
		-=x
		-ssl2
		-no_ssl2
		stray
		-key none ''
		-key none '' stray
		-quiet stray
		-- stray
		-- -quiet
		-quiet -- -x
		-port
		-unix
		-CAfile
		-rand
		-provider-path
		-quiet=1
		--quiet=
		-4=1
		-dtls1=2
		-help=1
		-h=1
		-h1
		-servr_name
		--nacept=1
		-early_data=1
	EOF
}

@test "values that are no numbers, or not in their range" {
	each_line fails_as_stock <<-'EOF'
		-port=
		-port abc
		-port 5x
		-port -1
		-port=3000000000
		-naccept 0
		-naccept -7
		-naccept 1x
		-naccept 09
		-naccept 99999999999999999999
		-naccept 3000000000
		-naccept 0xzz
		-verify ''
		-verify ' '
		-verify '5 '
		-verify -3000000000
		-Verify abc
		-verify_depth abc
		-verify_depth 3000000000
		-keymatexportlen 0
		-keymatexportlen x
		-num_tickets abc
		-num_tickets 3000000000
		-mtu -1
		-read_buf 0
		-split_send_frag 0
		-max_send_frag -1
		-max_pipelines 0
		-max_early_data -1
		-max_early_data -5x
		-recv_max_early_data -1
		-recv_max_early_data 3000000000
		-status_timeout 1x
		-auth_level x
		-attime abc
		-attime 99999999999999999999999
	EOF
}

@test "values that are no format, directory, address, hex number, name" {
	each_line fails_as_stock <<-'EOF'
		-certform XXX
		-certform ''
		-certform pEm
		-certform PEMx
		-certform p12
		-certform engine
		-certform t
		-keyform XXX
		-keyform b -x
		-certform b
		-keyform bad
		-keyform Pkcs12
		-dcertform h
		-dkeyform q
		-xcertform XXX
		-xkeyform e
		-CRLform pvk
		-CApath /none
		-CApath=
		-CApath=/etc/passwd
		-chainCApath /none
		-verifyCApath /none
		-accept abc:def:1
		-accept ::1
		-accept '[::1'
		-accept '[::1]x'
		-accept '[::1]:0:1'
		-psk xyz
		-psk 0x12
		-purpose foo
		-verify_name foo
	EOF
}

# With -x at the end, to see that the value before it was taken.
@test "values that only look wrong are taken as the stock program does" {
	each_line fails_as_stock <<-'EOF'
		-verify -1 -x
		-verify 010 -x
		-verify ' 5' -x
		-verify +5 -x
		-attime -5 -x
		-certform Dxx -x
		-certform p -x
		-keyform d -x
		-keyform PVK -x
		-keyform pkcs12 -x
		-keyform http -x
		-keyform 12x -x
		-psk '' -x
		-psk abc -x
		-purpose timestampsign -x
		-verify_name smime_sign -x
	EOF
}

# covers: -no_ssl3
@test "protocol flags that exclude each other" {
	each_line fails_as_stock <<-'EOF'
		-tls1 -tls1_2
		-tls1_2 -tls1_2
		-tls1 -tls1_2 -x
		-x -tls1 -tls1_2
		-dtls -tls1_2
		-dtls1 -dtls1_2
		-tls1_2 -no_tls1
		-no_tls1 -tls1_2
		-no_tls1 -x -tls1_2
		-tls1_3 -no_ssl3
		-dtls -no_tls1_3
	EOF
}

@test "the depth of -verify is told unless -quiet or -brief came before" {
	each_line fails_as_stock <<-'EOF'
		-verify 3 -x
		-Verify 2 -x
		-Verify 3 -verify 2 -x
		-verify 3 -quiet -verify 2 -x
		-verify 3 -brief -Verify 2 -x
		-rev -verify 3 -x
		-www -verify 3 -x
	EOF
}

# covers: -debug_broken_protocol -legacy_server_connect
# covers: -no_legacy_server_connect
@test "values that SSL_CONF_cmd does not take" {
	cp "$CERTS/server.pem" "$CERTS/server-key.pem" .
	each_line fails_as_stock <<-'EOF'
		-key server-key.pem -cipher NOPE
		-key server-key.pem -ciphersuites NOPE
		-key server-key.pem -groups NOPE
		-key server-key.pem -curves NOPE
		-key server-key.pem -named_curve NOPE
		-key server-key.pem -sigalgs NOPE
		-key server-key.pem -client_sigalgs NOPE
		-key server-key.pem -min_protocol NOPE
		-key server-key.pem -max_protocol NOPE
		-key server-key.pem -num_tickets -1
		-key server-key.pem -record_padding 99999
		-key server-key.pem -debug_broken_protocol
		-key server-key.pem -legacy_server_connect
		-key server-key.pem -no_legacy_server_connect
	EOF
}

# Both end with status 1 and name the same file first; how many lines of the
# library follow depends on what it tried.
names_file_as_stock() # option...
{
	local expected

	run_stock "$@"
	assert_equal "$status" 1 || return 1
	expected=${stderr%%$'\n'*}
	assert_matches "$expected" '^Could not (read|find) ' || return 1
	run_server "$@"
	assert_equal "$status" 1 || return 1
	assert_equal "${stderr%%$'\n'*}" "$expected"
}

# covers: -certform -keyform
@test "-certform and -keyform are those of -cert2 and -key2 too" {
	cp "$CERTS"/server* .
	each_line names_file_as_stock <<-'EOF'
		-certform DER -cert server.pem -key server-key.pem
		-keyform DER -key server-key.pem
		-certform DER -cert server.der -key server-key.pem -servername x -cert2 server2.pem -key2 server2-key.pem
		-keyform DER -key server-key.der -servername x -cert2 server2.pem -key2 server2-key.pem
	EOF
}

@test "our own checks" {
	local long

	cp "$CERTS/server.pem" "$CERTS/server-key.pem" .
	refused '-unix needs the path of a socket' -unix ''
	refused '-accept argument names no port' -accept :
	long=$(printf '%033d' 0)
	refused "-context $long: longer than 32 bytes" -context "$long" \
	    -key server-key.pem
	refused '-context_hex : not hexadecimal digits' -context_hex ''
	refused '-context_hex 0x12: not hexadecimal digits' -context_hex 0x12
	refused '-context_hex abc: an odd number of digits' -context_hex abc
	long=$(printf '%066d' 0)
	refused "-context_hex $long: longer than 32 bytes" -context_hex "$long"
	refused '-context and -context_hex exclude each other' -context_hex 61 \
	    -context a
	refused '-ticket_keys_format NGINX: not nginx or apache' \
	    -ticket_keys_format NGINX
	long=$(printf '%0108d' 0)
	run_server -unix "$long" -key server-key.pem
	assert_equal "$status" 1
	assert_equal "$stderr" "s_server: -unix $long: longer than 107 bytes"
}

# covers: -port
@test "ports above 65535 are refused, port 0 is taken" {
	refused "Value \"65536\" for option -port is above 65535$HINT" \
	    -port 65536
	refused 'Port "65536" for option -accept is above 65535' -accept 65536
	refused 'Port "70000" for option -accept is above 65535' \
	    -accept '[::1]:70000'
	start_server -port 0
	assert_matches "$(server_out)" 'ACCEPT .*:[1-9][0-9]*$'
}

@test "-workers wants 1 to 1024" {
	refused "Non-positive number \"0\" for option -workers$HINT" -workers 0
	refused "$(not_a_number abc workers)" -workers abc
	refused "Value \"1025\" for option -workers is above 1024$HINT" \
	    -workers=1025
	refused "Option -workers needs a value$HINT" -workers
}

@test "times and descriptors are not negative" {
	local name

	for name in ready_fd handshake_timeout idle_timeout total_timeout \
	    ticket_rotate; do
		refused "Negative number \"-1\" for option -$name$HINT" \
		    "-$name" -1
		refused "$(not_a_number x "$name")" "-$name=x"
	done
}

@test "one dash or two, = or a blank, and the last one wins" {
	start_server --workers=1 -workers 3 -accept=127.0.0.1:0 --
	assert_equal "$(pgrep -c -P "$SERVER_PID")" 3
}

@test "the last of -unix, -accept and -4 decides where to listen" {
	start_server -unix nowhere -accept 127.0.0.1:0
	assert_matches "$(server_out)" 'ACCEPT 127.0.0.1:'
	stop_server
	start_server -accept 127.0.0.1:0 -unix socket
	assert_contains "$(server_out)" 'ACCEPT localhost:socket'
	stop_server
	start_server -unix nowhere -accept 0 -4
	assert_contains "$(server_out)" 'ACCEPT 0.0.0.0:'
	[ ! -e nowhere ]
}

### Before the first fork

# In a PID namespace of its own processes are numbered one after another: the
# number that follows a command tells how many there were.
next_pid_after() # command...
{
	unshare --user --map-root-user --pid --fork --kill-child -- \
	    sh -c '"$@" </dev/null >/dev/null 2>&1; sh -c "echo \$\$"' sh \
	    timeout $((10 * SLOW)) "$@" 3>&-
}

forks_nothing() # option...
{
	assert_equal "$(next_pid_after "$S_SERVER" -workers 2 "$@")" "$ALONE"
}

@test "after an error at the start no worker was ever forked" {
	next_pid_after true >/dev/null 2>&1 ||
	    skip 'no namespace for processes is to be had here'
	ALONE=$(next_pid_after "$S_SERVER" -help)
	cp "$CERTS/server.pem" "$CERTS/server-key.pem" .
	each_line forks_nothing <<-'EOF'
		-x
		-workers 0
		-workers abc
		-listen
		-port 65536
		-tls1 -tls1_2
		-unix /nowhere/socket -key server-key.pem
		-cert /nowhere/cert.pem
		-key server-key.pem -cipher NOPE
		-key server-key.pem -ready_file /nowhere/file
	EOF
	# The same check where there are workers, to see that it can fail.
	next=$(next_pid_after timeout $((2 * SLOW)) "$S_SERVER" -workers 2 \
	    -key server-key.pem -accept 127.0.0.1:0)
	[ "$next" -ge $((ALONE + 3)) ]
}

### The help

MANUAL=$ROOT/man/s_server.1

# covers: -help
@test "-help goes to standard error and ends with status 0" {
	run_server -help
	assert_equal "$status" 0
	assert_equal "$output" ''
	assert_matches "$stderr" '^Usage: s_server \[options\]'
	run_server -quiet --help -x
	assert_equal "$status" 0
}

@test "-h is -help, as in the stock program" {
	local name help

	run_stock -h
	assert_equal "$status" 0
	assert_matches "$stderr" '^Usage: '
	run_server -help
	help=$stderr
	for name in -h --h --help; do
		run_server "$name"
		assert_equal "$status" 0
		assert_equal "$output" ''
		assert_equal "$stderr" "$help"
	done
}

@test "-help lists ten options to begin with, and each once in its group" {
	run_server -help
	assert_equal "$(awk '
	/:$/ { groups++ }
	groups == 1 && /^ -/ { first++ }
	END { print first }' <<<"$stderr")" 10
	assert_equal "$(awk '
	/:$/ { groups++ }
	groups > 1 && /^ -/ { print $1 }' <<<"$stderr" | sort | uniq -d)" ''
	assert_equal "$(awk '
	/:$/ { groups++ }
	/^ -/ { seen[$0] = seen[$0] (groups == 1 ? "first" : " group") }
	END { for (line in seen) if (seen[line] == "first") print line
	}' <<<"$stderr")" ''
}

# covers: -help_on
@test "-help_on prints an option of the manual page, or a group" {
	local option

	for option in -naccept --naccept naccept; do
		run_server -help_on "$option" -x
		assert_equal "$status" 0
		assert_equal "$stderr" ''
		assert_equal "$output" "    -naccept number
            Stop listening after this number of connections, whether their
            handshakes succeeded or not, and end when the last one is over."
	done
	run_server -help_on=-WWW
	assert_matches "$output" '^    -WWW'
	run_server -help_on tls1_2
	assert_contains "$output" $'    -tls1\n    -tls1_1\n    -tls1_2\n'
	for option in modes 'Mode options' mode; do
		run_server -help_on "$option"
		assert_equal "$status" 0
		assert_equal "${lines[0]}" 'Mode options'
		assert_contains "$output" $'\n    -www\n'
	done
	run_server -help_on resumption
	assert_matches "$output" '^Resumption options'
	assert_contains "$output" $'\nRESUMPTION\n'
	assert_contains "$output" $'\nTicket keys\n'
	run_server -help_on status
	assert_equal "${lines[-1]}" 'See also: -help_on "Status options"'
}

# covers: -help_on
@test "-help_on says what has nearly the name of what there is not" {
	local lacks='no such option or group'

	refused "-help_on certficate: $lacks; try Certificate" -help_on \
	    certficate
	refused "-help_on -servr_name: $lacks; try servername" -help_on \
	    -servr_name
	refused "-help_on -modes: $lacks; -help lists them" -help_on -modes
	refused "-help_on : $lacks; -help lists them" -help_on ''
	refused "Option -help_on needs a value$HINT" -help_on
}

# covers: -help_on
@test "-help_on has all the words of the manual page, in 78 columns" {
	local chapter

	command -v mandoc >/dev/null || skip 'mandoc is not installed'
	while read -r chapter; do
		"$S_SERVER" -help_on "$chapter" | sed -n "/^$chapter\$/,\$p"
	done < <(sed -n 's/^\.Sh //p' "$MANUAL") >text
	assert_equal "$(awk 'length > 78' text)" ''
	tr -s ' \n' '\n' <text | sed '/^-$/d; /^$/d' >ours
	mandoc -T ascii "$MANUAL" | sed $'1d; $d; s/.\b//g' |
	    sed "s/[\`']/'/g" | tr -s ' \t\n' '\n' | sed '/^[o-]$/d; /^$/d' >theirs
	[ "$(wc -l <ours)" -gt 10000 ]
	assert_equal "$(diff ours theirs)" ''
}

@test "each awk makes the same text of the manual page" {
	local awk tried=0

	for awk in mawk gawk original-awk 'busybox awk'; do
		command -v "${awk%% *}" >/dev/null || continue
		LC_ALL=C $awk -f "$ROOT/man/text.awk" "$MANUAL" |
		    diff - "$BUILD/manual_text.c" || fail "$awk"
		tried=$((tried + 1))
	done
	[ "$tried" -gt 0 ]
	echo '.Xx' >strange
	run awk -f "$ROOT/man/text.awk" strange
	assert_equal "$status" 1
	assert_contains "$output" 'strange:1: unknown macro: .Xx'
}

# covers: -help_on
@test "-help_on knows each option, and the group of each" {
	local group name last=

	while IFS=: read -r group name; do
		[ "$group" = "$last" ] || "$S_SERVER" -help_on "$group" >whole
		last=$group
		"$S_SERVER" -help_on "-$name" >one
		grep -qE "^    -$name( |\$)" one || fail "-$name: $(<one)"
		[[ $(<whole) == *"$(<one)"* ]] ||
		    fail "$group lacks -$name"
	done < <(groups_of_help | sed 's/: /:/')
}

hints_at() # option, the options that it may mean, or nothing
{
	run_server "$1"
	assert_equal "$status" 1
	assert_equal "$stderr" "s_server: Unknown option: ${1%%=*}$HINT${2:+
s_server: Did you mean $2?}"
}

# The stock program exits with 0 for -help, which goes to standard error.
# covers: -version -help_on -help
@test "an answer that a full disk does not take is an error, one half read is none" {
	local word

	for word in -version '-help_on description'; do
		# shellcheck disable=SC2086
		run --separate-stderr bash -c '"$@" >/dev/full' - "$S_SERVER" $word
		assert_equal "$status" 1
		assert_equal "$stderr" \
		    's_server: standard output: No space left on device'
		# shellcheck disable=SC2086
		run bash -o pipefail -c '"$@" | :' - "$S_SERVER" $word
		assert_equal "$status" 0
	done
	run bash -c '"$@" 2>/dev/full' - "$S_SERVER" -help
	assert_equal "$status" 0
}

# covers: -help_on
@test "an answer is whole where the output does not block" {
	"$S_SERVER" -help_on description >whole
	# shellcheck disable=SC2016 # for perl
	timeout $((10 * SLOW)) perl -MFcntl -e '
		pipe(my $r, my $w) or die;
		fcntl($w, 1031, 4096); # F_SETPIPE_SZ
		fcntl($w, F_SETFL, O_NONBLOCK | O_WRONLY) or die;
		if (!fork) {
			open(STDOUT, ">&", $w) or die;
			close $r; close $w;
			exec @ARGV;
		}
		close $w;
		select(undef, undef, undef, 0.2);
		print while <$r>' "$S_SERVER" -help_on description >got
	cmp whole got
}

# A word of the command line may come from anywhere.
@test "control characters in a name neither command a terminal nor make lines" {
	local word

	# Given, printed; letters that are not of ASCII stay.
	while read -r -a word; do
		run_server "-$(printf '%b' "${word[0]}")"
		assert_equal "$(head -n 1 <<<"$stderr")" \
		    "s_server: Unknown option: -$(printf '%b' "${word[1]}")"
	done <<-'END'
		\e[31mx\a\rx \\x1b[31mx\\x07\\x0dx
		\nx \\x0ax
		\x7fx \\x7fx
		\x9b31m \\x9b31m
		\xc2\x9b31m \xc2\\x9b31m
		\xc3\x80\xe2\x98\x83 \xc3\x80\xe2\x98\x83
	END
	run_server -help_on $'a\nb'
	assert_equal "$stderr" 's_server: -help_on a\x0ab: no such option or'\
' group; -help lists them'
}

@test "a mistyped option has a line that names what it may mean" {
	hints_at -servr_name -servername
	hints_at -servernam -servername
	hints_at -workr=4 -workers
	hints_at -naccetp=3 -naccept
	hints_at -cafile -CAfile
	hints_at -verify-return-eror -verify_return_error
	hints_at -no_CAfile -no-CAfile
	hints_at -accept:4433 -accept
	hints_at -tls1_4 '-tls1_1, -tls1_2 or -tls1_3'
	hints_at -ciphers '-cipher'
	hints_at -rpk '-enable_server_rpk, -enable_client_rpk or -expected-rpks'
	hints_at -x
	hints_at -quic_server_of_my_own
	hints_at -c
	hints_at "-$(printf '%0300d' 0)"
}

@test "-help lists all that the stock program lists, with the same values" {
	"$OPENSSL" s_server -help 2>&1 | sed -n 's/^ \(-.\{26\}\).*/\1/p' |
	    awk '{ print $1, $2 }' | sort >stock
	"$S_SERVER" -help 2>&1 | sed -n 's/^ \(-.\{26\}\).*/\1/p' |
	    awk '{ print $1, $2 }' | sort >ours
	[ "$(wc -l <stock)" -gt 150 ]
	assert_equal "$(comm -23 stock ours)" ''
}

@test "the texts of -help stand in one column" {
	local columns

	columns=$("$S_SERVER" -help 2>&1 | awk '
	/^ -/ { match($0, /^ -[^ ]+( [^ ]+)? +[^ ]/); print RLENGTH }' |
	    sort -u)
	assert_matches "$columns" '^[0-9]+$'
}

# covers: -ktls
@test "-ktls says that the kernel is not asked" {
	start_server -ktls -quiet -ign_eof
	assert_equal "$(<server.err)" "s_server: -ktls: records are made by$(
	) the server, not by the kernel"
}

# covers: -ssl3 -sctp -sctp_label_bug
@test "the options of the manual that this stock program lacks are known" {
	local name
	local -A lacks=([-ssl3]='SSL 3.0' [-sctp]=SCTP [-sctp_label_bug]=SCTP)

	for name in -ssl3 -sctp -sctp_label_bug; do
		refused "Option $name is not available: the TLS library was$(
		) built without ${lacks[$name]}" "$name"
	done
}

### Options of later libraries

# Name, version and, if it has one, a value of each; the text of -help has the
# version, too.
# covers: -cert_comp -enable_client_rpk -enable_server_rpk -no_ems
# covers: -no_rx_cert_comp -no_tx_cert_comp
# covers: -prefer_no_dhe_kex -provparam -zerocopy_sendfile
@test "an option that needs a later library is refused, and says which" {
	local name since value this refused=0

	this=$("$OPENSSL" version | awk '{ print $2 }')
	while read -r name since value; do
		"$S_SERVER" -help 2>&1 |
		    grep -q -- "^ $name .* (from OpenSSL $since)\$" ||
		    fail "$name: -help does not say: from OpenSSL $since"
		! library_is "$since" || continue
		refused "$name needs OpenSSL $since; this is $this" \
		    "$name" ${value:+"$value"}
		refused=$((refused + 1))
	done <<-'END'
		-cert_comp 3.2
		-enable_client_rpk 3.2
		-enable_server_rpk 3.2
		-no_ems 3.2
		-no_rx_cert_comp 3.2
		-no_tx_cert_comp 3.2
		-prefer_no_dhe_kex 3.3
		-provparam 3.5 a=b
		-zerocopy_sendfile 3.2
	END
	[ "$refused" -gt 0 ] || skip 'this library has all of them'
}

### Versions

# covers: -version
@test "-version names the program and the library" {
	local option

	for option in -version --version; do
		run_server $option -port
		assert_equal "$status" 0
		assert_equal "$stderr" ''
		assert_equal "${#lines[@]}" 3
		assert_matches "${lines[0]}" '^s_server [0-9]+\.[0-9]+\.[0-9]+$'
		assert_matches "${lines[1]}" '^compiled with OpenSSL [0-9]'
		assert_matches "${lines[2]}" '^running with OpenSSL [0-9]'
	done
}

# covers: -version
@test "-version says what another library than that of the build means" {
	local built

	run_server -version
	built=$(sed -nE 's/^compiled with OpenSSL ([0-9]+\.[0-9]+).*/\1/p' \
	    <<<"$output")
	preload later_openssl
	run_server -version
	assert_equal "$status" 0
	assert_contains "$output" 'running with OpenSSL 99.9.0'
	assert_equal "$stderr" "s_server: options that need a later OpenSSL \
than $built are refused, for the program was compiled with that"
	[ "$built" != 3.0 ] || skip 'there is no earlier library than 3.0'
	EARLIER_OPENSSL=1 run_server -version
	assert_equal "$stderr" "s_server: options that need a later OpenSSL \
than 3.0 are refused, for the program runs with that"
}

### The manual page

@test "the manual page describes what -help lists" {
	local name

	"$S_SERVER" -help 2>&1 | awk '/^ -/ { print substr($1, 2) }' >list
	[ -s list ]
	while read -r name; do
		grep -qE "^\.It Fl $name( |$)" "$MANUAL" ||
		    fail "-$name is not described"
	done <list
}

@test "the manual page says from which library on an option works" {
	local name since

	while read -r name since; do
		awk -v name="${name#-}" -v text="OpenSSL $since" '
		$1 == ".It" && !heading { here = 0 }
		{ heading = $1 == ".It" }
		heading && $2 == "Fl" && $3 == name { here = 1 }
		here && index($0, text) { found = 1 }
		END { exit !found }' "$MANUAL" ||
		    fail "$name: the page does not say: OpenSSL $since"
	done < <("$S_SERVER" -help 2>&1 |
	    sed -nE 's/^ (-[^ ]+).*\(from OpenSSL ([0-9.]+)\)$/\1 \2/p')
}

# What -help lists: a group and an option a line.
groups_of_help()
{
	"$S_SERVER" -help 2>&1 | awk '
	/^[^ ].*:$/ { group = $0 }
	/^ -/ && group != "To begin with:" { print group, substr($1, 2) }'
}

groups_of_manual()
{
	awk '
	$1 == ".Ss" { group = substr($0, 5) ":" }
	$1 == ".It" && $2 == "Fl" { print group, $3 }' "$MANUAL"
}

@test "the manual page and -help have the same groups of options" {
	groups_of_help | sort >help
	[ "$(cut -d : -f 1 help | uniq | wc -l)" -gt 20 ]
	assert_equal "$(groups_of_manual | sort | diff - help)" ''
}

@test "the manual page says which options the stock program has not" {
	local name

	awk '/^The stock program has none of these options:/ { here = 1; next }
	here && $1 != ".Fl" { exit }
	here { gsub(/[ ,]+[.,]?/, " "); $1 = ""; print }' "$MANUAL" |
	    xargs -n 1 | sort >told
	"$S_SERVER" -help 2>&1 | awk '/^ -/ { print $1 }' | sort -u |
	    comm -23 - <(grep -v '^#' "$ROOT/tests/lib/stock-options" |
		xargs -n 1 | sort) | sed 's/^-//' >ours
	[ -s ours ]
	assert_equal "$(diff told ours)" ''
}

@test "the manual page describes no option that is unknown" {
	local name

	while read -r name; do
		"$S_SERVER" -help 2>&1 | grep -q -- "^ -$name " ||
		    fail "-$name is unknown"
	done < <(awk '$1 == ".It" && $2 == "Fl" { print $3 }' "$MANUAL")
}

# Whether other manuals are installed, and indexed, is not the page's fault.
@test "mandoc has nothing to say against the manual page" {
	command -v mandoc >/dev/null || skip 'mandoc is not installed'
	run mandoc -Tlint -W all "$MANUAL"
	assert_equal "$(grep -v -e 'referenced manual not found' \
	    -e 'outdated mandoc.db' <<<"$output")" ''
}
