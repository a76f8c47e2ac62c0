// SQL texts that are joined at compile time. Every statement is a named constant, because its address is the
// key in caches of prepared statements.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace keelson {

// An SQL text. A structural type, so that an SQL literal can be a template argument.
template <std::size_t size>
struct Sql {
  constexpr Sql() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): literals are SQL.
  constexpr Sql(const char (&literal)[size + 1]) { std::copy_n(literal, size, text); }

  // NOLINTNEXTLINE(google-explicit-constructor): replaces a literal.
  constexpr operator const char*() const& { return text; }
  operator const char*() const&& = delete;
  constexpr std::string_view view() const { return {text, size}; }

  char text[size + 1] = {};
};
template <std::size_t size>
Sql(const char (&)[size]) -> Sql<size - 1>;

template <std::size_t left, std::size_t right>
constexpr Sql<left + right> operator+(const Sql<left>& a, const Sql<right>& b) {
  Sql<left + right> joined;
  std::copy_n(b.text, right, std::copy_n(a.text, left, joined.text));
  return joined;
}
template <std::size_t left, std::size_t right>
constexpr auto operator+(const Sql<left>& a, const char (&b)[right]) {
  return a + Sql(b);
}
template <std::size_t left, std::size_t right>
constexpr auto operator+(const char (&a)[left], const Sql<right>& b) {
  return Sql(a) + b;
}

// Builds a text of initially unknown length in a constant expression. BuildSql converts it to Sql.
class SqlBuilder {
 public:
  constexpr SqlBuilder& Add(std::string_view text) {
    std::copy_n(text.data(), text.size(), text_ + size_);
    size_ += text.size();
    return *this;
  }
  constexpr SqlBuilder& Add(std::size_t number) {
    if (number >= 10) Add(number / 10);
    text_[size_++] = static_cast<char>('0' + number % 10);
    return *this;
  }
  constexpr std::size_t size() const { return size_; }
  constexpr const char* text() const { return text_; }

 private:
  static constexpr std::size_t kCapacity = 2048;

  char text_[kCapacity] = {};
  std::size_t size_ = 0;
};

// Converts the SqlBuilder that `build` returns to Sql. `build` must be a stateless function object.
template <typename Build>
constexpr auto BuildSql(Build /*build*/) {
  constexpr SqlBuilder kBuilt = Build()();
  Sql<kBuilt.size()> sql;
  std::copy_n(kBuilt.text(), kBuilt.size(), sql.text);
  return sql;
}

// An integer or an enumerator's number in decimal digits.
template <auto value>
inline constexpr auto kSqlNumber = BuildSql([] { return SqlBuilder().Add(static_cast<std::size_t>(value)); });

}  // namespace keelson
