// Shared code of the List use cases.
#pragma once

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/context.h"
#include "core/common/error.h"
#include "core/common/id.h"
#include "core/common/page.h"
#include "core/common/serialize.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/common/text.h"
#include "core/store/store.h"

namespace keelson {

inline int CheckPageSize(std::int32_t requested, FieldErrors& errors) {
  const std::optional<int> size = EffectivePageSize(requested);
  if (!size) errors.Add("page_size", "must not be negative");
  return size.value_or(kDefaultPageSize);
}

// Parses an optional id. Returns nullopt for an empty text. Returns nullopt and adds a violation if the text
// is not an id of this kind.
template <typename Kind>
std::optional<Id<Kind>> CheckOptionalId(std::string_view field, std::string_view text, FieldErrors& errors) {
  if (text.empty()) return std::nullopt;
  const std::optional<Id<Kind>> id = Id<Kind>::Parse(text);
  if (!id) errors.Add(std::string(field), InvalidId<Kind>());
  return id;
}

// Returns the label of a filter. Adds a violation if no row can have the label.
inline std::optional<Label> CheckLabel(const std::string& field, const std::optional<Label>& label,
                                       FieldErrors& errors) {
  if (!label) return std::nullopt;
  if (label->key.empty()) {
    errors.Add(StrCat(field, ".key"), "is required");
  } else {
    CheckLabels(field, {{label->key, label->value}}, errors);
  }
  return label;
}

// Returns the texts that a filter by a reference matches: the normalized reference and, if it differs, the
// text as sent, because earlier versions stored references as sent. Returns one empty text for an empty text.
// Adds the violations of NormalizedReference.
inline std::vector<std::string> ReferenceForms(std::string_view field, const std::string& sent,
                                               std::size_t max_code_points, FieldErrors& errors) {
  std::vector<std::string> forms = {NormalizedReference(field, sent, max_code_points, errors)};
  if (forms[0] != sent) forms.push_back(sent);
  return forms;
}

// Returns copies of `filters` for each of `forms`, in the member `reference`.
template <typename Filter>
std::vector<Filter> WithEachForm(const std::vector<Filter>& filters, std::string Filter::*reference,
                                 const std::vector<std::string>& forms) {
  std::vector<Filter> with_forms;
  for (const Filter& filter : filters) {
    for (const std::string& form : forms) {
      with_forms.push_back(filter);
      with_forms.back().*reference = form;
    }
  }
  return with_forms;
}

// Returns the first `limit` rows of the lists of all filters, which must have no common rows. `read` returns
// the first `limit` rows of the list of one filter.
template <typename Filter, typename Reader>
auto ReadLists(const std::vector<Filter>& filters, int limit, const Reader& read)
    -> std::invoke_result_t<Reader, const Filter&> {
  typename std::invoke_result_t<Reader, const Filter&>::value_type rows;
  for (const Filter& filter : filters) {
    ASSIGN_OR_RETURN(auto found, read(filter));
    std::move(found.begin(), found.end(), std::back_inserter(rows));
  }
  if (filters.size() <= 1) return rows;
  std::sort(rows.begin(), rows.end(),
            [](const auto& one, const auto& other) { return PositionOf(one) > PositionOf(other); });
  if (std::ssize(rows) > limit) rows.erase(rows.begin() + limit, rows.end());
  return rows;
}

// Rounds a bound up to whole microseconds, the resolution of stored times.
inline std::optional<absl::Time> WholeMicros(std::optional<absl::Time> time) {
  if (!time) return std::nullopt;
  return absl::UnixEpoch() + absl::Ceil(*time - absl::UnixEpoch(), absl::Microseconds(1));
}

// Upper bound for the size of a row in a response: its serialized form, plus allowances for the field names,
// ids in text form, currency codes and repeated texts of the public contract.
template <typename Entity>
std::size_t ResponseBytes(const Entity& entity) {
  constexpr std::size_t kOfRow = 1024;
  constexpr std::size_t kOfLine = 128;
  if constexpr (requires { entity.fields(); }) {
    std::size_t bytes = kOfRow + Serialize(entity.fields()).size();
    if constexpr (requires { entity->lines; }) bytes += kOfLine * entity->lines.size();
    if constexpr (requires { entity.payments(); }) {
      // The contract has the first payment twice: as the payment of the order and in the list.
      for (const auto& payment : entity.payments()) {
        bytes += kOfLine + payment.provider.size() + payment.reference.size();
      }
    }
    return bytes;
  } else {
    return kOfRow + Serialize(entity).size();
  }
}

// Reads a page's rows in slices, so that a page of large rows reads no more than kMaxPageBytes allow. Returns
// true if another page follows.
template <typename Entity, typename Reader>
absl::StatusOr<bool> ReadRows(ReadTransaction& tx, std::optional<ListPosition> before, int page_size,
                              const Reader& read, std::vector<Entity>& rows) {
  constexpr int kSlice = 101;  // a page of 100, and one row that shows whether another page follows
  rows.clear();                // the closure may run again
  std::size_t bytes = 0;
  while (true) {
    const int wanted = std::min(kSlice, page_size + 1 - static_cast<int>(rows.size()));
    ASSIGN_OR_RETURN(std::vector<Entity> slice, read(tx, before, wanted));
    for (Entity& row : slice) {
      bytes += ResponseBytes(row);
      const bool full = static_cast<int>(rows.size()) == page_size || bytes > kMaxPageBytes;
      if (full && !rows.empty()) return true;
      rows.push_back(std::move(row));
    }
    if (static_cast<int>(slice.size()) < wanted) return false;
    before = PositionOf(rows.back());
  }
}

// Reads one page of rows with `read`. `list` identifies the list and its filters; `rows` is the member of the
// page that receives the rows. PAGE_TOKEN_INVALID, and the errors of Store::Read.
template <typename Page, typename Entity, typename Reader>
absl::StatusOr<Page> ReadPage(Store& store, const CallContext& context, const PageTokens& tokens,
                              std::string_view list, std::string_view page_token, int page_size,
                              std::vector<Entity> Page::*rows, const Reader& read) {
  ASSIGN_OR_RETURN(const std::optional<ListPosition> before, tokens.Decode(list, page_token));
  Page page;
  bool more = false;
  const absl::Status status = store.Read(context.deadline, [&](ReadTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(more, ReadRows(tx, before, page_size, read, page.*rows));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  if (more) page.next_page_token = tokens.Encode(list, PositionOf((page.*rows).back()));
  return page;
}

}  // namespace keelson
