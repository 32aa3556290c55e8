// Answers of Yahoo.

#include "goldtape/provider/yahoo/venue.h"
#include "venue_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  static const goldtape::provider::yahoo::YahooVenue venue;
  goldtape::fuzz::read_as_everything(venue, data, size_bytes);
  return 0;
}
