// SQL texts that are joined at compile time. A statement is a named constant; its address identifies the
// statement wherever prepared statements are cached.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace keelson {

// A structural type, so that a literal can be a template argument.
template <std::size_t size>
struct Sql {
  constexpr Sql() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): literals are SQL.
  constexpr Sql(const char (&literal)[size + 1]) { std::copy_n(literal, size, text); }

  // NOLINTNEXTLINE(google-explicit-constructor): takes the place of a literal.
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

// A text whose length is known once it has been built, in a constant expression.
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

// The Sql of a SqlBuilder that `build`, a function object without state, returns.
template <typename Build>
constexpr auto BuildSql(Build /*build*/) {
  constexpr SqlBuilder kBuilt = Build()();
  Sql<kBuilt.size()> sql;
  std::copy_n(kBuilt.text(), kBuilt.size(), sql.text);
  return sql;
}

// A number or the number of a state, in decimal digits.
template <auto value>
inline constexpr auto kSqlNumber = BuildSql([] { return SqlBuilder().Add(static_cast<std::size_t>(value)); });

}  // namespace keelson
