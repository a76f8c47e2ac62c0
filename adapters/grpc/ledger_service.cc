#include "adapters/grpc/services.h"
#include "adapters/grpc/translate.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

namespace api = ledger::v1;

absl::StatusOr<ListLedgerEntriesQuery> FromRequest(api::ListLedgerEntriesRequest& request) {
  ListLedgerEntriesQuery query;
  FieldErrors errors = PageFromProto(request, query);
  if (!api::LedgerAccount_IsValid(request.account())) {
    errors.Add("account", "must be a known value of LedgerAccount");
  } else if (request.account() != api::LEDGER_ACCOUNT_UNSPECIFIED) {
    query.account = static_cast<LedgerAccount>(request.account());
  }
  if (!errors.empty()) return errors.ToStatus();
  query.order_id = std::move(*request.mutable_order_id());
  query.refund_id = std::move(*request.mutable_refund_id());
  query.payment_provider = std::move(*request.mutable_payment_provider());
  return query;
}

absl::Status List(ListLedgerEntries& use_case, const CallContext& context,
                  api::ListLedgerEntriesRequest& request, api::ListLedgerEntriesResponse& response) {
  ASSIGN_OR_RETURN(const ListLedgerEntriesQuery query, FromRequest(request));
  ASSIGN_OR_RETURN(LedgerPage page, use_case.Handle(context, query));
  for (const LedgerEntry& entry : page.entries) ToProto(entry, *response.add_entries());
  response.set_next_page_token(std::move(page.next_page_token));
  return absl::OkStatus();
}

}  // namespace

std::unique_ptr<RpcService> MakeLedgerService(UseCases& use_cases) {
  auto service = std::make_unique<RpcService>(
      api::LedgerEntry::descriptor()->file()->FindServiceByName("LedgerService"));
  service->AddMethod<api::ListLedgerEntriesRequest, api::ListLedgerEntriesResponse>(
      "ListLedgerEntries", Access::kRead, Workload::kList,
      [&call = use_cases.list_ledger_entries](
          const CallContext& context, api::ListLedgerEntriesRequest& request,
          api::ListLedgerEntriesResponse& response) { return List(call, context, request, response); });
  return service;
}

}  // namespace keelson
