#include "goldtape/serve/dashboard_page.h"

#include "goldtape/serve/dashboard_template.h"

namespace goldtape::serve {

namespace {

void append_escaped(std::string_view json, std::string& page) {
  for (std::size_t at = 0; at < json.size(); ++at) {
    switch (json[at]) {
      case '<': page += "\\u003c"; break;
      case '>': page += "\\u003e"; break;
      case '&': page += "\\u0026"; break;
      case '\xe2':
        if (json.substr(at, 3) == "\xe2\x80\xa8" || json.substr(at, 3) == "\xe2\x80\xa9") {
          page += json[at + 2] == '\xa8' ? "\\u2028" : "\\u2029";
          at += 2;
        } else {
          page += json[at];
        }
        break;
      default: page += json[at];
    }
  }
}

}  // namespace

std::string dashboard_page(std::string_view json) {
  std::string page;
  page.reserve(dashboard_head().size() + json.size() + json.size() / 64 + dashboard_tail().size());
  page += dashboard_head();
  append_escaped(json, page);
  page += dashboard_tail();
  return page;
}

}  // namespace goldtape::serve
