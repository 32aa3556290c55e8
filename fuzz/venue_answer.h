// Answers of venues that hold a fuzzer's bytes: any bytes give rows that keep their promises, or an error.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "check.h"
#include "goldtape/provider/venue.h"

namespace goldtape::fuzz {

inline void check_bars(const model::BarBatch& batch) {
  const std::size_t rows = batch.size();
  for (const std::size_t size :
       {batch.ticker.size(), batch.date_days.size(), batch.open.size(), batch.high.size(), batch.low.size(),
        batch.close.size(), batch.volume.size(), batch.vwap.size(), batch.trade_count.size(),
        batch.adj_close.size(), batch.session.size(), batch.line.size()}) {
    FUZZ_CHECK(size == rows);
  }
  for (std::size_t i = 0; i < rows; ++i) {
    FUZZ_CHECK(batch.ticker[i] < batch.tickers.size());
    FUZZ_CHECK(!batch.tickers[batch.ticker[i]].empty());
    for (const double price : {batch.open[i], batch.high[i], batch.low[i], batch.close[i]}) {
      FUZZ_CHECK(std::isfinite(price));
    }
  }
}

inline void check_rows(const provider::Rows& rows) {
  if (const auto* bars = std::get_if<model::BarBatch>(&rows)) check_bars(*bars);
  if (const auto* records = std::get_if<model::RecordBatch>(&rows))
    FUZZ_CHECK(model::check_records(*records));
  if (const auto* actions = std::get_if<model::ActionBatch>(&rows)) {
    for (const model::CorporateAction& action : actions->actions) FUZZ_CHECK(!action.ticker.empty());
  }
}

/// Reads the bytes as an answer to each kind of question that the venue knows, and looks for its next page.
inline void read_as_everything(const provider::Venue& venue, const std::uint8_t* data,
                               std::size_t size_bytes) {
  for (const provider::DatasetTraits& dataset : venue.traits().datasets) {
    provider::Answer answer;
    answer.request.provider = venue.name();
    answer.request.source = venue.name();
    answer.request.dataset = dataset.dataset;
    answer.request.ticker = dataset.max_tickers == 0 ? "_many" : "AAPL";
    answer.request.interval =
        dataset.find(model::Interval::k1m) != nullptr ? model::Interval::k1m : model::Interval::k1d;
    for (const provider::OptionTraits& option : dataset.options) {
      if (!option.fallback.empty()) answer.request.params[std::string(option.name)] = option.fallback;
    }
    answer.bytes.assign(reinterpret_cast<const char*>(data), size_bytes);
    answer.extension = "json";
    answer.observed_at = parse_timestamp("2025-01-01T00:00:00Z").value();
    answer.display_name = "answer";
    const auto rows = venue.parse(answer);
    if (rows) {
      check_rows(*rows);
    } else {
      FUZZ_CHECK(rows.error().code >= 1000 && rows.error().code < 9000);
      FUZZ_CHECK(!rows.error().message.empty());
    }
    const auto next = venue.next_page(answer);
    if (next && *next) FUZZ_CHECK((*next)->to_json() != answer.request.to_json());
  }
}

}  // namespace goldtape::fuzz
