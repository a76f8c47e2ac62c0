#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/common/context.h"
#include "core/store/idempotency.h"
#include "core/store/idempotency_repository.h"
#include "core/store/store.h"

namespace keelson {

// One call as its repeats are recognised. `content` is the serialized command, secrets left out. An
// empty request id means that no repeat is recognised.
class Idempotency {
 public:
  Idempotency(const CallContext& context, std::string_view method, std::string_view request_id,
              std::string_view content);

  bool enabled() const { return enabled_; }
  // The first answer where this call was made before; REQUEST_ID_REUSED where another was under its id.
  Found<std::string> FindResponse(IdempotencyReader& records) const;
  absl::Status Record(IdempotencyRepository& records, std::string answer, absl::Time now) const;

 private:
  bool enabled_;
  Fingerprint key_{};
  Fingerprint content_{};
};

// Adds a violation for a request id that is too long or not printable ASCII.
void CheckRequestId(std::string_view request_id, FieldErrors& errors);

// Decodes a stored answer; INTERNAL where it can't be read.
template <typename Answer>
absl::StatusOr<Answer> DecodeResponse(std::string_view bytes) {
  std::optional<Answer> answer = Deserialize<Answer>(bytes);
  if (!answer) return absl::InternalError("a stored answer can't be read");
  return *std::move(answer);
}

// Runs `work` in a unit of work of its own, once for all repeats of the call, and answers each with what the
// first one's returned. `Answer` is a struct with a VisitFields function.
template <typename Answer>
absl::StatusOr<Answer> ExecuteIdempotently(
    Store& store, const CallContext& context, const Idempotency& call, absl::Time now,
    absl::FunctionRef<absl::StatusOr<Answer>(WriteTransaction&)> work) {
  absl::StatusOr<Answer> answer = absl::InternalError("the unit of work did not run");
  absl::Status status = store.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    if (call.enabled()) {
      Found<std::string> first = call.FindResponse(tx.idempotency());
      if (!first.ok()) return first.status();
      if (*first) {
        answer = DecodeResponse<Answer>(**first);
        return answer.status();
      }
    }
    answer = work(tx);
    if (!answer.ok() || !call.enabled()) return answer.status();
    return call.Record(tx.idempotency(), Serialize(*answer), now);
  });
  if (!status.ok()) return status;
  return answer;
}

}  // namespace keelson
