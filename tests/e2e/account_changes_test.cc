// Tests UpdateUser and the state changes of users through the service.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "core/common/strings.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/threads.h"

namespace keelson::e2e {
namespace {

accounts::v1::User GetUser(const Client& client, const std::string& id) {
  const auto response = client(&Accounts::GetUser, Field("id", id));
  REQUIRE(Outcome(response) == "OK");
  return response->user();
}

std::string OrderOutcome(const Client& client, const std::string& user_id) {
  return Outcome(client(&Orders::CreateOrder,
                        StrCat(Field("user_id", user_id), "lines { sku: 'BOOK' title: 'A book' quantity: 1 ",
                               Euros("unit_price", 100), "}")));
}

TEST_CASE("a user's profile is updated by field mask and etag") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string id = RegisterUser(client, "ada@example.com");
  const std::string etag = GetUser(client, id).etag();
  const std::string request =
      StrCat("request_id: 'u1' user { ", Field("id", id), Field("etag", etag),
             "display_name: ' Ada L. ' locale: 'fr' labels { key: 'plan' value: 'pro' } } "
             "update_mask { paths: 'display_name' paths: 'labels' }");
  const auto updated = client(&Accounts::UpdateUser, request);
  REQUIRE(Outcome(updated) == "OK");
  CHECK(updated->user().display_name() == "Ada L.");
  CHECK(updated->user().locale() == "en");
  CHECK(updated->user().labels().at("plan") == "pro");
  CHECK(updated->user().etag() != etag);
  CHECK(GetUser(client, id).SerializeAsString() == updated->user().SerializeAsString());

  // The repeated call has a stale etag, but returns the first response.
  CHECK(client(&Accounts::UpdateUser, request)->SerializeAsString() == updated->SerializeAsString());
  const auto stale = client(&Accounts::UpdateUser, StrCat("user { ", Field("id", id), Field("etag", etag),
                                                          "locale: 'de' } update_mask { paths: 'locale' }"));
  CHECK(Outcome(stale) == "ABORTED ETAG_MISMATCH");
  CHECK(Facts(stale.status) == StrCat(" etag=", updated->user().etag()));
  const auto invalid = client(&Accounts::UpdateUser,
                              "user { id: 'ada' email: 'eve@example.com' locale: '?' } update_mask { paths: "
                              "'email' paths: 'locale' }");
  CHECK(Outcome(invalid) == "INVALID_ARGUMENT FIELD_INVALID");
  CHECK(BadFields(invalid.status) == " update_mask user.locale user.id");
}

TEST_CASE("a suspended user can't order or verify an address until the reinstatement") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string id = RegisterUser(client, "ada@example.com");
  const std::string token = TokenIn(AwaitMails(service.mail_folder(), "ada@example.com", 1)[0]);
  const auto suspended = client(&Accounts::SuspendUser, StrCat(Field("id", id), "reason: 'chargeback'"));
  REQUIRE(Outcome(suspended) == "OK");
  CHECK(suspended->user().state() == accounts::v1::USER_STATE_SUSPENDED);
  CHECK(OrderOutcome(client, id) == "FAILED_PRECONDITION USER_NOT_ACTIVE");
  CHECK(Outcome(client(&Accounts::VerifyEmail, Field("token", token))) == "FAILED_PRECONDITION USER_STATE");
  const auto again = client(&Accounts::SuspendUser, Field("id", id));
  CHECK(Outcome(again) == "FAILED_PRECONDITION USER_STATE");
  CHECK(Facts(again.status) == " expected=ACTIVE state=SUSPENDED");
  CHECK(client(&Accounts::ListUsers, "states: USER_STATE_SUSPENDED")->users_size() == 1);

  REQUIRE(Outcome(client(&Accounts::ReinstateUser, Field("id", id))) == "OK");
  CHECK(OrderOutcome(client, id) == "OK");
  CHECK(Outcome(client(&Accounts::VerifyEmail, Field("token", token))) == "OK");
}

TEST_CASE("a deleted user keeps the address and is restored to the state before the deletion") {
  const Folder folder;
  ServiceProcess service(folder.path(), {"accounts.retention=1h"});
  const Client client = service.Connect();
  const std::string id = RegisterUser(client, "ada@example.com");
  REQUIRE(Outcome(client(&Accounts::SuspendUser, Field("id", id))) == "OK");
  const auto stale = client(&Accounts::DeleteUser, StrCat(Field("id", id), "etag: 'v1'"));
  CHECK(Outcome(stale) == "ABORTED ETAG_MISMATCH");
  const std::string request =
      StrCat("request_id: 'd1' ", Field("id", id), Field("etag", GetUser(client, id).etag()));
  const auto deleted = client(&Accounts::DeleteUser, request);
  REQUIRE(Outcome(deleted) == "OK");
  const accounts::v1::User& user = deleted->user();
  CHECK(user.state() == accounts::v1::USER_STATE_DELETED);
  CHECK(user.purge_time().seconds() - user.delete_time().seconds() == 3600);
  CHECK(client(&Accounts::DeleteUser, request)->SerializeAsString() == deleted->SerializeAsString());
  CHECK(OrderOutcome(client, id) == "FAILED_PRECONDITION USER_NOT_ACTIVE");
  CHECK(client(&Accounts::ListUsers, "")->users_size() == 0);
  CHECK(client(&Accounts::ListUsers, "states: USER_STATE_DELETED")->users_size() == 1);
  CHECK(Outcome(client(&Accounts::RegisterUser,
                       StrCat("email: 'ADA@example.com' ", Field("password", kPassword)))) ==
        "ALREADY_EXISTS EMAIL_TAKEN");

  const auto restored = client(&Accounts::UndeleteUser, Field("id", id));
  REQUIRE(Outcome(restored) == "OK");
  CHECK(restored->user().state() == accounts::v1::USER_STATE_SUSPENDED);
  CHECK_FALSE(restored->user().has_delete_time());
  CHECK_FALSE(restored->user().has_purge_time());
  CHECK(client(&Accounts::ReinstateUser, Field("id", id))->user().state() == accounts::v1::USER_STATE_ACTIVE);
}

TEST_CASE("UndeleteUser fails from purge_time on") {
  const Folder folder;
  ServiceProcess service(folder.path(), {"accounts.retention=0s"});
  const Client client = service.Connect();
  const std::string id = RegisterUser(client, "ada@example.com");
  REQUIRE(Outcome(client(&Accounts::DeleteUser, Field("id", id))) == "OK");
  CHECK(Outcome(client(&Accounts::UndeleteUser, Field("id", id))) == "FAILED_PRECONDITION USER_STATE");
  CHECK(GetUser(client, id).state() == accounts::v1::USER_STATE_DELETED);
}

TEST_CASE("changes of an unknown user and invalid reasons are rejected") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string unknown = "id: 'user_01h455vb4pex5vsknk084sn02q' ";
  CHECK(Outcome(
            client(&Accounts::UpdateUser, StrCat("user { ", unknown, "} update_mask { paths: 'locale' }"))) ==
        "NOT_FOUND USER_NOT_FOUND");
  CHECK(Outcome(client(&Accounts::SuspendUser, unknown)) == "NOT_FOUND USER_NOT_FOUND");
  CHECK(Outcome(client(&Accounts::ReinstateUser, unknown)) == "NOT_FOUND USER_NOT_FOUND");
  CHECK(Outcome(client(&Accounts::DeleteUser, unknown)) == "NOT_FOUND USER_NOT_FOUND");
  CHECK(Outcome(client(&Accounts::UndeleteUser, unknown)) == "NOT_FOUND USER_NOT_FOUND");
  const auto invalid =
      client(&Accounts::DeleteUser, StrCat("id: 'ada' ", Field("reason", std::string(501, 'x'))));
  CHECK(BadFields(invalid.status) == " reason id");
}

TEST_CASE(
    "concurrent changes of one user: one of many wins an etag, and a deletion wins against suspensions") {
  constexpr int kCallers = 16;
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string id = RegisterUser(client, "ada@example.com");
  const std::string user = StrCat("user { ", Field("id", id), Field("etag", GetUser(client, id).etag()));
  const std::vector<std::string> updates = AllAtOnce(kCallers, [&](int i) {
    return Outcome(client(&Accounts::UpdateUser, StrCat(user, Field("display_name", StrCat("Ada ", i)),
                                                        "} update_mask { paths: 'display_name' }")));
  });
  CHECK(std::count(updates.begin(), updates.end(), "OK") == 1);
  CHECK(std::count(updates.begin(), updates.end(), "ABORTED ETAG_MISMATCH") == kCallers - 1);

  const std::vector<std::string> steps = AllAtOnce(kCallers, [&](int i) {
    return i == 0 ? Outcome(client(&Accounts::DeleteUser, Field("id", id)))
                  : Outcome(client(&Accounts::SuspendUser, Field("id", id)));
  });
  CHECK(steps.front() == "OK");
  CHECK(std::count(steps.begin(), steps.end(), "OK") <= 2);
  CHECK(std::set<std::string>(steps.begin(), steps.end()) ==
        std::set<std::string>{"FAILED_PRECONDITION USER_STATE", "OK"});
  CHECK(GetUser(client, id).state() == accounts::v1::USER_STATE_DELETED);
}

}  // namespace
}  // namespace keelson::e2e
