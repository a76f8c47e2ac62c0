#include "adapters/grpc_client/contract.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"
#include "core/common/nearest.h"
#include "core/common/strings.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor_database.h"
#include "grpc/health/v1/health.pb.h"

namespace keelson {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using google::protobuf::ServiceDescriptor;

void AddMethods(const FileDescriptor& file, std::vector<std::string>& names) {
  for (int i = 0; i < file.service_count(); ++i) {
    const ServiceDescriptor& service = *file.service(i);
    for (int j = 0; j < service.method_count(); ++j) {
      names.push_back(StrCat(service.full_name(), "/", service.method(j)->name()));
    }
  }
}

std::vector<std::string> FindMethodNames() {
  // Without this reference, the linker would omit the descriptor of the health service.
  google::protobuf::LinkMessageReflection<grpc::health::v1::HealthCheckRequest>();
  std::vector<std::string> files;
  DescriptorPool::internal_generated_database()->FindAllFileNames(&files);
  std::vector<std::string> names;
  for (const std::string& file : files)
    AddMethods(*DescriptorPool::generated_pool()->FindFileByName(file), names);
  std::sort(names.begin(), names.end());
  return names;
}

bool IsSuffix(std::string_view suffix, std::string_view name) {
  if (suffix.empty() || !name.ends_with(suffix)) return false;
  if (suffix.size() == name.size()) return true;
  const char before = name[name.size() - suffix.size() - 1];
  return before == '.' || before == '/';
}

absl::Status UnknownMethod(std::string_view name) {
  std::vector<std::string> known;
  for (const std::string& method : MethodNames()) {
    for (std::string& suffix : MethodSuffixes(method)) known.push_back(std::move(suffix));
  }
  const std::string nearest = Nearest(name, known);
  return absl::InvalidArgumentError(
      StrCat("METHOD: the contract has no method ", name, nearest.empty() ? "" : "; did you mean ", nearest,
             nearest.empty() ? "; `keelson call --list` prints the methods" : "?"));
}

}  // namespace

const std::vector<std::string>& MethodNames() {
  static const auto& names = *new std::vector<std::string>(FindMethodNames());
  return names;
}

std::vector<std::string> MethodSuffixes(const std::string& full_name) {
  const std::size_t slash = full_name.find('/');
  const std::size_t dot = full_name.rfind('.', slash);
  std::vector<std::string> suffixes = {full_name};
  if (dot != std::string::npos) suffixes.push_back(full_name.substr(dot + 1));
  if (slash != std::string::npos) suffixes.push_back(full_name.substr(slash + 1));
  return suffixes;
}

absl::StatusOr<std::string> ResolveMethod(std::string_view name) {
  std::vector<std::string> matches;
  for (const std::string& method : MethodNames()) {
    if (IsSuffix(name, method)) matches.push_back(method);
  }
  if (matches.size() == 1) return matches.front();
  if (matches.empty()) return UnknownMethod(name);
  return absl::InvalidArgumentError(
      StrCat("METHOD: ", name, " is ambiguous: write one of ", absl::StrJoin(matches, ", ")));
}

}  // namespace keelson
