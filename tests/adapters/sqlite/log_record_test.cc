// Tests the record in the lock file that names the database file of a write-ahead log by its generation, a
// random number.
#include "adapters/store/sqlite/log_record.h"

#include <catch2/catch.hpp>

namespace keelson {
namespace {

TEST_CASE("ParseLogRecord returns the record that FormatLogRecord formatted") {
  for (const LogRecord& record :
       {LogRecord{}, LogRecord{.owners = {0}}, LogRecord{.owners = {0x0badcafe, 0xffffffff}},
        LogRecord{.closed = 7}, LogRecord{.owners = {1}, .restored = 2},
        LogRecord{.closed = 1, .restored = 2}}) {
    const std::string text = FormatLogRecord(record);
    CAPTURE(text);
    CHECK(text.size() == kLogRecordSize);
    CHECK(text.back() == '\n');
    CHECK(ParseLogRecord(text) == record);
  }
}

TEST_CASE("ParseLogRecord returns nullopt for any other content of a lock file") {
  const std::string record = FormatLogRecord({.owners = {1}});
  for (const std::string& text :
       {std::string(), std::string("1234\n"), record.substr(1), record.substr(0, record.size() - 1),
        std::string(kLogRecordSize, ' '), std::string(record).replace(12, 7, "masters"),
        std::string(record).replace(20, 8, "00000x01")}) {
    CAPTURE(text);
    CHECK_FALSE(ParseLogRecord(text));
  }
}

TEST_CASE("OwnerOfLog returns whether the write-ahead log belongs to the database file of a generation") {
  CHECK(OwnerOfLog(std::nullopt, 7) == LogOwner::kFile);
  CHECK(OwnerOfLog(LogRecord{.owners = {7, 8}}, 7) == LogOwner::kFile);
  CHECK(OwnerOfLog(LogRecord{.owners = {7, 8}}, 8) == LogOwner::kFile);
  CHECK(OwnerOfLog(LogRecord{.owners = {7, 8}}, 9) == LogOwner::kOther);
  CHECK(OwnerOfLog(LogRecord{.closed = 7}, 7) == LogOwner::kUnknown);
  CHECK(OwnerOfLog(LogRecord{.closed = 7}, 8) == LogOwner::kOther);
  CHECK(OwnerOfLog(LogRecord{.owners = {7}, .restored = 9}, 7) == LogOwner::kFile);
  CHECK(OwnerOfLog(LogRecord{.owners = {7}, .restored = 9}, 9) == LogOwner::kReplacedByRestore);
}

TEST_CASE(
    "MayHaveLogUnderOtherName is true only if the last session may have used another name of the file") {
  CHECK_FALSE(MayHaveLogUnderOtherName(std::nullopt, 0));
  CHECK_FALSE(MayHaveLogUnderOtherName(LogRecord{.closed = 7}, 7));
  CHECK_FALSE(MayHaveLogUnderOtherName(LogRecord{.owners = {7, 8}}, 8));
  CHECK(MayHaveLogUnderOtherName(std::nullopt, 7));
  CHECK(MayHaveLogUnderOtherName(LogRecord{.closed = 6}, 7));
}

TEST_CASE("NewGeneration returns a new random number other than 0") {
  const Generation first = NewGeneration();
  CHECK(first != 0);
  CHECK(first != NewGeneration());
}

}  // namespace
}  // namespace keelson
