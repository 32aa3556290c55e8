#include <array>
#include <utility>

#include "goldtape/lake/fsck_advice_internal.h"

namespace goldtape::lake::internal {

namespace {

using Advice = std::pair<std::string_view, std::string_view>;

constexpr std::string_view kFile =
    "restore the file from a backup; without one, `goldtape rollback` to a snapshot that does not need it, "
    "or, for "
    "silver, gold and reference, `goldtape run` after it";

constexpr std::array<Advice, 14> kAdvice{{
    {"database",
     "restore catalog.db from a backup, or let `goldtape recover` rebuild it from the tables' files"},
    {"catalog",
     "a table that was dropped, or one that is lost to the catalog: `goldtape recover` takes it in"},
    {"metadata", "`goldtape recover` finds the newest metadata file that is whole"},
    {"metadata_log", "nothing: only going back by hand needed it"},
    {"manifest_list", kFile},
    {"manifest", kFile},
    {"data_file", kFile},
    {"pages", kFile},
    {"row_count", kFile},
    {"bounds", "queries may miss rows: write the file anew with `goldtape compact`, or restore it"},
    {"order", "reads are slower, not wrong: `goldtape compact` writes it anew"},
    {"raw", "restore the answer from a backup, or ask for it again; rows of bronze stand without it"},
    {"lineage",
     "rows came in beside the audit: `goldtape undo` cannot take them out; ingest their source again"},
    {"orphan", "`goldtape orphans --remove` removes it when it is old enough"},
}};

}  // namespace

std::string_view fsck_advice(std::string_view check) {
  for (const auto& [name, advice] : kAdvice) {
    if (name == check) return advice;
  }
  return "see docs/maintenance.md";
}

}  // namespace goldtape::lake::internal
