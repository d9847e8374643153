#include "common/config/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::config {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string faults_of(std::string_view text) {
  Diagnostics diagnostics("f");
  const auto node = parse_document(text, diagnostics);
  EXPECT_TRUE(node || !diagnostics.empty()) << text;
  return diagnostics.empty() ? "" : diagnostics.error().detail;
}

TEST(Document, KeepsScalarsAsText) {
  Diagnostics diagnostics("f");
  const auto root = parse_document("a: 010\nb: 0x10\nc: yes\nd: \"true\"\ne: 1e3\n", diagnostics);
  ASSERT_TRUE(root && diagnostics.empty());
  ASSERT_EQ(root->entries.size(), 5U);
  const std::vector<std::string> expected{"010", "0x10", "yes", "true", "1e3"};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(root->entries[i].value.text, expected[i]);
}

TEST(Document, KnowsPlacesFromOne) {
  Diagnostics diagnostics("f");
  const auto root = parse_document("# comment\nhost:\n  groups: [web, db]\n", diagnostics);
  ASSERT_TRUE(root);
  const Entry& host = root->entries.at(0);
  EXPECT_EQ(host.mark.line, 2);
  EXPECT_EQ(host.mark.column, 1);
  const Entry& groups = host.value.entries.at(0);
  EXPECT_EQ(groups.mark.line, 3);
  EXPECT_EQ(groups.mark.column, 3);
  EXPECT_EQ(groups.value.items.at(1).mark.column, 17);
}

TEST(Document, NothingIsAnEmptyMapping) {
  for (const char* empty : {"", "\n\n", "# only a comment\n"}) {
    Diagnostics diagnostics("f");
    const auto root = parse_document(empty, diagnostics);
    ASSERT_TRUE(root && diagnostics.empty()) << empty;
    EXPECT_EQ(root->kind, Node::Kind::map);
    EXPECT_TRUE(root->entries.empty());
  }
}

TEST(Document, AFirstDocumentMayBeMarked) {
  EXPECT_EQ(faults_of("---\na: b\n"), "");
  EXPECT_EQ(faults_of("---\na: b\n...\n"), "");
}

TEST(Document, RefusesWhatHasTwoMeanings) {
  EXPECT_EQ(faults_of("a: b\n---\nc: d\n"), "f:2:1: a second document is not allowed");
  EXPECT_EQ(faults_of("a: b\nc: d\na: e\n"), "f:3:1: a: given twice, first in line 1");
  EXPECT_EQ(faults_of("a: &x b\n"), "f:1:4: anchors are not allowed");
  EXPECT_THAT(faults_of("a: &x [b]\nc: *x\n"), HasSubstr("anchors are not allowed"));
  EXPECT_THAT(faults_of("a: *x\n"), StartsWith("f:1:"));
  EXPECT_EQ(faults_of("a: !!str b\n"), "f:1:4: tags are not allowed");
  EXPECT_EQ(faults_of("a: !x [b]\n"), "f:1:4: tags are not allowed");
  EXPECT_EQ(faults_of("%YAML 1.2\n---\na: b\n"), "f:1:1: directives are not allowed");
  EXPECT_EQ(faults_of("[a]: b\n"), "f:1:1: a key must be plain text");
  EXPECT_EQ(faults_of("~: b\n"), "f:1:1: a key must be plain text");
}

TEST(Document, RefusesBytesThatHideSomething) {
  EXPECT_EQ(faults_of("a: b\r\n"), "f:1:5: a carriage return: save the file with plain line ends");
  EXPECT_EQ(faults_of(std::string("a: \0b", 5)), "f:1:4: a control character or an invisible character");
  EXPECT_EQ(faults_of("a: b\nc: \xff\n"), "f:2:4: bytes that are not UTF-8");
  EXPECT_EQ(faults_of("# \xe2\x80\xae\n"), "f:1:3: a control character or an invisible character");
  EXPECT_EQ(faults_of("\xef\xbb\xbf"
                      "a: b\n"),
            "f:1:1: a control character or an invisible character");
  EXPECT_EQ(faults_of("\xfe\xff\0a"), "f:1:1: bytes that are not UTF-8");
}

TEST(Document, QuotesEndInTheirLine) {
  EXPECT_EQ(faults_of("a: \"b\\\" c\"\nd: 'e''f'\n"), "");
  EXPECT_EQ(faults_of("a: \"b\nc: d\n"), "f:1:4: a quoted text must end in the same line");
  EXPECT_THAT(faults_of("a: 'b"), StartsWith("f:1:"));
  EXPECT_EQ(faults_of("a: \"b\n  c\"\n"), "f:1:4: a quoted text must end in the same line");
  EXPECT_THAT(faults_of("a: \"b\\"), StartsWith("f:1:"));
  EXPECT_EQ(faults_of("# \xc3\xa9\na: \"\xc3\xa9\nb: c\n"), "f:2:4: a quoted text must end in the same line");
  EXPECT_EQ(faults_of("a: |\n  b\n"), "f:1:4: text that spans lines is not allowed");
  EXPECT_EQ(faults_of("a: >\n  b\n"), "f:1:4: text that spans lines is not allowed");
}

TEST(Document, RefusesWhatIsNotYaml) {
  for (const char* text : {"a: [b\n", "a: b: c\n", "- a\nb: c\n", "a: b\n]\n", "\ta: b\n", "{a: b}}\n"}) {
    EXPECT_NE(faults_of(text), "") << text;
  }
}

TEST(Document, IsBounded) {
  EXPECT_EQ(faults_of("a: " + std::string(8, '[') + std::string(8, ']')), "f:1:11: nested too deep");
  for (const char* opener : {"[", "{", "? ", "- ", "[? ", "[a: "}) {
    std::string deep;
    while (deep.size() + 4 < kMaxConfigBytes) deep.append(opener);
    EXPECT_NE(faults_of(deep), "") << opener;
  }
  EXPECT_THAT(faults_of(std::string(kMaxConfigBytes + 1, '#')), HasSubstr("65537 bytes"));
  EXPECT_EQ(faults_of(std::string(kMaxConfigBytes, '#')), "");
}

}  // namespace
}  // namespace countersign::config
