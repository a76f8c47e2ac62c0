#pragma once

#include "core/refunds/scope_input.h"
#include "keelson/refunds/v1/refunds.pb.h"

namespace keelson {

// Translates the scope of a refund. Moves texts from `scope`.
ScopeInput ScopeFromProto(refunds::v1::RefundScope& scope);

}  // namespace keelson
