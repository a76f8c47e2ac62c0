#include "adapters/store/postgres/listing.h"

#include <algorithm>
#include <string>

#include "adapters/store/postgres/order_rows.h"
#include "adapters/store/sql_columns/columns.h"

namespace keelson {
namespace {

// The rows of a page: create_time >= `from`, and (create_time, id) < (`time`, `id`).
struct Range {
  absl::Time from;
  absl::Time time;
  Uuid id;
};

constexpr Uuid kLastUuid = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                            0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

Range RangeBefore(const std::optional<ListPosition>& before) {
  if (before) return {absl::InfinitePast(), before->create_time, before->id};
  return {absl::InfinitePast(), absl::InfiniteFuture(), kLastUuid};
}

template <typename Filter>
Range RangeOf(const Filter& filter, const std::optional<ListPosition>& before) {
  Range range = RangeBefore(before);
  if constexpr (requires { filter.created_from; }) {
    if (filter.created_from) range.from = *filter.created_from;
    // The nil id is the smallest, so that (time, nil) excludes all rows of that time.
    if (filter.created_before && *filter.created_before <= range.time) {
      range.time = *filter.created_before;
      range.id = Uuid{};
    }
  }
  return range;
}

constexpr Sql kInRange = "create_time >= $1 AND (create_time, id) < ($2, $3)";
constexpr Sql kNewestFirst = " ORDER BY create_time DESC, id DESC LIMIT $4";

// Merges one index scan for each wanted state ($5), newest first. `condition` is empty, or " AND …" over the
// columns that precede the state in the index. `row` is the alias of a row.
constexpr auto FromStates(const auto& table, const auto& condition, const auto& row) {
  return " FROM unnest($5) AS wanted (wanted_state) CROSS JOIN LATERAL (SELECT * FROM " + Sql(table) +
         " WHERE state = wanted_state" + condition + " AND " + kInRange + kNewestFirst + ") " + row +
         kNewestFirst;
}

constexpr auto kSelectUsers = "SELECT " + kColumnNames<UserFields>;
constexpr auto kHasPrefix =
    "email_key >= $6 AND email_key < $7 AND state <> " + kSqlNumber<UserState::kErased>;
constexpr auto kCountPrefix =
    "SELECT count(*) FROM (SELECT 1 FROM users WHERE email_key >= $1 AND email_key < $2 AND state <> " +
    kSqlNumber<UserState::kErased> + " LIMIT $3) found";
constexpr auto kListUsers = kSelectUsers + FromStates("users", "", "u");
constexpr auto kListRarePrefix = "WITH u AS MATERIALIZED (SELECT * FROM users WHERE " + kHasPrefix + ") " +
                                 kSelectUsers + " FROM u WHERE state = ANY ($5) AND " + kInRange +
                                 kNewestFirst;
constexpr auto kListCommonPrefix = kSelectUsers + FromStates("users", " AND " + kHasPrefix, "u");

constexpr auto kListSessions = "SELECT " + kColumnNames<SessionFields> +
                               " FROM sessions WHERE user_id = $5 AND " + kInRange + kNewestFirst;

// Like FromStates, for a list by label: scans `labels`, the table of labels of `table`, in list order. The
// label is ($6, $7). `condition` applies to the rows of `table`. OFFSET 0 keeps the planner from replacing
// the lookups by id with a join that reads all rows of `table`.
constexpr auto FromLabels(const auto& table, const auto& labels, const auto& condition, const auto& row) {
  return " FROM unnest($5) AS wanted (wanted_state) CROSS JOIN LATERAL (SELECT t.* FROM " + Sql(labels) +
         " l CROSS JOIN LATERAL (SELECT * FROM " + Sql(table) + " WHERE id = l.id AND user_id = l.user_id" +
         condition +
         " OFFSET 0) t WHERE l.key = $6 AND l.value = $7 AND l.state = wanted_state AND l.create_time >= $1 "
         "AND (l.create_time, l.id) < ($2, $3) ORDER BY l.create_time DESC, l.id DESC LIMIT $4) " +
         row + kNewestFirst;
}

// Conditions on single rows, for filters beside the one that selects the index. An unset filter is NULL or
// empty. $6 and $7 are the key and the value of the label. CASE instead of OR, because the planner expects
// few rows from an OR of comparisons, and would sort all rows instead of scanning the index in list order.
constexpr Sql kHasState = " AND state = ANY ($5)";
constexpr Sql kHasLabel = " AND CASE WHEN $6 = '' THEN true ELSE labels ->> $6 = $7 END";
constexpr Sql kHasUser = " AND CASE WHEN $8 IS NULL THEN true ELSE user_id = $8 END";
constexpr Sql kHasPayment = " AND CASE WHEN $9 = '' THEN true ELSE payment_reference = $9 END";
constexpr Sql kHasRefundStatus =
    " AND CASE WHEN cardinality($10) = 0 THEN true ELSE refund_status = ANY ($10) END";
// The planner proves from the second condition that a partial index has the rows.
constexpr Sql kOfPayment = " AND payment_reference = $9 AND payment_reference <> ''";

// Beside the first payment, which is in the order row, an order may have further payments.
constexpr Sql kHasPaymentOfOrder =
    " AND CASE WHEN $9 = '' THEN true ELSE payment_reference = $9 OR EXISTS (SELECT FROM order_payments p "
    "WHERE "
    "p.order_id = o.id AND p.user_id = o.user_id AND p.reference = $9) END";

constexpr auto kListOrders = kPgSelectOrder + " FROM orders o WHERE " + kInRange + kNewestFirst;
constexpr auto kListOrdersOfStates = kPgSelectOrder + FromStates("orders", "", "o");
constexpr auto kListOrdersOfReference =
    kPgSelectOrder +
    " FROM orders o WHERE id = (SELECT order_id FROM order_references WHERE reference = $11)" + kHasState +
    kHasLabel + kHasUser + kHasPaymentOfOrder + kHasRefundStatus + " AND " + kInRange + " LIMIT $4";
// Finds the orders by their first payment, and by a further payment in list order. OFFSET 0 as in FromLabels.
constexpr auto kOrderHasFilters = kHasLabel + kHasUser + kHasRefundStatus;
constexpr auto kListOrdersOfPayment =
    kPgSelectOrder + " FROM ((SELECT o.*" + FromStates("orders", kOfPayment + kOrderHasFilters, "o") +
    ") UNION ALL (SELECT t.* FROM order_payments p CROSS JOIN LATERAL (SELECT * FROM orders WHERE id = "
    "p.order_id AND user_id = p.user_id" +
    kHasState + kOrderHasFilters +
    " OFFSET 0) t WHERE p.reference = $9 AND p.reference <> '' AND p.order_time >= $1 AND (p.order_time, "
    "p.order_id) < ($2, $3) AND p.payment > 0 AND NOT EXISTS (SELECT FROM order_payments q WHERE q.order_id "
    "= "
    "p.order_id AND q.user_id = p.user_id AND q.payment < p.payment AND q.reference = $9) ORDER BY "
    "p.order_time DESC, p.order_id DESC LIMIT $4)) o" +
    kNewestFirst;
constexpr auto kListOrdersOfUser =
    kPgSelectOrder + FromStates("orders", " AND user_id = $8" + kHasLabel + kHasRefundStatus, "o");
constexpr auto kListOrdersOfLabel =
    kPgSelectOrder + FromLabels("orders", "order_labels", kHasRefundStatus, "o");
constexpr auto kListRefundedOrders =
    kPgSelectOrder +
    " FROM unnest($5) AS wanted (wanted_state) CROSS JOIN unnest($10) AS refunded (wanted_status) CROSS JOIN "
    "LATERAL (SELECT * FROM orders WHERE refund_status = wanted_status AND refund_status > 1 AND state = "
    "wanted_state AND " +
    kInRange + kNewestFirst + ") o" + kNewestFirst;
// Most orders are NOT_REFUNDED: the queries discard few rows.
constexpr auto kListOrdersOfRefundStatus =
    kPgSelectOrder + " FROM orders o WHERE " + kInRange + kHasRefundStatus + kNewestFirst;
constexpr auto kListOrdersOfRefundStatusAndStates =
    kPgSelectOrder + FromStates("orders", kHasRefundStatus, "o");

constexpr auto kSelectRefunds = "SELECT " + kColumnNames<RefundFields>;
constexpr auto kListRefunds = kSelectRefunds + " FROM refunds WHERE " + kInRange + kNewestFirst;
constexpr auto kListRefundsOfStates = kSelectRefunds + FromStates("refunds", "", "r");
// An order has few refunds: the other filters are applied row by row.
constexpr auto kListRefundsOfOrder = kSelectRefunds + " FROM refunds WHERE order_id = $10" + kHasState +
                                     kHasLabel + kHasUser + kHasPayment + " AND " + kInRange + kNewestFirst;
constexpr auto kListRefundsOfPayment =
    kSelectRefunds + FromStates("refunds", kOfPayment + kHasLabel + kHasUser, "r");
constexpr auto kListRefundsOfUser =
    kSelectRefunds + FromStates("refunds", " AND user_id = $8" + kHasLabel, "r");
constexpr auto kListRefundsOfLabel = kSelectRefunds + FromLabels("refunds", "refund_labels", "", "r");

constexpr auto kSelectEntries = "SELECT " + kColumnNames<LedgerEntry>;
// An order has few entries: the other filters are applied row by row. $6 is the provider, or an empty text;
// $7 the order and $8 the refund, or NULL.
constexpr auto kListEntriesOfOrder =
    kSelectEntries +
    " FROM ledger_entries WHERE order_id = coalesce($7, (SELECT order_id FROM refunds WHERE id = $8)) AND "
    "($8 "
    "IS NULL OR refund_id = $8) AND ($6 = '' OR payment_provider = $6) AND type = ANY ($5) AND " +
    kInRange + kNewestFirst;
// Merges one index scan for each wanted type ($5) of each provider in `providers`, newest first.
constexpr auto FromEntriesOf(const auto& providers) {
  return " FROM " + Sql(providers) +
         " AS provider (name) CROSS JOIN unnest($5) AS wanted (wanted_type) CROSS JOIN LATERAL (SELECT * "
         "FROM "
         "ledger_entries WHERE payment_provider = name AND type = wanted_type AND " +
         kInRange + kNewestFirst + ") e" + kNewestFirst;
}
constexpr auto kListEntriesOfProvider = kSelectEntries + FromEntriesOf("(SELECT $6)");
// Reads one index entry for each provider (a loose index scan).
constexpr auto kListEntries =
    kSelectEntries + FromEntriesOf(
                         "(WITH RECURSIVE names (found) AS ("
                         " SELECT min(payment_provider) FROM ledger_entries"
                         " UNION ALL SELECT (SELECT min(payment_provider) FROM ledger_entries"
                         " WHERE payment_provider > found) FROM names WHERE found IS NOT NULL"
                         ") SELECT found FROM names WHERE found IS NOT NULL)");

constexpr auto kSelectMessages = "SELECT " + kColumnNames<Message>;
constexpr auto kListMessages = kSelectMessages + FromStates("messages", "", "m");
constexpr auto kListMessagesToUser = kSelectMessages + FromStates("messages", " AND user_id = $6", "m");
constexpr auto kListMessagesToAddress =
    kSelectMessages + FromStates("messages", " AND recipient_key = $6", "m");
// At most one user has an address at a time, so that the filter by user discards few rows.
constexpr auto kListMessagesToUserAndAddress =
    kSelectMessages + FromStates("messages", " AND recipient_key = $6 AND user_id = $7", "m");

// If at most this many addresses have the prefix, the query sorts all users with these addresses for each
// page. For a more common prefix, scanning the users in list order fills the page sooner.
constexpr int kSortedAddresses = 10'000;

// Returns a text greater than every address with this prefix: U+10FFFF follows the prefix.
std::string EndOf(const std::string& prefix) {
  return prefix + "\xf4\x8f\xbf\xbf";
}

bool IsRare(PgSession& session, const std::string& prefix) {
  std::int64_t count = 0;
  session.Select(kCountPrefix, prefix, EndOf(prefix), kSortedAddresses + 1).Read(0, count);
  return count <= kSortedAddresses;
}

constexpr UserState kUserStates[] = {UserState::kActive, UserState::kSuspended, UserState::kDeleted,
                                     UserState::kErased};

constexpr OrderState kOrderStates[] = {OrderState::kPending, OrderState::kPaid, OrderState::kShipped,
                                       OrderState::kDelivered, OrderState::kCancelled};

constexpr RefundState kRefundStates[] = {
    RefundState::kRequested, RefundState::kApproved, RefundState::kProcessing, RefundState::kSucceeded,
    RefundState::kFailed,    RefundState::kRejected, RefundState::kCancelled};

constexpr LedgerEntryType kLedgerEntryTypes[] = {LedgerEntryType::kPayment, LedgerEntryType::kRefundHold,
                                                 LedgerEntryType::kRefundRelease,
                                                 LedgerEntryType::kRefundPayout};

constexpr MessageState kMessageStates[] = {MessageState::kQueued, MessageState::kSending, MessageState::kSent,
                                           MessageState::kDead, MessageState::kCancelled};

// Return the statement of the most selective filter; null if only states and times are filtered.
const char* FilteredOrders(const OrderFilter& filter) {
  if (!filter.reference.empty()) return kListOrdersOfReference;
  if (!filter.payment_reference.empty()) return kListOrdersOfPayment;
  if (filter.user_id) return kListOrdersOfUser;
  if (filter.label) return kListOrdersOfLabel;
  if (filter.refund_statuses.empty()) return nullptr;
  if (!IncludesNotRefunded(filter)) return kListRefundedOrders;
  if (filter.states.empty()) return kListOrdersOfRefundStatus;
  return kListOrdersOfRefundStatusAndStates;
}
const char* FilteredRefunds(const RefundFilter& filter) {
  if (filter.order_id) return kListRefundsOfOrder;
  if (!filter.payment_reference.empty()) return kListRefundsOfPayment;
  if (filter.user_id) return kListRefundsOfUser;
  if (filter.label) return kListRefundsOfLabel;
  return nullptr;
}

template <typename State, std::size_t kCount>
std::vector<State> Wanted(const std::vector<State>& states, const State (&all)[kCount]) {
  return states.empty() ? std::vector<State>(std::begin(all), std::end(all)) : states;
}

}  // namespace

PgResult SelectUserPage(PgSession& session, const UserFilter& filter,
                        const std::optional<ListPosition>& before, int limit) {
  const Range r = RangeOf(filter, before);
  const std::int64_t most = LimitParameter(limit);
  const std::vector<UserState> states = Wanted(filter.states, kUserStates);
  const std::string& prefix = filter.email_prefix;
  if (prefix.empty()) return session.Select(kListUsers, r.from, r.time, r.id, most, states);
  const char* sql = IsRare(session, prefix) ? kListRarePrefix : kListCommonPrefix;
  return session.Select(sql, r.from, r.time, r.id, most, states, prefix, EndOf(prefix));
}

PgResult SelectSessionPage(PgSession& session, UserId user_id, const std::optional<ListPosition>& before,
                           int limit) {
  const Range r = RangeBefore(before);
  return session.Select(kListSessions, r.from, r.time, r.id, LimitParameter(limit), user_id);
}

PgResult SelectOrderPage(PgSession& session, const OrderFilter& filter,
                         const std::optional<ListPosition>& before, int limit) {
  const Range r = RangeOf(filter, before);
  const std::int64_t most = LimitParameter(limit);
  if (const char* sql = FilteredOrders(filter)) {
    const auto& [key, value] = filter.label.value_or(Label());
    return session.Select(sql, r.from, r.time, r.id, most, Wanted(filter.states, kOrderStates), key, value,
                          filter.user_id, filter.payment_reference, filter.refund_statuses, filter.reference);
  }
  if (filter.states.empty()) return session.Select(kListOrders, r.from, r.time, r.id, most);
  return session.Select(kListOrdersOfStates, r.from, r.time, r.id, most, filter.states);
}

PgResult SelectRefundPage(PgSession& session, const RefundFilter& filter,
                          const std::optional<ListPosition>& before, int limit) {
  const Range r = RangeOf(filter, before);
  const std::int64_t most = LimitParameter(limit);
  if (const char* sql = FilteredRefunds(filter)) {
    const auto& [key, value] = filter.label.value_or(Label());
    return session.Select(sql, r.from, r.time, r.id, most, Wanted(filter.states, kRefundStates), key, value,
                          filter.user_id, filter.payment_reference, filter.order_id);
  }
  if (filter.states.empty()) return session.Select(kListRefunds, r.from, r.time, r.id, most);
  return session.Select(kListRefundsOfStates, r.from, r.time, r.id, most, filter.states);
}

PgResult SelectLedgerPage(PgSession& session, const LedgerFilter& filter,
                          const std::optional<ListPosition>& before, int limit) {
  const Range r = RangeOf(filter, before);
  const std::int64_t most = LimitParameter(limit);
  const std::vector<LedgerEntryType> types = Wanted(filter.types, kLedgerEntryTypes);
  if (filter.order_id || filter.refund_id) {
    return session.Select(kListEntriesOfOrder, r.from, r.time, r.id, most, types, filter.payment_provider,
                          filter.order_id, filter.refund_id);
  }
  if (filter.payment_provider.empty()) {
    return session.Select(kListEntries, r.from, r.time, r.id, most, types);
  }
  return session.Select(kListEntriesOfProvider, r.from, r.time, r.id, most, types, filter.payment_provider);
}

PgResult SelectMessagePage(PgSession& session, const MessageFilter& filter,
                           const std::optional<ListPosition>& before, int limit) {
  const Range r = RangeOf(filter, before);
  const std::int64_t most = LimitParameter(limit);
  const std::vector<MessageState> states = Wanted(filter.states, kMessageStates);
  if (filter.user_id && !filter.to_key.empty()) {
    return session.Select(kListMessagesToUserAndAddress, r.from, r.time, r.id, most, states, filter.to_key,
                          *filter.user_id);
  }
  if (filter.user_id) {
    return session.Select(kListMessagesToUser, r.from, r.time, r.id, most, states, *filter.user_id);
  }
  if (!filter.to_key.empty()) {
    return session.Select(kListMessagesToAddress, r.from, r.time, r.id, most, states, filter.to_key);
  }
  return session.Select(kListMessages, r.from, r.time, r.id, most, states);
}

}  // namespace keelson
