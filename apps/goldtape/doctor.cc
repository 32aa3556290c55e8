#include "doctor.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <thread>

#include <arrow/api.h>
#include <arrow/config.h>
#include <arrow/util/compression.h>
#include <duckdb.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "console.h"
#include "goldtape/base/timezone.h"
#include "goldtape/calendar/calendar.h"

namespace goldtape::app {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// Below this a load of a few thousand symbols may not fit; loads check their own need as well.
constexpr std::uint64_t kLittleSpaceBytes = 2ULL << 30;
// A commit is a handful of these; a disk slower than this makes small loads crawl.
constexpr milliseconds kSlowSync{50};
constexpr std::uint64_t kLittleMemoryBytes = 1ULL << 30;

Finding ok(std::string name, std::string found) {
  return {std::move(name), Health::kOk, std::move(found), ""};
}

Finding examine_arrow() {
  const auto& build = arrow::GetBuildInfo();
  if (build.version_major != ARROW_VERSION_MAJOR) {
    return {"arrow", Health::kMissing,
            fmt::format("{}, but built with {}", build.version_string, ARROW_VERSION_STRING),
            "another Arrow is found first: check LD_LIBRARY_PATH, or build again with `make build`"};
  }
  std::string codecs;
  for (const auto codec : {arrow::Compression::ZSTD, arrow::Compression::SNAPPY, arrow::Compression::GZIP}) {
    if (!arrow::util::Codec::IsAvailable(codec)) {
      return {"arrow", Health::kMissing,
              fmt::format("{} without {}", build.version_string, arrow::util::Codec::GetCodecAsString(codec)),
              "use the Arrow that `make setup` fetches, or build yours with this codec"};
    }
    codecs += (codecs.empty() ? "" : ", ") + arrow::util::Codec::GetCodecAsString(codec);
  }
  return ok("arrow", fmt::format("{} with {}", build.version_string, codecs));
}

/// The names that a query answers, joined by ", ", or the error's text in `error`.
std::string duckdb_names(duckdb_connection connection, const char* sql, std::string& error) {
  duckdb_result result;
  std::string names;
  if (duckdb_query(connection, sql, &result) == DuckDBError) {
    error = duckdb_result_error(&result);
  } else {
    for (idx_t row = 0; row < duckdb_row_count(&result); ++row) {
      char* name = duckdb_value_varchar(&result, 0, row);
      names += (names.empty() ? "" : ", ") + std::string(name != nullptr ? name : "");
      duckdb_free(name);
    }
  }
  duckdb_destroy_result(&result);
  return names;
}

Finding examine_duckdb() {
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  std::string error;
  std::string extensions;
  if (duckdb_open(nullptr, &database) == DuckDBError ||
      duckdb_connect(database, &connection) == DuckDBError) {
    error = "it cannot open a database in memory";
  } else {
    extensions = duckdb_names(
        connection, "SELECT extension_name FROM duckdb_extensions() WHERE loaded ORDER BY 1", error);
  }
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  const std::string version = duckdb_library_version();
  for (const std::string_view needed : {"icu", "json", "parquet"}) {
    if (error.empty() && extensions.find(needed) == std::string::npos) {
      error = fmt::format("it lacks the extension {}", needed);
    }
  }
  if (!error.empty()) {
    return {"duckdb", Health::kMissing, fmt::format("{}: {}", version, error),
            "use the DuckDB that `make setup` fetches"};
  }
  return ok("duckdb", fmt::format("{} with {}", version, extensions));
}

Finding examine_sqlite() {
  const std::string version = sqlite3_libversion();
  if (sqlite3_threadsafe() == 0) {
    return {"sqlite", Health::kMissing, version + ", built for one thread only",
            "install the system's SQLite (package libsqlite3-0)"};
  }
  return ok("sqlite", version);
}

/// "2025b" of the file that the zones were compiled from, where the system has it.
std::string zone_data_version() {
  std::ifstream file("/usr/share/zoneinfo/tzdata.zi");
  std::string line;
  constexpr std::string_view kPrefix = "# version ";
  return std::getline(file, line) && line.starts_with(kPrefix) ? line.substr(kPrefix.size()) : "present";
}

Finding examine_time_zones() {
  const auto zone = TimeZone::new_york();
  if (!zone) {
    return {"time_zones", Health::kMissing, zone.error().message, "install the package tzdata"};
  }
  // Daylight saving began on 2024-03-10 at 07:00 UTC.
  const Timestamp change = std::chrono::sys_days{std::chrono::year{2024} / 3 / 10} + std::chrono::hours{7};
  const auto offset = [&](Timestamp at) {
    return zone->to_local(at).time_since_epoch() - at.time_since_epoch();
  };
  if (offset(change) != std::chrono::hours{-4} ||
      offset(change - std::chrono::seconds{1}) != std::chrono::hours{-5}) {
    return {"time_zones", Health::kMissing, "America/New_York lacks the change of 2024-03-10",
            "update the package tzdata"};
  }
  return ok("time_zones", zone_data_version());
}

Finding examine_clock(const io::Clock& clock) {
  const Timestamp now = clock.now();
  const std::string text = format_timestamp(std::chrono::floor<std::chrono::seconds>(now));
  std::error_code error;
  const auto built = fs::last_write_time("/proc/self/exe", error);
  const auto earliest =
      error
          ? Timestamp{}
          : Timestamp{std::chrono::floor<std::chrono::microseconds>(std::chrono::file_clock::to_sys(built))};
  const auto* calendar = calendar::find_calendar("XNYS").value_or(nullptr);
  if (now + std::chrono::hours{24} < earliest) {
    return {"clock", Health::kMissing, text + ", before this program was built",
            "set the clock; observations would be dated wrongly"};
  }
  if (calendar != nullptr && !calendar->covers(std::chrono::floor<std::chrono::days>(now))) {
    return {"clock", Health::kMissing, text + ", outside the calendar of sessions",
            "set the clock, or use a newer Goldtape"};
  }
  struct timex state{};
  if (adjtimex(&state) == TIME_ERROR) {
    return {"clock", Health::kWarning, text + ", not synchronised",
            "run a time service (systemd-timesyncd, chrony): observations are dated by this clock"};
  }
  return ok("clock", text + ", synchronised");
}

/// The first folder at or above `path` that exists.
fs::path nearest_folder(fs::path path) {
  std::error_code error;
  path = fs::absolute(path, error);
  while (!fs::is_directory(path, error) && path.has_relative_path()) path = path.parent_path();
  return path;
}

Finding examine_lake(const std::string& lake) {
  std::error_code error;
  if (!fs::exists(lake, error)) {
    return {"lake", Health::kWarning, fmt::format("{} does not exist", lake),
            fmt::format("`goldtape --lake {} init` makes it", lake)};
  }
  if (!fs::exists(fs::path(lake) / "goldtape.toml", error)) {
    return {"lake", Health::kWarning, fmt::format("{} is no lake", lake),
            "name another folder with --lake, or make a lake there with `goldtape init`"};
  }
  if (::access(lake.c_str(), W_OK) != 0) {
    return {"lake", Health::kWarning, fmt::format("{} can only be read", lake),
            "loads need permission to write there"};
  }
  return ok("lake", lake);
}

Finding examine_space(io::FileSystem& filesystem, const fs::path& folder) {
  const auto free = filesystem.free_space_bytes(folder.string());
  if (!free) return {"lake_space", Health::kWarning, free.error().message, "check the disk"};
  const std::string found = fmt::format("{} free under {}", bytes_text(*free), folder.string());
  if (*free < kLittleSpaceBytes) {
    return {"lake_space", Health::kWarning, found, "free some space, or put the lake on a larger disk"};
  }
  return ok("lake_space", found);
}

/// File systems on which SQLite's locks are not to be relied on.
bool is_network_folder(const fs::path& folder) {
  constexpr std::array<long, 4> kNetwork{0x6969 /* NFS */, 0x517B /* SMB */, 0xFE534D42 /* SMB2 */,
                                         0xFF534D42 /* CIFS */};
  struct statfs state{};
  return ::statfs(folder.c_str(), &state) == 0 &&
         std::find(kNetwork.begin(), kNetwork.end(), static_cast<long>(state.f_type)) != kNetwork.end();
}

Finding examine_disk(io::FileSystem& filesystem, const fs::path& folder) {
  constexpr std::size_t kRounds = 9;
  const std::string path = (folder / fmt::format(".goldtape-doctor-{}", ::getpid())).string();
  const std::string bytes(4096, 'g');
  std::vector<std::chrono::duration<double, std::milli>> times;
  for (std::size_t round = 0; round < kRounds; ++round) {
    const auto started = std::chrono::steady_clock::now();
    const auto written = filesystem.write(path, bytes, {.overwrite = true, .durable = true});
    if (!written) {
      return {"lake_disk", Health::kWarning, written.error().to_string(),
              "loads need permission to write there"};
    }
    times.emplace_back(std::chrono::steady_clock::now() - started);
  }
  const auto removed = filesystem.remove(path);
  if (!removed) return {"lake_disk", Health::kWarning, removed.error().to_string(), "remove this file"};
  std::nth_element(times.begin(), times.begin() + kRounds / 2, times.end());
  const auto median = times[kRounds / 2];
  const std::string found = fmt::format("{:.1f} ms to make a small file durable", median.count());
  if (is_network_folder(folder)) {
    return {"lake_disk", Health::kWarning, found + ", on a network file system",
            "keep the lake on a local disk: SQLite's locks cannot be relied on over a network"};
  }
  if (median > kSlowSync) {
    return {"lake_disk", Health::kWarning, found,
            "each load waits for several of these; a faster disk helps"};
  }
  return ok("lake_disk", found);
}

Finding examine_memory() {
  std::ifstream file("/proc/meminfo");
  std::string key;
  std::uint64_t kib = 0;
  std::string rest;
  while (file >> key >> kib && std::getline(file, rest)) {
    if (key != "MemAvailable:") continue;
    const std::uint64_t available = kib * 1024;
    const std::string found =
        fmt::format("{} available, {} cores", bytes_text(available), std::thread::hardware_concurrency());
    if (available < kLittleMemoryBytes) {
      return {"memory", Health::kWarning, found, "close other programs, or lower query.memory_limit"};
    }
    return ok("memory", found);
  }
  return {"memory", Health::kWarning, "unknown", "/proc/meminfo cannot be read"};
}

}  // namespace

std::vector<Finding> examine(const DoctorOptions& options) {
  const fs::path folder = nearest_folder(options.lake);
  return {
      examine_arrow(),
      examine_duckdb(),
      examine_sqlite(),
      examine_time_zones(),
      examine_clock(*options.clock),
      examine_memory(),
      examine_lake(options.lake),
      examine_space(*options.filesystem, folder),
      examine_disk(*options.filesystem, folder),
  };
}

const char* to_string(Health health) {
  switch (health) {
    case Health::kOk: return "ok";
    case Health::kWarning: return "warning";
    case Health::kMissing: return "missing";
  }
  return "missing";
}

}  // namespace goldtape::app
