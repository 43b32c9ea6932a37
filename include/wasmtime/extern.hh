/**
 * @file wasmtime/extern.hh
 *
 * What instances export and import: a function, a global, a memory, a table, a
 * tag or a shared memory. Everything in this header since 0.1.
 */
#ifndef WASMTIME_EXTERN_HH
#define WASMTIME_EXTERN_HH

#include <optional>
#include <string_view>
#include <variant>
#include <wasmtime/_func_class.hh>
#include <wasmtime/_val_class.hh>
#include <wasmtime/extern.h>
#include <wasmtime/global.hh>
#include <wasmtime/memory.hh>
#include <wasmtime/sharedmemory.hh>
#include <wasmtime/table.hh>
#include <wasmtime/tag.hh>

namespace wasmtime
{

namespace detail
{

/// From the C API. Takes over what the extern owns.
inline Extern cvt_extern(const wasmtime_extern_t &raw)
{
    switch (raw.kind) {
    case WASMTIME_EXTERN_FUNC: return Func(raw.of.func);
    case WASMTIME_EXTERN_GLOBAL: return Global(raw.of.global);
    case WASMTIME_EXTERN_MEMORY: return Memory(raw.of.memory);
    case WASMTIME_EXTERN_TABLE: return Table(raw.of.table);
    case WASMTIME_EXTERN_TAG: return Tag(raw.of.tag);
    case WASMTIME_EXTERN_SHAREDMEMORY: return SharedMemory(raw.of.sharedmemory);
    default: give_up("an export of an unknown kind");
    }
}

/// To the C API. The result owns nothing: it is valid as long as `item`.
inline void cvt_extern(const Extern &item, wasmtime_extern_t &raw)
{
    if (const auto *func = std::get_if<Func>(&item)) {
        raw.kind = WASMTIME_EXTERN_FUNC;
        raw.of.func = func->capi();
    } else if (const auto *global = std::get_if<Global>(&item)) {
        raw.kind = WASMTIME_EXTERN_GLOBAL;
        raw.of.global = global->capi();
    } else if (const auto *memory = std::get_if<Memory>(&item)) {
        raw.kind = WASMTIME_EXTERN_MEMORY;
        raw.of.memory = memory->capi();
    } else if (const auto *table = std::get_if<Table>(&item)) {
        raw.kind = WASMTIME_EXTERN_TABLE;
        raw.of.table = table->capi();
    } else if (const auto *shared = std::get_if<SharedMemory>(&item)) {
        raw.kind = WASMTIME_EXTERN_SHAREDMEMORY;
        raw.of.sharedmemory = const_cast<wasmtime_sharedmemory_t *>(shared->capi());
    } else {
        raw.kind = WASMTIME_EXTERN_TAG;
        raw.of.tag = std::get<Tag>(item).capi();
    }
}

} // namespace detail

inline std::optional<Extern> Caller::get_export(std::string_view name)
{
    wasmtime_extern_t item;
    if (wasmtime_caller_export_get(ptr, name.data(), name.size(), &item))
        return detail::cvt_extern(item);
    return std::nullopt;
}

} // namespace wasmtime

#include <wasmtime/func.hh>
#include <wasmtime/store.hh>
#include <wasmtime/val.hh>

#endif // WASMTIME_EXTERN_HH
