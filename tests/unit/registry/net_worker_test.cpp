#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>

#include "registry/net/cancel.h"
#include "registry/net/worker_pool.h"

namespace countersign::registry::net {
namespace {

TEST(WorkerPool, RefusesWhenTheQueueIsFullButNotWhatMustRun) {
  std::promise<void> gate;
  auto opened = gate.get_future().share();
  std::promise<void> started;
  std::atomic<int> done = 0;
  WorkerPool pool(1, 1, [](std::string_view) {});
  ASSERT_TRUE(pool.try_run([&, opened] {
    started.set_value();
    opened.wait();
  }));
  started.get_future().wait();
  EXPECT_TRUE(pool.try_run([&] { ++done; }));
  EXPECT_FALSE(pool.try_run([&] { done += 100; }));
  pool.run([&] { ++done; });
  gate.set_value();
  pool.finish();
  EXPECT_EQ(done, 2);
  EXPECT_FALSE(pool.try_run([] {}));
}

TEST(WorkerPool, AThrowingFunctionEndsAlone) {
  std::atomic<int> faults = 0;
  std::atomic<int> done = 0;
  {
    WorkerPool pool(2, 10, [&](std::string_view what) { faults += what == "bang" ? 1 : 100; });
    pool.run([] { throw std::runtime_error("bang"); });
    pool.run([&] { ++done; });
  }
  EXPECT_EQ(faults, 1);
  EXPECT_EQ(done, 1);
}

TEST(Cancel, RunsFunctionsOnceWithTheReason) {
  const CancelSource source;
  std::vector<CancelReason> seen;
  source.token().on_cancel([&](CancelReason reason) { seen.push_back(reason); });
  EXPECT_EQ(source.token().cancelled(), std::nullopt);
  for (const auto& function : source.cancel(CancelReason::peer_gone)) function(CancelReason::peer_gone);
  EXPECT_TRUE(source.cancel(CancelReason::stopping).empty());
  EXPECT_EQ(seen, std::vector<CancelReason>{CancelReason::peer_gone});
  EXPECT_EQ(source.token().cancelled(), CancelReason::peer_gone);
}

TEST(Cancel, ALateListenerHearsAtOnce) {
  const CancelSource source;
  (void)source.cancel(CancelReason::stopping);
  int heard = 0;
  source.token().on_cancel([&](CancelReason reason) { heard += reason == CancelReason::stopping ? 1 : 100; });
  EXPECT_EQ(heard, 1);
}

TEST(Cancel, AnAnsweredRequestIsNotCancelledAndReleasesItsFunctions) {
  const CancelSource source;
  auto held = std::make_shared<int>(1);
  source.token().on_cancel([held](CancelReason) {});
  source.answered();
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_TRUE(source.cancel(CancelReason::peer_gone).empty());
  source.token().on_cancel([held](CancelReason) {});
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace countersign::registry::net
