// Runs the commands of app/README.md that convert exports of other systems, imports their output, and signs
// in with the known passwords. The hashes are those of tests/adapters/passwords/vectors.cc.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/common/strings.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"

namespace keelson::e2e {
namespace {

struct Recipe {
  std::string name;
  std::string export_file;
  std::string exported;
  // The address and the password of each user with a supported hash.
  std::vector<std::pair<std::string, std::string>> passwords;
  // A user whose hash is not supported.
  std::string without_password;
};

const Recipe kRecipes[] = {
    {"auth0",
     "auth0.json",
     R"({"_id": {"$oid": "5a"}, "email": "ada@example.com", "email_verified": true,)"
     R"( "passwordHash": "$2b$06$ehKGYiS4wt2HAr7KQXS5z.OaRjB4jHO7rBHJKlGXbqEH3QVJfO7iO"})"
     "\n"
     R"({"_id": {"$oid": "5b"}, "email": "bob@example.com", "email_verified": false, "passwordHash": "md5:abc"})",
     {{"ada@example.com", "a"}},
     "bob@example.com"},
    {"firebase",
     "firebase.json",
     R"({"users": [{"localId": "f1", "email": "ada@example.com", "emailVerified": true,)"
     R"( "createdAt": "1486324896000", "salt": "42xEC-ixf3L2lw==", "passwordHash":)"
     R"( "lSrfV15cpx95_sZS2W9c9Kp6i_LVgQNDNC_qzrCnh1SAyZvqmZqAjTdn3aoItz-VHjoZilo78198JAdRuid5lQ=="},)"
     R"( {"localId": "f2", "email": "bob@example.com"}, {"localId": "f3", "phoneNumber": "+15551234567"}]})",
     {{"ada@example.com", "user1password"}},
     "bob@example.com"},
    {"keycloak",
     "realm.json",
     R"KC({"users": [
       {"id": "k1", "email": "ada@example.com", "emailVerified": true, "firstName": "Ada", "lastName": "L",
        "createdTimestamp": 1700000000123, "credentials": [{"type": "otp"}, {"type": "password",
        "secretData": "{\"value\":\"B/KLt8BPdQTt2l294AvgAzlK+7K2Up7QvtYoAPsvdgc=\",\"salt\":\"gUd0Vd2Y5eJ1ybgHPa4cKg==\",\"additionalParameters\":{}}",
        "credentialData": "{\"hashIterations\":5,\"algorithm\":\"argon2\",\"additionalParameters\":{\"hashLength\":[\"32\"],\"memory\":[\"7168\"],\"type\":[\"id\"],\"version\":[\"1.3\"],\"parallelism\":[\"1\"]}}"}]},
       {"id": "k2", "email": "eve@example.com", "credentials": [{"type": "password",
        "secretData": "{\"value\":\"845cNwlLi12bpxXZ26JXRK0Z05YWoVO3WoCIjABMZRyfIQ4vugdIW4BR/G6jla0f4KF1MSLDx2cJ+YpYThz4zQ==\",\"salt\":\"gUd0Vd2Y5eJ1ybgHPa4cKg==\"}",
        "credentialData": "{\"hashIterations\":210000,\"algorithm\":\"pbkdf2-sha512\",\"additionalParameters\":{}}"}]},
       {"id": "k3", "email": "bob@example.com", "credentials": [{"type": "password",
        "secretData": "{\"value\":\"AAAA\",\"salt\":\"gUd0Vd2Y5eJ1ybgHPa4cKg==\"}",
        "credentialData": "{\"hashIterations\":27500,\"algorithm\":\"pbkdf2\"}"}]},
       {"id": "k4", "username": "without an address"}]})KC",
     {{"ada@example.com", "S3cret-pass!"}, {"eve@example.com", "S3cret-pass!"}},
     "bob@example.com"},
    {"django",
     "django.json",
     R"([
       {"model": "auth.user", "pk": 1, "fields": {"email": "ada@example.com", "first_name": "Ada", "last_name": "L",
        "date_joined": "2024-01-01T00:00:00.123Z",
        "password": "pbkdf2_sha256$320000$seasalt$Toj2II2rBvFiGQcPmUml1Nlni2UtvyRWwz/jz4q6q/4="}},
       {"model": "auth.user", "pk": 2, "fields": {"email": "eve@example.com", "first_name": "", "last_name": "",
        "date_joined": "2024-01-01T00:00:00Z",
        "password": "scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw=="}},
       {"model": "auth.user", "pk": 3, "fields": {"email": "joe@example.com", "first_name": "", "last_name": "",
        "date_joined": "2024-01-01T00:00:00Z",
        "password": "argon2$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"}},
       {"model": "auth.user", "pk": 4, "fields": {"email": "kim@example.com", "first_name": "", "last_name": "",
        "date_joined": "2024-01-01T00:00:00Z",
        "password": "bcrypt$$2b$06$ehKGYiS4wt2HAr7KQXS5z.OaRjB4jHO7rBHJKlGXbqEH3QVJfO7iO"}},
       {"model": "auth.user", "pk": 5, "fields": {"email": "bob@example.com", "first_name": "", "last_name": "",
        "date_joined": "2024-01-01T00:00:00Z",
        "password": "bcrypt_sha256$$2b$12$WFsOMPkoa6mrp8kQAZqW4eZvOqB5mMt4FQkxcMt5lW2tF7mJrLz1y"}},
       {"model": "auth.user", "pk": 6, "fields": {"email": "", "first_name": "", "last_name": "",
        "date_joined": "2024-01-01T00:00:00Z", "password": "!unusable"}}])",
     {{"ada@example.com", "lètmein"},
      {"eve@example.com", "lètmein"},
      {"joe@example.com", "password"},
      {"kim@example.com", "a"}},
     "bob@example.com"},
};

// Returns the shell command of the recipe in app/README.md.
std::string CommandOf(const std::string& recipe) {
  std::ostringstream readme;
  readme << std::ifstream(KEELSON_APP_README).rdbuf();
  const std::string text = readme.str();
  const std::string open = StrCat("<!-- recipe:", recipe, ":begin -->\n```sh\n");
  const std::size_t begin = text.find(open);
  REQUIRE(begin != std::string::npos);
  const std::size_t end = text.find("```\n<!-- recipe:", begin);
  REQUIRE(end != std::string::npos);
  return text.substr(begin + open.size(), end - begin - open.size());
}

TEST_CASE("each recipe of app/README.md imports users who sign in with their old passwords") {
  const Recipe& recipe = GENERATE(from_range(std::begin(kRecipes), std::end(kRecipes)));
  INFO(recipe.name);
  const Folder folder;
  std::ofstream(folder / recipe.export_file) << recipe.exported;
  ChildProcess conversion(
      {"/bin/bash", "-c", CommandOf(recipe.name)}, folder.path(),
      {.environment = {
           "SIGNER_KEY="
           "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="}});
  const int exit_code = conversion.Wait();
  INFO(conversion.errors());
  REQUIRE(exit_code == 0);

  const ServiceProcess service(folder.path());
  const CommandResult imported =
      RunKeelson({"import", "users", "users.jsonl", "--address", service.target()}, folder.path());
  INFO(imported.errors);
  CHECK(imported.exit_code == 0);
  CHECK(imported.output == StrCat(recipe.passwords.size() + 1, " imported, 0 already present, 0 failed\n"));
  const Client client = service.Connect();
  for (const auto& [email, password] : recipe.passwords) SignIn(client, email, password);
  const auto found = client(&Accounts::GetUserByEmail, Field("email", recipe.without_password));
  REQUIRE(found.ok());
  CHECK(found->user().labels().size() == 1);
  CHECK(Outcome(client(&Sessions::SignIn,
                       StrCat(Field("email", recipe.without_password), Field("password", "a")))) ==
        "UNAUTHENTICATED CREDENTIALS_INVALID");
}

}  // namespace
}  // namespace keelson::e2e
