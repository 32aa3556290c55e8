#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "goldtape/calendar/calendar.h"

namespace goldtape::calendar {
namespace {

/// Any date around the calendar's span.
Date any_date() {
  const std::int32_t first = to_days(xnys().first_date()) - 400;
  return from_days(*rc::gen::inRange(first, to_days(xnys().last_date()) + 400));
}

const Session& any_session() {
  const auto sessions = xnys().sessions();
  return sessions[*rc::gen::inRange<std::size_t>(0, sessions.size())];
}

TEST(CalendarProperty, SessionsAreInOrderAndDoNotTouch) {
  const Session* before = nullptr;
  for (const Session& session : xnys().sessions()) {
    ASSERT_LT(session.open, session.close);
    ASSERT_EQ(std::chrono::floor<std::chrono::days>(session.open), session.date);
    ASSERT_EQ(std::chrono::floor<std::chrono::days>(session.close), session.date);
    if (before != nullptr) {
      ASSERT_LT(before->date, session.date);
      ASSERT_LT(before->close, session.open);
      ASSERT_LE((session.date - before->date).count(), 7) << format_date(session.date);
    }
    before = &session;
  }
}

TEST(CalendarProperty, EveryDateIsASessionOrHasAReason) {
  for (Date date = xnys().first_date(); date <= xnys().last_date(); date += std::chrono::days{1}) {
    ASSERT_NE(xnys().is_session(date), !xnys().why_closed(date).empty()) << format_date(date);
  }
}

RC_GTEST_PROP(CalendarProperty, AddingAndCountingSessionsAreInverse, ()) {
  const Session& from = any_session();
  const Session& to = any_session();
  const std::int32_t count = xnys().sessions_between(from.date, to.date);
  RC_ASSERT(xnys().add_sessions(from.date, count).value() == to);
  RC_ASSERT(xnys().add_sessions(to.date, -count).value() == from);
  RC_ASSERT(xnys().sessions_between(to.date, from.date) == -count);
}

RC_GTEST_PROP(CalendarProperty, NextAndPreviousAreNeighbours, ()) {
  const Date date = any_date();
  const Session* next = xnys().next_session(date);
  const Session* previous = xnys().previous_session(date);
  if (next != nullptr) {
    RC_ASSERT(next->date > date);
    RC_ASSERT(xnys().sessions(date + std::chrono::days{1}, next->date).size() == 1U);
  }
  if (previous != nullptr) {
    RC_ASSERT(previous->date < date);
    RC_ASSERT(xnys().sessions(previous->date, date - std::chrono::days{1}).size() == 1U);
  }
  if (next != nullptr && xnys().is_session(date))
    RC_ASSERT(xnys().previous_session(next->date)->date == date);
}

RC_GTEST_PROP(CalendarProperty, RangesAddUp, ()) {
  const Date first = any_date();
  const Date last = any_date();
  RC_PRE(first <= last);
  const auto range = xnys().sessions(first, last);
  RC_ASSERT(static_cast<std::int32_t>(range.size()) ==
            xnys().sessions_between(first, last + std::chrono::days{1}));
  for (const Session& session : range) RC_ASSERT(session.date >= first && session.date <= last);
}

RC_GTEST_PROP(CalendarProperty, TheGridHasOneStartForEachMinute, ()) {
  const Session& session = any_session();
  const auto grid = Calendar::minute_grid(session);
  RC_ASSERT(static_cast<std::int32_t>(grid.size()) == session.minutes());
  RC_ASSERT(session.open + std::chrono::minutes{session.minutes()} == session.close);
  const auto index = *rc::gen::inRange<std::size_t>(0, grid.size());
  const auto inside = std::chrono::microseconds{*rc::gen::inRange(0, 60'000'000)};
  RC_ASSERT(xnys().minute_index(grid[index] + inside) == static_cast<std::int32_t>(index));
  RC_ASSERT(xnys().session_at(grid[index] + inside) == &session);
  RC_ASSERT(xnys().part_of(grid[index] + inside) == model::SessionPart::kRegular);
}

RC_GTEST_PROP(CalendarProperty, AnInstantIsOpenExactlyWhenASessionHoldsIt, ()) {
  const Timestamp ts = Timestamp{any_date()} + std::chrono::seconds{*rc::gen::inRange(0, 86'400)};
  const Session* found = nullptr;
  const Date day = std::chrono::floor<std::chrono::days>(ts);
  for (const Session& session : xnys().sessions(day - std::chrono::days{1}, day + std::chrono::days{1})) {
    if (ts >= session.open && ts < session.close) found = &session;
  }
  RC_ASSERT(xnys().session_at(ts) == found);
  RC_ASSERT((xnys().part_of(ts) == model::SessionPart::kRegular) == (found != nullptr));
}

}  // namespace
}  // namespace goldtape::calendar
