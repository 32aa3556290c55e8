// Massive's flat files: one file a day of all bars of the market, on S3, which may be published again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/model/interval.h"
#include "goldtape/provider/provider.h"

namespace goldtape::provider::files {

inline constexpr std::string_view kFlatFilesEndpoint = "https://files.massive.com";
inline constexpr std::string_view kFlatFilesBucket = "flatfiles";

/// "us_stocks_sip/minute_aggs_v1", or day_aggs_v1. Errors: GT2203 (kUsage) bars of another length.
[[nodiscard]] Result<std::string> flat_file_folder(model::Interval interval);

/// The day of ".../2024/01/2024-01-02.csv.gz"; nothing for another name.
[[nodiscard]] std::optional<Date> flat_file_date(std::string_view key);

/// A version of a file.
struct FlatFile {
  std::string key;  ///< Below the bucket.
  std::string etag;
  Timestamp modified{};
};

/// The question that one version of a file answers, for FilesProvider: another ETag is another question, said
/// when it was published, so that what differs in it becomes revisions.
[[nodiscard]] Request flat_file_request(const FlatFile& file, model::Interval interval);

}  // namespace goldtape::provider::files
