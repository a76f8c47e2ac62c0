#include "tests/support/postfix/postfix_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "tests/support/postgres/await.h"
#include "tests/support/postgres/free_port.h"

namespace keelson::servers {
namespace {

// The id of the user under which Postfix delivers messages.
constexpr uid_t kNobody = 65534;

std::string MainSettings(const ServerFolder& folder) {
  const std::string path = folder.path().string();
  return absl::StrCat(
      "compatibility_level = 3.6\n", "queue_directory = ", path, "/spool\n", "data_directory = ", path,
      "/data\n", "maillog_file = ", path, "/postfix.log\n", "maillog_file_prefixes = ", path, "\n",
      "inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmyhostname = relay.test\nmydestination =\n"
      "mynetworks =\nalias_maps =\nlocal_recipient_maps =\n"
      "virtual_mailbox_domains = example.org, xn--bcher-kva.example\n",
      "virtual_mailbox_base = ", path, "/mail\n", "virtual_uid_maps = static:", kNobody, "\n",
      "virtual_gid_maps = static:", kNobody, "\n",
      "virtual_mailbox_maps = inline:{ {ada@example.org = ada/}, {bob@example.org = bob/},"
      " {jürgen@example.org = jürgen/}, {slow@example.org = slow/}, {later@example.org = later/},"
      " {full@example.org = full/}, {refused@example.org = refused/}, {ada@xn--bcher-kva.example = buch/} "
      "}\n",
      "message_size_limit = ", PostfixServer::kMaxMessageBytes, "\n",
      "smtpd_tls_security_level = encrypt\nsmtpd_tls_auth_only = yes\n", "smtpd_tls_cert_file = ", path,
      "/certificate.pem\n", "smtpd_tls_key_file = ", path, "/key.pem\n", "cyrus_sasl_config_path = ", path,
      "/sasl\nsmtpd_sasl_auth_enable = yes\nsmtpd_sasl_local_domain = relay.test\n"
      "smtpd_client_restrictions = permit_sasl_authenticated, reject\n"
      "smtpd_recipient_restrictions = check_recipient_access inline:{"
      " {later@example.org = 450 4.7.1 greylisted}, {full@example.org = 452 4.2.2 mailbox full} }\n"
      "smtpd_end_of_data_restrictions = check_recipient_access inline:{"
      " {slow@example.org = sleep ",
      PostfixServer::kSlowSeconds, "}, {refused@example.org = 554 5.7.1 not this one} }\n");
}

std::string Services(int starttls_port, int tls_port) {
  return absl::StrCat("127.0.0.1:", starttls_port, " inet n - n - - smtpd\n127.0.0.1:", tls_port,
                      " inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n",
                      "cleanup unix n - n - 0 cleanup\n"
                      "qmgr unix n - n 300 1 qmgr\n"
                      "tlsmgr unix - - n 1000? 1 tlsmgr\n"
                      "rewrite unix - - n - - trivial-rewrite\n"
                      "bounce unix - - n - 0 bounce\n"
                      "defer unix - - n - 0 bounce\n"
                      "trace unix - - n - 0 bounce\n"
                      "proxymap unix - - n - - proxymap\n"
                      "error unix - - n - - error\n"
                      "retry unix - - n - - error\n"
                      "virtual unix - n n - - virtual\n"
                      "anvil unix - - n - 1 anvil\n"
                      "postlog unix-dgram n - n - 1 postlogd\n");
}

void MakeFolder(const std::filesystem::path& path, uid_t owner) {
  std::filesystem::create_directory(path);
  if (chown(path.c_str(), owner, static_cast<gid_t>(-1)) != 0) {
    throw std::system_error(errno, std::generic_category(), path);
  }
}

bool TakesConnections(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool taken = connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(descriptor);
  return taken;
}

}  // namespace

std::string PostfixServer::Missing() {
  if (geteuid() != 0) return "Postfix's master must be root";
  return getpwnam("postfix") == nullptr ? "there is no user postfix" : "";
}

PostfixServer::PostfixServer(const std::string& certificate_pem, const std::string& key_pem)
    : folder_(ServerFolder::User::kThis), starttls_port_(FreePort()), tls_port_(FreePort()) {
  // The directory must be readable by several users, because Postfix's processes run as different users.
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
  MakeFolder(folder_.File("spool"), 0);
  MakeFolder(folder_.File("data"), getpwnam("postfix")->pw_uid);
  MakeFolder(folder_.File("mail"), kNobody);
  MakeFolder(folder_.File("sasl"), 0);
  WriteText(folder_.File("certificate.pem"), certificate_pem);
  WriteText(folder_.File("key.pem"), key_pem);
  WriteText(folder_.File("main.cf"), MainSettings(folder_));
  WriteText(folder_.File("master.cf"), Services(starttls_port_, tls_port_));
  const std::string users = folder_.File("sasl/users");
  WriteText(folder_.File("sasl/smtpd.conf"),
            absl::StrCat("pwcheck_method: auxprop\nauxprop_plugin: sasldb\n", "sasldb_path: ", users,
                         "\nmech_list: PLAIN LOGIN\n"));
  RunProgram(folder_, {"/bin/sh", "-c",
                       absl::StrCat("printf %s ", kPassword, " | ", KEELSON_SASLPASSWD, " -p -c -f ", users,
                                    " -u relay.test ", kUser, " && chmod 644 ", users)});
  // Creates the queue directories.
  RunProgram(folder_, {KEELSON_POSTFIX, "-c", folder_.path(), "check"});
  master_.emplace(folder_, std::vector<std::string>{KEELSON_POSTFIX_MASTER, "-c", folder_.path(), "-d"},
                  "master.log", SIGTERM);
  if (!Await([this] { return TakesConnections(starttls_port_) || !master_->running(); }) ||
      !master_->running()) {
    throw std::runtime_error("Postfix does not accept connections: " + master_->LogTail() + Log());
  }
}

std::vector<std::string> PostfixServer::Delivered(const std::string& mailbox, std::size_t count) const {
  std::vector<std::string> messages;
  if (!Await([&] { return (messages = Look(mailbox)).size() >= count; })) {
    throw std::runtime_error("timeout waiting for a message to " + mailbox + ": " + Log());
  }
  return messages;
}

std::vector<std::string> PostfixServer::Look(const std::string& mailbox) const {
  std::vector<std::string> messages;
  const std::filesystem::path arrived = folder_.path() / "mail" / mailbox / "new";
  if (!std::filesystem::exists(arrived)) return messages;
  for (const auto& entry : std::filesystem::directory_iterator(arrived)) {
    messages.push_back(ReadText(entry.path()));
  }
  return messages;
}

}  // namespace keelson::servers
