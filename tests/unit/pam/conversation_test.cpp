#include "pam/conversation.h"

#include <gtest/gtest.h>

#include <string>

#include "pam/typed_line.h"

namespace countersign::pam {
namespace {

using base::ErrorCode;

TEST(Prompt, SaysWhoAndFromWhereAndTheNumber) {
  EXPECT_EQ(prompt_text({"alice", "web-01", "203.0.113.9", "", "", "47", ""}, false),
            "alice@web-01 from 203.0.113.9\nApprove on your phone with number 47\nPress Enter when done: ");
}

TEST(Prompt, NoNameIsSoLongThatTheNumberIsTornApart) {
  const std::string host = std::string(63, 'h') + "." + std::string(63, 'h') + "." + std::string(63, 'h') + ".example";
  const std::string address = "2001:db8:1111:2222:3333:4444:5555:6666";
  for (const bool not_understood : {false, true}) {
    const std::string text = prompt_text({std::string(32, 'u'), host, address, "", "", "47", ""}, not_understood);
    const auto begin = text.rfind('\n', text.find("number")) + 1;
    EXPECT_GT(begin, 0U) << "below the line that ssh lengthens";
    EXPECT_EQ(text.substr(begin, text.find('\n', begin) - begin), "Approve on your phone with number 47");
  }
}

TEST(Prompt, WithoutANumberItEndsWithThePhone) {
  EXPECT_EQ(prompt_text({"alice", "web-01", "console", "", "", "", ""}, false),
            "alice@web-01 from console\nApprove on your phone\nPress Enter when done: ");
}

TEST(Prompt, ALinkStandsWholeInALine) {
  const std::string id(43, 'i');
  const std::string near = "https://phone.example.com/#c=" + id;
  EXPECT_EQ(prompt_text({"alice", "web-01", "203.0.113.9", "", "", "47", near}, false),
            "alice@web-01 from 203.0.113.9\nApprove on your phone with number 47\nor open " + near +
                "\nPress Enter when done: ");
  EXPECT_EQ(("or open " + near).size(), 80U) << "the longest that stays beside the words";
  const std::string far = "https://phone1.example.com/#c=" + id;
  EXPECT_EQ(prompt_text({"alice", "web-01", "203.0.113.9", "", "", "", far}, false),
            "alice@web-01 from 203.0.113.9\nApprove on your phone\nor open\n" + far + "\nPress Enter when done: ");
}

TEST(Prompt, SaysWhatARuleSaysAndNamesTheRelay) {
  EXPECT_EQ(prompt_text({"alice", "web-01", "192.0.2.5", "bastion-01", "Questions: ops@example.com", "47", ""}, false),
            "alice@web-01 from 192.0.2.5 through bastion-01\nQuestions: ops@example.com\n"
            "Approve on your phone with number 47\nPress Enter when done: ");
}

TEST(Prompt, SaysThatALineWasNotUnderstood) {
  EXPECT_EQ(prompt_text({"alice", "web-01", "203.0.113.9", "", "", "47", ""}, true),
            "Only Enter is understood here.\nalice@web-01 from 203.0.113.9\n"
            "Approve on your phone with number 47\nPress Enter when done: ");
}

TEST(TypedLine, EnterLooksNow) {
  const auto typed = parse_typed_line({});
  ASSERT_TRUE(typed);
  EXPECT_EQ(*typed, Typed::look_now);
}

TEST(TypedLine, AnythingElseIsNotUnderstood) {
  for (const std::string line : {" ", "y", "yes", "47", "s", "\r", "\xff", "-----BEGIN SSH SIGNATURE-----"}) {
    const auto typed = parse_typed_line(base::as_bytes(line));
    ASSERT_FALSE(typed) << line;
    EXPECT_EQ(typed.error().code, ErrorCode::bad_answer_line);
    EXPECT_EQ(typed.error().detail, "not an empty line") << "what was typed is never quoted";
  }
  const auto typed = parse_typed_line(base::as_bytes(std::string(1024, 'a')));
  ASSERT_FALSE(typed);
  EXPECT_EQ(typed.error().detail, "longer than 1023 bytes");
}

}  // namespace
}  // namespace countersign::pam
