// DBN bytes made by hand, for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "goldtape/provider/files/answer_testing.h"
#include "goldtape/provider/files/dbn.h"

namespace goldtape::provider::files {

/// A number's bytes, little-endian.
template <typename Integer>
std::string dbn_number(Integer value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof value; ++i) {
    bytes.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i)));
  }
  return bytes;
}

inline std::string dbn_text(std::string_view text, std::size_t size) {
  std::string bytes(text);
  bytes.resize(size);
  return bytes;
}

/// Metadata of AAPL as the instrument 7 from 2024-01-02 to 2024-01-04, which is MSFT afterwards.
struct DbnFile {
  int version = 3;
  std::uint16_t schema = 6;
  std::uint8_t type_in = 1;
  std::uint8_t type_out = 0;
  bool has_send_time = false;
  bool has_mappings = true;

  [[nodiscard]] std::string metadata() const {
    const std::size_t symbol_size = version == 1 ? 22 : 71;
    std::string fixed = dbn_text("XNAS.ITCH", 16) + dbn_number(schema) + std::string(24, '\0');
    if (version == 1) fixed += std::string(8, '\xff');
    fixed += dbn_number(type_in) + dbn_number(type_out) + (has_send_time ? '\1' : '\0');
    if (version > 1) fixed += dbn_number(static_cast<std::uint16_t>(symbol_size));
    std::string rest = dbn_text(fixed, 100) + dbn_number(0U);
    rest += dbn_number(2U) + dbn_text("AAPL", symbol_size) + dbn_text("MSFT", symbol_size);
    rest += dbn_number(0U) + dbn_number(0U) + dbn_number(has_mappings ? 2U : 0U);
    const auto mapping = [&](const char* ticker, std::uint32_t from, std::uint32_t to) {
      const bool numbers_first = type_in == 0;
      rest += dbn_text(numbers_first ? "7" : ticker, symbol_size) + dbn_number(1U) + dbn_number(from) +
              dbn_number(to) + dbn_text(numbers_first ? ticker : "7", symbol_size);
    };
    if (has_mappings) {
      mapping("AAPL", 20240102, 20240104);
      mapping("MSFT", 20240104, 20240106);
    }
    return "DBN" + std::string(1, static_cast<char>(version)) +
           dbn_number(static_cast<std::uint32_t>(rest.size())) + rest;
  }

  /// A record with a header of its own and this body.
  [[nodiscard]] std::string record(std::uint8_t kind, std::uint64_t ts_ns, const std::string& body,
                                   std::uint16_t publisher = 2, std::uint32_t instrument = 7) const {
    const std::string tail = has_send_time ? dbn_number(std::uint64_t{0x0102030405060708}) : std::string();
    const std::size_t size = 16 + body.size() + tail.size();
    return dbn_number(static_cast<std::uint8_t>(size / 4)) + dbn_number(kind) + dbn_number(publisher) +
           dbn_number(instrument) + dbn_number(ts_ns) + body + tail;
  }
};

inline constexpr std::int64_t kDbnDollar = 1'000'000'000;

inline std::string dbn_bar(std::int64_t open, std::int64_t high, std::int64_t low, std::int64_t close,
                           std::uint64_t volume) {
  return dbn_number(open) + dbn_number(high) + dbn_number(low) + dbn_number(close) + dbn_number(volume);
}
inline std::string dbn_bar() {
  return dbn_bar(kDbnDollar, 2 * kDbnDollar, kDbnDollar / 2, 3 * kDbnDollar / 2, 100);
}

inline std::string dbn_trade(std::int64_t price, std::uint32_t size, std::uint64_t received_ns,
                             std::uint32_t sequence) {
  return dbn_number(price) + dbn_number(size) + "TB" + std::string(2, '\0') + dbn_number(received_ns) +
         dbn_number(0U) + dbn_number(sequence);
}

/// 2024-01-02 14:30 UTC and so many days and minutes.
inline std::uint64_t dbn_ns(int days = 0, int minutes = 0) {
  return (1'704'205'800ULL + static_cast<std::uint64_t>(days) * 86'400 +
          static_cast<std::uint64_t>(minutes) * 60) *
         1'000'000'000ULL;
}

inline Result<Rows> dbn_rows(std::string bytes, model::Interval interval = model::Interval::k1m,
                             const std::string& dataset = "bars") {
  return parse_answer(
      answer_of(std::move(bytes), dialect_in("America/New_York"), "x.dbn", interval, dataset));
}

inline constexpr const char* kDbnFixtures = "src/goldtape/provider/files/fixtures/dbn/";

inline Result<Rows> dbn_fixture(const std::string& name, model::Interval interval = model::Interval::k1m,
                                const std::string& dataset = "bars") {
  return dbn_rows(bytes_of_file(kDbnFixtures + name), interval, dataset);
}

}  // namespace goldtape::provider::files
