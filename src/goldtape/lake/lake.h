// A lake: one folder with its settings and its database (catalog and operations); raw answers and tables lie
// in the folder too, or in a warehouse on S3. Its layout is docs/formats.md, "The lake's folder".
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/io/clock.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/lake/writer_lock.h"
#include "goldtape/store/database.h"

namespace goldtape::table {
class Catalog;
}

namespace goldtape::lake {

/// The version of the folder's layout that this program writes and reads.
inline constexpr std::int64_t kLakeVersion = 1;

/// What a lake stands on; tests hand in their own. Absent members become the real ones.
struct LakeOptions {
  std::shared_ptr<io::FileSystem> filesystem;
  std::shared_ptr<io::Clock> clock;
  /// Where catalog and operations are, postgresql:// or rest+https:// as docs/catalogs.md says. Empty: what
  /// the lake's goldtape.toml says under catalog.uri, else `catalog.db` in the folder.
  std::string catalog = {};
  /// How long a command that writes waits for another one to end.
  std::chrono::milliseconds lock_timeout{60'000};
  /// For `create`: where raw answers and tables shall lie, "s3://bucket/prefix"; empty: in the folder.
  std::string warehouse = {};
  /// For `create`: what a new goldtape.toml says, as TOML; empty: nothing but how to begin.
  std::string settings = {};
};

/// What `Lake::create` made; everything else was there already.
struct CreateReport {
  std::string root;                         ///< Absolute.
  std::string warehouse;                    ///< Of raw answers and tables: `root`, or an S3 path.
  bool lake_created = false;                ///< False: the folder was a lake.
  std::vector<std::string> tables_created;  ///< "bronze.bars", ... in the order of the data dictionary.
  bool calendar_filled = false;             ///< reference.calendar got its sessions.
};

/// An open lake. Cheap to move; its parts are thread safe.
///
/// Reading needs no lock: every read is of a committed snapshot. A command that changes more than one
/// thing holds `lock_for_writing` while it runs, so two of them never interleave. Other programs that write
/// the tables through the catalog are met by the optimistic commit instead.
class Lake {
 public:
  /// Makes a lake of `path`, or completes one that is there; repeated, it changes nothing.
  /// A catalog that is given is written into the goldtape.toml of a new lake.
  /// Errors: GT5003 a lake of a newer version, GT5004 a folder that holds other things, GT5005 no
  /// permission, kUsage GT7110 a lake whose warehouse is elsewhere, io's and the store's.
  [[nodiscard]] static Result<CreateReport> create(const std::string& path, const LakeOptions& options = {});

  /// Opens a lake; where its folder cannot be written, for reading only.
  /// Errors: kNotFound GT5001 no such folder, kUsage GT5002 a folder that is no lake, kUnsupported GT5003
  /// a lake of a newer version, kUsage GT5006 a lake that was moved (the tables name their files by
  /// absolute location), the store's.
  [[nodiscard]] static Result<Lake> open(const std::string& path, const LakeOptions& options = {});

  Lake(Lake&&) noexcept;
  Lake& operator=(Lake&&) noexcept;
  ~Lake();

  /// Absolute path of the folder, without a trailing slash.
  [[nodiscard]] const std::string& root() const;
  /// Where raw answers and tables lie: root(), or "s3://bucket/prefix". Without a trailing slash.
  [[nodiscard]] const std::string& warehouse() const;
  /// warehouse() + "/" + relative.
  [[nodiscard]] std::string path(std::string_view relative) const;
  /// goldtape.toml of this lake; the settings in it are read by whoever wires the program.
  [[nodiscard]] std::string config_path() const;
  [[nodiscard]] bool read_only() const;
  /// The operations database as store::Database::open takes it: a path or a URI.
  [[nodiscard]] const std::string& database_location() const;

  [[nodiscard]] io::FileSystem& filesystem() const;
  [[nodiscard]] const std::shared_ptr<io::FileSystem>& shared_filesystem() const;
  [[nodiscard]] io::Clock& clock() const;
  [[nodiscard]] store::Database& database() const;
  [[nodiscard]] table::Catalog& catalog() const;

  /// Errors: kIo GT5005 the lake was opened for reading only; `command` is named in the message.
  [[nodiscard]] Status require_writable(std::string_view command) const;
  /// Held while a command writes; `command` is told to whoever has to wait.
  /// Errors: kIo GT5005 the lake was opened for reading only, kConflict GT5010 another command holds it
  /// (which one, since when) for longer than the timeout.
  [[nodiscard]] Result<WriterLock> lock_for_writing(std::string_view command) const;

 private:
  struct Impl;
  explicit Lake(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace goldtape::lake
