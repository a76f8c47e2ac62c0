#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/refunds/refund_pages.h"
#include "core/store/export/bulk.h"

namespace keelson {

// Reads the refunds through the store's exporter, which works while a service uses the store. Each page opens
// an exporter of its own, so that no snapshot is held while providers are asked.
class ExportedRefundPages : public RefundPages {
 public:
  static constexpr std::size_t kPageSize = 256;
  static constexpr int kBatch = 1024;
  using Open = std::function<absl::StatusOr<std::unique_ptr<StoreExporter>>()>;

  ExportedRefundPages(Open open, absl::Time since) : open_(std::move(open)), since_(since) {}

  absl::StatusOr<std::vector<Refund>> Next() override;

 private:
  const Open open_;
  const absl::Time since_;
  // Key of the last row of the last page.
  std::string last_;
  bool done_ = false;
};

}  // namespace keelson
