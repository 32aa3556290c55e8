// Not public: messages of a stream on their way to being answers.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "goldtape/base/time.h"
#include "goldtape/provider/alpaca/stream.h"
#include "goldtape/provider/venue.h"

namespace goldtape::ingest::internal {

/// Gathers messages by dataset, so that an answer says of each bar one thing only.
class Heard {
 public:
  /// `venue` is borrowed. `by_messages`: an answer was observed when its newest bar ended, not at the time
  /// given.
  Heard(const provider::Venue& venue, std::string feed, bool by_messages)
      : venue_(venue), feed_(std::move(feed)), by_messages_(by_messages) {}

  void add(const provider::alpaca::StreamMessage& message, Timestamp now);
  [[nodiscard]] bool empty() const { return batches_.empty() && closed_.empty(); }
  /// All that was gathered, as answers in the order in which they were observed. Ends the batches.
  [[nodiscard]] std::vector<provider::Answer> take(Timestamp now);

 private:
  struct Batch {
    std::string lines;
    std::set<std::pair<std::string, Timestamp>> bars;
    Timestamp newest{};
  };
  void add_bar(const provider::alpaca::StreamMessage& message, Timestamp now);
  void add_status(const provider::alpaca::StreamMessage& message);
  void close(const std::string& dataset, Timestamp now);

  const provider::Venue& venue_;
  std::string feed_;
  bool by_messages_;
  std::map<std::string, Batch> batches_;
  std::map<std::string, std::string> halted_;  ///< The message by which a ticker was halted.
  std::vector<provider::Answer> closed_;
  Timestamp last_observed_{};
};

}  // namespace goldtape::ingest::internal
