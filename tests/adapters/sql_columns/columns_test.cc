#include "adapters/store/sql_columns/columns.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace keelson {
namespace {

enum class Colour { kRed = 1, kViolet = 12 };

struct Size {
  std::int64_t width = 0;
  std::int64_t height = 0;
};

struct Picture {
  std::int64_t id = 0;
  std::string title;
  Size size;
  std::string bytes;
  std::vector<Size> copies;
};

}  // namespace

template <>
inline constexpr auto kFields<Size> = std::tuple{
    Mutable("width", &Size::width),
    Mutable("height", &Size::height),
};

template <>
inline constexpr auto kFields<Picture> = std::tuple{
    Immutable("id", &Picture::id), Mutable("title", &Picture::title),
    Nested(&Picture::size),        Immutable("bytes", &Picture::bytes, TextFormat::kBytes),
    Children(&Picture::copies),
};

namespace {

TEST_CASE("SQL statements contain the columns of the kFields table in order") {
  constexpr SqlDialect kDialect = SqlDialect::kPostgres;
  CHECK(kInsertInto<kDialect, Picture, "pictures">.view() ==
        "INSERT INTO pictures (id, title, width, height, bytes) VALUES ($1, $2, $3, $4, $5)");
  CHECK(kUpdateById<SqlDialect::kSqlite, Picture, "pictures">.view() ==
        "UPDATE pictures SET title = ?2, width = ?3, height = ?4 WHERE id = ?1");
  using Selection = ColumnsWithout<MutableColumns, ColumnsNamed<"title">>;
  CHECK(kAssignments<kDialect, Picture, Selection, 9>.view() == "width = $9, height = $10");
  CHECK(kDifferences<kDialect, Picture, Selection>.view() ==
        "width IS DISTINCT FROM $2 OR height IS DISTINCT FROM $3");
  CHECK(kExcludedAssignments<Picture, Selection>.view() ==
        "width = excluded.width, height = excluded.height");
  CHECK(kAssignedParameter<kDialect, Picture, "height">.view() == "$4");
}

TEST_CASE("enumerators appear in statements as their numbers") {
  constexpr auto kStatement = "colour <> " + kSqlNumber<Colour::kViolet>;
  CHECK(kStatement.view() == "colour <> 12");
}

TEST_CASE("WithColumns passes the columns of a row, nested fields included, in the order of the table") {
  const Picture picture{1, "title", {2, 3}, "bytes", {}};
  Picture copy;
  WithColumns(picture, [&](const auto&... from) {
    WithColumns(copy, [&](auto&... to) {
      const auto assign = [](auto& target, const auto& value) {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, BytesView>) {
          target = value.bytes;
        } else {
          target = value;
        }
      };
      (assign(to, from), ...);
    });
  });
  CHECK(copy.title == "title");
  CHECK(copy.size.height == 3);
  CHECK(copy.bytes == "bytes");
}

TEST_CASE("WithColumnArrays passes one array for each column") {
  const std::vector<Picture> pictures{{1, "a", {}, "", {}}, {2, "b", {}, "", {}}};
  WithColumnArrays<ColumnsNamed<"id", "title">>(pictures, [](const auto& ids, const auto& titles) {
    CHECK(ids == std::vector<std::int64_t>{1, 2});
    CHECK(titles == std::vector<std::string>{"a", "b"});
  });
}

}  // namespace
}  // namespace keelson
