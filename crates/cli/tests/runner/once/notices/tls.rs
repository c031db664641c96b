//! `--ping` over https: only to servers whose certificate the system's authorities vouch for.

use bellwether_testkit::process::{Running, Sandbox};
use bellwether_testkit::python::venv;

use super::super::host::{Host, until};
use super::with;

/// Makes an authority, and a certificate of it for localhost.
const CERTIFICATES: &str = r"set -e
new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -keyout $1.key -subj /CN=$1 $2; }
new authority '-x509 -out authority.pem'
new localhost '-out server.csr'
echo subjectAltName=DNS:localhost > names
openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 30 -extfile names -out server.pem";

/// Prints its port, then the path of every POST. Below /open it sends the client to where nothing is encrypted.
const SERVER: &str = r"
import http.server, ssl
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers['content-length']))
        print(self.path.split('?')[0], flush=True)
        self.send_response(307 if self.path.startswith('/open') else 200)
        self.send_header('location', 'http://127.0.0.1:9/uuid')
        self.send_header('content-length', '0')
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('server.pem', 'localhost.key')
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
";

/// A server on TLS, in the home directory of a sandbox.
struct SecureServer {
    running: Running,
    port: String,
}

impl SecureServer {
    fn start(sandbox: &Sandbox) -> Self {
        sandbox.run("/bin/sh").args(["-c", CERTIFICATES]).finish().expect_code(0);
        let running = sandbox.run(venv().python()).args(["-c", SERVER]).start();
        let port = until("the server's port", || {
            let printed = String::from_utf8(running.stdout_so_far()).unwrap();
            printed.split_once('\n').map(|(port, _)| port.to_owned())
        });
        Self { running, port }
    }

    fn url(&self) -> String {
        format!("https://localhost:{}/uuid", self.port)
    }

    fn asked(&self) -> Vec<String> {
        let printed = String::from_utf8(self.running.stdout_so_far()).unwrap();
        printed.lines().skip(1).map(str::to_owned).collect()
    }
}

#[test]
fn a_server_is_pinged_when_its_authority_is_trusted_and_not_otherwise() {
    let host = Host::new();
    let server = SecureServer::start(&host.sandbox);
    let run = |job: &str| host.once(job, &with(&["--ping", &server.url()]), &["true"]);
    let trusted = run("trusted").env("SSL_CERT_FILE", host.file("authority.pem")).finish().expect_code(0);
    assert_eq!(trusted.stderr_text(), "");
    until("both pings", || (server.asked() == ["/uuid/start", "/uuid"]).then_some(()));

    let said = run("distrusted").finish().expect_code(0).stderr_text();
    assert!(said.contains("the ping of the end was not delivered: https://localhost:"), "{said}");
    assert!(said.contains("certificate") && !said.contains("/uuid"), "{said}");
    assert_eq!(server.asked().len(), 2, "nothing was sent to a server that nobody vouches for");

    let other_name = format!("https://127.0.0.1:{}/uuid", server.port);
    let run = host.once("misnamed", &with(&["--ping", &other_name]), &["true"]);
    let said = run.env("SSL_CERT_FILE", host.file("authority.pem")).finish().expect_code(0).stderr_text();
    assert!(said.contains("not delivered") && said.contains("certificate"), "{said}");
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_ping_that_set_out_encrypted_is_not_sent_on_in_the_open() {
    let host = Host::new();
    let server = SecureServer::start(&host.sandbox);
    let url = format!("https://localhost:{}/open/uuid", server.port);
    let run = host.once("job", &with(&["--ping", &url]), &["true"]);
    let said = run.env("SSL_CERT_FILE", host.file("authority.pem")).finish().expect_code(0).stderr_text();
    assert!(said.contains("it redirects from https to http"), "{said}");
    assert_eq!(server.asked(), ["/open/uuid/start", "/open/uuid"]);
}

#[test]
fn without_any_certificate_to_trust_the_warning_says_what_to_do() {
    let host = Host::new();
    host.write("none.pem", "");
    let run = host.once("job", &with(&["--ping", "https://localhost:9/uuid"]), &["true"]);
    let run = run.env("SSL_CERT_FILE", host.file("none.pem")).env("SSL_CERT_DIR", host.file("nowhere"));
    let said = run.finish().expect_code(0).stderr_text();
    assert!(said.contains("no certificate to trust") && said.contains("SSL_CERT_FILE"), "{said}");
}
