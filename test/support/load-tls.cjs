// X509Certificate.toLegacyObject, which the comparison of certificates uses, loads a part of Node's tls by itself; in
// Node 20 tls lacks createSecureContext for good when that part comes first. The product's transport loads tls at start.
require('node:tls');
