// A client with @grpc/grpc-js, built from the .proto files only.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const require = createRequire(join(process.env.KEELSON_NPM, 'package.json'));
export const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');
const protobuf = require('protobufjs');

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SERVICES = { Account: 'accounts', Session: 'sessions', Order: 'orders', Refund: 'refunds' };

// The definitions of googleapis (google/rpc/status.proto, error_details.proto).
const DETAILS = protobuf.parse(`syntax = "proto3"; package google.rpc;
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
  message BadRequest { message FieldViolation { string field = 1; string description = 2; }
                       repeated FieldViolation field_violations = 1; }
  message PreconditionFailure {
    message Violation { string type = 1; string subject = 2; string description = 3; }
    repeated Violation violations = 1; }
`, { keepCase: true }).root;

// Returns the google.rpc.Status of a failed call, with its details unpacked and keyed by type:
// { code, message, ErrorInfo, … }.
export function detailsOf(error) {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const { code, message, details } = DETAILS.lookupType('google.rpc.Status').decode(bytes);
  const unpacked = details.map(({ type_url: url, value }) => {
    const type = DETAILS.lookupType(url.slice('type.googleapis.com/'.length));
    return [type.name, type.toObject(type.decode(value))];
  });
  return { code, message, ...Object.fromEntries(unpacked) };
}

// call('Account/GetUser', { id }, metadata) resolves to the response, with the initial metadata as
// `initial`.
export function connect(t, address) {
  const files = Object.values(SERVICES).map((name) => `keelson/${name}/v1/${name}.proto`);
  const definition = protoLoader.loadSync(files,
    { includeDirs: [join(ROOT, 'proto')], keepCase: true, longs: Number, enums: String, defaults: true });
  const packages = grpc.loadPackageDefinition(definition).keelson;
  const clients = Object.fromEntries(Object.entries(SERVICES).map(([service, name]) =>
    [service, new packages[name].v1[`${service}Service`](address, grpc.credentials.createInsecure())]));
  t.after(() => Object.values(clients).forEach((client) => client.close()));
  return (path, request, metadata = {}) => new Promise((resolve, reject) => {
    const [service, method] = path.split('/');
    let initial;
    const options = { deadline: Date.now() + 20_000 };
    clients[service][method](request, grpc.Metadata.fromHttp2Headers(metadata), options,
      (error, response) => (error ? reject(error) : resolve({ ...response, initial })))
      .on('metadata', (received) => { initial = received; });
  });
}
