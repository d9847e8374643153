// The parent's half of the courier contract against scripted couriers that break it.
#include "common/host/courier_child.h"

#include <signal.h>

#include "tests/unit/host/script.h"

namespace countersign::host {
namespace {

using base::ErrorCode;

const std::string kReply = "countersign courier v1\nstatus: unchanged\nreason: none\ndetail: none\n\n";

class CourierChildTest : public ScriptTest {
 protected:
  static CourierRequest request() {
    return {.task = CourierTask::record,
            .user = base::UserName::parse("alice").value(),
            .etag = std::nullopt,
            .deadline = base::Milliseconds(1000),
            .challenge = {}};
  }
  // A script that finds the good reply, framed, in $here/reply.
  CourierChild start(const std::string& body) {
    file("reply", frame(kReply));
    auto courier = CourierChild::start(
        {.program = script("here=" + directory() + "\n" + body), .config = "/c.yaml", .run_as = {}}, request());
    EXPECT_TRUE(courier) << base::to_string(courier.error());
    return std::move(*courier);
  }
};

TEST_F(CourierChildTest, SendsTheRequestAndTakesTheReply) {
  const std::string size = std::to_string(frame(print_request(request())).size());
  CourierChild courier = start("echo \"$@\" > $here/arguments; head -c " + size + " > $here/request; cat $here/reply");
  const auto reply = courier.await(in_ms(5000));
  ASSERT_TRUE(reply) << base::to_string(reply.error());
  EXPECT_EQ(reply->status, CourierStatus::unchanged);
  std::ifstream sent(directory() + "/request");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(sent), {}), frame(print_request(request())));
  std::ifstream arguments(directory() + "/arguments");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(arguments), {}), "--config /c.yaml\n");
}

TEST_F(CourierChildTest, CanBeAskedAgain) {
  CourierChild courier = start("head -c 40 $here/reply; sleep 0.4; tail -c +41 $here/reply");
  EXPECT_EQ(courier.await(in_ms(100)).error().code, ErrorCode::deadline_passed);
  const auto reply = courier.await(in_ms(5000));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, CourierStatus::unchanged);
  EXPECT_TRUE(courier.await(in_ms(0)));
}

struct Broken {
  std::string_view name, body;
  ErrorCode expected;
};
class BrokenCourier : public CourierChildTest, public testing::WithParamInterface<Broken> {};

TEST_P(BrokenCourier, IsADenialInTime) {
  const Stopwatch watch;
  {
    CourierChild courier = start(std::string(GetParam().body));
    const auto reply = courier.await(in_ms(500));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, GetParam().expected);
  }
  EXPECT_LT(watch.ms(), 2000);  // half a second, and one for a courier that does not end by itself
}

INSTANTIATE_TEST_SUITE_P(
    Table, BrokenCourier,
    testing::Values(
        Broken{"hangs", "exec sleep 60", ErrorCode::deadline_passed},
        Broken{"ignores_end_of_file", "trap '' TERM; cat >/dev/null; exec sleep 60", ErrorCode::deadline_passed},
        Broken{"says_nothing", "exit 0", ErrorCode::courier_failed},
        Broken{"dies", "kill -SEGV $$", ErrorCode::courier_failed},
        Broken{"half_a_reply", "head -c 20 $here/reply", ErrorCode::courier_failed},
        Broken{"half_a_length", "head -c 3 $here/reply", ErrorCode::courier_failed},
        Broken{"half_a_reply_then_hangs", "head -c 20 $here/reply; exec sleep 60", ErrorCode::deadline_passed},
        Broken{"a_reply_then_hangs", "cat $here/reply; exec sleep 60", ErrorCode::deadline_passed},
        Broken{"one_byte_more", "cat $here/reply; printf x", ErrorCode::courier_failed},
        Broken{"two_replies", "cat $here/reply $here/reply", ErrorCode::courier_failed},
        Broken{"garbage", "echo 'HTTP/1.1 200 OK'", ErrorCode::courier_failed},
        Broken{"zeros", "head -c 1000 /dev/zero", ErrorCode::courier_failed},
        Broken{"oversized", "head -c 2000000 /dev/zero | tr '\\0' '\\1'", ErrorCode::courier_failed},
        Broken{"endless", "exec yes", ErrorCode::courier_failed},
        Broken{"drips", "while :; do printf '\\0'; sleep 0.05; done", ErrorCode::deadline_passed},
        Broken{"a_detail_with_escapes",
               "printf '\\000\\000\\000\\113countersign courier v1\\nstatus: unchanged\\nreason: none\\ndetail: "
               "\\033[2J\\n\\nxx'",
               ErrorCode::courier_failed}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(CourierChildTest, WithdrawsByEndOfFile) {
  CourierChild courier = start("cat > /dev/null; echo withdrawn > $here/withdrawn");
  EXPECT_EQ(courier.await(in_ms(200)).error().code, ErrorCode::deadline_passed);
  const Stopwatch watch;
  courier.withdraw();
  EXPECT_LT(watch.ms(), 800);
  EXPECT_TRUE(std::filesystem::exists(directory() + "/withdrawn"));
  EXPECT_EQ(courier.await(in_ms(100)).error().code, ErrorCode::courier_failed);
}

TEST_F(CourierChildTest, SaysThatItIsNotThere) {
  auto courier = CourierChild::start({.program = "/nonexistent/courier", .config = "/c.yaml", .run_as = {}}, request());
  ASSERT_TRUE(courier);
  const auto reply = courier->await(in_ms(2000));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::courier_failed);
  EXPECT_EQ(reply.error().detail, "not started: exec: No such file or directory");
}

}  // namespace
}  // namespace countersign::host
