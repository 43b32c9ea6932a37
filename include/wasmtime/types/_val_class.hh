/**
 * @file wasmtime/types/_val_class.hh
 *
 * The class of value types, without what needs the other types; include
 * `wasmtime/types/val.hh`. Everything in this header since 0.1.
 */
#ifndef WASMTIME_TYPES_VAL_CLASS_HH
#define WASMTIME_TYPES_VAL_CLASS_HH

#include <utility>
#include <wasmtime/helpers.hh>
#include <wasmtime/types/val.h>

namespace wasmtime
{

class Engine;
class RefType;

/// The type of a value: a number, a vector or a reference.
class ValType
{
  public:
    class ListRef;

    /// A view of a value type that belongs to something else, such as a function type.
    class Ref
    {
        friend class ValType;
        const wasm_valtype_t *ptr;

      public:
        Ref(const wasm_valtype_t *raw) : ptr(raw)
        {
        }

        Ref(const ValType &ty) : Ref(ty.ref)
        {
        }

        /// Whether the types are the same.
        bool operator==(const Ref &other) const
        {
            return wasmtime_wasm_valtype_equal(ptr, other.ptr);
        }

        /// The type in the C API; it stays where it is.
        const wasm_valtype_t *capi() const
        {
            return ptr;
        }
    };

  private:
    Ref ref;               /* owned, unlike other views; null once moved from */
    wasmtime_valtype_t ty; /* the same type spelled out */

    struct Take {
    };

    ValType(Take, wasm_valtype_t *owned) : ref(owned)
    {
        wasmtime_valtype_new(owned, &ty);
    }

    static ValType nullable(wasmtime_heaptype_kind_t kind)
    {
        wasmtime_valtype_t wanted;
        wanted.kind = WASMTIME_VALTYPE_KIND_REF;
        wanted.reftype.nullable = true;
        wanted.reftype.heaptype.kind = kind;
        return ValType(Take(), wasmtime_valtype_to_wasm(nullptr, &wanted));
    }

    void clear()
    {
        if (ref.ptr)
            wasm_valtype_delete(const_cast<wasm_valtype_t *>(ref.ptr));
        wasmtime_valtype_delete(&ty);
        ref.ptr = nullptr;
        ty.kind = WASMTIME_VALTYPE_KIND_I32;
    }

  public:
    /// A copy of the type that is looked at.
    ValType(Ref other) : ValType(Take(), wasm_valtype_copy(other.ptr))
    {
    }

    ValType(const ValType &other) : ValType(other.ref)
    {
    }

    ValType &operator=(const ValType &other)
    {
        if (this != &other)
            *this = ValType(other);
        return *this;
    }

    ValType(ValType &&other) noexcept : ref(other.ref), ty(other.ty)
    {
        other.ref.ptr = nullptr;
        other.ty.kind = WASMTIME_VALTYPE_KIND_I32;
    }

    ValType &operator=(ValType &&other) noexcept
    {
        std::swap(ref, other.ref);
        std::swap(ty, other.ty);
        return *this;
    }

    ~ValType() noexcept
    {
        clear();
    }

    /// A reference type. The engine must be the one of the type's parts.
    ValType(const Engine &engine, const RefType &ref_type);

    static ValType i32()
    {
        return ValType(Take(), wasm_valtype_new(WASM_I32));
    }

    static ValType i64()
    {
        return ValType(Take(), wasm_valtype_new(WASM_I64));
    }

    static ValType f32()
    {
        return ValType(Take(), wasm_valtype_new(WASM_F32));
    }

    static ValType f64()
    {
        return ValType(Take(), wasm_valtype_new(WASM_F64));
    }

    static ValType v128()
    {
        return ValType(Take(), wasmtime_wasm_valtype_v128());
    }

    static ValType funcref()
    {
        return ValType(Take(), wasm_valtype_new(WASM_FUNCREF));
    }

    static ValType externref()
    {
        return ValType(Take(), wasm_valtype_new(WASM_EXTERNREF));
    }

    static ValType anyref()
    {
        return nullable(WASMTIME_HEAPTYPE_KIND_ANY);
    }

    static ValType exnref()
    {
        return nullable(WASMTIME_HEAPTYPE_KIND_EXN);
    }

    /// The view of this type, valid as long as it.
    Ref *operator->()
    {
        return &ref;
    }

    /// The view of this type, valid as long as it.
    const Ref *operator->() const
    {
        return &ref;
    }

    /// The view of this type, valid as long as it.
    Ref *operator*()
    {
        return &ref;
    }

    /// The view of this type, valid as long as it.
    const Ref *operator*() const
    {
        return &ref;
    }

    /// Whether the types are the same.
    bool operator==(const Ref &other) const
    {
        return ref == other;
    }

    /// Whether the types are the same.
    bool operator==(const ValType &other) const
    {
        return ref == other.ref;
    }

    /// The type spelled out; it stays with this object.
    const wasmtime_valtype_t *wasmtime_capi() const
    {
        return &ty;
    }

    /// The type; it stays with this object.
    const wasm_valtype_t *capi() const
    {
        return ref.ptr;
    }

    bool is_i32() const
    {
        return ty.kind == WASMTIME_VALTYPE_KIND_I32;
    }

    bool is_i64() const
    {
        return ty.kind == WASMTIME_VALTYPE_KIND_I64;
    }

    bool is_f32() const
    {
        return ty.kind == WASMTIME_VALTYPE_KIND_F32;
    }

    bool is_f64() const
    {
        return ty.kind == WASMTIME_VALTYPE_KIND_F64;
    }

    bool is_v128() const
    {
        return ty.kind == WASMTIME_VALTYPE_KIND_V128;
    }

    /// The reference type, or NULL if this is none; valid as long as this object.
    const RefType *as_ref() const;

    /// A view of several types, as in a function type.
    class ListRef
    {
        const wasm_valtype_vec_t *list;

      public:
        ListRef(const wasm_valtype_vec_t *raw) : list(raw)
        {
        }

        /// Iterates over the types.
        using iterator = const Ref *;

        /// The first type.
        iterator begin() const
        {
            static_assert(sizeof(Ref) == sizeof(wasm_valtype_t *), "a view is a pointer");
            return reinterpret_cast<const Ref *>(list->data);
        }

        /// One after the last type.
        iterator end() const
        {
            return begin() + list->size;
        }

        /// How many types there are.
        size_t size() const
        {
            return list->size;
        }
    };
};

} // namespace wasmtime

#endif // WASMTIME_TYPES_VAL_CLASS_HH
