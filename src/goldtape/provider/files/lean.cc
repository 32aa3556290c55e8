#include "goldtape/provider/files/lean.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/files/file_name.h"
#include "goldtape/provider/ticker.h"

namespace goldtape::provider::files {

namespace {

constexpr std::size_t kDateDigits = 8;
constexpr std::array<std::string_view, 11> kOtherAssets = {
    "crypto", "cryptofuture", "forex", "cfd",  "future",     "futureoption",
    "option", "indexoption",  "index", "base", "alternative"};

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(at, begin), text.size());
    parts.push_back(to_lower(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

/// Whether the folders before the one at `at` are those of US equities (equity/usa), or do not say.
bool is_us_equity(const std::vector<std::string>& parts, std::size_t at) {
  if (at < 2) return true;
  const std::string& asset = parts[at - 2];
  if (asset == "equity") return parts[at - 1] == "usa";
  return std::find(kOtherAssets.begin(), kOtherAssets.end(), asset) == kOtherAssets.end();
}

std::string_view stem_of(std::string_view name) { return name.substr(0, name.rfind('.')); }

std::string_view base_of(std::string_view path) {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

LeanPart lean_part(std::string_view path) {
  const std::vector<std::string> parts = split(path, '/');
  const std::size_t count = parts.size();
  if (count < 2) return LeanPart::kNone;
  const std::string& name = parts[count - 1];
  const std::string& folder = parts[count - 2];
  const bool is_csv = name.ends_with(".csv");
  if (!is_csv && !name.ends_with(".zip")) return LeanPart::kNone;
  LeanPart part = LeanPart::kNone;
  if (is_csv && folder == "map_files") part = LeanPart::kMapFile;
  if (is_csv && folder == "factor_files") part = LeanPart::kFactorFile;
  if (!is_csv && folder == "hour") part = LeanPart::kHour;
  if (!is_csv && folder == "daily") part = LeanPart::kDaily;
  if (part != LeanPart::kNone) return is_us_equity(parts, count - 2) ? part : LeanPart::kNone;
  const bool is_minute = count > 2 && parts[count - 3] == "minute" && name.size() > kDateDigits &&
                         all_digits(std::string_view(name).substr(0, kDateDigits)) &&
                         name.substr(kDateDigits) == "_trade.zip" && is_us_equity(parts, count - 3);
  return is_minute ? LeanPart::kMinute : LeanPart::kNone;
}

std::string lean_ticker_of_path(std::string_view path) {
  const LeanPart part = lean_part(path);
  if (part == LeanPart::kNone) return {};
  if (part != LeanPart::kMinute) return lean_ticker(stem_of(base_of(path)));
  return lean_ticker(base_of(path.substr(0, path.rfind('/'))));
}

std::string lean_ticker(std::string_view name) {
  if (const std::size_t point = name.rfind('.');
      point != std::string_view::npos && point > 0 && all_digits(name.substr(point + 1))) {
    name = name.substr(0, point);
  }
  std::string ticker(name);
  for (char& c : ticker) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return ticker;
}

Result<LeanTable> lean_table(std::string_view name, model::Interval interval, std::string_view where) {
  const auto foreign = [&](ErrorKind kind, std::string_view why) {
    return fail(kind, 2251,
                fmt::format("the file '{}' {}; LEAN's bars are 20131007_spy_minute_trade.csv or spy.csv",
                            excerpt(name), why),
                std::string(where));
  };
  const std::string_view base = base_of(name);
  if (!to_lower(base).ends_with(".csv"))
    return foreign(ErrorKind::kDamaged, "is not named as LEAN's tables are");
  const std::vector<std::string> parts = split(stem_of(base), '_');
  LeanTable table;
  if (parts.size() == 4 && parts[0].size() == kDateDigits && all_digits(parts[0])) {
    if (parts[2] != "minute" || parts[3] != "trade") {
      return foreign(ErrorKind::kUnsupported, fmt::format("holds {} {}s, not bars", parts[2], parts[3]));
    }
    table.date = date_of_name(base);
    if (!table.date) return foreign(ErrorKind::kDamaged, "begins with what is not a date");
    table.ticker = lean_ticker(parts[1]);
    if (interval != model::Interval::k1m) {
      return fail(
          ErrorKind::kDamaged, 2036,
          fmt::format("the file holds bars of 1m, not of {}; say --interval 1m", model::to_string(interval)),
          std::string(where));
    }
  } else if (parts.size() == 1) {
    table.ticker = lean_ticker(parts[0]);
    if (interval != model::Interval::k1h && interval != model::Interval::k1d) {
      return fail(
          ErrorKind::kDamaged, 2036,
          fmt::format("the file is named as hours and days are, not as bars of {}; say --interval 1h or 1d",
                      model::to_string(interval)),
          std::string(where));
    }
  } else {
    return foreign(ErrorKind::kDamaged, "is not named as LEAN's tables are");
  }
  if (!is_ticker(table.ticker)) return foreign(ErrorKind::kDamaged, "names no ticker");
  return table;
}

bool is_lean_actions(std::string_view text) {
  return text.size() > kDateDigits && text[kDateDigits] == ',' && all_digits(text.substr(0, kDateDigits));
}

}  // namespace goldtape::provider::files
