#include "goldtape/provider/files/zip_entry.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <zip.h>

#include "goldtape/base/limits.h"
#include "goldtape/provider/excerpt.h"

namespace goldtape::provider::files {

namespace {

/// As for gzip and zstd (content.cc): no honest table of bars packs tighter.
constexpr std::uint64_t kMaxRatio = 200;
constexpr std::uint64_t kAlwaysAllowedBytes = std::uint64_t{64} << 20;
constexpr std::size_t kStepBytes = std::size_t{1} << 20;

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseEntry {
  void operator()(zip_file_t* entry) const { (void)zip_fclose(entry); }
};
using Archive = std::unique_ptr<zip_t, CloseArchive>;

std::unexpected<Error> damaged(std::string why, std::string_view where) {
  return fail(ErrorKind::kDamaged, 2250, std::move(why), std::string(where));
}

std::string text_of(zip_error_t& error) {
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

Result<Archive> open_archive(std::string_view bytes, std::string_view where) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source == nullptr)
    return damaged(fmt::format("the zip archive cannot be read: {}", text_of(error)), where);
  Archive archive(zip_open_from_source(source, ZIP_RDONLY, &error));
  if (!archive) {
    zip_source_free(source);
    return damaged(fmt::format("the zip archive was cut short or is damaged: {}", text_of(error)), where);
  }
  zip_error_fini(&error);
  return archive;
}

/// Such a name would be written outside of the folder that a careless program unpacks to.
Status check_name(std::string_view name, std::string_view where) {
  const bool absolute =
      name.starts_with('/') || name.starts_with('\\') || name.find(':') != std::string_view::npos;
  bool climbs = false;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find_first_of("/\\", begin), name.size());
    climbs = climbs || name.substr(begin, end - begin) == "..";
    begin = end + 1;
  }
  if (!absolute && !climbs) return {};
  return fail(ErrorKind::kDamaged, 2253,
              fmt::format("the archive's file is called '{}', which lies outside of it", excerpt(name)),
              std::string(where));
}

Status check_readable(const zip_stat_t& entry, std::string_view where) {
  if (entry.encryption_method != ZIP_EM_NONE) {
    return fail(ErrorKind::kUnsupported, 2252, "the archive is encrypted; unpack it with its password first",
                std::string(where));
  }
  if (entry.comp_method != ZIP_CM_STORE && entry.comp_method != ZIP_CM_DEFLATE) {
    return fail(
        ErrorKind::kUnsupported, 2252,
        fmt::format("the archive is packed by method {}; pack it anew with deflate", entry.comp_method),
        std::string(where));
  }
  return {};
}

Result<std::string> unpack(zip_t* archive, const zip_stat_t& about, std::string_view where) {
  const std::uint64_t limit =
      std::min(limits::kMaxInputBytes, std::max(kAlwaysAllowedBytes, about.comp_size * kMaxRatio));
  const std::unique_ptr<zip_file_t, CloseEntry> entry(zip_fopen_index(archive, about.index, 0));
  if (!entry) {
    return damaged(fmt::format("the archive's file cannot be opened: {}", zip_strerror(archive)), where);
  }
  std::string bytes;
  while (true) {
    const std::size_t before = bytes.size();
    bytes.resize(before + kStepBytes);
    const zip_int64_t got = zip_fread(entry.get(), bytes.data() + before, kStepBytes);
    if (got < 0) {
      return damaged(fmt::format("the archive's file is damaged: {}",
                                 zip_error_strerror(zip_file_get_error(entry.get()))),
                     where);
    }
    bytes.resize(before + static_cast<std::size_t>(got));
    if (bytes.size() > limit) {
      return fail(ErrorKind::kDamaged, 2003,
                  fmt::format("more than {} bytes come out of an archive of {}: no table packs so tight",
                              limit, about.comp_size),
                  std::string(where));
    }
    if (got == 0) return bytes;
  }
}

}  // namespace

bool is_zip(std::string_view bytes) {
  return bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06");
}

Result<ZipEntry> read_zip_entry(std::string_view bytes, std::string_view where) {
  GT_ASSIGN(const Archive archive, open_archive(bytes, where));
  const zip_int64_t entries = zip_get_num_entries(archive.get(), 0);
  if (entries != 1) {
    return fail(
        ErrorKind::kDamaged, 2251,
        fmt::format("the zip archive holds {} files; LEAN's hold one. Other archives are unpacked first",
                    entries),
        std::string(where));
  }
  zip_stat_t about;
  zip_stat_init(&about);
  if (zip_stat_index(archive.get(), 0, ZIP_FL_ENC_GUESS, &about) != 0 || about.name == nullptr) {
    return damaged(fmt::format("the archive's file has no name: {}", zip_strerror(archive.get())), where);
  }
  GT_RETURN_IF_ERROR(check_name(about.name, where));
  GT_RETURN_IF_ERROR(check_readable(about, where));
  ZipEntry entry;
  entry.name = about.name;
  GT_ASSIGN(entry.bytes, unpack(archive.get(), about, where));
  return entry;
}

}  // namespace goldtape::provider::files
