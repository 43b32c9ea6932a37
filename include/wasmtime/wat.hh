/**
 * @file wasmtime/wat.hh
 *
 * The text format. Everything in this header since 0.1.
 */
#ifndef WASMTIME_WAT_HH
#define WASMTIME_WAT_HH

#include <cstdint>
#include <string_view>
#include <vector>
#include <wasmtime/conf.h>
#include <wasmtime/error.hh>
#include <wasmtime/wat.h>

namespace wasmtime
{

#ifdef WASMTIME_FEATURE_WAT

/// Turns a module's text into its bytes; the error points at the place in the text.
inline Result<std::vector<uint8_t>> wat2wasm(std::string_view wat)
{
    wasm_byte_vec_t bytes;
    if (wasmtime_error_t *error = wasmtime_wat2wasm(wat.data(), wat.size(), &bytes))
        return Error(error);
    return detail::take_bytes(&bytes);
}

#endif // WASMTIME_FEATURE_WAT

} // namespace wasmtime

#endif // WASMTIME_WAT_HH
