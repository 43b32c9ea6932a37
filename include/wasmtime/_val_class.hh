/**
 * @file wasmtime/_val_class.hh
 *
 * The class of values, without what needs the other classes; include
 * `wasmtime/val.hh`. Everything in this header since 0.1.
 */
#ifndef WASMTIME_VAL_CLASS_HH
#define WASMTIME_VAL_CLASS_HH

#include <cstdint>
#include <cstring>
#include <optional>
#include <wasmtime/_anyref_class.hh>
#include <wasmtime/_exnref_class.hh>
#include <wasmtime/_externref_class.hh>
#include <wasmtime/_func_class.hh>
#include <wasmtime/_store_class.hh>
#include <wasmtime/val.h>

namespace wasmtime
{

/// The kinds of values.
enum class ValKind {
    I32 = WASMTIME_I32,
    I64 = WASMTIME_I64,
    F32 = WASMTIME_F32,
    F64 = WASMTIME_F64,
    V128 = WASMTIME_V128,
    FuncRef = WASMTIME_FUNCREF,
#ifdef WASMTIME_FEATURE_GC
    ExternRef = WASMTIME_EXTERNREF,
    AnyRef = WASMTIME_ANYREF,
    ExnRef = WASMTIME_EXNREF,
#endif
};

/// A vector of 16 bytes, the lowest one first.
struct V128 {
    wasmtime_v128 v128;

    /// All zero.
    V128() : v128{}
    {
    }

    V128(const wasmtime_v128 &v)
    {
        std::memcpy(v128, v, sizeof v128);
    }
};

/// A value of any type. A reference is kept alive by it; copies keep it alive by themselves.
class Val
{
    wasmtime_val_t val;

    void expect(wasmtime_valkind_t kind) const
    {
        if (val.kind != kind)
            detail::give_up("a value was asked for something of another kind");
    }

  public:
    /// The type of the C API.
    using Raw = wasmtime_val_t;

    /// Takes over `raw`.
    Val(wasmtime_val_t raw) : val(raw)
    {
    }

    Val(int32_t i32)
    {
        val.kind = WASMTIME_I32;
        val.of.i32 = i32;
    }

    Val(int64_t i64)
    {
        val.kind = WASMTIME_I64;
        val.of.i64 = i64;
    }

    Val(float f32)
    {
        val.kind = WASMTIME_F32;
        val.of.f32 = f32;
    }

    Val(double f64)
    {
        val.kind = WASMTIME_F64;
        val.of.f64 = f64;
    }

    Val(const V128 &v128)
    {
        val.kind = WASMTIME_V128;
        std::memcpy(val.of.v128, v128.v128, sizeof val.of.v128);
    }

    /// A function, or null.
    Val(std::optional<Func> func)
    {
        val.kind = WASMTIME_FUNCREF;
        if (func)
            val.of.funcref = func->capi();
        else
            wasmtime_funcref_set_null(&val.of.funcref);
    }

    Val(Func func) : Val(std::optional<Func>(func))
    {
    }

#ifdef WASMTIME_FEATURE_GC
    /// An object of the host's, or null.
    Val(std::optional<ExternRef> ptr);
    /// A reference of the collected heap, or null.
    Val(std::optional<AnyRef> ptr);
    Val(ExternRef ptr);
    Val(AnyRef ptr);
    /// An exception, or null.
    Val(std::optional<ExnRef> ptr);
    Val(ExnRef ptr);
#endif

    Val(const Val &other)
    {
        wasmtime_val_clone(&other.val, &val);
    }

    Val &operator=(const Val &other)
    {
        if (this != &other)
            *this = Val(other);
        return *this;
    }

    Val(Val &&other) noexcept : val(other.val)
    {
        other.val.kind = WASMTIME_I32;
        other.val.of.i32 = 0;
    }

    Val &operator=(Val &&other) noexcept
    {
        std::swap(val, other.val);
        return *this;
    }

    ~Val() noexcept
    {
        if (val.kind > WASMTIME_FUNCREF)
            wasmtime_val_unroot(&val);
    }

    /// What kind of value this is. The functions below end the program when asked for another one.
    ValKind kind() const
    {
        return static_cast<ValKind>(val.kind);
    }

    int32_t i32() const
    {
        expect(WASMTIME_I32);
        return val.of.i32;
    }

    int64_t i64() const
    {
        expect(WASMTIME_I64);
        return val.of.i64;
    }

    float f32() const
    {
        expect(WASMTIME_F32);
        return val.of.f32;
    }

    double f64() const
    {
        expect(WASMTIME_F64);
        return val.of.f64;
    }

    V128 v128() const
    {
        expect(WASMTIME_V128);
        return V128(val.of.v128);
    }

#ifdef WASMTIME_FEATURE_GC
    /// A second reference to the object; nothing if it is null.
    std::optional<ExternRef> externref() const;
    /// A second reference; nothing if it is null.
    std::optional<AnyRef> anyref() const;
    /// A second reference to the exception; nothing if it is null.
    std::optional<ExnRef> exnref() const;
#endif

    /// The function; nothing if it is null.
    std::optional<Func> funcref() const
    {
        expect(WASMTIME_FUNCREF);
        if (wasmtime_funcref_is_null(&val.of.funcref))
            return std::nullopt;
        return Func(val.of.funcref);
    }

    /// The value in the C API; it stays with this object.
    const Raw *capi() const
    {
        return &val;
    }

    /// The value in the C API; it stays with this object.
    Raw *capi()
    {
        return &val;
    }
};

static_assert(sizeof(Val) == sizeof(wasmtime_val_t), "arrays of values are arrays of the C API");

} // namespace wasmtime

#endif // WASMTIME_VAL_CLASS_HH
