// What every paged list has in common.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/common/context.h"
#include "core/common/error.h"
#include "core/common/id.h"
#include "core/common/page.h"
#include "core/common/store.h"

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

// Reads one page by `read`, one row more than asked for to know whether another page follows. `list` names
// the list and its filters; `rows` is the page's member that takes the rows.
template <typename Page, typename Entity, typename Reader>
absl::StatusOr<Page> ReadPage(Store& store, const CallContext& context, const PageTokens& tokens,
                              std::string_view list, std::string_view page_token, int page_size,
                              std::vector<Entity> Page::*rows, const Reader& read) {
  const absl::StatusOr<std::optional<ListPosition>> before = tokens.Decode(list, page_token);
  if (!before.ok()) return before.status();
  Page page;
  const absl::Status status = store.Read(context.deadline, [&](ReadTransaction& tx) -> absl::Status {
    absl::StatusOr<std::vector<Entity>> found = read(tx, *before, page_size + 1);
    if (found.ok()) page.*rows = std::move(*found);
    return found.status();
  });
  if (!status.ok()) return status;
  std::vector<Entity>& entities = page.*rows;
  if (entities.size() > static_cast<std::size_t>(page_size)) {
    entities.erase(entities.begin() + page_size, entities.end());
    page.next_page_token = tokens.Encode(list, PositionOf(entities.back()));
  }
  return page;
}

}  // namespace keelson
