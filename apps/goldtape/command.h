// What every subcommand shares: the global options, the console, and how a subcommand is wired in.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "console.h"
#include "goldtape/base/config.h"
#include "goldtape/base/result.h"
#include "goldtape/lake/lake.h"

namespace goldtape::app {

/// Options that stand before the subcommand.
struct Globals {
  std::string lake;                   ///< Folder of --lake, else GOLDTAPE_LAKE, else "lake".
  std::string warehouse;              ///< The S3 path, when --lake names one; `lake` is then its folder here.
  std::vector<std::string> settings;  ///< --set key=value, strongest of all settings.
  bool quiet = false;                 ///< --quiet: no progress, no remarks.
  std::string log_format;             ///< --log-format human|json; empty: as the configuration says.
};

/// One run of the program: what was parsed, and what is to be done.
class Program {
 public:
  Program(Globals& globals, Console& console) : globals_(globals), console_(console) {}

  /// Adds a subcommand. `examples` is shown under its help, one command a line.
  CLI::App* add(const std::string& name, const std::string& what, const std::string& examples);
  /// Sets what a subcommand does once the whole line is parsed.
  void on_run(CLI::App* command, std::function<Status()> action);
  /// Parses and runs; the exit code. Errors are printed to the console's error stream.
  int run(int argc, char** argv);

  [[nodiscard]] CLI::App& root() { return root_; }
  [[nodiscard]] Console& console() { return console_; }
  [[nodiscard]] const Globals& globals() const { return globals_; }
  /// As --set KEY=VALUE, for flags that stand for a setting.
  void override_setting(const std::string& key, const std::string& value) {
    globals_.settings.push_back(key + "=" + value);
  }
  /// Settings: the lake's goldtape.toml, then GOLDTAPE_* variables, then --set. Also sets up the log.
  [[nodiscard]] Result<Config> load_config() const;
  /// Opens the lake that the global options name.
  [[nodiscard]] Result<lake::Lake> open_lake() const;
  /// How a lake is opened or made under these settings.
  [[nodiscard]] Result<lake::LakeOptions> lake_options(const Config& config) const;

 private:
  /// Replaces an S3 path given as the lake by the folder that this machine keeps for it.
  Status find_folder();

  Globals& globals_;
  Console& console_;
  CLI::App root_{"", "goldtape"};
  std::function<Status()> action_;
};

void add_init(Program& program);  ///< init, upgrade
void add_demo(Program& program);
void add_ingest(Program& program);
void add_collect(Program& program);  ///< plan, backfill, update
void add_stream(Program& program);
void add_gaps(Program& program);
void add_replay(Program& program);  ///< replay-raw
void add_notify(Program& program);
void add_layers(Program& program);  ///< refine, features, quality, run, compact
void add_query(Program& program);
void add_tables(Program& program);  ///< tables, snapshots, rollback
void add_audit(Program& program);   ///< audit, revisions
void add_undo(Program& program);
void add_fsck(Program& program);
void add_expire(Program& program);
void add_orphans(Program& program);
void add_export(Program& program);
void add_recover(Program& program);
void add_relocate(Program& program);
void add_refs(Program& program);  ///< tag, branch
void add_calendar(Program& program);
void add_dashboard(Program& program);
void add_simulate(Program& program);
void add_serve(Program& program);
void add_docs(Program& program);
void add_doctor(Program& program);
void add_completion(Program& program);
void add_version(Program& program);

}  // namespace goldtape::app
