/**
 * Standard error of the process while a library is loaded. libtensorflow of the tensorflow-cpu wheel prints two lines
 * about oneDNN that no environment variable turns off, and JavaScript cannot reach the file descriptor of native code.
 *
 *   silence()   standard error goes nowhere
 *   restore()   and is as it was
 */
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

namespace {

/** What standard error was; -1 while it is itself. */
int kept = -1;

napi_value silence(napi_env, napi_callback_info) {
  if (kept != -1) return nullptr;
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere == -1) return nullptr;
  kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  if (kept != -1) dup2(nowhere, STDERR_FILENO);
  close(nowhere);
  return nullptr;
}

napi_value restore(napi_env, napi_callback_info) {
  if (kept == -1) return nullptr;
  dup2(kept, STDERR_FILENO);
  close(kept);
  kept = -1;
  return nullptr;
}

void add(napi_env env, napi_value object, const char* name, napi_callback function) {
  napi_value value;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
  napi_set_named_property(env, object, name, value);
}

napi_value init(napi_env env, napi_value exports) {
  add(env, exports, "silence", silence);
  add(env, exports, "restore", restore);
  return exports;
}

}  // namespace

NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
