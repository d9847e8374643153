#include "registry/net/worker_pool.h"

#include <exception>

namespace countersign::registry::net {

WorkerPool::WorkerPool(unsigned threads, std::size_t queue_limit, FaultObserver on_fault)
    : queue_limit_(queue_limit), on_fault_(std::move(on_fault)) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work_loop(); });
}

WorkerPool::~WorkerPool() { finish(); }

bool WorkerPool::try_run(Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (finishing_ || queue_.size() >= queue_limit_) return false;
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

void WorkerPool::run(Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (finishing_) return;
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
}

void WorkerPool::finish() {
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void WorkerPool::work_loop() {
  for (;;) {
    Work work;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return finishing_ || !queue_.empty(); });
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    try {
      work();
    } catch (const std::exception& fault) {
      on_fault_(fault.what());
    } catch (...) {
      on_fault_("unknown exception");
    }
  }
}

}  // namespace countersign::registry::net
