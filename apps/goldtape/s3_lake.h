// Lakes named by where their data lie on S3: `--lake s3://BUCKET/PREFIX`.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "goldtape/base/config.h"
#include "goldtape/base/result.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/io/s3_options.h"

namespace goldtape::app {

/// The path in the one form that lakes keep: without slashes at the end. Errors: GT7101.
[[nodiscard]] Result<std::string> s3_warehouse(std::string_view path);

/// Where this machine keeps settings and catalog of such a lake: a folder of its own below
/// $XDG_DATA_HOME/goldtape/lakes, else ~/.local/share/goldtape/lakes.
[[nodiscard]] std::string s3_lake_folder(std::string_view warehouse);

/// S3 as the settings say, with the read cache in front. Errors: GT7100; kUsage GT7102.
[[nodiscard]] Result<std::shared_ptr<io::FileSystem>> s3_files(const Config& config);

/// What goldtape.toml of such a lake says, so that later commands reach the same service. Keys stay in the
/// environment.
[[nodiscard]] std::string s3_settings(const io::S3Options& options);

}  // namespace goldtape::app
