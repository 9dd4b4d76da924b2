# What the figures depend on: libraries, compiler, processor.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

# Prints the build of each library that has a share in the instructions.
libraries()
{
	local library file list

	list=$("$openssl" version | cut -d ' ' -f 1-5)
	for library in libssl libcrypto libc; do
		file=$(ldd "$build/s_server" |
		    awk -v name="$library.so" 'index($1, name) == 1 {
			print $3 }')
		list+=", $library $(build_id "$file")"
	done
	echo "$list"
}

build_id() # file
{
	readelf -n "$1" 2>/dev/null |
	    awk '/Build ID:/ { print substr($3, 1, 12) }'
}

# Prints the compiler and its options, which are noted in the program.
compiler()
{
	readelf --debug-dump=info --dwarf-depth=1 "$build/s_server" \
	    2>/dev/null | awk -F ': ' '/DW_AT_producer/ && !seen++ {
		print $NF }'
}

# Prints what valgrind shows of the processor: libraries choose code by that.
processor()
{
	valgrind --version
	valgrind -v true 2>&1 | sed -n 's/.*Arch and hwcaps: //p'
}

describe()
{
	# libcrypto of another release makes other system calls.
	printf 'release %s\n' "$("$openssl" version | cut -d . -f 1-2)"
	printf 'libraries %s\n' "$(libraries)"
	printf 'compiler %s\n' "$(compiler)"
	! program valgrind >/dev/null ||
	    printf 'processor %s\n' "$(processor | paste -sd ' ')"
}
