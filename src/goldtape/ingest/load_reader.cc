#include "goldtape/ingest/load_reader.h"

#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "goldtape/ingest/quarantine.h"
#include "goldtape/lake/raw_zone.h"

namespace goldtape::ingest {

namespace {

Result<store::LoadAudit> audit_of(const lake::Lake& lake, std::string_view load_id) {
  GT_ASSIGN(const auto load, store::find_load(lake.database(), load_id));
  if (!load) {
    return fail(ErrorKind::kNotFound, 5040, fmt::format("there is no load {}", load_id), "ops.load_audit");
  }
  return *load;
}

std::unexpected<Error> other_rows(const store::LoadAudit& load) {
  return fail(ErrorKind::kDamaged, 5020, "raw answer parses to rows of another dataset", load.raw_path);
}

template <typename LineOf>
Result<std::set<std::uint32_t>> refused_rows(const lake::Lake& lake, const store::LoadAudit& load,
                                             std::size_t size, const LineOf& line_of) {
  std::set<std::uint32_t> rows;
  if (load.rows_quarantined == 0) return rows;
  GT_ASSIGN(const std::set<std::int64_t> lines, quarantined_lines(lake, load.load_id));
  for (std::uint32_t i = 0; i < size; ++i) {
    if (lines.contains(line_of(i))) rows.insert(i);
  }
  return rows;
}

}  // namespace

Result<provider::Rows> LoadReader::parse(const store::LoadAudit& load) const {
  GT_ASSIGN(lake::StoredAnswer stored, lake::read_raw(lake_.filesystem(), lake_.path(load.raw_path)));
  provider::Answer answer{.request = {},
                          .bytes = std::move(stored.bytes),
                          .extension = std::move(stored.extension),
                          .observed_at = load.observed_at,
                          .display_name = load.raw_path};
  GT_ASSIGN(answer.request, provider::Request::from_json(load.request));
  GT_ASSIGN(const auto venue, providers_.find(answer.request.provider));
  return venue->parse(answer);
}

Result<LoadReader::Accepted> LoadReader::accepted(const store::LoadAudit& load, provider::Rows rows) const {
  if (auto* bars = std::get_if<model::BarBatch>(&rows)) {
    GT_ASSIGN(const auto refused, refused_rows(lake_, load, bars->size(),
                                               [&](std::uint32_t i) { return std::int64_t{bars->line[i]}; }));
    return lake::make_bar_load(load.load_id, load.observed_at, std::move(*bars), refused);
  }
  if (auto* batch = std::get_if<model::ActionBatch>(&rows)) {
    GT_ASSIGN(const auto refused, refused_rows(lake_, load, batch->actions.size(), [&](std::uint32_t i) {
                return std::int64_t{batch->actions[i].line};
              }));
    return lake::make_action_load(load.load_id, load.observed_at, std::move(batch->actions), refused);
  }
  return lake::make_record_load(load.load_id, load.observed_at,
                                std::move(std::get<model::RecordBatch>(rows)));
}

Result<LoadReader::Accepted> LoadReader::again(const store::LoadAudit& load) const {
  GT_ASSIGN(provider::Rows rows, parse(load));
  return accepted(load, std::move(rows));
}

template <typename Load>
Result<Load> LoadReader::of(std::string_view load_id) const {
  GT_ASSIGN(const store::LoadAudit load, audit_of(lake_, load_id));
  GT_ASSIGN(Accepted rows, again(load));
  auto* mine = std::get_if<Load>(&rows);
  if (mine == nullptr) return other_rows(load);
  return std::move(*mine);
}

Result<lake::BarLoad> LoadReader::bars(std::string_view load_id) const { return of<lake::BarLoad>(load_id); }

Result<lake::ActionLoad> LoadReader::actions(std::string_view load_id) const {
  return of<lake::ActionLoad>(load_id);
}

Result<lake::RecordLoad> LoadReader::records(std::string_view load_id) const {
  return of<lake::RecordLoad>(load_id);
}

}  // namespace goldtape::ingest
