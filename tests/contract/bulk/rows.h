// Sample rows.
#pragma once

#include <cstddef>
#include <variant>
#include <vector>

#include "core/store/export/rows.h"

namespace keelson {

// Returns `count` rows of each kind with every field set. Kinds and keys are in order, and a row only refers
// to earlier rows. Each call returns different rows; events are numbered from 1.
std::vector<RowBatch> SampleBatches(int count);

// Returns the rows of one kind. `batches` holds one batch of each kind, in the order of the kinds.
template <typename Row>
const std::vector<Row>& RowsOf(const std::vector<RowBatch>& batches) {
  return std::get<std::vector<Row>>(batches[static_cast<std::size_t>(kKindOf<Row>)]);
}

// Return one row of each kind with the minimum or the maximum value in every field.
std::vector<RowBatch> LeastBatches();
std::vector<RowBatch> GreatestBatches();

}  // namespace keelson
