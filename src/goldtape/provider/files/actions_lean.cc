// Corporate actions from LEAN's map files (renames, delistings) and factor files (splits, dividends).
#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "goldtape/calendar/calendar.h"
#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/files/csv_scanner.h"
#include "goldtape/provider/files/file_name.h"
#include "goldtape/provider/files/lean.h"
#include "goldtape/provider/files/number.h"
#include "goldtape/provider/files/reading.h"
#include "goldtape/provider/ticker.h"

namespace goldtape::provider::files {

namespace {

using model::ActionType;

/// Up to this date LEAN writes what has no end: 2050-12-31.
constexpr Date kOpenEnd{std::chrono::year(2050) / 1 / 1};
/// Factors have seven decimals.
constexpr double kFactorStep = 1e-7;
constexpr int kMostShares = 100;  ///< Of either side of a split: 3:2, 1:50.

/// The ratio of small whole numbers that two rounded factors stand for, else the quotient itself.
double split_ratio(double before, double after) {
  const double ratio = after / before;
  const double tolerance = 10 * kFactorStep * (1 / before + 1 / after);
  for (int old_shares = 1; old_shares <= kMostShares; ++old_shares) {
    const double shares = std::round(ratio * old_shares);
    const double whole = shares / old_shares;
    if (shares >= 1 && std::abs(whole / ratio - 1) <= tolerance) return whole;
  }
  return ratio;
}

/// As exactly as the factors tell it: to four decimals, or three for dear shares.
double dividend(double close, double before, double after) {
  const double steps = close < 500 ? 1e4 : 1e3;
  return std::round(close * (1 - before / after) * steps) / steps;
}

class ActionsLean {
 public:
  ActionsLean(std::string_view text, const ReadContext& context)
      : scanner_(text, ',', '"', context.where), context_(context) {
    batch_.source = context.origin.source;
    batch_.observed_at = context.origin.observed_at;
  }

  Result<model::ActionBatch> read() {
    GT_ASSIGN(bool found, scanner_.next(fields_));
    double number = 0;
    const bool factors =
        found && fields_.size() > 1 && parse_decimal(fields_[1].text, '.', number) == NumberFault::kNone;
    if (factors) file_ticker_ = lean_ticker(base_stem());
    if (factors && !is_ticker(file_ticker_)) {
      return fail(
          ErrorKind::kDamaged, 2037,
          fmt::format("a factor file is named by its ticker (aapl.csv), not '{}'", excerpt(context_.name)),
          context_.where);
    }
    for (; found;) {
      GT_RETURN_IF_ERROR(factors ? read_factors() : read_name());
      GT_ASSIGN(found, scanner_.next(fields_));
    }
    if (!factors) add_delisting();
    if (untold_dividends_ > 0) {
      batch_.notes.push_back(fmt::format(
          "{} dividends are not told: the factor file has no closes (a fourth column) to reckon them from",
          untold_dividends_));
    }
    return std::move(batch_);
  }

 private:
  [[nodiscard]] std::string here() const { return fmt::format("{}:{}", context_.where, scanner_.line()); }
  [[nodiscard]] std::unexpected<Error> wrong(std::string why) const {
    return fail(ErrorKind::kDamaged, 2255, std::move(why), here());
  }

  [[nodiscard]] std::string base_stem() const {
    const std::size_t slash = context_.name.rfind('/');
    const std::string base = slash == std::string::npos ? context_.name : context_.name.substr(slash + 1);
    return base.substr(0, base.rfind('.'));
  }

  /// The row's date, which must follow that of the row before.
  Status read_date() {
    const std::string_view text = fields_[0].text;
    const auto date = text.size() == 8 ? date_of_name(text) : std::nullopt;
    if (!date) return wrong(fmt::format("'{}' is not a date", excerpt(text)));
    if (has_row_ && *date <= date_) {
      return wrong(fmt::format("the row of {} stands after that of {}; rows ascend", format_date(*date),
                               format_date(date_)));
    }
    next_date_ = *date;
    return {};
  }

  /// First session after the row before, from which on its words no longer hold.
  [[nodiscard]] Date session_after(Date date) const {
    const calendar::Session* session = calendar::xnys().next_session(date);
    return session != nullptr ? session->date : date + std::chrono::days(1);
  }

  void add(ActionType type, Date last_day, std::string ticker, double value, std::string new_ticker,
           std::string_view currency) {
    model::CorporateAction action;
    action.ticker = std::move(ticker);
    action.ex_date = session_after(last_day);
    action.type = type;
    action.value = value;
    action.currency = currency;
    action.new_ticker = std::move(new_ticker);
    action.known_at = context_.origin.observed_at;
    action.line = scanner_.line();
    batch_.actions.push_back(std::move(action));
  }

  /// 20140402,goocv or 20140402,goocv,Q: the name up to and with that date.
  Status read_name() {
    if (fields_.size() < 2 || fields_.size() > 3) {
      return wrong("a map file has a date, a name and perhaps an exchange in each row");
    }
    GT_RETURN_IF_ERROR(read_date());
    std::string ticker = lean_ticker(fields_[1].text);
    if (!is_ticker(ticker)) {
      return fail(ErrorKind::kDamaged, 2034, fmt::format("'{}' is not a ticker", excerpt(fields_[1].text)),
                  here());
    }
    if (has_row_ && ticker != ticker_) add(ActionType::kRename, date_, ticker_, 1, ticker, "");
    ticker_ = std::move(ticker);
    date_ = next_date_;
    has_row_ = true;
    return {};
  }

  void add_delisting() {
    if (has_row_ && date_ < kOpenEnd) add(ActionType::kDelisting, date_, ticker_, 0, "", "");
  }

  Status read_number(std::size_t field, double& out) const {
    const std::string_view text = fields_[field].text;
    if (parse_decimal(text, '.', out) != NumberFault::kNone || out < 0) {
      return wrong(fmt::format("'{}' is not a factor or a price", excerpt(text)));
    }
    return {};
  }

  /// 20140606,0.9304792,0.142857,645.57: factors of dividends and splits up to and with that date, its close.
  Status read_factors() {
    if (fields_.size() < 3 || fields_.size() > 4) {
      return wrong(
          "a factor file has a date, a price factor, a split factor and perhaps a close in each row");
    }
    GT_RETURN_IF_ERROR(read_date());
    Factors next;
    GT_RETURN_IF_ERROR(read_number(1, next.price));
    GT_RETURN_IF_ERROR(read_number(2, next.split));
    if (fields_.size() == 4) GT_RETURN_IF_ERROR(read_number(3, next.close));
    if (next.price <= 0 || next.split <= 0) return wrong("a factor of 0");
    if (has_row_ && next.split != factors_.split) {
      add(ActionType::kSplit, date_, file_ticker_, split_ratio(factors_.split, next.split), "", "");
    }
    if (has_row_ && next.price != factors_.price) tell_dividend(next);
    factors_ = next;
    date_ = next_date_;
    has_row_ = true;
    return {};
  }

  struct Factors {
    double price = 1, split = 1, close = 0;
  };

  void tell_dividend(const Factors& next) {
    const double amount = dividend(factors_.close, factors_.price, next.price);
    if (amount > 0) {
      add(ActionType::kCashDividend, date_, file_ticker_, amount, "", "USD");
    } else {
      ++untold_dividends_;
    }
  }

  CsvScanner scanner_;
  const ReadContext& context_;
  model::ActionBatch batch_;
  std::vector<Field> fields_;
  bool has_row_ = false;
  Date date_{}, next_date_{};
  std::string ticker_, file_ticker_;
  Factors factors_;
  std::size_t untold_dividends_ = 0;
};

}  // namespace

Result<model::ActionBatch> read_actions_lean(std::string_view text, const ReadContext& context,
                                             ReadReport& report) {
  GT_ASSIGN(report.dialect, builtin_dialect("lean"));
  report.dialect.ts_format = "date";
  report.ticker_from = "rows or file name";
  return ActionsLean(text, context).read();
}

}  // namespace goldtape::provider::files
