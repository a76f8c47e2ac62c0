#include "adapters/grpc_client/exchange.h"

#include <grpc/support/log.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "adapters/grpc_client/error_text.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// Reads the file at `path` into `content`, which stays unchanged if `path` is empty.
absl::Status Read(std::string_view option, const std::string& path, std::string& content) {
  if (path.empty()) return absl::OkStatus();
  std::ifstream file(path, std::ios::binary);
  content.assign(std::istreambuf_iterator<char>(file), {});
  if (!content.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(StrCat(option, ": ", path, " can't be read or is empty"));
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(const ConnectionOptions& options) {
  if (!options.UsesTls()) return grpc::InsecureChannelCredentials();
  if (options.tls_cert.empty() != options.tls_key.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key must be given together");
  }
  grpc::SslCredentialsOptions tls;
  RETURN_IF_ERROR(Read("--tls-ca", options.tls_ca, tls.pem_root_certs));
  RETURN_IF_ERROR(Read("--tls-cert", options.tls_cert, tls.pem_cert_chain));
  RETURN_IF_ERROR(Read("--tls-key", options.tls_key, tls.pem_private_key));
  return grpc::SslCredentials(tls);
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(const ConnectionOptions& options) {
  // Disables gRPC's log, which would print each failed handshake to standard error. The status of the call
  // already reports the failure.
  if (std::getenv("GRPC_VERBOSITY") == nullptr) gpr_set_log_function([](gpr_log_func_args*) {});
  ASSIGN_OR_RETURN(const auto credentials, Credentials(options));
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  if (!options.tls_server_name.empty()) arguments.SetSslTargetNameOverride(options.tls_server_name);
  return grpc::CreateCustomChannel(options.address, credentials, arguments);
}

absl::Status AddToken(const ConnectionOptions& options, grpc::ClientContext& context) {
  std::string token;
  RETURN_IF_ERROR(Read("--token-file", options.token_file, token));
  absl::StripAsciiWhitespace(&token);
  // gRPC aborts the process if metadata contains a control or non-ASCII character.
  if (!std::all_of(token.begin(), token.end(), absl::ascii_isgraph)) {
    return absl::InvalidArgumentError(
        StrCat("--token-file: ", options.token_file, " must hold one token of printable ASCII characters"));
  }
  if (!token.empty()) context.AddMetadata("authorization", StrCat("Bearer ", token));
  return absl::OkStatus();
}

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string ToString(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.DumpToSingleSlice(&slice).ok()) return "";
  return std::string(reinterpret_cast<const char*>(slice.begin()), slice.size());
}

// Waits for the only pending operation. Returns false if the operation failed because the call has ended.
bool Await(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

// Sends the requests until the last one or the end of the call.
void SendAll(grpc::GenericClientAsyncReaderWriter& call, grpc::CompletionQueue& queue,
             const NextRequest& next_request) {
  // Small requests share a packet.
  const grpc::WriteOptions buffered = grpc::WriteOptions().set_buffer_hint();
  for (std::optional<std::string> request = next_request(); request; request = next_request()) {
    call.Write(ToBuffer(*request), buffered, nullptr);
    if (!Await(queue)) return;
  }
  call.WritesDone(nullptr);
  Await(queue);
}

}  // namespace

absl::StatusOr<grpc::Status> Exchange(const ConnectionOptions& options, const std::string& path,
                                      const std::string& request, const OnResponse& on_response) {
  // A unary call looks the same on the wire as a stream of one request and one response.
  std::optional<std::string> only = request;
  return ExchangeStream(
      options, path, [&] { return std::exchange(only, std::nullopt); }, on_response);
}

absl::StatusOr<grpc::Status> ExchangeStream(const ConnectionOptions& options, const std::string& path,
                                            const NextRequest& next_request, const OnResponse& on_response) {
  ASSIGN_OR_RETURN(const auto channel, Connect(options));
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  // The deadline is given as a time span, so that setting the system's clock does not change the timeout.
  context.set_deadline(gpr_time_from_millis(absl::ToInt64Milliseconds(options.timeout), GPR_TIMESPAN));
  RETURN_IF_ERROR(AddToken(options, context));
  const auto call = grpc::GenericStub(channel).PrepareCall(&context, path, &queue);
  call->StartCall(nullptr);
  if (Await(queue)) {
    SendAll(*call, queue, next_request);
    grpc::ByteBuffer response;
    for (call->Read(&response, nullptr); Await(queue); call->Read(&response, nullptr)) {
      on_response(ToString(response));
    }
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  Await(queue);
  return status;
}

std::string ExplainFailure(const ConnectionOptions& options, const std::string& method,
                           const grpc::Status& status) {
  const bool missing = status.error_code() == grpc::StatusCode::UNIMPLEMENTED;
  const std::string hint =
      missing ? StrCat("the server does not offer ", method) : ConnectionHint(options, status);
  return StrCat(ErrorText(status), hint.empty() ? "" : "\n  ", hint);
}

std::string ConnectionHint(const ConnectionOptions& options, const grpc::Status& status) {
  if (status.error_code() != grpc::StatusCode::UNAVAILABLE) return "";
  const auto says = [&](absl::string_view part) { return absl::StrContains(status.error_message(), part); };
  // gRPC reports an unusable TLS file only by this error message.
  if (options.UsesTls() && absl::StartsWith(status.error_message(), "empty address list")) {
    return "invalid TLS files: check that --tls-key is the key of --tls-cert, and that each file "
           "is "
           "PEM";
  }
  if (options.UsesTls() && says("wrong version number")) {
    return "the server does not use TLS: omit the --tls options";
  }
  if (!options.UsesTls() && says("Socket closed")) {
    return "the server closed the connection: if the server uses TLS, add --tls-ca FILE";
  }
  if (says("certificate verify failed")) {
    return "the server's certificate is not trusted: --tls-ca must name the authority that issued the "
           "certificate";
  }
  if (says("is not in peer certificate")) {
    return "the server's certificate has another name: --tls-server-name must be a name in the certificate";
  }
  if (options.UsesTls() && options.tls_cert.empty() && says("Socket closed")) {
    return "the server closed the connection: if the server requires a client certificate, add --tls-cert "
           "FILE "
           "and --tls-key FILE";
  }
  return "";
}

}  // namespace keelson
