# How data is cut into records, and -use_srtp.

load ../lib/helpers

served="-cert $CERTS/server.pem -key $CERTS/server-key.pem -accept 127.0.0.1:0"
# Signatures of one size.
rsa="-cert $CERTS/server-rsa.pem -key $CERTS/server-rsa-key.pem"
suite="$rsa -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256"

# The sizes of the records that carry what was typed at the server.
typed_records() # name, client option...
{
	local name=$1 text

	shift
	text=$(printf 'x%.0s' {1..3000})
	client_start "$name-client" "$@" -msg
	client_connected "$name-client"
	type_to "$name" "$text\n"
	wait_for 10 file_has "$name-client.out" xxxxx
	client_end "$name-client"
	awk '/^<<< .*RecordHeader/ { getline; if ($1 == 17) print "size", $4 $5 }
	' "$name-client.out"
}

@test "records of a size" {
	rows <<-'END'
	-max_send_frag | -max_send_frag 512 $suite | | | \
		scenario=typed_records has=size\_0218
	-max_send_frag | -max_send_frag 1000 $suite | | | \
		scenario=typed_records has=size\_0400
	-max_send_frag | -max_send_frag 1024 -tls1_3 $rsa | | | \
		scenario=typed_records has=size\_0411
	-max_send_frag | -max_send_frag 16384 $suite | | | \
		scenario=typed_records has=size\_0bd1
	-split_send_frag | -split_send_frag 600 -max_send_frag 700 $suite | | | \
		scenario=typed_records has=size\_0270
	-split_send_frag | -split_send_frag 600 -max_pipelines 2 $suite | | | \
		scenario=typed_records has=size\_0270
	END
}

# With more than one pipeline libssl reads as much as there is, and -debug
# tells how much that could be.
@test "the read buffer, and reading ahead" {
	rows <<-'END'
	-read_buf | -read_buf 100000 -max_pipelines 2 -debug $rsa | -tls1_2 | | \
		has=(99997\_bytes
	-read_buf | -read_buf 1 -max_pipelines 2 -debug $rsa | -tls1_2
	-max_pipelines | -max_pipelines 32 -debug $rsa | -tls1_2
	-max_pipelines | -max_pipelines 1 -debug $rsa | -tls1_2 | | has=(5\_bytes
	-read_buf | -read_buf 100000 -debug $rsa | -tls1_2 | | has=(5\_bytes
	END
}

# covers: -max_send_frag -split_send_frag -max_pipelines
@test "sizes that libssl does not permit" {
	local options

	while read -r options; do
		# shellcheck disable=SC2086 # several options
		run_stock $served $options
		assert_equal "$status" 1
		expected=$stderr
		# shellcheck disable=SC2086
		run_server $served $options
		assert_equal "$status" 1
		assert_equal "$stderr" "$expected"
		assert_contains "$stderr" 'is out of permitted range'
	done <<-END
		-max_send_frag 511
		-max_send_frag 16385
		-max_send_frag 2147483647
		-split_send_frag 16385
		-split_send_frag 1000 -max_send_frag 600
		-max_pipelines 33
		-max_pipelines 99 -split_send_frag 1
	END
}

@test "profiles of SRTP" {
	rows <<-'END'
	-use_srtp | -use_srtp SRTP_AES128_CM_SHA1_80 | -tls1_2 | hello\n
	-use_srtp | -use_srtp SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM \
		| -tls1_2 -use_srtp SRTP_AES128_CM_SHA1_80 | | wait has=ERROR
	END
	local profiles

	for profiles in foo '' SRTP_AES128_CM_SHA1_80:foo \
	    SRTP_AES128_CM_SHA1_80:SRTP_AES128_CM_SHA1_80; do
		# shellcheck disable=SC2086 # several options
		run_stock $served -use_srtp "$profiles"
		assert_equal "$status" 1
		expected=$(mask <<<"$stderr")
		# shellcheck disable=SC2086
		run_server $served -use_srtp "$profiles"
		assert_equal "$status" 1
		assert_equal "$(mask <<<"$stderr")" "$expected"
	done
}
