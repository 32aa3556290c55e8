#include <exception>

#include <fmt/format.h>
#include <malloc.h>

#include "command.h"

namespace {

/// Batches come and go by the hundred megabytes. Given back to the kernel each time, their pages would be
/// cleared anew each time: a seventh of the processor time of a collection.
void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

int run(int argc, char** argv) {
  using namespace goldtape::app;
  Globals globals;
  Console console;
  Program program(globals, console);
  add_init(program);
  add_demo(program);
  add_ingest(program);
  add_collect(program);
  add_stream(program);
  add_gaps(program);
  add_replay(program);
  add_notify(program);
  add_layers(program);
  add_query(program);
  add_tables(program);
  add_audit(program);
  add_undo(program);
  add_fsck(program);
  add_refs(program);
  add_expire(program);
  add_orphans(program);
  add_export(program);
  add_recover(program);
  add_relocate(program);
  add_calendar(program);
  add_dashboard(program);
  add_simulate(program);
  add_serve(program);
  add_doctor(program);
  add_docs(program);
  add_completion(program);
  add_version(program);
  return program.run(argc, argv);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    keep_freed_memory();
    return run(argc, argv);
  } catch (const std::exception& exception) {
    fmt::print(stderr, "error GT9001: {} (this is a fault of the program; please report it)\n",
               exception.what());
    return 1;
  }
}
