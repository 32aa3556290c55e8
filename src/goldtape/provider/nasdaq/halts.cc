#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/calendar/eastern_time.h"
#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/json_body.h"
#include "goldtape/provider/nasdaq/parser.h"
#include "goldtape/provider/records.h"
#include "goldtape/provider/verdict.h"

namespace goldtape::provider::nasdaq {

namespace {

using model::Cell;

/// The text of an element of an item, its entities undone; empty when there is none.
std::string element(std::string_view item, std::string_view name) {
  const std::string open = fmt::format("<{}>", name);
  const std::size_t at = item.find(open);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = item.substr(at + open.size());
  const std::size_t end = rest.find("</");
  if (end == std::string_view::npos) return {};
  std::string_view text = trim(rest.substr(0, end));
  constexpr std::string_view kCdata = "<![CDATA[";
  if (text.starts_with(kCdata) && text.ends_with("]]>")) {
    return std::string(trim(text.substr(kCdata.size(), text.size() - kCdata.size() - 3)));
  }
  std::string out;
  while (!text.empty()) {
    const auto entity = [&](std::string_view word, char c) {
      if (!text.starts_with(word)) return false;
      out += c;
      text.remove_prefix(word.size());
      return true;
    };
    if (entity("&amp;", '&') || entity("&lt;", '<') || entity("&gt;", '>') || entity("&quot;", '"') ||
        entity("&apos;", '\'') || entity("&#39;", '\'')) {
      continue;
    }
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

/// "07/21/2025".
std::optional<Date> date_of(std::string_view text) {
  if (text.size() != 10 || text[2] != '/' || text[5] != '/') return std::nullopt;
  const Result<Date> date =
      parse_date(fmt::format("{}-{}-{}", text.substr(6), text.substr(0, 2), text.substr(3, 2)));
  return date ? std::optional(*date) : std::nullopt;
}

/// A date and "09:34:42[.123]" of New York; no time gives nothing.
std::optional<std::int64_t> instant(Date date, std::string_view time) {
  const Result<Timestamp> clock = parse_timestamp(fmt::format("1970-01-01T{}Z", time));
  if (!clock) return std::nullopt;
  const std::int64_t us = to_micros(*clock);
  constexpr std::int64_t kMinute = 60'000'000;
  return to_micros(calendar::eastern_to_utc(date, std::chrono::minutes(us / kMinute))) + us % kMinute;
}

class HaltReader {
 public:
  explicit HaltReader(const Answer& answer) : answer_(answer), out_(records_of(answer, "bronze.halts")) {}

  Result<model::RecordBatch> run(std::string_view text) {
    const std::string_view feed = trim(text);
    if (feed.find("<rss") == std::string_view::npos || !feed.ends_with("</rss>")) {
      return fail(ErrorKind::kDamaged, 2235,
                  fmt::format("not a whole feed of trading halts: {}", excerpt(feed)), answer_.display_name);
    }
    for (;;) {
      const std::size_t begin = text.find("<item>");
      if (begin == std::string_view::npos) break;
      text.remove_prefix(begin);
      const std::size_t end = text.find("</item>");
      if (end == std::string_view::npos) {
        return fail(ErrorKind::kDamaged, 2235, "a halt that never ends: the feed was cut",
                    answer_.display_name);
      }
      GT_RETURN_IF_ERROR(take(text.substr(0, end)));
      text.remove_prefix(end);
    }
    return std::move(out_);
  }

 private:
  std::unexpected<Error> wrong(std::string_view name, std::string_view value) const {
    return fail(ErrorKind::kDamaged, 2226, fmt::format("{} '{}' cannot be one", name, excerpt(value)),
                fmt::format("{}:{}", answer_.display_name, out_.rows.size() + 1));
  }

  /// A resumption that is not known yet is NULL; one without a date is of the day of the halt.
  Result<Cell> resumption(std::string_view item, Date halted_on, std::string_view name) {
    const std::string time = element(item, name);
    if (time.empty()) return Cell();
    const std::string text = element(item, "ndaq:ResumptionDate");
    const auto day = text.empty() ? std::optional(halted_on) : date_of(text);
    const auto us = day ? instant(*day, time) : std::nullopt;
    if (!us) return wrong(name, fmt::format("{} {}", text, time));
    return Cell(*us);
  }

  Result<Cell> price(const std::string& text) {
    if (text.empty()) return Cell();
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
      return wrong("ndaq:PauseThresholdPrice", text);
    return Cell(value);
  }

  Status take(std::string_view item) {
    const std::string ticker = element(item, "ndaq:IssueSymbol");
    const std::string day_text = element(item, "ndaq:HaltDate");
    const std::string time_text = element(item, "ndaq:HaltTime");
    const auto day = date_of(day_text);
    const auto halted_us = day ? instant(*day, time_text) : std::nullopt;
    if (!halted_us) return wrong("ndaq:HaltTime", day_text + " " + time_text);
    if (ticker.empty()) return wrong("ndaq:IssueSymbol", "");
    GT_ASSIGN(Cell quotes, resumption(item, *day, "ndaq:ResumptionQuoteTime"));
    GT_ASSIGN(Cell resumed, resumption(item, *day, "ndaq:ResumptionTradeTime"));
    GT_ASSIGN(Cell threshold, price(element(item, "ndaq:PauseThresholdPrice")));
    out_.rows.push_back({std::int64_t{to_days(*day)}, ticker, *halted_us, element(item, "ndaq:ReasonCode"),
                         model::text_or_null(element(item, "ndaq:IssueName")),
                         model::text_or_null(element(item, "ndaq:Market")), std::move(threshold),
                         std::move(quotes), std::move(resumed)});
    out_.line.push_back(static_cast<std::uint32_t>(out_.rows.size()));
    return {};
  }

  const Answer& answer_;
  model::RecordBatch out_;
};

}  // namespace

Result<model::RecordBatch> parse_halts(const Answer& answer) {
  std::string unpacked;
  GT_ASSIGN(const std::string_view text, unpacked_body(answer, unpacked));
  if (is_web_page(text)) {
    return fail(ErrorKind::kDamaged, 2221, "the answer is a web page, not data", answer.display_name);
  }
  return HaltReader(answer).run(text);
}

}  // namespace goldtape::provider::nasdaq
