#include "goldtape/provider/files/file_name.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "goldtape/base/text.h"
#include "goldtape/provider/ticker.h"

namespace goldtape::provider::files {

namespace {

constexpr std::array<std::string_view, 2> kPackings = {".gz", ".zst"};
constexpr std::array<std::string_view, 7> kFormats = {".csv", ".tsv", ".psv", ".parquet",
                                                      ".pq",  ".dbn", ".txt"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

template <std::size_t N>
bool strip_suffix(std::string_view& name, const std::array<std::string_view, N>& suffixes) {
  for (const std::string_view suffix : suffixes) {
    if (name.size() <= suffix.size()) continue;
    if (to_lower(name.substr(name.size() - suffix.size())) != suffix) continue;
    name.remove_suffix(suffix.size());
    return true;
  }
  return false;
}

std::optional<Date> date_from_digits(std::string_view digits) {
  const auto number = [&](std::size_t from, std::size_t count) {
    unsigned value = 0;
    for (const char c : digits.substr(from, count)) value = value * 10 + static_cast<unsigned>(c - '0');
    return value;
  };
  const std::chrono::year_month_day ymd{std::chrono::year{static_cast<int>(number(0, 4))},
                                        std::chrono::month{number(4, 2)}, std::chrono::day{number(6, 2)}};
  if (!ymd.ok() || number(0, 4) < 1900 || number(0, 4) > 2099) return std::nullopt;
  return std::chrono::sys_days{ymd};
}

struct FoundDate {
  Date date;
  std::size_t begin;
};

/// A date that begins at `at`, between characters that are not digits.
std::optional<FoundDate> date_at(std::string_view name, std::size_t at) {
  if (at > 0 && is_digit(name[at - 1])) return std::nullopt;
  std::string digits;
  std::size_t end = at;
  for (std::size_t i = at; i < name.size() && digits.size() < 8; ++i) {
    const bool may_separate = digits.size() == 4 || digits.size() == 6;
    if (is_digit(name[i])) {
      digits.push_back(name[i]);
    } else if (!may_separate || (name[i] != '-' && name[i] != '_') || !is_digit(name[i - 1])) {
      return std::nullopt;
    }
    end = i + 1;
  }
  if (digits.size() != 8 || (end < name.size() && is_digit(name[end]))) return std::nullopt;
  const std::size_t length = end - at;
  if (length != 8 && (length != 10 || name[at + 4] != name[at + 7])) return std::nullopt;
  const auto date = date_from_digits(digits);
  if (!date) return std::nullopt;
  return FoundDate{*date, at};
}

std::optional<FoundDate> first_date(std::string_view name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (const auto found = date_at(name, i)) return found;
  }
  return std::nullopt;
}

}  // namespace

bool has_data_name(std::string_view path) {
  std::string_view name = base_name(path);
  if (name.empty() || name.front() == '.' || name.front() == '_') return false;
  strip_suffix(name, kPackings);
  const std::string_view before = name;
  return strip_suffix(name, kFormats) && to_lower(before.substr(name.size())) != ".txt";
}

std::string ticker_of_name(std::string_view path) {
  std::string_view name = base_name(path);
  strip_suffix(name, kPackings);
  strip_suffix(name, kFormats);
  if (const auto date = first_date(name)) name = name.substr(0, date->begin);
  name = name.substr(0, std::min(name.find('_'), name.find(' ')));
  while (!name.empty() && (name.back() == '-' || name.back() == '.')) name.remove_suffix(1);
  std::string ticker(name);
  if (!is_ticker(ticker)) return {};
  const bool has_upper =
      std::any_of(ticker.begin(), ticker.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!has_upper) {
    for (char& c : ticker) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  }
  return ticker;
}

std::optional<Date> date_of_name(std::string_view path) {
  const std::string_view name = base_name(path);
  std::optional<Date> last;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (const auto found = date_at(name, i)) last = found->date;
  }
  return last;
}

}  // namespace goldtape::provider::files
