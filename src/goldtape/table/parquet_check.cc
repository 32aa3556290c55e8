#include <cstdint>
#include <exception>

#include <fmt/format.h>
#include <parquet/column_page.h>
#include <parquet/column_reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/page_index.h>
#include <parquet/properties.h>

#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/parquet_check_internal.h"

namespace goldtape::table::internal {
namespace {

constexpr std::size_t kMaxFaults = 10;

class PageCheck {
 public:
  explicit PageCheck(const std::shared_ptr<InputFile>& input) {
    parquet::ReaderProperties properties;
    properties.set_page_checksum_verification(true);
    file_ = parquet::ParquetFileReader::Open(input, properties);
  }

  std::vector<std::string> run() {
    const auto metadata = file_->metadata();
    const auto indexes = file_->GetPageIndexReader();
    for (int group = 0; group < metadata->num_row_groups() && faults_.size() < kMaxFaults; ++group) {
      const auto index = indexes == nullptr ? nullptr : indexes->RowGroup(group);
      for (int column = 0; column < metadata->num_columns() && faults_.size() < kMaxFaults; ++column)
        check_column(group, column, index.get());
    }
    return faults_;
  }

 private:
  void check_column(int group, int column, parquet::RowGroupPageIndexReader* index) {
    const std::string name = file_->metadata()->schema()->Column(column)->path()->ToDotString();
    const auto at = [&] { return fmt::format("row group {}, column {}: ", group, name); };
    try {
      const std::int64_t pages = count_data_pages(group, column);
      if (index == nullptr) return;
      const auto offsets = index->GetOffsetIndex(column);
      const auto bounds = index->GetColumnIndex(column);
      if (offsets != nullptr && std::ssize(offsets->page_locations()) != pages) {
        faults_.push_back(
            at() + fmt::format("{} pages, its page index knows {}", pages, offsets->page_locations().size()));
      }
      if (bounds != nullptr && std::ssize(bounds->null_pages()) != pages) {
        faults_.push_back(
            at() + fmt::format("{} pages, its column index knows {}", pages, bounds->null_pages().size()));
      }
      if (offsets != nullptr) check_rows(*offsets, group, at());
    } catch (const std::exception& error) {
      faults_.push_back(at() + error.what());
    }
  }

  std::int64_t count_data_pages(int group, int column) const {
    const auto pages = file_->RowGroup(group)->GetColumnPageReader(column);
    std::int64_t count = 0;
    while (const auto page = pages->NextPage()) {
      if (page->type() == parquet::PageType::DATA_PAGE || page->type() == parquet::PageType::DATA_PAGE_V2)
        ++count;
    }
    return count;
  }

  void check_rows(const parquet::OffsetIndex& offsets, int group, const std::string& at) {
    const std::int64_t rows = file_->metadata()->RowGroup(group)->num_rows();
    std::int64_t last = -1;
    for (const auto& page : offsets.page_locations()) {
      if (page.first_row_index <= last || page.first_row_index >= rows) {
        faults_.push_back(at + "its page index gives the pages rows that are not theirs");
        return;
      }
      last = page.first_row_index;
    }
  }

  std::unique_ptr<parquet::ParquetFileReader> file_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> check_pages(const std::shared_ptr<io::FileSystem>& filesystem,
                                     const std::string& path) {
  const auto input = InputFile::open(filesystem, path);
  if (!input) return {input.error().message};
  try {
    return PageCheck(*input).run();
  } catch (const std::exception& error) {  // Parquet's and the standard library's.
    return {error.what()};
  }
}

}  // namespace goldtape::table::internal
