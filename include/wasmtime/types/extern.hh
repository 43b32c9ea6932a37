/**
 * @file wasmtime/types/extern.hh
 *
 * The types of what is imported and exported. Everything in this header since
 * 0.1.
 */
#ifndef WASMTIME_TYPES_EXTERN_HH
#define WASMTIME_TYPES_EXTERN_HH

#include <variant>
#include <wasmtime/types/export.hh>
#include <wasmtime/types/func.hh>
#include <wasmtime/types/global.hh>
#include <wasmtime/types/import.hh>
#include <wasmtime/types/memory.hh>
#include <wasmtime/types/table.hh>
#include <wasmtime/types/tag.hh>

namespace wasmtime
{

/// The type of an import or export, whatever its kind.
class ExternType
{
  public:
    /// A view of one of the five kinds; valid as long as the list of imports or exports.
    using Ref =
        std::variant<FuncType::Ref, GlobalType::Ref, TableType::Ref, MemoryType::Ref, TagType::Ref>;

    /// What an import wants.
    static Ref from_import(ImportType::Ref ty)
    {
        return view(wasm_importtype_type(ty.ptr));
    }

    /// What an export is.
    static Ref from_export(ExportType::Ref ty)
    {
        return view(wasm_exporttype_type(ty.ptr));
    }

  private:
    static Ref view(const wasm_externtype_t *type)
    {
        switch (wasm_externtype_kind(type)) {
        case WASM_EXTERN_FUNC: return FuncType::Ref(wasm_externtype_as_functype_const(type));
        case WASM_EXTERN_GLOBAL: return GlobalType::Ref(wasm_externtype_as_globaltype_const(type));
        case WASM_EXTERN_TABLE: return TableType::Ref(wasm_externtype_as_tabletype_const(type));
        case WASM_EXTERN_MEMORY: return MemoryType::Ref(wasm_externtype_as_memorytype_const(type));
        case WASM_EXTERN_TAG: return TagType::Ref(wasm_externtype_as_tagtype_const(type));
        default: detail::give_up("an import or export of an unknown kind");
        }
    }
};

} // namespace wasmtime

#endif // WASMTIME_TYPES_EXTERN_HH
