#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace keelson::e2e {

// An e-mail, decoded by a mail library.
struct Mail {
  std::string file;
  std::string from;
  std::string to;
  std::string subject;
  std::string date;
  std::string message_id;
  // The content type of the whole message ("multipart/alternative"), then the content of its two parts.
  std::string content_type;
  std::string text;
  std::string html;
};

// Returns all completely written messages in the directory, oldest first.
std::vector<Mail> ReadMails(const std::filesystem::path& folder);
std::size_t CountMails(const std::filesystem::path& folder);
// Waits for `count` messages to `address` and returns them. Fails the test on a timeout.
std::vector<Mail> AwaitMails(const std::filesystem::path& folder, const std::string& address,
                             std::size_t count);
// Returns the token in the link to `page`, which must be on a line of its own in the text; empty if there is
// none.
std::string TokenIn(const Mail& mail, const std::string& page = "verify-email");

}  // namespace keelson::e2e
