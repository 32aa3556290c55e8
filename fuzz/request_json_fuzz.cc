// Kept requests: what is accepted is written and read back unchanged.

#include <cstdint>
#include <string_view>

#include "check.h"
#include "goldtape/provider/provider.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  using goldtape::provider::Request;
  const auto request = Request::from_json({reinterpret_cast<const char*>(data), size_bytes});
  if (!request) return 0;
  const std::string json = request->to_json();
  const auto again = Request::from_json(json);
  FUZZ_CHECK(again.has_value());
  FUZZ_CHECK(again->to_json() == json);
  return 0;
}
