// Answers of Alpaca, and frames of its stream.

#include "goldtape/provider/alpaca/stream.h"
#include "goldtape/provider/alpaca/venue.h"
#include "venue_answer.h"

namespace {

namespace alpaca = goldtape::provider::alpaca;

/// What a frame's messages say lands line by line; each line is a message again, and rows or an error.
void read_as_frame(const alpaca::AlpacaVenue& venue, std::string_view bytes) {
  const auto messages = alpaca::read_frame(bytes);
  if (!messages) {
    FUZZ_CHECK(messages.error().code >= 1000 && messages.error().code < 9000);
    return;
  }
  std::string lines;
  for (const alpaca::StreamMessage& message : *messages) {
    FUZZ_CHECK(bytes.find(message.text) != std::string_view::npos);
    if (message.kind == alpaca::StreamMessage::Kind::kError)
      FUZZ_CHECK(!alpaca::stream_error(message).message.empty());
    lines += message.text + "\n";
  }
  for (const char* dataset : {"bars", "trades", "halts"}) {
    goldtape::provider::Answer answer;
    answer.request = alpaca::stream_request(venue, dataset, "iex");
    answer.bytes = lines;
    answer.extension = "json";
    answer.observed_at = goldtape::parse_timestamp("2025-01-01T00:00:00Z").value();
    answer.display_name = "answer";
    if (const auto rows = alpaca::parse_stream(answer)) goldtape::fuzz::check_rows(*rows);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  static const alpaca::AlpacaVenue venue;
  goldtape::fuzz::read_as_everything(venue, data, size_bytes);
  read_as_frame(venue, {reinterpret_cast<const char*>(data), size_bytes});
  return 0;
}
