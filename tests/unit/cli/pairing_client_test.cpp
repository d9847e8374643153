#include "cli/pairing_client.h"

#include <gtest/gtest.h>

namespace countersign::cli {
namespace {

using base::ErrorCode;
using statement::Level;

const base::Origin kRegistry = *base::Origin::parse("https://registry.example.com");
const std::string kGood =
    "state: open\nuser: alice\nregistry: https://registry.example.com\nlevels: passkey hardware\n"
    "expires: 2026-11-21T09:40:00Z\n";

std::string with(const std::string& from, const std::string& to) {
  std::string text = kGood;
  text.replace(text.find(from), from.size(), to);
  return text;
}

TEST(PairingView, HoldsWhatTheRegistrySaid) {
  const auto view = parse_pairing_view(kGood, kRegistry);
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->state, "open");
  EXPECT_EQ(view->user.str(), "alice");
  EXPECT_EQ(view->levels, (std::vector<Level>{Level::passkey, Level::hardware}));
  EXPECT_EQ(base::format_time(view->expires), "2026-11-21T09:40:00Z");
}

TEST(PairingView, OfAnotherRegistryIsRefused) {
  const auto view = parse_pairing_view(with("registry.example", "other.example"), kRegistry);
  ASSERT_FALSE(view.has_value());
  EXPECT_EQ(view.error().code, ErrorCode::wrong_origin);
}

TEST(PairingView, OutsideTheProtocolIsRefused) {
  for (const std::string& body : {std::string(), kGood + "\n", kGood.substr(1), with("open", "closed"),
                                  with("alice", "-alice"), with("passkey hardware", "passkey  hardware"),
                                  with("passkey hardware", "password"), with("09:40:00Z", "soon")}) {
    const auto view = parse_pairing_view(body, kRegistry);
    ASSERT_FALSE(view.has_value()) << body;
    EXPECT_EQ(view.error().code, ErrorCode::bad_request) << body;
  }
}

}  // namespace
}  // namespace countersign::cli
