#include "goldtape/provider/mic.h"

#include <algorithm>
#include <array>
#include <utility>

namespace goldtape::provider {

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array kNames{Pair{"NASDAQ", "XNAS"},   Pair{"NYSE", "XNYS"}, Pair{"ARCA", "ARCX"},
                            Pair{"NYSEARCA", "ARCX"}, Pair{"AMEX", "XASE"}, Pair{"BATS", "BATS"},
                            Pair{"IEX", "IEXG"},      Pair{"OTC", "OTCM"},  Pair{"XNAS", "XNAS"},
                            Pair{"XNYS", "XNYS"},     Pair{"ARCX", "ARCX"}, Pair{"XASE", "XASE"},
                            Pair{"IEXG", "IEXG"},     Pair{"OTCM", "OTCM"}};
constexpr std::array kLetters{Pair{"A", "XASE"}, Pair{"N", "XNYS"}, Pair{"P", "ARCX"}, Pair{"Z", "BATS"},
                              Pair{"V", "IEXG"}};

template <std::size_t N>
std::string_view second_of(const std::array<Pair, N>& pairs, std::string_view first) {
  const auto found = std::ranges::find(pairs, first, &Pair::first);
  return found == pairs.end() ? std::string_view() : found->second;
}

}  // namespace

std::string_view mic_of_name(std::string_view name) { return second_of(kNames, name); }
std::string_view mic_of_letter(std::string_view letter) { return second_of(kLetters, letter); }

}  // namespace goldtape::provider
