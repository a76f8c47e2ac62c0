// Tests the list of methods, and the names by which a method is found.
#include "adapters/grpc_client/contract.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "core/common/strings.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"

namespace keelson {
namespace {

std::string MethodError(std::string_view name) {
  const absl::StatusOr<std::string> method = ResolveMethod(name);
  CHECK(method.status().code() == absl::StatusCode::kInvalidArgument);
  return std::string(method.status().message());
}

// Returns the full names of the methods that the .proto files in `folder` declare.
std::set<std::string> DeclaredMethods(const std::filesystem::path& folder) {
  const std::regex word(R"(^package ([\w.]+);|^service (\w+)|^  rpc (\w+)\()", std::regex::multiline);
  std::set<std::string> methods;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".proto") continue;
    std::ifstream file(entry.path());
    const std::string text(std::istreambuf_iterator<char>(file), {});
    std::string package, service;
    for (std::sregex_iterator match(text.begin(), text.end(), word), end; match != end; ++match) {
      if ((*match)[1].matched) package = (*match)[1];
      if ((*match)[2].matched) service = (*match)[2];
      if ((*match)[3].matched) methods.insert(StrCat(package, ".", service, "/", (*match)[3].str()));
    }
  }
  return methods;
}

TEST_CASE("MethodNames returns every method of the .proto files and of the health service") {
  const std::set<std::string> declared = DeclaredMethods(KEELSON_PROTO_FOLDER);
  REQUIRE(declared.contains("keelson.accounts.v1.AccountService/RegisterUser"));
  REQUIRE(declared.contains("keelson.events.v1.EventService/WatchEvents"));
  const std::set<std::string> found(MethodNames().begin(), MethodNames().end());
  for (const std::string& method : declared) {
    INFO(method);
    CHECK(found.contains(method));
  }
  CHECK(found.contains("grpc.health.v1.Health/Check"));
  CHECK(std::is_sorted(MethodNames().begin(), MethodNames().end()));
}

TEST_CASE("a method is resolved by its full name and by each unambiguous suffix") {
  for (const char* name :
       {"keelson.accounts.v1.AccountService/RegisterUser", "accounts.v1.AccountService/RegisterUser",
        "AccountService/RegisterUser", "RegisterUser"}) {
    INFO(name);
    CHECK(ResolveMethod(name).value() == "keelson.accounts.v1.AccountService/RegisterUser");
  }
}

TEST_CASE("a suffix that begins within a name matches no method") {
  CHECK(MethodError("User") ==
        "METHOD: the contract has no method User; `keelson call --list` prints the methods");
  CHECK_THAT(MethodError("ountService/RegisterUser"),
             Catch::Contains("did you mean AccountService/RegisterUser?"));
  CHECK_THAT(MethodError(""), Catch::Contains("has no method"));
}

TEST_CASE("the error for an unknown method suggests the nearest name of the same form") {
  CHECK(MethodError("RegistrUser") ==
        "METHOD: the contract has no method RegistrUser; did you mean RegisterUser?");
  CHECK_THAT(MethodError("OrderService/GetOrdr"), Catch::EndsWith("did you mean OrderService/GetOrder?"));
  CHECK_THAT(MethodError("keelson.orders.v1.OrderService/GetOrdr"),
             Catch::EndsWith("did you mean keelson.orders.v1.OrderService/GetOrder?"));
}

TEST_CASE("the error for an ambiguous method lists the full names of all matches") {
  google::protobuf::LinkMessageReflection<grpc::reflection::v1::ServerReflectionRequest>();
  google::protobuf::LinkMessageReflection<grpc::reflection::v1alpha::ServerReflectionRequest>();
  CHECK(MethodError("ServerReflectionInfo") ==
        "METHOD: ServerReflectionInfo is ambiguous: write one of "
        "grpc.reflection.v1.ServerReflection/ServerReflectionInfo, "
        "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");
}

}  // namespace
}  // namespace keelson
