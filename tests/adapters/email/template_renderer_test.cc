#include "adapters/email/templates/template_renderer.h"

#include <catch2/catch.hpp>
#include <sstream>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "adapters/email/templates/sample_variables.h"
#include "core/common/error.h"

namespace keelson {
namespace {

std::unique_ptr<TemplateRenderer> BuiltIn(const TemplateOptions& options = {}) {
  auto renderer = TemplateRenderer::Create(options);
  INFO(renderer.status().message());
  REQUIRE(renderer.ok());
  return *std::move(renderer);
}

const TemplateVariables kVerify = {{"display_name", "Ada"}, {"token", "T0KEN"}, {"expire_hours", "24"}};
const TemplateVariables kRefund = {{"display_name", "Ada"}, {"order", "A-17"}, {"amount", "12.50 EUR"}};

TemplateVariables With(TemplateVariables variables, const std::string& name, const std::string& value) {
  variables[name] = value;
  return variables;
}

bool HasLine(const std::string& text, const std::string& wanted) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line == wanted) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("every message renders completely in every language, without Mustache tags") {
  // Shared by the runs of this test, because compiling the templates takes most of the time.
  static const std::unique_ptr<TemplateRenderer> renderer = BuiltIn();
  const std::string locale = GENERATE("en", "de", "es", "fr");
  const MessageSpec spec = GENERATE(from_range(MessageSpecs().begin(), MessageSpecs().end()));
  CAPTURE(locale, spec.name);
  const std::string greeted = GENERATE("Grace", "");
  TemplateVariables variables = SampleVariables(spec);
  variables["display_name"] = greeted;
  const absl::StatusOr<RenderedMessage> message = renderer->Render(spec.name, locale, variables);
  REQUIRE(message.ok());
  CHECK(message->language == locale);
  CHECK_FALSE(message->subject.empty());
  CHECK(message->subject.find_first_of("\r\n") == std::string::npos);
  for (const std::string& part : {message->subject, message->text, message->html}) {
    CHECK_FALSE(absl::StrContains(part, "{{"));
  }
  CHECK(absl::StrContains(message->text, "Grace") == !greeted.empty());
  CHECK_FALSE(absl::StrContains(message->text, " ,"));
  CHECK(absl::StrContains(message->html, "<html lang=\"" + locale + "\" dir=\"ltr\">"));
  CHECK(absl::StrContains(message->html, "</html>"));
  CHECK_FALSE(absl::StrContains(message->html, "src="));
  CHECK(absl::StrContains(message->text, "Keelson"));
}

TEST_CASE("the text contains the link on a line of its own, and the HTML contains the same link") {
  struct Case {
    std::string name;
    std::string page;
  };
  const Case c = GENERATE(Case{"verify_email", "verify-email"}, Case{"password_reset", "reset-password"},
                          Case{"email_change", "confirm-email"});
  const std::string locale = GENERATE("en", "de", "es", "fr");
  const auto renderer = BuiltIn({.link_base = GENERATE("https://shop.example", "https://shop.example/")});
  const RenderedMessage message = renderer->Render(c.name, locale, kVerify).value();
  const std::string link = "https://shop.example/" + c.page + "?token=T0KEN";
  CHECK(HasLine(message.text, link));
  CHECK(absl::StrContains(message.html, "href=\"" + link + "\""));
  CHECK(absl::StrContains(message.text, "24 "));
}

TEST_CASE("the notice to the old address masks the new address") {
  const auto text = [renderer = BuiltIn()](const TemplateVariables& variables) {
    return renderer->Render("email_change_notice", "en", variables).value().text;
  };
  CHECK(HasLine(text({{"display_name", ""}, {"new_email", "eve@evil.example"}}),
                "New address: e***@evil.example"));
  CHECK(HasLine(text({{"display_name", ""}, {"new_email", "e***@evil.example"}}),
                "New address: e***@evil.example"));
  CHECK(HasLine(text({{"display_name", ""}, {"new_email", "öve@evil.example"}}),
                "New address: ö***@evil.example"));
  CHECK_FALSE(absl::StrContains(text({{"display_name", ""}, {"new_email", "nonsense"}}), "nonsense"));
  CHECK_FALSE(absl::StrContains(text({{"display_name", ""}}), "New address"));
}

TEST_CASE("the messages about the decision on a refund contain the order and the amount") {
  const std::string name = GENERATE("refund_approved", "refund_rejected", "refund_cancelled");
  const RenderedMessage message =
      BuiltIn()->Render(name, "en", With(kRefund, "amount", "1234.50 EUR")).value();
  CHECK(absl::StrContains(message.subject, "€1,234.50"));
  CHECK(HasLine(message.text, "Amount: €1,234.50"));
  CHECK(HasLine(message.text, StrCat("Order: ", kRefund.at("order"))));
}

TEST_CASE("an amount has the format of the reader's region") {
  const auto subject = [renderer = BuiltIn()](const std::string& locale) {
    return renderer->Render("refund_succeeded", locale, With(kRefund, "amount", "1234567.50 EUR"))
        .value()
        .subject;
  };
  CHECK(subject("en") == "Your refund of €1,234,567.50 has been sent");
  CHECK(subject("en-IN") == "Your refund of €12,34,567.50 has been sent");
  CHECK(subject("de") == "Ihre Erstattung über 1.234.567,50\u00A0€ ist angewiesen");
  CHECK(subject("DE-at") == "Ihre Erstattung über €\u00A01.234.567,50 ist angewiesen");
  CHECK(subject("de-CH") == "Ihre Erstattung über EUR\u00A01’234’567.50 ist angewiesen");
}

TEST_CASE("an amount has the format of English if the reader's language has no template") {
  const std::string locale = GENERATE("pt-BR", "ar", "ja-JP", "");
  CAPTURE(locale);
  CHECK(BuiltIn()->Render("refund_succeeded", locale, kRefund).value().subject ==
        "Your refund of €12.50 has been sent");
}

TEST_CASE("the subject, the text and the HTML contain the same amount") {
  const RenderedMessage message = BuiltIn()->Render("refund_succeeded", "fr-CA", kRefund).value();
  for (const std::string& part : {message.subject, message.text, message.html}) {
    CHECK(absl::StrContains(part, "12,50\u00A0€"));
  }
}

TEST_CASE("a preview shows its sample amount in the format of the region") {
  CHECK(absl::StrContains(BuiltIn()->Preview("refund_succeeded", "de-CH").value().text, "EUR\u00A049.90"));
}

TEST_CASE("a token is percent-encoded in the link") {
  const RenderedMessage message =
      BuiltIn()->Render("verify_email", "en", With(kVerify, "token", "a b&c=\"<x>")).value();
  CHECK(HasLine(message.text, "http://localhost:3000/verify-email?token=a%20b%26c%3D%22%3Cx%3E"));
}

TEST_CASE("a validity of one hour has a singular text, and of several hours a plural text") {
  const auto text = [renderer = BuiltIn()](const std::string& locale, const std::string& hours) {
    return renderer->Render("verify_email", locale, With(kVerify, "expire_hours", hours)).value().text;
  };
  CHECK(absl::StrContains(text("en", "1"), "works for one hour."));
  CHECK(absl::StrContains(text("de", "1"), "gilt eine Stunde."));
  CHECK(absl::StrContains(text("en", "48"), "works for 48 hours."));
  CHECK_FALSE(absl::StrContains(text("en", "0"), "works for"));
}

TEST_CASE("a locale falls back to its base language and then to English") {
  struct Case {
    std::string locale;
    std::string language;
  };
  const Case c = GENERATE(Case{"de", "de"}, Case{"DE", "de"}, Case{"de-AT", "de"}, Case{"fr-Latn-CA", "fr"},
                          Case{"es-419", "es"}, Case{"pt-BR", "en"}, Case{"ja", "en"}, Case{"", "en"},
                          Case{"en-GB", "en"}, Case{"deu", "en"}, Case{"../de", "en"}, Case{"-", "en"});
  CAPTURE(c.locale);
  CHECK(BuiltIn()->Render("welcome", c.locale, {{"display_name", ""}}).value().language == c.language);
}

TEST_CASE("values are escaped in HTML only") {
  const RenderedMessage message =
      BuiltIn()->Render("refund_succeeded", "en", With(kRefund, "order", "<b>\"A\" & 'B'</b>")).value();
  CHECK(absl::StrContains(message.text, "<b>\"A\" & 'B'</b>"));
  CHECK_FALSE(absl::StrContains(message.html, "<b>\"A\""));
  CHECK(absl::StrContains(message.html, "&lt;b&gt;&quot;A&quot; &amp; "));
}

TEST_CASE("Mustache tags in a value are not expanded") {
  const RenderedMessage message =
      BuiltIn()->Render("refund_succeeded", "en", With(kRefund, "order", "{{amount}} {{>note}}")).value();
  CHECK(absl::StrContains(message.text, "{{amount}} {{>note}}"));
}

TEST_CASE("line breaks in a value become spaces in the subject") {
  const RenderedMessage message =
      BuiltIn()->Render("order_cancelled", "en", With(kRefund, "order", "A\r\nBcc: eve@example.net")).value();
  CHECK(message.subject == "Your order A  Bcc: eve@example.net has been cancelled");
}

TEST_CASE("the message about a cancelled order mentions a refund only if there is an amount") {
  const auto renderer = BuiltIn();
  CHECK(absl::StrContains(renderer->Render("order_cancelled", "en", kRefund).value().text,
                          "We will refund €12.50"));
  const RenderedMessage without =
      renderer->Render("order_cancelled", "en", With(kRefund, "amount", "")).value();
  CHECK_FALSE(absl::StrContains(without.text, "We will refund"));
  CHECK_FALSE(absl::StrContains(without.html, "We will refund"));
}

TEST_CASE("the error for a missing variable names the variable and contains no values") {
  TemplateVariables variables = kRefund;
  variables.erase("amount");
  const absl::Status status = BuiltIn()->Render("refund_failed", "en", variables).status();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(absl::StrContains(std::string(status.message()), "amount"));
  CHECK_FALSE(absl::StrContains(std::string(status.message()), "A-17"));
  CHECK(BuiltIn()
            ->Render("verify_email", "en", {{"display_name", ""}, {"expire_hours", "1"}})
            .status()
            .code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("rendering an unknown template returns TEMPLATE_NOT_FOUND") {
  const auto renderer = BuiltIn();
  const std::string name = GENERATE("nonsense", "greeting", "");
  CHECK(HasReason(renderer->Render(name, "en", {}).status(), Reason::kTemplateNotFound));
  CHECK(HasReason(renderer->Preview(name, "en").status(), Reason::kTemplateNotFound));
}

TEST_CASE("a preview renders any message with sample data in the locale or its fallback") {
  const auto renderer = BuiltIn({.link_base = "https://shop.example"});
  for (const MessageSpec& spec : MessageSpecs()) {
    CAPTURE(spec.name);
    const absl::StatusOr<RenderedMessage> preview = renderer->Preview(spec.name, "de-AT");
    REQUIRE(preview.ok());
    CHECK(preview->language == "de");
    CHECK(absl::StrContains(preview->text, "Guten Tag Ada Lovelace,"));
    CHECK(absl::StrContains(preview->text, "https://shop.example/") == !spec.link_path.empty());
  }
}

TEST_CASE("the product name is escaped in HTML") {
  const auto renderer = BuiltIn({.product = "Smith & Sons"});
  const RenderedMessage message = renderer->Render("welcome", "en", {{"display_name", ""}}).value();
  CHECK(message.subject == "Welcome to Smith & Sons");
  CHECK(absl::StrContains(message.html, "Smith &amp; Sons"));
}

TEST_CASE("a link base that is not a URL, or has a query, is rejected") {
  const std::string base = GENERATE(as<std::string>{}, "", "shop.example", "javascript:alert(1)",
                                    "https://a b", "https://a\r\nb", "https://a?x=1", "https://a\"b");
  CHECK(TemplateRenderer::Create({.link_base = base}).status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("concurrent threads render the same text") {
  const auto renderer = BuiltIn();
  const RenderedMessage expected = renderer->Render("verify_email", "de", kVerify).value();
  std::vector<std::thread> threads;
  std::atomic<int> same = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i)
        same += renderer->Render("verify_email", "de", kVerify).value() == expected;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(same == 400);
}

}  // namespace keelson
