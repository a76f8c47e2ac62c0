#include "adapters/passwords/argon2/argon2id.h"

#include <argon2.h>
#include <sodium.h>

#include "adapters/passwords/argon2/hash_memory.h"
#include "adapters/passwords/hash_result.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

int Borrow(std::uint8_t** memory, std::size_t bytes) {
  *memory = static_cast<std::uint8_t*>(HashMemory::Borrow(bytes));
  return *memory == nullptr ? ARGON2_MEMORY_ALLOCATION_ERROR : ARGON2_OK;
}

// No-op: HashMemory keeps the memory for the next hash.
void Return(std::uint8_t*, std::size_t) {}

// libsodium's API supports one salt length and a parallelism of one.
bool SodiumComputes(std::string_view salt, const Argon2idCost& cost) {
  return cost.parallelism == 1 && salt.size() == crypto_pwhash_argon2id_SALTBYTES &&
         cost.memory_bytes() >= crypto_pwhash_argon2id_MEMLIMIT_MIN;
}

absl::Status ComputeByLibsodium(std::string_view password, std::string_view salt, const Argon2idCost& cost,
                                std::string& hash) {
  const HashMemory::Scope scope;
  const int result =
      crypto_pwhash_argon2id(reinterpret_cast<unsigned char*>(hash.data()), hash.size(), password.data(),
                             password.size(), reinterpret_cast<const unsigned char*>(salt.data()),
                             cost.iterations, cost.memory_bytes(), crypto_pwhash_argon2id_ALG_ARGON2ID13);
  return result == 0 ? absl::OkStatus() : OutOfHashMemory();
}

absl::Status Compute(int (*function)(argon2_context*), std::string_view password, std::string_view salt,
                     const Argon2idCost& cost, std::string& hash) {
  argon2_context context{};
  context.out = reinterpret_cast<std::uint8_t*>(hash.data());
  context.outlen = static_cast<std::uint32_t>(hash.size());
  // The member `pwd` lacks const, but without ARGON2_FLAG_CLEAR_PASSWORD, libargon2 does not modify the
  // password.
  context.pwd = reinterpret_cast<std::uint8_t*>(const_cast<char*>(password.data()));
  context.pwdlen = static_cast<std::uint32_t>(password.size());
  context.salt = reinterpret_cast<std::uint8_t*>(const_cast<char*>(salt.data()));
  context.saltlen = static_cast<std::uint32_t>(salt.size());
  context.t_cost = cost.iterations;
  context.m_cost = cost.memory_kib;
  context.lanes = cost.parallelism;
  context.threads = cost.parallelism;
  context.version = ARGON2_VERSION_13;
  context.allocate_cbk = Borrow;
  context.free_cbk = Return;
  context.flags = ARGON2_DEFAULT_FLAGS;
  switch (function(&context)) {
    case ARGON2_OK:
      return absl::OkStatus();
    case ARGON2_MEMORY_ALLOCATION_ERROR:
    case ARGON2_THREAD_FAIL:
      return OutOfHashMemory();
    default:
      return absl::InvalidArgumentError("libargon2 rejects the parameters");
  }
}

}  // namespace

absl::Status CheckArgon2idCost(const Argon2idCost& cost) {
  using Bounds = Argon2idBounds;
  if (cost.parallelism < 1 || cost.parallelism > Bounds::kMaxParallelism) {
    return absl::InvalidArgumentError(
        StrCat("Argon2's parallelism must be from 1 to ", Bounds::kMaxParallelism));
  }
  if (cost.iterations < 1 || cost.iterations > Bounds::kMaxIterations) {
    return absl::InvalidArgumentError(
        StrCat("Argon2's iterations must be from 1 to ", Bounds::kMaxIterations));
  }
  if (cost.memory_kib < Bounds::kMinMemoryKibPerLane * cost.parallelism ||
      cost.memory_kib > Bounds::kMaxMemoryKib) {
    return absl::InvalidArgumentError(
        StrCat("Argon2's memory must be from ", Bounds::kMinMemoryKibPerLane * cost.parallelism, " to ",
               Bounds::kMaxMemoryKib, " KiB at a parallelism of ", cost.parallelism));
  }
  return absl::OkStatus();
}

absl::Status ComputeArgon2id(std::string_view password, std::string_view salt, const Argon2idCost& cost,
                             std::string& hash) {
  return SodiumComputes(salt, cost) ? ComputeByLibsodium(password, salt, cost, hash)
                                    : ComputeByLibargon2(password, salt, cost, hash);
}

absl::Status ComputeByLibargon2(std::string_view password, std::string_view salt, const Argon2idCost& cost,
                                std::string& hash) {
  return Compute(&argon2id_ctx, password, salt, cost, hash);
}

absl::Status ComputeArgon2i(std::string_view password, std::string_view salt, const Argon2idCost& cost,
                            std::string& hash) {
  return Compute(&argon2i_ctx, password, salt, cost, hash);
}

}  // namespace keelson
