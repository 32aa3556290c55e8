// The exchange's date and the part of its day of millions of neighbouring bars, and which of them have ended.
#pragma once

#include <cstdint>

#include "goldtape/base/time.h"
#include "goldtape/model/interval.h"

namespace goldtape::provider {

/// By the XNYS calendar. One exchange-local day is looked up once while instants stay in it. Not thread safe.
class SessionClock {
 public:
  struct Place {
    std::int32_t date_days;
    model::SessionPart part;  ///< kPre all day on a date without a session.
  };
  [[nodiscard]] Place place(std::int64_t ts_us) {
    if (ts_us < day_start_us_ || ts_us >= day_end_us_) enter_day_of(ts_us);
    const auto part = ts_us < open_us_    ? model::SessionPart::kPre
                      : ts_us < close_us_ ? model::SessionPart::kRegular
                                          : model::SessionPart::kPost;
    return {date_days_, part};
  }

 private:
  void enter_day_of(std::int64_t ts_us);

  std::int64_t day_start_us_ = 0,
               day_end_us_ = 0;  ///< UTC instants between which the local date is date_days_.
  std::int64_t open_us_ = 0, close_us_ = 0;
  std::int32_t date_days_ = 0;
};

/// When a bar is complete: start + length for intraday bars, but the close for one that reaches over it; for
/// daily ones the close of the date's session, else the end of the date in New York; for weeks that of their
/// seventh day, for months the end of the month.
[[nodiscard]] Timestamp bar_end(model::Interval interval, Timestamp ts, Date date);

}  // namespace goldtape::provider
