// A market as the simulator's venues see it: who is listed, what traded, what happened. Raw prices, whole
// truth; what a venue would show of it at an instant is bar_view.h's to say.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/model/corporate_action.h"
#include "goldtape/model/interval.h"

namespace goldtape::simulate {

enum class AssetKind : std::uint8_t { kStock, kEtf };

/// The ticker of a security over [from, until).
struct TickerSpan {
  std::string ticker;  ///< "AAPL", "BRK.B"; a dot before the class of a share.
  Date from{};
  Date until = Date::max();
};

/// One security, through all its tickers.
struct Security {
  std::uint32_t index = 0;  ///< Its place in Market::securities().
  std::string name;         ///< "Simulated Company 12 Common Stock".
  std::string mic;          ///< ISO 10383: XNAS, XNYS, ARCX, XASE or BATS.
  AssetKind kind = AssetKind::kStock;
  bool test_issue = false;                      ///< Not a security: the exchange's own test symbol.
  Date listed{};                                ///< First session.
  std::optional<Date> delisted = {};            ///< First date without trading.
  std::vector<TickerSpan> tickers;              ///< Ascending, without gaps; at least one.
  std::vector<model::CorporateAction> actions;  ///< Ascending by ex_date.

  /// The ticker on a date; the first or last one outside its life.
  [[nodiscard]] const std::string& ticker_on(Date date) const;
  [[nodiscard]] bool trades_on(Date date) const { return date >= listed && (!delisted || date < *delisted); }
};

/// A bar as traded. Absent vwap is NaN, absent trade_count model::kAbsentCount.
struct MarketBar {
  Timestamp ts{};  ///< Start; daily bars: 00:00 UTC of the session date.
  Date date{};
  double open = 0, high = 0, low = 0, close = 0;  ///< USD, raw.
  std::int64_t volume = 0;
  double vwap = 0;
  std::int64_t trade_count = 0;
  model::SessionPart part = model::SessionPart::kRegular;
};

/// A stop of trading in one security, [start, end).
struct Halt {
  std::uint32_t security = 0;
  Timestamp start{};
  Timestamp end{};
  std::string_view code;  ///< As NASDAQ's: "LUDP" (limit up, limit down), "T1" (news pending).
};

/// Immutable after it is made; every function may be called from any thread.
class Market {
 public:
  Market() = default;
  Market(const Market&) = delete;
  Market& operator=(const Market&) = delete;
  virtual ~Market() = default;

  [[nodiscard]] std::span<const Security> securities() const { return securities_; }
  /// Who bears a ticker on a date; nullptr: nobody.
  [[nodiscard]] const Security* find(std::string_view ticker, Date as_of) const;
  /// Who bears it on that date, else who bore it last before, else who is the first to bear it after.
  [[nodiscard]] const Security* find_ever(std::string_view ticker, Date as_of) const;

  /// First and last date that the market knows, inclusive.
  [[nodiscard]] Date first_date() const { return first_date_; }
  [[nodiscard]] Date last_date() const { return last_date_; }

  /// The minute bars of a security with first <= date <= last, ascending, pre and post market included;
  /// minutes without a trade are absent. Errors: those of what the market is read from.
  [[nodiscard]] virtual Result<std::vector<MarketBar>> minutes(const Security& security, Date first,
                                                               Date last) const = 0;
  /// The daily bars with first <= date <= last, ascending; a day without a trade is absent.
  [[nodiscard]] virtual Result<std::vector<MarketBar>> days(const Security& security, Date first,
                                                            Date last) const = 0;
  /// The halts that begin on a session, by start.
  [[nodiscard]] virtual std::vector<Halt> halts(Date session) const = 0;

 protected:
  /// Takes the securities, numbers them and indexes their tickers. Called once, by constructors.
  void set_securities(std::vector<Security> securities, Date first, Date last);

 private:
  struct Bearer {
    Date from{};
    Date until{};
    std::uint32_t security = 0;
  };
  std::vector<Security> securities_;
  std::unordered_map<std::string, std::vector<Bearer>> bearers_;  ///< Ascending by from.
  Date first_date_{};
  Date last_date_{};
};

}  // namespace goldtape::simulate
