// Encodes values of the core for PostgreSQL, and decodes them: native types in the protocol's binary format.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "absl/time/time.h"
#include "adapters/store/sql_columns/columns.h"
#include "core/common/id.h"
#include "core/common/money.h"
#include "core/refunds/refund.h"

namespace keelson {

// OIDs of types, from PostgreSQL's pg_type.dat. They never change.
enum class PgType : unsigned {
  kBool = 16,
  kBytea = 17,
  kBigint = 20,
  kSmallint = 21,
  kText = 25,
  kJson = 114,
  kByteaArray = 1001,
  kSmallintArray = 1005,
  kTextArray = 1009,
  kBigintArray = 1016,
  kJsonArray = 199,
  kTimestamptz = 1184,
  kTimestamptzArray = 1185,
  kUuid = 2950,
  kUuidArray = 2951,
  kJsonb = 3802,
  kJsonbArray = 3807,
};

// Appends values in binary format to `out`. Put returns the PostgreSQL type of the value. To support another
// C++ type, add an overload of Put.
class PgEncoder {
 public:
  explicit PgEncoder(std::string& out) : out_(out) {}

  PgType Put(bool value);
  PgType Put(std::string_view value);
  PgType Put(const std::string& value) { return Put(std::string_view(value)); }
  PgType Put(BytesView value);
  // Type json, not jsonb: PostgreSQL stores the text unchanged.
  PgType Put(JsonView value);
  PgType Put(Currency value) { return Put(value.code()); }
  PgType Put(absl::Time value);
  PgType Put(const Uuid& value);
  PgType Put(const std::map<std::string, std::string>& value);
  PgType Put(const std::vector<RefundLine>& value);
  template <typename Kind>
  PgType Put(const Id<Kind>& value) {
    return Put(value.uuid());
  }
  template <std::size_t N>
  PgType Put(const std::array<std::uint8_t, N>& value) {
    return Put(BytesView{{reinterpret_cast<const char*>(value.data()), N}});
  }
  // Appends an enumerator as smallint, or an integer as bigint.
  template <typename T>
  requires std::is_integral_v<T> || std::is_enum_v<T> PgType Put(T value) {
    if constexpr (std::is_enum_v<T>) {
      PutInteger(static_cast<std::int16_t>(value));
      return PgType::kSmallint;
    } else {
      PutInteger(static_cast<std::int64_t>(value));
      return PgType::kBigint;
    }
  }
  // Appends a one-dimensional array, whose elements may be optional.
  template <typename T>
  PgType Put(std::span<const T> values) {
    return PutArray(values);
  }
  template <typename T>
  PgType Put(const std::vector<T>& values) {
    return PutArray(std::span<const T>(values));
  }

  // Appends a row in COPY's binary format: the number of columns, then each column after its length.
  template <typename... Ts>
  void PutRow(const Ts&... columns) {
    PutInteger(static_cast<std::int16_t>(sizeof...(columns)));
    (PutSized(columns), ...);
  }

 private:
  template <typename T>
  void PutInteger(T value) {
    for (int shift = 8 * (static_cast<int>(sizeof(T)) - 1); shift >= 0; shift -= 8) {
      out_ += static_cast<char>(static_cast<std::make_unsigned_t<T>>(value) >> shift & 0xff);
    }
  }
  void PatchInteger(std::size_t at, std::int32_t value);

  template <typename T>
  PgType PutSized(const T& value) {
    const std::size_t size_at = out_.size();
    PutInteger<std::int32_t>(0);
    const PgType type = Put(value);
    PatchInteger(size_at, static_cast<std::int32_t>(out_.size() - size_at - sizeof(std::int32_t)));
    return type;
  }
  template <typename T>
  void PutSized(const std::optional<T>& value) {
    if (value) {
      PutSized(*value);
    } else {
      PutInteger<std::int32_t>(-1);  // NULL
    }
  }

  template <typename T>
  struct Element {
    using Type = T;
    static constexpr bool kMayBeNull = false;
  };
  template <typename T>
  struct Element<std::optional<T>> {
    using Type = T;
    static constexpr bool kMayBeNull = true;
  };

  template <typename T>
  PgType PutArray(std::span<const T> values) {
    PutInteger<std::int32_t>(values.empty() ? 0 : 1);  // dimensions
    PutInteger<std::int32_t>(Element<T>::kMayBeNull ? 1 : 0);
    const std::size_t type_at = out_.size();
    PutInteger<std::int32_t>(0);
    if (!values.empty()) {
      PutInteger(static_cast<std::int32_t>(values.size()));
      PutInteger<std::int32_t>(1);  // lower bound
    }
    // An empty array and a NULL need an element type, too: encode a default element and discard its bytes.
    const std::size_t end = out_.size();
    const PgType element = Put(typename Element<T>::Type{});
    out_.resize(end);
    for (const T& value : values) PutSized(value);
    PatchInteger(type_at, static_cast<std::int32_t>(element));
    return ArrayOf(element);
  }
  static PgType ArrayOf(PgType element);

  std::string& out_;
};

// The parameters of a statement as arrays for libpq. A view of a PgParameters object, which must outlive the
// view.
struct PgArguments {
  int count;
  const unsigned* types;
  const char* const* values;
  const int* lengths;
  const int* formats;
};

// Owns the encoded parameters of a statement.
template <std::size_t N>
class PgParameters {
 public:
  template <typename... Ts>
  explicit PgParameters(const Ts&... values) {
    static_assert(sizeof...(Ts) == N);
    std::size_t index = 0;
    (Add(index++, values), ...);
    for (std::size_t i = 0; i < N; ++i) {
      if (values_[i] != nullptr) values_[i] = bytes_.data() + offsets_[i];
    }
  }
  PgParameters(const PgParameters&) = delete;
  PgParameters& operator=(const PgParameters&) = delete;

  PgArguments view() const {
    return {static_cast<int>(N), types_.data(), values_.data(), lengths_.data(), formats_.data()};
  }

 private:
  template <typename T>
  void Add(std::size_t index, const T& value) {
    offsets_[index] = bytes_.size();
    types_[index] = static_cast<unsigned>(PgEncoder(bytes_).Put(value));
    lengths_[index] = static_cast<int>(bytes_.size() - offsets_[index]);
    formats_[index] = 1;
    values_[index] = "";  // the constructor sets the address when bytes_ no longer grows
  }
  template <typename T>
  void Add(std::size_t index, const std::optional<T>& value) {
    if (value) return Add(index, *value);
    // Encodes a default value only to get the type that Put returns.
    std::string unused;
    types_[index] = static_cast<unsigned>(PgEncoder(unused).Put(T{}));
    formats_[index] = 1;
    values_[index] = nullptr;
  }

  std::string bytes_;
  std::array<std::size_t, N> offsets_{};
  std::array<unsigned, N> types_{};
  std::array<const char*, N> values_{};
  std::array<int, N> lengths_{};
  std::array<int, N> formats_{};
};
template <typename... Ts>
PgParameters(const Ts&...) -> PgParameters<sizeof...(Ts)>;

// Decodes one value of a row from binary format. Every Get throws std::runtime_error if `bytes` has another
// format.
void Get(std::string_view bytes, bool& value);
void Get(std::string_view bytes, std::string& value);
void Get(std::string_view bytes, Currency& value);
void Get(std::string_view bytes, absl::Time& value);
void Get(std::string_view bytes, std::map<std::string, std::string>& value);
void Get(std::string_view bytes, std::vector<RefundLine>& value);
// Decodes a smallint, integer or bigint.
std::int64_t GetInteger(std::string_view bytes);
void GetBytes(std::string_view bytes, void* data, std::size_t size);

template <typename T>
requires std::is_integral_v<T> || std::is_enum_v<T>
void Get(std::string_view bytes, T& value) {
  value = static_cast<T>(GetInteger(bytes));
}
template <std::size_t N>
void Get(std::string_view bytes, std::array<std::uint8_t, N>& value) {
  GetBytes(bytes, value.data(), N);
}
template <typename Kind>
void Get(std::string_view bytes, Id<Kind>& value) {
  Uuid uuid{};
  GetBytes(bytes, uuid.data(), uuid.size());
  value = Id<Kind>(uuid);
}

}  // namespace keelson
