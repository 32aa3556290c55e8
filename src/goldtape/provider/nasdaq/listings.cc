#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "goldtape/base/text.h"
#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/json_body.h"
#include "goldtape/provider/mic.h"
#include "goldtape/provider/nasdaq/parser.h"
#include "goldtape/provider/records.h"
#include "goldtape/provider/verdict.h"

namespace goldtape::provider::nasdaq {

namespace {

using model::Cell;

constexpr std::string_view kNasdaqHeader =
    "Symbol|Security Name|Market Category|Test Issue|Financial Status|Round Lot Size|ETF|NextShares";
constexpr std::string_view kOtherHeader =
    "ACT Symbol|Security Name|Exchange|CQS Symbol|ETF|Round Lot Size|Test Issue|NASDAQ Symbol";
constexpr std::string_view kFooter = "File Creation Time:";
constexpr std::size_t kFields = 8;
using Fields = std::array<std::string_view, kFields>;

bool split(std::string_view line, Fields& out) {
  std::size_t i = 0;
  for (;; ++i) {
    const std::size_t pipe = line.find('|');
    if (i >= kFields) return false;
    out[i] = trim(line.substr(0, pipe));
    if (pipe == std::string_view::npos) break;
    line.remove_prefix(pipe + 1);
  }
  return i + 1 == kFields;
}

Cell flag(std::string_view letter) {
  if (letter == "Y") return true;
  return letter == "N" ? Cell(false) : Cell();
}

Cell lot(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // "100.0" is how a table with gaps prints it.
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  return error == std::errc() && (rest.empty() || rest == ".0") ? Cell(value) : Cell();
}

/// "0721202521:31", maybe followed by empty fields.
std::optional<Date> creation_date(std::string_view line) {
  const std::string_view text = trim(line.substr(kFooter.size(), line.find('|') - kFooter.size()));
  if (text.size() < 8 || text.find_first_not_of("0123456789: ") != std::string_view::npos)
    return std::nullopt;
  const Result<Date> date =
      parse_date(fmt::format("{}-{}-{}", text.substr(4, 4), text.substr(0, 2), text.substr(2, 2)));
  return date ? std::optional(*date) : std::nullopt;
}

class ListReader {
 public:
  explicit ListReader(const Answer& answer) : answer_(answer), out_(records_of(answer, "bronze.listings")) {}

  Result<model::RecordBatch> run(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      if (line.ends_with('\r')) line.remove_suffix(1);
      text.remove_prefix(std::min(end + 1, text.size()));
      ++line_;
      if (trim(line).empty()) continue;
      GT_RETURN_IF_ERROR(take(line));
    }
    if (open_) {
      return refuse(2231, "the list ends without its 'File Creation Time': it was cut short; fetch it again");
    }
    note_days();
    return std::move(out_);
  }

 private:
  std::unexpected<Error> refuse(std::uint16_t code, std::string message) const {
    return fail(ErrorKind::kDamaged, code, std::move(message),
                fmt::format("{}:{}", answer_.display_name, line_));
  }

  Status take(std::string_view line) {
    if (line == kNasdaqHeader || line == kOtherHeader) {
      if (open_) return refuse(2231, "another list begins before this one ended: it was cut short");
      open_ = true;
      nasdaq_ = line == kNasdaqHeader;
      first_ = out_.rows.size();
      return {};
    }
    if (!open_) return refuse(2232, fmt::format("not the header of a list of symbols: {}", excerpt(line)));
    if (line.starts_with(kFooter)) return close(line);
    Fields fields;
    if (!split(line, fields) || fields[0].empty()) {
      return refuse(2233, fmt::format("a row of other than {} fields, or without its symbol: {}", kFields,
                                      excerpt(line)));
    }
    out_.rows.push_back(nasdaq_ ? nasdaq_row(fields) : other_row(fields));
    out_.line.push_back(line_);
    return {};
  }

  /// The date comes with the footer.
  Status close(std::string_view line) {
    const auto date = creation_date(line);
    if (!date) return refuse(2234, fmt::format("not a time of creation: {}", excerpt(line)));
    for (std::size_t i = first_; i < out_.rows.size(); ++i) out_.rows[i][0] = std::int64_t{to_days(*date)};
    days_.insert(format_date(*date));
    open_ = false;
    return {};
  }

  void note_days() {
    if (days_.size() < 2) return;
    out_.notes.push_back(
        fmt::format("the lists are of different days ({}): a symbol that moved between them may "
                    "stand twice or not at all",
                    fmt::join(days_, ", ")));
  }

  static std::vector<Cell> nasdaq_row(const Fields& f) {
    const std::string symbol(f[0]);
    return {std::int64_t{0},
            std::string("nasdaqlisted"),
            symbol,
            Cell(),
            Cell(),
            symbol,
            model::text_or_null(f[1]),
            std::string("XNAS"),
            f[6] == "Y" ? Cell(std::string("etf")) : Cell(),
            model::text_or_null(f[4]),
            flag(f[3]),
            lot(f[5]),
            Cell(),
            Cell(),
            Cell()};
  }

  static std::vector<Cell> other_row(const Fields& f) {
    const std::string symbol(f[0]);
    return {std::int64_t{0},
            std::string("otherlisted"),
            symbol,
            symbol,
            model::text_or_null(f[3]),
            model::text_or_null(f[7]),
            model::text_or_null(f[1]),
            model::text_or_null(mic_of_letter(f[2])),
            f[4] == "Y" ? Cell(std::string("etf")) : Cell(),
            Cell(),
            flag(f[6]),
            lot(f[5]),
            Cell(),
            Cell(),
            Cell()};
  }

  const Answer& answer_;
  model::RecordBatch out_;
  std::set<std::string> days_;
  std::size_t first_ = 0;
  std::uint32_t line_ = 0;
  bool open_ = false, nasdaq_ = false;
};

}  // namespace

Result<model::RecordBatch> parse_listings(const Answer& answer) {
  std::string unpacked;
  GT_ASSIGN(std::string_view text, unpacked_body(answer, unpacked));
  if (is_web_page(text)) {
    return fail(ErrorKind::kDamaged, 2221, "the answer is a web page, not data", answer.display_name);
  }
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return ListReader(answer).run(text);
}

}  // namespace goldtape::provider::nasdaq
