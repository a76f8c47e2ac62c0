#include "adapters/store/sqlite/listing.h"

#include "core/common/strings.h"

namespace keelson {

std::string ListByState(std::string_view table, std::string_view index, int states, std::string_view scope) {
  std::string sql;
  for (int state = 1; state <= states; ++state) {
    sql += StrCat(sql.empty() ? "" : " UNION ALL ", "SELECT create_time, id FROM ", table, " INDEXED BY ",
                  index, " WHERE state = ", state, " AND ((?4 >> ", state,
                  ") & 1) = 1 AND " KEELSON_LIST_RANGE, scope.empty() ? "" : " AND ", scope);
  }
  return sql + KEELSON_LIST_ORDER;
}

}  // namespace keelson
