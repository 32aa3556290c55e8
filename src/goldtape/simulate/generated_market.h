// A market made up from a seed: deterministic, and computed where it is asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "goldtape/calendar/calendar.h"
#include "goldtape/simulate/daily_path.h"
#include "goldtape/simulate/market.h"
#include "goldtape/simulate/minute_path.h"

namespace goldtape::simulate {

struct GeneratedOptions {
  std::uint32_t symbols = 200;  ///< 1 to kMaxGeneratedSymbols.
  std::uint64_t seed = 7;
  Date from{};  ///< First and last date, inclusive; at least one session of XNYS lies between.
  Date to{};
};

/// The same options give the same market, to the bit. A security's daily path is made when it is first
/// asked for and kept (48 bytes a session); its minutes are made anew for each question.
class GeneratedMarket final : public Market {
 public:
  /// Errors: kUsage GT8101 too many symbols or none, GT8102 a range without a session.
  [[nodiscard]] static Result<std::unique_ptr<GeneratedMarket>> make(const GeneratedOptions& options);

  [[nodiscard]] Result<std::vector<MarketBar>> minutes(const Security& security, Date first,
                                                       Date last) const override;
  [[nodiscard]] Result<std::vector<MarketBar>> days(const Security& security, Date first,
                                                    Date last) const override;
  [[nodiscard]] std::vector<Halt> halts(Date session) const override;

 private:
  GeneratedMarket(const GeneratedOptions& options, std::span<const calendar::Session> sessions);
  const std::vector<DayPlan>& plans(std::uint32_t security) const;
  /// The one halt of a security on a session, if there is one.
  [[nodiscard]] std::optional<Pause> pause(std::uint32_t security, const calendar::Session& session) const;
  /// Indices [first, last) of the sessions between two dates.
  [[nodiscard]] std::pair<std::size_t, std::size_t> between(Date first, Date last) const;

  struct Path {
    std::once_flag once;
    std::vector<DayPlan> plans;
  };
  std::uint64_t seed_;
  std::span<const calendar::Session> sessions_;  ///< Of the static calendar.
  std::vector<GeneratedSecurity> generated_;
  mutable std::vector<Path> paths_;
};

}  // namespace goldtape::simulate
