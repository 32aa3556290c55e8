#include "goldtape/ingest/universe.h"

#include <map>

#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/provider/ticker.h"

namespace goldtape::ingest {

namespace {

constexpr std::string_view kSeparators = ", \t\r;";

std::string place(const std::string& name, std::size_t line) {
  return name.empty() ? std::string("--symbols") : fmt::format("{}:{}", name, line);
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

}  // namespace

Result<Universe> parse_universe(std::string_view text, const std::string& name) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Universe out;
  std::map<std::string, std::size_t> first_line;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, line.find('#'));
    while (true) {
      const auto start = line.find_first_not_of(kSeparators);
      if (start == std::string_view::npos) break;
      line.remove_prefix(start);
      const auto stop = std::min(line.find_first_of(kSeparators), line.size());
      const std::string ticker = upper(line.substr(0, stop));
      line.remove_prefix(stop);
      if (!provider::is_ticker(ticker)) {
        return fail(ErrorKind::kUsage, 6102, fmt::format("'{}' is not a ticker", ticker.substr(0, 40)),
                    place(name, number));
      }
      const auto [at, is_new] = first_line.emplace(ticker, number);
      if (is_new) {
        out.tickers.push_back(ticker);
      } else {
        out.remarks.push_back(
            fmt::format("{}: {} stands in line {} already", place(name, number), ticker, at->second));
      }
    }
  }
  if (out.tickers.empty()) {
    return fail(ErrorKind::kUsage, 6101, "no tickers: name some as A,B or a file of them as @FILE",
                name.empty() ? "--symbols" : name);
  }
  return out;
}

}  // namespace goldtape::ingest
