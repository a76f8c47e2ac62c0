#include "core/ledger/list_ledger_entries.h"

#include "core/common/error.h"
#include "core/common/text.h"
#include "core/ledger/ledger_repository.h"
#include "core/store/list_query.h"

namespace keelson {

absl::StatusOr<LedgerPage> ListLedgerEntries::Handle(const CallContext& context,
                                                     const ListLedgerEntriesQuery& query) {
  FieldErrors errors;
  LedgerFilter filter;
  const int page_size = CheckPageSize(query.page_size, errors);
  filter.order_id = CheckOptionalId<OrderKind>("order_id", query.order_id, errors);
  filter.refund_id = CheckOptionalId<RefundKind>("refund_id", query.refund_id, errors);
  CheckLine("payment_provider", query.payment_provider, kMaxProviderName, errors);
  filter.payment_provider = query.payment_provider;
  if (query.account) filter.types = TypesOfAccount(*query.account);
  filter.created_from = WholeMicros(query.created_from);
  filter.created_before = WholeMicros(query.created_before);
  if (!errors.empty()) return errors.ToStatus();

  FieldWriter list;
  list(std::string("ledger")), list(filter.order_id), list(filter.refund_id), list(query.account);
  list(filter.payment_provider), list(filter.created_from), list(filter.created_before);
  return ReadPage(store_, context, page_tokens_, list.Take(), query.page_token, page_size,
                  &LedgerPage::entries,
                  [&](ReadTransaction& tx, std::optional<ListPosition> before, int limit) {
                    return tx.ledger().List(filter, before, limit);
                  });
}

}  // namespace keelson
