// Records which database file a log belongs to. A log is the write-ahead log (WAL) or the rollback journal
// beside a database file.
//
// SQLite replays every log that has the right name. If a database file is replaced after a crash, SQLite
// replays the log of the old file into the new file, which corrupts the new file. To prevent this, a session
// that writes gives the database a random generation, and a new generation after each complete checkpoint.
// The lock file records the generations that a log may belong to. The service never lets SQLite replay a log
// into a file of another generation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// Stored as the database's user_version, at a fixed offset of the file (SQLite's file format, section 1.3).
// 0 in a file that no session has changed, such as a backup.
using Generation = std::uint32_t;

// Returns a random generation other than 0. Blocks until the system has entropy.
Generation NewGeneration();
// The statement that sets the database's generation.
std::string SetGenerationSql(Generation generation);

// The generations that the last sessions under one file name have recorded, as stored in the lock file.
struct LogRecord {
  // The generations that a log may belong to. Set during a session, and after a crash. At most kMaxOwners.
  // The last owner is the session's generation.
  std::vector<Generation> owners = {};
  // The file's generation. Set after a session that left no log.
  std::optional<Generation> closed = {};
  // The generation of the restored file. Set during a restore. A log beside that file belongs to the replaced
  // file.
  std::optional<Generation> restored = {};

  bool operator==(const LogRecord&) const = default;
};

// Three owners: the generation in the file, the generation in the log, and the generation of the session that
// recovers the file.
inline constexpr std::size_t kMaxOwners = 3;

// A formatted record has a fixed size, so that overwriting a record is one write within one disk sector.
inline constexpr std::size_t kLogRecordSize = 128;
std::string FormatLogRecord(const LogRecord& record);
// Parses a formatted record. Returns nullopt for any other text: the lock files of older versions are empty.
std::optional<LogRecord> ParseLogRecord(std::string_view text);

enum class LogOwner {
  // The log belongs to the file, or no record exists.
  kFile,
  // The log was created after the last session closed the database: by another program, or for another
  // database.
  kUnknown,
  // The log belongs to the file that a restore replaced.
  kReplacedByRestore,
  // The log belongs to another database file.
  kOther,
};
// Returns the owner of an existing log. `file` is the generation in the database file, regardless of the log.
LogOwner OwnerOfLog(const std::optional<LogRecord>& record, Generation file);

// Whether the last session may have used another name (hard link) of the file: SQLite names the log after
// that name.
bool MayHaveLogUnderOtherName(const std::optional<LogRecord>& record, Generation file);

}  // namespace keelson
