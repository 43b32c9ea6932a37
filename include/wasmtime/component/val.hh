/**
 * @file wasmtime/component/val.hh
 *
 * The values of components. Everything in this header since 0.1.
 */
#ifndef WASMTIME_COMPONENT_VAL_HH
#define WASMTIME_COMPONENT_VAL_HH

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>
#include <wasmtime/component/types/val.hh>
#include <wasmtime/component/val.h>
#include <wasmtime/conf.h>
#include <wasmtime/error.hh>
#include <wasmtime/helpers.hh>
#include <wasmtime/span.hh>
#include <wasmtime/store.hh>

#ifdef WASMTIME_FEATURE_COMPONENT_MODEL

namespace wasmtime
{
namespace component
{

class Val;
class ResourceHost;

/// A resource that a component uses, of the host's or of a guest's. Copies stand for the same one;
/// `drop` ends it.
class ResourceAny : public detail::Cloned<ResourceAny, wasmtime_component_resource_any_t,
                                          wasmtime_component_resource_any_delete,
                                          wasmtime_component_resource_any_clone>
{
  public:
    using Cloned::Cloned;

    /// Whether it was handed over, and not lent.
    bool owned() const
    {
        return wasmtime_component_resource_any_owned(ptr.get());
    }

    /// Its type.
    ResourceType type() const
    {
        return ResourceType(wasmtime_component_resource_any_type(ptr.get()));
    }

    /// Ends the resource: once for all copies.
    Result<std::monostate> drop(Store::Context cx) const
    {
        return detail::done(wasmtime_component_resource_any_drop(cx.capi(), ptr.get()));
    }

    /// The resource of the host's that this stands for.
    Result<ResourceHost> to_host(Store::Context cx) const;
};

/// A resource of the host's: a number of the host's choice, and a type.
class ResourceHost : public detail::Cloned<ResourceHost, wasmtime_component_resource_host_t,
                                           wasmtime_component_resource_host_delete,
                                           wasmtime_component_resource_host_clone>
{
  public:
    using Cloned::Cloned;

    ResourceHost(bool owned, uint32_t rep, uint32_t ty)
        : Cloned(wasmtime_component_resource_host_new(owned, rep, ty))
    {
    }

    /// Whether it is handed over, and not lent.
    bool owned() const
    {
        return wasmtime_component_resource_host_owned(ptr.get());
    }

    /// The number.
    uint32_t rep() const
    {
        return wasmtime_component_resource_host_rep(ptr.get());
    }

    /// The type.
    uint32_t type() const
    {
        return wasmtime_component_resource_host_type(ptr.get());
    }

    /// The resource as a component uses it.
    Result<ResourceAny> to_any(Store::Context cx) const
    {
        wasmtime_component_resource_any_t *any = nullptr;
        if (wasmtime_error_t *error =
                wasmtime_component_resource_host_to_any(cx.capi(), ptr.get(), &any))
            return Error(error);
        return ResourceAny(any);
    }
};

inline Result<ResourceHost> ResourceAny::to_host(Store::Context cx) const
{
    wasmtime_component_resource_host_t *host = nullptr;
    if (wasmtime_error_t *error =
            wasmtime_component_resource_any_to_host(cx.capi(), ptr.get(), &host))
        return Error(error);
    return ResourceHost(host);
}

class RecordField;
class MapEntry;

/// A copy of a value that options, variants and results keep.
inline wasmtime_component_val_t *copy_boxed(const wasmtime_component_val_t *value)
{
    if (!value)
        return nullptr;
    wasmtime_component_val_t copy;
    wasmtime_component_val_clone(value, &copy);
    return wasmtime_component_val_new(&copy);
}

/// Values with names.
class Record
{
    friend class Val;

  public:
    /// The type of the C API.
    using Raw = wasmtime_component_valrecord_t;

  private:
    Raw raw;

    static void clear(Raw &other)
    {
        other.size = 0;
        other.data = nullptr;
    }

  public:
    /// Takes over `other`.
    explicit Record(Raw &&other) : raw(other)
    {
        clear(other);
    }

    Record(const Record &other)
    {
        wasmtime_component_valrecord_copy(&raw, &other.raw);
    }

    Record &operator=(const Record &other)
    {
        if (this != &other) {
            wasmtime_component_valrecord_delete(&raw);
            wasmtime_component_valrecord_copy(&raw, &other.raw);
        }
        return *this;
    }

    Record(Record &&other) noexcept : raw(other.raw)
    {
        clear(other.raw);
    }

    Record &operator=(Record &&other) noexcept
    {
        std::swap(raw, other.raw);
        return *this;
    }

    ~Record() noexcept
    {
        wasmtime_component_valrecord_delete(&raw);
    }

    /// Looks at a value without owning it.
    static const Record *from_capi(const Raw *capi)
    {
        return reinterpret_cast<const Record *>(capi);
    }

    /// Looks at a value without owning it.
    static Record *from_capi(Raw *capi)
    {
        return reinterpret_cast<Record *>(capi);
    }

    /// The same in the C API.
    static const Raw *to_capi(const Record *value)
    {
        return reinterpret_cast<const Raw *>(value);
    }

    /// The same in the C API.
    static Raw *to_capi(Record *value)
    {
        return reinterpret_cast<Raw *>(value);
    }

    /// The value in the C API; it stays with this object.
    const Raw *capi() const
    {
        return &raw;
    }

    Record(std::vector<std::pair<std::string_view, Val>> entries);

    /// How many there are.
    size_t size() const
    {
        return raw.size;
    }

    /// The first one.
    const RecordField *begin() const;
    /// One after the last one.
    const RecordField *end() const;
};

/// Any number of values of one type.
class List
{
    friend class Val;

  public:
    /// The type of the C API.
    using Raw = wasmtime_component_vallist_t;

  private:
    Raw raw;

    static void clear(Raw &other)
    {
        other.size = 0;
        other.data = nullptr;
    }

  public:
    /// Takes over `other`.
    explicit List(Raw &&other) : raw(other)
    {
        clear(other);
    }

    List(const List &other)
    {
        wasmtime_component_vallist_copy(&raw, &other.raw);
    }

    List &operator=(const List &other)
    {
        if (this != &other) {
            wasmtime_component_vallist_delete(&raw);
            wasmtime_component_vallist_copy(&raw, &other.raw);
        }
        return *this;
    }

    List(List &&other) noexcept : raw(other.raw)
    {
        clear(other.raw);
    }

    List &operator=(List &&other) noexcept
    {
        std::swap(raw, other.raw);
        return *this;
    }

    ~List() noexcept
    {
        wasmtime_component_vallist_delete(&raw);
    }

    /// Looks at a value without owning it.
    static const List *from_capi(const Raw *capi)
    {
        return reinterpret_cast<const List *>(capi);
    }

    /// Looks at a value without owning it.
    static List *from_capi(Raw *capi)
    {
        return reinterpret_cast<List *>(capi);
    }

    /// The same in the C API.
    static const Raw *to_capi(const List *value)
    {
        return reinterpret_cast<const Raw *>(value);
    }

    /// The same in the C API.
    static Raw *to_capi(List *value)
    {
        return reinterpret_cast<Raw *>(value);
    }

    /// The value in the C API; it stays with this object.
    const Raw *capi() const
    {
        return &raw;
    }

    List(std::vector<Val> entries);

    /// How many there are.
    size_t size() const
    {
        return raw.size;
    }

    /// The first one.
    const Val *begin() const;
    /// One after the last one.
    const Val *end() const;
};

/// Values of different types.
class Tuple
{
    friend class Val;

  public:
    /// The type of the C API.
    using Raw = wasmtime_component_valtuple_t;

  private:
    Raw raw;

    static void clear(Raw &other)
    {
        other.size = 0;
        other.data = nullptr;
    }

  public:
    /// Takes over `other`.
    explicit Tuple(Raw &&other) : raw(other)
    {
        clear(other);
    }

    Tuple(const Tuple &other)
    {
        wasmtime_component_valtuple_copy(&raw, &other.raw);
    }

    Tuple &operator=(const Tuple &other)
    {
        if (this != &other) {
            wasmtime_component_valtuple_delete(&raw);
            wasmtime_component_valtuple_copy(&raw, &other.raw);
        }
        return *this;
    }

    Tuple(Tuple &&other) noexcept : raw(other.raw)
    {
        clear(other.raw);
    }

    Tuple &operator=(Tuple &&other) noexcept
    {
        std::swap(raw, other.raw);
        return *this;
    }

    ~Tuple() noexcept
    {
        wasmtime_component_valtuple_delete(&raw);
    }

    /// Looks at a value without owning it.
    static const Tuple *from_capi(const Raw *capi)
    {
        return reinterpret_cast<const Tuple *>(capi);
    }

    /// Looks at a value without owning it.
    static Tuple *from_capi(Raw *capi)
    {
        return reinterpret_cast<Tuple *>(capi);
    }

    /// The same in the C API.
    static const Raw *to_capi(const Tuple *value)
    {
        return reinterpret_cast<const Raw *>(value);
    }

    /// The same in the C API.
    static Raw *to_capi(Tuple *value)
    {
        return reinterpret_cast<Raw *>(value);
    }

    /// The value in the C API; it stays with this object.
    const Raw *capi() const
    {
        return &raw;
    }

    Tuple(std::vector<Val> entries);

    /// How many there are.
    size_t size() const
    {
        return raw.size;
    }

    /// The first one.
    const Val *begin() const;
    /// One after the last one.
    const Val *end() const;
};

/// Values with keys.
class Map
{
    friend class Val;

  public:
    /// The type of the C API.
    using Raw = wasmtime_component_valmap_t;

  private:
    Raw raw;

    static void clear(Raw &other)
    {
        other.size = 0;
        other.data = nullptr;
    }

  public:
    /// Takes over `other`.
    explicit Map(Raw &&other) : raw(other)
    {
        clear(other);
    }

    Map(const Map &other)
    {
        wasmtime_component_valmap_copy(&raw, &other.raw);
    }

    Map &operator=(const Map &other)
    {
        if (this != &other) {
            wasmtime_component_valmap_delete(&raw);
            wasmtime_component_valmap_copy(&raw, &other.raw);
        }
        return *this;
    }

    Map(Map &&other) noexcept : raw(other.raw)
    {
        clear(other.raw);
    }

    Map &operator=(Map &&other) noexcept
    {
        std::swap(raw, other.raw);
        return *this;
    }

    ~Map() noexcept
    {
        wasmtime_component_valmap_delete(&raw);
    }

    /// Looks at a value without owning it.
    static const Map *from_capi(const Raw *capi)
    {
        return reinterpret_cast<const Map *>(capi);
    }

    /// Looks at a value without owning it.
    static Map *from_capi(Raw *capi)
    {
        return reinterpret_cast<Map *>(capi);
    }

    /// The same in the C API.
    static const Raw *to_capi(const Map *value)
    {
        return reinterpret_cast<const Raw *>(value);
    }

    /// The same in the C API.
    static Raw *to_capi(Map *value)
    {
        return reinterpret_cast<Raw *>(value);
    }

    /// The value in the C API; it stays with this object.
    const Raw *capi() const
    {
        return &raw;
    }

    Map(std::vector<std::pair<Val, Val>> entries);

    /// How many there are.
    size_t size() const
    {
        return raw.size;
    }

    /// The first one.
    const MapEntry *begin() const;
    /// One after the last one.
    const MapEntry *end() const;
};

/// A flag that is set: its name.
class Flag
{
    friend class Val;

  public:
    /// The type of the C API.
    using Raw = wasm_name_t;

  private:
    Raw raw;

    static void clear(Raw &other)
    {
        other.size = 0;
        other.data = nullptr;
    }

  public:
    /// Takes over `other`.
    explicit Flag(Raw &&other) : raw(other)
    {
        clear(other);
    }

    Flag(const Flag &other)
    {
        wasm_name_copy(&raw, &other.raw);
    }

    Flag &operator=(const Flag &other)
    {
        if (this != &other) {
            wasm_name_delete(&raw);
            wasm_name_copy(&raw, &other.raw);
        }
        return *this;
    }

    Flag(Flag &&other) noexcept : raw(other.raw)
    {
        clear(other.raw);
    }

    Flag &operator=(Flag &&other) noexcept
    {
        std::swap(raw, other.raw);
        return *this;
    }

    ~Flag() noexcept
    {
        wasm_name_delete(&raw);
    }

    /// Looks at a value without owning it.
    static const Flag *from_capi(const Raw *capi)
    {
        return reinterpret_cast<const Flag *>(capi);
    }

    /// Looks at a value without owning it.
    static Flag *from_capi(Raw *capi)
    {
        return reinterpret_cast<Flag *>(capi);
    }

    /// The same in the C API.
    static const Raw *to_capi(const Flag *value)
    {
        return reinterpret_cast<const Raw *>(value);
    }

    /// The same in the C API.
    static Raw *to_capi(Flag *value)
    {
        return reinterpret_cast<Raw *>(value);
    }

    /// The value in the C API; it stays with this object.
    const Raw *capi() const
    {
        return &raw;
    }

    Flag(std::string_view name)
    {
        wasm_name_new(&raw, name.size(), name.data());
    }

    std::string_view name() const
    {
        return detail::view_of(&raw);
    }
};

/// The flags that are set.
class Flags
{
    friend class Val;

  public:
    /// The type of the C API.
    using Raw = wasmtime_component_valflags_t;

  private:
    Raw raw;

    static void clear(Raw &other)
    {
        other.size = 0;
        other.data = nullptr;
    }

  public:
    /// Takes over `other`.
    explicit Flags(Raw &&other) : raw(other)
    {
        clear(other);
    }

    Flags(const Flags &other)
    {
        wasmtime_component_valflags_copy(&raw, &other.raw);
    }

    Flags &operator=(const Flags &other)
    {
        if (this != &other) {
            wasmtime_component_valflags_delete(&raw);
            wasmtime_component_valflags_copy(&raw, &other.raw);
        }
        return *this;
    }

    Flags(Flags &&other) noexcept : raw(other.raw)
    {
        clear(other.raw);
    }

    Flags &operator=(Flags &&other) noexcept
    {
        std::swap(raw, other.raw);
        return *this;
    }

    ~Flags() noexcept
    {
        wasmtime_component_valflags_delete(&raw);
    }

    /// Looks at a value without owning it.
    static const Flags *from_capi(const Raw *capi)
    {
        return reinterpret_cast<const Flags *>(capi);
    }

    /// Looks at a value without owning it.
    static Flags *from_capi(Raw *capi)
    {
        return reinterpret_cast<Flags *>(capi);
    }

    /// The same in the C API.
    static const Raw *to_capi(const Flags *value)
    {
        return reinterpret_cast<const Raw *>(value);
    }

    /// The same in the C API.
    static Raw *to_capi(Flags *value)
    {
        return reinterpret_cast<Raw *>(value);
    }

    /// The value in the C API; it stays with this object.
    const Raw *capi() const
    {
        return &raw;
    }

    Flags(std::vector<Flag> flags)
    {
        wasmtime_component_valflags_new_uninit(&raw, flags.size());
        for (size_t i = 0; i < flags.size(); i++)
            *Flag::from_capi(&raw.data[i]) = std::move(flags[i]);
    }

    /// How many there are.
    size_t size() const
    {
        return raw.size;
    }

    /// The first one.
    const Flag *begin() const;
    /// One after the last one.
    const Flag *end() const;
};

/// One of several cases, with a value or without.
class Variant
{
    friend class Val;

  public:
    /// The type of the C API.
    using Raw = wasmtime_component_valvariant_t;

  private:
    Raw raw;

    static void clear(Raw &other)
    {
        other.discriminant.size = 0;
        other.discriminant.data = nullptr;
        other.val = nullptr;
    }

  public:
    /// Takes over `other`.
    explicit Variant(Raw &&other) : raw(other)
    {
        clear(other);
    }

    Variant(const Variant &other)
    {
        wasm_name_copy(&raw.discriminant, &other.raw.discriminant);
        raw.val = copy_boxed(other.raw.val);
    }

    Variant &operator=(const Variant &other)
    {
        if (this != &other) {
            wasm_name_delete(&raw.discriminant);
            wasmtime_component_val_free(raw.val);
            wasm_name_copy(&raw.discriminant, &other.raw.discriminant);
            raw.val = copy_boxed(other.raw.val);
        }
        return *this;
    }

    Variant(Variant &&other) noexcept : raw(other.raw)
    {
        clear(other.raw);
    }

    Variant &operator=(Variant &&other) noexcept
    {
        std::swap(raw, other.raw);
        return *this;
    }

    ~Variant() noexcept
    {
        wasm_name_delete(&raw.discriminant);
        wasmtime_component_val_free(raw.val);
    }

    /// Looks at a value without owning it.
    static const Variant *from_capi(const Raw *capi)
    {
        return reinterpret_cast<const Variant *>(capi);
    }

    /// Looks at a value without owning it.
    static Variant *from_capi(Raw *capi)
    {
        return reinterpret_cast<Variant *>(capi);
    }

    /// The same in the C API.
    static const Raw *to_capi(const Variant *value)
    {
        return reinterpret_cast<const Raw *>(value);
    }

    /// The same in the C API.
    static Raw *to_capi(Variant *value)
    {
        return reinterpret_cast<Raw *>(value);
    }

    /// The value in the C API; it stays with this object.
    const Raw *capi() const
    {
        return &raw;
    }

    Variant(std::string_view discriminant, std::optional<Val> x);

    /// The name of the case.
    std::string_view discriminant() const
    {
        return detail::view_of(&raw.discriminant);
    }

    /// The value, or NULL; valid as long as this object.
    const Val *value() const;
};

/// A value or none.
class WitOption
{
    friend class Val;

  public:
    /// The type of the C API.
    using Raw = wasmtime_component_val_t *;

  private:
    Raw raw;

    static void clear(Raw &other)
    {
        other = nullptr;
    }

  public:
    /// Takes over `other`.
    explicit WitOption(Raw &&other) : raw(other)
    {
        clear(other);
    }

    WitOption(const WitOption &other)
    {
        raw = copy_boxed(other.raw);
    }

    WitOption &operator=(const WitOption &other)
    {
        if (this != &other) {
            wasmtime_component_val_free(raw);
            raw = copy_boxed(other.raw);
        }
        return *this;
    }

    WitOption(WitOption &&other) noexcept : raw(other.raw)
    {
        clear(other.raw);
    }

    WitOption &operator=(WitOption &&other) noexcept
    {
        std::swap(raw, other.raw);
        return *this;
    }

    ~WitOption() noexcept
    {
        wasmtime_component_val_free(raw);
    }

    /// Looks at a value without owning it.
    static const WitOption *from_capi(wasmtime_component_val_t *const *capi)
    {
        return reinterpret_cast<const WitOption *>(capi);
    }

    /// Looks at a value without owning it.
    static WitOption *from_capi(Raw *capi)
    {
        return reinterpret_cast<WitOption *>(capi);
    }

    /// The same in the C API.
    static const Raw *to_capi(const WitOption *value)
    {
        return reinterpret_cast<const Raw *>(value);
    }

    /// The same in the C API.
    static Raw *to_capi(WitOption *value)
    {
        return reinterpret_cast<Raw *>(value);
    }

    /// The value in the C API; it stays with this object.
    const Raw *capi() const
    {
        return &raw;
    }

    explicit WitOption(std::optional<Val> val);

    /// The value, or NULL; valid as long as this object.
    const Val *value() const;
};

/// Success or failure, each with a value or without.
class WitResult
{
    friend class Val;

  public:
    /// The type of the C API.
    using Raw = wasmtime_component_valresult_t;

  private:
    Raw raw;

    static void clear(Raw &other)
    {
        other.is_ok = true;
        other.val = nullptr;
    }

  public:
    /// Takes over `other`.
    explicit WitResult(Raw &&other) : raw(other)
    {
        clear(other);
    }

    WitResult(const WitResult &other)
    {
        raw.is_ok = other.raw.is_ok;
        raw.val = copy_boxed(other.raw.val);
    }

    WitResult &operator=(const WitResult &other)
    {
        if (this != &other) {
            wasmtime_component_val_free(raw.val);
            raw.is_ok = other.raw.is_ok;
            raw.val = copy_boxed(other.raw.val);
        }
        return *this;
    }

    WitResult(WitResult &&other) noexcept : raw(other.raw)
    {
        clear(other.raw);
    }

    WitResult &operator=(WitResult &&other) noexcept
    {
        std::swap(raw, other.raw);
        return *this;
    }

    ~WitResult() noexcept
    {
        wasmtime_component_val_free(raw.val);
    }

    /// Looks at a value without owning it.
    static const WitResult *from_capi(const Raw *capi)
    {
        return reinterpret_cast<const WitResult *>(capi);
    }

    /// Looks at a value without owning it.
    static WitResult *from_capi(Raw *capi)
    {
        return reinterpret_cast<WitResult *>(capi);
    }

    /// The same in the C API.
    static const Raw *to_capi(const WitResult *value)
    {
        return reinterpret_cast<const Raw *>(value);
    }

    /// The same in the C API.
    static Raw *to_capi(WitResult *value)
    {
        return reinterpret_cast<Raw *>(value);
    }

    /// The value in the C API; it stays with this object.
    const Raw *capi() const
    {
        return &raw;
    }

    /// Success.
    static WitResult ok(std::optional<Val> val);
    /// Failure.
    static WitResult err(std::optional<Val> val);

    bool is_ok() const
    {
        return raw.is_ok;
    }

    /// The value, or NULL; valid as long as this object.
    const Val *payload() const;
};

/// A value of any type.
class Val
{
    friend class Variant;
    friend class WitOption;
    friend class WitResult;

  public:
    /// The type of the C API.
    using Raw = wasmtime_component_val_t;

  private:
    Raw raw;

    static void clear(Raw &other)
    {
        other.kind = WASMTIME_COMPONENT_BOOL;
        other.of.boolean = false;
    }

    struct Kind {
    };

    Val(wasmtime_component_valkind_t kind, Kind)
    {
        raw.kind = kind;
        raw.of.u64 = 0;
    }

    void expect(wasmtime_component_valkind_t kind) const
    {
        if (raw.kind != kind)
            detail::give_up("a value was asked for something of another kind");
    }

    /// Moves a value into the box that options, variants and results keep.
    static wasmtime_component_val_t *box(std::optional<Val> value)
    {
        if (!value)
            return nullptr;
        return wasmtime_component_val_new(&value->raw);
    }

  public:
    /// Takes over `other`.
    explicit Val(Raw &&other) : raw(other)
    {
        clear(other);
    }

    Val(const Val &other)
    {
        wasmtime_component_val_clone(&other.raw, &raw);
    }

    Val &operator=(const Val &other)
    {
        if (this != &other) {
            wasmtime_component_val_delete(&raw);
            wasmtime_component_val_clone(&other.raw, &raw);
        }
        return *this;
    }

    Val(Val &&other) noexcept : raw(other.raw)
    {
        clear(other.raw);
    }

    Val &operator=(Val &&other) noexcept
    {
        std::swap(raw, other.raw);
        return *this;
    }

    ~Val() noexcept
    {
        wasmtime_component_val_delete(&raw);
    }

    /// Looks at a value without owning it.
    static const Val *from_capi(const Raw *capi)
    {
        return reinterpret_cast<const Val *>(capi);
    }

    /// Looks at a value without owning it.
    static Val *from_capi(Raw *capi)
    {
        return reinterpret_cast<Val *>(capi);
    }

    /// The same in the C API.
    static const Raw *to_capi(const Val *value)
    {
        return reinterpret_cast<const Raw *>(value);
    }

    /// The same in the C API.
    static Raw *to_capi(Val *value)
    {
        return reinterpret_cast<Raw *>(value);
    }

    /// The value in the C API; it stays with this object.
    const Raw *capi() const
    {
        return &raw;
    }

    Val(bool v) : Val(WASMTIME_COMPONENT_BOOL, Kind())
    {
        raw.of.boolean = v;
    }

    Val(uint8_t v) : Val(WASMTIME_COMPONENT_U8, Kind())
    {
        raw.of.u8 = v;
    }

    Val(int8_t v) : Val(WASMTIME_COMPONENT_S8, Kind())
    {
        raw.of.s8 = v;
    }

    Val(uint16_t v) : Val(WASMTIME_COMPONENT_U16, Kind())
    {
        raw.of.u16 = v;
    }

    Val(int16_t v) : Val(WASMTIME_COMPONENT_S16, Kind())
    {
        raw.of.s16 = v;
    }

    Val(uint32_t v) : Val(WASMTIME_COMPONENT_U32, Kind())
    {
        raw.of.u32 = v;
    }

    Val(int32_t v) : Val(WASMTIME_COMPONENT_S32, Kind())
    {
        raw.of.s32 = v;
    }

    Val(uint64_t v) : Val(WASMTIME_COMPONENT_U64, Kind())
    {
        raw.of.u64 = v;
    }

    Val(int64_t v) : Val(WASMTIME_COMPONENT_S64, Kind())
    {
        raw.of.s64 = v;
    }

    Val(float v) : Val(WASMTIME_COMPONENT_F32, Kind())
    {
        raw.of.f32 = v;
    }

    Val(double v) : Val(WASMTIME_COMPONENT_F64, Kind())
    {
        raw.of.f64 = v;
    }

    /// A character, by its number.
    static Val char_(uint32_t v)
    {
        Val result(WASMTIME_COMPONENT_CHAR, Kind());
        result.raw.of.character = v;
        return result;
    }

    /// A text.
    static Val string(std::string_view v)
    {
        Val result(WASMTIME_COMPONENT_STRING, Kind());
        wasm_name_new(&result.raw.of.string, v.size(), v.data());
        return result;
    }

    /// A case of an enumeration.
    static Val enum_(std::string_view discriminant)
    {
        Val result(WASMTIME_COMPONENT_ENUM, Kind());
        wasm_name_new(&result.raw.of.enumeration, discriminant.size(), discriminant.data());
        return result;
    }

    Val(List v) : Val(WASMTIME_COMPONENT_LIST, Kind())
    {
        raw.of.list = v.raw;
        List::clear(v.raw);
    }

    Val(Record v) : Val(WASMTIME_COMPONENT_RECORD, Kind())
    {
        raw.of.record = v.raw;
        Record::clear(v.raw);
    }

    Val(Tuple v) : Val(WASMTIME_COMPONENT_TUPLE, Kind())
    {
        raw.of.tuple = v.raw;
        Tuple::clear(v.raw);
    }

    Val(Variant v) : Val(WASMTIME_COMPONENT_VARIANT, Kind())
    {
        raw.of.variant = v.raw;
        Variant::clear(v.raw);
    }

    Val(WitOption v) : Val(WASMTIME_COMPONENT_OPTION, Kind())
    {
        raw.of.option = v.raw;
        WitOption::clear(v.raw);
    }

    Val(WitResult v) : Val(WASMTIME_COMPONENT_RESULT, Kind())
    {
        raw.of.result = v.raw;
        WitResult::clear(v.raw);
    }

    Val(Flags v) : Val(WASMTIME_COMPONENT_FLAGS, Kind())
    {
        raw.of.flags = v.raw;
        Flags::clear(v.raw);
    }

    Val(Map v) : Val(WASMTIME_COMPONENT_MAP, Kind())
    {
        raw.of.map = v.raw;
        Map::clear(v.raw);
    }

    Val(ResourceAny v) : Val(WASMTIME_COMPONENT_RESOURCE, Kind())
    {
        raw.of.resource = v.capi_release();
    }

    /* What follows asks for the value, and ends the program if it is of another kind. What is given
     * as a reference is valid as long as this object. */

    bool is_bool() const
    {
        return raw.kind == WASMTIME_COMPONENT_BOOL;
    }

    bool get_bool() const
    {
        expect(WASMTIME_COMPONENT_BOOL);
        return raw.of.boolean;
    }

    bool is_u8() const
    {
        return raw.kind == WASMTIME_COMPONENT_U8;
    }

    uint8_t get_u8() const
    {
        expect(WASMTIME_COMPONENT_U8);
        return raw.of.u8;
    }

    bool is_s8() const
    {
        return raw.kind == WASMTIME_COMPONENT_S8;
    }

    int8_t get_s8() const
    {
        expect(WASMTIME_COMPONENT_S8);
        return raw.of.s8;
    }

    bool is_u16() const
    {
        return raw.kind == WASMTIME_COMPONENT_U16;
    }

    uint16_t get_u16() const
    {
        expect(WASMTIME_COMPONENT_U16);
        return raw.of.u16;
    }

    bool is_s16() const
    {
        return raw.kind == WASMTIME_COMPONENT_S16;
    }

    int16_t get_s16() const
    {
        expect(WASMTIME_COMPONENT_S16);
        return raw.of.s16;
    }

    bool is_u32() const
    {
        return raw.kind == WASMTIME_COMPONENT_U32;
    }

    uint32_t get_u32() const
    {
        expect(WASMTIME_COMPONENT_U32);
        return raw.of.u32;
    }

    bool is_s32() const
    {
        return raw.kind == WASMTIME_COMPONENT_S32;
    }

    int32_t get_s32() const
    {
        expect(WASMTIME_COMPONENT_S32);
        return raw.of.s32;
    }

    bool is_u64() const
    {
        return raw.kind == WASMTIME_COMPONENT_U64;
    }

    uint64_t get_u64() const
    {
        expect(WASMTIME_COMPONENT_U64);
        return raw.of.u64;
    }

    bool is_s64() const
    {
        return raw.kind == WASMTIME_COMPONENT_S64;
    }

    int64_t get_s64() const
    {
        expect(WASMTIME_COMPONENT_S64);
        return raw.of.s64;
    }

    bool is_f32() const
    {
        return raw.kind == WASMTIME_COMPONENT_F32;
    }

    float get_f32() const
    {
        expect(WASMTIME_COMPONENT_F32);
        return raw.of.f32;
    }

    bool is_f64() const
    {
        return raw.kind == WASMTIME_COMPONENT_F64;
    }

    double get_f64() const
    {
        expect(WASMTIME_COMPONENT_F64);
        return raw.of.f64;
    }

    bool is_char() const
    {
        return raw.kind == WASMTIME_COMPONENT_CHAR;
    }

    uint32_t get_char() const
    {
        expect(WASMTIME_COMPONENT_CHAR);
        return raw.of.character;
    }

    bool is_string() const
    {
        return raw.kind == WASMTIME_COMPONENT_STRING;
    }

    std::string_view get_string() const
    {
        expect(WASMTIME_COMPONENT_STRING);
        return detail::view_of(&raw.of.string);
    }

    bool is_enum() const
    {
        return raw.kind == WASMTIME_COMPONENT_ENUM;
    }

    std::string_view get_enum() const
    {
        expect(WASMTIME_COMPONENT_ENUM);
        return detail::view_of(&raw.of.enumeration);
    }

    bool is_list() const
    {
        return raw.kind == WASMTIME_COMPONENT_LIST;
    }

    const List &get_list() const
    {
        expect(WASMTIME_COMPONENT_LIST);
        return *List::from_capi(&raw.of.list);
    }

    bool is_record() const
    {
        return raw.kind == WASMTIME_COMPONENT_RECORD;
    }

    const Record &get_record() const
    {
        expect(WASMTIME_COMPONENT_RECORD);
        return *Record::from_capi(&raw.of.record);
    }

    bool is_tuple() const
    {
        return raw.kind == WASMTIME_COMPONENT_TUPLE;
    }

    const Tuple &get_tuple() const
    {
        expect(WASMTIME_COMPONENT_TUPLE);
        return *Tuple::from_capi(&raw.of.tuple);
    }

    bool is_variant() const
    {
        return raw.kind == WASMTIME_COMPONENT_VARIANT;
    }

    const Variant &get_variant() const
    {
        expect(WASMTIME_COMPONENT_VARIANT);
        return *Variant::from_capi(&raw.of.variant);
    }

    bool is_option() const
    {
        return raw.kind == WASMTIME_COMPONENT_OPTION;
    }

    const WitOption &get_option() const
    {
        expect(WASMTIME_COMPONENT_OPTION);
        return *WitOption::from_capi(&raw.of.option);
    }

    bool is_result() const
    {
        return raw.kind == WASMTIME_COMPONENT_RESULT;
    }

    const WitResult &get_result() const
    {
        expect(WASMTIME_COMPONENT_RESULT);
        return *WitResult::from_capi(&raw.of.result);
    }

    bool is_flags() const
    {
        return raw.kind == WASMTIME_COMPONENT_FLAGS;
    }

    const Flags &get_flags() const
    {
        expect(WASMTIME_COMPONENT_FLAGS);
        return *Flags::from_capi(&raw.of.flags);
    }

    bool is_map() const
    {
        return raw.kind == WASMTIME_COMPONENT_MAP;
    }

    const Map &get_map() const
    {
        expect(WASMTIME_COMPONENT_MAP);
        return *Map::from_capi(&raw.of.map);
    }

    bool is_resource() const
    {
        return raw.kind == WASMTIME_COMPONENT_RESOURCE;
    }

    const ResourceAny &get_resource() const
    {
        expect(WASMTIME_COMPONENT_RESOURCE);
        return *ResourceAny::from_capi(&raw.of.resource);
    }
};

static_assert(sizeof(Val) == sizeof(wasmtime_component_val_t), "arrays are arrays of the C API");

/// One field of a record; valid as long as the record.
class RecordField
{
    wasmtime_component_valrecord_entry_t entry;
    RecordField() = delete;

  public:
    std::string_view name() const
    {
        return detail::view_of(&entry.name);
    }

    const Val &value() const
    {
        return *Val::from_capi(&entry.val);
    }
};

/// One entry of a map; valid as long as the map.
class MapEntry
{
    wasmtime_component_valmap_entry_t entry;
    MapEntry() = delete;

  public:
    const Val &key() const
    {
        return *Val::from_capi(&entry.key);
    }

    const Val &value() const
    {
        return *Val::from_capi(&entry.value);
    }
};

inline Record::Record(std::vector<std::pair<std::string_view, Val>> entries)
{
    wasmtime_component_valrecord_new_uninit(&raw, entries.size());
    for (size_t i = 0; i < entries.size(); i++) {
        wasm_name_new(&raw.data[i].name, entries[i].first.size(), entries[i].first.data());
        *Val::from_capi(&raw.data[i].val) = std::move(entries[i].second);
    }
}

inline List::List(std::vector<Val> entries)
{
    wasmtime_component_vallist_new_uninit(&raw, entries.size());
    for (size_t i = 0; i < entries.size(); i++)
        *Val::from_capi(&raw.data[i]) = std::move(entries[i]);
}

inline Tuple::Tuple(std::vector<Val> entries)
{
    wasmtime_component_valtuple_new_uninit(&raw, entries.size());
    for (size_t i = 0; i < entries.size(); i++)
        *Val::from_capi(&raw.data[i]) = std::move(entries[i]);
}

inline Map::Map(std::vector<std::pair<Val, Val>> entries)
{
    wasmtime_component_valmap_new_uninit(&raw, entries.size());
    for (size_t i = 0; i < entries.size(); i++) {
        *Val::from_capi(&raw.data[i].key) = std::move(entries[i].first);
        *Val::from_capi(&raw.data[i].value) = std::move(entries[i].second);
    }
}

inline Variant::Variant(std::string_view discriminant, std::optional<Val> x)
{
    wasm_name_new(&raw.discriminant, discriminant.size(), discriminant.data());
    raw.val = Val::box(std::move(x));
}

inline WitOption::WitOption(std::optional<Val> val) : raw(Val::box(std::move(val)))
{
}

inline WitResult WitResult::ok(std::optional<Val> val)
{
    return WitResult(Raw{true, Val::box(std::move(val))});
}

inline WitResult WitResult::err(std::optional<Val> val)
{
    return WitResult(Raw{false, Val::box(std::move(val))});
}

inline const Val *Variant::value() const
{
    return Val::from_capi(static_cast<const wasmtime_component_val_t *>(raw.val));
}

inline const Val *WitOption::value() const
{
    return Val::from_capi(static_cast<const wasmtime_component_val_t *>(raw));
}

inline const Val *WitResult::payload() const
{
    return Val::from_capi(static_cast<const wasmtime_component_val_t *>(raw.val));
}

inline const RecordField *Record::begin() const
{
    return reinterpret_cast<const RecordField *>(raw.data);
}

inline const RecordField *Record::end() const
{
    return begin() + raw.size;
}

inline const Val *List::begin() const
{
    return Val::from_capi(static_cast<const wasmtime_component_val_t *>(raw.data));
}

inline const Val *List::end() const
{
    return begin() + raw.size;
}

inline const Val *Tuple::begin() const
{
    return Val::from_capi(static_cast<const wasmtime_component_val_t *>(raw.data));
}

inline const Val *Tuple::end() const
{
    return begin() + raw.size;
}

inline const Flag *Flags::begin() const
{
    return Flag::from_capi(static_cast<const wasm_name_t *>(raw.data));
}

inline const Flag *Flags::end() const
{
    return begin() + raw.size;
}

inline const MapEntry *Map::begin() const
{
    return reinterpret_cast<const MapEntry *>(raw.data);
}

inline const MapEntry *Map::end() const
{
    return begin() + raw.size;
}

} // namespace component
} // namespace wasmtime

#endif // WASMTIME_FEATURE_COMPONENT_MODEL

#endif // WASMTIME_COMPONENT_VAL_HH
