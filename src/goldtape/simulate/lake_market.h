// A market that a lake remembers.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "goldtape/lake/lake.h"
#include "goldtape/query/session.h"
#include "goldtape/simulate/market.h"

namespace goldtape::simulate {

/// What silver and reference hold at the moment of opening; later commits are not seen. Minutes are those
/// traded in silver.bars_1m, and bronze's raw ones before and after the session; days are silver.bars_1d, and
/// where there is none for a session the sum of its minutes. One question at a time reads the lake.
class LakeMarket final : public Market {
 public:
  /// Errors: kUsage GT8108 silver is empty (nothing was refined); the lake's and the session's own.
  [[nodiscard]] static Result<std::unique_ptr<LakeMarket>> open(lake::Lake lake);

  [[nodiscard]] Result<std::vector<MarketBar>> minutes(const Security& security, Date first,
                                                       Date last) const override;
  [[nodiscard]] Result<std::vector<MarketBar>> days(const Security& security, Date first,
                                                    Date last) const override;
  [[nodiscard]] std::vector<Halt> halts(Date session) const override;

 private:
  explicit LakeMarket(lake::Lake lake) : lake_(std::move(lake)) {}
  Status read_securities();
  Status read_halts();
  [[nodiscard]] Result<std::vector<MarketBar>> read_bars(const std::string& sql) const;

  lake::Lake lake_;
  mutable std::mutex mutex_;  ///< Of the session.
  std::unique_ptr<query::Session> session_;
  std::vector<std::int64_t> ids_;  ///< security_id by index.
  std::map<std::int64_t, std::uint32_t> indices_;
  std::map<Date, std::vector<Halt>> halts_;
};

}  // namespace goldtape::simulate
