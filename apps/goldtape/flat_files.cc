#include "flat_files.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "goldtape/base/secrets.h"
#include "goldtape/calendar/calendar.h"
#include "goldtape/ingest/audit.h"
#include "goldtape/ingest/load_status.h"
#include "goldtape/io/s3_filesystem.h"
#include "goldtape/io/s3_objects.h"
#include "goldtape/provider/files/client.h"
#include "goldtape/provider/files/flat_files.h"
#include "ingest_report.h"
#include "recorded_run.h"

namespace goldtape::app {

namespace {

namespace files = provider::files;

constexpr const char* kAccessKey = "MASSIVE_S3_ACCESS_KEY_ID";
constexpr const char* kSecretKey = "MASSIVE_S3_SECRET_ACCESS_KEY";
constexpr const char* kEndpoint = "MASSIVE_S3_ENDPOINT";
/// How many sessions without a file are named; more are counted.
constexpr std::size_t kNamedSessions = 5;

std::unexpected<Error> unfit(std::string message) {
  return fail(ErrorKind::kUsage, 2261, std::move(message), "--flat-files");
}

struct Question {
  model::Interval interval{};
  Date from{}, to{};
};

Result<Question> question(const CollectArguments& arguments, Timestamp now) {
  if (arguments.venue != "massive")
    return unfit(fmt::format("{} has no flat files; massive has", arguments.venue));
  if (arguments.dataset != "bars") return unfit("flat files hold bars only");
  if (!arguments.symbols.empty()) return unfit("flat files hold the whole market: leave --symbols out");
  if (!arguments.recheck.empty() || !arguments.options.empty()) {
    return unfit(
        "files that were published again are found by their ETag: --recheck and --option say nothing");
  }
  if (arguments.interval.empty() || arguments.from.empty())
    return unfit("say --interval 1m or 1d, and --from");
  Question out;
  GT_ASSIGN(out.interval, model::parse_interval(arguments.interval));
  GT_ASSIGN(out.from, parse_date(arguments.from));
  out.to = calendar::xnys().local_date(now);
  if (!arguments.to.empty()) {
    GT_ASSIGN(out.to, parse_date(arguments.to));
  }
  if (out.to < out.from) return unfit("--to lies before --from");
  return out;
}

std::string variable(const Environment& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

/// The vendor's service, whatever the lake itself lies on.
Result<io::S3Options> service(const Config& config, const CollectArguments& arguments) {
  const Environment environment = process_environment();
  Environment mine;
  for (const auto& [name, value] : environment) {
    if (!name.starts_with("AWS_") || name == "AWS_CA_BUNDLE") mine.emplace(name, value);
  }
  GT_ASSIGN(io::S3Options options, io::S3Options::from(config, mine));
  options.credentials = {.access_key_id = variable(environment, kAccessKey),
                         .secret_access_key = variable(environment, kSecretKey),
                         .session_token = {}};
  for (const char* name : {kAccessKey, kSecretKey}) {
    if (!variable(environment, name).empty()) continue;
    return fail(
        ErrorKind::kUsage, 2207,
        fmt::format("massive's flat files need keys of their own; put one into the environment variable {}",
                    name),
        "massive");
  }
  options.role.instance_url.clear();
  options.endpoint = arguments.base_url;
  if (options.endpoint.empty()) options.endpoint = variable(environment, kEndpoint);
  if (options.endpoint.empty()) options.endpoint = files::kFlatFilesEndpoint;
  while (options.endpoint.ends_with('/')) options.endpoint.pop_back();
  options.region = "us-east-1";
  options.path_style = true;
  return options;
}

struct Listed {
  files::FlatFile file;
  Date date;
  std::uint64_t size_bytes;
  bool is_known = false;  ///< This version stands in the lake.
};

/// The files of the range, month by month, oldest first.
Result<std::vector<Listed>> list_files(const io::S3Options& options, const Question& asked) {
  GT_ASSIGN(const std::string folder, files::flat_file_folder(asked.interval));
  const std::string bucket(files::kFlatFilesBucket);
  const std::string root = fmt::format("{}{}/", io::kS3Scheme, bucket);
  std::vector<Listed> out;
  std::chrono::year_month_day day{asked.from};
  const std::chrono::year_month_day last{asked.to};
  for (auto month = day.year() / day.month(); month <= last.year() / last.month();
       month += std::chrono::months(1)) {
    const std::string prefix = fmt::format("{}/{}/{:02}", folder, static_cast<int>(month.year()),
                                           static_cast<unsigned>(month.month()));
    GT_ASSIGN(const auto objects, io::list_s3_objects(options, {.bucket = bucket, .key = prefix}));
    for (const io::S3Object& object : objects) {
      const auto date = files::flat_file_date(object.path);
      if (!date || *date < asked.from || *date > asked.to) continue;
      out.push_back(
          {.file = {.key = object.path.substr(root.size()), .etag = object.etag, .modified = object.modified},
           .date = *date,
           .size_bytes = object.size_bytes});
    }
  }
  std::ranges::sort(out, {}, &Listed::date);
  return out;
}

/// The versions that stand in the lake, by the word of the audit.
Result<std::vector<provider::Request>> standing_files(const lake::Lake& lake) {
  GT_ASSIGN(const auto loads,
            ingest::list_loads(lake, {.status = {}, .source = "massive", .dataset = "bars"}));
  std::vector<provider::Request> out;
  for (const store::LoadAudit& load : loads) {
    if (!ingest::is_answered(load.status)) continue;
    auto request = provider::Request::from_json(load.request);
    if (request && request->params.contains("etag")) out.push_back(*std::move(request));
  }
  return out;
}

Status mark_known(const lake::Lake& lake, std::vector<Listed>& listed) {
  GT_ASSIGN(const auto standing, standing_files(lake));
  std::set<std::pair<std::string, std::string>> known;  // key, ETag
  for (const provider::Request& request : standing) {
    known.emplace(request.params.at("name"), request.params.at("etag"));
  }
  for (Listed& one : listed) one.is_known = known.contains({one.file.key, one.file.etag});
  return {};
}

/// Sessions of the range that have no file.
std::string without_file(const std::vector<Listed>& listed, const Question& asked) {
  std::set<Date> there;
  for (const Listed& one : listed) there.insert(one.date);
  std::string names;
  std::size_t count = 0;
  for (Date date = asked.from; date <= asked.to; date += std::chrono::days(1)) {
    if (!calendar::xnys().is_session(date) || there.contains(date)) continue;
    if (count++ < kNamedSessions) names += (names.empty() ? "" : ", ") + format_date(date);
  }
  if (count == 0) return {};
  return fmt::format("{} sessions have no file: {}{}", count, names, count > kNamedSessions ? ", ..." : "");
}

void print_plan(const std::vector<Listed>& listed, const std::string& remark, bool json) {
  nlohmann::json rows = nlohmann::json::array();
  std::size_t known = 0;
  std::uint64_t bytes = 0;
  for (const Listed& one : listed) {
    known += one.is_known ? 1 : 0;
    bytes += one.is_known ? 0 : one.size_bytes;
    rows.push_back({{"name", one.file.key},
                    {"etag", one.file.etag},
                    {"bytes", one.size_bytes},
                    {"known", one.is_known}});
    if (!json && !one.is_known) std::cout << fmt::format("{}  {} bytes\n", one.file.key, one.size_bytes);
  }
  if (json) {
    std::cout << nlohmann::json({{"files", rows}, {"remark", remark}}).dump() << '\n';
    return;
  }
  std::cout << fmt::format("{} files: {} in the lake already, {} to fetch, {} bytes\n", listed.size(), known,
                           listed.size() - known, bytes);
  if (!remark.empty()) std::cout << remark << '\n';
}

}  // namespace

Status collect_flat_files(Program& program, const CollectArguments& arguments, bool only_plan) {
  GT_ASSIGN(const auto config, program.load_config());
  GT_ASSIGN(
      const Question asked,
      question(arguments, std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())));
  GT_ASSIGN(const auto options, service(config, arguments));
  GT_ASSIGN(const auto lake, program.open_lake());
  GT_ASSIGN(auto listed, list_files(options, asked));
  GT_RETURN_IF_ERROR(mark_known(lake, listed));
  const std::string remark = without_file(listed, asked);
  if (only_plan) {
    print_plan(listed, remark, arguments.json);
    return {};
  }
  return recorded_run(lake, "backfill massive --flat-files", [&](const std::string& run_id) -> Status {
    ingest::Plan plan;
    for (const Listed& one : listed) {
      if (one.is_known) continue;
      plan.requests.push_back(files::flat_file_request(one.file, asked.interval));
      plan.answer_bytes += one.size_bytes;
    }
    if (!remark.empty()) program.console().say(remark);
    provider::Registry providers;
    GT_RETURN_IF_ERROR(providers.add(std::make_shared<files::FilesProvider>(
        io::s3_filesystem(options), fmt::format("{}{}", io::kS3Scheme, files::kFlatFilesBucket))));
    GT_ASSIGN(const auto report, ingest_plan(program.console(), lake, config, providers, plan, run_id));
    if (arguments.json) {
      std::cout << to_json(report);
    } else {
      std::cout << fmt::format("{} files, {} of them in the lake already\n", listed.size(),
                               listed.size() - plan.requests.size());
      print_report(std::cout, report);
    }
    const auto worst = report.worst();
    return worst ? Status{std::unexpected(*worst)} : Status{};
  });
}

Status update_flat_files(Program& program, const lake::Lake& lake, const CollectArguments& arguments) {
  GT_ASSIGN(const auto standing, standing_files(lake));
  std::map<model::Interval, Date> first;
  for (const provider::Request& request : standing) {
    const auto date = files::flat_file_date(request.params.at("name"));
    if (!date) continue;
    const auto [at, is_new] = first.emplace(request.interval, *date);
    if (!is_new) at->second = std::min(at->second, *date);
  }
  for (const auto& [interval, from] : first) {
    CollectArguments one;
    one.venue = "massive";
    one.interval = model::to_string(interval);
    one.from = format_date(from);
    one.json = arguments.json;
    GT_RETURN_IF_ERROR(collect_flat_files(program, one, false));
  }
  return {};
}

}  // namespace goldtape::app
