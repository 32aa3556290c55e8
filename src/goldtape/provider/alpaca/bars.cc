#include <cmath>

#include <fmt/format.h>

#include "goldtape/provider/alpaca/parser.h"
#include "goldtape/provider/alpaca/plain_bars_internal.h"
#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/json_body.h"
#include "goldtape/provider/rfc3339.h"
#include "goldtape/provider/session_clock.h"
#include "goldtape/provider/ticker.h"

namespace goldtape::provider::alpaca {

namespace {

constexpr std::int64_t kDay = 86'400'000'000;

model::PriceBasis basis_of(const Request& request) {
  const auto said = request.params.find("adjustment");
  if (said == request.params.end() || said->second == "raw") return model::PriceBasis::kRaw;
  return said->second == "split" ? model::PriceBasis::kSplitAdjusted : model::PriceBasis::kFullyAdjusted;
}

using internal::kAllSeen;
using internal::kNames;
using internal::RawBar;

class BarsReader {
 public:
  BarsReader(const Answer& answer, model::Interval interval) : answer_(answer) {
    out_.origin = {.source = answer.request.source,
                   .interval = interval,
                   .basis = basis_of(answer.request),
                   .observed_at = answer.observed_at};
    if (out_.origin.basis != model::PriceBasis::kRaw) {
      out_.origin.basis_as_of = from_days(clock_.place(to_micros(answer.observed_at)).date_days);
    }
    intraday_ = model::is_intraday(interval);
    if (intraday_) length_us_ = std::chrono::microseconds(model::length(interval)).count();
    // A bar is about 100 bytes of an answer.
    constexpr std::size_t kBytesPerBar = 90;
    out_.reserve(answer.bytes.size() / kBytesPerBar);
  }

  Status open() { return body_.open(answer_); }
  [[nodiscard]] JsonBody& body() { return body_; }

  /// {"bars": ..., "symbol": ...}. On demand, a member is read when it is met, so that the symbol of a single
  /// ticker's list, which may follow it, is taken from the request and compared afterwards.
  Status read_bars() {
    json::object top;
    GT_JSON(body_, body_.document().get_object().get(top), "bars");
    bool found = false;
    bool single = false;
    std::string symbol;
    for (auto field : top) {
      std::string_view key;
      json::value member;
      GT_JSON(body_, field.unescaped_key().get(key), "bars");
      GT_JSON(body_, field.value().get(member), "bars");
      std::string_view text;
      if (key == "symbol" && member.get_string().get(text) == simdjson::SUCCESS) symbol = text;
      if (key != "bars" && key != "bar") continue;
      found = true;
      GT_RETURN_IF_ERROR(read_member(member, key == "bar", single));
    }
    if (!found) return body_.error(simdjson::NO_SUCH_FIELD, "bars");
    if (single && !symbol.empty() && symbol != answer_.request.ticker) {
      return fail(
          ErrorKind::kDamaged, 2229,
          fmt::format("asked for {}, the answer is about '{}'", answer_.request.ticker, excerpt(symbol)),
          answer_.display_name);
    }
    return body_.finish();
  }

  /// Reads an answer that is written as Alpaca writes it, without taking it for JSON. False: it is not, and
  /// this reader is spoilt.
  bool read_plain() {
    internal::PlainBars plain(answer_.bytes);
    return plain.read(
        [this](std::string_view symbol) {
          if (!is_ticker(symbol)) return false;
          ticker_ = out_.intern(symbol);
          return true;
        },
        [this](const RawBar& bar) {
          ++line_;
          std::int64_t ts_us = 0;
          if (!times_.read(bar.t, ts_us)) return false;
          place_bar(bar, ts_us);
          return true;
        });
  }

  /// A snapshot's bars of one ticker: members named so, objects or null.
  Status read_snapshot(std::string_view ticker, json::value value) {
    json::object members;
    if (value.get_object().get(members) != simdjson::SUCCESS) return {};
    GT_RETURN_IF_ERROR(set_ticker(ticker));
    for (auto field : members) {
      std::string_view key;
      json::value member;
      GT_JSON(body_, field.unescaped_key().get(key), "snapshot");
      const bool wanted = intraday_ ? key == "minuteBar" : key == "dailyBar" || key == "prevDailyBar";
      if (!wanted) continue;
      GT_JSON(body_, field.value().get(member), key);
      bool null = false;
      GT_JSON(body_, member.is_null().get(null), key);
      if (!null) GT_RETURN_IF_ERROR(read_bar(member));
    }
    return {};
  }

  [[nodiscard]] model::BarBatch take() { return std::move(out_); }

 private:
  Status read_member(json::value member, bool one, bool& single) {
    bool null = false;
    GT_JSON(body_, member.is_null().get(null), "bars");
    if (null) return {};
    json::array list;
    if (one || member.get_array().get(list) == simdjson::SUCCESS) {
      single = true;
      if (answer_.request.ticker == "_many") {
        return fail(ErrorKind::kDamaged, 2225, "the answer has bars without their symbol",
                    answer_.display_name);
      }
      GT_RETURN_IF_ERROR(set_ticker(answer_.request.ticker));
      return one ? read_bar(member) : read_list(list);
    }
    json::object by_symbol;
    GT_JSON(body_, member.get_object().get(by_symbol), "bars");
    for (auto field : by_symbol) {
      std::string_view symbol;
      json::value bars;
      GT_JSON(body_, field.unescaped_key().get(symbol), "bars");
      GT_JSON(body_, field.value().get(bars), "bars");
      GT_RETURN_IF_ERROR(set_ticker(symbol));
      bool none = false;
      GT_JSON(body_, bars.is_null().get(none), symbol);
      if (none) continue;
      if (bars.get_array().get(list) == simdjson::SUCCESS) {
        GT_RETURN_IF_ERROR(read_list(list));
      } else {
        GT_RETURN_IF_ERROR(read_bar(bars));
      }
    }
    return {};
  }

  Status set_ticker(std::string_view symbol) {
    if (!is_ticker(symbol)) {
      return fail(ErrorKind::kDamaged, 2226, fmt::format("'{}' is not a ticker", excerpt(symbol)),
                  answer_.display_name);
    }
    ticker_ = out_.intern(symbol);
    return {};
  }

  Status read_list(json::array list) {
    for (auto element : list) {
      json::value value;
      GT_JSON(body_, element.get(value), "bars");
      GT_RETURN_IF_ERROR(read_bar(value));
    }
    return {};
  }

  /// The number of a member; a null one counts as not there.
  template <typename Number>
  Status take_number(json::value value, std::string_view name, unsigned bit, RawBar& bar, Number& out) {
    const simdjson::error_code code = [&] {
      if constexpr (std::is_same_v<Number, double>) {
        return value.get_double().get(out);
      } else {
        return value.get_int64().get(out);
      }
    }();
    if (code == simdjson::SUCCESS) [[likely]] {
      bar.seen |= bit;
      return {};
    }
    bool null = false;
    GT_JSON(body_, value.is_null().get(null), name);
    if (null) return {};
    if constexpr (std::is_same_v<Number, std::int64_t>) {
      double real = 0;
      constexpr double kLimit = 9.0e18;
      if (value.get_double().get(real) == simdjson::SUCCESS && std::abs(real) < kLimit &&
          real == std::floor(real)) {
        out = static_cast<std::int64_t>(real);
        bar.seen |= bit;
        return {};
      }
    }
    return wrong(name);
  }

  [[nodiscard]] std::unexpected<Error> wrong(std::string_view name) const {
    return fail(ErrorKind::kDamaged, 2226, fmt::format("'{}' has a value that cannot be one", name),
                fmt::format("{}:{}", answer_.display_name, line_));
  }

  Status read_members(json::object members, RawBar& bar) {
    for (auto field : members) {
      std::string_view key;
      json::value value;
      if (field.escaped_key().get(key) != simdjson::SUCCESS ||
          field.value().get(value) != simdjson::SUCCESS) {
        return body_.error(field.error(), "bar");
      }
      if (key.empty()) continue;
      if (key == "vw") {
        GT_RETURN_IF_ERROR(take_number(value, key, 0, bar, bar.vw));
        continue;
      }
      if (key.size() != 1) continue;
      switch (key.front()) {
        case 't':
          if (value.get_string().get(bar.t) != simdjson::SUCCESS) return wrong(key);
          bar.seen |= 1;
          break;
        case 'o': GT_RETURN_IF_ERROR(take_number(value, key, 2, bar, bar.o)); break;
        case 'h': GT_RETURN_IF_ERROR(take_number(value, key, 4, bar, bar.h)); break;
        case 'l': GT_RETURN_IF_ERROR(take_number(value, key, 8, bar, bar.l)); break;
        case 'c': GT_RETURN_IF_ERROR(take_number(value, key, 16, bar, bar.c)); break;
        case 'v': GT_RETURN_IF_ERROR(take_number(value, key, 32, bar, bar.v)); break;
        case 'n': GT_RETURN_IF_ERROR(take_number(value, key, 0, bar, bar.n)); break;
        default: break;
      }
    }
    return {};
  }

  Status read_bar(json::value value) {
    ++line_;
    json::object members;
    GT_JSON(body_, value.get_object().get(members), "bar");
    RawBar bar;
    GT_RETURN_IF_ERROR(read_members(members, bar));
    std::int64_t ts_us = 0;
    if ((bar.seen & 1U) == 0 || !times_.read(bar.t, ts_us)) return wrong("t");
    place_bar(bar, ts_us);
    return {};
  }

  void place_bar(const RawBar& bar, std::int64_t ts_us) {
    SessionClock::Place place = clock_.place(ts_us);
    if (!intraday_) {
      ts_us = place.date_days * kDay;
      place.part = model::SessionPart::kRegular;
    }
    if (bar.seen != kAllSeen) {
      set_aside(bar, ts_us, place.date_days);
    } else if (is_unfinished(ts_us, place.date_days)) {
      ++out_.unfinished_rows;
    } else {
      put(bar, ts_us, place);
    }
  }

  [[nodiscard]] bool is_unfinished(std::int64_t ts_us, std::int32_t date_days) const {
    constexpr std::int64_t kLongest = 40 * kDay;
    const std::int64_t observed_us = to_micros(answer_.observed_at);
    if (ts_us + (intraday_ ? length_us_ : kLongest) <= observed_us) return false;
    return bar_end(out_.origin.interval, from_micros(ts_us), from_days(date_days)) > answer_.observed_at;
  }

  void put(const RawBar& bar, std::int64_t ts_us, SessionClock::Place place) {
    out_.ticker.push_back(ticker_);
    out_.ts_us.push_back(ts_us);
    out_.date_days.push_back(place.date_days);
    out_.open.push_back(bar.o);
    out_.high.push_back(bar.h);
    out_.low.push_back(bar.l);
    out_.close.push_back(bar.c);
    out_.volume.push_back(bar.v);
    out_.vwap.push_back(bar.vw);
    out_.trade_count.push_back(bar.n);
    out_.adj_close.push_back(model::absent_price());
    out_.session.push_back(place.part);
    out_.line.push_back(line_);
  }

  void set_aside(const RawBar& bar, std::int64_t ts_us, std::int32_t date_days) {
    std::string missing;
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      if ((bar.seen >> i & 1U) == 0)
        missing += fmt::format("{}{}", missing.empty() ? "missing " : ", ", kNames[i]);
    }
    out_.rejected.push_back({.line = line_,
                             .ticker = out_.tickers[ticker_],
                             .ts_us = ts_us,
                             .date_days = date_days,
                             .reason = std::move(missing),
                             .text = fmt::format(R"({{"t":"{}","o":{},"h":{},"l":{},"c":{},"v":{}}})", bar.t,
                                                 bar.o, bar.h, bar.l, bar.c, bar.v)});
  }

  const Answer& answer_;
  JsonBody body_;
  Rfc3339 times_;
  SessionClock clock_;
  model::BarBatch out_;
  std::uint32_t ticker_ = 0;
  std::uint32_t line_ = 0;
  bool intraday_ = false;
  std::int64_t length_us_ = 0;
};

}  // namespace

Result<model::BarBatch> parse_bars(const Answer& answer) {
  if (BarsReader plain(answer, answer.request.interval); plain.read_plain()) return plain.take();
  BarsReader reader(answer, answer.request.interval);
  GT_RETURN_IF_ERROR(reader.open());
  GT_RETURN_IF_ERROR(reader.read_bars());
  return reader.take();
}

Result<model::BarBatch> parse_snapshots(const Answer& answer) {
  BarsReader reader(answer, answer.request.interval);
  GT_RETURN_IF_ERROR(reader.open());
  JsonBody& body = reader.body();
  json::object top;
  GT_JSON(body, body.document().get_object().get(top), "snapshots");
  for (auto field : top) {
    std::string_view key;
    json::value value;
    GT_JSON(body, field.unescaped_key().get(key), "snapshots");
    GT_JSON(body, field.value().get(value), "snapshots");
    if (key != "snapshots") {
      if (key != "next_page_token") GT_RETURN_IF_ERROR(reader.read_snapshot(key, value));
      continue;
    }
    json::object inner;
    GT_JSON(body, value.get_object().get(inner), "snapshots");
    for (auto one : inner) {
      json::value snapshot;
      GT_JSON(body, one.unescaped_key().get(key), "snapshots");
      GT_JSON(body, one.value().get(snapshot), "snapshots");
      GT_RETURN_IF_ERROR(reader.read_snapshot(key, snapshot));
    }
  }
  GT_RETURN_IF_ERROR(body.finish());
  return reader.take();
}

Result<std::string> next_page_token(const Answer& answer) {
  JsonBody body;
  GT_RETURN_IF_ERROR(body.open(answer));
  std::string_view token;
  json::object top;
  GT_JSON(body, body.document().get_object().get(top), "next_page_token");
  const simdjson::error_code code = top["next_page_token"].get_string().get(token);
  if (code == simdjson::SUCCESS) return std::string(token);
  if (code == simdjson::NO_SUCH_FIELD || code == simdjson::INCORRECT_TYPE) return std::string();
  return body.error(code, "next_page_token");
}

}  // namespace goldtape::provider::alpaca
