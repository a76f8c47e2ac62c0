#include "adapters/grpc/wire_check.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/common/error.h"
#include "google/protobuf/wrappers.pb.h"
#include "keelson/accounts/v1/accounts.pb.h"
#include "keelson/orders/v1/orders.pb.h"
#include "keelson/refunds/v1/refunds.pb.h"

namespace keelson {
namespace {

// Returns the message's bytes, with every "?!" replaced by invalid UTF-8.
std::string Spoiled(const google::protobuf::Message& message) {
  std::string bytes = message.SerializeAsString();
  for (std::size_t at = bytes.find("?!"); at != std::string::npos; at = bytes.find("?!")) bytes[at] = '\xFF';
  return bytes;
}

std::vector<FieldViolation> ViolationsOf(const google::protobuf::Message& message) {
  const absl::Status status = ExplainUnparsable(*message.GetDescriptor(), Spoiled(message));
  const std::optional<ErrorDetails> details = DetailsOf(status);
  REQUIRE(details);
  CHECK(details->reason == Reason::kFieldInvalid);
  return details->fields;
}

TEST_CASE("the error names the path of each string that is not UTF-8") {
  orders::v1::CreateOrderRequest request;
  request.set_user_id("?!");
  request.add_lines()->set_title("fine");
  request.add_lines();
  request.add_lines()->set_title("?!");
  request.mutable_lines(2)->mutable_unit_price()->set_currency_code("?!");
  CHECK(ViolationsOf(request) ==
        std::vector<FieldViolation>{{"user_id", "must be valid UTF-8"},
                                    {"lines[2].title", "must be valid UTF-8"},
                                    {"lines[2].unit_price.currency_code", "must be valid UTF-8"}});
}

TEST_CASE("the error names the path of an invalid string in a oneof and in a repeated field") {
  refunds::v1::CreateRefundRequest refund;
  refund.mutable_scope()->mutable_lines()->add_lines()->set_line_id("?!");
  CHECK(ViolationsOf(refund).at(0).field == "scope.lines.lines[0].line_id");
  accounts::v1::BatchGetUsersRequest batch;
  batch.add_ids("fine");
  batch.add_ids("?!");
  CHECK(ViolationsOf(batch).at(0).field == "ids[1]");
}

TEST_CASE("the error for an invalid map entry contains its key") {
  accounts::v1::RegisterUserRequest request;
  (*request.mutable_labels())["team"] = "?!";
  CHECK(ViolationsOf(request) == std::vector<FieldViolation>{{"labels[\"team\"]", "must be valid UTF-8"}});
  request.clear_labels();
  (*request.mutable_labels())["?!"] = "red";
  CHECK(ViolationsOf(request) == std::vector<FieldViolation>{{"labels", "must have keys of valid UTF-8"}});
}

TEST_CASE("the error for bytes that are not valid protobuf names the message type and no field") {
  const auto* type = accounts::v1::GetUserRequest::descriptor();
  for (const std::string& bytes :
       {std::string("\xFF\xFF\xFF"), std::string("\x0A\x7F"), std::string("\x0A\xFF\xFF\xFF\xFF\x0F", 6),
        std::string("\x0B"), std::string("\x00\x01", 2)}) {
    const absl::Status status = ExplainUnparsable(*type, bytes);
    CHECK(HasReason(status, Reason::kFieldInvalid));
    CHECK(status.message() == "the request can't be parsed as keelson.accounts.v1.GetUserRequest");
  }
}

}  // namespace
}  // namespace keelson
