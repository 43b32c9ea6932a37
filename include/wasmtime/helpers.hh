/**
 * @file wasmtime/helpers.hh
 *
 * What the classes of the C++ API are made of.
 *
 * Each class wraps one object of the C API and adds nothing to it: a class that
 * owns a handle is one pointer, a class that wraps a value is that value. So a
 * pointer to the C object is a pointer to the C++ object, and arrays of the one
 * are arrays of the other; `from_capi` and the spans given to callbacks rest on
 * that.
 *
 * The class templates here are not meant to be named by programs. Their members
 * are the common part of the classes that derive from them:
 *
 *   `using Raw`           the C type
 *   `X(Raw *)`            takes over a handle
 *   `capi()`              the handle, still owned by the object
 *   `capi_release()`      the handle, owned by the caller from now on
 *   `X::from_capi(&raw)`  looks at a handle that belongs to someone else
 *
 * The thread rules are those of the C objects.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_HELPERS_HH
#define WASMTIME_HELPERS_HH

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>
#include <wasm.h>

namespace wasmtime
{

class Module;

/// The machinery behind the classes; its names may change.
namespace detail
{

/// The stateless deleter that gives a handle back to the C API.
template <typename Raw, void (*Delete)(Raw *)> struct Deleter {
    void operator()(Raw *raw) const
    {
        Delete(raw);
    }
};

/// A handle with one owner.
template <typename Self, typename RawType, void (*Delete)(RawType *)> class Owned
{
  public:
    /// The type of the C API.
    using Raw = RawType;

    /// Takes over `raw`.
    explicit Owned(Raw *raw) : ptr(raw)
    {
    }

    /// The handle; it stays with this object.
    const Raw *capi() const
    {
        return ptr.get();
    }

    /// The handle; it stays with this object.
    Raw *capi()
    {
        return ptr.get();
    }

    /// The handle; it belongs to the caller from now on, and this object is empty.
    Raw *capi_release()
    {
        return ptr.release();
    }

    /// Looks at a handle without owning it: the result lives as long as `*raw`.
    static const Self *from_capi(Raw *const *raw)
    {
        static_assert(sizeof(Self) == sizeof(Raw *), "a handle and nothing else");
        return reinterpret_cast<const Self *>(raw);
    }

  protected:
    std::unique_ptr<Raw, Deleter<Raw, Delete>> ptr;
};

/// A handle that can be copied: by counting, or by making a second object.
template <typename Self, typename RawType, void (*Delete)(RawType *),
          RawType *(*Clone)(const RawType *)>
class Cloned : public Owned<Self, RawType, Delete>
{
    using Base = Owned<Self, RawType, Delete>;

    static RawType *clone(const RawType *raw)
    {
        return raw ? Clone(raw) : nullptr;
    }

  public:
    using Base::Base;

    Cloned(const Cloned &other) : Base(clone(other.ptr.get()))
    {
    }

    Cloned &operator=(const Cloned &other)
    {
        if (this != &other)
            this->ptr.reset(clone(other.ptr.get()));
        return *this;
    }

    Cloned(Cloned &&other) noexcept = default;
    Cloned &operator=(Cloned &&other) noexcept = default;
    ~Cloned() = default;
};

/// A handle that can be copied and compared.
template <typename Self, typename RawType, void (*Delete)(RawType *),
          RawType *(*Clone)(const RawType *), bool (*Equal)(const RawType *, const RawType *)>
class Comparable : public Cloned<Self, RawType, Delete, Clone>
{
  public:
    using Cloned<Self, RawType, Delete, Clone>::Cloned;

    friend bool operator==(const Self &a, const Self &b)
    {
        return Equal(a.capi(), b.capi());
    }

    friend bool operator!=(const Self &a, const Self &b)
    {
        return !Equal(a.capi(), b.capi());
    }
};

/// A reference of the guest's that the object keeps alive. An empty store number is null; a moved
/// object holds null.
template <typename RawType, void (*Clone)(const RawType *, RawType *), void (*Unroot)(RawType *)>
class Rooted
{
  public:
    /// The type of the C API.
    using Raw = RawType;

    /// Takes over `ref`.
    explicit Rooted(Raw ref) : raw(ref)
    {
    }

    Rooted(const Rooted &other)
    {
        Clone(&other.raw, &raw);
    }

    Rooted &operator=(const Rooted &other)
    {
        if (this != &other) {
            Unroot(&raw);
            Clone(&other.raw, &raw);
        }
        return *this;
    }

    Rooted(Rooted &&other) noexcept : raw(other.raw)
    {
        other.raw.store_id = 0;
    }

    Rooted &operator=(Rooted &&other) noexcept
    {
        if (this != &other) {
            Unroot(&raw);
            raw = other.raw;
            other.raw.store_id = 0;
        }
        return *this;
    }

    ~Rooted()
    {
        Unroot(&raw);
    }

    /// The reference; it stays with this object.
    const Raw *capi() const
    {
        return &raw;
    }

    /// The reference; it stays with this object.
    Raw *capi()
    {
        return &raw;
    }

  protected:
    Raw raw;
};

/// The description of an item of a module: an object and a view of it. `Ref` is the view, a
/// pointer; it is what `->` and `*` give.
template <typename RawType, typename RefType, RawType *(*Copy)(const RawType *),
          void (*Delete)(RawType *)>
class Described
{
  public:
    Described(const Described &other) : Described(Copy(other.ref.capi()))
    {
    }

    Described &operator=(const Described &other)
    {
        if (this != &other) {
            ptr.reset(Copy(other.ref.capi()));
            ref = RefType(ptr.get());
        }
        return *this;
    }

    Described(Described &&other) noexcept = default;
    Described &operator=(Described &&other) noexcept = default;
    ~Described() = default;

    /// The view of this object, valid as long as it.
    RefType *operator->()
    {
        return &ref;
    }

    /// The view of this object, valid as long as it.
    const RefType *operator->() const
    {
        return &ref;
    }

    /// The view of this object, valid as long as it.
    RefType *operator*()
    {
        return &ref;
    }

    /// The view of this object, valid as long as it.
    const RefType *operator*() const
    {
        return &ref;
    }

    /// The object of the C API; it stays with this object.
    const RawType *capi() const
    {
        return ptr.get();
    }

  protected:
    explicit Described(RawType *raw) : ptr(raw), ref(raw)
    {
    }

    static RawType *copy(const RawType *raw)
    {
        return Copy(raw);
    }

    std::unique_ptr<RawType, Deleter<RawType, Delete>> ptr;
    RefType ref;
};

/// What a module imports or exports: a vector of the C API, seen as an array of views.
template <typename RefType, typename RawVec, void (*Delete)(RawVec *)> class Views
{
    friend class ::wasmtime::Module;
    RawVec list;

  public:
    /// An empty list.
    Views() : list{0, nullptr}
    {
    }

    Views(const Views &other) = delete;

    Views(Views &&other) noexcept : list(std::exchange(other.list, {0, nullptr}))
    {
    }

    ~Views() noexcept
    {
        Delete(&list);
    }

    Views &operator=(const Views &other) = delete;

    Views &operator=(Views &&other) noexcept
    {
        std::swap(list, other.list);
        return *this;
    }

    /// Iterates over the views, which are valid as long as the list.
    using iterator = const RefType *;

    /// The first one.
    iterator begin() const
    {
        static_assert(sizeof(RefType) == sizeof(*list.data), "a view is a pointer");
        return reinterpret_cast<iterator>(list.data);
    }

    /// One after the last one.
    iterator end() const
    {
        return begin() + list.size;
    }

    /// How many there are.
    size_t size() const
    {
        return list.size;
    }
};

/// Deletes what a callback was given, as the C API's finalizers do.
template <typename T> void finalize(void *data)
{
    delete static_cast<T *>(data);
}

/// A string made of bytes that the C API handed over.
inline std::string take_string(wasm_byte_vec_t *bytes)
{
    std::string string(bytes->data, bytes->size);
    wasm_byte_vec_delete(bytes);
    return string;
}

/// Bytes that the C API handed over.
inline std::vector<uint8_t> take_bytes(wasm_byte_vec_t *bytes)
{
    const uint8_t *start = reinterpret_cast<const uint8_t *>(bytes->data);
    std::vector<uint8_t> vector(start, start + bytes->size);
    wasm_byte_vec_delete(bytes);
    return vector;
}

/// Bytes of the C API's that stay where they are.
inline std::string_view view_of(const wasm_byte_vec_t *bytes)
{
    return std::string_view(bytes->data, bytes->size);
}

/// `happened`, which is seldom true: compilers put what is done then out of the way.
constexpr bool rarely(bool happened)
{
#if defined(__GNUC__)
    return __builtin_expect(happened, false);
#else
    return happened;
#endif
}

/// Says what went wrong and ends the program: for what the caller was to check first.
[[noreturn]] inline void give_up(const char *what)
{
    std::fprintf(stderr, "error: %s\n", what);
    std::abort();
}

/// Runs `body`, a function of the host that the guest called. No C++ exception may leave it: the
/// frames below belong to compiled code, which nothing can unwind. What is thrown ends as
/// `caught(text)`.
template <typename Body, typename Caught>
auto guarded(Body &&body, Caught &&caught) -> decltype(body())
{
#if defined(__cpp_exceptions) || defined(__EXCEPTIONS) || defined(_CPPUNWIND)
    try {
        return body();
    } catch (const std::exception &exception) {
        return caught(exception.what());
    } catch (...) {
        return caught("a C++ exception that is no std::exception");
    }
#else
    (void)caught;
    return body();
#endif
}

} // namespace detail

using namespace detail;

} // namespace wasmtime

#endif // WASMTIME_HELPERS_HH
