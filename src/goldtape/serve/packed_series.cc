#include "goldtape/serve/packed_series.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include <arrow/result.h>
#include <arrow/util/compression.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace goldtape::serve {

namespace {

constexpr double kLargestExactInteger = 9007199254740992.0;  // 2^53
constexpr int kGzipLevel = 7;

void append_integer(std::int64_t value, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{}", value);
}

}  // namespace

PackedSeries::PackedSeries(std::size_t rows) : rows_(rows) {}

void PackedSeries::begin_column(std::string_view name) {
  if (!columns_.empty()) columns_ += ',';
  columns_ += nlohmann::json(name).dump();
  columns_ += ':';
}

void PackedSeries::add_numbers(std::string_view name, const std::vector<double>& values, int scale) {
  begin_column(name);
  columns_ += fmt::format("{{\"scale\":{},\"delta\":[", scale);
  const double unit = std::pow(10.0, scale);
  std::int64_t before = 0;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (row > 0) columns_ += ',';
    const double scaled = values[row] * unit;
    if (!std::isfinite(scaled) || std::abs(scaled) >= kLargestExactInteger) {
      columns_ += "null";
      continue;
    }
    const std::int64_t now = std::llround(scaled);
    append_integer(now - before, columns_);
    before = now;
  }
  columns_ += "]}";
}

void PackedSeries::add_integers(std::string_view name, const std::vector<std::int64_t>& values) {
  begin_column(name);
  columns_ += "{\"scale\":0,\"delta\":[";
  std::int64_t before = 0;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (row > 0) columns_ += ',';
    append_integer(values[row] - before, columns_);
    before = values[row];
  }
  columns_ += "]}";
}

void PackedSeries::add_words(std::string_view name, const std::vector<std::string>& values) {
  begin_column(name);
  std::vector<std::string> codes;
  std::string index;
  for (const std::string& word : values) {
    const auto found = std::find(codes.begin(), codes.end(), word);
    if (!index.empty()) index += ',';
    append_integer(found - codes.begin(), index);
    if (found == codes.end()) codes.push_back(word);
  }
  columns_ += fmt::format("{{\"codes\":{},\"index\":[{}]}}", nlohmann::json(codes).dump(), index);
}

std::string PackedSeries::json() const {
  return fmt::format("{{\"rows\":{},\"columns\":{{{}}}}}", rows_, columns_);
}

namespace {

std::string base64(const std::uint8_t* bytes, std::size_t size) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((size + 2) / 3 * 4);
  for (std::size_t at = 0; at < size; at += 3) {
    const std::size_t have = std::min<std::size_t>(3, size - at);
    std::array<std::uint32_t, 3> three{};
    std::copy_n(bytes + at, have, three.begin());
    const std::uint32_t bits = three[0] << 16 | three[1] << 8 | three[2];
    for (std::size_t letter = 0; letter < 4; ++letter) {
      text += letter <= have ? kAlphabet[bits >> (18 - 6 * letter) & 63] : '=';
    }
  }
  return text;
}

}  // namespace

Result<std::string> gzip_base64(std::string_view text) {
  const auto failed = [](const arrow::Status& status) {
    return fail(ErrorKind::kInternal, 8010,
                "the dashboard's data could not be compressed: " + status.ToString());
  };
  auto codec = arrow::util::Codec::Create(arrow::Compression::GZIP, kGzipLevel);
  if (!codec.ok()) return failed(codec.status());
  const auto* input = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto length = static_cast<std::int64_t>(text.size());
  std::vector<std::uint8_t> zipped(static_cast<std::size_t>((*codec)->MaxCompressedLen(length, input)));
  const auto size =
      (*codec)->Compress(length, input, static_cast<std::int64_t>(zipped.size()), zipped.data());
  if (!size.ok()) return failed(size.status());
  return base64(zipped.data(), static_cast<std::size_t>(*size));
}

}  // namespace goldtape::serve
