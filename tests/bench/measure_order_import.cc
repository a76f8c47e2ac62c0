#include <cstdio>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "keelson/accounts/v1/accounts.pb.h"
#include "keelson/orders/v1/orders.pb.h"
#include "tests/bench/bulk_import.h"
#include "tests/bench/figures.h"
#include "tests/bench/requests.h"
#include "tests/bench/rpc_connection.h"
#include "tests/bench/service.h"

namespace keelson {
namespace {

constexpr int kOwners = 10'000;
constexpr int kOrders = 50'000;
constexpr int kOrdersPerRefund = 10;
constexpr double kOrdersPerSecond = 10'000;
constexpr int kRounds = 3;
constexpr std::int64_t kBegin = 1'600'000'000;

std::string AddressOf(int owner) {
  return absl::StrCat("owner", owner, "@example.com");
}

std::string OwnerRecords() {
  std::string framed;
  accounts::v1::ImportUsersRequest record;
  for (int i = 0; i < kOwners; ++i) {
    record.set_email(AddressOf(i));
    AppendFramed(record.SerializeAsString(), framed);
  }
  return framed;
}

void AddLine(int number, orders::v1::ImportOrdersRequest& record) {
  orders::v1::OrderLine& line = *record.add_lines();
  line.set_sku(absl::StrCat("sku-", number));
  line.set_title("A mug with a handle");
  line.set_quantity(2);
  line.mutable_unit_price()->set_currency_code("EUR");
  line.mutable_unit_price()->set_minor_units(1250);
}

// Returns DELIVERED orders of two lines with a label; every tenth order has a refund of one unit.
std::string OrderRecords() {
  std::string framed;
  for (int i = 0; i < kOrders; ++i) {
    orders::v1::ImportOrdersRequest record;
    record.set_user_email(AddressOf(static_cast<int>(i * 7919LL % kOwners)));
    AddLine(i % 1000, record);
    AddLine(i % 999, record);
    record.set_reference(absl::StrCat("R-", i * 7919LL % kOrders));
    (*record.mutable_labels())["channel"] = "web";
    record.set_state(orders::v1::ORDER_STATE_DELIVERED);
    record.mutable_create_time()->set_seconds(kBegin + i);
    record.mutable_pay_time()->set_seconds(kBegin + i + 60);
    record.mutable_ship_time()->set_seconds(kBegin + i + 86'400);
    record.mutable_deliver_time()->set_seconds(kBegin + i + 172'800);
    record.mutable_payment()->set_provider_reference(absl::StrCat("ch_", i));
    if (i % kOrdersPerRefund == 0) {
      orders::v1::ImportedRefund& refund = *record.add_refunds();
      refunds::v1::RefundLine& line = *refund.mutable_scope()->mutable_lines()->add_lines();
      line.set_line_id("1");
      line.set_quantity(1);
      refund.mutable_create_time()->set_seconds(kBegin + i + 200'000);
    }
    AppendFramed(record.SerializeAsString(), framed);
  }
  return framed;
}

// Returns the seconds of the import of the orders.
absl::StatusOr<double> ImportOwnersAndOrders(const Service& service, const std::string& owners,
                                             const std::string& records) {
  accounts::v1::ImportUsersResponse imported_owners;
  const absl::Status status = StreamRecords(service, kImportUsersMethod, owners, imported_owners).status();
  if (!status.ok()) return status;
  orders::v1::ImportOrdersResponse imported;
  const absl::StatusOr<double> seconds = StreamRecords(service, kImportOrdersMethod, records, imported);
  if (seconds.ok() && imported.imported() != kOrders) {
    return absl::InternalError(absl::StrCat("ImportOrders imported ", imported.imported(), " orders"));
  }
  return seconds;
}

// Returns orders per second.
absl::StatusOr<double> MeasureRound(const Workbench& bench, const std::string& owners,
                                    const std::string& records) {
  const std::filesystem::path path = bench.folder / "imported_orders.db";
  RemoveDatabase(path);
  absl::StatusOr<double> seconds;
  {
    absl::StatusOr<Service> service =
        Service::Start(bench, {absl::StrCat("store.sqlite.path=", path.string())});
    if (!service.ok()) return service.status();
    seconds = ImportOwnersAndOrders(*service, owners, records);
  }
  if (!seconds.ok()) return seconds;
  // Triggers fill the tables of the labels.
  const absl::StatusOr<double> plain =
      InsertPlainly(path, {"users", "orders", "order_lines", "refunds", "ledger_entries", "events"});
  if (!plain.ok()) return plain;
  std::fprintf(stderr, "order import, sqlite: %.0f orders/s; plain bulk insert %.0f orders/s\n",
               kOrders / *seconds, kOrders / *plain);
  return kOrders / *seconds;
}

}  // namespace

Figures MeasureOrderImport(const Workbench& bench) {
  const std::string owners = OwnerRecords();
  const std::string records = OrderRecords();
  std::vector<double> ratios;
  for (int round = 0; round < kRounds; ++round) {
    const absl::StatusOr<double> rate = MeasureRound(bench, owners, records);
    if (!rate.ok()) return rate.status();
    ratios.push_back(*rate / kOrdersPerSecond);
  }
  return std::vector<Figure>{{"order_import", Median(ratios), Figure::Bar::kAtLeast, 1}};
}

}  // namespace keelson
