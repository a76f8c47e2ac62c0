#include "core/store/idempotent_execution.h"

#include <algorithm>

#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/store/idempotency_repository.h"

namespace keelson {

Fingerprint FingerprintOf(std::string_view bytes) {
  const Sha256Digest digest = Sha256(bytes);
  Fingerprint fingerprint;
  std::copy_n(digest.begin(), fingerprint.size(), fingerprint.begin());
  return fingerprint;
}

Idempotency::Idempotency(const CallContext& context, std::string_view method, std::string_view request_id,
                         std::string_view content)
    : enabled_(!request_id.empty()) {
  if (!enabled_) return;
  FieldWriter key;
  key(context.actor), key(std::string(method)), key(std::string(request_id));
  key_ = FingerprintOf(key.Take());
  content_ = FingerprintOf(content);
}

Found<std::string> Idempotency::FindResponse(IdempotencyReader& records) const {
  ASSIGN_OR_RETURN(std::optional<IdempotencyRecord> record, records.Find(key_));
  if (!record) return std::optional<std::string>();
  if (record->answer.empty()) {
    return MakeError(Reason::kUserState, "the user of this call has been erased: use a new request_id",
                     {{"state", "ERASED"}});
  }
  if (record->content != content_) {
    return MakeError(Reason::kRequestIdReused,
                     "request_id was already used for a call with other content: use a new request_id");
  }
  return std::optional(std::move(record->answer));
}

absl::Status Idempotency::Record(IdempotencyRepository& records, std::string response, UserId user_id,
                                 absl::Time now) const {
  const auto owner = user_id.is_nil() ? std::nullopt : std::optional(user_id);
  return records.Insert({key_, content_, std::move(response), now, owner});
}

void CheckRequestId(std::string_view request_id, FieldErrors& errors) {
  const bool printable =
      std::all_of(request_id.begin(), request_id.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!printable || request_id.size() > kMaxRequestIdBytes) {
    errors.Add("request_id", StrCat("must be at most ", kMaxRequestIdBytes, " printable ASCII characters"));
  }
}

}  // namespace keelson
