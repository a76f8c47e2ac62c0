#include "adapters/grpc/call_metadata.h"

#include <algorithm>
#include <span>

#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::size_t kMaxRequestIdLength = 128;
constexpr std::string_view kHexDigits = "0123456789abcdef";

// Length of "00-TRACE-SPAN-FLAGS", where TRACE, SPAN and FLAGS have 32, 16 and 2 hexadecimal digits.
constexpr std::size_t kTraceparentSize = 55;

bool IsLowerHex(std::string_view text) {
  return text.find_first_not_of(kHexDigits) == std::string_view::npos;
}

bool IsIdentifier(std::string_view text) {
  return IsLowerHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

char* WriteHex(std::uint64_t value, char* out) {
  for (int shift = 60; shift >= 0; shift -= 4) *out++ = kHexDigits[(value >> shift) & 0xF];
  return out;
}

}  // namespace

CallMetadata ReadMetadata(const grpc::ServerContext& context) {
  CallMetadata metadata;
  for (const auto& [key, value] : context.client_metadata()) {
    const std::string_view name(key.data(), key.size());
    const std::string_view text(value.data(), value.size());
    if (name == "x-request-id") metadata.request_id = text;
    if (name == "traceparent") metadata.traceparent = text;
    if (name == "tracestate") metadata.tracestate = text;
    if (name == "authorization") metadata.authorization = text;
  }
  return metadata;
}

bool IsValidRequestId(std::string_view text) {
  return !text.empty() && text.size() <= kMaxRequestIdLength && text.front() != ' ' && text.back() != ' ' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string NormalTraceparent(std::string_view text) {
  if (text.size() < kTraceparentSize || text[2] != '-' || text[35] != '-' || text[52] != '-') return {};
  const std::string_view version = text.substr(0, 2);
  const std::string_view flags = text.substr(53, 2);
  if (!IsLowerHex(version) || version == "ff" || !IsLowerHex(flags)) return {};
  if (!IsIdentifier(text.substr(3, 32)) || !IsIdentifier(text.substr(36, 16))) return {};
  if (text.size() > kTraceparentSize && (version == "00" || text[kTraceparentSize] != '-')) return {};
  // Version 00 defines only the lowest flag, "sampled".
  const bool sampled = (kHexDigits.find(flags[1]) & 1) != 0;
  return StrCat("00", text.substr(2, 51), sampled ? "01" : "00");
}

RequestIds::RequestIds(Entropy& entropy) {
  entropy.Fill(std::as_writable_bytes(std::span(&prefix_, 1)));
}

void RequestIds::Next(std::string& out) {
  out.resize(32);
  // Multiplication by an odd number is a bijection: the ids of consecutive counts are distinct, but not
  // similar.
  const std::uint64_t count = next_.fetch_add(1, std::memory_order_relaxed);
  WriteHex(count * 0x9E3779B97F4A7C15, WriteHex(prefix_, out.data()));
}

}  // namespace keelson
