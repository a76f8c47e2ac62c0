#include "tests/e2e/support/mailbox.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <sstream>
#include <system_error>

#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"

namespace keelson::e2e {
namespace {

constexpr char kLinkBase[] = "http://localhost:3000/";

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
struct Free {
  void operator()(char* text) const { g_free(text); }
};

std::string Text(const char* text) {
  return text == nullptr ? "" : text;
}

std::string Text(InternetAddressList* addresses) {
  const std::unique_ptr<char, Free> text(internet_address_list_to_string(addresses, nullptr, FALSE));
  return Text(text.get());
}

void TakePart(GMimeObject*, GMimeObject* part, gpointer into) {
  if (!GMIME_IS_TEXT_PART(part)) return;
  const std::unique_ptr<char, Free> text(g_mime_text_part_get_text(GMIME_TEXT_PART(part)));
  GMimeContentType* type = g_mime_object_get_content_type(part);
  Mail& mail = *static_cast<Mail*>(into);
  (g_mime_content_type_is_type(type, "text", "html") ? mail.html : mail.text) += Text(text.get());
}

Mail Parse(const std::string& bytes, const std::string& file) {
  static const bool initialised = (g_mime_init(), true);
  REQUIRE(initialised);
  const std::unique_ptr<GMimeStream, Unref> stream(
      g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
  const std::unique_ptr<GMimeParser, Unref> parser(g_mime_parser_new_with_stream(stream.get()));
  const std::unique_ptr<GMimeMessage, Unref> message(g_mime_parser_construct_message(parser.get(), nullptr));
  REQUIRE(message != nullptr);
  Mail mail;
  mail.file = file;
  mail.from = Text(g_mime_message_get_from(message.get()));
  mail.to = Text(g_mime_message_get_to(message.get()));
  mail.subject = Text(g_mime_message_get_subject(message.get()));
  mail.message_id = Text(g_mime_message_get_message_id(message.get()));
  mail.date = Text(g_mime_object_get_header(GMIME_OBJECT(message.get()), "Date"));
  GMimeContentType* type = g_mime_object_get_content_type(g_mime_message_get_mime_part(message.get()));
  const std::unique_ptr<char, Free> type_name(g_mime_content_type_get_mime_type(type));
  mail.content_type = Text(type_name.get());
  g_mime_message_foreach(message.get(), TakePart, &mail);
  return mail;
}

// File names begin with a timestamp (UUIDv7), so sorting by name sorts by time.
std::vector<std::filesystem::path> MailFiles(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".eml") files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<Mail> ReadMails(const std::filesystem::path& folder) {
  std::vector<Mail> mails;
  for (const std::filesystem::path& file : MailFiles(folder)) {
    mails.push_back(Parse(ReadFile(file), file.filename()));
  }
  return mails;
}

std::size_t CountMails(const std::filesystem::path& folder) {
  return MailFiles(folder).size();
}

std::vector<Mail> AwaitMails(const std::filesystem::path& folder, const std::string& address,
                             std::size_t count) {
  std::vector<Mail> mails;
  Await([&] {
    mails = ReadMails(folder);
    std::erase_if(mails, [&](const Mail& mail) { return mail.to != address; });
    return mails.size() >= count;
  });
  INFO("mails to " << address);
  REQUIRE(mails.size() == count);
  return mails;
}

std::string TokenIn(const Mail& mail, const std::string& page) {
  const std::string link = kLinkBase + page + "?token=";
  std::istringstream lines(mail.text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.starts_with(link)) return line.substr(link.size());
  }
  return "";
}

}  // namespace keelson::e2e
