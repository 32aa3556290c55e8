#include "goldtape/serve/http_router.h"

#include <map>
#include <utility>

#include <fmt/format.h>

namespace goldtape::serve {
namespace {

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  for (;;) {
    const std::size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

Response refuse(const Request& request, int status, std::uint16_t code, std::string message) {
  const ErrorKind kind = status == 404 ? ErrorKind::kNotFound : ErrorKind::kUsage;
  return Response::error(request, status, Error{kind, code, std::move(message)});
}

}  // namespace

/// What one segment of a path leads to.
struct Router::Node {
  struct Route {
    Handler handler;
    std::vector<std::string> names;  ///< Of its parameters, in the order of the path.
  };
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> parameter;
  std::unique_ptr<Node> rest;
  std::map<std::string, Route, std::less<>> methods;

  /// The node that a path leads to; `values` are its raw parameters.
  static const Node* find(const Node& node, const std::vector<std::string_view>& segments, std::size_t at,
                          std::vector<std::string_view>& values) {
    if (at == segments.size()) return node.methods.empty() ? nullptr : &node;
    if (const auto next = node.literals.find(segments[at]); next != node.literals.end()) {
      if (const Node* found = find(*next->second, segments, at + 1, values)) return found;
    }
    if (node.parameter && !segments[at].empty()) {
      values.push_back(segments[at]);
      if (const Node* found = find(*node.parameter, segments, at + 1, values)) return found;
      values.pop_back();
    }
    if (!node.rest) return nullptr;
    const char* end = segments.back().data() + segments.back().size();
    values.emplace_back(segments[at].data(), static_cast<std::size_t>(end - segments[at].data()));
    return node.rest.get();
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(std::string_view method, std::string_view pattern, Handler handler) {
  Node* node = root_.get();
  std::vector<std::string> names;
  for (std::string_view segment : split_path(pattern)) {
    std::unique_ptr<Node>* next = nullptr;
    if (segment.starts_with('{') && segment.ends_with("...}")) {
      names.emplace_back(segment.substr(1, segment.size() - 5));
      next = &node->rest;
    } else if (segment.starts_with('{') && segment.ends_with('}')) {
      names.emplace_back(segment.substr(1, segment.size() - 2));
      next = &node->parameter;
    } else {
      next = &node->literals[std::string(segment)];
    }
    if (!*next) *next = std::make_unique<Node>();
    node = next->get();
  }
  node->methods[std::string(method)] = {std::move(handler), std::move(names)};
}

void Router::set_fallback(Handler handler) { fallback_ = std::move(handler); }

Response Router::handle(const Request& request) const {
  std::vector<std::string_view> values;
  const Node* node = Node::find(*root_, split_path(request.path), 0, values);
  if (node == nullptr) {
    if (fallback_) return fallback_(request);
    return refuse(request, 404, 8022, fmt::format("nothing is served at {}", request.path));
  }
  auto route = node->methods.find(request.method);
  if (route == node->methods.end() && request.method == "HEAD") route = node->methods.find("GET");
  if (route == node->methods.end()) {
    std::string allowed;
    for (const auto& [method, unused] : node->methods) allowed += (allowed.empty() ? "" : ", ") + method;
    Response response =
        refuse(request, 405, 8023,
               fmt::format("{} is not answered at {}; {} is", request.method, request.path, allowed));
    response.headers.set("Allow", allowed);
    return response;
  }
  if (values.empty()) return route->second.handler(request);
  Request with_params = request;
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto value = percent_decode(values[i]);
    if (!value) return refuse(request, 400, 8021, fmt::format("{} cannot be percent-decoded", request.path));
    with_params.params[route->second.names[i]] = *std::move(value);
  }
  return route->second.handler(with_params);
}

}  // namespace goldtape::serve
