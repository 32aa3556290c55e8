#include "goldtape/simulate/market.h"

#include <algorithm>

namespace goldtape::simulate {

const std::string& Security::ticker_on(Date date) const {
  for (const TickerSpan& span : tickers) {
    if (date < span.until) return span.ticker;
  }
  return tickers.back().ticker;
}

const Security* Market::find(std::string_view ticker, Date as_of) const {
  const auto at = bearers_.find(std::string(ticker));
  if (at == bearers_.end()) return nullptr;
  for (const Bearer& bearer : at->second) {
    if (as_of >= bearer.from && as_of < bearer.until) return &securities_[bearer.security];
  }
  return nullptr;
}

const Security* Market::find_ever(std::string_view ticker, Date as_of) const {
  const auto at = bearers_.find(std::string(ticker));
  if (at == bearers_.end()) return nullptr;
  const Security* found = &securities_[at->second.front().security];
  for (const Bearer& bearer : at->second) {
    if (bearer.from <= as_of) found = &securities_[bearer.security];
  }
  return found;
}

void Market::set_securities(std::vector<Security> securities, Date first, Date last) {
  securities_ = std::move(securities);
  first_date_ = first;
  last_date_ = last;
  for (std::uint32_t i = 0; i < securities_.size(); ++i) {
    Security& security = securities_[i];
    security.index = i;
    for (const TickerSpan& span : security.tickers) {
      const Date until = security.delisted ? std::min(span.until, *security.delisted) : span.until;
      bearers_[span.ticker].push_back({std::max(span.from, security.listed), until, i});
    }
  }
  for (auto& [ticker, all] : bearers_) {
    std::ranges::sort(all, {}, &Bearer::from);
  }
}

}  // namespace goldtape::simulate
