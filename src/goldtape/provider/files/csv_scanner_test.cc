#include "goldtape/provider/files/csv_scanner.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace goldtape::provider::files {
namespace {

using Table = std::vector<std::vector<std::string>>;

Result<Table> scan(std::string_view text, char delimiter = ',') {
  CsvScanner scanner(text, delimiter, '"', "file.csv");
  Table table;
  std::vector<Field> fields;
  while (true) {
    GT_ASSIGN(const bool found, scanner.next(fields));
    if (!found) return table;
    auto& row = table.emplace_back();
    for (const Field& field : fields) row.emplace_back(field.text);
  }
}

std::string quote(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + "\"";
}

std::string render(const Table& table, bool quoted, std::string_view line_end, bool last_line_end) {
  std::string text;
  for (std::size_t i = 0; i < table.size(); ++i) {
    for (std::size_t j = 0; j < table[i].size(); ++j) {
      if (j > 0) text += ',';
      text += quoted ? quote(table[i][j]) : table[i][j];
    }
    if (i + 1 < table.size() || last_line_end) text += line_end;
  }
  return text;
}

TEST(CsvScanner, SplitsRowsAndFields) {
  EXPECT_EQ(scan("a,b\n1,\n,2\n").value(), (Table{{"a", "b"}, {"1", ""}, {"", "2"}}));
  EXPECT_EQ(scan("a;b;c", ';').value(), (Table{{"a", "b", "c"}}));
  EXPECT_EQ(scan("").value(), Table{});
  EXPECT_EQ(scan("\n\r\n\na\n\n").value(), (Table{{"a"}}));
}

TEST(CsvScanner, KeepsDelimitersQuotesAndLineEndsInsideQuotes) {
  EXPECT_EQ(scan("\"a,b\",\"say \"\"hi\"\"\"\n\"two\nlines\",x\n").value(),
            (Table{{"a,b", "say \"hi\""}, {"two\nlines", "x"}}));
  EXPECT_EQ(scan("\"\",\"\"\"\"\n").value(), (Table{{"", "\""}}));
}

TEST(CsvScanner, CountsLinesInsideQuotes) {
  CsvScanner scanner("h\n\"a\nb\"\n\nlast\n", ',', '"', "file.csv");
  std::vector<Field> fields;
  std::vector<std::uint32_t> lines;
  while (scanner.next(fields).value()) lines.push_back(scanner.line());
  EXPECT_EQ(lines, (std::vector<std::uint32_t>{1, 2, 5}));
}

TEST(CsvScanner, GivesTheRowAsItStood) {
  CsvScanner scanner("a,\"b\"\"c\"\r\nd", ',', '"', "file.csv");
  std::vector<Field> fields;
  ASSERT_TRUE(scanner.next(fields).value());
  EXPECT_EQ(scanner.row_text(), "a,\"b\"\"c\"");
  ASSERT_TRUE(scanner.next(fields).value());
  EXPECT_EQ(scanner.row_text(), "d");
}

TEST(CsvScanner, NamesTheLineOfAQuoteThatIsNeverClosed) {
  for (const char* text : {"a\nb,\"c\nd\n", "a\n\"", "a\n\"b\"\""}) {
    const auto table = scan(text);
    ASSERT_FALSE(table) << text;
    EXPECT_EQ(table.error().code, 2024) << text;
    EXPECT_EQ(table.error().where, "file.csv:2") << text;
  }
}

TEST(CsvScanner, RefusesQuotesInTheWrongPlace) {
  for (const char* text : {"ab\"c,d\n", "\"ab\"c,d\n", "ab\",\"c\n"}) {
    const auto table = scan(text);
    ASSERT_FALSE(table) << text;
    EXPECT_EQ(table.error().code, 2025) << text;
  }
}

/// Fields up to some blocks long, so that every boundary of 64 bytes is met.
rc::Gen<Table> tables(const std::string& alphabet) {
  const auto character = rc::gen::elementOf(alphabet);
  const auto field = rc::gen::mapcat(rc::gen::inRange<std::size_t>(1, 150), [=](std::size_t length) {
    return rc::gen::container<std::string>(length, character);
  });
  const auto row = rc::gen::container<std::vector<std::string>>(3, field);
  return rc::gen::nonEmpty(rc::gen::container<Table>(row));
}

TEST(CsvScanner, ReadsBackAnyTableHoweverItIsWritten) {
  EXPECT_TRUE(rc::check([] {
    const Table table = *tables("ab09.- :");
    for (const bool quoted : {false, true}) {
      for (const char* line_end : {"\n", "\r\n"}) {
        for (const bool last_line_end : {false, true}) {
          RC_ASSERT(scan(render(table, quoted, line_end, last_line_end)).value() == table);
        }
      }
    }
  }));
}

TEST(CsvScanner, ReadsBackAnyQuotedTable) {
  EXPECT_TRUE(rc::check([] {
    const Table table = *tables("ab\",\n\r");
    RC_ASSERT(scan(render(table, true, "\n", true)).value() == table);
  }));
}

TEST(CsvScanner, NeverFailsUnnoticedOnAnyText) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    const auto table = scan(text);
    if (!table) RC_ASSERT(table.error().code == 2024 || table.error().code == 2025);
  }));
}

}  // namespace
}  // namespace goldtape::provider::files
