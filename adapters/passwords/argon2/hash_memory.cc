#include "adapters/passwords/argon2/hash_memory.h"

#include <sys/mman.h>

#include <cstdint>
#include <utility>

namespace keelson {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

// A memory block that begins at a huge page boundary, so that huge pages cover the whole block.
class Block {
 public:
  Block() = default;
  ~Block() { Free(); }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  bool Map(std::size_t bytes) {
    const std::size_t mapped_bytes = bytes + 2 * kHugePage;
    void* mapped = mmap(nullptr, mapped_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return false;
    mapped_ = mapped;
    mapped_bytes_ = mapped_bytes;
    bytes_ = bytes;
    // The result is ignored: without huge pages, hashing works but is slower.
    madvise(memory(), (bytes + kHugePage - 1) / kHugePage * kHugePage, MADV_HUGEPAGE);
    return true;
  }

  // Clears mapped_ before munmap, because __wrap_munmap below ignores calls for a block that holds() reports.
  void Free() {
    void* mapped = std::exchange(mapped_, nullptr);
    if (mapped != nullptr) munmap(mapped, mapped_bytes_);
    mapped_bytes_ = bytes_ = 0;
  }

  void* memory() const {
    const auto address = reinterpret_cast<std::uintptr_t>(mapped_);
    return static_cast<char*>(mapped_) + (kHugePage - address % kHugePage) % kHugePage;
  }
  bool holds(const void* address) const { return mapped_ != nullptr && address == memory(); }
  std::size_t bytes() const { return bytes_; }

 private:
  void* mapped_ = nullptr;
  std::size_t mapped_bytes_ = 0;
  std::size_t bytes_ = 0;
};

thread_local Block block;
thread_local bool lending = false;

}  // namespace

void* HashMemory::Borrow(std::size_t bytes) {
  FreeUnless(bytes);
  if (block.bytes() != bytes && !block.Map(bytes)) return nullptr;
  return block.memory();
}

void HashMemory::Free() {
  block.Free();
}

void HashMemory::FreeUnless(std::size_t bytes) {
  if (block.bytes() != bytes) block.Free();
}

std::size_t HashMemory::held_bytes() {
  return block.bytes();
}

HashMemory::Scope::Scope() {
  lending = true;
}

HashMemory::Scope::~Scope() {
  lending = false;
}

}  // namespace keelson

#ifdef KEELSON_WRAPS_MMAP

// The linker option --wrap redirects mmap and munmap of statically linked libraries to these functions.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {

void* __real_mmap(void*, std::size_t, int, int, int, off_t);
int __real_munmap(void*, std::size_t);

void* __wrap_mmap(void* address, std::size_t bytes, int protection, int flags, int fd, off_t offset) {
  if (!keelson::lending) return __real_mmap(address, bytes, protection, flags, fd, offset);
  keelson::lending = false;  // Borrow itself calls mmap
  void* memory = keelson::HashMemory::Borrow(bytes);
  keelson::lending = true;
  return memory == nullptr ? MAP_FAILED : memory;
}

int __wrap_munmap(void* address, std::size_t bytes) {
  return keelson::block.holds(address) ? 0 : __real_munmap(address, bytes);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

#endif
