// Answers of the `files` provider to typed rows: a pure function of the request and the bytes.
#pragma once

#include "goldtape/provider/files/content.h"
#include "goldtape/provider/files/reading.h"
#include "goldtape/provider/provider.h"

namespace goldtape::provider::files {

/// What an answer says about how it is to be read. Errors: GT2007 (kDamaged) a request that is not for files,
/// GT2011 its dialect, GT2016 its dataset.
[[nodiscard]] Result<ReadContext> read_context(const Answer& answer);

/// Rows of an answer whose content is open already; `report` says what was found. Errors: reading.h;
/// GT2039 (kUnsupported) a dataset that is not read from this kind of file.
[[nodiscard]] Result<Rows> read_rows(const Answer& answer, const Content& content, const ReadContext& context,
                                     ReadReport& report);

/// Bytes to rows. Errors: content.h, read_context, read_rows. A file is read as a whole or refused as a
/// whole; only rows without a price are set aside in BarBatch::rejected.
[[nodiscard]] Result<Rows> parse_answer(const Answer& answer);

}  // namespace goldtape::provider::files
