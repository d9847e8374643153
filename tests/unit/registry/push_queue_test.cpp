#include <gtest/gtest.h>

#include "registry/push/queue.h"

namespace countersign::registry::push {
namespace {

using base::Milliseconds;
using base::MonotonicTime;
using base::Seconds;

MonotonicTime at(int seconds) { return MonotonicTime{} + Seconds{1000 + seconds}; }

Delivery push_to(const std::string& user, std::uint64_t id, const std::string& service = "https://push.example") {
  Delivery delivery{.id = id,
                    .to = {*base::UserName::parse(user), "SHA256:" + user, service + "/" + user, "point", "auth"},
                    .service = service,
                    .text = "text",
                    .challenge = {}};
  delivery.due = at(0);
  delivery.deadline = at(90);
  return delivery;
}

std::uint64_t id_of(const std::optional<Delivery>& delivery) { return delivery ? delivery->id : 0; }

TEST(PushQueue, GivesInTheOrderThatTheyCame) {
  Queue queue;
  ASSERT_TRUE(queue.add(push_to("alice", 1)));
  ASSERT_TRUE(queue.add(push_to("bob", 2)));
  EXPECT_EQ(id_of(queue.take(at(0))), 1U);
  EXPECT_EQ(id_of(queue.take(at(0))), 2U);
  EXPECT_FALSE(queue.take(at(0)));
}

TEST(PushQueue, AUserHasAShare) {
  QueueLimits limits;
  limits.of_user = 2;
  limits.all = 4;
  Queue queue(limits);
  ASSERT_TRUE(queue.add(push_to("alice", 1)));
  ASSERT_TRUE(queue.add(push_to("alice", 2)));
  EXPECT_FALSE(queue.add(push_to("alice", 3)));
  ASSERT_TRUE(queue.add(push_to("bob", 4)));
  ASSERT_TRUE(queue.add(push_to("carol", 5)));
  EXPECT_FALSE(queue.add(push_to("dave", 6))) << "the whole queue is full";
  (void)queue.take(at(0));
  EXPECT_TRUE(queue.add(push_to("alice", 7))) << "what is under way waits no more";
}

TEST(PushQueue, NobodyWaitsForAnothersUserOrService) {
  QueueLimits limits;
  limits.under_way_of_user = 1;
  limits.under_way_of_service = 2;
  Queue queue(limits);
  ASSERT_TRUE(queue.add(push_to("alice", 1, "https://slow.example")));
  ASSERT_TRUE(queue.add(push_to("alice", 2, "https://slow.example")));
  ASSERT_TRUE(queue.add(push_to("bob", 3, "https://slow.example")));
  ASSERT_TRUE(queue.add(push_to("carol", 4, "https://slow.example")));
  ASSERT_TRUE(queue.add(push_to("dave", 5, "https://quick.example")));
  const auto first = queue.take(at(0));
  EXPECT_EQ(id_of(first), 1U);
  EXPECT_EQ(id_of(queue.take(at(0))), 3U) << "alice has one under way";
  EXPECT_EQ(id_of(queue.take(at(0))), 5U) << "the slow service has two";
  EXPECT_FALSE(queue.take(at(0)));
  EXPECT_FALSE(queue.next_due(at(0))) << "time alone changes nothing";
  queue.ended(*first);
  EXPECT_EQ(id_of(queue.take(at(0))), 2U);
}

TEST(PushQueue, ADeadPhoneDoesNotHoldUpTheOther) {
  QueueLimits limits;
  limits.under_way_of_phone = 1;
  Queue queue(limits);
  Delivery other = push_to("alice", 3);
  other.to.endpoint += "/other";
  ASSERT_TRUE(queue.add(push_to("alice", 1)));
  ASSERT_TRUE(queue.add(push_to("alice", 2)));
  ASSERT_TRUE(queue.add(other));
  const auto first = queue.take(at(0));
  EXPECT_EQ(id_of(first), 1U);
  EXPECT_EQ(id_of(queue.take(at(0))), 3U);
  EXPECT_FALSE(queue.take(at(0)));
  queue.ended(*first);
  EXPECT_EQ(id_of(queue.take(at(0))), 2U);
}

TEST(PushQueue, SoManyAtOnce) {
  QueueLimits limits;
  limits.under_way = 1;
  Queue queue(limits);
  ASSERT_TRUE(queue.add(push_to("alice", 1)));
  ASSERT_TRUE(queue.add(push_to("bob", 2)));
  const auto first = queue.take(at(0));
  EXPECT_FALSE(queue.take(at(0)));
  queue.ended(*first);
  EXPECT_EQ(id_of(queue.take(at(0))), 2U);
}

TEST(PushQueue, AnotherTryComesWhenItIsDueAndNotAfterTheDeadline) {
  Queue queue;
  ASSERT_TRUE(queue.add(push_to("alice", 1)));
  auto delivery = queue.take(at(0));
  queue.ended(*delivery);
  ASSERT_TRUE(queue.again(*delivery, at(10)));
  EXPECT_FALSE(queue.take(at(9)));
  EXPECT_EQ(queue.next_due(at(9)), at(10));
  delivery = queue.take(at(10));
  EXPECT_EQ(id_of(delivery), 1U);
  queue.ended(*delivery);
  EXPECT_FALSE(queue.again(*delivery, at(90)));
  ASSERT_TRUE(queue.again(*delivery, at(89)));
  EXPECT_FALSE(queue.take(at(90))) << "its deadline has passed";
  EXPECT_EQ(queue.size(), 0U);
  ASSERT_EQ(queue.take_late().size(), 1U) << "somebody may want to know";
  EXPECT_TRUE(queue.take_late().empty());
}

TEST(PushQueue, APauseHoldsOneSubscription) {
  Queue queue;
  const Delivery paused = push_to("alice", 1);
  queue.pause(paused.to, at(20), at(0));
  ASSERT_TRUE(queue.add(paused));
  ASSERT_TRUE(queue.add(push_to("bob", 2)));
  EXPECT_EQ(id_of(queue.take(at(0))), 2U);
  EXPECT_FALSE(queue.take(at(19)));
  EXPECT_EQ(id_of(queue.take(at(20))), 1U);
  queue.pause(push_to("carol", 3).to, at(40), at(21));
  Delivery later = push_to("alice", 4);
  later.due = at(21);
  ASSERT_TRUE(queue.add(later));
  EXPECT_EQ(id_of(queue.take(at(21))), 4U) << "the pause is over";
}

}  // namespace
}  // namespace countersign::registry::push
