// The few elements of S3's XML answers that we look at. Not a general parser: S3's answers have no
// attributes that matter and do not nest an element in one of its own name. Not public.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace goldtape::io {

/// The text inside the first <name>...</name>, entities resolved; "" when there is none.
[[nodiscard]] std::string xml_text(std::string_view xml, std::string_view name);

/// The insides of all <name>...</name>, as they stand.
[[nodiscard]] std::vector<std::string_view> xml_elements(std::string_view xml, std::string_view name);

/// Text as it may stand inside an element.
[[nodiscard]] std::string xml_escape(std::string_view text);

}  // namespace goldtape::io
