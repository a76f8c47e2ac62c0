#include "adapters/store/sqlite/scrubbing_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace keelson {
namespace {

constexpr char kVfsName[] = "keelson-scrubbing";
// The default VFS and its methods for files.
sqlite3_vfs* default_vfs = nullptr;
const sqlite3_io_methods* default_methods = nullptr;

// The header of the database, at the beginning of the first page (https://sqlite.org/fileformat2.html).
constexpr std::size_t kFileHeader = 100;
// Four bytes of the header, which are zero unless the database uses auto_vacuum.
constexpr sqlite3_int64 kAutoVacuumRoot = 52;
constexpr int kMinPageBytes = 512;
// Only a B-tree page begins with its type. Any other page begins with a page number; the first byte is the
// type of a B-tree page only if the number is at least this.
constexpr sqlite3_int64 kAmbiguousPage = 0x0200'0000;

struct Range {
  std::size_t begin;
  std::size_t end;
};

std::size_t ReadTwoBytes(const unsigned char* bytes) {
  return static_cast<std::size_t>(bytes[0]) << 8 | bytes[1];
}

std::optional<std::size_t> HeaderBytes(unsigned char page_type) {
  switch (page_type) {
    case 0x02:  // interior page of an index
    case 0x05:  // interior page of a table
      return 12;
    case 0x0a:  // leaf page of an index
    case 0x0d:  // leaf page of a table
      return 8;
    default:
      return std::nullopt;
  }
}

// Returns the unused space between the cell pointers and the cells of a B-tree page; nullopt for other pages.
std::optional<Range> UnusedSpace(const unsigned char* page, std::size_t size, bool first_page) {
  const std::size_t start = first_page ? kFileHeader : 0;
  const std::optional<std::size_t> header = HeaderBytes(page[start]);
  if (!header) return std::nullopt;
  const Range unused{start + *header + 2 * ReadTwoBytes(page + start + 3), ReadTwoBytes(page + start + 5)};
  if (unused.begin > unused.end || unused.end > size) return std::nullopt;
  return unused;
}

// Whether a page that is no B-tree page may begin like one: in a huge database, and with auto_vacuum, whose
// pointer map pages begin with types of their own. The service does not use auto_vacuum, but an operator may.
bool MayBeAmbiguous(sqlite3_file* file, int page_bytes) {
  sqlite3_int64 size = 0;
  std::uint32_t auto_vacuum = 0;
  return default_methods->xFileSize(file, &size) != SQLITE_OK || size / page_bytes >= kAmbiguousPage ||
         default_methods->xRead(file, &auto_vacuum, static_cast<int>(sizeof(auto_vacuum)), kAutoVacuumRoot) !=
             SQLITE_OK ||
         auto_vacuum != 0;
}

int WritePage(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  const auto* page = static_cast<const unsigned char*>(data);
  if (size < kMinPageBytes || offset % size != 0) return default_methods->xWrite(file, data, size, offset);
  const std::optional<Range> unused = UnusedSpace(page, static_cast<std::size_t>(size), offset == 0);
  const bool clean = !unused || std::all_of(page + unused->begin, page + unused->end,
                                            [](unsigned char b) { return b == 0; });
  if (clean || MayBeAmbiguous(file, size)) return default_methods->xWrite(file, data, size, offset);
  std::basic_string<unsigned char> scrubbed(page, static_cast<std::size_t>(size));
  std::fill(scrubbed.begin() + static_cast<std::ptrdiff_t>(unused->begin),
            scrubbed.begin() + static_cast<std::ptrdiff_t>(unused->end), static_cast<unsigned char>(0));
  return default_methods->xWrite(file, scrubbed.data(), size, offset);
}

int OpenFile(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  const int code = default_vfs->xOpen(default_vfs, name, file, flags, out_flags);
  const bool writable_database = (flags & SQLITE_OPEN_MAIN_DB) != 0 && (flags & SQLITE_OPEN_READWRITE) != 0;
  if (code != SQLITE_OK || !writable_database) return code;
  // The default VFS has one table of methods for all writable files of this service.
  static const sqlite3_io_methods methods = [&] {
    default_methods = file->pMethods;
    sqlite3_io_methods scrubbing = *default_methods;
    scrubbing.xWrite = WritePage;
    return scrubbing;
  }();
  if (file->pMethods == default_methods) file->pMethods = &methods;
  return code;
}

}  // namespace

const char* ScrubbingVfs() {
  [[maybe_unused]] static const int registered = [] {
    default_vfs = sqlite3_vfs_find(nullptr);
    static sqlite3_vfs vfs = *default_vfs;
    vfs.zName = kVfsName;
    vfs.pNext = nullptr;
    vfs.xOpen = OpenFile;
    return sqlite3_vfs_register(&vfs, /*makeDflt=*/0);
  }();
  return kVfsName;
}

}  // namespace keelson
