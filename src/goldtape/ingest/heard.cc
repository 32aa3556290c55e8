#include <algorithm>
#include <utility>

#include "goldtape/ingest/heard_internal.h"

namespace goldtape::ingest::internal {

namespace {

using Message = provider::alpaca::StreamMessage;

}  // namespace

void Heard::add(const Message& message, Timestamp now) {
  switch (message.kind) {
    case Message::Kind::kBar:
    case Message::Kind::kUpdatedBar: add_bar(message, now); return;
    case Message::Kind::kTrade: {
      Batch& batch = batches_["trades"];
      batch.lines += message.text + "\n";
      batch.newest = std::max(batch.newest, message.ts);
      return;
    }
    case Message::Kind::kStatus: add_status(message); return;
    default: return;
  }
}

void Heard::add_bar(const Message& message, Timestamp now) {
  const std::pair key(message.ticker, message.ts);
  if (const auto open = batches_.find("bars"); open != batches_.end() && open->second.bars.contains(key)) {
    close("bars", now);
  }
  Batch& batch = batches_["bars"];
  batch.bars.insert(key);
  batch.lines += message.text + "\n";
  batch.newest = std::max(batch.newest, message.ts + std::chrono::minutes(1));
}

/// A message that resumes trading says nothing of when it had stopped: the one that stopped it goes before.
void Heard::add_status(const Message& message) {
  Batch& batch = batches_["halts"];
  if (message.halted) {
    halted_[message.ticker] = message.text;
  } else if (const auto halt = halted_.find(message.ticker); halt != halted_.end()) {
    if (batch.lines.find(halt->second) == std::string::npos) batch.lines += halt->second + "\n";
    halted_.erase(halt);
  }
  batch.lines += message.text + "\n";
  batch.newest = std::max(batch.newest, message.ts);
}

void Heard::close(const std::string& dataset, Timestamp now) {
  const auto found = batches_.find(dataset);
  if (found == batches_.end()) return;
  provider::Answer answer;
  answer.request = provider::alpaca::stream_request(venue_, dataset, feed_);
  answer.bytes = std::move(found->second.lines);
  answer.extension = "jsonl";
  // Later answers were observed later, however quick they came: they correct the ones before.
  answer.observed_at =
      std::max(by_messages_ ? found->second.newest : now, last_observed_ + std::chrono::microseconds(1));
  last_observed_ = answer.observed_at;
  answer.display_name = "alpaca's stream of " + dataset;
  closed_.push_back(std::move(answer));
  batches_.erase(found);
}

std::vector<provider::Answer> Heard::take(Timestamp now) {
  while (!batches_.empty()) close(batches_.begin()->first, now);
  return std::exchange(closed_, {});
}

}  // namespace goldtape::ingest::internal
