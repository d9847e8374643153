#include "common/statement/field_lines.h"

#include <gtest/gtest.h>

namespace countersign::statement {
namespace {

using base::ErrorCode;

TEST(FieldLines, ComeBackAsTheyWerePrinted) {
  const std::string text = print_field_lines({{"state", "open"}, {"label", "Alice: \"her\" phone"}});
  EXPECT_EQ(text, "state: open\nlabel: Alice: \"her\" phone\n");
  EXPECT_EQ(parse_field_lines(text, {"state", "label"}).value(),
            (std::vector<std::string>{"open", "Alice: \"her\" phone"}));
  EXPECT_TRUE(parse_field_lines("", {}).has_value());
}

TEST(FieldLines, OfAnotherShapeAreRefused) {
  for (const char* text :
       {"", "state: open\n", "state: open\nuser: alice", "user: alice\nstate: open\n", "state: open\nuser: alice\n\n",
        "state: open\nuser: alice\nmore: x\n", "\nstate: open\nuser: alice\n", "state: open\r\nuser: alice\n",
        "state:open\nuser: alice\n", "state:  open\nuser: alice\n", "state: open \nuser: alice\n",
        "state: \nuser: alice\n", "State: open\nuser: alice\n", "states: open\nuser: alice\n",
        "state: o\x1bpen\nuser: alice\n", "state: open\nuser: \xff\n", "state: o\xe2\x80\xaepen\nuser: alice\n"}) {
    const auto values = parse_field_lines(text, {"state", "user"});
    ASSERT_FALSE(values.has_value()) << text;
    EXPECT_EQ(values.error().code, ErrorCode::bad_text) << text;
  }
}

}  // namespace
}  // namespace countersign::statement
