/**
 * @file wasmtime/types/tag.hh
 *
 * The types of tags. Everything in this header since 0.1.
 */
#ifndef WASMTIME_TYPES_TAG_HH
#define WASMTIME_TYPES_TAG_HH

#include <wasmtime/types/func.hh>

namespace wasmtime
{

class TagType;

namespace detail
{

/// A view of a tag's type that belongs to something else; `TagType::Ref`.
class TagTypeRef
{
    const wasm_tagtype_t *ptr;

  public:
    TagTypeRef(const wasm_tagtype_t *raw) : ptr(raw)
    {
    }

    TagTypeRef(const TagType &ty);

    /// The values that an exception carries, as the parameters of a function.
    FuncType functype() const
    {
        return FuncType(FuncType::Ref(wasm_tagtype_functype(ptr)));
    }

    /// The type in the C API; it stays where it is.
    const wasm_tagtype_t *capi() const
    {
        return ptr;
    }
};

} // namespace detail

/// The type of a tag.
class TagType : public detail::Described<wasm_tagtype_t, detail::TagTypeRef, wasm_tagtype_copy,
                                         wasm_tagtype_delete>
{
    friend class ExnType;
    friend class Tag;

    explicit TagType(wasm_tagtype_t *owned) : Described(owned)
    {
    }

  public:
    using Ref = detail::TagTypeRef;

    /// The parameters are the values that an exception carries; there are no results.
    explicit TagType(const FuncType &functype)
        : Described(wasm_tagtype_new(wasm_functype_copy(functype.capi())))
    {
    }

    /// A copy of the type that is looked at.
    TagType(Ref other) : Described(copy(other.capi()))
    {
    }
};

inline detail::TagTypeRef::TagTypeRef(const TagType &ty) : TagTypeRef(**ty)
{
}

} // namespace wasmtime

#endif // WASMTIME_TYPES_TAG_HH
