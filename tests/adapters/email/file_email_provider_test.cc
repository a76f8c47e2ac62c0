#include "adapters/email/file/file_email_provider.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "adapters/email/mime/mime_message.h"

namespace keelson {
namespace {

namespace fs = std::filesystem;

// A temporary directory, deleted by the destructor.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "keelson-email-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::permissions(path_, fs::perms::owner_all, ignored);
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

Email Sample(std::string id = "message_01hf7yat00e8r8e2dhp52c4m2r") {
  Email email;
  email.id = *MessageId::Parse(id);
  email.from = "Keelson <no-reply@example.com>";
  email.to = "ada@example.org";
  email.content = {"Hello", "Text\n", "<p>HTML</p>\n", "en"};
  email.date = absl::FromUnixSeconds(1700000000);
  return email;
}

std::unique_ptr<FileEmailProvider> Provider(const fs::path& directory) {
  auto provider = FileEmailProvider::Create(directory.string());
  REQUIRE(provider.ok());
  return *std::move(provider);
}

std::string Content(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<std::string> Names(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory))
    names.push_back(entry.path().filename().string());
  return names;
}

constexpr Deadline kNever;

}  // namespace

TEST_CASE("Send writes a message into one file, and no temporary file remains") {
  Folder folder;
  const auto provider = Provider(folder.path());
  const SendOutcome outcome = provider->Send(Sample(), kNever);
  CHECK(outcome.kind == SendOutcome::Kind::kAccepted);
  CHECK(outcome.provider_message_id == "message_01hf7yat00e8r8e2dhp52c4m2r");
  CHECK(Names(folder.path()) == std::vector<std::string>{"message_01hf7yat00e8r8e2dhp52c4m2r.eml"});
  const fs::path file = folder.path() / "message_01hf7yat00e8r8e2dhp52c4m2r.eml";
  CHECK(Content(file) == RenderMime(Sample()).value());
  CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("sending a message again replaces its file") {
  Folder folder;
  const auto provider = Provider(folder.path());
  for (int i = 0; i < 3; ++i) CHECK(provider->Send(Sample(), kNever).kind == SendOutcome::Kind::kAccepted);
  CHECK(Names(folder.path()).size() == 1);
}

TEST_CASE("Create creates the directory and its parents, and Send creates them again after a deletion") {
  Folder folder;
  const fs::path deep = folder.path() / "a" / "b";
  const auto provider = Provider(deep);
  CHECK(fs::is_directory(deep));
  fs::remove_all(folder.path() / "a");
  CHECK(provider->Send(Sample(), kNever).kind == SendOutcome::Kind::kAccepted);
  CHECK(Names(deep).size() == 1);
}

TEST_CASE("the error for a directory that can't be created names the directory") {
  Folder folder;
  std::ofstream(folder.path() / "file") << "not a folder";
  for (const std::string& path :
       {(folder.path() / "file").string(), (folder.path() / "file" / "below").string(),
        std::string("/proc/keelson-mail"), std::string()}) {
    const absl::Status status = FileEmailProvider::Create(path).status();
    CHECK_FALSE(status.ok());
    CHECK(std::string(status.message()).find(path) != std::string::npos);
  }
}

TEST_CASE("sending into an unwritable directory returns kConfig") {
  Folder folder;
  const fs::path directory = folder.path() / "mail";
  const auto provider = Provider(directory);
  // Replaces the directory with a file: permissions would not suffice, because root may write into any
  // directory.
  fs::remove(directory);
  std::ofstream(directory) << "in the way";
  const SendOutcome outcome = provider->Send(Sample(), kNever);
  CHECK(outcome.kind == SendOutcome::Kind::kConfig);
  CHECK_FALSE(outcome.error.empty());
}

TEST_CASE("sending to a full disk returns kUnreachable, and no partial file remains") {
  Folder folder;
  if (mount("none", folder.path().c_str(), "tmpfs", 0, "size=64k") != 0) {
    WARN("skipped: requires permission to mount a tmpfs");
    return;
  }
  {
    const auto provider = Provider(folder.path());
    Email large = Sample();
    large.content.text = std::string(200'000, 'x') + "\n";
    CHECK(provider->Send(large, kNever).kind == SendOutcome::Kind::kUnreachable);
    CHECK(Names(folder.path()).empty());
    CHECK(provider->Send(Sample(), kNever).kind == SendOutcome::Kind::kAccepted);
  }
  umount(folder.path().c_str());
}

TEST_CASE("sending a message that has no valid MIME form returns kMessageRejected") {
  Folder folder;
  const auto provider = Provider(folder.path());
  Email email = Sample();
  email.content.subject = "x\r\nBcc: eve@example.net";
  const SendOutcome outcome = provider->Send(email, kNever);
  CHECK(outcome.kind == SendOutcome::Kind::kMessageRejected);
  CHECK(outcome.error.find("eve") == std::string::npos);
  CHECK(Names(folder.path()).empty());
}

TEST_CASE("after the deadline, Send writes no file") {
  Folder folder;
  CHECK(Provider(folder.path())->Send(Sample(), Deadline::After(absl::ZeroDuration())).kind ==
        SendOutcome::Kind::kUnreachable);
  CHECK(Names(folder.path()).empty());
}

TEST_CASE("concurrent Sends never expose a partial file to a reader") {
  Folder folder;
  const auto provider = Provider(folder.path());
  const std::string whole = RenderMime(Sample()).value();
  std::vector<std::thread> senders;
  for (int t = 0; t < 4; ++t) {
    senders.emplace_back([&] {
      for (int i = 0; i < 20; ++i) provider->Send(Sample(), kNever);
    });
  }
  const fs::path file = folder.path() / "message_01hf7yat00e8r8e2dhp52c4m2r.eml";
  for (int i = 0; i < 200; ++i) {
    const std::string seen = Content(file);
    if (!seen.empty()) REQUIRE(seen == whole);
  }
  for (std::thread& sender : senders) sender.join();
  CHECK(Names(folder.path()).size() == 1);
}

}  // namespace keelson
