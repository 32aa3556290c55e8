#include "goldtape/provider/excerpt.h"

#include <gtest/gtest.h>

#include "goldtape/provider/files/content.h"

namespace goldtape::provider {
namespace {

TEST(Excerpt, NeverCutsACharacter) {
  const std::string text = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string_view prefix = utf8_prefix(text, size);
    EXPECT_LE(prefix.size(), size);
    EXPECT_EQ(files::find_invalid_utf8(prefix), std::string_view::npos) << size;
  }
  EXPECT_EQ(utf8_prefix(text, 5), "a\xc3\xa4");
  EXPECT_EQ(utf8_prefix(text, 100), text);
}

TEST(Excerpt, IsOneLine) {
  EXPECT_EQ(excerpt("two\nlines\t"), "two lines ");
  EXPECT_EQ(excerpt(std::string(61, 'x')), std::string(60, 'x') + "...");
}

TEST(Utf8, AcceptsWellFormedTextOnly) {
  for (const char* text : {"", "plain", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "0123456\xc3\xa4"}) {
    EXPECT_EQ(files::find_invalid_utf8(text), std::string_view::npos) << text;
  }
  for (const char* text : {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3x", "\xe0\x9f\xbf", "\xed\xa0\x80",
                           "\xe2\x82", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_EQ(files::find_invalid_utf8(text), 0U);
    EXPECT_EQ(files::find_invalid_utf8(std::string("01234567ab") + text), 10U);
  }
}

}  // namespace
}  // namespace goldtape::provider
