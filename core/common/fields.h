// The table of an entity's fields: each field once, with the name of its column. The serialized form
// (serialize.h) and the SQL stores' statements and rows (adapters/store/sql_columns) derive from the table.
//
//   template <>
//   inline constexpr auto kFields<Point> = std::tuple{Immutable("x", &Point::x), Mutable("y", &Point::y)};
//
// The order is that of the serialized form: fields are only ever appended.
#pragma once

#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

namespace keelson {

// Specialized beside each entity.
template <typename Row>
inline constexpr auto kFields = nullptr;

template <typename Row>
concept HasFields = !std::is_null_pointer_v<std::remove_const_t<decltype(kFields<Row>)>>;

// How a store keeps a std::string.
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

// A struct with a table of its own, whose columns are the entity's.
template <typename Row, typename Value>
constexpr NestedFields<Row, Value> Nested(Value Row::*member) {
  return {member};
}
// Elements that are rows of another table: no column of the entity's.
template <typename Row, typename Element>
constexpr ChildRows<Row, Element> Children(std::vector<Element> Row::*member) {
  return {member};
}

template <typename Visitor, HasFields Row>
void VisitFields(Visitor& visitor, Row& row) {
  std::apply([&](const auto&... field) { (visitor(row.*field.member), ...); }, kFields<Row>);
}

}  // namespace keelson
