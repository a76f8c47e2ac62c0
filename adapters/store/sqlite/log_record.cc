#include "adapters/store/sqlite/log_record.h"

#include <sys/random.h>

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::string_view kHeader = "keelson log";
constexpr std::string_view kOwners = "owners:";
constexpr std::string_view kClosed = "closed:";
constexpr std::string_view kRestored = "restored:";

std::string Word(Generation generation) {
  return absl::StrCat(" ", absl::Hex(generation, absl::kZeroPad8));
}

// Adds a generation to the record's field with this label; returns false for an unknown label.
bool Put(absl::string_view label, Generation generation, LogRecord& record) {
  if (label == ToAbsl(kOwners)) {
    record.owners.push_back(generation);
  } else if (label == ToAbsl(kClosed)) {
    record.closed = generation;
  } else if (label == ToAbsl(kRestored)) {
    record.restored = generation;
  } else {
    return false;
  }
  return true;
}

bool Owns(const LogRecord& record, Generation file) {
  return std::find(record.owners.begin(), record.owners.end(), file) != record.owners.end();
}

}  // namespace

Generation NewGeneration() {
  Generation generation = 0;
  // getrandom(2) either fails or fills up to 256 bytes completely.
  while (generation == 0) {
    if (getrandom(&generation, sizeof generation, 0) < 0) generation = 0;
  }
  return generation;
}

std::string SetGenerationSql(Generation generation) {
  return absl::StrCat("PRAGMA user_version = ", static_cast<std::int32_t>(generation));
}

std::string FormatLogRecord(const LogRecord& record) {
  std::string line(kHeader);
  if (!record.owners.empty()) line += StrCat(" ", kOwners);
  for (const Generation owner : record.owners) line += Word(owner);
  if (record.closed) line += StrCat(" ", kClosed, Word(*record.closed));
  if (record.restored) line += StrCat(" ", kRestored, Word(*record.restored));
  line.resize(kLogRecordSize - 1, ' ');
  return line + "\n";
}

std::optional<LogRecord> ParseLogRecord(std::string_view text) {
  if (text.size() != kLogRecordSize || !text.starts_with(kHeader)) return std::nullopt;
  text.remove_prefix(kHeader.size());
  LogRecord record;
  absl::string_view label;
  for (const absl::string_view word :
       absl::StrSplit(ToAbsl(text), absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
    Generation generation = 0;
    if (word.back() == ':') {
      label = word;
    } else if (!absl::SimpleHexAtoi(word, &generation) || !Put(label, generation, record)) {
      return std::nullopt;
    }
  }
  return record;
}

LogOwner OwnerOfLog(const std::optional<LogRecord>& record, Generation file) {
  if (!record || Owns(*record, file)) return LogOwner::kFile;
  if (record->restored == file) return LogOwner::kReplacedByRestore;
  return record->closed == file ? LogOwner::kUnknown : LogOwner::kOther;
}

bool MayHaveLogUnderOtherName(const std::optional<LogRecord>& record, Generation file) {
  const bool last_was_here = record && (record->closed == file || Owns(*record, file));
  return file != 0 && !last_was_here;
}

}  // namespace keelson
