#include "adapters/grpc/refund_scope.h"

#include <utility>

#include "adapters/grpc/translate.h"

namespace keelson {
namespace {

ScopeInput::Lines LinesFromProto(refunds::v1::RefundScope::Lines& lines) {
  ScopeInput::Lines out;
  out.include_shipping = lines.include_shipping();
  out.lines.reserve(static_cast<std::size_t>(lines.lines_size()));
  for (refunds::v1::RefundLine& line : *lines.mutable_lines()) {
    ScopeInput::Line& to = out.lines.emplace_back();
    to.line_id = std::move(*line.mutable_line_id());
    to.quantity = line.quantity();
    if (line.has_amount()) to.amount = FromProto(line.amount());
    if (line.has_withheld()) to.withheld = FromProto(line.withheld());
  }
  if (lines.has_shipping()) out.shipping = FromProto(lines.shipping());
  if (lines.has_goodwill()) out.goodwill = FromProto(lines.goodwill());
  return out;
}

}  // namespace

ScopeInput ScopeFromProto(refunds::v1::RefundScope& scope) {
  switch (scope.scope_case()) {
    case refunds::v1::RefundScope::kEverything:
      return {RefundEverything{}};
    case refunds::v1::RefundScope::kAmount:
      return {FromProto(scope.amount())};
    case refunds::v1::RefundScope::kLines:
      return {LinesFromProto(*scope.mutable_lines())};
    case refunds::v1::RefundScope::SCOPE_NOT_SET:
      break;
  }
  return {};
}

}  // namespace keelson
