/**
 * @file wasmtime/_exnref_class.hh
 *
 * The class of exceptions, without what needs the other classes; include
 * `wasmtime/exnref.hh`. Everything in this header since 0.1.
 */
#ifndef WASMTIME_EXNREF_CLASS_HH
#define WASMTIME_EXNREF_CLASS_HH

#include <vector>
#include <wasmtime/_store_class.hh>
#include <wasmtime/exnref.h>
#include <wasmtime/types/exnref.hh>

#ifdef WASMTIME_FEATURE_GC

namespace wasmtime
{

class Tag;
class Val;

/// A reference to an exception of the guest's. Valid as long as its store.
class ExnRef
    : public detail::Rooted<wasmtime_exnref_t, wasmtime_exnref_clone, wasmtime_exnref_unroot>
{
  public:
    using Rooted::Rooted;

    /// The reference as compiled code has it. This object is null afterwards, and nothing keeps the
    /// reference alive until the guest has it: no collection may come in between.
    uint32_t take_raw(Store::Context cx)
    {
        uint32_t bits = wasmtime_exnref_to_raw(cx.capi(), &raw);
        wasmtime_exnref_unroot(&raw);
        wasmtime_exnref_set_null(&raw);
        return bits;
    }

    /// The reference as compiled code has it, while this object keeps it alive.
    uint32_t borrow_raw(Store::Context cx) const
    {
        return wasmtime_exnref_to_raw(cx.capi(), &raw);
    }

    /// Makes an exception; the values must be those that the tag wants.
    static Result<ExnRef> create(Store::Context cx, const Tag &tag, const std::vector<Val> &fields);
    /// The tag that it was made with.
    Result<Tag> tag(Store::Context cx) const;
    /// How many values it carries.
    size_t field_count(Store::Context cx) const;
    /// One of the values.
    Result<Val> field(Store::Context cx, size_t index) const;
    /// The type of the exception, which must not be null.
    ExnType ty(Store::Context cx) const;
};

} // namespace wasmtime

#endif // WASMTIME_FEATURE_GC

#endif // WASMTIME_EXNREF_CLASS_HH
