#include <algorithm>
#include <random>

#include <fmt/format.h>

#include "goldtape/io/s3_writer_internal.h"
#include "goldtape/io/s3_xml_internal.h"

namespace goldtape::io {
namespace {

constexpr std::size_t kPartsAtOnce = 4;
constexpr int kPreconditionFailed = 412;
constexpr int kNotFoundStatus = 404;
// Tells our own write from another's when an answer was lost.
constexpr const char* kMarkHeader = "x-amz-meta-goldtape-write";

std::string new_mark() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", device(), device(), device(), device());
}

class S3Writer final : public FileWriter {
 public:
  S3Writer(std::shared_ptr<S3Client> client, S3Location at, WriteOptions options)
      : client_(std::move(client)), at_(std::move(at)), options_(options), mark_(new_mark()) {}

  ~S3Writer() override {
    if (upload_id_.empty() || published_) return;
    // What cannot be aborted, the bucket's lifecycle rule removes in time.
    (void)client_->send({.method = "DELETE",
                         .at = at_,
                         .query = {{"uploadId", upload_id_}},
                         .doing = "abort an upload",
                         .expected = {kNotFoundStatus}});
  }

  Status append(std::string_view bytes) override {
    buffer_.append(bytes);
    const std::size_t batch = client_->options().part_bytes * kPartsAtOnce;
    while (buffer_.size() > std::max(batch, client_->options().single_put_bytes)) {
      GT_RETURN_IF_ERROR(upload(std::string_view(buffer_).substr(0, batch)));
      buffer_.erase(0, batch);
    }
    return {};
  }

  Status commit() override {
    if (upload_id_.empty() && buffer_.size() <= client_->options().single_put_bytes) {
      GT_RETURN_IF_ERROR(put());
    } else {
      GT_RETURN_IF_ERROR(upload(buffer_));
      GT_RETURN_IF_ERROR(complete());
    }
    published_ = true;
    return {};
  }

 private:
  [[nodiscard]] std::unexpected<Error> taken() const {
    return fail(ErrorKind::kAlreadyExists, 7004,
                "cannot create: the file exists already, and files here are written once", path_of(at_));
  }

  void add_condition(S3Request& request) const {
    if (options_.overwrite) return;
    request.headers["if-none-match"] = "*";
    request.expected.push_back(kPreconditionFailed);
  }

  /// Whether the object that is there is the one this writer sent. Asked at every refusal: libcurl sends a
  /// request again by itself when a kept connection breaks without an answer, so not every loss of an answer
  /// is known here.
  [[nodiscard]] Result<bool> is_ours() const {
    GT_ASSIGN(const S3Answer there,
              client_->send(
                  {.method = "HEAD", .at = at_, .doing = "look at a file", .expected = {kNotFoundStatus}}));
    const auto mark = there.headers.find(kMarkHeader);
    return mark != there.headers.end() && mark->second == mark_;
  }

  Status put() {
    S3Request request{.method = "PUT", .at = at_, .body = buffer_, .doing = "write a file"};
    request.headers[kMarkHeader] = mark_;
    add_condition(request);
    GT_ASSIGN(const S3Answer answer, client_->send(request));
    if (answer.status != kPreconditionFailed) return {};
    GT_ASSIGN(const bool ours, is_ours());
    return ours ? Status{} : taken();
  }

  Status begin_upload() {
    S3Request request{.method = "POST", .at = at_, .query = {{"uploads", ""}}, .doing = "begin an upload"};
    request.headers[kMarkHeader] = mark_;
    GT_ASSIGN(const S3Answer answer, client_->send(request));
    upload_id_ = xml_text(answer.body, "UploadId");
    if (upload_id_.empty())
      return fail(ErrorKind::kIo, 7109, "the S3 service gave the upload no id", path_of(at_));
    return {};
  }

  Status upload(std::string_view bytes) {
    if (upload_id_.empty()) GT_RETURN_IF_ERROR(begin_upload());
    std::vector<S3Request> requests;
    while (!bytes.empty()) {
      const std::string_view part = bytes.substr(0, client_->options().part_bytes);
      const std::size_t number = etags_.size() + requests.size() + 1;
      requests.push_back({.method = "PUT",
                          .at = at_,
                          .query = {{"partNumber", std::to_string(number)}, {"uploadId", upload_id_}},
                          .body = part,
                          .doing = "write a part of a file"});
      bytes.remove_prefix(part.size());
    }
    for (auto& answer : client_->send_all(requests)) {
      GT_RETURN_IF_ERROR(answer);
      etags_.push_back(answer->headers["etag"]);
    }
    return {};
  }

  Status complete() {
    std::string xml = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    for (std::size_t i = 0; i < etags_.size(); ++i) {
      xml += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", i + 1,
                         xml_escape(etags_[i]));
    }
    xml += "</CompleteMultipartUpload>";
    S3Request request{.method = "POST",
                      .at = at_,
                      .query = {{"uploadId", upload_id_}},
                      .body = xml,
                      .doing = "put an upload together",
                      .expected = {kNotFoundStatus}};
    request.headers["content-type"] = "application/xml";
    add_condition(request);
    GT_ASSIGN(const S3Answer answer, client_->send(request));
    if (answer.status != kPreconditionFailed && answer.status != kNotFoundStatus) return {};
    // An upload that is gone was completed by an attempt whose answer was lost, or aborted by someone.
    GT_ASSIGN(const bool ours, is_ours());
    if (ours) return {};
    if (answer.status == kPreconditionFailed) return taken();
    return fail(ErrorKind::kIo, 7109, "the upload was aborted by someone else; run again", path_of(at_));
  }

  std::shared_ptr<S3Client> client_;
  S3Location at_;
  WriteOptions options_;
  std::string mark_;
  std::string buffer_;
  std::string upload_id_;
  std::vector<std::string> etags_;
  bool published_ = false;
};

}  // namespace

std::unique_ptr<FileWriter> make_s3_writer(std::shared_ptr<S3Client> client, S3Location at,
                                           WriteOptions options) {
  return std::make_unique<S3Writer>(std::move(client), std::move(at), options);
}

}  // namespace goldtape::io
