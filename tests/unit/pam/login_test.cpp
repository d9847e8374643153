// The whole login against stand-ins: what comes in is real text and real signatures, only libpam, files and the courier
// are not there.
#include "pam/login.h"

#include <gtest/gtest.h>
#include <security/pam_modules.h>

#include <optional>
#include <ostream>
#include <string>

#include "common/log/sink.h"
#include "tests/support/pam_fakes.h"
#include "tests/support/pam_statements.h"

namespace countersign::pam {
namespace {

using base::ErrorCode;
using base::Result;
using host::CourierReply;
using host::CourierRequest;
using host::CourierStatus;
using host::CourierTask;

CourierReply bundle(std::string statements) { return {CourierStatus::ok, std::nullopt, "", std::move(statements)}; }

struct LoginTest : testing::Test {
  LoginTest() {
    machine.settings =
        Settings{*config::parse_host_config(kTestConfig, "test.yaml"), *keys::Signers::parse(signers_text(keys))};
    machine.cached = record_text(keys);
    port.variables = {{"SSH_CONNECTION", "203.0.113.9 50022 192.0.2.1 22"},
                      {"SSH_AUTH_INFO_0", "publickey " + key_text(keys.login) + "\n"}};
    port.typed = {""};
    machine.registry = [this](const CourierRequest& request) { return behave(request); };
  }

  // A registry, phone and person that do what they should.
  Result<CourierReply> behave(const CourierRequest& request) {
    switch (request.task) {
      case CourierTask::record: return bundle(record_text(keys));
      case CourierTask::challenge: return bundle(answer_text(keys, request.challenge) + record_text(keys));
      case CourierTask::wrong_number: return CourierReply{CourierStatus::ended, ErrorCode::challenge_withdrawn, "", ""};
    }
    return {ErrorCode::internal, ""};
  }

  int run() { return authenticate({port, machine, *sink, clock}); }
  int run_session() { return open_session({port, machine, *sink, clock}); }

  // Denied for this reason, with one line in the log, and no receipt.
  void expect_denied(ErrorCode reason, int result = PAM_AUTH_ERR) {
    EXPECT_EQ(run(), result);
    EXPECT_TRUE(sink->contains("event=login_denied phase=auth"));
    EXPECT_TRUE(sink->contains("reason=" + std::string(to_string(reason)))) << sink->lines().at(0);
    EXPECT_EQ(sink->lines().size(), 1U);
    EXPECT_EQ(machine.receipts.size(), 0U);
    EXPECT_EQ(port.told.size(), 1U);
    EXPECT_FALSE(port.admitted);
  }
  void expect_nothing_sent() {
    EXPECT_TRUE(machine.errands.empty());
    EXPECT_TRUE(port.asked.empty());
  }

  TestKeys keys;
  FakePort port;
  FakeMachine machine;
  FakeClock clock;
  std::optional<log::MemorySink> sink{std::in_place};
};

TEST_F(LoginTest, AnApprovalAdmits) {
  EXPECT_EQ(run(), PAM_SUCCESS);
  ASSERT_EQ(sink->lines().size(), 1U);
  const auto line = sink->lines()[0];
  EXPECT_NE(line.find("event=login_approved phase=auth user=alice host=web-01 service=sshd address=203.0.113.9"),
            std::string::npos)
      << line;
  EXPECT_NE(line.find("approver=" + keys.approver.public_key().fingerprint()), std::string::npos) << line;
  EXPECT_NE(line.find("login_key=" + keys.login.public_key().fingerprint()), std::string::npos) << line;
  ASSERT_EQ(machine.receipts.size(), 1U);
  EXPECT_TRUE(port.told.empty());
  EXPECT_TRUE(port.admitted);
  ASSERT_EQ(port.asked.size(), 1U);
  EXPECT_EQ(port.asked[0],
            "alice@web-01 from 203.0.113.9\nApprove on your phone with number 47\nPress Enter when done: ");
}

TEST_F(LoginTest, TheChallengeSaysWhatIsAsked) {
  run();
  ASSERT_EQ(machine.errands.size(), 1U);
  const auto& errand = machine.errands[0];
  EXPECT_EQ(errand.deadline, base::Milliseconds(29500));
  EXPECT_EQ(errand.challenge, "countersign challenge v1\nnonce: " + statement::Hash32::of("nonce").str() +
                                  "\nregistry: https://registry.example.com\nhost: web-01\nservice: sshd\nuser: alice\n"
                                  "address: 203.0.113.9\nconnection: 203.0.113.9 50022 192.0.2.1 22\nlogin-key: " +
                                  keys.login.public_key().fingerprint() +
                                  "\nissued: 2026-11-21T09:30:00Z\nexpires: 2026-11-21T09:30:30Z\nnumber-wanted: yes\n"
                                  "max-trust: 0s\n");
}

TEST_F(LoginTest, ALostReceiptLosesNoLogin) {
  machine.receipts_fail = base::Error(ErrorCode::io_error, "no space left");
  EXPECT_EQ(run(), PAM_SUCCESS);
  EXPECT_TRUE(sink->contains("event=login_warning"));
  EXPECT_TRUE(sink->contains("event=login_approved"));
}

TEST_F(LoginTest, NothingIsSentForWhoHasProvenNoKey) {
  struct Row {
    std::optional<std::string> info;
    ErrorCode reason;
  };
  TestKeys others;
  for (const auto& row :
       {Row{std::nullopt, ErrorCode::no_publickey}, Row{"", ErrorCode::no_publickey},
        Row{"password\n", ErrorCode::no_publickey}, Row{"keyboard-interactive/pam\n", ErrorCode::no_publickey},
        Row{"publickey ssh-ed25519 AAAA\n", ErrorCode::bad_auth_info},
        Row{"publickey " + key_text(others.login) + "\n", ErrorCode::key_not_in_record}}) {
    sink.emplace();
    port.told.clear();
    port.variables.erase("SSH_AUTH_INFO_0");
    if (row.info) port.variables["SSH_AUTH_INFO_0"] = *row.info;
    expect_denied(row.reason);
    expect_nothing_sent();
  }
}

// Without SSH_CONNECTION there is no demand for a key; that it is missing must not be enough where sshd asks.
TEST_F(LoginTest, SshdWithoutItsConnectionIsDenied) {
  port.variables.erase("SSH_CONNECTION");
  expect_denied(ErrorCode::no_publickey);
  expect_nothing_sent();

  port.variables.clear();
  port.tty = "ssh";
  port.told.clear();
  sink.emplace();
  expect_denied(ErrorCode::no_publickey);
  expect_nothing_sent();
}

TEST_F(LoginTest, AnySettingThatCannotBeReadDenies) {
  machine.settings = base::Error(ErrorCode::bad_config, "line 3");
  expect_denied(ErrorCode::bad_config);
  expect_nothing_sent();
}

TEST_F(LoginTest, UnknownUsersAreDenied) {
  port.user_name = "mallory";
  expect_denied(ErrorCode::unknown_user);
  expect_nothing_sent();
}

TEST_F(LoginTest, NoUserIsDenied) {
  port.user_name = std::nullopt;
  expect_denied(ErrorCode::unknown_user);
}

TEST_F(LoginTest, RootIsDeniedAndToldWhatSshdNeeds) {
  port.user_name = "root";
  expect_denied(ErrorCode::root_not_allowed);
  EXPECT_NE(port.told[0].find("PermitRootLogin yes"), std::string::npos);
  expect_nothing_sent();
}

TEST_F(LoginTest, AConnectionThatDoesNotParseIsDenied) {
  for (const auto* text : {"", "UNKNOWN 65535 UNKNOWN 65535", "203.0.113.9 50022", "host.example.com 1 192.0.2.1 22"}) {
    sink.emplace();
    port.told.clear();
    port.variables["SSH_CONNECTION"] = text;
    expect_denied(ErrorCode::bad_text);
    expect_nothing_sent();
  }
}

TEST_F(LoginTest, WithoutSshdTheAddressIsPamsIfItIsNumeric) {
  port.variables.clear();
  port.service_name = "sudo";
  struct Row {
    std::optional<std::string> rhost;
    const char* address;
  };
  for (const auto& row : {Row{std::nullopt, "console"}, Row{"host.example.com", "console"}, Row{"", "console"},
                          Row{"198.51.100.7", "198.51.100.7"}, Row{"2001:DB8::1", "2001:db8::1"}}) {
    machine.errands.clear();
    port.rhost = row.rhost;
    port.typed = {""};
    EXPECT_EQ(run(), PAM_SUCCESS);
    const auto& challenge = machine.errands.at(0).challenge;
    EXPECT_NE(challenge.find("\naddress: " + std::string(row.address) + "\nconnection: none\nlogin-key: none\n"),
              std::string::npos)
        << challenge;
  }
}

TEST_F(LoginTest, AConversationThatFailsDeniesAndWithdraws) {
  port.typed.clear();
  expect_denied(ErrorCode::prompt_failed);
  EXPECT_EQ(machine.withdrawn, 1);
}

TEST_F(LoginTest, OnlyEnterIsUnderstoodAndAskedForThreeTimes) {
  port.typed = {"yes", "y", "47", ""};
  expect_denied(ErrorCode::bad_answer_line);
  EXPECT_EQ(port.asked.size(), 3U);
  EXPECT_EQ(machine.errands.size(), 1U) << "the same challenge, no new push";
  EXPECT_EQ(machine.withdrawn, 1);
}

TEST_F(LoginTest, AMistakeAtThePromptIsForgiven) {
  port.typed = {"yes", ""};
  EXPECT_EQ(run(), PAM_SUCCESS);
  EXPECT_EQ(port.asked.at(1).find("Only Enter is understood here."), 0U);
}

TEST_F(LoginTest, NoPromptAfterTheDeadline) {
  port.typed = {"yes", ""};
  port.while_prompting = [this] { clock.since_start += base::Seconds(31); };
  expect_denied(ErrorCode::deadline_passed);
  EXPECT_EQ(port.asked.size(), 1U);
}

TEST_F(LoginTest, AnAnswerAfterTheDeadlineDoesNotCount) {
  port.while_prompting = [this] { clock.since_start += base::Seconds(31); };
  expect_denied(ErrorCode::deadline_passed);
  EXPECT_EQ(machine.withdrawn, 1);
}

TEST_F(LoginTest, AnAnswerThatArrivesAfterTheDeadlineDoesNotCount) {
  machine.registry = [this](const CourierRequest& request) {
    clock.since_start += base::Seconds(31);
    return behave(request);
  };
  expect_denied(ErrorCode::challenge_expired);
}

TEST_F(LoginTest, TheWallClockIsNoDeadline) {
  port.while_prompting = [this] { clock.time += base::Seconds(3600); };
  EXPECT_EQ(run(), PAM_SUCCESS);
}

struct Bent {
  const char* name;
  const char* tail;  // of the answer
  ErrorCode reason;
  int result;
};
void PrintTo(const Bent& bent, std::ostream* out) { *out << bent.name; }

class BentAnswer : public LoginTest, public testing::WithParamInterface<Bent> {};

TEST_P(BentAnswer, IsDenied) {
  machine.registry = [this](const CourierRequest& request) -> Result<CourierReply> {
    if (request.task != CourierTask::challenge) return behave(request);
    return bundle(answer_text(keys, request.challenge, GetParam().tail) + record_text(keys));
  };
  expect_denied(GetParam().reason, GetParam().result);
}

INSTANTIATE_TEST_SUITE_P(Each, BentAnswer,
                         testing::Values(Bent{"deny", "decision: deny\nnumber: none\nvia: registry\n",
                                              ErrorCode::answer_denied, PAM_MAXTRIES},
                                         Bent{"report", "decision: report\nnumber: none\nvia: registry\n",
                                              ErrorCode::answer_reported, PAM_MAXTRIES},
                                         Bent{"wrong_number", "decision: approve\nnumber: 48\nvia: registry\n",
                                              ErrorCode::wrong_number, PAM_AUTH_ERR}),
                         [](const auto& each) { return each.param.name; });

TEST_F(LoginTest, AWrongNumberIsReportedToTheRegistry) {
  machine.registry = [this](const CourierRequest& request) -> Result<CourierReply> {
    if (request.task != CourierTask::challenge) return behave(request);
    return bundle(answer_text(keys, request.challenge, "decision: approve\nnumber: 48\nvia: registry\n") +
                  record_text(keys));
  };
  expect_denied(ErrorCode::wrong_number);
  ASSERT_EQ(machine.errands.size(), 2U);
  EXPECT_EQ(machine.errands[1].task, CourierTask::wrong_number);
  EXPECT_EQ(machine.errands[1].challenge, machine.errands[0].challenge);
}

struct Reply {
  const char* name;
  Result<CourierReply> reply;
  ErrorCode reason;
};
void PrintTo(const Reply& reply, std::ostream* out) { *out << reply.name; }

class BadReply : public LoginTest, public testing::WithParamInterface<Reply> {};

TEST_P(BadReply, IsDenied) {
  machine.registry = [](const CourierRequest&) { return GetParam().reply; };
  expect_denied(GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    Each, BadReply,
    testing::Values(
        Reply{"courier_failed", base::Error(ErrorCode::courier_failed, "exit 1"), ErrorCode::courier_failed},
        Reply{"deadline", base::Error(ErrorCode::deadline_passed), ErrorCode::deadline_passed},
        Reply{"replaced", CourierReply{CourierStatus::ended, ErrorCode::challenge_replaced, "", ""},
              ErrorCode::challenge_replaced},
        Reply{"withdrawn", CourierReply{CourierStatus::ended, ErrorCode::challenge_withdrawn, "", ""},
              ErrorCode::challenge_withdrawn},
        Reply{"expired", CourierReply{CourierStatus::ended, ErrorCode::challenge_expired, "", ""},
              ErrorCode::challenge_expired},
        Reply{"unreachable", CourierReply{CourierStatus::failed, ErrorCode::registry_unreachable, "refused", ""},
              ErrorCode::registry_unreachable},
        Reply{"unchanged", CourierReply{CourierStatus::unchanged, std::nullopt, "", ""},
              ErrorCode::bad_courier_message},
        Reply{"garbage", bundle("<html>502 Bad Gateway</html>\n"), ErrorCode::bad_statement},
        Reply{"one_statement", bundle("countersign challenge v1\nnonce: x\n"), ErrorCode::bad_courier_message}),
    [](const auto& each) { return each.param.name; });

TEST_F(LoginTest, AnAnswerWithoutARecordIsDenied) {
  machine.registry = [this](const CourierRequest& request) { return bundle(answer_text(keys, request.challenge)); };
  expect_denied(ErrorCode::bad_courier_message);
}

TEST_F(LoginTest, TheReplysRecordMayNotBeOlder) {
  machine.cached = record_text(keys, "1700000000001");
  expect_denied(ErrorCode::record_rolled_back);
}

// Also when the floor could not be kept on disk: this login remembers what it has seen.
TEST_F(LoginTest, TheReplysRecordMayNotBeOlderEvenWithoutAFloor) {
  machine.cached = record_text(keys, "1700000000001");
  port.while_prompting = [this] { machine.floor.reset(); };
  expect_denied(ErrorCode::record_rolled_back);
}

// The other keys are another person's; the signer is the same.
TEST_F(LoginTest, AnApproverThatIsGoneByThenDoesNotCount) {
  const TestKeys now{keys.signer, keys.login, TestKeys().approver};
  machine.registry = [&](const CourierRequest& request) {
    return bundle(answer_text(keys, request.challenge) + record_text(now, "1700000000001"));
  };
  expect_denied(ErrorCode::not_an_approver);
}

TEST_F(LoginTest, ALoginKeyThatIsGoneByThenDoesNotCount) {
  const TestKeys now{keys.signer, TestKeys().login, keys.approver};
  machine.registry = [&](const CourierRequest& request) {
    return bundle(answer_text(keys, request.challenge) + record_text(now, "1700000000001"));
  };
  expect_denied(ErrorCode::key_not_in_record);
}

// A report takes the login key out of the record at once; it is told as a report all the same.
TEST_F(LoginTest, AReportIsAReportAlthoughTheKeyIsGone) {
  const TestKeys now{keys.signer, TestKeys().login, keys.approver};
  machine.registry = [&](const CourierRequest& request) {
    return bundle(answer_text(keys, request.challenge, "decision: report\nnumber: none\nvia: registry\n") +
                  record_text(now, "1700000000001"));
  };
  expect_denied(ErrorCode::answer_reported, PAM_MAXTRIES);
}

// With two proven keys the challenge names one; the other does not step in when that one is withdrawn.
TEST_F(LoginTest, TheLoginKeyOfTheChallengeIsTheOneThatCounts) {
  const TestKeys other;
  port.variables["SSH_AUTH_INFO_0"] =
      "publickey " + key_text(keys.login) + "\npublickey " + key_text(other.login) + "\n";
  const TestKeys swapped{keys.signer, other.login, keys.approver};
  machine.registry = [&](const CourierRequest& request) {
    return bundle(answer_text(keys, request.challenge) + record_text(swapped, "1700000000001"));
  };
  expect_denied(ErrorCode::key_not_in_record);
}

TEST_F(LoginTest, WithoutACachedRecordItIsFetched) {
  machine.cached = base::Error(ErrorCode::not_found);
  EXPECT_EQ(run(), PAM_SUCCESS);
  ASSERT_EQ(machine.errands.size(), 2U);
  EXPECT_EQ(machine.errands[0].task, CourierTask::record);
  EXPECT_LE(machine.errands[0].deadline, base::Milliseconds(2000));
}

TEST_F(LoginTest, ACachedRecordThatDoesNotVerifyIsFetchedAnew) {
  machine.cached = std::string("countersign record v1\nuser: alice\n");
  EXPECT_EQ(run(), PAM_SUCCESS);
}

TEST_F(LoginTest, WithNeitherTheCachedRecordsFaultIsTheReason) {
  machine.registry = [](const CourierRequest&) {
    return CourierReply{CourierStatus::failed, ErrorCode::registry_unreachable, "", ""};
  };
  clock.time += base::Seconds(3 * 86400);
  expect_denied(ErrorCode::record_expired);
  EXPECT_TRUE(port.asked.empty());
}

TEST_F(LoginTest, ARecordThatNobodyHasIsUnknown) {
  machine.cached = base::Error(ErrorCode::not_found);
  machine.registry = [](const CourierRequest&) {
    return CourierReply{CourierStatus::unknown, ErrorCode::record_unknown, "", ""};
  };
  expect_denied(ErrorCode::record_unknown);
  EXPECT_TRUE(port.asked.empty());
}

// The session phase

TEST_F(LoginTest, ASessionAfterThePromptIsDecided) {
  port.variables["SSH_AUTH_INFO_0"] = "publickey " + key_text(keys.login) + "\nkeyboard-interactive/pam\n";
  EXPECT_EQ(run_session(), PAM_SUCCESS);
  EXPECT_TRUE(sink->lines().empty()) << "no new decision, no new line";
}

TEST_F(LoginTest, ASessionWithoutPromptIsDenied) {
  const std::string key = "publickey " + key_text(keys.login) + "\n";
  struct Row {
    std::optional<std::string> info;
    ErrorCode reason;
  };
  for (const auto& row :
       {Row{key, ErrorCode::no_prompt_possible}, Row{"", ErrorCode::no_prompt_possible},
        Row{std::nullopt, ErrorCode::no_prompt_possible}, Row{"keyboard-interactive/pam\n", ErrorCode::no_publickey},
        Row{"password\n", ErrorCode::no_publickey}, Row{"publickey x y\n", ErrorCode::bad_auth_info},
        Row{key + "keyboard-interactive/bsdauth\n", ErrorCode::no_prompt_possible}}) {
    sink.emplace();
    port.variables.erase("SSH_AUTH_INFO_0");
    if (row.info) port.variables["SSH_AUTH_INFO_0"] = *row.info;
    EXPECT_EQ(run_session(), PAM_AUTH_ERR);
    EXPECT_TRUE(sink->contains("event=login_denied phase=session"));
    EXPECT_TRUE(sink->contains("reason=" + std::string(to_string(row.reason)))) << sink->lines().at(0);
  }
  expect_nothing_sent();
}

TEST_F(LoginTest, ASessionOfAnotherServiceNeedsItsOwnAuthPhase) {
  port.variables.clear();
  EXPECT_EQ(run_session(), PAM_AUTH_ERR);
  EXPECT_TRUE(sink->contains("reason=no_prompt_possible"));
  EXPECT_EQ(run(), PAM_SUCCESS);
  EXPECT_EQ(run_session(), PAM_SUCCESS);
}

// An application that asks again on the same handle, for somebody else, say.
TEST_F(LoginTest, AnAttemptThatIsDeniedTakesAnEarlierAdmissionBack) {
  port.variables.clear();
  EXPECT_EQ(run(), PAM_SUCCESS);
  port.user_name = "mallory";
  EXPECT_EQ(run(), PAM_AUTH_ERR);
  port.user_name = "alice";
  EXPECT_EQ(run_session(), PAM_AUTH_ERR);
  EXPECT_TRUE(sink->contains("reason=no_prompt_possible"));
}

TEST_F(LoginTest, ASessionWithBrokenSettingsIsDenied) {
  port.variables["SSH_AUTH_INFO_0"] = "publickey " + key_text(keys.login) + "\nkeyboard-interactive/pam\n";
  machine.settings = base::Error(ErrorCode::bad_config);
  EXPECT_EQ(run_session(), PAM_AUTH_ERR);
  EXPECT_TRUE(sink->contains("reason=bad_config"));
}

}  // namespace
}  // namespace countersign::pam
