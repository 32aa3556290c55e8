#include <filesystem>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "command.h"
#include "dashboard.h"
#include "goldtape/query/session.h"
#include "goldtape/serve/dashboard_data.h"
#include "goldtape/serve/dashboard_page.h"
#include "version.h"

namespace goldtape::app {

namespace {

struct DashboardArguments {
  std::string output = "dashboard.html";
  std::string snapshot;
  std::int64_t symbols = 120;
};

}  // namespace

Result<DashboardFile> write_dashboard(const lake::Lake& lake, const std::string& output,
                                      const std::string& snapshot, std::int64_t max_symbols) {
  GT_ASSIGN(const auto session, query::Session::open(lake, {.snapshot = snapshot}));
  serve::DashboardOptions options{.lake_name = std::filesystem::path(lake.root()).filename().string(),
                                  .program = fmt::format("goldtape {}", kVersion),
                                  .generated_at = lake.clock().now(),
                                  .max_symbols = max_symbols};
  GT_ASSIGN(const auto json, serve::dashboard_json(*session, options));
  const auto page = serve::dashboard_page(json);
  const auto path = std::filesystem::absolute(output);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << page;
  file.close();
  if (!file) return fail(ErrorKind::kIo, 1031, "cannot write the page", path.string());
  return DashboardFile{.path = path.string(), .bytes = page.size()};
}

void add_dashboard(Program& program) {
  auto* command = program.add("dashboard", "Write one self-contained HTML page about the lake",
                              "  goldtape --lake demo/lake dashboard --output dashboard.html\n"
                              "  goldtape dashboard --snapshot 2024-06-30");
  auto arguments = std::make_shared<DashboardArguments>();
  command->add_option("-o,--output", arguments->output, "The page's file")->default_str("dashboard.html");
  command->add_option("--snapshot", arguments->snapshot,
                      "Snapshot id, or an instant: the lake as it was then");
  command->add_option("--symbols", arguments->symbols, "The most traded symbols that the page carries")
      ->default_str("120");
  program.on_run(command, [&program, arguments]() -> Status {
    GT_ASSIGN(const auto lake, program.open_lake());
    GT_ASSIGN(const auto file,
              write_dashboard(lake, arguments->output, arguments->snapshot, arguments->symbols));
    std::cout << file.path << '\n';
    program.console().say(fmt::format("{}; open it in a browser", bytes_text(file.bytes)));
    return {};
  });
}

}  // namespace goldtape::app
