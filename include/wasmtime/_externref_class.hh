/**
 * @file wasmtime/_externref_class.hh
 *
 * The class of objects of the host's, without what needs the other classes; include
 * `wasmtime/externref.hh`. Everything in this header since 0.1.
 */
#ifndef WASMTIME_EXTERNREF_CLASS_HH
#define WASMTIME_EXTERNREF_CLASS_HH

#include <any>
#include <memory>
#include <utility>
#include <wasmtime/_store_class.hh>
#include <wasmtime/externref.h>

#ifdef WASMTIME_FEATURE_GC

namespace wasmtime
{

/// A reference to an object of the host's, which the guest can pass around. Valid as long as its store.
class ExternRef : public detail::Rooted<wasmtime_externref_t, wasmtime_externref_clone,
                                        wasmtime_externref_unroot>
{
  public:
    using Rooted::Rooted;

    /// The reference as compiled code has it. This object is null afterwards, and nothing keeps the
    /// reference alive until the guest has it: no collection may come in between.
    uint32_t take_raw(Store::Context cx)
    {
        uint32_t bits = wasmtime_externref_to_raw(cx.capi(), &raw);
        wasmtime_externref_unroot(&raw);
        wasmtime_externref_set_null(&raw);
        return bits;
    }

    /// The reference as compiled code has it, while this object keeps it alive.
    uint32_t borrow_raw(Store::Context cx) const
    {
        return wasmtime_externref_to_raw(cx.capi(), &raw);
    }

    /// Hands an object to the store. It is destroyed when no reference is left, at the next
    /// collection or with the store. Without memory the program ends.
    explicit ExternRef(Store::Context cx, std::any val) : Rooted(Raw())
    {
        auto object = std::make_unique<std::any>(std::move(val));
        if (!wasmtime_externref_new(cx.capi(), object.get(), detail::finalize<std::any>, &raw))
            detail::give_up("no memory for a reference to an object of the host");
        object.release();
    }

    /// The object; valid as long as this reference.
    std::any &data(Store::Context cx)
    {
        auto *object = static_cast<std::any *>(wasmtime_externref_data(cx.capi(), &raw));
        if (!object)
            detail::give_up("a null reference was asked for its object");
        return *object;
    }
};

} // namespace wasmtime

#endif // WASMTIME_FEATURE_GC

#endif // WASMTIME_EXTERNREF_CLASS_HH
