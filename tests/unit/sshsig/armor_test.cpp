#include "common/sshsig/armor.h"

#include <gtest/gtest.h>

#include "common/crypto/random.h"
#include "common/encoding/base64.h"

namespace countersign::sshsig {
namespace {

using base::Bytes;
using base::ErrorCode;

const std::string head = "-----BEGIN SSH SIGNATURE-----\n";
const std::string foot = "-----END SSH SIGNATURE-----\n";

ErrorCode refusal(std::string_view text) { return parse_armor(text).error().code; }

TEST(Armor, PrintsLinesOfSeventy) {
  const Bytes blob(100, 0);
  EXPECT_EQ(print_armor(blob), head + std::string(70, 'A') + "\n" + std::string(62, 'A') + "AA==\n" + foot);
}

TEST(Armor, PrintAndParseAreInverse) {
  for (const std::size_t size : {1U, 2U, 3U, 51U, 52U, 53U, 105U, 1000U, 16384U}) {
    const Bytes blob = crypto::random_bytes(size);
    EXPECT_EQ(parse_armor(print_armor(blob)).value(), blob);
    EXPECT_EQ(parse_armor_exact(print_armor(blob)).value(), blob);
  }
}

TEST(Armor, TakesOtherWidthsUpTo76AndWhiteSpaceBehindTheFooter) {
  const Bytes blob(60, 1);
  const std::string digits = encoding::base64_encode(blob);
  for (const std::string& text :
       {head + digits.substr(0, 76) + "\n" + digits.substr(76) + "\n" + foot,
        head + digits.substr(0, 1) + "\n" + digits.substr(1, 70) + "\n" + digits.substr(71) + "\n" + foot,
        print_armor(blob) + "\n \t\r\n", print_armor(blob).substr(0, print_armor(blob).size() - 1)}) {
    EXPECT_EQ(parse_armor(text).value(), blob) << text;
    EXPECT_EQ(parse_armor_exact(text).error().code, ErrorCode::bad_armor) << text;
  }
}

TEST(Armor, RefusesEverythingElse) {
  EXPECT_EQ(refusal(""), ErrorCode::bad_armor);
  EXPECT_EQ(refusal("\n" + head + "AAAA\n" + foot), ErrorCode::bad_armor) << "not at the start";
  EXPECT_EQ(refusal(" " + head + "AAAA\n" + foot), ErrorCode::bad_armor);
  EXPECT_EQ(refusal("\xef\xbb\xbf" + head + "AAAA\n" + foot), ErrorCode::bad_armor) << "byte order mark";
  EXPECT_EQ(refusal("-----BEGIN SSH SIGNATURE-----\r\nAAAA\r\n-----END SSH SIGNATURE-----\r\n"), ErrorCode::bad_armor);
  EXPECT_EQ(refusal("-----BEGIN SSH SIGNATURE----- \nAAAA\n" + foot), ErrorCode::bad_armor);
  EXPECT_EQ(refusal("-----BEGIN SSH SIGNATURE-----"), ErrorCode::bad_armor);
  EXPECT_EQ(refusal(head), ErrorCode::bad_armor);
  EXPECT_EQ(refusal(head + "AAAA\n"), ErrorCode::bad_armor) << "no footer";
  EXPECT_EQ(refusal(head + "AAAA" + foot), ErrorCode::bad_armor) << "footer not on a line of its own";
  EXPECT_EQ(refusal(head + "AAAA\n " + foot), ErrorCode::bad_armor);
  EXPECT_EQ(refusal(head + "AAAA\n-----END SSH SIGNATURE----- \n"), ErrorCode::bad_armor);
  EXPECT_EQ(refusal(head + "AAAA\n-----END SSH SIGNATURE-----\r\n"), ErrorCode::bad_armor);
  EXPECT_EQ(refusal(head + foot), ErrorCode::bad_armor) << "empty";
  EXPECT_EQ(refusal(head + "AAAA\n\nAAAA\n" + foot), ErrorCode::bad_armor) << "empty line";
  EXPECT_EQ(refusal(head + std::string(77, 'A') + "\nAAA\n" + foot), ErrorCode::bad_armor);
  EXPECT_EQ(refusal(head + "AAAA\n" + foot + "x"), ErrorCode::bad_armor);
  EXPECT_EQ(refusal(head + "AAAA\n" + foot + head + "AAAA\n" + foot), ErrorCode::bad_armor);
  EXPECT_EQ(refusal(head + "AAAA\n" + foot + std::string(1, '\0')), ErrorCode::bad_armor);
  EXPECT_EQ(refusal(head + "AAA\n" + foot), ErrorCode::bad_base64);
  EXPECT_EQ(refusal(head + "AA A\n" + foot), ErrorCode::bad_base64);
  EXPECT_EQ(refusal(head + "AB==\n" + foot), ErrorCode::bad_base64) << "unused bits";
  EXPECT_EQ(refusal(head + "AA==\nAAAA\n" + foot), ErrorCode::bad_base64);
  EXPECT_EQ(refusal(print_armor(Bytes(16387, 0))), ErrorCode::too_large);
}

TEST(Armor, ErrorsNameTheLine) {
  EXPECT_EQ(parse_armor(head + "AAAA\n\nAAAA\n" + foot).error().detail,
            "line 3: expected 1 to 76 characters of base64");
}

TEST(PastedArmor, IsPutInOrder) {
  const Bytes blob = crypto::random_bytes(150);
  const std::string armor = print_armor(blob);
  std::string crlf;
  std::string one_line;
  std::string indented;
  for (const char c : armor) {
    crlf += c == '\n' ? "\r\n" : std::string(1, c);
    one_line += c == '\n' ? ' ' : c;
    indented += c == '\n' ? "\n   " : std::string(1, c);
  }
  for (const std::string& pasted : {armor, "\n\n  " + armor + "\n\n", crlf, one_line, indented}) {
    EXPECT_EQ(normalize_pasted_armor(pasted).value(), armor) << pasted;
  }
}

TEST(PastedArmor, StaysStrictAboutTheRest) {
  const auto code = [](std::string_view text) { return normalize_pasted_armor(text).error().code; };
  EXPECT_EQ(code(""), ErrorCode::bad_armor);
  EXPECT_EQ(code("hello " + head + "AAAA\n" + foot), ErrorCode::bad_armor);
  EXPECT_EQ(code(head + "AAAA\n"), ErrorCode::bad_armor);
  EXPECT_EQ(code(head + foot), ErrorCode::bad_armor);
  EXPECT_EQ(code(head + "AAAA\n" + foot + "junk"), ErrorCode::bad_armor);
  EXPECT_EQ(code(head + "AB==\n" + foot), ErrorCode::bad_base64);
  EXPECT_EQ(code(head + "AA!A\n" + foot), ErrorCode::bad_base64);
  EXPECT_EQ(code(std::string(70000, ' ')), ErrorCode::too_large);
}

}  // namespace
}  // namespace countersign::sshsig
