#include "goldtape/simulate/universe.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>

#include <fmt/format.h>

#include "goldtape/simulate/random.h"

namespace goldtape::simulate {
namespace {

using Sessions = std::span<const calendar::Session>;

enum Stream : std::uint64_t { kTicker = 1, kProfile, kEvents, kDividend };

/// Well-known tickers first, as everyone types them; then those that break naive readers.
constexpr std::array kFirstTickers{
    "SPY",  "AAPL", "MSFT", "NVDA", "AMZN", "TSLA", "META", "GOOGL", "QQQ",  "AMD", "JPM", "XOM",
    "INTC", "BAC",  "F",    "T",    "NA",   "TRUE", "NAN",  "BRK.B", "BF.A", "IWM", "DIS", "KO",
};
constexpr std::array kFunds{"SPY", "QQQ", "IWM"};

std::string letters(std::uint64_t number, int length) {
  std::string text;
  for (int i = 0; i < length; ++i) {
    text.push_back(static_cast<char>('A' + number % 26));
    number /= 26;
  }
  return text;
}

/// A ticker nobody has: mostly three or four letters, now and then a class of shares.
std::string new_ticker(Random& random, std::set<std::string>& taken) {
  for (;;) {
    const auto draw = random.below(100);
    std::string ticker = letters(random.next() >> 8U, draw < 30 ? 3 : 4);
    if (draw >= 97) ticker = ticker.substr(0, 3) + (draw == 99 ? ".A" : ".B");
    if (taken.insert(ticker).second) return ticker;
  }
}

/// Log-uniform between two bounds.
double spread(Random& random, double low, double high) {
  return low * std::pow(high / low, random.uniform());
}

Profile make_profile(double rank, Random random) {
  Profile profile;
  profile.first_price = std::round(spread(random, 4, 400) * 100) / 100;
  profile.beta = random.uniform(0.3, 1.6);
  if (rank < 0.08) {
    profile.daily_volume = spread(random, 5e6, 6e7);
    profile.daily_sigma = random.uniform(0.008, 0.02);
  } else if (rank < 0.40) {
    profile.daily_volume = spread(random, 5e5, 5e6);
    profile.daily_sigma = random.uniform(0.01, 0.025);
  } else if (rank < 0.70) {
    profile.daily_volume = spread(random, 5e4, 5e5);
    profile.daily_sigma = random.uniform(0.012, 0.035);
  } else {
    profile.daily_volume = spread(random, 2e3, 4e4);
    profile.daily_sigma = random.uniform(0.015, 0.05);
  }
  profile.shares_a_trade = std::max(40.0, 140 - 20 * std::log10(profile.first_price));
  profile.extended_share = rank < 0.08 ? 0.01 : rank < 0.40 ? 0.004 : 0.001;
  return profile;
}

/// Actions are known some time before: splits and dividends are announced.
model::CorporateAction action(const Security& security, Date ex_date, model::ActionType type, double value,
                              std::chrono::days announced_before) {
  return {.ticker = security.ticker_on(ex_date - std::chrono::days{1}),
          .ex_date = ex_date,
          .type = type,
          .value = value,
          .currency = type == model::ActionType::kCashDividend ? "USD" : "",
          .new_ticker = {},
          .description = {},
          .known_at = Timestamp{ex_date - announced_before} + std::chrono::hours{13},
          .line = 0};
}

/// Makes the events of one market. `ranks`: a shuffle of the securities; each kind of rare event takes the
/// next few of it, so that a small market has every kind and no security has all.
class Events {
 public:
  Events(std::vector<GeneratedSecurity>& all, std::uint64_t seed, Sessions sessions)
      : all_(all), seed_(seed), sessions_(sessions), years_(static_cast<double>(sessions.size()) / 252.0) {
    for (std::uint32_t i = 1; i < all.size(); ++i) order_.push_back(i);  // The first one has a quiet life.
    std::ranges::sort(order_, {}, [seed](std::uint32_t i) { return Random(seed, kEvents, i).next(); });
  }

  void make() {
    // Shares of all securities a year, and the least that any range gets.
    for_some(0.025, 0.025, [](auto& one, Date date) { list_late(one, date); });
    for_some(0.025, 0.025, [](auto& one, Date date) { delist(one, date); });
    for_some(0.015, 0.02, [this](auto& one, Date date) { rename(one, date); });
    for_some(0.03, 0.03, [](auto& one, Date date) { split(one, date, date.time_since_epoch().count()); });
    for_some(0.015, 0.015, [](auto& one, Date date) { reverse_split(one, date); });
    reuse_a_ticker();
    for (auto& one : all_) pay_dividends(one);
    for (auto& one : all_) {
      std::ranges::stable_sort(one.security.actions, {}, &model::CorporateAction::ex_date);
    }
  }

 private:
  template <typename Make>
  void for_some(double share_a_year, double least, Make make) {
    const double share = std::min(0.6, std::max(share_a_year * years_, least));
    auto count = static_cast<std::size_t>(std::ceil(share * static_cast<double>(all_.size())));
    if (all_.size() < 8) count = 0;
    for (; count > 0 && sessions_.size() > 2; --count) {
      const std::uint32_t i = order_[next_++ % order_.size()];
      const auto at = 1 + Random(seed_, kEvents, i, next_).below(sessions_.size() - 2);
      const Date date = sessions_[at].date;
      // A security meets at most one event of these in a month, and none after its end or before its start.
      GeneratedSecurity& one = all_[i];
      if (!one.security.trades_on(date) || date == one.security.listed) continue;
      const bool crowded = std::ranges::any_of(one.security.actions, [&](const auto& other) {
        return std::chrono::abs(other.ex_date - date) < std::chrono::days{30};
      });
      if (!crowded) make(one, date);
    }
  }

  static void list_late(GeneratedSecurity& one, Date date) {
    if (!one.security.actions.empty() || one.security.tickers.size() > 1) return;
    one.security.listed = date;
    one.security.tickers.front().from = date;
  }
  static void delist(GeneratedSecurity& one, Date date) {
    Security& security = one.security;
    if (security.tickers.back().from > date || security.delisted) return;
    std::erase_if(security.actions, [date](const auto& other) { return other.ex_date >= date; });
    security.delisted = date;
    security.actions.push_back(
        action(security, date, model::ActionType::kDelisting, 0, std::chrono::days{10}));
  }
  void rename(GeneratedSecurity& one, Date date) {
    Security& security = one.security;
    if (security.tickers.back().from >= date) return;
    if (names_.empty()) {
      for (const auto& other : all_) names_.insert(other.security.tickers.front().ticker);
    }
    Random random(seed_, kTicker, one.security.index, 77);
    auto change = action(security, date, model::ActionType::kRename, 1, std::chrono::days{7});
    change.new_ticker = new_ticker(random, names_);
    freed_.push_back({security.tickers.back().ticker, date});
    security.tickers.back().until = date;
    security.tickers.push_back({.ticker = change.new_ticker, .from = date});
    security.actions.push_back(std::move(change));
  }
  static void split(GeneratedSecurity& one, Date date, std::int64_t draw) {
    constexpr std::array kRatios{2.0, 3.0, 4.0, 1.5, 5.0, 10.0, 20.0};
    const double ratio = kRatios.at(static_cast<std::size_t>(draw) % kRatios.size());
    // It splits because it had become dear.
    one.profile.first_price = std::clamp(one.profile.first_price * ratio, 40.0, 4000.0);
    one.security.actions.push_back(
        action(one.security, date, model::ActionType::kSplit, ratio, std::chrono::days{21}));
  }
  static void reverse_split(GeneratedSecurity& one, Date date) {
    const double ratio = (to_days(date) % 2) == 0 ? 0.1 : 0.05;
    one.profile.first_price = std::round(std::clamp(one.profile.first_price / 40, 0.4, 4.0) * 100) / 100;
    one.security.actions.push_back(
        action(one.security, date, model::ActionType::kSplit, ratio, std::chrono::days{14}));
  }

  /// The ticker of the first rename goes to a security that is listed later, as exchanges do.
  void reuse_a_ticker() {
    for (auto& one : all_) {
      for (const auto& [ticker, date] : freed_) {
        Security& security = one.security;
        if (security.listed > date && security.actions.empty() && security.tickers.size() == 1) {
          security.tickers.front().ticker = ticker;
          return;
        }
      }
    }
  }

  /// Every 63 sessions, about a third of all; the amount follows the splits.
  void pay_dividends(GeneratedSecurity& one) {
    Random random(seed_, kDividend, one.security.index);
    if (one.security.kind == AssetKind::kStock && random.uniform() > 0.35) return;
    const double amount = std::max(0.01, one.profile.first_price * random.uniform(0.002, 0.008));
    const auto phase = random.below(63);
    for (std::size_t i = phase; i < sessions_.size(); i += 63) {
      const Date date = sessions_[i].date;
      if (!one.security.trades_on(date) || date == one.security.listed) continue;
      double splits = 1;
      bool splits_today = false;
      for (const auto& other : one.security.actions) {
        if (other.type != model::ActionType::kSplit) continue;
        splits_today = splits_today || other.ex_date == date;
        if (other.ex_date <= date) splits *= other.value;
      }
      const double value = std::round(amount / splits * 1e4) / 1e4;
      if (splits_today || value <= 0) continue;
      one.security.actions.push_back(
          action(one.security, date, model::ActionType::kCashDividend, value, std::chrono::days{28}));
    }
  }

  std::vector<GeneratedSecurity>& all_;
  std::uint64_t seed_;
  Sessions sessions_;
  double years_;
  std::vector<std::uint32_t> order_;
  std::size_t next_ = 0;
  std::set<std::string> names_;
  std::vector<std::pair<std::string, Date>> freed_;
};

const char* mic_of(std::uint32_t index, AssetKind kind) {
  constexpr std::array kStocks{"XNAS", "XNYS", "XNAS", "XNYS", "XNAS", "XASE"};
  constexpr std::array kEtfs{"ARCX", "XNAS", "BATS"};
  return kind == AssetKind::kEtf ? kEtfs.at(index % kEtfs.size()) : kStocks.at(index % kStocks.size());
}

}  // namespace

std::vector<GeneratedSecurity> make_universe(std::uint32_t count, std::uint64_t seed, Sessions sessions) {
  std::set<std::string> taken(kFirstTickers.begin(), kFirstTickers.end());
  Random names(seed, kTicker);
  std::vector<GeneratedSecurity> all(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    Security& security = all[i].security;
    const std::string ticker =
        i < kFirstTickers.size() ? std::string(kFirstTickers.at(i)) : new_ticker(names, taken);
    const bool known_fund = std::ranges::find(kFunds, ticker) != kFunds.end();
    security.index = i;
    security.kind =
        known_fund || (i >= kFirstTickers.size() && i % 5 == 0) ? AssetKind::kEtf : AssetKind::kStock;
    security.mic = mic_of(i, security.kind);
    security.name = fmt::format("Simulated {} {}{}", security.kind == AssetKind::kEtf ? "Fund" : "Company",
                                i + 1, security.kind == AssetKind::kEtf ? " ETF" : " Common Stock");
    security.listed = sessions.front().date;
    security.tickers.push_back({.ticker = ticker, .from = security.listed});
    all[i].profile = make_profile(static_cast<double>(i) / count, Random(seed, kProfile, i));
  }
  Events(all, seed, sessions).make();
  return all;
}

}  // namespace goldtape::simulate
