// courier/errand.h: what the courier was sent for: a record, the answer to a challenge, or word of a wrong number.
//
// A record is asked for once; the caller has a cache for bad days. A challenge is posted and then waited for until the
// request's deadline: a registry that restarts meanwhile ends nothing. Posting is tried again only by way of the wait:
// when it is not known whether the challenge arrived, the wait is asked first, and 404 says that it did not. An errand
// never judges statements.
#pragma once

#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/host/courier_message.h"
#include "helper/courier/transport.h"

namespace countersign::courier {

inline constexpr base::Milliseconds kFirstContact{10'000};  // how long a registry may be away before it took anything
inline constexpr base::Milliseconds kAnswerSlack{5'000};  // after `wait` has passed, before a connection counts as dead
inline constexpr base::Milliseconds kWithdrawWithin{800};

class Errand {
 public:
  Errand(Transport& transport, const host::CourierRequest& request, base::MonotonicTime deadline);

  // The reply; nothing when the caller withdrew.
  std::optional<host::CourierReply> run();

  // Takes back what stands at the registry, if anything may; to be called after the reply was written. Takes at most
  // kWithdrawWithin and ignores failure: the registry withdraws by itself when nobody waits.
  void withdraw();

 private:
  // What is known of the challenge at the registry.
  enum class Posted { no, perhaps, yes, over };

  std::optional<host::CourierReply> fetch_record();
  std::optional<host::CourierReply> carry_challenge();
  std::optional<host::CourierReply> report_wrong_number();
  std::optional<host::CourierReply> post();
  std::optional<host::CourierReply> wait_once();
  // Sends, and notes a withdrawal or a transient failure; nothing then.
  std::optional<base::Result<http::Response>> attempt(http::Request request, base::Milliseconds at_most);
  std::optional<host::CourierReply> be_patient();
  [[nodiscard]] host::CourierReply too_late() const;
  void pause();

  Transport& transport_;
  const host::CourierRequest& request_;
  const base::MonotonicTime start_;
  const base::MonotonicTime deadline_;
  std::string id_;
  Posted posted_ = Posted::no;
  bool seen_ = false;  // the registry has shown that it holds the challenge
  bool withdrawn_ = false;
  int posts_ = 0;
  base::Milliseconds pause_;
  std::string trouble_;  // the last transient failure, for the log
};

}  // namespace countersign::courier
