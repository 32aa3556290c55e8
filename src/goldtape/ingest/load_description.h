// What the audit says of a load's rows before they are judged.
#pragma once

#include "goldtape/provider/provider.h"
#include "goldtape/store/load_audit.h"

namespace goldtape::ingest {

/// Fills in dataset, interval, ticker, rows fetched and their range.
void describe(const provider::Rows& rows, store::LoadAudit& audit);

}  // namespace goldtape::ingest
