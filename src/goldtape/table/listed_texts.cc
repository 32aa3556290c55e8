#include "goldtape/table/listed_texts.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <parquet/column_page.h>
#include <parquet/column_reader.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/schema.h>

#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/parquet_input_internal.h"

namespace goldtape::table {
namespace {

using Texts = std::vector<std::string>;

int column_of(const parquet::FileMetaData& footer, const Field& field) {
  for (int i = 0; i < footer.schema()->num_columns(); ++i) {
    const parquet::schema::Node& root = *footer.schema()->GetColumnRoot(i);
    if (root.is_primitive() && root.field_id() == field.id &&
        footer.schema()->Column(i)->physical_type() == parquet::Type::BYTE_ARRAY) {
      return i;
    }
  }
  return -1;
}

// Whether each page of values is numbers into the dictionary.
bool lists_all(const parquet::ColumnChunkMetaData& chunk) {
  using parquet::Encoding;
  const auto& pages = chunk.encoding_stats();
  return chunk.has_dictionary_page() && !pages.empty() && std::ranges::all_of(pages, [](const auto& page) {
           return page.page_type == parquet::PageType::DICTIONARY_PAGE ||
                  page.encoding == Encoding::RLE_DICTIONARY || page.encoding == Encoding::PLAIN_DICTIONARY;
         });
}

// Each text after its length in four bytes; false when they do not fill the page.
bool take_in(std::string_view page, std::int32_t count, Texts& out) {
  static_assert(std::endian::native == std::endian::little, "lengths are little-endian");
  for (std::int32_t i = 0; i < count; ++i) {
    std::uint32_t length = 0;
    if (page.size() < sizeof length) return false;
    std::memcpy(&length, page.data(), sizeof length);
    page.remove_prefix(sizeof length);
    if (page.size() < length) return false;
    out.emplace_back(page.substr(0, length));
    page.remove_prefix(length);
  }
  return page.empty();
}

Result<std::optional<Texts>> read(parquet::ParquetFileReader& file, const std::string& path,
                                  const Field& field) {
  const parquet::FileMetaData& footer = *file.metadata();
  const int column = column_of(footer, field);
  if (column < 0) return std::nullopt;
  Texts texts;
  for (int g = 0; g < footer.num_row_groups(); ++g) {
    if (footer.RowGroup(g)->num_rows() == 0) continue;
    if (!lists_all(*footer.RowGroup(g)->ColumnChunk(column))) return std::nullopt;
    const auto page = file.RowGroup(g)->GetColumnPageReader(column)->NextPage();
    if (page == nullptr || page->type() != parquet::PageType::DICTIONARY_PAGE)
      return internal::unreadable(path, "a dictionary is not where the footer says");
    const auto& dictionary = static_cast<const parquet::DictionaryPage&>(*page);
    const std::string_view bytes(reinterpret_cast<const char*>(dictionary.data()),
                                 static_cast<std::size_t>(dictionary.size()));
    if (!take_in(bytes, dictionary.num_values(), texts))
      return internal::unreadable(path, "a dictionary is damaged");
  }
  return texts;
}

}  // namespace

Result<std::optional<Texts>> listed_texts(const std::shared_ptr<io::FileSystem>& filesystem,
                                          const std::string& path, const Field& field) {
  auto input = internal::InputFile::open(filesystem, path);
  if (!input && input.error().kind == ErrorKind::kNotFound)
    return internal::unreadable(path, "it is missing");
  GT_RETURN_IF_ERROR(input);
  try {
    const auto file = parquet::ParquetFileReader::Open(*input, internal::bounded_reader_properties());
    return read(*file, path, field);
  } catch (const parquet::ParquetException& exception) {
    return internal::unreadable(path, exception.what());
  }
}

}  // namespace goldtape::table
