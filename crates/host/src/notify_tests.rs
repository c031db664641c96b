use super::*;

/// A service manager's socket, and what a service finds in its environment.
struct Manager {
    socket: UnixDatagram,
    address: String,
    _dir: Option<tempfile::TempDir>,
}

impl Manager {
    fn at_a_path() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        Self { socket, address: path.display().to_string(), _dir: Some(dir) }.patient()
    }

    fn with_an_abstract_name() -> Self {
        let name = format!("bellwether-test-{}-{:?}", std::process::id(), std::thread::current().id());
        let socket = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        Self { socket, address: format!("@{name}"), _dir: None }.patient()
    }

    fn patient(self) -> Self {
        self.socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        self
    }

    fn of(&self, variables: &[(&str, &str)]) -> ServiceManager {
        let socket = ("NOTIFY_SOCKET", self.address.as_str());
        let environment = variables.iter().copied().chain([socket]).collect();
        ServiceManager::from_environment(&environment).unwrap()
    }

    fn told(&self) -> String {
        let mut buffer = [0; 4_096];
        let length = self.socket.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    }
}

#[test]
fn every_message_arrives_at_both_kinds_of_sockets() {
    for manager in [Manager::at_a_path(), Manager::with_an_abstract_name()] {
        let service = manager.of(&[]);
        service.ready().unwrap();
        assert_eq!(manager.told(), "READY=1");
        service.stopping().unwrap();
        assert_eq!(manager.told(), "STOPPING=1");
        service.feed_watchdog().unwrap();
        assert_eq!(manager.told(), "WATCHDOG=1");
        service.status("watching; 3 targets\nREADY=0").unwrap();
        assert_eq!(manager.told(), "STATUS=watching; 3 targets READY=0");
    }
}

#[test]
fn a_reload_tells_its_time_on_the_managers_clock() {
    let manager = Manager::at_a_path();
    let micros = || u64::try_from(clock::awake().as_micros()).unwrap();
    let before = micros();
    manager.of(&[]).reloading().unwrap();
    let told = manager.told();
    let at: u64 = told.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap().parse().unwrap();
    assert!((before..=micros()).contains(&at), "{told}");
}

#[test]
fn a_long_status_is_cut_between_characters() {
    let manager = Manager::at_a_path();
    manager.of(&[]).status(&"€".repeat(1_000)).unwrap();
    assert_eq!(manager.told(), format!("STATUS={}", "€".repeat(333)));
}

#[test]
fn a_manager_that_was_started_again_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("notify");
    let environment = [("NOTIFY_SOCKET", path.to_str().unwrap())].into_iter().collect();
    let service = ServiceManager::from_environment(&environment).unwrap();
    let error = service.ready().unwrap_err().to_string();
    assert!(error.contains("notify") && error.contains("No such file"), "{error}");
    for _ in 0..2 {
        let socket = UnixDatagram::bind(&path).unwrap();
        service.ready().unwrap();
        let mut buffer = [0; 100];
        assert_eq!(socket.recv(&mut buffer).unwrap(), "READY=1".len());
        std::fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_manager_that_reads_nothing_does_not_hold_the_service_up() {
    let manager = Manager::at_a_path();
    let service = manager.of(&[]);
    let started = clock::mono();
    let refused = (0..10_000).find_map(|_| service.feed_watchdog().err()).expect("a full queue");
    assert_eq!(refused.source.kind(), io::ErrorKind::WouldBlock);
    assert!(clock::mono().since(started) < Duration::from_secs(20));
}

#[test]
fn without_a_manager_nobody_is_told() {
    let service = ServiceManager::from_environment(&Environment::default()).unwrap();
    service.ready().unwrap();
    service.status("alone").unwrap();
    assert_eq!(service.watchdog(), None);
}

#[test]
fn other_kinds_of_sockets_are_an_error() {
    for address in ["vsock:2:1234", "relative/path"] {
        let environment = [("NOTIFY_SOCKET", address)].into_iter().collect();
        let error = ServiceManager::from_environment(&environment).unwrap_err().to_string();
        assert!(error.contains(address), "{error}");
    }
}

#[test]
fn a_watchdog_counts_when_it_is_meant_for_us() {
    let manager = Manager::at_a_path();
    let our_id = std::process::id().to_string();
    let watchdog = |variables: &[(&str, &str)]| manager.of(variables).watchdog();
    let usec = ("WATCHDOG_USEC", "30000000");
    assert_eq!(watchdog(&[usec]), Some(Duration::from_secs(30)));
    assert_eq!(watchdog(&[usec, ("WATCHDOG_PID", &our_id)]), Some(Duration::from_secs(30)));
    assert_eq!(watchdog(&[usec, ("WATCHDOG_PID", "1")]), None);
    assert_eq!(watchdog(&[usec, ("WATCHDOG_PID", "?")]), None);
    assert_eq!(watchdog(&[("WATCHDOG_USEC", "0")]), None);
    assert_eq!(watchdog(&[("WATCHDOG_USEC", "soon")]), None);
    assert_eq!(ServiceManager::from_environment(&[usec].into_iter().collect()).unwrap().watchdog(), None);
}
