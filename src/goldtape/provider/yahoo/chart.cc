#include <cmath>

#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/json_body.h"
#include "goldtape/provider/yahoo/chart_internal.h"
#include "goldtape/provider/yahoo/plain_chart_internal.h"

namespace goldtape::provider::yahoo::internal {

namespace {

std::unexpected<Error> bad_number(const JsonBody& body, std::string_view column, std::size_t row) {
  return fail(ErrorKind::kDamaged, 2226, fmt::format("'{}' has a value that cannot be one", column),
              fmt::format("{}:{}", body.where(), row + 1));
}

Status read_prices(const JsonBody& body, json::value value, std::string_view name, std::vector<double>& out) {
  json::array array;
  GT_JSON(body, value.get_array().get(array), name);
  for (auto element : array) {
    double number = 0;
    if (const simdjson::error_code code = element.get_double().get(number); code != simdjson::SUCCESS)
        [[unlikely]] {
      bool null = false;
      GT_JSON(body, element.is_null().get(null), name);
      if (!null) return bad_number(body, name, out.size());
      number = std::numeric_limits<double>::quiet_NaN();
    }
    out.push_back(number);
  }
  return {};
}

Status read_integers(const JsonBody& body, json::value value, std::string_view name,
                     std::vector<std::int64_t>& out) {
  json::array array;
  GT_JSON(body, value.get_array().get(array), name);
  for (auto element : array) {
    std::int64_t number = 0;
    if (const simdjson::error_code code = element.get_int64().get(number); code != simdjson::SUCCESS)
        [[unlikely]] {
      double real = 0;
      bool null = false;
      if (element.get_double().get(real) == simdjson::SUCCESS) {
        constexpr double kLimit = 9.0e18;
        if (std::abs(real) > kLimit || real != std::floor(real)) return bad_number(body, name, out.size());
        number = static_cast<std::int64_t>(real);
      } else {
        GT_JSON(body, element.is_null().get(null), name);
        if (!null) return bad_number(body, name, out.size());
        number = kNoVolume;
      }
    }
    out.push_back(number);
  }
  return {};
}

/// Strings are taken where they are strings; a null or absent one stays empty.
void take_text(json::value value, std::string& out) {
  std::string_view text;
  if (value.get_string().get(text) == simdjson::SUCCESS) out = text;
}

Status read_meta(const JsonBody& body, json::value value, Chart& chart) {
  json::object meta;
  GT_JSON(body, value.get_object().get(meta), "meta");
  for (auto field : meta) {
    std::string_view key;
    json::value member;
    GT_JSON(body, field.unescaped_key().get(key), "meta");
    GT_JSON(body, field.value().get(member), "meta");
    if (key == "currency") take_text(member, chart.currency);
    if (key == "symbol") take_text(member, chart.symbol);
    if (key == "exchangeTimezoneName") take_text(member, chart.zone);
    if (key == "dataGranularity") take_text(member, chart.granularity);
    if (key == "regularMarketTime") {
      if (member.get_int64().get(chart.live_s) != simdjson::SUCCESS) chart.live_s = 0;
    }
  }
  return {};
}

/// Each event is an object that carries its own instant as `date`; the member's name repeats it.
Status read_events(const JsonBody& body, json::value value, Chart& chart) {
  json::object kinds;
  if (value.get_object().get(kinds) != simdjson::SUCCESS) return {};
  for (auto kind : kinds) {
    std::string_view name;
    json::object events;
    GT_JSON(body, kind.unescaped_key().get(name), "events");
    GT_JSON(body, kind.value().get_object().get(events), "events");
    const bool split = name == "splits";
    auto& amounts = name == "capitalGains" ? chart.capital_gains : chart.dividends;
    if (!split && name != "dividends" && name != "capitalGains") continue;
    for (auto event : events) {
      json::object members;
      std::int64_t date_s = 0;
      GT_JSON(body, event.value().get_object().get(members), name);
      GT_JSON(body, members["date"].get_int64().get(date_s), "date");
      if (split) {
        Split& out = chart.splits[date_s];
        GT_JSON(body, members["numerator"].get_double().get(out.numerator), "numerator");
        GT_JSON(body, members["denominator"].get_double().get(out.denominator), "denominator");
      } else {
        double amount = 0;
        GT_JSON(body, members["amount"].get_double().get(amount), "amount");
        amounts[date_s] += amount;
      }
    }
  }
  return {};
}

/// The first object of an array; nothing when the array is empty.
simdjson::error_code first_object(json::value value, json::object& out, bool& found) {
  json::array array;
  if (const auto code = value.get_array().get(array); code != simdjson::SUCCESS) return code;
  found = false;
  for (auto element : array) {
    found = true;
    return element.get_object().get(out);
  }
  return simdjson::SUCCESS;
}

Status read_quote(const JsonBody& body, json::value value, Chart& chart) {
  json::object quote;
  bool found = false;
  GT_JSON(body, first_object(value, quote, found), "quote");
  if (!found) return {};
  for (auto field : quote) {
    std::string_view key;
    json::value column;
    GT_JSON(body, field.unescaped_key().get(key), "quote");
    GT_JSON(body, field.value().get(column), "quote");
    std::vector<double>* prices = key == "open"    ? &chart.open
                                  : key == "high"  ? &chart.high
                                  : key == "low"   ? &chart.low
                                  : key == "close" ? &chart.close
                                                   : nullptr;
    if (prices != nullptr) {
      prices->reserve(chart.timestamp_s.size());
      GT_RETURN_IF_ERROR(read_prices(body, column, key, *prices));
    } else if (key == "volume") {
      chart.volume.reserve(chart.timestamp_s.size());
      GT_RETURN_IF_ERROR(read_integers(body, column, key, chart.volume));
    }
  }
  return {};
}

Status read_indicators(const JsonBody& body, json::value value, Chart& chart) {
  json::object indicators;
  GT_JSON(body, value.get_object().get(indicators), "indicators");
  for (auto field : indicators) {
    std::string_view key;
    json::value member;
    GT_JSON(body, field.unescaped_key().get(key), "indicators");
    GT_JSON(body, field.value().get(member), "indicators");
    if (key == "quote") GT_RETURN_IF_ERROR(read_quote(body, member, chart));
    if (key == "adjclose") {
      json::object adjusted;
      bool found = false;
      GT_JSON(body, first_object(member, adjusted, found), "adjclose");
      json::value column;
      if (!found || adjusted["adjclose"].get(column) != simdjson::SUCCESS) continue;
      chart.adj_close.reserve(chart.timestamp_s.size());
      GT_RETURN_IF_ERROR(read_prices(body, column, "adjclose", chart.adj_close));
    }
  }
  return {};
}

Status read_result(const JsonBody& body, json::object result, Chart& chart) {
  for (auto field : result) {
    std::string_view key;
    json::value member;
    GT_JSON(body, field.unescaped_key().get(key), "result");
    GT_JSON(body, field.value().get(member), "result");
    if (key == "meta") GT_RETURN_IF_ERROR(read_meta(body, member, chart));
    if (key == "timestamp") {
      chart.has_timestamps = true;
      // About a sixth of the answer's columns; a number of 10 digits and a comma each.
      GT_RETURN_IF_ERROR(read_integers(body, member, key, chart.timestamp_s));
    }
    if (key == "events") GT_RETURN_IF_ERROR(read_events(body, member, chart));
    if (key == "indicators") GT_RETURN_IF_ERROR(read_indicators(body, member, chart));
  }
  return {};
}

std::unexpected<Error> vendor_error(const Answer& answer, std::string_view words) {
  return fail(ErrorKind::kNotFound, 2224,
              fmt::format("yahoo has nothing for {}: {}", answer.request.ticker, excerpt(words)),
              answer.display_name);
}

/// {"result": [RESULT] | null, "error": {"code", "description"} | null}; `words` gets the description.
Status read_outcome(const JsonBody& body, json::object outcome, Chart& chart, bool& any, std::string& words) {
  for (auto field : outcome) {
    std::string_view key;
    json::value member;
    GT_JSON(body, field.unescaped_key().get(key), "chart");
    GT_JSON(body, field.value().get(member), "chart");
    if (key == "result") {
      json::array results;
      if (member.get_array().get(results) != simdjson::SUCCESS) continue;
      for (auto element : results) {
        json::object result;
        GT_JSON(body, element.get_object().get(result), "result");
        if (any) return body.error(simdjson::INCORRECT_TYPE, "result[1]");
        any = true;
        GT_RETURN_IF_ERROR(read_result(body, result, chart));
      }
    } else if (key == "error") {
      json::object error;
      std::string_view text;
      if (member.get_object().get(error) == simdjson::SUCCESS &&
          error["description"].get_string().get(text) == simdjson::SUCCESS) {
        words = text;
      }
    }
  }
  return {};
}

/// "finance" in place of "chart" is how Yahoo says that it refuses a request altogether.
Status read_document(JsonBody& body, const Answer& answer, Chart& chart) {
  json::object top;
  GT_JSON(body, body.document().get_object().get(top), "chart");
  bool known = false;
  bool any = false;
  std::string words;
  for (auto field : top) {
    std::string_view key;
    json::object outcome;
    GT_JSON(body, field.unescaped_key().get(key), "chart");
    if (key != "chart" && key != "finance") continue;
    known = true;
    GT_JSON(body, field.value().get_object().get(outcome), key);
    GT_RETURN_IF_ERROR(read_outcome(body, outcome, chart, any, words));
  }
  GT_RETURN_IF_ERROR(body.finish());
  if (!known) return body.error(simdjson::NO_SUCH_FIELD, "chart");
  if (!any) return vendor_error(answer, words.empty() ? "no result" : words);
  return {};
}

Status check_columns(const Chart& chart, const Answer& answer) {
  const std::size_t rows = chart.timestamp_s.size();
  for (const auto& [name, size] : {std::pair("open", chart.open.size()),
                                   {"high", chart.high.size()},
                                   {"low", chart.low.size()},
                                   {"close", chart.close.size()},
                                   {"volume", chart.volume.size()}}) {
    if (size == rows) continue;
    return fail(ErrorKind::kDamaged, 2225,
                chart.has_timestamps
                    ? fmt::format("the answer has {} times and {} of '{}'", rows, size, name)
                    : fmt::format("the answer has {} of '{}' and no times for them", size, name),
                answer.display_name);
  }
  if (chart.adj_close.empty() || chart.adj_close.size() == rows) return {};
  return fail(ErrorKind::kDamaged, 2225,
              fmt::format("the answer has {} times and {} of 'adjclose'", rows, chart.adj_close.size()),
              answer.display_name);
}

Status check_chart(const Chart& chart, const Answer& answer) {
  if (to_lower(chart.symbol) != to_lower(answer.request.ticker)) {
    return fail(
        ErrorKind::kDamaged, 2229,
        fmt::format("asked for {}, the answer is about '{}'", answer.request.ticker, excerpt(chart.symbol)),
        answer.display_name);
  }
  if (chart.currency != "USD" && !(chart.currency.empty() && chart.timestamp_s.empty())) {
    return fail(ErrorKind::kUnsupported, 2228,
                fmt::format("{} is priced in '{}'; the lake's prices are US dollars", answer.request.ticker,
                            excerpt(chart.currency)),
                answer.display_name);
  }
  return check_columns(chart, answer);
}

}  // namespace

Result<Chart> read_json_chart(const Answer& answer) {
  JsonBody body;
  GT_RETURN_IF_ERROR(body.open(answer));
  Chart chart;
  GT_RETURN_IF_ERROR(read_document(body, answer, chart));
  GT_RETURN_IF_ERROR(check_chart(chart, answer));
  return chart;
}

Result<Chart> read_chart(const Answer& answer) {
  Chart chart;
  Answer rest;
  if (!read_plain_columns(answer.bytes, chart, rest.bytes)) return read_json_chart(answer);
  rest.bytes.reserve(rest.bytes.size() + simdjson::SIMDJSON_PADDING);
  JsonBody body;
  // What is wrong with the rest is told of the whole.
  if (!body.open(rest) || !read_document(body, rest, chart)) return read_json_chart(answer);
  GT_RETURN_IF_ERROR(check_chart(chart, answer));
  return chart;
}

}  // namespace goldtape::provider::yahoo::internal
