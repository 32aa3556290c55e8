// Which handler answers which method and path.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/serve/http_message.h"

namespace goldtape::serve {

/// Routes by method and path. Fill it first; then it is immutable and thread safe, and itself a Handler.
///
///   Router router;
///   router.add("GET", "/v1/namespaces/{namespace}/tables/{table}", handler);   // params["namespace"], ...
///   router.add("GET", "/files/{path...}", handler);                            // the rest, slashes and all
///
/// A literal segment wins over a parameter. Segments are split before they are decoded, so a parameter may
/// hold an encoded slash. HEAD is answered by GET's handler. No route: 404 GT8022; another method: 405
/// GT8023 with Allow; a path that cannot be decoded: 400 GT8021.
class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  /// Requires: the pattern begins with '/', and no other route has this method and pattern.
  void add(std::string_view method, std::string_view pattern, Handler handler);
  /// Answers what no route does, instead of the 404 above.
  void set_fallback(Handler handler);
  [[nodiscard]] Response handle(const Request& request) const;
  Response operator()(const Request& request) const { return handle(request); }

 private:
  struct Node;
  std::unique_ptr<Node> root_;
  Handler fallback_;
};

}  // namespace goldtape::serve
