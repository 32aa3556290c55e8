#include <charconv>
#include <iostream>
#include <span>

#include <fmt/format.h>

#include "command.h"
#include "goldtape/calendar/calendar.h"

namespace goldtape::app {

namespace {

struct DateSpan {
  Date first;
  Date last;  ///< Inclusive.
};

/// YYYY, YYYY-MM or YYYY-MM-DD.
Result<DateSpan> parse_span(const std::string& text) {
  namespace chrono = std::chrono;
  if (text.size() == 10) {
    GT_ASSIGN(const auto date, parse_date(text));
    return DateSpan{date, date};
  }
  const bool year_only = text.size() == 4;
  if (year_only || text.size() == 7) {
    const auto first = parse_date(year_only ? text + "-01-01" : text + "-01");
    if (first) {
      const chrono::year_month_day day{*first};
      const auto month = year_only ? chrono::December : day.month();
      return DateSpan{*first, Date{day.year() / month / chrono::last}};
    }
  }
  return fail(ErrorKind::kUsage, 1010,
              fmt::format("'{}' is not a year, month or day: YYYY, YYYY-MM or YYYY-MM-DD", text));
}

void print_json(std::span<const calendar::Session> sessions) {
  std::cout << '[';
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    const auto& session = sessions[i];
    std::cout << (i > 0 ? ",\n " : "\n ")
              << fmt::format(
                     "{{\"date\":\"{}\",\"open\":\"{}\",\"close\":\"{}\",\"minutes\":{},\"early_close\":{},"
                     "\"late_open\":{},\"note\":\"{}\"}}",
                     format_date(session.date), format_timestamp(session.open),
                     format_timestamp(session.close), session.minutes(), session.early_close,
                     session.late_open, session.why);
  }
  std::cout << (sessions.empty() ? "]\n" : "\n]\n");
}

void print_text(const calendar::Calendar& calendar, DateSpan span) {
  for (const auto& session : calendar.sessions(span.first, span.last)) {
    std::cout << fmt::format("{}  {}  {}  {:3} minutes  {}\n", format_date(session.date),
                             format_timestamp(session.open), format_timestamp(session.close),
                             session.minutes(), session.why);
  }
  if (span.first == span.last && !calendar.is_session(span.first)) {
    std::cout << fmt::format("{}  closed  {}\n", format_date(span.first), calendar.why_closed(span.first));
  }
}

Status show(const std::string& text, const std::string& exchange, bool json) {
  GT_ASSIGN(const auto span, parse_span(text));
  GT_ASSIGN(const auto* calendar, calendar::find_calendar(exchange));
  if (!calendar->covers(span.first) || !calendar->covers(span.last)) {
    return fail(ErrorKind::kUsage, 1203,
                fmt::format("the calendar of {} goes from {} to {}", calendar->mic(),
                            format_date(calendar->first_date()), format_date(calendar->last_date())));
  }
  if (json) {
    print_json(calendar->sessions(span.first, span.last));
  } else {
    print_text(*calendar, span);
  }
  return {};
}

}  // namespace

void add_calendar(Program& program) {
  auto* command = program.add("calendar", "Show the exchange's sessions with their hours in UTC",
                              "  goldtape calendar 2024-11\n  goldtape calendar 2024-11-29 --json\n"
                              "  goldtape calendar 2012-10-29      # why was it closed?");
  auto span = std::make_shared<std::string>();
  auto exchange = std::make_shared<std::string>("XNYS");
  auto json = std::make_shared<bool>(false);
  command->add_option("span", *span, "YYYY, YYYY-MM or YYYY-MM-DD")->required();
  command->add_option("--exchange", *exchange, "XNYS, XNAS or ARCX (they keep the same hours)")
      ->default_str("XNYS");
  command->add_flag("--json", *json, "As JSON: an array of objects");
  program.on_run(command, [span, exchange, json] { return show(*span, *exchange, *json); });
}

}  // namespace goldtape::app
