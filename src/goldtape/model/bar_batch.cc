#include "goldtape/model/bar_batch.h"

#include <array>
#include <bit>
#include <cmath>

#include "goldtape/base/hash.h"

namespace goldtape::model {
namespace {

std::uint64_t canonical_bits(double value) {
  if (std::isnan(value)) return std::bit_cast<std::uint64_t>(absent_price());
  return std::bit_cast<std::uint64_t>(value == 0.0 ? 0.0 : value);
}

}  // namespace

void BarBatch::reserve(std::size_t rows) {
  ticker.reserve(rows);
  ts_us.reserve(rows);
  date_days.reserve(rows);
  open.reserve(rows);
  high.reserve(rows);
  low.reserve(rows);
  close.reserve(rows);
  volume.reserve(rows);
  vwap.reserve(rows);
  trade_count.reserve(rows);
  adj_close.reserve(rows);
  session.reserve(rows);
  line.reserve(rows);
}

std::uint32_t BarBatch::intern(std::string_view name) {
  const auto [at, added] = index_.try_emplace(std::string(name), static_cast<std::uint32_t>(tickers.size()));
  if (added) tickers.emplace_back(name);
  return at->second;
}

void BarBatch::append(const Bar& bar, std::uint32_t line_number) {
  ticker.push_back(intern(bar.ticker));
  ts_us.push_back(to_micros(bar.ts));
  date_days.push_back(to_days(bar.date));
  open.push_back(bar.open);
  high.push_back(bar.high);
  low.push_back(bar.low);
  close.push_back(bar.close);
  volume.push_back(bar.volume);
  vwap.push_back(bar.vwap);
  trade_count.push_back(bar.trade_count);
  adj_close.push_back(bar.adj_close);
  session.push_back(bar.session);
  line.push_back(line_number);
}

Bar BarBatch::row(std::size_t i) const {
  return {.ticker = tickers[ticker[i]],
          .ts = from_micros(ts_us[i]),
          .date = from_days(date_days[i]),
          .open = open[i],
          .high = high[i],
          .low = low[i],
          .close = close[i],
          .volume = volume[i],
          .vwap = vwap[i],
          .trade_count = trade_count[i],
          .adj_close = adj_close[i],
          .session = session[i]};
}

BarContent content(const BarBatch& batch, std::size_t row) {
  return {.open = batch.open[row],
          .high = batch.high[row],
          .low = batch.low[row],
          .close = batch.close[row],
          .volume = batch.volume[row],
          .vwap = batch.vwap[row],
          .trade_count = batch.trade_count[row],
          .adj_close = batch.adj_close[row]};
}

std::uint64_t content_hash(const BarContent& content) {
  static_assert(std::endian::native == std::endian::little, "the hash is defined over little-endian bytes");
  const std::array<std::uint64_t, 8> fields{
      canonical_bits(content.open),
      canonical_bits(content.high),
      canonical_bits(content.low),
      canonical_bits(content.close),
      static_cast<std::uint64_t>(content.volume),
      canonical_bits(content.vwap),
      static_cast<std::uint64_t>(content.trade_count),
      canonical_bits(content.adj_close),
  };
  return xxh3_64({reinterpret_cast<const char*>(fields.data()), sizeof fields});
}

std::uint64_t content_hash(const BarBatch& batch, std::size_t row) {
  return content_hash(content(batch, row));
}

}  // namespace goldtape::model
