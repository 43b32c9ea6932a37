/**
 * @file wasmtime/types/val.hh
 *
 * The types of values and of what references point at. Everything in this
 * header since 0.1.
 */
#ifndef WASMTIME_TYPES_VAL_HH
#define WASMTIME_TYPES_VAL_HH

#include <optional>
#include <ostream>
#include <wasmtime/engine.hh>
#include <wasmtime/types/_structref_class.hh>
#include <wasmtime/types/_val_class.hh>
#include <wasmtime/types/arrayref.hh>
#include <wasmtime/types/exnref.hh>
#include <wasmtime/types/func.hh>
#include <wasmtime/types/val.h>

namespace wasmtime
{

/// What a reference points at: one of the kinds of the language, or a type of a module.
class HeapType
{
    wasmtime_heaptype_t raw;

    explicit HeapType(int kind)
    {
        raw.kind = static_cast<wasmtime_heaptype_kind_t>(kind);
        raw.of.concrete_func = nullptr;
    }

  public:
    /// Takes over `ty`.
    HeapType(wasmtime_heaptype_t &ty) : raw(ty)
    {
        ty.kind = WASMTIME_HEAPTYPE_KIND_NONE;
    }

    HeapType(const HeapType &other)
    {
        wasmtime_heaptype_clone(&other.raw, &raw);
    }

    HeapType &operator=(const HeapType &other)
    {
        if (this != &other)
            *this = HeapType(other);
        return *this;
    }

    ~HeapType() noexcept
    {
        wasmtime_heaptype_delete(&raw);
    }

    HeapType(HeapType &&other) noexcept : raw(other.raw)
    {
        other.raw.kind = WASMTIME_HEAPTYPE_KIND_NONE;
    }

    HeapType &operator=(HeapType &&other) noexcept
    {
        std::swap(raw, other.raw);
        return *this;
    }

    /// Functions of this type.
    HeapType(const FuncType &ty) : HeapType(WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC)
    {
        raw.of.concrete_func = FuncType(ty).capi_release();
    }

    /// Arrays of this type.
    HeapType(const ArrayType &ty) : HeapType(WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY)
    {
        raw.of.concrete_array = ArrayType(ty).capi_release();
    }

    /// Structs of this type.
    HeapType(const StructType &ty) : HeapType(WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT)
    {
        raw.of.concrete_struct = StructType(ty).capi_release();
    }

    /// Exceptions of this type.
    HeapType(const ExnType &ty) : HeapType(WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN)
    {
        raw.of.concrete_exn = ExnType(ty).capi_release();
    }

    static HeapType extern_()
    {
        return HeapType(WASMTIME_HEAPTYPE_KIND_EXTERN);
    }

    static HeapType noextern()
    {
        return HeapType(WASMTIME_HEAPTYPE_KIND_NOEXTERN);
    }

    static HeapType func()
    {
        return HeapType(WASMTIME_HEAPTYPE_KIND_FUNC);
    }

    static HeapType nofunc()
    {
        return HeapType(WASMTIME_HEAPTYPE_KIND_NOFUNC);
    }

    static HeapType any()
    {
        return HeapType(WASMTIME_HEAPTYPE_KIND_ANY);
    }

    static HeapType none()
    {
        return HeapType(WASMTIME_HEAPTYPE_KIND_NONE);
    }

    static HeapType eq()
    {
        return HeapType(WASMTIME_HEAPTYPE_KIND_EQ);
    }

    static HeapType i31()
    {
        return HeapType(WASMTIME_HEAPTYPE_KIND_I31);
    }

    static HeapType array()
    {
        return HeapType(WASMTIME_HEAPTYPE_KIND_ARRAY);
    }

    static HeapType struct_()
    {
        return HeapType(WASMTIME_HEAPTYPE_KIND_STRUCT);
    }

    static HeapType exn()
    {
        return HeapType(WASMTIME_HEAPTYPE_KIND_EXN);
    }

    static HeapType noexn()
    {
        return HeapType(WASMTIME_HEAPTYPE_KIND_NOEXN);
    }

    /// Whether this is a type of a module.
    bool is_concrete() const
    {
        return raw.kind == WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC ||
               raw.kind == WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY ||
               raw.kind == WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT ||
               raw.kind == WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN;
    }

    bool is_extern() const
    {
        return raw.kind == WASMTIME_HEAPTYPE_KIND_EXTERN;
    }

    bool is_noextern() const
    {
        return raw.kind == WASMTIME_HEAPTYPE_KIND_NOEXTERN;
    }

    bool is_func() const
    {
        return raw.kind == WASMTIME_HEAPTYPE_KIND_FUNC;
    }

    bool is_nofunc() const
    {
        return raw.kind == WASMTIME_HEAPTYPE_KIND_NOFUNC;
    }

    bool is_any() const
    {
        return raw.kind == WASMTIME_HEAPTYPE_KIND_ANY;
    }

    bool is_none() const
    {
        return raw.kind == WASMTIME_HEAPTYPE_KIND_NONE;
    }

    bool is_eq() const
    {
        return raw.kind == WASMTIME_HEAPTYPE_KIND_EQ;
    }

    bool is_i31() const
    {
        return raw.kind == WASMTIME_HEAPTYPE_KIND_I31;
    }

    bool is_array() const
    {
        return raw.kind == WASMTIME_HEAPTYPE_KIND_ARRAY;
    }

    bool is_struct() const
    {
        return raw.kind == WASMTIME_HEAPTYPE_KIND_STRUCT;
    }

    bool is_exn() const
    {
        return raw.kind == WASMTIME_HEAPTYPE_KIND_EXN;
    }

    bool is_noexn() const
    {
        return raw.kind == WASMTIME_HEAPTYPE_KIND_NOEXN;
    }

    /// The function type, if this is one of a module's; valid as long as this object.
    std::optional<FuncType::Ref> as_concrete_func() const
    {
        if (raw.kind == WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC)
            return FuncType::Ref(raw.of.concrete_func);
        return std::nullopt;
    }

    /// The array type, or NULL if this is none of a module's; valid as long as this object.
    const ArrayType *as_concrete_array() const
    {
        if (raw.kind == WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY)
            return ArrayType::from_capi(&raw.of.concrete_array);
        return nullptr;
    }

    /// The struct type, or NULL if this is none of a module's; valid as long as this object.
    const StructType *as_concrete_struct() const
    {
        if (raw.kind == WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT)
            return StructType::from_capi(&raw.of.concrete_struct);
        return nullptr;
    }

    /// The exn type, or NULL if this is none of a module's; valid as long as this object.
    const ExnType *as_concrete_exn() const
    {
        if (raw.kind == WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN)
            return ExnType::from_capi(&raw.of.concrete_exn);
        return nullptr;
    }

    /// The type in the C API; it stays with this object.
    const wasmtime_heaptype_t *capi() const
    {
        return &raw;
    }
};

static_assert(sizeof(HeapType) == sizeof(wasmtime_heaptype_t), "the same layout");

/// Writes the name that the text format has; `$func`, `$array`, `$struct`, `$exn` for a module's.
inline std::ostream &operator<<(std::ostream &os, const HeapType &ty)
{
    switch (ty.capi()->kind) {
    case WASMTIME_HEAPTYPE_KIND_EXTERN: return os << "extern";
    case WASMTIME_HEAPTYPE_KIND_NOEXTERN: return os << "noextern";
    case WASMTIME_HEAPTYPE_KIND_FUNC: return os << "func";
    case WASMTIME_HEAPTYPE_KIND_NOFUNC: return os << "nofunc";
    case WASMTIME_HEAPTYPE_KIND_ANY: return os << "any";
    case WASMTIME_HEAPTYPE_KIND_NONE: return os << "none";
    case WASMTIME_HEAPTYPE_KIND_EQ: return os << "eq";
    case WASMTIME_HEAPTYPE_KIND_I31: return os << "i31";
    case WASMTIME_HEAPTYPE_KIND_ARRAY: return os << "array";
    case WASMTIME_HEAPTYPE_KIND_STRUCT: return os << "struct";
    case WASMTIME_HEAPTYPE_KIND_EXN: return os << "exn";
    case WASMTIME_HEAPTYPE_KIND_NOEXN: return os << "noexn";
    case WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC: return os << "$func";
    case WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY: return os << "$array";
    case WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT: return os << "$struct";
    case WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN: return os << "$exn";
    default: return os << "?";
    }
}

/// The type of a reference: what it points at, and whether it may be null.
class RefType
{
    wasmtime_reftype_t raw;

  public:
    RefType(const RefType &other)
    {
        wasmtime_reftype_clone(&other.raw, &raw);
    }

    RefType &operator=(const RefType &other)
    {
        if (this != &other)
            *this = RefType(other);
        return *this;
    }

    ~RefType() noexcept
    {
        wasmtime_reftype_delete(&raw);
    }

    RefType(RefType &&other) noexcept : raw(other.raw)
    {
        other.raw.heaptype.kind = WASMTIME_HEAPTYPE_KIND_NONE;
    }

    RefType &operator=(RefType &&other) noexcept
    {
        std::swap(raw, other.raw);
        return *this;
    }

    RefType(bool nullable, const HeapType &heaptype)
    {
        raw.nullable = nullable;
        wasmtime_heaptype_clone(heaptype.capi(), &raw.heaptype);
    }

    /// Whether null is among the values.
    bool nullable() const
    {
        return raw.nullable;
    }

    /// What the references point at; valid as long as this object.
    const HeapType &heaptype() const
    {
        return reinterpret_cast<const HeapType &>(raw.heaptype);
    }

    static RefType externref()
    {
        return RefType(true, HeapType::extern_());
    }

    static RefType nullexternref()
    {
        return RefType(true, HeapType::noextern());
    }

    static RefType funcref()
    {
        return RefType(true, HeapType::func());
    }

    static RefType nullfuncref()
    {
        return RefType(true, HeapType::nofunc());
    }

    static RefType anyref()
    {
        return RefType(true, HeapType::any());
    }

    static RefType eqref()
    {
        return RefType(true, HeapType::eq());
    }

    static RefType i31ref()
    {
        return RefType(true, HeapType::i31());
    }

    static RefType arrayref()
    {
        return RefType(true, HeapType::array());
    }

    static RefType structref()
    {
        return RefType(true, HeapType::struct_());
    }

    static RefType nullref()
    {
        return RefType(true, HeapType::none());
    }

    static RefType exnref()
    {
        return RefType(true, HeapType::exn());
    }

    static RefType nullexnref()
    {
        return RefType(true, HeapType::noexn());
    }

    /// The type in the C API; it stays with this object.
    const wasmtime_reftype_t *capi() const
    {
        return &raw;
    }
};

static_assert(sizeof(RefType) == sizeof(wasmtime_reftype_t), "the same layout");

/// Writes the type as the text format has it, always in the long form.
inline std::ostream &operator<<(std::ostream &os, const RefType &ty)
{
    return os << (ty.nullable() ? "(ref null " : "(ref ") << ty.heaptype() << ")";
}

inline ValType::ValType(const Engine &engine, const RefType &ref_type) : ref(nullptr)
{
    ty.kind = WASMTIME_VALTYPE_KIND_REF;
    wasmtime_reftype_clone(ref_type.capi(), &ty.reftype);
    ref.ptr = wasmtime_valtype_to_wasm(engine.capi(), &ty);
}

inline const RefType *ValType::as_ref() const
{
    if (ty.kind == WASMTIME_VALTYPE_KIND_REF)
        return reinterpret_cast<const RefType *>(&ty.reftype);
    return nullptr;
}

/// Writes the type as the text format has it.
inline std::ostream &operator<<(std::ostream &os, const ValType &ty)
{
    if (const RefType *ref = ty.as_ref())
        return os << *ref;
    return os << (ty.is_i32()   ? "i32"
                  : ty.is_i64() ? "i64"
                  : ty.is_f32() ? "f32"
                  : ty.is_f64() ? "f64"
                                : "v128");
}

} // namespace wasmtime

#endif // WASMTIME_TYPES_VAL_HH
