#pragma once

#include <string>

namespace keelson {

// A file descriptor that the destructor closes. Must not be used for a database file that SQLite has open
// in this process: closing any descriptor of a file drops all POSIX locks of the process on that file
// (fcntl(2)).
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();

  // Returns the descriptor's number; negative if opening failed, with the reason in errno.
  int number() const { return number_; }

 private:
  const int number_;
};

// Returns the text that describes an errno.
std::string ErrnoText(int error);

// Whether the effective user may write to the file or directory.
bool IsWritable(const std::string& path);

// Call fsync(2) for a file's content, or for a directory's entries. Return 0 or an errno.
int SyncFile(const std::string& path);
int SyncDirectory(const std::string& path);

}  // namespace keelson
