#include "common/log/event.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <type_traits>

#include "common/base/bytes.h"

namespace countersign::log {
namespace {

using base::ErrorCode;

template <typename T>
concept CanBeLogged = requires(Event event, const T& value) {
  event.with("key", value);
};
static_assert(CanBeLogged<std::string>);
static_assert(CanBeLogged<std::uint64_t>);
static_assert(!CanBeLogged<base::SecretBytes>);
static_assert(!CanBeLogged<char>);

TEST(Event, RendersNameAndPairsInOrder) {
  EXPECT_EQ(Event("login_denied").with("user", "alice").with("reason", ErrorCode::no_publickey).line(),
            "event=login_denied user=alice reason=no_publickey");
}

TEST(Event, RendersNumbersAndTruth) {
  EXPECT_EQ(Event("e")
                .with("a", 47)
                .with("b", std::numeric_limits<std::int64_t>::min())
                .with("c", std::numeric_limits<std::uint64_t>::max())
                .with("d", true)
                .with("e", false)
                .line(),
            "event=e a=47 b=-9223372036854775808 c=18446744073709551615 d=yes e=no");
}

TEST(Event, AnErrorIsReasonAndDetail) {
  EXPECT_EQ(Event("e").with(base::Error(ErrorCode::bad_auth_info, "line 2: \"x\"")).line(),
            "event=e reason=bad_auth_info detail=\"line 2: \\\"x\\\"\"");
  EXPECT_EQ(Event("e").with(base::Error(ErrorCode::bad_auth_info)).line(), "event=e reason=bad_auth_info");
}

TEST(Event, AValueCannotForgeAPairOrALine) {
  const std::string line = Event("e").with("user", "x reason=ok\nevent=login_allowed").line();
  EXPECT_EQ(line, "event=e user=\"x reason=ok\\x0aevent=login_allowed\"");
}

TEST(Event, TheLineIsCappedByLeavingPairsOut) {
  Event event("e");
  for (int i = 0; i < 20; ++i) event.with("value", std::string(300, 'a'));
  event.with("last", "kept");
  const std::string line = event.line();
  EXPECT_LE(line.size(), kLineLimit);
  EXPECT_EQ(line.substr(line.size() - 24), " last=kept truncated=yes");
}

}  // namespace
}  // namespace countersign::log
