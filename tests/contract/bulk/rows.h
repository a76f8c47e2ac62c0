// Rows to fill stores with.
#pragma once

#include <vector>

#include "core/store/export/rows.h"

namespace keelson {

// So many of each kind with every field set, in the order of their keys and of their kinds, such that each
// refers to those before it. Each call makes others; the events are numbered from 1.
std::vector<RowBatch> SampleBatches(int count);

// One of each kind whose fields are the least, and one whose fields are the most, that a row may hold.
std::vector<RowBatch> LeastBatches();
std::vector<RowBatch> GreatestBatches();

}  // namespace keelson
