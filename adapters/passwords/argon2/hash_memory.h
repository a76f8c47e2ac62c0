// The memory that hashes are computed in: one block for each thread that computes them, kept from one hash to
// the next and in huge pages where the system grants them. Having the system map, clear and take back small
// pages for every hash costs a fifth of the time where memory is fast and two thirds where it is virtual.
//
// Thread-safe: every function concerns the calling thread's own block.
#pragma once

#include <cstddef>

namespace keelson {

class HashMemory {
 public:
  // This thread's block, of exactly so many bytes, with whatever the last hash left in it; nullptr where the
  // system has none. It stays until Free, a call for another size or the thread's end.
  static void* Borrow(std::size_t bytes);
  // Gives the block back to the system, and with it what the last hash left.
  static void Free();
  // How much the thread holds.
  static std::size_t held_bytes();

  // While one is there, what libsodium maps on this thread is Borrow's block. Only where libsodium is linked
  // statically, with its calls of mmap and munmap wrapped; else it maps its own.
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
