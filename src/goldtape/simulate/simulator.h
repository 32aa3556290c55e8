// The provider simulator as the handler of an HTTP server.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "goldtape/io/clock.h"
#include "goldtape/serve/http_message.h"
#include "goldtape/simulate/alpaca_stream.h"
#include "goldtape/simulate/control.h"
#include "goldtape/simulate/market.h"
#include "goldtape/simulate/movable_clock.h"
#include "goldtape/simulate/request_log.h"
#include "goldtape/simulate/trouble_maker.h"

namespace goldtape::simulate {

struct SimulatorOptions {
  std::shared_ptr<const Market> market;
  std::shared_ptr<MovableClock> clock;
  std::shared_ptr<const io::Clock> real = io::system_clock();  ///< For limits and the log.
  TroubleScript troubles = {};
  std::unique_ptr<RequestLog> log = {};  ///< Null: none.
};

/// Answers for Yahoo, Alpaca, NASDAQ Trader and Massive (venue_route.h says how they are told apart) and at
/// /simulator for itself (control.h; PUT /simulator/trouble takes another script, an empty body none). The
/// Date header is the simulated clock's. Thread safe.
class Simulator {
 public:
  /// Requires: the server is stopped before it ends.
  explicit Simulator(SimulatorOptions options);

  /// May block for as long as the market takes to be read.
  [[nodiscard]] serve::Response handle(const serve::Request& request);
  [[nodiscard]] const AnswerCounts& counts() const { return counts_; }

 private:
  serve::Response handle_venue(const serve::Request& request, const VenueRoute& route);
  serve::Response handle_own(const serve::Request& request);
  serve::Response replace_troubles(const serve::Request& request);
  TroubleMaker& troubles();
  Scene scene_at(Venue venue, Timestamp now);

  SimulatorOptions options_;
  AnswerCounts counts_;
  std::mutex troubles_mutex_;
  /// The last one is in force; the others stay, as a scene may still point into them.
  std::vector<std::unique_ptr<TroubleMaker>> troubles_;
  AlpacaStream stream_;
};

}  // namespace goldtape::simulate
