// The table of an entity's fields lists each field with the name of its column. The serialized form
// (serialize.h) and the SQL stores' statements and rows (adapters/store/sql_columns) derive from the table.
//
//   template <>
//   inline constexpr auto kFields<Point> = std::tuple{Immutable("x", &Point::x), Mutable("y", &Point::y)};
//
// Fields are serialized in the order of the table. Append new fields at the end.
#pragma once

#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

namespace keelson {

// The header of each entity specializes kFields with the table of the entity.
template <typename Row>
inline constexpr auto kFields = nullptr;

template <typename Row>
concept HasFields = !std::is_null_pointer_v<std::remove_const_t<decltype(kFields<Row>)>>;

// The column format of a std::string in a store.
enum class TextFormat { kText, kBytes, kJson };

template <typename Row, typename Value>
struct Field {
  std::string_view column;
  Value Row::*member;
  // Whether an update of the entity writes the column.
  bool is_mutable;
  TextFormat format;
};

template <typename Row, typename Value>
constexpr Field<Row, Value> Immutable(std::string_view column, Value Row::*member,
                                      TextFormat format = TextFormat::kText) {
  return {column, member, /*is_mutable=*/false, format};
}
template <typename Row, typename Value>
constexpr Field<Row, Value> Mutable(std::string_view column, Value Row::*member) {
  return {column, member, /*is_mutable=*/true, TextFormat::kText};
}

template <typename Row, typename Value>
struct NestedFields {
  Value Row::*member;
};
template <typename Row, typename Element>
struct ChildRows {
  std::vector<Element> Row::*member;
};

// A member struct with its own kFields. Its columns are columns of the entity's SQL table.
template <typename Row, typename Value>
constexpr NestedFields<Row, Value> Nested(Value Row::*member) {
  return {member};
}
// A vector whose elements are rows of another SQL table. The entity's SQL table has no column for the vector.
template <typename Row, typename Element>
constexpr ChildRows<Row, Element> Children(std::vector<Element> Row::*member) {
  return {member};
}

template <typename Visitor, HasFields Row>
void VisitFields(Visitor& visitor, Row& row) {
  std::apply([&](const auto&... field) { (visitor(row.*field.member), ...); }, kFields<Row>);
}

}  // namespace keelson
