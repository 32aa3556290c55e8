#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "command.h"
#include "goldtape/lake/relocate.h"
#include "s3_lake.h"

namespace goldtape::app {

namespace {

struct RelocateArguments {
  std::string to;
  bool in_place = false;
  bool json = false;
};

Result<lake::RelocateReport> relocate(Program& program, const RelocateArguments& arguments) {
  if (arguments.in_place == !arguments.to.empty()) {
    return fail(ErrorKind::kUsage, 5121,
                "name the folder to copy to, or say --in-place for a lake that was moved");
  }
  if (arguments.in_place) {
    GT_ASSIGN(const auto config, program.load_config());
    GT_ASSIGN(const auto options, program.lake_options(config));
    return lake::mend_moved_lake(program.globals().lake, options);
  }
  GT_ASSIGN(const auto lake, program.open_lake());
  lake::LakePlace place{.folder = arguments.to};
  if (io::is_s3_path(arguments.to)) {
    GT_ASSIGN(const auto config, program.load_config());
    GT_ASSIGN(const auto s3, io::S3Options::from(config, process_environment()));
    GT_ASSIGN(place.warehouse, s3_warehouse(arguments.to));
    place.folder = s3_lake_folder(place.warehouse);
    place.settings = s3_settings(s3);
  }
  return lake::copy_lake(lake, std::move(place));
}

Status run_relocate(Program& program, const RelocateArguments& arguments) {
  GT_ASSIGN(const auto report, relocate(program, arguments));
  if (arguments.json) {
    std::cout << nlohmann::json{{"from", report.from},
                                {"to", report.to},
                                {"tables", report.tables},
                                {"files_copied", report.files_copied},
                                {"bytes_copied", report.bytes_copied},
                                {"files_kept", report.files_kept},
                                {"files_outside", report.files_outside}}
                     .dump(2)
              << '\n';
    return {};
  }
  if (report.from == report.to) {
    std::cout << "the lake is where it says; nothing to do\n";
    return {};
  }
  std::cout << fmt::format("{} tables of {} are at {} now; {} files copied, {}\n", report.tables, report.from,
                           report.to, report.files_copied,
                           bytes_text(static_cast<std::uint64_t>(report.bytes_copied)));
  if (report.files_outside > 0)
    std::cout << fmt::format("{} data files lie outside the lake and stay where they are\n",
                             report.files_outside);
  return {};
}

}  // namespace

void add_relocate(Program& program) {
  auto* command = program.add(
      "relocate", "Copy a lake to another folder or to S3 and back, or put one right that was moved",
      "  goldtape --lake /old relocate /new              # /old stays as it is\n"
      "  goldtape --lake /old relocate s3://market-micros/lake\n"
      "  mv /old /new && goldtape --lake /new relocate --in-place\n"
      "\nIceberg names files by absolute path, so metadata and manifests are written anew; data files are "
      "not\n"
      "changed. Snapshots, tags and the audit come along.");
  auto arguments = std::make_shared<RelocateArguments>();
  command->add_option("to", arguments->to,
                      "Folder or s3://BUCKET/PREFIX of the copy: empty, or not there yet");
  command->add_flag("--in-place", arguments->in_place, "The lake's folder was moved already");
  command->add_flag("--json", arguments->json, "As JSON");
  program.on_run(command, [&program, arguments] { return run_relocate(program, *arguments); });
}

}  // namespace goldtape::app
