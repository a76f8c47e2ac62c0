#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/store/postgres/connection.h"
#include "core/store/export/bulk.h"

namespace keelson {

// Checks the integrity of the service's tables and indexes in PostgreSQL. Needs no extension, and no
// privilege besides SELECT. Finds:
// - failed page checksums (pg_stat_database) and a changed collation version;
// - missing or invalid indexes, missing primary keys, and constraints that are not validated;
// - B-tree indexes that miss rows of their table or contain rows twice, by comparing an index scan with a
// sequential scan;
// - differences between order_labels and refund_labels and the labels of the rows.
//
// If the extension amcheck is installed and the role may execute bt_index_check, that function also checks
// the B-tree indexes. Must run in a REPEATABLE READ transaction, which remains usable after a fault. Not
// thread-safe.
class PgEngineCheck {
 public:
  explicit PgEngineCheck(PgConnection& connection) : connection_(connection) {}

  // Returns at most StoreExporter::kMaxEngineFaults. Blocks; throws PgError.
  std::vector<EngineFault> Run();

 private:
  struct Index {
    std::string name;
    std::string table;
    // The next three fields are in SQL syntax. The predicate is empty unless the index is partial.
    std::string quoted_name;
    std::string columns;
    std::string predicate;
    bool primary = false;
    bool unique = false;
    bool valid = false;
    bool is_btree = false;
  };

  PgResult Select(const std::string& sql);
  // Runs `work` in a savepoint. If the server reports data corruption, adds a fault of `object`.
  template <typename Work>
  void RunInSavepoint(const std::string& object, const Work& work);
  void Report(std::string object, std::string description);

  void CheckDatabase();
  std::vector<Index> ListIndexes();
  void CheckDeclared(const std::vector<Index>& indexes);
  void CheckConstraints();
  void CompareWithTable(const Index& index);
  // Compares a table of labels with the labels of the rows. `sql` counts the extra and the missing entries.
  void CheckLabels(const std::string& table, const char* sql);
  void RunAmcheck(const std::vector<Index>& indexes);

  PgConnection& connection_;
  std::vector<EngineFault> faults_;
};

}  // namespace keelson
