// http/parallel.h: many requests at once, to many origins, from one thread.
//
// start() begins a request and returns at once; wait() drives all of them and says which have ended. None waits for
// another: one that is never answered costs its own time only. Options are those of http/client.h, with the same
// promises. A Parallel belongs to one thread, but for wake(). Its destructor drops what is still under way.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "common/http/client.h"

namespace countersign::http {

class Parallel {
 public:
  static base::Result<Parallel> create();  // internal when libcurl cannot start

  // The caller chooses `id`, which no request under way has. Errors, besides bad_request and internal here, come with
  // the end of the request: those of Client::send.
  base::Result<void> start(std::uint64_t id, const base::Origin& origin, Request request, const ClientOptions& options,
                           base::Milliseconds timeout);

  struct Ended {
    std::uint64_t id;
    base::Result<Response> result;
  };
  // Returns when some have ended, wake() was called, or `longest` has passed.
  std::vector<Ended> wait(base::Milliseconds longest);
  void wake();  // any thread

  [[nodiscard]] std::size_t under_way() const;

  Parallel(Parallel&&) noexcept;
  Parallel& operator=(Parallel&&) noexcept;
  ~Parallel();

 private:
  struct State;
  explicit Parallel(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace countersign::http
