#include "goldtape/query/sql_text.h"

namespace goldtape::query {

namespace {

std::string quote(std::string_view text, char mark) {
  std::string quoted(1, mark);
  for (const char c : text) {
    if (c == mark) quoted += mark;
    quoted += c;
  }
  quoted += mark;
  return quoted;
}

}  // namespace

std::string quote_literal(std::string_view text) { return quote(text, '\''); }
std::string quote_identifier(std::string_view name) { return quote(name, '"'); }

}  // namespace goldtape::query
