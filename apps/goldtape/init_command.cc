#include <iostream>

#include <fmt/format.h>

#include "command.h"
#include "goldtape/io/s3_bucket.h"
#include "s3_lake.h"
#include "upgrade_command.h"

namespace goldtape::app {

namespace {

constexpr int kNoSuchBucket = 7103;

struct InitArguments {
  std::string s3;
  bool make_bucket = false;
  std::string catalog;
};

Status prepare_bucket(Program& program, const Config& config, const InitArguments& arguments,
                      lake::LakeOptions& options) {
  GT_ASSIGN(const auto location, io::parse_s3_path(arguments.s3));
  GT_ASSIGN(const auto s3, io::S3Options::from(config, process_environment()));
  auto prepared = io::prepare_s3_bucket(s3, location, arguments.make_bucket);
  if (!prepared && prepared.error().code == kNoSuchBucket)
    prepared.error().message += "; --make-bucket makes it";
  GT_ASSIGN(const auto report, std::move(prepared));
  auto& console = program.console();
  if (report.created)
    console.say(fmt::format("made the bucket {} at {}", location.bucket, s3.endpoint_or_default()));
  if (report.versioning && report.lifecycle) {
    console.say(fmt::format("bucket {}: versioned; what is replaced or removed below {} stays {} days",
                            location.bucket, arguments.s3, io::kKeepOldVersionsDays));
  }
  for (const auto& remark : report.remarks) console.say(remark);
  GT_ASSIGN(options.warehouse, s3_warehouse(arguments.s3));
  options.settings = s3_settings(s3);
  return {};
}

Status init(Program& program, InitArguments arguments) {
  const auto& named = program.globals().warehouse;
  if (arguments.s3.empty()) arguments.s3 = named;
  if (!named.empty() && arguments.s3 != named) {
    return fail(ErrorKind::kUsage, 7110,
                "--lake names another place on S3 already; say it once, or name a folder by --lake",
                arguments.s3);
  }
  if (!arguments.catalog.empty()) program.override_setting("catalog.uri", arguments.catalog);
  GT_ASSIGN(const auto config, program.load_config());
  GT_ASSIGN(auto options, program.lake_options(config));
  if (!arguments.s3.empty()) GT_RETURN_IF_ERROR(prepare_bucket(program, config, arguments, options));
  GT_ASSIGN(const auto report, lake::Lake::create(program.globals().lake, options));
  if (!report.lake_created && report.tables_created.empty() && !report.calendar_filled) {
    std::cout << fmt::format("{} is a lake already; nothing changed\n", report.root);
    return {};
  }
  std::cout << fmt::format("{} {}\n", report.lake_created ? "made the lake" : "completed the lake",
                           report.root);
  if (report.warehouse != report.root) std::cout << fmt::format("  data in {}\n", report.warehouse);
  std::cout << fmt::format("  {} tables: {}\n", report.tables_created.size(),
                           fmt::join(report.tables_created, ", "));
  program.console().say(
      fmt::format("Next: goldtape --lake {} ingest files --path YOUR_FILES --interval 1m --dry-run",
                  arguments.s3.empty() || program.globals().warehouse.empty() ? program.globals().lake
                                                                              : program.globals().warehouse));
  return {};
}

}  // namespace

void add_init(Program& program) {
  auto* command = program.add(
      "init", "Make a new lake (or complete one): folder, settings, catalog, tables",
      "  goldtape --lake my-lake init\n  GOLDTAPE_LAKE=my-lake goldtape init\n"
      "  goldtape --lake s3://market-micros/lake --set s3.endpoint=http://127.0.0.1:9000 init --make-bucket\n"
      "  goldtape --lake my-lake init --s3 s3://market-micros/lake\n"
      "  PGPASSWORD=... goldtape --lake my-lake init --catalog postgresql://goldtape@db.example.com/lake\n"
      "\nRaw answers and tables of a lake on S3 lie there; settings, catalog and operations in the folder of "
      "--lake,\n"
      "or in ~/.local/share/goldtape/lakes for `--lake s3://...`. Init turns versioning on for the bucket "
      "and sets\n"
      "lifecycle rules: replaced and removed files stay 30 days, unfinished uploads 7.\n"
      "Keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the machine's role.");
  auto arguments = std::make_shared<InitArguments>();
  command->add_option("--s3", arguments->s3, "Keep the data in this bucket: s3://BUCKET/PREFIX");
  command->add_flag("--make-bucket", arguments->make_bucket, "Make the bucket when it does not exist");
  command->add_option(
      "--catalog", arguments->catalog,
      "Where the catalog is, instead of the folder's catalog.db: a PostgreSQL database "
      "(postgresql://USER@HOST/DATABASE, with the operations; the password comes by PGPASSWORD "
      "or ~/.pgpass) or an Iceberg REST catalog (rest+https://HOST/PATH?warehouse=NAME; its "
      "token by GOLDTAPE_CATALOG_TOKEN)");
  program.on_run(command, [&program, arguments] { return init(program, *arguments); });
  add_upgrade(program);
}

}  // namespace goldtape::app
