// Word statistics of a text, with the containers, algorithms and streams of the standard library.
//
//   words FILE
//
// Built without exceptions, as WASI's C++ library is; errors are values here.

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <functional>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace
{

// One way to look at the words; a few of them are asked in turn through this interface.
class Report
{
  public:
    virtual ~Report() = default;
    virtual void add(std::string_view word) = 0;
    virtual void print(std::ostream &out) const = 0;
};

class Frequencies final : public Report
{
  public:
    void add(std::string_view word) override
    {
        ++counts_[std::string(word)];
    }

    void print(std::ostream &out) const override
    {
        std::vector<std::pair<std::string, int>> sorted(counts_.begin(), counts_.end());
        std::sort(sorted.begin(), sorted.end(), [](const auto &a, const auto &b) {
            return a.second != b.second ? a.second > b.second : a.first < b.first;
        });
        out << "most frequent of " << sorted.size() << " words:\n";
        for (std::size_t i = 0; i < std::min<std::size_t>(sorted.size(), 8); ++i)
            out << "  " << std::setw(4) << sorted[i].second << "  " << sorted[i].first << '\n';
    }

  private:
    std::unordered_map<std::string, int> counts_;
};

class Lengths final : public Report
{
  public:
    void add(std::string_view word) override
    {
        ++by_length_[word.size()];
    }

    void print(std::ostream &out) const override
    {
        double total = 0, words = 0;
        for (const auto &[length, count] : by_length_) {
            total += static_cast<double>(length) * count;
            words += count;
        }
        out << "lengths, mean " << std::fixed << std::setprecision(3) << total / words << ":\n";
        for (const auto &[length, count] : by_length_)
            out << "  " << std::setw(2) << length << ' '
                << std::string(static_cast<std::size_t>(count), '#') << ' ' << count << '\n';
    }

  private:
    std::map<std::size_t, int> by_length_;
};

class Anagrams final : public Report
{
  public:
    void add(std::string_view word) override
    {
        std::string key(word);
        std::sort(key.begin(), key.end());
        groups_[key].insert(std::string(word));
    }

    void print(std::ostream &out) const override
    {
        out << "anagrams:\n";
        for (const auto &[key, words] : groups_) {
            if (words.size() < 2)
                continue;
            std::string line = std::accumulate(
                std::next(words.begin()), words.end(), *words.begin(),
                [](const std::string &all, const std::string &word) { return all + ", " + word; });
            out << "  " << line << '\n';
        }
    }

  private:
    std::map<std::string, std::set<std::string>> groups_;
};

// Debian's C++ library for WASI has no file streams, so C's files are wrapped.
std::optional<std::string> read(const char *path)
{
    const auto close = [](std::FILE *file) { std::fclose(file); };
    std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path, "rb"), close);
    if (!file)
        return std::nullopt;
    std::string content;
    char buffer[4096];
    for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, file.get())) > 0;)
        content.append(buffer, n);
    return content;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::cerr << "usage: words FILE\n";
        return 2;
    }
    const auto content = read(argv[1]);
    if (!content) {
        std::cout << argv[1] << ": cannot be read\n";
        return 1;
    }

    std::vector<std::unique_ptr<Report>> reports;
    reports.push_back(std::make_unique<Frequencies>());
    reports.push_back(std::make_unique<Lengths>());
    reports.push_back(std::make_unique<Anagrams>());

    std::istringstream lines(*content);
    std::size_t line_count = 0;
    for (std::string line; std::getline(lines, line); ++line_count) {
        std::transform(line.begin(), line.end(), line.begin(),
                       [](unsigned char c) { return std::isalpha(c) ? std::tolower(c) : ' '; });
        std::istringstream words(line);
        for (std::string word; words >> word;)
            for (const auto &report : reports)
                report->add(word);
    }
    std::cout << line_count << " lines, " << content->size() << " bytes\n";
    std::for_each(reports.begin(), reports.end(),
                  [](const auto &report) { report->print(std::cout); });
    return 0;
}
