/*
 * What calls cost a host in C++: TypedFunc::call, and a callback that Linker::func_wrap made.
 *
 *   typed                a line per figure: its name, median, least and greatest of 15 samples of
 *                        200,000 calls
 *   typed NAME COUNT     makes so many calls of one kind and times nothing
 *
 * The library is the one it is linked to: the headers are of the API that both share.
 */
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <wasmtime.hh>

using namespace wasmtime;

static const int32_t CALLS = 200000;
static const size_t SAMPLES = 15;

static const char text[] = R"((module
  (import "h" "f" (func $f (param i32 i32) (result i32)))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "loop") (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (call $f (local.get 0) (local.get 1)))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1))))";

static void expect(bool right, const char *name)
{
    if (!right) {
        std::fprintf(stderr, "%s: gave a wrong sum\n", name);
        std::exit(1);
    }
}

template <typename F> static void figure(int argc, char **argv, const char *name, F calls)
{
    if (argc == 3) {
        if (std::strcmp(argv[1], name) == 0)
            calls(static_cast<int32_t>(std::strtol(argv[2], nullptr, 10)));
        return;
    }
    double samples[SAMPLES];
    for (double &sample : samples) {
        auto begin = std::chrono::steady_clock::now();
        calls(CALLS);
        std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - begin;
        sample = time.count() / CALLS;
    }
    std::sort(samples, samples + SAMPLES);
    std::printf("%s %.6g %.6g %.6g\n", name, samples[SAMPLES / 2], samples[0],
                samples[SAMPLES - 1]);
}

int main(int argc, char **argv)
{
    Engine engine;
    Store store(engine);
    Linker linker(engine);
    linker
        .func_wrap("h", "f",
                   [](int32_t a, int32_t b) { return int32_t(uint32_t(a) + uint32_t(b)); })
        .unwrap();
    Module module = Module::compile(engine, text).unwrap();
    Instance instance = linker.instantiate(store, module).unwrap();
    auto add = std::get<Func>(*instance.get(store, "add"))
                   .typed<std::tuple<int32_t, int32_t>, int32_t>(store)
                   .unwrap();
    auto loop =
        std::get<Func>(*instance.get(store, "loop")).typed<int32_t, int32_t>(store).unwrap();
    Store::Context context = store.context();

    figure(argc, argv, "cpp_typed_func", [&](int32_t count) {
        uint32_t sum = 0;
        for (int32_t i = 0; i < count; i++)
            sum += static_cast<uint32_t>(add.call(context, {i, 1}).unwrap());
        expect(sum == uint32_t(uint64_t(count) * (uint64_t(count) + 1) / 2), "cpp_typed_func");
    });
    figure(argc, argv, "cpp_func_wrap", [&](int32_t count) {
        uint32_t sum = static_cast<uint32_t>(loop.call(context, count).unwrap());
        expect(sum == uint32_t(uint64_t(count) * (uint64_t(count) + 1) / 2), "cpp_func_wrap");
    });
    return 0;
}
