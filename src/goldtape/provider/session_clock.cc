#include "goldtape/provider/session_clock.h"

#include "goldtape/calendar/calendar.h"
#include "goldtape/calendar/eastern_time.h"

namespace goldtape::provider {

namespace {

std::int64_t midnight_us(Date date) {
  return to_micros(calendar::eastern_to_utc(date, std::chrono::minutes(0)));
}

}  // namespace

void SessionClock::enter_day_of(std::int64_t ts_us) {
  const calendar::Calendar& calendar = calendar::xnys();
  const Date date = calendar.local_date(from_micros(ts_us));
  date_days_ = to_days(date);
  day_start_us_ = midnight_us(date);
  day_end_us_ = midnight_us(date + std::chrono::days(1));
  const calendar::Session* session = calendar.find_session(date);
  // A day without a session: everything is before an opening that never comes.
  open_us_ = session != nullptr ? to_micros(session->open) : INT64_MAX;
  close_us_ = session != nullptr ? to_micros(session->close) : INT64_MAX;
}

Timestamp bar_end(model::Interval interval, Timestamp ts, Date date) {
  if (model::is_intraday(interval)) {
    const calendar::Session* session = calendar::xnys().find_session(date);
    const Timestamp end = ts + model::length(interval);
    const bool over = session != nullptr && ts < session->close && end > session->close;
    return over ? session->close : end;
  }
  const auto end_of_day = [](Date day) {
    const calendar::Session* session = calendar::xnys().find_session(day);
    return session != nullptr ? session->close : from_micros(midnight_us(day + std::chrono::days(1)));
  };
  if (interval == model::Interval::k1d) return end_of_day(date);
  if (interval == model::Interval::k1w) return end_of_day(date + std::chrono::days(6));
  const std::chrono::year_month_day day(date);
  return from_micros(midnight_us(Date((day.year() / day.month() / 1) + std::chrono::months(1))));
}

}  // namespace goldtape::provider
