// Tests `keelson import users` against the real service.
#include <catch2/catch.hpp>
#include <fstream>
#include <string>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/imports.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/stores.h"

namespace keelson::e2e {
namespace {

// bcrypt of "a" (bcrypt-ruby's tests).
constexpr char kHash[] = "$2b$06$ehKGYiS4wt2HAr7KQXS5z.OaRjB4jHO7rBHJKlGXbqEH3QVJfO7iO";

std::string LineOf(const std::string& email, const std::string& more = "") {
  return StrCat(R"({"email": ")", email, R"(", "passwordHash": ")", kHash, "\"", more, "}\n");
}

// Writes the records of user0@example.com to user<count - 1>@example.com.
std::filesystem::path WriteUsers(const Folder& folder, int count) {
  std::filesystem::path path = folder / "users.jsonl";
  std::ofstream file(path, std::ios::binary);
  for (int i = 0; i < count; ++i) file << LineOf(StrCat("user", i, "@example.com"));
  return path;
}

std::string Find(const Client& client, const std::string& email) {
  return Outcome(client(&Accounts::GetUserByEmail, Field("email", email)));
}

TEST_CASE("an imported user signs in with the old password, and the hash becomes Argon2id") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  const auto file = WriteImport(
      folder, "users",
      LineOf("Ada@example.com",
             R"(, "display_name": "Ada", "emailVerified": true, "createTime": "2020-01-02T03:04:05Z")"));
  const CommandResult result = Import("users", folder, service, file);
  CHECK(result.exit_code == kOk);
  CHECK(result.output == "1 imported, 0 already present, 0 failed\n");
  CHECK(result.errors.empty());

  const Client client = service.Connect();
  const auto found = client(&Accounts::GetUserByEmail, "email: 'ada@example.com'");
  CHECK(found->user().email() == "Ada@example.com");
  CHECK(found->user().display_name() == "Ada");
  CHECK(found->user().has_email_verify_time());
  CHECK(found->user().create_time().seconds() == 1577934245);
  CHECK(StoredBytes(folder.path()).find("$argon2id$") == std::string::npos);
  SignIn(client, "ada@example.com", "a");
  CHECK(StoredBytes(folder.path()).find("$argon2id$") != std::string::npos);
  SignIn(client, "ada@example.com", "a");
}

TEST_CASE("an import lists every invalid line without its hash, and imports the others") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  const auto file = WriteImport(
      folder, "users",
      StrCat(LineOf("a@example.com"), "\n", R"({"email": "b@example.com", "passwordHash": "$1$s3cret"})",
             "\n", R"({"email": "c@example.com", "passwordHash": "s3cret)", "\n",
             R"({"email": "d@example.com", "password": "s3cret"})", "\n", std::string(2 * kMiB, 'x'), "\n",
             LineOf("A@example.com"), R"({"email": "nobody", "locale": "?"})", "\r\n",
             R"({"email": "z@example.com"})"));
  const CommandResult result = Import("users", folder, service, file);
  CHECK(result.exit_code == kFailed);
  CHECK(result.output == "2 imported, 1 already present, 5 failed\n");
  CHECK_THAT(result.errors,
             Catch::Contains("keelson: line 3: b@example.com: password_hash must ") &&
                 Catch::Contains("keelson: line 4: JSON: ") &&
                 Catch::Contains("keelson: line 5: JSON: ImportUsersRequest has no field password") &&
                 Catch::Contains("keelson: line 6: the line is longer than 1 MiB") &&
                 Catch::Contains("keelson: line 8: nobody: email must have the form local@domain; "
                                 "locale must "));
  CHECK(result.errors.find("s3cret") == std::string::npos);
  const Client client = service.Connect();
  CHECK(Find(client, "a@example.com") == "OK");
  CHECK(Find(client, "z@example.com") == "OK");
  CHECK(Find(client, "c@example.com") == "NOT_FOUND USER_NOT_FOUND");
}

TEST_CASE("100,000 users are imported with bounded memory, and the store stays valid") {
  constexpr int kUsers = 100'000;
  const Folder folder;
  ServiceProcess service(folder.path());
  const std::size_t before = service.process().Memory("VmRSS:");
  const auto file = WriteUsers(folder, kUsers);
  // A failure of the last call has the number of its line in the file.
  std::ofstream(file, std::ios::app) << R"({"email": "nobody"})";
  ChildProcess command = StartImport("users", folder, service, file);
  const std::size_t peak = AwaitPeakMemory(command);
  CHECK(command.Wait() == kFailed);
  CHECK(command.output() == StrCat(kUsers, " imported, 0 already present, 1 failed\n"));
  CHECK_THAT(command.errors(),
             Catch::Contains(StrCat("keelson: line ", kUsers + 1, ": nobody: email must ")));
  CHECK(peak < 48 * kMiB);
  CHECK(service.process().Memory("VmHWM:") < before + 48 * kMiB);
  CHECK(Find(service.Connect(), StrCat("user", kUsers - 1, "@example.com")) == "OK");
  const CommandResult verified = RunOnStore(folder.path(), {"verify"});
  CHECK(verified.exit_code == kOk);
}

TEST_CASE("an import that kill -9 of the service interrupts is completed by a repeat") {
  constexpr int kUsers = 60'000;
  const Folder folder;
  const auto file = WriteUsers(folder, kUsers);
  {
    ServiceProcess service(folder.path());
    ChildProcess command = StartImport("users", folder, service, file);
    const Client client = service.Connect();
    REQUIRE(Await([&] { return Find(client, "user0@example.com") == "OK"; }));
    service.Kill();
    CHECK(command.Wait() == kFailed);
    CHECK_THAT(command.errors(), Catch::Contains("keelson: UNAVAILABLE: ") &&
                                     Catch::Contains("repeat the command to import the rest"));
  }
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  // The service was killed before the last batch.
  CHECK(Find(client, "user0@example.com") == "OK");
  CHECK(Find(client, StrCat("user", kUsers - 1, "@example.com")) == "NOT_FOUND USER_NOT_FOUND");
  CheckResumed(Import("users", folder, service, file), kUsers);
  CHECK(Find(client, StrCat("user", kUsers - 1, "@example.com")) == "OK");
  CHECK(RunOnStore(folder.path(), {"verify"}).exit_code == kOk);
}

TEST_CASE("a graceful shutdown ends an import, and the import exits with the error") {
  const Folder folder;
  const auto file = WriteUsers(folder, 60'000);
  ServiceProcess service(folder.path());
  ChildProcess command = StartImport("users", folder, service, file);
  const Client client = service.Connect();
  REQUIRE(Await([&] { return Find(client, "user0@example.com") == "OK"; }));
  CHECK(service.Stop() == kOk);
  CHECK(command.Wait() == kFailed);
  CHECK_THAT(command.errors(), Catch::Contains("SHUTTING_DOWN"));
}

TEST_CASE("an import logs neither addresses nor hashes") {
  const Folder folder;
  ServiceProcess service(folder.path(), {"telemetry.log_level=debug"});
  const auto file = WriteImport(folder, "users",
                                StrCat(LineOf("ada.lovelace@example.com"), LineOf("ada.lovelace@example.com"),
                                       R"({"email": "Secret.Address", "passwordHash": "$1$hunter2"})"));
  CHECK(Import("users", folder, service, file).exit_code == kFailed);
  CHECK(service.Stop() == kOk);
  const std::string logs = service.process().errors() + service.process().output();
  CHECK(logs.find("ImportUsers") != std::string::npos);
  for (const char* secret : {"ada.lovelace", "Secret.Address", "hunter2", kHash}) {
    INFO("a log holds " << secret);
    CHECK(logs.find(secret) == std::string::npos);
  }
}

TEST_CASE("an import reads standard input, and a caller without the role admin is rejected") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  WriteImport(folder, "users", LineOf("a@example.com"));
  ChildProcess piped(
      {"/bin/sh", "-c",
       StrCat("cat users.jsonl | '", KEELSON_BINARY, "' import users - --address ", service.target())},
      folder.path(), {});
  CHECK(piped.Wait() == kOk);
  CHECK(piped.output() == "1 imported, 0 already present, 0 failed\n");

  const Folder guarded_folder;
  const ServiceProcess guarded(guarded_folder.path(),
                               {"auth.mode=token",
                                // The SHA-256 of "secret".
                                "auth.clients=[{name='web',roles=['writer'],token_sha256='"
                                "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b'}]"});
  std::ofstream(folder / "token") << "secret";
  std::vector<std::string> arguments = ImportArguments("users", guarded.target(), folder / "users.jsonl");
  arguments.insert(arguments.end(), {"--token-file", folder / "token"});
  const CommandResult rejected = RunKeelson(arguments, folder.path());
  CHECK(rejected.exit_code == kFailed);
  CHECK_THAT(rejected.errors, Catch::Contains("PERMISSION_DENIED") && Catch::Contains("CALLER_NOT_ALLOWED"));
}

TEST_CASE("an import of an unreadable file or with invalid options fails before the first call") {
  const Folder folder;
  WriteImport(folder, "users", LineOf("a@example.com"));
  for (const std::vector<std::string>& more :
       std::vector<std::vector<std::string>>{{"missing.jsonl"},
                                             {"."},
                                             {"users.jsonl", "--timeout", "soon"},
                                             {"users.jsonl", "--tls-cert", "cert.pem"},
                                             {}}) {
    std::vector<std::string> arguments = {"import", "users"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    CHECK(RunKeelson(arguments, folder.path()).exit_code == kWrongUsage);
  }
  const CommandResult unreachable =
      RunKeelson(ImportArguments("users", "127.0.0.1:1", folder / "users.jsonl"), folder.path());
  CHECK(unreachable.exit_code == kFailed);
  CHECK_THAT(unreachable.errors, Catch::Contains("UNAVAILABLE"));
}

}  // namespace
}  // namespace keelson::e2e
