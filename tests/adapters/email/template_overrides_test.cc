#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "adapters/email/templates/template_renderer.h"

namespace keelson {
namespace {

namespace fs = std::filesystem;

// A temporary directory of templates, deleted by the destructor.
class Overrides {
 public:
  Overrides() {
    std::string name = (fs::temp_directory_path() / "keelson-templates-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Overrides() { fs::remove_all(path_); }

  Overrides& Put(const std::string& file, const std::string& text) {
    fs::create_directories((path_ / file).parent_path());
    std::ofstream(path_ / file, std::ios::binary) << text;
    return *this;
  }
  absl::StatusOr<std::unique_ptr<TemplateRenderer>> Create() const {
    return TemplateRenderer::Create({.directory = path_.string()});
  }
  std::string Errors() const { return std::string(Create().status().message()); }

 private:
  fs::path path_;
};

const TemplateVariables kNobody = {{"display_name", ""}};

}  // namespace

TEST_CASE("a file in the directory overrides one part of a message, and the other parts stay built in") {
  Overrides overrides;
  overrides.Put("en/welcome.subject", "Ahoy from {{product}}\n");
  const auto renderer = overrides.Create();
  REQUIRE(renderer.ok());
  const RenderedMessage message = (*renderer)->Render("welcome", "en", kNobody).value();
  CHECK(message.subject == "Ahoy from Keelson");
  CHECK(absl::StrContains(message.text, "your account with Keelson is ready"));
}

TEST_CASE("a locale's directory adds its language for the messages in the directory") {
  Overrides overrides;
  overrides.Put("pt-BR/welcome.subject", "Bem-vindo").Put("pt-BR/welcome.txt", "Olá");
  overrides.Put("pt-BR/welcome.html", "<p>Olá</p>");
  const auto renderer = overrides.Create();
  REQUIRE(renderer.ok());
  CHECK((*renderer)->Render("welcome", "pt-br", kNobody).value().language == "pt-BR");
  CHECK((*renderer)->Render("welcome", "pt", kNobody).value().language == "en");
  CHECK((*renderer)->Render("account_exists", "pt-BR", kNobody).value().language == "en");
}

TEST_CASE("the shared layout and a language's included files can be overridden") {
  Overrides overrides;
  overrides.Put("header.html", "<html lang=\"{{language}}\"><h6>{{>slogan}}</h6>")
      .Put("slogan.html", "Ship it");
  overrides.Put("de/note.txt", "Gruß aus dem Hafen");
  const auto renderer = overrides.Create();
  REQUIRE(renderer.ok());
  const RenderedMessage message = (*renderer)->Render("welcome", "de", kNobody).value();
  CHECK(message.html.starts_with("<html lang=\"de\"><h6>Ship it</h6>"));
  CHECK(absl::StrContains(message.text, "Gruß aus dem Hafen"));
}

TEST_CASE("Create reports all errors at once, and each error names its file") {
  Overrides overrides;
  overrides.Put("en/welcome.txt", "Hello {{nickname}}");
  overrides.Put("en/refund_failed.html", "<p>\n{{#amount}} unclosed");
  overrides.Put("de/verify_email.txt", "kein Link");
  overrides.Put("fr/order_cancelled.subject", " \n");
  overrides.Put("es/order_cancelled.txt", "{{#amount}}{{typo}}{{/amount}}x");
  overrides.Put("it/welcome.txt", "Ciao");
  overrides.Put("en/verify-email.txt", "{{link}}");
  overrides.Put("fr/welcome.txt", "\xff");
  overrides.Put("en/account_exists.txt", "{{>nowhere}}");
  const std::string errors = overrides.Errors();
  CAPTURE(errors);
  CHECK(overrides.Create().status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(absl::StrContains(errors,
                          "en/welcome.txt:1: uses the variable nickname, which the message does not have"));
  CHECK(absl::StrContains(errors, "en/refund_failed.html:2: Unclosed section"));
  CHECK(absl::StrContains(errors, "de/verify_email.txt:1: must contain {{link}}"));
  CHECK(absl::StrContains(errors, "fr/order_cancelled.subject:1: renders to an empty text"));
  CHECK(absl::StrContains(errors, "es/order_cancelled.txt:1: uses the variable typo"));
  CHECK(
      absl::StrContains(errors, "it/welcome.subject: is missing; a template needs .subject, .txt and .html"));
  CHECK(absl::StrContains(errors, "it/welcome.html: is missing; a template needs .subject, .txt and .html"));
  CHECK(absl::StrContains(
      errors,
      "en/verify-email.txt: belongs to no message, and no other file includes it; did you mean "
      "en/verify_email.txt?"));
  CHECK(absl::StrContains(errors, "fr/welcome.txt: is not UTF-8"));
  CHECK(absl::StrContains(errors, "en/account_exists.txt:1: includes nowhere, which does not exist"));
}

TEST_CASE("an error names the file and line, also if the error is in an included file") {
  Overrides overrides;
  overrides.Put("en/welcome.txt", "{{>greeting}}\n\n{{>postscript}}\n\n{{ nickname }}\n");
  overrides.Put("en/postscript.txt", "P.S.\n{{product}}\n");
  CHECK(absl::StrContains(overrides.Errors(),
                          "en/welcome.txt:5: uses the variable nickname, which the message does not have"));
  overrides.Put("en/postscript.txt", "P.S.\n{{#product}}{{regards}}{{/product}}\n");
  CHECK(absl::StrContains(overrides.Errors(),
                          "en/postscript.txt:2: uses the variable regards, which the message does not have"));
}

TEST_CASE("a right-to-left language sets the text direction in HTML") {
  Overrides overrides;
  overrides.Put("he/welcome.subject", "ברוכים הבאים").Put("he/welcome.txt", "שלום");
  overrides.Put("he/welcome.html", "{{>header}}{{>footer}}").Put("he/note.html", "{{product}}");
  const auto renderer = overrides.Create();
  REQUIRE(renderer.ok());
  CHECK(absl::StrContains((*renderer)->Preview("welcome", "he").value().html,
                          "<html lang=\"he\" dir=\"rtl\">"));
}

TEST_CASE("a cycle of includes is an error, not a crash") {
  Overrides overrides;
  overrides.Put("en/welcome.txt", "{{>a}}").Put("en/a.txt", "{{>b}}").Put("en/b.txt", "{{>a}}");
  CHECK(absl::StrContains(overrides.Errors(), "has more than 8 nested includes, or includes itself"));
}

TEST_CASE("an oversized file, an unclosed include and an empty file are errors") {
  Overrides overrides;
  overrides.Put("en/welcome.txt", std::string(300 * 1024, 'x'));
  overrides.Put("en/welcome.html", "x {{>header");
  overrides.Put("en/welcome.subject", "");
  const std::string errors = overrides.Errors();
  CHECK(absl::StrContains(errors, "en/welcome.txt: is larger than"));
  CHECK(absl::StrContains(errors, "en/welcome.html:1: has a {{> without a closing }}"));
  CHECK(absl::StrContains(errors, "en/welcome.subject: is empty"));
}

TEST_CASE("files with other extensions and hidden files are ignored") {
  Overrides overrides;
  overrides.Put("README.md", "notes").Put("en/logo.png", "png").Put(".git/en/welcome.txt", "{{x}}");
  overrides.Put("en/.welcome.txt.swp", "x");
  CHECK(overrides.Create().ok());
}

TEST_CASE("a missing template directory is an error") {
  const absl::Status status = TemplateRenderer::Create({.directory = "/nonexistent/templates"}).status();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(absl::StrContains(std::string(status.message()), "/nonexistent/templates"));
}

}  // namespace keelson
