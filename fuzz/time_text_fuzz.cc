// Times and dates as text: what is read is printed and read back to the same instant.

#include <cstdint>
#include <string_view>

#include "check.h"
#include "goldtape/base/time.h"
#include "goldtape/provider/files/number.h"
#include "goldtape/provider/files/ts_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  namespace files = goldtape::provider::files;
  const std::string_view text(reinterpret_cast<const char*>(data), size_bytes);
  if (const auto date = goldtape::parse_date(text)) {
    FUZZ_CHECK(goldtape::format_date(*date) == text);
  }
  if (const auto ts = goldtape::parse_timestamp(text)) {
    const auto again = goldtape::parse_timestamp(goldtape::format_timestamp(*ts));
    FUZZ_CHECK(again.has_value());
    FUZZ_CHECK(*again == *ts);
  }
  // Up to the first line end a pattern, then the text in it.
  const auto end = text.find('\n');
  const auto pattern = text.substr(0, end);
  const auto rest = end == std::string_view::npos ? text : text.substr(end + 1);
  files::ReadTime read;
  if (const auto format = files::TsFormat::parse(pattern)) static_cast<void>(format->read(rest, read));
  const std::string guessed = files::TsFormat::guess(rest);
  if (!guessed.empty()) FUZZ_CHECK(files::TsFormat::parse(guessed).has_value());
  double number = 0;
  std::int64_t integer = 0;
  static_cast<void>(files::parse_decimal(rest, '.', number));
  static_cast<void>(files::parse_integer(rest, ',', integer));
  return 0;
}
