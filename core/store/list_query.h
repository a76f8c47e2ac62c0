// What every paged list has in common.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/context.h"
#include "core/common/error.h"
#include "core/common/id.h"
#include "core/common/page.h"
#include "core/common/serialize.h"
#include "core/store/store.h"

namespace keelson {

inline int CheckPageSize(std::int32_t requested, FieldErrors& errors) {
  const std::optional<int> size = EffectivePageSize(requested);
  if (!size) errors.Add("page_size", "must not be negative");
  return size.value_or(kDefaultPageSize);
}

// Nothing for an empty text; nothing and a violation for one that is no id of this kind.
template <typename Kind>
std::optional<Id<Kind>> CheckOptionalId(std::string_view field, std::string_view text, FieldErrors& errors) {
  if (text.empty()) return std::nullopt;
  const std::optional<Id<Kind>> id = Id<Kind>::Parse(text);
  if (!id) errors.Add(std::string(field), InvalidId<Kind>());
  return id;
}

// Stored times are whole microseconds: a bound between two of them comes to the later one.
inline std::optional<absl::Time> WholeMicros(std::optional<absl::Time> time) {
  if (!time) return std::nullopt;
  return absl::UnixEpoch() + absl::Ceil(*time - absl::UnixEpoch(), absl::Microseconds(1));
}

// At least what a row comes to in an answer: what the core would keep of it, and what the contract's names
// of fields, texts of ids and currencies of amounts may add.
template <typename Entity>
std::size_t AnswerBytes(const Entity& entity) {
  constexpr std::size_t kOfRow = 1024;
  constexpr std::size_t kOfLine = 128;
  if constexpr (requires { entity.fields(); }) {
    std::size_t bytes = kOfRow + Serialize(entity.fields()).size();
    if constexpr (requires { entity->lines; }) bytes += kOfLine * entity->lines.size();
    return bytes;
  } else {
    return kOfRow + Serialize(entity).size();
  }
}

// Reads a page's rows, in slices, so that no more is read of heavy rows than a page can hold. True where rows
// are left for another page.
template <typename Entity, typename Reader>
absl::StatusOr<bool> ReadRows(ReadTransaction& tx, std::optional<ListPosition> before, int page_size,
                              const Reader& read, std::vector<Entity>& rows) {
  constexpr int kSlice = 101;  // a page of 100 and the row that tells of another
  rows.clear();                // a transaction may run again
  std::size_t bytes = 0;
  while (true) {
    const int wanted = std::min(kSlice, page_size + 1 - static_cast<int>(rows.size()));
    absl::StatusOr<std::vector<Entity>> slice = read(tx, before, wanted);
    if (!slice.ok()) return slice.status();
    for (Entity& row : *slice) {
      bytes += AnswerBytes(row);
      const bool full = static_cast<int>(rows.size()) == page_size || bytes > kMaxPageBytes;
      if (full && !rows.empty()) return true;
      rows.push_back(std::move(row));
    }
    if (static_cast<int>(slice->size()) < wanted) return false;
    before = PositionOf(rows.back());
  }
}

// Reads one page by `read`. `list` names the list and its filters; `rows` is the page's member that takes the
// rows.
template <typename Page, typename Entity, typename Reader>
absl::StatusOr<Page> ReadPage(Store& store, const CallContext& context, const PageTokens& tokens,
                              std::string_view list, std::string_view page_token, int page_size,
                              std::vector<Entity> Page::*rows, const Reader& read) {
  const absl::StatusOr<std::optional<ListPosition>> before = tokens.Decode(list, page_token);
  if (!before.ok()) return before.status();
  Page page;
  absl::StatusOr<bool> more = false;
  const absl::Status status = store.Read(context.deadline, [&](ReadTransaction& tx) {
    more = ReadRows(tx, *before, page_size, read, page.*rows);
    return more.status();
  });
  if (!status.ok()) return status;
  if (*more) page.next_page_token = tokens.Encode(list, PositionOf((page.*rows).back()));
  return page;
}

}  // namespace keelson
