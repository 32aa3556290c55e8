// Massive's flat files: what is on S3 and not in the lake yet, and bringing it in.
#pragma once

#include "collect_setup.h"

namespace goldtape::app {

/// Lists the files of the range; those whose ETag stands in the lake are not fetched again, all others are
/// loaded, or shown when `only_plan`. Keys come from MASSIVE_S3_ACCESS_KEY_ID and
/// MASSIVE_S3_SECRET_ACCESS_KEY, the endpoint from --base-url, else MASSIVE_S3_ENDPOINT, else the vendor's.
/// Errors: kUsage GT2261 an argument that flat files do not take, or none where one is needed, GT2203,
/// GT2207; those of S3 and of ingest.
Status collect_flat_files(Program& program, const CollectArguments& arguments, bool only_plan);

/// Takes up, for each interval of which the lake holds flat files, those that were published since, new days
/// and new versions, from the first day that it holds. Does nothing where it holds none. Of `arguments` only
/// `json` counts. Errors: as collect_flat_files.
Status update_flat_files(Program& program, const lake::Lake& lake, const CollectArguments& arguments);

}  // namespace goldtape::app
