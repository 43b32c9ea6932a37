/**
 * @file wasmtime/tag.hh
 *
 * Tags, which exceptions are thrown with. Everything in this header since 0.1.
 */
#ifndef WASMTIME_TAG_HH
#define WASMTIME_TAG_HH

#include <wasmtime/_store_class.hh>
#include <wasmtime/extern.h>
#include <wasmtime/tag.h>
#include <wasmtime/types/tag.hh>

namespace wasmtime
{

/// A tag. A number to be copied freely; valid as long as its store.
class Tag
{
    wasmtime_tag_t tag;

  public:
    Tag(wasmtime_tag_t raw) : tag(raw)
    {
    }

    /// Makes a tag of this type.
    static Result<Tag> create(Store::Context cx, const TagType &ty)
    {
        wasmtime_tag_t out;
        if (wasmtime_error_t *error = wasmtime_tag_new(cx.capi(), ty.capi(), &out))
            return Error(error);
        return Tag(out);
    }

    /// The type of the tag.
    TagType type(Store::Context cx) const
    {
        wasm_tagtype_t *raw = wasmtime_tag_type(cx.capi(), &tag);
        TagType type{TagType::Ref(raw)};
        wasm_tagtype_delete(raw);
        return type;
    }

    /// Whether the tags are one and the same, not only of the same type.
    bool eq(Store::Context cx, const Tag &other) const
    {
        return wasmtime_tag_eq(cx.capi(), &tag, &other.tag);
    }

    /// The object of the C API; it stays where it is.
    const wasmtime_tag_t &capi() const
    {
        return tag;
    }
};

} // namespace wasmtime

#include <wasmtime/store.hh>

#endif // WASMTIME_TAG_HH
