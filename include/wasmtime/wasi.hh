/**
 * @file wasmtime/wasi.hh
 *
 * What a guest may see of the system. A fresh configuration shows nothing:
 * no arguments, no environment, no files, empty input, output into nowhere.
 *
 * Thread rules: as in `wasi.h`. Everything in this header since 0.1.
 */
#ifndef WASMTIME_WASI_HH
#define WASMTIME_WASI_HH

#include <string>
#include <utility>
#include <vector>
#include <wasi.h>
#include <wasmtime/conf.h>
#include <wasmtime/helpers.hh>

#ifdef WASMTIME_FEATURE_WASI

namespace wasmtime
{

/// The configuration of WASI for one store; `Store::Context::set_wasi` takes it.
class WasiConfig : public detail::Owned<WasiConfig, wasi_config_t, wasi_config_delete>
{
  public:
    using Owned::Owned;

    WasiConfig() : Owned(wasi_config_new())
    {
    }

    /// Adds arguments; the first one is the program's name.
    void argv(const std::vector<std::string> &args)
    {
        std::vector<const char *> raw;
        raw.reserve(args.size());
        for (const std::string &arg : args)
            raw.push_back(arg.c_str());
        wasi_config_set_argv(ptr.get(), raw.size(), raw.data());
    }

    /// Adds the arguments of this process.
    void inherit_argv()
    {
        wasi_config_inherit_argv(ptr.get());
    }

    /// Adds environment variables: names and values.
    void env(const std::vector<std::pair<std::string, std::string>> &env)
    {
        std::vector<const char *> names, values;
        names.reserve(env.size());
        values.reserve(env.size());
        for (const auto &[name, value] : env) {
            names.push_back(name.c_str());
            values.push_back(value.c_str());
        }
        wasi_config_set_env(ptr.get(), names.size(), names.data(), values.data());
    }

    /// Adds the environment of this process.
    void inherit_env()
    {
        wasi_config_inherit_env(ptr.get());
    }

    /// Reads the guest's input from a file. False if it cannot be opened.
    [[nodiscard]] bool stdin_file(const std::string &path)
    {
        return wasi_config_set_stdin_file(ptr.get(), path.c_str());
    }

    /// Gives the guest the input of this process.
    void inherit_stdin()
    {
        wasi_config_inherit_stdin(ptr.get());
    }

    /// Writes the guest's output to a file, made or emptied. False if it cannot be opened.
    [[nodiscard]] bool stdout_file(const std::string &path)
    {
        return wasi_config_set_stdout_file(ptr.get(), path.c_str());
    }

    /// Gives the guest the output of this process.
    void inherit_stdout()
    {
        wasi_config_inherit_stdout(ptr.get());
    }

    /// Writes the guest's errors to a file, made or emptied. False if it cannot be opened.
    [[nodiscard]] bool stderr_file(const std::string &path)
    {
        return wasi_config_set_stderr_file(ptr.get(), path.c_str());
    }

    /// Gives the guest the error output of this process.
    void inherit_stderr()
    {
        wasi_config_inherit_stderr(ptr.get());
    }

    /// Shows the guest the folder `path` under the name `guest_path`, to read, and to write if
    /// `fs_mutable`. False if it cannot be opened.
    [[nodiscard]] bool preopen_dir(const std::string &path, const std::string &guest_path,
                                   bool fs_mutable)
    {
        return wasi_config_preopen_dir(ptr.get(), path.c_str(), guest_path.c_str(), fs_mutable);
    }

    /// Lets components use the network of this process.
    void inherit_network()
    {
        wasi_config_inherit_network(ptr.get());
    }

    /// Lets components look up the addresses of names, or not.
    void allow_ip_name_lookup(bool enable)
    {
        wasi_config_allow_ip_name_lookup(ptr.get(), enable);
    }
};

} // namespace wasmtime

#endif // WASMTIME_FEATURE_WASI

#endif // WASMTIME_WASI_HH
