#pragma once

#include <span>
#include <string>
#include <string_view>

namespace keelson {

// One step of the schema, as the files migrations/VERSION_NAME.{up,down}.sql have it.
struct Migration {
  int version = 0;
  std::string_view name;
  std::string_view up;
  std::string_view down;
  // The SHA-256 of both texts, in hexadecimal: a step that was applied must never change.
  std::string checksum;
};

// All of them, numbered from 1 without gaps.
std::span<const Migration> Migrations();

}  // namespace keelson
