#include "adapters/store/sqlite/file_users.h"

#include <fcntl.h>
#include <unistd.h>

namespace keelson {
namespace {

// The byte range of SQLite's SHARED lock (SHARED_FIRST and SHARED_SIZE in os.h).
constexpr off_t kSharedFirst = 0x40000002;
constexpr off_t kSharedSize = 510;

}  // namespace

bool HasOtherConnections(int descriptor) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = kSharedFirst;
  lock.l_len = kSharedSize;
  return fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace keelson
