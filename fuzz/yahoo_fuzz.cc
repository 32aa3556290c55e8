// Answers of Yahoo; the quick reader of its own form and the JSON reader see the same in them.

#include <bit>

#include "goldtape/provider/yahoo/chart_internal.h"
#include "goldtape/provider/yahoo/venue.h"
#include "venue_answer.h"

namespace {

using goldtape::provider::yahoo::internal::Chart;

void check_equal(const std::vector<double>& a, const std::vector<double>& b) {
  FUZZ_CHECK(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    FUZZ_CHECK(std::bit_cast<std::uint64_t>(a[i]) == std::bit_cast<std::uint64_t>(b[i]));
  }
}

void check_readers_agree(const std::uint8_t* data, std::size_t size_bytes) {
  goldtape::provider::Answer answer;
  answer.request.ticker = "AAPL";
  answer.bytes.assign(reinterpret_cast<const char*>(data), size_bytes);
  answer.display_name = "answer";
  const auto quick = goldtape::provider::yahoo::internal::read_chart(answer);
  const auto slow = goldtape::provider::yahoo::internal::read_json_chart(answer);
  FUZZ_CHECK(quick.has_value() == slow.has_value());
  if (!quick) {
    FUZZ_CHECK(quick.error().to_string() == slow.error().to_string());
    return;
  }
  check_equal(quick->open, slow->open);
  check_equal(quick->high, slow->high);
  check_equal(quick->low, slow->low);
  check_equal(quick->close, slow->close);
  check_equal(quick->adj_close, slow->adj_close);
  FUZZ_CHECK(quick->timestamp_s == slow->timestamp_s && quick->volume == slow->volume);
  FUZZ_CHECK(quick->symbol == slow->symbol && quick->currency == slow->currency && quick->zone == slow->zone);
  FUZZ_CHECK(quick->dividends == slow->dividends && quick->capital_gains == slow->capital_gains);
  FUZZ_CHECK(quick->splits.size() == slow->splits.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  static const goldtape::provider::yahoo::YahooVenue venue;
  check_readers_agree(data, size_bytes);
  goldtape::fuzz::read_as_everything(venue, data, size_bytes);
  return 0;
}
