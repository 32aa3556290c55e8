// When an exchange trades: its sessions, their hours and minutes, and arithmetic on them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/model/interval.h"

namespace goldtape::calendar {

/// One regular trading session, [open, close) in UTC. Always within one UTC day, that of `date`.
struct Session {
  Date date;             ///< The exchange's local date.
  Timestamp open;        ///< Start of the first minute.
  Timestamp close;       ///< End of the last minute.
  bool early_close;      ///< Closed before the usual hour.
  bool late_open;        ///< Opened after the usual hour.
  std::string_view why;  ///< Reason of unusual hours ("Day after Thanksgiving"); else empty. Static storage.

  /// Number of one-minute bars: 390 on a usual day.
  [[nodiscard]] std::int32_t minutes() const {
    return static_cast<std::int32_t>((close - open) / std::chrono::minutes{1});
  }
  bool operator==(const Session&) const = default;
};

/// The sessions of an exchange over a fixed span of years. Immutable, thread safe; every look-up is O(1).
/// Dates outside [first_date, last_date] have no known sessions: ask `covers` where that matters.
class Calendar {
 public:
  /// `sessions` ascending by date, all within [first_date, last_date]; `closures` ascending too.
  struct Closure {
    Date date;
    std::string_view why;  ///< "Thanksgiving Day". Static storage.
  };
  Calendar(std::string_view mic, Date first_date, Date last_date, std::vector<Session> sessions,
           std::vector<Closure> closures);

  /// ISO 10383 market identifier: "XNYS". Static storage.
  [[nodiscard]] std::string_view mic() const { return mic_; }
  [[nodiscard]] Date first_date() const { return first_date_; }
  [[nodiscard]] Date last_date() const { return last_date_; }
  [[nodiscard]] bool covers(Date date) const { return date >= first_date_ && date <= last_date_; }

  /// The session of a date, or nullptr. Valid as long as the calendar.
  [[nodiscard]] const Session* find_session(Date date) const;
  [[nodiscard]] bool is_session(Date date) const { return find_session(date) != nullptr; }
  /// Sessions with first <= date <= last, both inclusive; empty when last < first.
  [[nodiscard]] std::span<const Session> sessions(Date first, Date last) const;
  [[nodiscard]] std::span<const Session> sessions() const { return sessions_; }
  /// First session strictly after `date`, or nullptr past the end.
  [[nodiscard]] const Session* next_session(Date date) const;
  /// Last session strictly before `date`, or nullptr before the start.
  [[nodiscard]] const Session* previous_session(Date date) const;
  /// The session `count` sessions after (negative: before) that of `date`, 0 being itself.
  /// Errors: GT1201 `date` is not a session; GT1202 the result lies outside the calendar.
  [[nodiscard]] Result<Session> add_sessions(Date date, std::int32_t count) const;
  /// Number of sessions d with first <= d < last, negated when last < first: for two sessions,
  /// add_sessions(first, sessions_between(first, last)) is last.
  [[nodiscard]] std::int32_t sessions_between(Date first, Date last) const;

  /// The session with open <= ts < close, or nullptr.
  [[nodiscard]] const Session* session_at(Timestamp ts) const;
  [[nodiscard]] bool is_open(Timestamp ts) const { return session_at(ts) != nullptr; }
  /// 0-based minute of the session that contains `ts`; nothing outside sessions.
  [[nodiscard]] std::optional<std::int32_t> minute_index(Timestamp ts) const;
  /// Starts of all minutes of a session.
  [[nodiscard]] static std::vector<Timestamp> minute_grid(const Session& session);

  /// The exchange's local date of an instant (America/New_York for the US ones), session or not.
  [[nodiscard]] Date local_date(Timestamp ts) const;
  /// Before, within or after the regular session of its local date; nothing on a date without session.
  [[nodiscard]] std::optional<model::SessionPart> part_of(Timestamp ts) const;

  /// Why a date has no session ("Saturday", "Thanksgiving Day"); "" for a session or outside the calendar.
  [[nodiscard]] std::string_view why_closed(Date date) const;

 private:
  /// Index of the first session on or after a date; sessions_.size() past the end.
  [[nodiscard]] std::size_t lower_bound(Date date) const;

  std::string_view mic_;
  Date first_date_;
  Date last_date_;
  std::vector<Session> sessions_;
  std::vector<Closure> closures_;
  std::vector<std::uint32_t> first_session_on_or_after_;  ///< By day since first_date_, one more than days.
};

/// The New York Stock Exchange, 1990-01-01 to 2035-12-31. NASDAQ (XNAS) and NYSE Arca (ARCX) keep its hours
/// and share it. Built at first use.
[[nodiscard]] const Calendar& xnys();

/// A calendar by market identifier or common name, any case: XNYS, NYSE, XNAS, NASDAQ, ARCX, ARCA.
/// Errors: GT1203 with the names known.
[[nodiscard]] Result<const Calendar*> find_calendar(std::string_view name);

}  // namespace goldtape::calendar
