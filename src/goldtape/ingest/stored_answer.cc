#include "goldtape/ingest/stored_answer.h"

#include <utility>

namespace goldtape::ingest {

Result<provider::Answer> answer_of(lake::StoredAnswer stored, std::string display_name) {
  provider::Answer answer;
  GT_ASSIGN(answer.request, provider::Request::from_json(stored.request_json));
  answer.bytes = std::move(stored.bytes);
  answer.extension = std::move(stored.extension);
  answer.observed_at = stored.observed_at;
  answer.display_name = std::move(display_name);
  answer.said_anew = answer.load_id() != stored.load_id;
  return answer;
}

}  // namespace goldtape::ingest
