#include <iostream>

#include <arrow/util/config.h>
#include <fmt/format.h>

#include "command.h"
#include "version.h"

namespace goldtape::app {

void add_version(Program& program) {
  auto* command = program.add("version", "Print the version of the program and of what it is built with",
                              "  goldtape version\n  goldtape version --json");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "As JSON");
  program.on_run(command, [json]() -> Status {
    if (*json) {
      std::cout << fmt::format("{{\"goldtape\":\"{}\",\"arrow\":\"{}\",\"lake_format\":{}}}\n", kVersion,
                               ARROW_VERSION_STRING, lake::kLakeVersion);
    } else {
      std::cout << fmt::format("goldtape {} (lake format {}, Arrow {})\n", kVersion, lake::kLakeVersion,
                               ARROW_VERSION_STRING);
    }
    return {};
  });
}

}  // namespace goldtape::app
