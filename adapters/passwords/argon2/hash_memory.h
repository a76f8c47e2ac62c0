// Memory for hashes: one block per hashing thread, reused by the thread's next hash, in huge pages if
// available. Mapping and clearing small pages for each hash would take a fifth of the hashing time on
// physical machines, and two thirds on virtual machines.
//
// Thread-safe: every function uses the calling thread's block only.
#pragma once

#include <cstddef>

namespace keelson {

class HashMemory {
 public:
  // Returns this thread's block of exactly `bytes` bytes. The block may contain data of this thread's last
  // hash. Returns nullptr if the system has not enough memory. The block is valid until Free, a call with
  // another size, or the end of the thread.
  static void* Borrow(std::size_t bytes);
  // Returns the block, with the data of the last hash, to the system.
  static void Free();
  // Returns the block to the system unless its size is `bytes`.
  static void FreeUnless(std::size_t bytes);
  // Size of this thread's block; 0 if there is none.
  static std::size_t held_bytes();

  // While a Scope exists, a call of mmap by libsodium on this thread returns the block of Borrow. Effective
  // only if libsodium is linked statically with mmap and munmap wrapped; otherwise libsodium maps its own
  // memory.
  class Scope {
   public:
    Scope();
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
  };

  HashMemory() = delete;
};

}  // namespace keelson
