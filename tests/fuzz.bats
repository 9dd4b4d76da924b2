# What strangers send, made up at random from what the corpora in tests/fuzz
# hold. FUZZ_SECONDS: for each fuzzer.

load helpers

@test "no bytes break what reads them before libssl does" {
	run env -u MAKEFLAGS -u MAKELEVEL timeout $((200 * SLOW)) \
	    make -s -j2 -C "$ROOT" BUILD="$BUILD" \
	    FUZZ_SECONDS="${FUZZ_SECONDS:-5}" fuzz
	echo "$output"
	assert_equal "$status" 0
	assert_contains "$output" 'fuzz-dtls_hello: inputs tried: '
	assert_contains "$output" 'fuzz-http: inputs tried: '
	assert_contains "$output" 'fuzz-tls_hello: inputs tried: '
}
