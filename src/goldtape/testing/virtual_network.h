// A network in virtual time: hours of waiting for a host take a moment. The peer is a function.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "goldtape/io/clock.h"
#include "goldtape/io/http.h"

namespace goldtape::testing {

/// What the peer does with one request: the answer, and how long it takes.
struct VirtualReply {
  Result<io::HttpResponse> answer;
  std::chrono::microseconds latency{0};
};

/// Time passes only in `wait`. Not thread safe.
class VirtualNetwork final : public io::HttpTransport {
 public:
  using Peer = std::function<VirtualReply(const io::HttpRequest&, std::chrono::microseconds now)>;

  VirtualNetwork(std::shared_ptr<io::ManualClock> clock, Peer peer)
      : clock_(std::move(clock)), peer_(std::move(peer)) {}

  void start(io::HttpRequest request, Done done) override {
    const auto now = clock_->monotonic();
    started_.push_back(now);
    VirtualReply reply = peer_(request, now);
    arrivals_.push_back({now + reply.latency, order_++, std::move(reply.answer), std::move(done)});
    most_in_flight_ = std::max(most_in_flight_, arrivals_.size());
  }
  [[nodiscard]] std::size_t in_flight() const override { return arrivals_.size(); }
  void wait(std::chrono::milliseconds limit) override {
    // A real wait of nothing takes a moment too.
    const auto until =
        clock_->monotonic() + std::max<std::chrono::microseconds>(limit, std::chrono::microseconds(50));
    const auto first =
        std::ranges::min_element(arrivals_, {}, [](const Arrival& a) { return std::pair(a.at, a.order); });
    if (first == arrivals_.end() || first->at > until) {
      clock_->advance(until - clock_->monotonic());
      return;
    }
    Arrival arrival = std::move(*first);
    arrivals_.erase(first);
    clock_->advance(std::max(arrival.at - clock_->monotonic(), std::chrono::microseconds(0)));
    arrival.done(std::move(arrival.answer));
  }

  /// When each exchange started.
  [[nodiscard]] const std::vector<std::chrono::microseconds>& started() const { return started_; }
  [[nodiscard]] std::size_t most_in_flight() const { return most_in_flight_; }

 private:
  struct Arrival {
    std::chrono::microseconds at;
    std::uint64_t order;
    Result<io::HttpResponse> answer;
    Done done;
  };
  std::shared_ptr<io::ManualClock> clock_;
  Peer peer_;
  std::vector<Arrival> arrivals_;
  std::vector<std::chrono::microseconds> started_;
  std::uint64_t order_ = 0;
  std::size_t most_in_flight_ = 0;
};

/// An answer of a status.
inline io::HttpResponse virtual_answer(int status, std::vector<io::HttpHeader> headers = {}) {
  io::HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  return response;
}

}  // namespace goldtape::testing
