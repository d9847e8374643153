#include "registry/net/session.h"

#include <arpa/inet.h>

#include <array>
#include <boost/asio/post.hpp>

#include "registry/net/response_text.h"

namespace countersign::registry::net {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kReadChunk = 8 * 1024;
constexpr std::size_t kLingerBytes = 256 * 1024;

// Answers 500 when the handler drops it uncalled, so that no fault of ours leaves a client waiting.
class PendingReply {
 public:
  PendingReply(std::weak_ptr<Session> session, std::uint64_t request_number)
      : session_(std::move(session)), request_number_(request_number) {}
  ~PendingReply() {
    if (!sent_) send(plain_response(500, "internal: no answer was given"));
  }
  PendingReply(const PendingReply&) = delete;
  PendingReply& operator=(const PendingReply&) = delete;

  void send(Response response) {
    if (sent_.exchange(true)) return;
    if (const auto session = session_.lock()) session->reply_later(request_number_, std::move(response));
  }

 private:
  const std::weak_ptr<Session> session_;
  const std::uint64_t request_number_;
  std::atomic<bool> sent_ = false;
};

// The canonical numeric spelling of an address, or nothing.
std::string numeric_address(std::string_view text) {
  const std::string copy(text);
  std::array<unsigned char, sizeof(in6_addr)> raw{};
  std::array<char, INET6_ADDRSTRLEN> out{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (::inet_pton(family, copy.c_str(), raw.data()) == 1) {
      return ::inet_ntop(family, raw.data(), out.data(), out.size());
    }
  }
  return {};
}

}  // namespace

Session::Session(SessionHost& host, asio::ip::tcp::socket socket, std::unique_ptr<Transport> transport,
                 std::string peer)
    : host_(host),
      socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      transport_(std::move(transport)),
      peer_(std::move(peer)) {}

Session::~Session() { host_.session_ended(*this); }

void Session::start() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->arm(self->host_.options().limits.handshake);
    self->advance();
  });
}

void Session::stop_soon() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    const bool idle = self->state_ == State::reading && !self->first_byte_seen_;
    if (idle || self->state_ == State::handshake) self->close();
    if (self->state_ == State::handling) self->cancel_handling(CancelReason::stopping);
  });
}

void Session::close_now() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    if (self->state_ == State::handling) self->cancel_handling(CancelReason::stopping);
    self->close();
  });
}

void Session::advance() {
  for (bool more = true; more;) {
    switch (state_) {
      case State::handshake: more = do_handshake(); break;
      case State::reading: more = do_read(); break;
      case State::writing: more = do_write(); break;
      case State::lingering: more = do_linger(); break;
      case State::handling:
        watch_peer();
        more = false;
        break;
      case State::closed: more = false; break;
    }
  }
}

bool Session::do_handshake() {
  const Io io = transport_->handshake();
  if (io == Io::want_read || io == Io::want_write) {
    wait(io);
    return false;
  }
  if (io != Io::done) {
    host_.observe(NetEvent::Kind::handshake_failed, peer_, transport_->failure());
    close();
    return false;
  }
  begin_request();
  return true;
}

void Session::begin_request() {
  const Limits& limits = host_.options().limits;
  state_ = State::reading;
  reader_ = std::make_unique<RequestReader>(limits);
  first_byte_seen_ = !inbox_.empty();
  body_begun_ = false;
  const bool first_request = request_number_ == 0;
  arm(first_request || first_byte_seen_ ? limits.header : limits.idle);
}

// True: bytes were added to the inbox. False: nothing more now, or the session is over.
bool Session::receive(std::size_t limit) {
  std::array<char, kReadChunk> chunk;  // NOLINT: filled by read before it is looked at
  const IoResult got = transport_->read(chunk);
  if (got.io == Io::done) {
    inbox_.append(chunk.data(), got.bytes);
    if (inbox_.size() <= limit) return true;
    close();
    return false;
  }
  if (got.io == Io::want_read || got.io == Io::want_write) {
    wait(got.io);
    return false;
  }
  close();
  return false;
}

bool Session::do_read() {
  // The reader takes what it can before more is read: a request sent ahead may be complete already.
  if (!inbox_.empty() && !feed_reader()) return true;
  if (state_ != State::reading || !receive(host_.options().limits.header_bytes + kReadChunk)) return false;
  if (!first_byte_seen_) {
    first_byte_seen_ = true;
    if (request_number_ != 0) arm(host_.options().limits.header);
  }
  return true;
}

// True: the reader wants more bytes. False: the state has changed.
bool Session::feed_reader() {
  switch (reader_->feed(inbox_)) {
    case RequestReader::Progress::need_header: return true;
    case RequestReader::Progress::need_body:
      if (!body_begun_) arm(host_.options().limits.body);
      body_begun_ = true;
      return true;
    case RequestReader::Progress::send_continue:
      continue_reading_after_write_ = true;
      begin_write("HTTP/1.1 100 Continue\r\n\r\n", /*then_linger=*/false);
      return false;
    case RequestReader::Progress::done: begin_handling(); return false;
    case RequestReader::Progress::failed: refuse(reader_->status(), reader_->reason()); return false;
  }
  return false;
}

// With a proxy in front, the address it saw; without, the peer's own. False: refused.
bool Session::forwarded_peer(Request& request) {
  request.peer = peer_;
  if (!host_.options().behind_proxy) return true;
  std::string_view last;
  for (const auto& [name, value] : request.headers) {
    if (name == "x-forwarded-for") last = value;  // only the last one was written by the proxy itself
  }
  if (last.empty()) return true;
  const std::size_t comma = last.rfind(',');
  if (comma != std::string_view::npos) last.remove_prefix(comma + 1);
  while (!last.empty() && last.front() == ' ') last.remove_prefix(1);
  request.peer = numeric_address(last);
  return !request.peer.empty();
}

void Session::begin_handling() {
  Request request = reader_->take();
  head_only_ = request.method == Method::head;
  keep_alive_ = reader_->keep_alive();
  if (!forwarded_peer(request)) return refuse(400, "bad_request: X-Forwarded-For does not end with a numeric address");
  reader_.reset();
  inbox_.shrink_to_fit();
  state_ = State::handling;
  ++request_number_;
  cancel_ = std::make_unique<CancelSource>();
  arm(host_.options().limits.request);
  auto pending = std::make_shared<PendingReply>(weak_from_this(), request_number_);
  Reply reply = [pending](Response response) { pending->send(std::move(response)); };
  const bool taken =
      host_.workers().try_run([&host = host_, request = std::move(request), reply, token = cancel_->token()]() mutable {
        host.handler()(std::move(request), std::move(reply), std::move(token));
      });
  if (!taken) {
    Response busy = plain_response(503, "registry_unreachable: too many requests are waiting");
    busy.headers.emplace_back("Retry-After", "1");
    pending->send(std::move(busy));
  } else if (host_.stopping()) {
    cancel_handling(CancelReason::stopping);
  }
}

// While the handler works: end of file means that nobody waits for the answer.
void Session::watch_peer() {
  while (state_ == State::handling && !read_wait_pending_) {
    if (!receive(host_.options().limits.header_bytes)) return;
  }
}

void Session::cancel_handling(CancelReason reason) {
  if (!cancel_) return;
  auto functions = cancel_->cancel(reason);
  if (functions.empty()) return;
  host_.workers().run([functions = std::move(functions), reason] {
    for (const CancelFunction& function : functions) function(reason);
  });
}

void Session::reply_later(std::uint64_t request_number, Response response) {
  asio::post(socket_.get_executor(), [self = shared_from_this(), request_number, response = std::move(response)] {
    if (self->state_ != State::handling || self->request_number_ != request_number) return;
    self->respond(response, self->keep_alive_ && !self->host_.stopping());
    self->advance();
  });
}

void Session::respond(const Response& response, bool keep_alive) {
  if (cancel_) cancel_->answered();
  cancel_.reset();
  begin_write(response_text(response, head_only_, keep_alive), /*then_linger=*/!keep_alive);
}

void Session::refuse(int status, const std::string& reason) {
  host_.observe(NetEvent::Kind::request_refused, peer_, std::to_string(status) + " " + reason);
  begin_write(response_text(plain_response(status, reason), /*head_only=*/false, /*keep_alive=*/false),
              /*then_linger=*/true);
  reader_.reset();  // last: the reason may be its own
}

void Session::begin_write(std::string text, bool then_linger) {
  state_ = State::writing;
  outbox_ = std::move(text);
  written_ = 0;
  linger_after_write_ = then_linger;
  arm(host_.options().limits.write);
}

bool Session::do_write() {
  while (written_ < outbox_.size()) {
    const IoResult sent = transport_->write(std::string_view(outbox_).substr(written_));
    if (sent.io == Io::want_read || sent.io == Io::want_write) {
      wait(sent.io);
      return false;
    }
    if (sent.io != Io::done) {
      close();
      return false;
    }
    written_ += sent.bytes;
  }
  outbox_ = {};
  if (linger_after_write_) {
    transport_->finish();
    state_ = State::lingering;
    arm(host_.options().limits.linger);
  } else if (continue_reading_after_write_) {
    continue_reading_after_write_ = false;
    state_ = State::reading;
    body_begun_ = true;
    arm(host_.options().limits.body);
  } else {
    begin_request();
  }
  return true;
}

// Closing at once with unread bytes would make the kernel reset the connection and could destroy the answer on its way.
bool Session::do_linger() {
  std::array<char, kReadChunk> dropped;  // NOLINT: never looked at
  const IoResult got = transport_->read(dropped);
  if (got.io == Io::done && (lingered_ += got.bytes) <= kLingerBytes) return true;
  if (got.io == Io::want_read || got.io == Io::want_write) {
    wait(got.io);
    return false;
  }
  close();
  return false;
}

void Session::wait(Io want) {
  const bool read = want == Io::want_read;
  bool& pending = read ? read_wait_pending_ : write_wait_pending_;
  if (pending) return;
  pending = true;
  socket_.async_wait(read ? asio::ip::tcp::socket::wait_read : asio::ip::tcp::socket::wait_write,
                     [self = shared_from_this(), read](const boost::system::error_code& code) {
                       (read ? self->read_wait_pending_ : self->write_wait_pending_) = false;
                       if (code) self->close();
                       self->advance();
                     });
}

void Session::arm(base::Milliseconds time) {
  const std::uint64_t number = ++timer_number_;
  timer_.expires_after(time);
  // A wait that expired just before it was re-armed still runs: the number tells it that it is out of date.
  timer_.async_wait([self = weak_from_this(), number](const boost::system::error_code& code) {
    const auto session = self.lock();
    if (code || !session || session->timer_number_ != number) return;
    session->on_deadline();
    session->advance();
  });
}

void Session::on_deadline() {
  switch (state_) {
    case State::handling:
      host_.observe(NetEvent::Kind::deadline_passed, peer_, "handler");
      cancel_handling(CancelReason::timed_out);
      return respond(plain_response(503, "deadline_passed: the request took too long"), /*keep_alive=*/false);
    case State::reading:
      if (first_byte_seen_) return refuse(408, "bad_request: request not complete in time");
      return close();
    case State::handshake:
    case State::writing:
      host_.observe(NetEvent::Kind::deadline_passed, peer_, state_ == State::handshake ? "handshake" : "write");
      return close();
    case State::lingering:
    case State::closed: return close();
  }
}

void Session::close() {
  if (state_ == State::closed) return;
  const bool handling = state_ == State::handling;
  const bool idle = state_ == State::reading && !first_byte_seen_;
  state_ = State::closed;
  if (handling) cancel_handling(CancelReason::peer_gone);
  cancel_.reset();
  if (idle) transport_->finish();
  reader_.reset();
  timer_.cancel();
  transport_.reset();
  boost::system::error_code ignored;
  (void)socket_.close(ignored);
}

}  // namespace countersign::registry::net
