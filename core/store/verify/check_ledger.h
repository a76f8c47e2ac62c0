#pragma once

#include <vector>

#include "core/store/verify/audit.h"

namespace keelson {

// Checks the ledger entries of one order against the order and its refunds. An entry balances by its form,
// one amount with a debit and a credit, so that the balances of all accounts add up to zero if every entry is
// valid.
void JudgeLedger(Audit& audit, const OrderFields& order, const std::vector<RefundFields>& refunds,
                 const std::vector<LedgerEntry>& entries);

}  // namespace keelson
