// The provider simulator as the handler of an HTTP server.
#pragma once

#include <memory>

#include "goldtape/serve/http_message.h"
#include "goldtape/simulate/control.h"
#include "goldtape/simulate/market.h"
#include "goldtape/simulate/movable_clock.h"

namespace goldtape::simulate {

struct SimulatorOptions {
  std::shared_ptr<const Market> market;
  std::shared_ptr<MovableClock> clock;
};

/// Answers for Yahoo, Alpaca, NASDAQ Trader and Massive (venue_route.h says how they are told apart) and at
/// /simulator for itself (control.h). The Date header is the simulated clock's. Thread safe.
class Simulator {
 public:
  explicit Simulator(SimulatorOptions options) : options_(std::move(options)) {}

  /// May block for as long as the market takes to be read.
  [[nodiscard]] serve::Response handle(const serve::Request& request);
  [[nodiscard]] const AnswerCounts& counts() const { return counts_; }

 private:
  SimulatorOptions options_;
  AnswerCounts counts_;
};

}  // namespace goldtape::simulate
