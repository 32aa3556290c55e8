#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "command.h"
#include "goldtape/lake/delta_export.h"

namespace goldtape::app {

namespace {

struct ExportArguments {
  std::string table;
  std::string folder;
  bool json = false;
};

Status run_export(Program& program, const ExportArguments& arguments) {
  GT_ASSIGN(const auto lake, program.open_lake());
  GT_ASSIGN(const auto done, lake::export_delta(lake, arguments.table, arguments.folder));
  if (arguments.json) {
    nlohmann::json out{{"path", done.path},
                       {"version", done.version},
                       {"changed", done.changed},
                       {"files", done.files},
                       {"rows", done.rows},
                       {"files_added", done.files_added},
                       {"files_removed", done.files_removed}};
    out["snapshot_id"] = done.snapshot_id ? nlohmann::json(*done.snapshot_id) : nlohmann::json();
    std::cout << out.dump(2) << '\n';
    return {};
  }
  if (!done.changed) {
    std::cout << fmt::format("{}: version {} shows the table as it is\n", done.path, done.version);
    return {};
  }
  std::cout << fmt::format("{}: version {}, {} rows in {} files (+{}, -{})\n", done.path, done.version,
                           count_text(static_cast<std::uint64_t>(done.rows)), done.files, done.files_added,
                           done.files_removed);
  return {};
}

}  // namespace

void add_export(Program& program) {
  auto* command = program.add(
      "export", "Show a table to readers of Delta Lake, over the same Parquet files",
      "  goldtape export --delta silver.bars_1m --to /srv/delta/bars_1m\n"
      "  python -c \"import deltalake; print(deltalake.DeltaTable('/srv/delta/bars_1m').to_pandas())\"\n"
      "\nNothing is copied: the folder gets a _delta_log and a link to the table's data. Run it again after "
      "new\n"
      "snapshots; one version with the files that came and went is added. Readers only: whoever writes to "
      "the\n"
      "Delta table, or vacuums it, leaves the lake's own way.");
  auto arguments = std::make_shared<ExportArguments>();
  command->add_option("--delta", arguments->table, "The table: zone.name")->required();
  command->add_option("--to", arguments->folder, "Folder of the Delta table, outside the lake")->required();
  command->add_flag("--json", arguments->json, "As JSON");
  program.on_run(command, [&program, arguments] { return run_export(program, *arguments); });
}

}  // namespace goldtape::app
