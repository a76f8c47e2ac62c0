// Columns of the tables in both SQL stores, derived at compile time from the field tables of the entities
// (core/common/fields.h): fragments of SQL statements, and the values of a row in the same order.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "adapters/store/sql_columns/sql.h"
#include "core/common/fields.h"

namespace keelson {

// These types mark a text as the value of a binary column or of a JSON column.
struct BytesView {
  std::string_view bytes;
};
struct JsonView {
  // Null stands for an empty text.
  const std::string* text = nullptr;
};

struct ColumnInfo {
  std::string_view name;
  bool is_mutable;
  TextFormat format;
};

namespace internal {

// A column of a table. `get` returns the column's value in a row.
template <typename Get>
struct Column {
  ColumnInfo info;
  Get get;
};
template <typename Get>
Column(ColumnInfo, Get) -> Column<Get>;

template <typename Row, typename Value>
struct GetMember {
  Value Row::*member;

  constexpr auto& operator()(auto& row) const { return row.*member; }
};
template <typename Row, typename Nested, typename Get>
struct GetOfNested {
  Nested Row::*member;
  Get get;

  constexpr auto& operator()(auto& row) const { return get(row.*member); }
};

template <HasFields Row>
constexpr auto ColumnsOf();

template <typename Row, typename Value>
constexpr auto ColumnsOfField(const Field<Row, Value>& field) {
  const ColumnInfo info{field.column, field.is_mutable, field.format};
  return std::tuple{Column{info, GetMember<Row, Value>{field.member}}};
}
template <typename Row, typename Nested>
constexpr auto ColumnsOfField(const NestedFields<Row, Nested>& field) {
  const auto within = [&]<typename Get>(const Column<Get>& column) {
    return Column{column.info, GetOfNested<Row, Nested, Get>{field.member, column.get}};
  };
  return std::apply([&](const auto&... column) { return std::tuple{within(column)...}; },
                    ColumnsOf<Nested>());
}
template <typename Row, typename Element>
constexpr auto ColumnsOfField(const ChildRows<Row, Element>& /*field*/) {
  return std::tuple<>();
}

template <HasFields Row>
constexpr auto ColumnsOf() {
  return std::apply([](const auto&... field) { return std::tuple_cat(ColumnsOfField(field)...); },
                    kFields<Row>);
}

template <HasFields Row>
inline constexpr auto kColumns = ColumnsOf<Row>();

template <HasFields Row>
inline constexpr auto kColumnInfos =
    std::apply([](const auto&... column) { return std::array{column.info...}; }, kColumns<Row>);

// Returns a column of `row`: if `row` is const, the value to write to the database; otherwise a reference, to
// which the value from the database is assigned.
template <typename Row, std::size_t index>
constexpr decltype(auto) ColumnValue(Row& row) {
  constexpr auto kColumn = std::get<index>(kColumns<std::remove_const_t<Row>>);
  if constexpr (std::is_const_v<Row> && kColumn.info.format == TextFormat::kBytes) {
    return BytesView{kColumn.get(row)};
  } else if constexpr (std::is_const_v<Row> && kColumn.info.format == TextFormat::kJson) {
    return JsonView{&kColumn.get(row)};
  } else {
    return kColumn.get(row);
  }
}

}  // namespace internal

// Types that select columns of a table.
struct AllColumns {
  static constexpr bool Has(const ColumnInfo& /*column*/) { return true; }
};
struct MutableColumns {
  static constexpr bool Has(const ColumnInfo& column) { return column.is_mutable; }
};
template <Sql... names>
struct ColumnsNamed {
  static constexpr bool Has(const ColumnInfo& column) { return ((column.name == names.view()) || ...); }
};
template <typename Selection, typename Excluded>
struct ColumnsWithout {
  static constexpr bool Has(const ColumnInfo& column) {
    return Selection::Has(column) && !Excluded::Has(column);
  }
};

namespace internal {

template <typename Row, typename Selection>
constexpr auto SelectIndices() {
  constexpr std::size_t kCount = [] {
    std::size_t count = 0;
    for (const ColumnInfo& column : kColumnInfos<Row>) count += Selection::Has(column) ? 1 : 0;
    return count;
  }();
  static_assert(kCount > 0, "the table has no such column");
  constexpr std::array<std::size_t, kCount> kIndices = [] {
    std::array<std::size_t, kCount> indices{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < kColumnInfos<Row>.size(); ++i) {
      if (Selection::Has(kColumnInfos<Row>[i])) indices[count++] = i;
    }
    return indices;
  }();
  return [&]<std::size_t... i>(std::index_sequence<i...>) {
    return std::index_sequence<kIndices[i]...>();
  }
  (std::make_index_sequence<kCount>());
}

}  // namespace internal

// Calls `work` with the values of the selected columns in `row`, in the column order of the statements below.
template <typename Selection = AllColumns, typename Row, typename Work>
decltype(auto) WithColumns(Row& row, const Work& work) {
  return [&]<std::size_t... i>(std::index_sequence<i...>)->decltype(auto) {
    return work(internal::ColumnValue<Row, i>(row)...);
  }
  (internal::SelectIndices<std::remove_const_t<Row>, Selection>());
}

// Calls `work` with one vector for each selected column, which holds the column's values in all rows.
template <typename Selection = AllColumns, typename Row, typename Work>
decltype(auto) WithColumnArrays(const std::vector<Row>& rows, const Work& work) {
  return [&]<std::size_t... i>(std::index_sequence<i...>)->decltype(auto) {
    const auto values = [&]<std::size_t index>(std::integral_constant<std::size_t, index>) {
      std::vector<std::decay_t<decltype(internal::ColumnValue<const Row, index>(rows.front()))>> column;
      column.reserve(rows.size());
      for (const Row& row : rows) column.push_back(internal::ColumnValue<const Row, index>(row));
      return column;
    };
    return work(values(std::integral_constant<std::size_t, i>())...);
  }
  (internal::SelectIndices<Row, Selection>());
}

// Joins the texts that `add` appends for the selected columns, with `separator` between them. `add` is a
// stateless function object; its arguments are the builder, the column's name, and the index among the
// selected columns.
template <HasFields Row, typename Selection, Sql separator, typename Add>
constexpr auto JoinColumns(Add /*add*/) {
  return BuildSql([] {
    SqlBuilder sql;
    std::size_t place = 0;
    for (const ColumnInfo& column : internal::kColumnInfos<Row>) {
      if (!Selection::Has(column)) continue;
      if (place > 0) sql.Add(separator.view());
      Add()(sql, column.name, place++);
    }
    return sql;
  });
}

// SQL dialects. The value is the character before the number of a parameter.
enum class SqlDialect : char { kSqlite = '?', kPostgres = '$' };

template <SqlDialect dialect>
constexpr void AddParameter(SqlBuilder& sql, std::size_t number) {
  constexpr char kSign[] = {static_cast<char>(dialect), '\0'};
  sql.Add(kSign).Add(number);
}

// A positional parameter, such as "$1".
template <SqlDialect dialect, std::size_t number>
inline constexpr auto kParameter = BuildSql([] {
  SqlBuilder sql;
  AddParameter<dialect>(sql, number);
  return sql;
});

// The names of the columns: "id, email, …".
template <HasFields Row, typename Selection = AllColumns>
inline constexpr auto kColumnNames = JoinColumns<Row, Selection, ", ">(
    [](SqlBuilder& sql, std::string_view name, std::size_t /*place*/) { sql.Add(name); });

// The placeholders of the columns, from number `first` on: "$3, $4, …".
template <SqlDialect dialect, HasFields Row, typename Selection = AllColumns, std::size_t first = 1>
inline constexpr auto kParameters =
    JoinColumns<Row, Selection, ", ">([](SqlBuilder& sql, std::string_view /*name*/, std::size_t place) {
      AddParameter<dialect>(sql, first + place);
    });

// The assignments for UPDATE … SET: "email = $2, locale = $3, …".
template <SqlDialect dialect, HasFields Row, typename Selection = MutableColumns, std::size_t first = 2>
inline constexpr auto kAssignments =
    JoinColumns<Row, Selection, ", ">([](SqlBuilder& sql, std::string_view name, std::size_t place) {
      AddParameter<dialect>(sql.Add(name).Add(" = "), first + place);
    });

// A condition that is true if the parameters of kAssignments differ from the row, also where one of the
// values is NULL: "email IS NOT ?2 OR …" (SQLite), "email IS DISTINCT FROM $2 OR …" (PostgreSQL).
template <SqlDialect dialect, HasFields Row, typename Selection = MutableColumns, std::size_t first = 2>
inline constexpr auto kDifferences =
    JoinColumns<Row, Selection, " OR ">([](SqlBuilder& sql, std::string_view name, std::size_t place) {
      sql.Add(name).Add(dialect == SqlDialect::kSqlite ? " IS NOT " : " IS DISTINCT FROM ");
      AddParameter<dialect>(sql, first + place);
    });

// The assignments for ON CONFLICT DO UPDATE SET: "email = excluded.email, …".
template <HasFields Row, typename Selection = MutableColumns>
inline constexpr auto kExcludedAssignments =
    JoinColumns<Row, Selection, ", ">([](SqlBuilder& sql, std::string_view name, std::size_t /*place*/) {
      sql.Add(name).Add(" = excluded.").Add(name);
    });

// The parameter of the column `name` in kAssignments, such as "$3".
template <SqlDialect dialect, HasFields Row, Sql name, typename Selection = MutableColumns,
          std::size_t first = 2>
inline constexpr auto kAssignedParameter = BuildSql([] {
  SqlBuilder sql;
  std::size_t number = first;
  for (const ColumnInfo& column : internal::kColumnInfos<Row>) {
    if (!Selection::Has(column)) continue;
    if (column.name == name.view()) AddParameter<dialect>(sql, number);
    ++number;
  }
  return sql;
});

// INSERT of one row. Parameters: the columns.
template <SqlDialect dialect, HasFields Row, Sql table, typename Selection = AllColumns>
inline constexpr auto kInsertInto = "INSERT INTO " + table + " (" + kColumnNames<Row, Selection> +
                                    ") VALUES (" + kParameters<dialect, Row, Selection> + ")";

// UPDATE of one row. Parameters: the id, then the columns.
template <SqlDialect dialect, HasFields Row, Sql table, typename Selection = MutableColumns>
inline constexpr auto kUpdateById = "UPDATE " + table + " SET " + kAssignments<dialect, Row, Selection> +
                                    " WHERE id = " + kParameter<dialect, 1>;

}  // namespace keelson
