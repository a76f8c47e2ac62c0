#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/common/context.h"
#include "core/common/id.h"
#include "core/common/status_macros.h"
#include "core/store/idempotency.h"
#include "core/store/idempotency_repository.h"
#include "core/store/store.h"

namespace keelson {

// The idempotency key and the content of one call. `content` is the serialized command without secrets. With
// an empty request id, the call is not idempotent.
class Idempotency {
 public:
  Idempotency(const CallContext& context, std::string_view method, std::string_view request_id,
              std::string_view content);

  bool enabled() const { return enabled_; }
  // The recorded response of the first call, or nullopt. REQUEST_ID_REUSED if a call with other content has
  // used the request id; USER_STATE if the user of the response has been erased.
  Found<std::string> FindResponse(IdempotencyReader& records) const;
  // `user_id`: the user whose personal data the response contains; nil if it contains no personal data.
  absl::Status Record(IdempotencyRepository& records, std::string response, UserId user_id,
                      absl::Time now) const;

 private:
  bool enabled_;
  Fingerprint key_{};
  Fingerprint content_{};
};

// Returns the user whose personal data the response contains; nil if it contains no personal data. A response
// with personal data needs an overload in the namespace of its type, so that the erasure of the user finds
// the record.
template <typename Response>
UserId SubjectOf(const Response& /*response*/) {
  return UserId();
}

// Adds a violation for a request id that is too long or not printable ASCII.
void CheckRequestId(std::string_view request_id, FieldErrors& errors);

// Decodes a stored response; INTERNAL if the bytes are invalid.
template <typename Response>
absl::StatusOr<Response> DecodeResponse(std::string_view bytes) {
  std::optional<Response> response = Deserialize<Response>(bytes);
  if (!response) return absl::InternalError("a stored response can't be decoded");
  return *std::move(response);
}

// The response of a method that returns no data.
struct EmptyResponse {};

template <typename Visitor>
void VisitFields(Visitor&, EmptyResponse&) {}

// Runs `work` in a Write of its own, and records its response in the same transaction. A repeated call
// returns the recorded response without running `work`. `Response` is a struct with a VisitFields function.
// Errors: those of `work` and FindResponse, and the errors of Store::Write.
template <typename Response>
absl::StatusOr<Response> ExecuteIdempotently(
    Store& store, const CallContext& context, const Idempotency& call, absl::Time now,
    absl::FunctionRef<absl::StatusOr<Response>(WriteTransaction&)> work) {
  std::optional<Response> response;
  const absl::Status status = store.Write(context.deadline, [&](WriteTransaction& tx) -> absl::Status {
    if (call.enabled()) {
      ASSIGN_OR_RETURN(const std::optional<std::string> recorded, call.FindResponse(tx.idempotency()));
      if (recorded) {
        ASSIGN_OR_RETURN(response, DecodeResponse<Response>(*recorded));
        return absl::OkStatus();
      }
    }
    ASSIGN_OR_RETURN(response, work(tx));
    if (!call.enabled()) return absl::OkStatus();
    return call.Record(tx.idempotency(), Serialize(*response), SubjectOf(*response), now);
  });
  if (!status.ok()) return status;
  return *std::move(response);
}

}  // namespace keelson
