//! HAProxy, as a load balancer and as the servers behind it.

use std::path::PathBuf;

use crate::bridge::HUB;
use crate::process::{Run, Running, Sandbox};

use super::{ANSWER, PORT};

/// Longer than any test takes.
const DEADLINE: std::time::Duration = std::time::Duration::from_secs(600);

/// Where the load balancer answers questions.
pub(super) fn socket(directory: &Sandbox) -> PathBuf {
    directory.path().join("balancer.sock")
}

/// A server that answers every request after a while, on all addresses of this thread's network.
pub(super) fn server(directory: &Sandbox, number: usize) -> Running {
    let pause = ANSWER.as_millis();
    let script = directory.write(
        "pause.lua",
        format!("core.register_action('pause', {{'http-req'}}, function() core.msleep({pause}) end)\n"),
    );
    let config = format!(
        "\
global
  nbthread 1
  lua-load {}
defaults
  mode http
  timeout client 1h
frontend web
  bind :{PORT}
  http-request lua.pause
  http-request return status 200 content-type text/plain string well
",
        script.display()
    );
    haproxy(directory, &format!("server{number}.cfg"), &config)
}

/// A load balancer before the servers. It asks each twice a second whether it is well, over a new connection; two bad
/// answers and it turns away. A connection that is refused is tried at another server.
pub(super) fn balancer(directory: &Sandbox, servers: usize) -> Running {
    let servers: String = (0..servers)
        .map(|number| {
            format!("  server server{number} 10.77.0.{}:{PORT} check inter 500ms fall 2 rise 1\n", 10 + number)
        })
        .collect();
    let config = format!(
        "\
global
  nbthread 1
  stats socket {} mode 600
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 30s
  timeout check 5s
  retries 3
  option redispatch 1
frontend web
  bind {HUB}:{PORT}
  default_backend servers
backend servers
  balance roundrobin
  option httpchk GET /
{servers}",
        socket(directory).display()
    );
    haproxy(directory, "balancer.cfg", &config)
}

fn haproxy(directory: &Sandbox, name: &str, config: &str) -> Running {
    let config = directory.write(name, config);
    let program = "/usr/sbin/haproxy";
    assert!(std::path::Path::new(program).exists(), "no {program}: run tests/setup.sh");
    Run::new(program).arg("-db").arg("-f").arg(config).deadline(DEADLINE).start()
}
