#include "adapters/grpc/reflection.h"

#include <grpcpp/support/status.h>

#include <set>

#include "core/common/strings.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"

namespace keelson {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using grpc::reflection::v1::ExtensionRequest;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

void SetError(grpc::StatusCode code, const std::string& message, ServerReflectionResponse& response) {
  response.mutable_error_response()->set_error_code(code);
  response.mutable_error_response()->set_error_message(message);
}

// Adds the file's dependencies and then the file, except for files in `added`.
void AddFile(const FileDescriptor& file, std::set<std::string>& added, ServerReflectionResponse& response) {
  if (!added.insert(file.name()).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) AddFile(*file.dependency(i), added, response);
  google::protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  *response.mutable_file_descriptor_response()->add_file_descriptor_proto() = proto.SerializeAsString();
}

// Adds `file`, or a NOT_FOUND error for the requested `name` if `file` is null.
void SetFile(const FileDescriptor* file, const std::string& name, ServerReflectionResponse& response) {
  if (file == nullptr) return SetError(grpc::NOT_FOUND, StrCat("not found: ", name), response);
  std::set<std::string> added;
  AddFile(*file, added, response);
}

const FileDescriptor* FindExtension(const DescriptorPool& pool, const ExtensionRequest& request) {
  const Descriptor* type = pool.FindMessageTypeByName(request.containing_type());
  if (type == nullptr) return nullptr;
  const FieldDescriptor* extension = pool.FindExtensionByNumber(type, request.extension_number());
  return extension == nullptr ? nullptr : extension->file();
}

void SetExtensionNumbers(const DescriptorPool& pool, const std::string& name,
                         ServerReflectionResponse& response) {
  const Descriptor* type = pool.FindMessageTypeByName(name);
  if (type == nullptr) return SetError(grpc::NOT_FOUND, StrCat("not found: ", name), response);
  std::vector<const FieldDescriptor*> extensions;
  pool.FindAllExtensions(type, &extensions);
  auto& numbers = *response.mutable_all_extension_numbers_response();
  numbers.set_base_type_name(name);
  for (const FieldDescriptor* extension : extensions) numbers.add_extension_number(extension->number());
}

void SetServices(const std::vector<std::string>& services, ServerReflectionResponse& response) {
  auto& list = *response.mutable_list_services_response();
  for (const std::string& service : services) list.add_service()->set_name(service);
}

}  // namespace

ServerReflectionResponse Reflect(const ServerReflectionRequest& request,
                                 const std::vector<std::string>& services) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  ServerReflectionResponse response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case ServerReflectionRequest::kFileByFilename:
      SetFile(pool.FindFileByName(request.file_by_filename()), request.file_by_filename(), response);
      break;
    case ServerReflectionRequest::kFileContainingSymbol:
      SetFile(pool.FindFileContainingSymbol(request.file_containing_symbol()),
              request.file_containing_symbol(), response);
      break;
    case ServerReflectionRequest::kFileContainingExtension:
      SetFile(FindExtension(pool, request.file_containing_extension()),
              request.file_containing_extension().containing_type(), response);
      break;
    case ServerReflectionRequest::kAllExtensionNumbersOfType:
      SetExtensionNumbers(pool, request.all_extension_numbers_of_type(), response);
      break;
    case ServerReflectionRequest::kListServices:
      SetServices(services, response);
      break;
    case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      SetError(grpc::INVALID_ARGUMENT, "message_request is required", response);
      break;
  }
  return response;
}

}  // namespace keelson
