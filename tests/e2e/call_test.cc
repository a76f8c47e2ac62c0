// Tests `keelson call` against the real service.
#include <catch2/catch.hpp>
#include <regex>
#include <sstream>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/support/tls/authority.h"

namespace keelson::e2e {
namespace {

using servers::Authority;

constexpr int kOk = 0;
constexpr int kWrongUsage = 2;
// The exit code of a call that returned INVALID_ARGUMENT: 64 + the status code 3.
constexpr int kInvalidArgument = 67;
constexpr int kDeadlineExceeded = 68;
constexpr int kNotFound = 69;
constexpr int kFailedPrecondition = 73;
constexpr int kUnimplemented = 76;
constexpr int kUnavailable = 78;
constexpr int kUnauthenticated = 80;

constexpr char kRegister[] = R"({"email": "ada@example.com", "password": "correct horse battery staple 42"})";

CommandResult Call(const Folder& folder, const std::string& address, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"call", "--address", address});
  return RunKeelson(std::move(arguments), folder.path());
}

// Runs a bash script that may call the function `keelson` and read the variable ADDRESS.
CommandResult RunBash(const Folder& folder, const std::string& address, const std::string& script) {
  const std::string prelude = StrCat("keelson() { '", KEELSON_BINARY, "' \"$@\"; }\nADDRESS=", address, "\n");
  ChildProcess process({"/bin/bash", "--noprofile", "--norc", "-c", prelude + script}, folder.path(), {});
  const int exit_code = process.Wait();
  return {exit_code, process.output(), process.errors()};
}

void CheckUsageError(const CommandResult& result, const std::string& error) {
  CHECK(result.exit_code == kWrongUsage);
  CHECK(result.output.empty());
  CHECK(result.errors == "keelson: " + error + "\n");
}

TEST_CASE("a call prints the response as indented JSON") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  const CommandResult registered = Call(folder, service.target(), {"RegisterUser", kRegister});
  CHECK(registered.exit_code == kOk);
  CHECK(registered.errors.empty());
  std::smatch id;
  REQUIRE(std::regex_search(registered.output, id, std::regex("\n    \"id\": \"(user_[0-9a-z]{26})\",\n")));
  CHECK_THAT(registered.output, Catch::StartsWith("{\n  \"user\": {\n") && Catch::EndsWith("  }\n}\n"));
  for (const char* method :
       {"GetUser", "AccountService/GetUser", "keelson.accounts.v1.AccountService/GetUser"}) {
    const CommandResult found =
        Call(folder, service.target(), {method, StrCat(R"({"id": ")", id[1].str(), "\"}")});
    CHECK(found.exit_code == kOk);
    CHECK_THAT(found.output, Catch::Contains("ada@example.com"));
  }
}

TEST_CASE("the request is {} by default; with the argument -, it is read from standard input") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  CHECK(Call(folder, service.target(), {"ListOrders"}).output == "{}\n");
  const CommandResult piped =
      RunBash(folder, service.target(),
              StrCat("echo '", kRegister, "' | keelson call --address $ADDRESS RegisterUser -"));
  CHECK(piped.exit_code == kOk);
  CHECK_THAT(piped.output, Catch::Contains("ada@example.com"));
}

TEST_CASE("each response of a stream is printed when it arrives") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  const CommandResult watch = Call(folder, service.target(), {"Health/Watch", "--timeout", "1s"});
  CHECK(watch.output == "{\n  \"status\": \"SERVING\"\n}\n");
  CHECK(watch.exit_code == kDeadlineExceeded);
  CHECK_THAT(watch.errors, Catch::StartsWith("keelson: DEADLINE_EXCEEDED: "));
}

TEST_CASE("a failed call prints the status code, the reason and each invalid field") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  const CommandResult invalid =
      Call(folder, service.target(), {"RegisterUser", R"({"email": "ada", "password": "x"})"});
  CHECK(invalid.exit_code == kInvalidArgument);
  CHECK(invalid.output.empty());
  CHECK_THAT(invalid.errors, Catch::StartsWith("keelson: INVALID_ARGUMENT: ") &&
                                 Catch::Contains("\n  reason: FIELD_INVALID (domain keelson)\n") &&
                                 Catch::Contains("\n  field email: ") &&
                                 Catch::Contains("\n  field password: "));
  CHECK(
      Call(folder, service.target(), {"GetUser", R"({"id": "user_00000000000000000000000000"})"}).exit_code ==
      kNotFound);
}

TEST_CASE("a failed call prints each failed precondition") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string order = CreateOrder(client, RegisterUser(client, "ada@example.com"), 1, 1250);
  const CommandResult refused =
      Call(folder, service.target(),
           {"CreateRefund",
            StrCat(R"({"order_id": ")", order, R"(", "scope": {"everything": {}}, "reason": 1})")});
  CHECK(refused.exit_code == kFailedPrecondition);
  CHECK_THAT(refused.errors,
             Catch::Contains("reason: REFUND_NOT_ALLOWED") && Catch::Contains("\n  precondition "));
}

TEST_CASE("a call of a method that the service does not implement fails with UNIMPLEMENTED") {
  const Folder folder;
  const ServiceProcess service(folder.path());
  const CommandResult result =
      Call(folder, service.target(), {"grpc.health.v1.Health/Check", R"({"service": "x"})"});
  CHECK(result.exit_code == kNotFound);
  const CommandResult missing = Call(folder, service.target(), {"ListEvents"});
  CHECK(missing.exit_code == kUnimplemented);
  CHECK_THAT(
      missing.errors,
      Catch::StartsWith("keelson: UNIMPLEMENTED: ") &&
          Catch::EndsWith("\n  the server does not offer keelson.events.v1.EventService/ListEvents\n"));
}

TEST_CASE("invalid arguments are rejected before a connection is made") {
  const Folder folder;
  const std::string nowhere = "127.0.0.1:1";
  CheckUsageError(Call(folder, nowhere, {"RegistrUser"}),
                  "METHOD: the contract has no method RegistrUser; did you mean RegisterUser?");
  CheckUsageError(Call(folder, nowhere, {"ServerReflectionInfo"}),
                  "METHOD: ServerReflectionInfo is ambiguous: write one of "
                  "grpc.reflection.v1.ServerReflection/ServerReflectionInfo, "
                  "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");
  CheckUsageError(Call(folder, nowhere, {"GetUser", R"({"user_id": "x"})"}),
                  "JSON: GetUserRequest has no field user_id");
  CheckUsageError(Call(folder, nowhere, {"RegisterUser", R"({"emial": "x"})"}),
                  "JSON: RegisterUserRequest has no field emial; did you mean email?");
  CheckUsageError(Call(folder, nowhere, {"GetUser", "--timeout", "soon"}),
                  "--timeout must be a duration such as \"30s\" or \"24h\" and more than 0, not soon");
  CheckUsageError(Call(folder, nowhere, {}), "METHOD is missing; `keelson call --list` prints the methods");
  CheckUsageError(Call(folder, nowhere, {"GetUser", "--token-file", "gone"}),
                  "--token-file: gone can't be read or is empty");
  CHECK(Call(folder, nowhere, {"GetUser", "{\"id\": "}).exit_code == kWrongUsage);
  WriteFile(folder / "token", "two words\n");
  CheckUsageError(Call(folder, nowhere, {"GetUser", "--token-file", "token"}),
                  "--token-file: token must hold one token of printable ASCII characters");
}

TEST_CASE("a call to a port without a listener is UNAVAILABLE") {
  const Folder folder;
  const CommandResult result = Call(folder, "127.0.0.1:1", {"GetUser"});
  CHECK(result.exit_code == kUnavailable);
  CHECK_THAT(result.errors, Catch::StartsWith("keelson: UNAVAILABLE: ") && Catch::Contains("refused"));
}

TEST_CASE("--list prints the full name of every method") {
  const Folder folder;
  const CommandResult list = Call(folder, "127.0.0.1:1", {"--list"});
  CHECK(list.exit_code == kOk);
  for (const char* method :
       {"keelson.accounts.v1.AccountService/RegisterUser\n", "keelson.sessions.v1.SessionService/SignIn\n",
        "grpc.health.v1.Health/Check\n"}) {
    CHECK_THAT(list.output, Catch::Contains(method));
  }
}

TEST_CASE("a call sends the bearer token of --token-file") {
  const Folder folder;
  // The SHA-256 of "secret".
  const ServiceProcess service(folder.path(),
                               {"auth.mode=token",
                                "auth.clients=[{name='web',roles=['reader'],token_sha256="
                                "'2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b'}]"});
  WriteFile(folder / "token", "secret\n");
  CHECK(Call(folder, service.target(), {"ListOrders", "--token-file", "token"}).output == "{}\n");
  const CommandResult unknown = Call(folder, service.target(), {"ListOrders"});
  CHECK(unknown.exit_code == kUnauthenticated);
  CHECK_THAT(unknown.errors, Catch::Contains("reason: CALLER_UNKNOWN"));
}

TEST_CASE("a call uses TLS, and an error names the TLS option that is missing or wrong") {
  const Folder folder;
  Authority authority;
  Authority another;
  const std::string ca = authority.Path("ca.crt");
  const ServiceProcess plain(folder.path());
  const Folder tls_folder;
  const ServiceProcess tls(
      tls_folder.path(),
      {"server.tls.cert=" + authority.Path("server.crt"), "server.tls.key=" + authority.Path("server.key")},
      ServiceProcess::Expect::kListening);
  const auto named = [&](const std::string& name) {
    return std::vector<std::string>{"ListOrders", "--tls-ca", ca, "--tls-server-name", name};
  };
  REQUIRE(Await([&] { return Call(folder, tls.target(), named("localhost")).exit_code == kOk; }));
  CHECK(Call(folder, tls.target(), named("localhost")).output == "{}\n");

  const auto check_hint = [&](const CommandResult& result, const std::string& hint) {
    CHECK(result.exit_code == kUnavailable);
    CHECK_THAT(result.errors, Catch::StartsWith("keelson: UNAVAILABLE: ") && Catch::Contains("\n  " + hint));
  };
  check_hint(Call(folder, tls.target(), {"ListOrders"}),
             "the server closed the connection: if the server uses TLS, add --tls-ca FILE\n");
  check_hint(Call(folder, plain.target(), named("localhost")),
             "the server does not use TLS: omit the --tls options\n");
  check_hint(Call(folder, tls.target(), named("example.com")), "the server's certificate has another name: ");
  check_hint(Call(folder, tls.target(),
                  {"ListOrders", "--tls-ca", another.Path("ca.crt"), "--tls-server-name", "localhost"}),
             "the server's certificate is not trusted: ");
}

TEST_CASE("a call presents the client certificate of --tls-cert") {
  const Folder folder;
  Authority authority;
  authority.Issue("web", "web.example.com");
  const ServiceProcess service(
      folder.path(),
      {"server.tls.cert=" + authority.Path("server.crt"), "server.tls.key=" + authority.Path("server.key"),
       "server.tls.client_ca=" + authority.Path("ca.crt"), "auth.mode=mtls",
       "auth.clients=[{name='web',roles=['reader'],certificate_name='web.example.com'}]"},
      ServiceProcess::Expect::kListening);
  std::vector<std::string> arguments = {"ListOrders", "--tls-ca", authority.Path("ca.crt"),
                                        "--tls-server-name", "localhost"};
  const CommandResult anonymous = Call(folder, service.target(), arguments);
  CHECK(anonymous.exit_code == kUnavailable);
  CHECK_THAT(anonymous.errors, Catch::Contains("add --tls-cert FILE and --tls-key FILE"));
  arguments.insert(arguments.end(),
                   {"--tls-cert", authority.Path("web.crt"), "--tls-key", authority.Path("web.key")});
  CHECK(Await([&] { return Call(folder, service.target(), arguments).output == "{}\n"; }));
}

// Runs the commands of app/walk.txt, which app/run.sh prints, with the ids of earlier responses.
TEST_CASE("the commands that app/run.sh prints succeed in the printed order") {
  const Folder folder;
  ServiceProcess service(folder.path());
  std::string script = "set -o pipefail\n";
  std::istringstream lines(ReadFile(KEELSON_WALK));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  PATH=") || line.starts_with("  grpcurl") || !line.starts_with("  ")) continue;
    // Skips sentences, which begin with a capital letter.
    if (std::regex_search(line, std::regex("^  [A-Z]\\S* [a-z]"))) continue;
    script += line + "\n";
  }
  const auto replace = [&](const std::string& from, const std::string& to) {
    const std::size_t at = script.find(from);
    REQUIRE(at != std::string::npos);
    script.replace(at, from.size(), to);
  };
  replace("USER_ID=user_…", "USER_ID=$(grep -o 'user_[0-9a-z]*' last | head -1)");
  replace("ORDER_ID=order_…", "ORDER_ID=$(grep -o 'order_[0-9a-z]*' last | head -1)");
  replace("MAIL_DIRECTORY", (folder / "mail").string());
  replace("| grep '^http'", "| grep '^http' >link");
  replace("TOKEN=…", "TOKEN=$(sed 's/.*token=//' link)");
  // After the first call, each command waits until the verification e-mail has arrived.
  const std::string prelude = "keelson() { shift; command " + std::string(KEELSON_BINARY) +
                              " call --address $ADDRESS \"$@\" | tee last || exit; until compgen -G "
                              "'mail/*.eml' >eml; do sleep 0.01; done; }\n";
  const CommandResult result = RunBash(folder, service.target(), prelude + script);
  INFO(script << result.errors);
  CHECK(result.exit_code == kOk);
  CHECK_THAT(result.output, Catch::Contains("\"userId\": \"user_") &&
                                Catch::Contains("REFUND_REASON_DEFECTIVE") &&
                                Catch::Contains("ORDER_STATE_DELIVERED"));
}

}  // namespace
}  // namespace keelson::e2e
