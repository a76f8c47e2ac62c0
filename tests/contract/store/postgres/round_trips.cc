#include "tests/contract/store/postgres/round_trips.h"

#include <libpq-fe.h>

namespace keelson {
namespace {

thread_local int round_trips = 0;

}  // namespace

int RoundTrips() {
  return round_trips;
}

// Wrappers of the libpq functions that flush the queue and wait for the server's response: each call is a
// round trip.
extern "C" {

int __real_PQsendFlushRequest(PGconn* connection);
int __wrap_PQsendFlushRequest(PGconn* connection);
int __real_PQpipelineSync(PGconn* connection);
int __wrap_PQpipelineSync(PGconn* connection);

int __wrap_PQsendFlushRequest(PGconn* connection) {
  ++round_trips;
  return __real_PQsendFlushRequest(connection);
}

int __wrap_PQpipelineSync(PGconn* connection) {
  ++round_trips;
  return __real_PQpipelineSync(connection);
}

}  // extern "C"

}  // namespace keelson
