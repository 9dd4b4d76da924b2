# DTLS: each option and mode against the stock program, one client at a time.

load helpers
load rows

# covers: -half_open
@test "what does not go with DTLS, or only with it, is refused" {
	rows <<-'END'
	-dtls -dtls1 -dtls1_2 | -dtls -www | | | refused
	- | -dtls1 -WWW | | | refused
	- | -dtls1_2 -HTTP | | | refused
	- | -dtls1_2 -rev | | | refused
	- | -dtls -stateless | | | refused
	- | -dtls -unix socket | | | refused
	- | -dtls -rev -unix socket -stateless | | | refused
	- | -dtls -www -early_data -stateless | | | refused
	-listen -timeout -mtu | -listen -timeout -mtu 500 | | | refused
	- | -listen -stateless | | | refused
	- | -www -listen | | | refused
	- | -dtls -sendfile | | | refused
	- | -dtls -mtu 0 | | | refused
	END
	run_server -dtls -half_open 0
	assert_equal "$status" 1
	assert_contains "$stderr" \
	    'Non-positive number "0" for option -half_open'
}

# covers: -mtu
@test "an MTU that is too small for the library ends the start (dtls-values)" {
	local options=(-dtls -cert "$CERTS/server.pem"
	    -key "$CERTS/server-key.pem" -accept 127.0.0.1:0)

	run_server "${options[@]}" -mtu 1
	assert_equal "$status" 1
	assert_equal "$stderr" 'MTU too small. Must be at least 256'
	run_server "${options[@]}" -mtu 255
	assert_equal "$status" 1
	run_stock "${options[@]}" -mtu 255
	assert_equal "$status" 0
	assert_equal "$stderr" 'MTU too small. Must be at least 256'
	start_server -dtls -mtu 256
}
