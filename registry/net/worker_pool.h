// registry/net/worker_pool.h: the threads on which handlers run, so that a slow disk never holds up a socket.
//
// Two doors: try_run for work that a peer causes, which a full queue refuses, and run for what must not be lost (a
// cancel, a timer), whose number the callers bound. A function that throws ends alone: the exception is reported to
// on_fault. The destructor finishes what is queued, then joins.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace countersign::registry::net {

class WorkerPool {
 public:
  using Work = std::function<void()>;
  using FaultObserver = std::function<void(std::string_view what)>;

  WorkerPool(unsigned threads, std::size_t queue_limit, FaultObserver on_fault);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  [[nodiscard]] bool try_run(Work work);  // false: the queue is full or the pool is stopping
  void run(Work work);
  void finish();  // no more work is taken; returns when the queue is empty and the threads have ended

 private:
  void work_loop();

  const std::size_t queue_limit_;
  const FaultObserver on_fault_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> queue_;
  bool finishing_ = false;
  std::vector<std::thread> threads_;  // last: they use everything above
};

}  // namespace countersign::registry::net
