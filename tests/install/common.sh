# Shared by the scripts here: build the program in consumer/ against what lies under a prefix, in every way, and run it.
# check_prefix PREFIX CC CMAKE TMP
check_prefix() {
    local prefix=$1 cc=$2 cmake=$3 tmp=$4 here lib name flags expected got
    here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
    lib=$(dirname "$(find "$prefix" -name 'libhospes.so.0' | head -1)")
    export LD_LIBRARY_PATH=$lib
    says() { # what expected program
        got=$("$3") || got="exit status $?"
        [ "$got" = "$2" ] || { echo "FAILED: $1 printed '$got', expected '$2'"; return 1; }
        echo "$1: $got"
    }
    if command -v pkg-config >/dev/null; then
        export PKG_CONFIG_PATH=$lib/pkgconfig PKG_CONFIG_LIBDIR=
        for name in hospes wasmtime; do
            expected="wasmtime 48.0.0 says 42"
            flags=
            [ $name = hospes ] && expected="hospes 0.1.0 says 42" flags=-DUSE_HOSPES
            # shellcheck disable=SC2046
            "$cc" -Wall -Werror $flags $(pkg-config --cflags $name) "$here/consumer/consumer.c" \
                $(pkg-config --libs $name) -o "$tmp/$name-shared"
            says "pkg-config $name" "$expected" "$tmp/$name-shared"
            readelf -d "$tmp/$name-shared" | grep -q 'NEEDED.*\[libhospes\.so\.0\]' || { echo "FAILED: not linked"; return 1; }
            # shellcheck disable=SC2046
            "$cc" -Wall -Werror -static $flags $(pkg-config --cflags $name) "$here/consumer/consumer.c" \
                $(pkg-config --static --libs $name) -o "$tmp/$name-static"
            says "pkg-config --static $name" "$expected" "$tmp/$name-static"
        done
        [ "$(pkg-config --modversion wasmtime)" = 48.0.0 ] || { echo "FAILED: version of wasmtime.pc"; return 1; }
    else
        echo "note: no pkg-config here; its files are not tested"
    fi
    "$cmake" -S "$here/consumer" -B "$tmp/cmake" -DCMAKE_C_COMPILER="$cc" -DCMAKE_PREFIX_PATH="$prefix" >"$tmp/log" 2>&1 &&
        "$cmake" --build "$tmp/cmake" >>"$tmp/log" 2>&1 || { cat "$tmp/log"; return 1; }
    for name in hospes-hospes hospes-static; do
        says "CMake $name" "hospes 0.1.0 says 42" "$tmp/cmake/$name"
    done
    for name in wasmtime-wasmtime wasmtime-static; do
        says "CMake $name" "wasmtime 48.0.0 says 42" "$tmp/cmake/$name"
    done
    readelf -d "$tmp/cmake/wasmtime-static" | grep -q 'NEEDED.*hospes' && { echo "FAILED: not static"; return 1; }
    return 0
}
