#include "adapters/grpc/server_settings.h"

#include <grpc/support/log.h>
#include <grpcpp/resource_quota.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "absl/time/time.h"
#include "google/protobuf/stubs/logging.h"

namespace keelson {
namespace {

constexpr int kMaxConcurrentStreams = 256;
// The server pings a connection that was idle for kKeepalive, and closes it if no ack arrives within
// kKeepaliveTimeout.
constexpr absl::Duration kKeepalive = absl::Seconds(60);
constexpr absl::Duration kKeepaliveTimeout = absl::Seconds(20);
// Minimum interval between the pings of a client. gRPC's default of five minutes would disconnect clients
// with common keepalive settings.
constexpr absl::Duration kMinPingInterval = absl::Seconds(10);
constexpr absl::Duration kHandshakeTimeout = absl::Seconds(10);
// Connections are closed after this age, so that clients repeat DNS lookups and the load spreads to new
// instances.
constexpr absl::Duration kMaxConnectionAge = absl::Minutes(30);
constexpr absl::Duration kMaxConnectionAgeGrace = absl::Minutes(1);
constexpr int kMaxMetadataBytes = 16 * 1024;

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

}  // namespace

void PrepareLibrary() {
  google::protobuf::SetLogHandler(nullptr);
  if (std::getenv("GRPC_VERBOSITY") == nullptr) gpr_set_log_function([](gpr_log_func_args*) {});
}

void ApplySettings(const ServerLimits& limits, grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentStreams);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(kKeepalive));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(kKeepaliveTimeout));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Milliseconds(kMinPingInterval));
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, Milliseconds(kHandshakeTimeout));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, Milliseconds(kMaxConnectionAge));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, Milliseconds(kMaxConnectionAgeGrace));
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  // Decompression may enlarge a message a thousandfold, and gRPC checks the size only afterwards. Therefore
  // decompression is disabled, and the dispatcher rejects compressed messages.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  // If compression were enabled, gRPC would advertise to clients that the server accepts compressed messages.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_COMPRESSION, 0);
  // A stream buffers up to its flow-control window before its caller is authenticated. Without BDP probes,
  // the window stays at HTTP/2's default of 64 KiB instead of growing to megabytes.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  constexpr std::size_t kMost = std::numeric_limits<int>::max();
  builder.SetMaxReceiveMessageSize(static_cast<int>(std::min(kMost, limits.max_message_bytes)));
  builder.SetResourceQuota(grpc::ResourceQuota("keelson").Resize(limits.buffer_bytes));
}

}  // namespace keelson
