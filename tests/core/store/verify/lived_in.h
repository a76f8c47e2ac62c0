#pragma once

#include <algorithm>
#include <memory>
#include <string_view>

#include "tests/core/world.h"
#include "tests/support/rows_reader.h"

namespace keelson {

// A product with orders in every state, and refunds in every state that a use case leads to, including a
// zero-amount refund and a refund that was superseded by its order's cancellation.
struct LivedIn {
  LivedIn();

  World world;
  OrderId delivered;
  UserId owner;
  RefundId processing, failed, succeeded, requested;
};

// The rows of a lived-in product, to lay hands on.
struct Plant {
  OrderFields& order() { return Find<OrderFields>(lived_in.delivered); }
  RefundFields& refund(RefundId id) { return Find<RefundFields>(id); }
  OrderFields& order_of(RefundId id) { return Find<OrderFields>(refund(id).order_id); }
  // The first of this type.
  Event& event(std::string_view type);
  // Numbers and chains the events anew, as one who tampers with them might.
  void Rechain();
  // As if the first event of this type had never been.
  void Forget(std::string_view type);
  void Repeat(std::string_view type);

  LivedIn lived_in;
  std::unique_ptr<StoreExporter> store = lived_in.world.store.OpenReader();
  RowsReader rows{*store};

 private:
  template <typename Row, typename Id>
  Row& Find(Id id) {
    auto& all = rows.of<Row>();
    return *std::find_if(all.begin(), all.end(), [&](const Row& row) { return row.id == id; });
  }
};

}  // namespace keelson
