#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace keelson::e2e {

// An e-mail as its reader sees it, decoded by a mail library.
struct Mail {
  std::string file;
  std::string from;
  std::string to;
  std::string subject;
  std::string date;
  std::string message_id;
  // "multipart/alternative", and its parts' texts.
  std::string content_type;
  std::string text;
  std::string html;
};

// All complete messages of the folder, oldest first.
std::vector<Mail> ReadMails(const std::filesystem::path& folder);
std::size_t CountMails(const std::filesystem::path& folder);
// Those to `address`, once there are `count` of them; fails the test where they don't come.
std::vector<Mail> AwaitMails(const std::filesystem::path& folder, const std::string& address,
                             std::size_t count);
// What follows "token=" in the link to `page` that stands on a line of its own in the text; empty where none
// does.
std::string TokenIn(const Mail& mail, const std::string& page = "verify-email");

}  // namespace keelson::e2e
