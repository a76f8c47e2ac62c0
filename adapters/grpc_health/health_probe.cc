#include "adapters/grpc_health/health_probe.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

// Field numbers of HealthCheckRequest.service and HealthCheckResponse.status (grpc.health.v1). The library
// does not export its messages of this protocol.
constexpr int kServiceField = 1;
constexpr int kStatusField = 1;
constexpr std::string_view kStatusNames[] = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
constexpr std::uint64_t kServing = 1;

grpc::ByteBuffer EncodeRequest(const std::string& service) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    CodedOutputStream out(&stream);
    WireFormatLite::WriteString(kServiceField, service, &out);
  }
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

// Returns nullopt if the bytes are not a HealthCheckResponse.
std::optional<std::uint64_t> DecodeStatus(const grpc::ByteBuffer& response) {
  grpc::Slice slice;
  if (!response.DumpToSingleSlice(&slice).ok()) return std::nullopt;
  CodedInputStream in(slice.begin(), static_cast<int>(slice.size()));
  std::uint64_t status = 0;
  constexpr std::uint32_t kStatusTag = WireFormatLite::MakeTag(kStatusField, WireFormatLite::WIRETYPE_VARINT);
  while (const std::uint32_t tag = in.ReadTag()) {
    const bool read = tag == kStatusTag ? in.ReadVarint64(&status) : WireFormatLite::SkipField(&in, tag);
    if (!read) return std::nullopt;
  }
  return status;
}

bool UsesTls(const HealthProbeOptions& options) {
  return !options.tls_ca.empty() || !options.tls_server_name.empty() || !options.tls_cert.empty() ||
         !options.tls_key.empty();
}

// Leaves `content` empty if `path` is empty.
absl::Status Read(std::string_view option, const std::string& path, std::string& content) {
  if (path.empty()) return absl::OkStatus();
  std::ifstream file(path, std::ios::binary);
  content.assign(std::istreambuf_iterator<char>(file), {});
  if (!content.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(StrCat(option, ": ", path, " can't be read or is empty"));
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(const HealthProbeOptions& options) {
  if (!UsesTls(options)) return grpc::InsecureChannelCredentials();
  if (options.tls_cert.empty() != options.tls_key.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key must be given together");
  }
  grpc::SslCredentialsOptions tls;
  RETURN_IF_ERROR(Read("--tls-ca", options.tls_ca, tls.pem_root_certs));
  RETURN_IF_ERROR(Read("--tls-cert", options.tls_cert, tls.pem_cert_chain));
  RETURN_IF_ERROR(Read("--tls-key", options.tls_key, tls.pem_private_key));
  return grpc::SslCredentials(tls);
}

std::shared_ptr<grpc::Channel> Connect(const HealthProbeOptions& options,
                                       const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  if (!options.tls_server_name.empty()) arguments.SetSslTargetNameOverride(options.tls_server_name);
  return grpc::CreateCustomChannel(options.address, credentials, arguments);
}

absl::StatusOr<grpc::ByteBuffer> Call(const HealthProbeOptions& options,
                                      const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::GenericStub stub(Connect(options, credentials));
  grpc::ClientContext context;
  // A time span is not affected by changes of the system's clock.
  context.set_deadline(gpr_time_from_millis(absl::ToInt64Milliseconds(options.timeout), GPR_TIMESPAN));
  const grpc::ByteBuffer request = EncodeRequest(options.service);
  grpc::ByteBuffer response;
  grpc::Status status;
  absl::Notification responded;
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &request, &response,
                 [&](grpc::Status result) {
                   status = std::move(result);
                   responded.Notify();
                 });
  responded.WaitForNotification();
  if (status.ok()) return response;
  // gRPC reports unusable credentials with this message only.
  if (UsesTls(options) && status.error_message().starts_with("empty address list")) {
    return absl::UnavailableError(StrCat(options.address,
                                         ": invalid TLS files: check that --tls-key is the key of "
                                         "--tls-cert, and that each file is PEM"));
  }
  return absl::UnavailableError(StrCat(options.address, ": ", status.error_message()));
}

}  // namespace

absl::Status ProbeHealth(const HealthProbeOptions& options) {
  ASSIGN_OR_RETURN(const auto credentials, Credentials(options));
  ASSIGN_OR_RETURN(const grpc::ByteBuffer response, Call(options, credentials));
  const std::optional<std::uint64_t> status = DecodeStatus(response);
  if (status == kServing) return absl::OkStatus();
  const bool known = status.has_value() && *status < std::size(kStatusNames);
  return absl::UnavailableError(StrCat(options.address, ": ", known ? kStatusNames[*status] : "no response"));
}

}  // namespace keelson
