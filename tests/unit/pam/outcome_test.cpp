#include "pam/outcome.h"

#include <gtest/gtest.h>
#include <security/pam_modules.h>

#include <set>
#include <string>

namespace countersign::pam {
namespace {

using base::ErrorCode;

// Each code of base/error.h; the last one is `internal`.
std::set<ErrorCode> all_codes() {
  std::set<ErrorCode> codes;
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code) codes.insert(static_cast<ErrorCode>(code));
  return codes;
}

TEST(Outcome, APersonsNoEndsTheAttempts) {
  EXPECT_EQ(pam_result(ErrorCode::answer_denied), PAM_MAXTRIES);
  EXPECT_EQ(pam_result(ErrorCode::answer_reported), PAM_MAXTRIES);
}

TEST(Outcome, EverythingElseIsAnAuthenticationError) {
  for (const auto code : all_codes()) {
    if (code == ErrorCode::answer_denied || code == ErrorCode::answer_reported) continue;
    EXPECT_EQ(pam_result(code), PAM_AUTH_ERR) << to_string(code);
  }
}

TEST(Outcome, EverySentenceIsFitForATerminal) {
  for (const auto code : all_codes()) {
    const auto sentence = user_sentence(code);
    ASSERT_FALSE(sentence.empty()) << to_string(code);
    EXPECT_EQ(sentence.back(), '.') << to_string(code);
    for (const char c : sentence) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << to_string(code);
  }
}

TEST(Outcome, TheTextNamesReasonAndReference) {
  EXPECT_EQ(user_text(ErrorCode::answer_denied, "bQ9vTz0Zk1nq4pXlE3sYw2rU8aHcJdMfOgKiLbNeVtS"),
            "Countersign: The login was denied on your phone. (answer_denied, bQ9vTz0Zk1nq)");
  EXPECT_EQ(user_text(ErrorCode::no_prompt_possible, ""),
            "Countersign: This login needs an approval, and this way in cannot ask for one. (no_prompt_possible)");
}

// Nobody can find out which users exist by asking without a key.
TEST(Outcome, StrangersAreToldTheSameWhateverTheUser) {
  const auto text = user_text(ErrorCode::no_publickey, "");
  EXPECT_EQ(text, "Countersign: This login needs an SSH key that is registered for you on this host.");
  EXPECT_EQ(user_text(ErrorCode::unknown_user, ""), text);
  EXPECT_EQ(user_text(ErrorCode::bad_auth_info, ""), text);
}

struct Row {
  ErrorCode code;
  const char* words;  // a part of the sentence
};

class Sentence : public testing::TestWithParam<Row> {};

TEST_P(Sentence, SaysWhatHappened) {
  EXPECT_NE(user_sentence(GetParam().code).find(GetParam().words), std::string_view::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Each, Sentence,
    testing::Values(Row{ErrorCode::answer_denied, "denied on your phone"}, Row{ErrorCode::answer_reported, "reported"},
                    Row{ErrorCode::wrong_number, "number"}, Row{ErrorCode::deadline_passed, "in time"},
                    Row{ErrorCode::challenge_expired, "in time"}, Row{ErrorCode::challenge_replaced, "newer login"},
                    Row{ErrorCode::challenge_withdrawn, "withdrawn"}, Row{ErrorCode::quota_exceeded, "Too many"},
                    Row{ErrorCode::bad_answer_line, "Enter"}, Row{ErrorCode::prompt_failed, "prompt"},
                    Row{ErrorCode::no_prompt_possible, "cannot ask"},
                    Row{ErrorCode::root_not_allowed, "PermitRootLogin yes"}, Row{ErrorCode::no_publickey, "SSH key"},
                    Row{ErrorCode::key_not_in_record, "SSH key"}, Row{ErrorCode::record_rolled_back, "valid record"},
                    Row{ErrorCode::clock_went_back, "clock"}, Row{ErrorCode::registry_unreachable, "registry"},
                    Row{ErrorCode::courier_failed, "registry"}, Row{ErrorCode::not_endorsed, "device"},
                    Row{ErrorCode::signature_mismatch, "verified"}, Row{ErrorCode::bad_config, "administrator"},
                    Row{ErrorCode::io_error, "administrator"}, Row{ErrorCode::wrong_user, "valid record"},
                    Row{ErrorCode::bad_usage, "denied"}),
    [](const auto& each) { return std::string(to_string(each.param.code)); });

}  // namespace
}  // namespace countersign::pam
