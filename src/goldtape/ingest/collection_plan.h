// What is missing or stale, and the questions that will bring it: universe x calendar x what is known. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/calendar/calendar.h"
#include "goldtape/ingest/asked.h"
#include "goldtape/provider/venue.h"

namespace goldtape::ingest {

struct CollectionSpec {
  Stream stream;
  std::vector<std::string> tickers;
  Date from{};
  Date to{};                 ///< Included.
  Timestamp now{};           ///< The venue's clock: bounds the look-back, says which session is forming.
  std::size_t batch = 25;    ///< Tickers of one request, where the venue takes several.
  std::int32_t recheck = 0;  ///< Sessions back from the last one that are asked again.
  std::int64_t max_rows = 200'000;  ///< Bars that one question with all its pages may bring, about.
};

/// Sessions of all tickers, counted: `asked + forming + missing + stale + out_of_reach` is their sum.
struct CollectionCounts {
  std::int64_t asked = 0;         ///< Have their final answer.
  std::int64_t missing = 0;       ///< Never asked.
  std::int64_t forming = 0;       ///< Not over: asked now and again later.
  std::int64_t stale = 0;         ///< Asked while forming, or to be rechecked.
  std::int64_t out_of_reach = 0;  ///< Before the venue's look-back or history.
};

struct CollectionPlan {
  Stream stream;
  std::vector<provider::Request> requests;  ///< In the order in which they are asked.
  std::vector<std::string> tickers;         ///< Of the requests, each once.
  CollectionCounts counts;
  std::int64_t rows = 0;  ///< Bars to be expected at most.
  /// By the venue's politeness, at best.
  std::chrono::seconds duration{0};
  std::vector<std::string> remarks;  ///< Why something is not asked.
};

/// An answer is final when it was observed after its session by so much: vendors deliver late.
inline constexpr std::chrono::minutes kSettle{16};
/// A forming session is asked again when its answer is so old.
inline constexpr std::chrono::minutes kFormingStale{15};
/// A recheck leaves alone what was observed so recently: a resumed recheck asks for nothing twice.
inline constexpr std::chrono::hours kRecheckFresh{6};

/// When the venue has all of a session: intraday bars go on after the close, up to 20:00 in New York, unless
/// the option "extended" is "false".
[[nodiscard]] Timestamp settled_at(const calendar::Session& session, const Stream& stream);
/// From midnight to midnight in New York.
[[nodiscard]] TimeRange days_range(Date first, Date last);

/// Errors: kUsage GT2202..GT2206 what the venue does not have; GT6103 an empty range of dates.
[[nodiscard]] Result<CollectionPlan> plan_collection(const provider::Venue& venue,
                                                     const calendar::Calendar& calendar, const Asked& asked,
                                                     const CollectionSpec& spec);

}  // namespace goldtape::ingest
