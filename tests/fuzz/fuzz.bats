# What strangers send, made up at random from what the corpora in tests/fuzz
# hold. FUZZ_SECONDS: for each fuzzer.

load ../lib/helpers

fuzz() # argument of make...
{
	run env -u MAKEFLAGS -u MAKELEVEL timeout $((200 * SLOW)) \
	    make -s -j2 -C "$ROOT" BUILD="$BUILD" "$@" fuzz
	echo "$output"
}

@test "no bytes break what reads them before libssl does" {
	fuzz FUZZ_SECONDS="${FUZZ_SECONDS:-$(rounds 2 10)}"
	assert_equal "$status" 0
	assert_contains "$output" 'fuzz-client_hello: inputs tried: '
	assert_contains "$output" 'fuzz-control_line: inputs tried: '
	assert_contains "$output" 'fuzz-dtls_hello: inputs tried: '
	assert_contains "$output" 'fuzz-http: inputs tried: '
	assert_contains "$output" 'fuzz-json: inputs tried: '
	assert_contains "$output" 'fuzz-store_value: inputs tried: '
	assert_contains "$output" 'fuzz-tls_hello: inputs tried: '
	pkg-config --exists hiredis ||
	    return 0 # the server is built without a session store
	assert_contains "$output" 'fuzz-store_wire: inputs tried: '
}

@test "an input that does not end is found, however busy the machine" {
	local found

	FUZZ_INPUT_S=1 fuzz FUZZERS=endless FUZZ_SECONDS=100
	assert_equal "$status" 2
	assert_contains "$output" 'this input does not end'
	assert_contains "$output" 'fuzz_input'
	found=$(sed -n 's/.*Test unit written to //p' <<<"$output")
	[ -e "$ROOT/$found" ] || [ -e "$found" ]
	rm -f "$ROOT/$found" "$found"
}
