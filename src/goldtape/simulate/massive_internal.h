// Not public: the parts of Massive's answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "goldtape/simulate/wire.h"

namespace goldtape::simulate::internal {

[[nodiscard]] WireAnswer massive_error(int status, std::string_view message);
/// 32 hex digits that the request alone decides.
[[nodiscard]] std::string massive_request_id(const WireRequest& request);

[[nodiscard]] WireAnswer massive_range(const Scene& scene, const WireRequest& request,
                                       const std::vector<std::string_view>& parts);
[[nodiscard]] WireAnswer massive_previous(const Scene& scene, const WireRequest& request,
                                          std::string_view ticker);
[[nodiscard]] WireAnswer massive_grouped(const Scene& scene, const WireRequest& request,
                                         std::string_view date);
[[nodiscard]] WireAnswer massive_splits(const Scene& scene, const WireRequest& request);
[[nodiscard]] WireAnswer massive_dividends(const Scene& scene, const WireRequest& request);
[[nodiscard]] WireAnswer massive_tickers(const Scene& scene, const WireRequest& request);
[[nodiscard]] WireAnswer massive_ticker(const Scene& scene, const WireRequest& request,
                                        std::string_view ticker);

}  // namespace goldtape::simulate::internal
