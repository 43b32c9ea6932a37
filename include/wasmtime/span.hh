/**
 * @file wasmtime/span.hh
 *
 * `Span<T>`: a pointer and a number of elements.
 *
 * It is `std::span` where the standard library has that (C++20), and otherwise a
 * small class with the members that this API and its users need. A span owns
 * nothing; it is valid as long as what it looks at.
 *
 * Everything in this header since 0.1.
 */
#ifndef WASMTIME_SPAN_HH
#define WASMTIME_SPAN_HH

#include <cstddef>

#ifdef __has_include
#if __has_include(<version>)
#include <version>
#endif
#endif

#if defined(__cpp_lib_span)
#include <span>
#else
#include <limits>
#include <type_traits>
#include <utility>
#endif

namespace wasmtime
{

#if defined(__cpp_lib_span)

using std::dynamic_extent;

/// A pointer and a number of elements: the one of the standard library.
template <typename T, std::size_t Extent = std::dynamic_extent> using Span = std::span<T, Extent>;

#else

/// The number of elements is known when the program runs.
inline constexpr std::size_t dynamic_extent = std::numeric_limits<std::size_t>::max();

template <typename T, std::size_t Extent> class Span;

/// Whether a type is a span.
template <typename T> struct IsSpan : std::false_type {
};

template <typename T, std::size_t Extent> struct IsSpan<Span<T, Extent>> : std::true_type {
};

/// A pointer and a number of elements.
template <typename T, std::size_t Extent = dynamic_extent> class Span
{
    static_assert(Extent == dynamic_extent, "only spans of a size known at run time");

    T *start;
    std::size_t count;

  public:
    /// Iterates over the elements.
    using iterator = T *;

    /// The `n` elements from `t` on.
    Span(T *t, std::size_t n) : start(t), count(n)
    {
    }

    /// All elements of a container that has `data()` and `size()`.
    template <
        typename C,
        std::enable_if_t<
            !IsSpan<std::remove_cv_t<C>>::value &&
                std::is_pointer_v<decltype(std::declval<C &>().data())> &&
                std::is_convertible_v<
                    std::remove_pointer_t<decltype(std::declval<C &>().data())> (*)[], T (*)[]> &&
                std::is_convertible_v<decltype(std::declval<C>().size()), std::size_t>,
            int> = 0>
    Span(C &range) : start(range.data()), count(range.size())
    {
    }

    /// The same elements, which cannot be changed through the new span.
    template <
        typename U,
        std::enable_if_t<!std::is_same_v<U, T> && std::is_convertible_v<U (*)[], T (*)[]>, int> = 0>
    Span(const Span<U, Extent> &other) : start(other.data()), count(other.size())
    {
    }

    /// One element; the index is not checked.
    T &operator[](std::ptrdiff_t idx) const
    {
        return start[idx];
    }

    /// The first element.
    T *data() const
    {
        return start;
    }

    /// How many elements there are.
    std::size_t size() const
    {
        return count;
    }

    /// The first element.
    iterator begin() const
    {
        return start;
    }

    /// One after the last element.
    iterator end() const
    {
        return start + count;
    }

    /// How many bytes the elements take.
    std::size_t size_bytes() const
    {
        return count * sizeof(T);
    }
};

#endif

} // namespace wasmtime

#endif // WASMTIME_SPAN_HH
